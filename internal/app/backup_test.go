package app_test

import (
	"bytes"
	"testing"
	"time"

	"filippo.io/age"

	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/mailbox"
)

// The drill: what was there at the time of the backup is there again, and nobody who
// has ended since comes back.
func TestARestoredBackupBringsNobodyBack(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			identity, err := age.GenerateX25519Identity()
			check(t, err)
			w := apptest.New(t, engine, nil)
			w.App.Config.Backup.Recipients = []string{identity.Recipient().String()}
			stays, goes := w.Submit(t, w.Known(t)), w.Submit(t, w.Unknown(t))
			w.Settle(t)
			var backup bytes.Buffer
			check(t, w.Backup(t.Context(), &backup))
			check(t, w.Requests.Withdraw(t.Context(), goes.Number, goes.Code))
			w.Pass(t, 2*time.Minute)

			again := apptest.Open(t, elsewhere(t, w.Config, engine), w.Clock, nil)
			check(t, again.Restore(t.Context(), bytes.NewReader(backup.Bytes()), []age.Identity{identity}))
			if _, err := again.Requests.Status(t.Context(), stays.Number, stays.Code); err != nil {
				t.Errorf("who was there is not: %v", err)
			}
			if _, err := again.Requests.Status(t.Context(), goes.Number, goes.Code); !fault.Is(err, fault.NotFound) {
				t.Errorf("who had ended is back: %v", err)
			}
			again.Settle(t)
			again.Promises(t)
		})
	}
}

// elsewhere is the same installation with an empty database.
func elsewhere(t *testing.T, c config.Config, engine db.Engine) config.Config {
	t.Helper()
	c.Database.URL = dbtest.URL(t, engine)
	return c
}

// A message that was sent away after the backup does not come back with it.
func TestARestoredBackupBringsNoRecalledMessageBack(t *testing.T) {
	identity, err := age.GenerateX25519Identity()
	check(t, err)
	w := apptest.New(t, db.SQLite, nil)
	w.App.Config.Backup.Recipients = []string{identity.Recipient().String()}
	w.Submit(t, w.Known(t))
	w.Settle(t)
	link, err := mailbox.ParseLink(w.Link(t, "abena@example.org"))
	check(t, err)
	_, err = w.Mailbox.Ask(t.Context(), link, "browser", "sms")
	check(t, err)
	var backup bytes.Buffer
	check(t, w.Backup(t.Context(), &backup))
	check(t, w.Mailbox.WrongNumber(t.Context(), link, "browser"))
	w.Settle(t)

	again := apptest.Open(t, elsewhere(t, w.Config, db.SQLite), w.Clock, nil)
	check(t, again.Restore(t.Context(), bytes.NewReader(backup.Bytes()), []age.Identity{identity}))
	if _, err := again.Mailbox.Asked(t.Context(), link, "browser"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the link lives again: %v", err)
	}
	again.Settle(t)
	again.Promises(t)
}

func TestABackupNeedsARecipientAndTheRightKey(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	var backup bytes.Buffer
	if err := w.Backup(t.Context(), &backup); !fault.Is(err, fault.Invalid) || backup.Len() > 0 {
		t.Errorf("a backup that anybody reads: %v", err)
	}
	identity, err := age.GenerateX25519Identity()
	check(t, err)
	w.App.Config.Backup.Recipients = []string{identity.Recipient().String()}
	check(t, w.Backup(t.Context(), &backup))
	other, err := age.GenerateX25519Identity()
	check(t, err)
	if err := w.Restore(t.Context(), bytes.NewReader(backup.Bytes()), []age.Identity{other}); !fault.Is(err, fault.Invalid) {
		t.Errorf("restored with another key: %v", err)
	}
	if err := w.Restore(t.Context(), bytes.NewReader(backup.Bytes()), []age.Identity{identity}); !fault.Is(err, fault.Taken) {
		t.Errorf("restored over a database in use: %v", err)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
