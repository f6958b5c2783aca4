package upload_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"loket/internal/app"
	"loket/internal/app/apptest"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/jobs"
	"loket/internal/request"
	"loket/internal/upload"
)

// withBackup is a world whose backups an officer can read.
func withBackup(t *testing.T, engine db.Engine) (*apptest.World, *age.X25519Identity) {
	t.Helper()
	officer, err := age.GenerateX25519Identity()
	check(t, err)
	w := apptest.New(t, engine, nil)
	w.App.Config.Backup.Recipients = []string{officer.Recipient().String()}
	return w, officer
}

func backup(t *testing.T, w *apptest.World) []byte {
	t.Helper()
	var b bytes.Buffer
	check(t, w.Backup(t.Context(), &b))
	return b.Bytes()
}

// opens reports whether somebody with a backup, the officer's identity, all keys and the photo keys as
// they lie there now sees the photo. What a restore would do first is left out: the thief
// runs no sweep.
func opens(t *testing.T, w *apptest.World, sealedBackup []byte, officer age.Identity, id string) bool {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(sealedBackup), officer)
	check(t, err)
	path := filepath.Join(t.TempDir(), "copy.db")
	var plain bytes.Buffer
	_, err = plain.ReadFrom(r)
	check(t, err)
	check(t, os.WriteFile(path, plain.Bytes(), 0o600))
	copied, err := db.Open(t.Context(), "sqlite:"+path)
	check(t, err)
	defer copied.Close()
	row, err := db.Get[struct {
		CaseID, Kind string
		Sealed       []byte
	}](t.Context(), copied, `SELECT case_id, kind, sealed FROM photo WHERE id = $1`, id)
	check(t, err)
	box, err := w.PhotoKeys(t).Open(id)
	if fault.Is(err, fault.NotFound) {
		return false
	}
	check(t, err)
	_, err = box.Open(row.Sealed, "photo "+id+" of "+row.CaseID+" "+row.Kind)
	return err == nil
}

// found returns the files below dir that hold one of the texts.
func found(t *testing.T, dir string, texts ...[]byte) (files []string) {
	t.Helper()
	check(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if slices.ContainsFunc(texts, func(text []byte) bool { return bytes.Contains(data, text) }) {
			files = append(files, path)
		}
		return err
	}))
	return files
}

// G-35, promise 6: five backups are taken while the photo lives. After the decision no
// byte of its key is anywhere, no backup opens it, and the sealed bytes are gone from the
// database and its log.
func TestNothingOpensADestroyedPhoto(t *testing.T) { // G-35
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			w, officer := withBackup(t, engine)
			p := add(t, w, caseID)
			var backups [][]byte
			for i := range 5 {
				backups = append(backups, backup(t, w))
				check(t, os.WriteFile(filepath.Join(w.Config.Data, "backup-"+string(rune('a'+i))), backups[i], 0o600))
			}
			key, err := os.ReadFile(filepath.Join(w.Config.Photos.Dir, p.ID))
			check(t, err)
			forms := [][]byte{key, []byte(hex.EncodeToString(key)), []byte(base64.RawStdEncoding.EncodeToString(key)), []byte(base64.RawURLEncoding.EncodeToString(key))}
			sealed, err := db.Get[[]byte](t.Context(), w.DB, `SELECT sealed FROM photo`)
			check(t, err)
			for _, b := range backups { // the control: this is how one would open it
				if !opens(t, w, b, officer, p.ID) {
					t.Fatal("a backup with the key does not open it: this test proves nothing")
				}
			}
			if files := found(t, w.Config.Data, forms...); len(files) != 1 {
				t.Fatalf("before the decision the key is found in %v", files)
			}
			end(t, w, caseID, upload.Decision)
			if _, err := w.Uploads.Show(t.Context(), checker("lse_1"), caseID, p.ID, nil); !fault.Is(err, fault.NotFound) {
				t.Errorf("shown after the decision: %v", err)
			}
			w.Settle(t)
			if files := found(t, w.Config.Data, forms...); len(files) != 0 {
				t.Errorf("the key is still in %v", files)
			}
			// A piece in the middle: what SQLite keeps of a value is spread over pages.
			if files := found(t, w.Config.Data, sealed[len(sealed)/2:len(sealed)/2+64]); len(files) != 0 {
				t.Errorf("sealed bytes are still in %v", files)
			}
			for _, b := range backups {
				if opens(t, w, b, officer, p.ID) {
					t.Error("a backup opens it")
				}
			}
			one := list(t, w, caseID)[0]
			if one.State != upload.Destroyed || one.Rule != upload.Decision || one.Destroyed != "2021-12-20" || !strings.HasPrefix(one.Receipt, "R-") {
				t.Errorf("the receipt says %+v", one)
			}
			w.Promises(t)
		})
	}
}

