package upload_test

import (
	"bytes"
	"testing"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/outbox"
	"loket/internal/upload"
)

func TestMain(m *testing.M) { apptest.Main(m) }

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// caseID is one of somebody who has not sent a form yet.
const caseID = "req_0000000000000000000000000a"

// add sends a photo of a document.
func add(t testing.TB, w *apptest.World, caseID string) upload.Photo {
	t.Helper()
	p, err := w.Uploads.Add(t.Context(), caseID, upload.Document, bytes.NewReader(w.Photo(t, 1)))
	check(t, err)
	return p
}

// update runs f in a transaction, as another area does.
func update(t testing.TB, w *apptest.World, f func(tx *db.Tx) error) {
	t.Helper()
	check(t, w.DB.Update(t.Context(), f))
}

func end(t testing.TB, w *apptest.World, caseID, rule string) {
	t.Helper()
	update(t, w, func(tx *db.Tx) error { return w.Uploads.End(t.Context(), tx, caseID, rule) })
}

func list(t testing.TB, w *apptest.World, caseID string) []upload.Photo {
	t.Helper()
	photos, err := w.Uploads.List(t.Context(), w.DB, caseID)
	check(t, err)
	return photos
}

// count is the number that a query gives.
func count(t testing.TB, w *apptest.World, query string, args ...any) int64 {
	t.Helper()
	n, err := db.Get[int64](t.Context(), w.DB, query, args...)
	check(t, err)
	return n
}

const countEntries = `SELECT count(*) AS n FROM audit_entry WHERE act = $1 AND object = $2`

func checker(lease string) upload.Viewer {
	return upload.Viewer{Actor: "stf_checker", Role: "checker", Lease: lease}
}

// asked is somebody who was asked for a document and has opened the message.
type asked struct {
	caseID  string
	receipt struct {
		number ident.CaseNumber
		code   ident.Code
	}
	session mailbox.Session
}

func ask(t testing.TB, w *apptest.World) asked {
	t.Helper()
	receipt := w.Submit(t, w.Unknown(t))
	w.Settle(t)
	a := asked{session: open(t, w, "niemand@example.org", "+31612345699")}
	a.receipt.number, a.receipt.code = receipt.Number, receipt.Code
	var err error
	a.caseID, _, err = w.Mailbox.CaseOf(t.Context(), a.session)
	check(t, err)
	return a
}

// open opens the newest message that came to an address.
func open(t testing.TB, w *apptest.World, email, phone string) mailbox.Session {
	t.Helper()
	link, err := mailbox.ParseLink(w.Link(t, email))
	check(t, err)
	_, err = w.Mailbox.Ask(t.Context(), link, "browser", outbox.SMS)
	check(t, err)
	w.Settle(t)
	session, err := w.Mailbox.Open(t.Context(), link, "browser", w.Code(t, phone).Reveal())
	check(t, err)
	return session
}

func state(t testing.TB, w *apptest.World, caseID string) string {
	t.Helper()
	state, err := db.Get[string](t.Context(), w.DB, `SELECT state FROM request WHERE id = $1`, caseID)
	check(t, err)
	return state
}
