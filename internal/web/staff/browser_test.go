package staff_test

import (
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/browsertest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	people "loket/internal/staff"
	"loket/internal/testclock"
)

// openFor is open for a real browser, which keeps passkeys for the host of the page
// alone: the site stands at the very address that it is configured with.
func openFor(t *testing.T) *world {
	t.Helper()
	listener, err := net.Listen("tcp", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c := config.Default(t.TempDir())
	c.Database.URL = dbtest.URL(t, db.SQLite)
	c.Staff.URL = "http://localhost:" + port
	w := &world{World: apptest.Open(t, c, testclock.At(apptest.Start), slog.New(failing{slog.DiscardHandler, t})), base: c.Staff.URL, origin: c.Staff.URL,
		named: map[people.Role]int{}}
	if w.site, err = w.StaffSite(); err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: w.site}
	t.Cleanup(func() { server.Close() })
	go server.Serve(listener)
	return w
}

// A new colleague with a real browser and two devices: the link, two passkeys, sign
// out, sign in.
func TestAColleagueEnrolsInABrowser(t *testing.T) { // V6; design.md §4
	browser := browsertest.Start(t)
	w := openFor(t)
	tab := browser.Open(t, w.base, browsertest.Look{Script: true})
	tab.Passkeys()
	tab.Go("/nl/enrol/" + w.invite(t, "Vera Voorbeeld", people.Checker))
	tab.Sees("Vera Voorbeeld")
	tab.Axe()
	tab.Fill("Naam van de passkey", "telefoon")
	tab.Press("Maak een passkey")
	tab.Sees("Maak nu een tweede passkey", "telefoon")
	tab.Axe()
	tab.Passkeys()
	tab.Fill("Naam van de passkey", "sleutel")
	tab.Press("Voeg een passkey toe")
	tab.Sees("telefoon", "sleutel")
	tab.SeesNot("Maak nu een tweede")
	tab.Press("Log uit")
	tab.Sees("U bent uitgelogd")
	if left := tab.Cookies(); len(left) > 0 {
		t.Errorf("cookies %v are left", left)
	}
	tab.Back()
	tab.Reload()
	tab.SeesNot("Vera Voorbeeld")
	tab.Go("/nl/sign-in")
	tab.Press("Log in met uw passkey")
	tab.Sees("Wat er wacht", "Vera Voorbeeld")
}

// Who has no passkey in this browser reads so, and can try again.
func TestABrowserWithoutAPasskeyIsTold(t *testing.T) {
	browser := browsertest.Start(t)
	w := openFor(t)
	tab := browser.Open(t, w.base, browsertest.Look{Script: true})
	tab.Passkeys()
	tab.Go("/nl/sign-in")
	tab.Try("Log in met uw passkey")
	tab.Wait("De passkey gaf geen antwoord")
	tab.Axe()
}

// The keyboard alone signs in.
func TestTheKeyboardSignsIn(t *testing.T) { // WCAG 2.1.1
	browser := browsertest.Start(t)
	w := openFor(t)
	tab := browser.Open(t, w.base, browsertest.Look{Script: true})
	tab.Passkeys()
	tab.Go("/nl/sign-in")
	var order []string
	for range 4 {
		tab.Key("\t")
		order = append(order, strings.Join(strings.Fields(tab.Focused()), " "))
	}
	want := []string{"Naar de inhoud", "Loket medewerkers", "English", "Log in met uw passkey"}
	if !slices.Equal(order, want) {
		t.Errorf("the keyboard goes %q, want %q", order, want)
	}
}