// G-36, G-37: each way to end destroys, with one receipt and one entry that names it.
func TestEachEndingDestroys(t *testing.T) { // G-36
	endings := map[string]func(t *testing.T, w *apptest.World, a asked){
		upload.Decision: func(t *testing.T, w *apptest.World, a asked) { end(t, w, a.caseID, upload.Decision) },
		upload.Refusal:  func(t *testing.T, w *apptest.World, a asked) { end(t, w, a.caseID, upload.Refusal) },
		upload.Withdrawn: func(t *testing.T, w *apptest.World, a asked) {
			check(t, w.Requests.Withdraw(t.Context(), a.receipt.number, a.receipt.code))
		},
		upload.Deadline: func(t *testing.T, w *apptest.World, a asked) {
			check(t, w.Mailbox.Reply(t.Context(), a.session, none(), "key-1"))
			w.Pass(t, 7*24*time.Hour)
		},
		upload.Left: func(t *testing.T, w *apptest.World, a asked) {
			_, err := w.Uploads.Begin(t.Context(), a.caseID, upload.Card, 10)
			check(t, err)
			update(t, w, func(tx *db.Tx) error { // its session is over, and nothing can be sent for it
				return w.Mailbox.RecallCase(t.Context(), tx, a.caseID)
			})
			w.Pass(t, 24*time.Hour)
		},
		upload.Removed: func(t *testing.T, w *apptest.World, a asked) {
			check(t, w.Uploads.Remove(t.Context(), a.caseID, list(t, w, a.caseID)[0].ID))
		},
	}
	for rule, ends := range endings {
		t.Run(rule, func(t *testing.T) {
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				a := ask(t, w)
				p := add(t, w, a.caseID)
				ends(t, w, a)
				w.Settle(t)
				keys, err := w.PhotoKeys(t).List()
				check(t, err)
				if len(keys) != 0 {
					t.Errorf("keys are left: %v", keys)
				}
				entry, err := db.Get[string](t.Context(), w.DB, `SELECT result FROM audit_entry WHERE act = 'photo.destroy' AND object = $1`, p.ID)
				check(t, err)
				said, receipt, _ := strings.Cut(entry, " ")
				if said != rule || !strings.HasPrefix(receipt, "R-") {
					t.Errorf("the entry says %q, want %s", entry, rule)
				}
				for _, one := range list(t, w, a.caseID) { // gone with the case once it is withdrawn
					if one.State != upload.Destroyed || one.Rule != rule || one.Receipt != receipt {
						t.Errorf("the receipt says %+v", one)
					}
				}
				w.Promises(t)
			})
		})
	}
}

// G-36: a request that expires takes its photos with it, also those nobody sent.
func TestAnExpiredRequestEndsItsPhotos(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		a := ask(t, w)
		w.Pass(t, 21*24*time.Hour-time.Minute)
		add(t, w, a.caseID)
		w.Pass(t, 2*time.Minute)
		if one := list(t, w, a.caseID)[0]; state(t, w, a.caseID) != string(request.Expired) || one.State != upload.Destroyed || one.Rule != upload.Deadline {
			t.Errorf("the request is %s, the photo %+v", state(t, w, a.caseID), one)
		}
		w.Promises(t)
	})
}

