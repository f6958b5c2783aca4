package browsertest

import (
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// Passkeys gives the tab a device that makes and uses passkeys as people's own do:
// each is kept in it, and its person is there and verified at once. A page that asks
// for a second passkey of the same account wants another device: call it again.
func (tab *Tab) Passkeys() {
	tab.t.Helper()
	if _, err := chromedp.Call(tab.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		tab.t.Fatalf("allow devices for passkeys: %v", err)
	}
	transport := webauthn.AuthenticatorTransportInternal
	if tab.devices > 0 { // a browser has one device inside
		transport = webauthn.AuthenticatorTransportUsb
	}
	tab.devices++
	_, err := chromedp.Call(tab.ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{
		Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: transport, HasResidentKey: true,
			HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}})
	if err != nil {
		tab.t.Fatalf("add a device for passkeys: %v", err)
	}
}
