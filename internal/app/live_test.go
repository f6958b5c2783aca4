package app_test

import (
	"context"
	"io"
	"io/fs"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"loket/internal/app"
	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/packs"
)

// Two people change a text; the program that runs shows it, with no restart.
func TestAChangeOfThePackIsServedWithoutARestart(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	w.App.Config.Public.Addr, w.App.Config.Staff.Addr, w.App.Config.Operations.Addr = free(t), "off", "off"
	ctx, stop := context.WithCancel(t.Context())
	served, listening := make(chan error, 1), make(chan bool)
	go func() { served <- w.Serve(ctx, app.All, func([]string) { close(listening) }) }()
	<-listening
	page := "http://" + w.App.Config.Public.Addr + "/nl/proof"

	const file, sentence = "texts/nl/intro.md", "Deze zin is er vandaag bij gekomen."
	text, err := fs.ReadFile(packs.FS(w.Config.Route.Pack), file)
	check(t, err)
	if strings.Contains(read(t, page), sentence) {
		t.Fatal("the sentence is there before")
	}
	change, err := w.Editing.Propose(t.Context(), "stf_one", file, string(text)+"\n"+sentence+"\n", "test")
	check(t, err)
	check(t, w.Editing.Approve(t.Context(), "stf_two", change.ID, nil))
	for start := time.Now(); !strings.Contains(read(t, page), sentence); time.Sleep(100 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatal("the change is not shown")
		}
	}
	stop()
	check(t, <-served)
}

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "localhost:0")
	check(t, err)
	defer l.Close()
	return l.Addr().String()
}

func read(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url)
	check(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	check(t, err)
	return string(body)
}