// T22: a server that was down past day 7 destroys before it does anything else. The person
// is asked again, with an apology, and has time to answer.
func TestTheFirstActIsDestruction(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			w := apptest.New(t, engine, nil)
			a := ask(t, w)
			w.Pass(t, 13*24*time.Hour)
			again := open(t, w, "niemand@example.org", "+31612345699")
			p := add(t, w, a.caseID)
			check(t, w.Mailbox.Reply(t.Context(), again, none(), "key-1"))
			w.Settle(t)
			if s := state(t, w, a.caseID); s != string(request.Answered) {
				t.Fatalf("the request is %s", s)
			}
			check(t, w.Close())
			w.Clock.Advance(8 * 24 * time.Hour)

			later := apptest.Open(t, w.Config, w.Clock, nil)
			if one := list(t, later, a.caseID)[0]; one.ID != p.ID || one.State != upload.Destroyed || one.Rule != upload.Deadline {
				t.Errorf("before anything listens: %+v", one)
			}
			if _, err := later.PhotoKeys(t).Open(p.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("its key: %v", err)
			}
			later.Pass(t, 2*time.Minute)
			if s := state(t, later, a.caseID); s != string(request.Asked) {
				t.Errorf("the request is %s, want asked again", s)
			}
			session := open(t, later, "niemand@example.org", "+31612345699")
			if thread, err := later.Mailbox.Read(t.Context(), session); err != nil || thread.Body.Kind != request.MessageAgain {
				t.Errorf("the message is %q, %v", thread.Body.Kind, err)
			}
			later.Pass(t, 20*24*time.Hour)
			if s := state(t, later, a.caseID); s != string(request.Asked) {
				t.Errorf("the request is %s after 20 more days", s)
			}
			later.Promises(t)
		})
	}
}

// On day 5 whoever runs the installation is told, once for each photo.
func TestAPhotoThatGrowsOldIsTold(t *testing.T) {
	w := apptest.New(t, db.SQLite, nil)
	add(t, w, caseID)
	var told []string
	store := upload.NewStore(partsOf(w, func(work string) { told = append(told, work) }))
	update(t, w, func(tx *db.Tx) error { return w.Uploads.Keep(t.Context(), tx, caseID) })
	for _, hours := range []int{5*24 - 1, 1, 1} {
		w.Clock.Advance(time.Duration(hours) * time.Hour)
		check(t, store.Sweep(t.Context()))
	}
	old, err := store.Old(t.Context())
	if err != nil || old != 1 || len(told) != 1 || told[0] != "photos_old" {
		t.Errorf("told %v; %d old, %v", told, old, err)
	}
}

// A backup from before the decision brings no photo back: its key is gone. Whoever waits
// for a decision in it is asked again.
func TestARestoreBringsNoPhotoBack(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			w, officer := withBackup(t, engine)
			a := ask(t, w)
			p := add(t, w, a.caseID)
			check(t, w.Mailbox.Reply(t.Context(), a.session, none(), "key-1"))
			w.Settle(t)
			before := backup(t, w)
			end(t, w, a.caseID, upload.Decision)
			later := add(t, w, "req_0000000000000000000000000b") // of which the backup knows nothing
			w.Settle(t)
			check(t, w.Close())

			c := elsewhere(t, w.Config, engine)
			restored, err := app.Open(t.Context(), c, app.Options{Now: w.Clock.Now})
			check(t, err)
			check(t, errors.Join(restored.Restore(t.Context(), bytes.NewReader(before), []age.Identity{officer}), restored.Close()))
			again := apptest.Open(t, c, w.Clock, nil)
			one := list(t, again, a.caseID)[0]
			if one.ID != p.ID || one.State != upload.Destroyed || one.Rule != upload.Restored {
				t.Errorf("after the restore: %+v", one)
			}
			if _, err := again.PhotoKeys(t).Open(later.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("the key of a photo that nobody knows: %v", err)
			}
			again.Settle(t)
			if s := state(t, again, a.caseID); s != string(request.Asked) {
				t.Errorf("the request is %s, want asked again", s)
			}
			again.Promises(t)
		})
	}
}

// none is a reply without words.
func none() ident.Private { return ident.Private{} }

// elsewhere is the same installation with an empty database.
func elsewhere(t *testing.T, c config.Config, engine db.Engine) config.Config {
	t.Helper()
	c.Database.URL = dbtest.URL(t, engine)
	return c
}

// partsOf is what another store on the same world is made with.
func partsOf(w *apptest.World, told func(work string)) upload.Parts {
	parts := w.Uploads.Parts
	parts.Jobs = jobs.New(parts.DB, parts.Now, parts.Random, nil)
	parts.Report = func(_ context.Context, work string, _ error) { told(work) }
	return parts
}
