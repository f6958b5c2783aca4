package cli_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"loket/internal/browsertest"
	"loket/internal/cli"
)

// startDemo starts a demonstration and returns the addresses of its two sides.
func startDemo(t *testing.T) (public, staff string) {
	t.Helper()
	free := func() string {
		l, err := net.Listen("tcp", "localhost:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		_, port, err := net.SplitHostPort(l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return "localhost:" + port
	}
	public, staff = free(), free()
	out, in := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() {
		ended <- cli.Run(ctx, []string{"demo", "--addr", public, "--staff", staff, "--data", t.TempDir()}, func(string) string { return "" },
			strings.NewReader(""), in, t.Output())
		in.Close()
	}()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != 0 {
			t.Errorf("the demo ended with %d", status)
		}
	})
	said := make([]byte, 4096)
	if _, err := out.Read(said); err != nil {
		t.Fatalf("the demo did not start: %v", err)
	}
	go io.Copy(io.Discard, out)
	return "http://" + public, "http://" + staff
}

type colleague struct {
	Name, Link string
	Roles      []string
}

// colleagues reads the staff to be, as a program does.
func colleagues(t *testing.T, public string) map[string]colleague {
	t.Helper()
	answer, err := http.Get(public + "/demo/staff.json")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var list []colleague
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	byName := map[string]colleague{}
	for _, c := range list {
		byName[c.Name] = c
	}
	return byName
}

// Somebody without a passkey tries the demonstration: from the link to the first
// request in four clicks. The page plays the passkey, with the real ceremony.
func TestDemoStaffInABrowserWithoutPasskeys(t *testing.T) {
	browser := browsertest.Start(t)
	public, staff := startDemo(t)
	for _, name := range []string{"Vera Voorbeeld", "Anton Voorbeeld", "Carla Voorbeeld", "Hana Voorbeeld", "Leo Voorbeeld", "Edo Voorbeeld", "Petra Voorbeeld"} {
		if c := colleagues(t, public)[name]; !strings.HasPrefix(c.Link, staff+"/en/enrol/") || len(c.Roles) == 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	tab := browser.Open(t, public, browsertest.Look{Script: true, Languages: "en", Elsewhere: []string{staff}})
	enrol := func(who string) {
		tab.Go("/demo/staff")
		tab.Press("Be " + who)
		tab.Sees(who, "Demonstration: this page plays your passkeys")
		tab.Axe()
		tab.Press("Make a passkey")
		tab.Press("Add a passkey")
		tab.Press("To what waits")
		tab.Sees("What waits", who)
	}
	enrol("Vera Voorbeeld")
	tab.Press("Next request")
	tab.Sees("Nothing waits")
	tab.Press("Sign out")
	tab.Go(staff + "/en/sign-in")
	tab.Press("Sign in with your passkey") // one person's passkeys are here: no question
	tab.Sees("What waits", "Vera Voorbeeld")
	tab.Press("Sign out")

	enrol("Anton Voorbeeld")
	tab.Press("Sign out")
	tab.Go(staff + "/en/sign-in")
	tab.Try("Sign in with your passkey")
	tab.Wait("Demonstration: whose passkey?")
	tab.Axe()
	tab.Press("Vera Voorbeeld")
	tab.Sees("What waits", "Vera Voorbeeld")

	tab.Go(public + "/demo/staff")
	tab.Press("New link for Anton Voorbeeld")
	tab.Sees("Be Anton Voorbeeld")
	if link := colleagues(t, public)["Anton Voorbeeld"].Link; link == "" {
		t.Error("there is no new link")
	}
}

// Others on the network get neither the demonstration nor its passkeys.
func TestDemoListensOnThisMachineOnly(t *testing.T) {
	for _, args := range [][]string{{"--addr", "0.0.0.0:8080"}, {"--staff", ":8081"}, {"--staff", "192.0.2.1:8081"}} {
		var said strings.Builder
		args = append([]string{"demo", "--data", t.TempDir()}, args...)
		if status := cli.Run(t.Context(), args, func(string) string { return "" }, strings.NewReader(""), io.Discard, &said); status == 0 ||
			!strings.Contains(said.String(), "this machine only") {
			t.Errorf("%q: status %d: %s", args, status, said.String())
		}
	}
}
