package app_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"loket/internal/app"
	"loket/internal/app/apptest"
	"loket/internal/cli"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/mailbox"
	"loket/internal/outbox"
	"loket/internal/request"
	"loket/internal/upload"
)

func TestMain(m *testing.M) { apptest.Main(m) }

// photoCase is the case of somebody who has not sent a form yet.
const photoCase = "req_0000000000000000000000000a"

// addPhoto sends a photo of a document.
func addPhoto(t testing.TB, w *apptest.World, caseID string) upload.Photo {
	t.Helper()
	p, err := w.Uploads.Add(t.Context(), caseID, upload.Document, bytes.NewReader(w.Photo(t, 1)))
	check(t, err)
	return p
}

func endPhotos(t testing.TB, w *apptest.World, caseID string) {
	t.Helper()
	check(t, w.DB.Update(t.Context(), func(tx *db.Tx) error { return w.Uploads.End(t.Context(), tx, caseID, upload.Decision) }))
}

func onePhoto(t testing.TB, w *apptest.World, caseID string) upload.Photo {
	t.Helper()
	photos, err := w.Uploads.List(t.Context(), w.DB, caseID)
	check(t, err)
	if len(photos) != 1 {
		t.Fatalf("%d photos", len(photos))
	}
	return photos[0]
}

// withBackup is a world whose backups an officer can read.
func withBackup(t *testing.T, engine db.Engine) (*apptest.World, *age.X25519Identity) {
	t.Helper()
	officer, err := age.GenerateX25519Identity()
	check(t, err)
	w := apptest.New(t, engine, nil)
	w.App.Config.Backup.Recipients = []string{officer.Recipient().String()}
	return w, officer
}

// backup takes a backup with the command that operators use.
func backup(t *testing.T, w *apptest.World) []byte {
	t.Helper()
	dir := t.TempDir()
	settings, file := filepath.Join(dir, "loket.toml"), filepath.Join(dir, "backup")
	var text, told bytes.Buffer
	check(t, w.App.Config.Write(&text))
	check(t, os.WriteFile(settings, text.Bytes(), 0o600))
	if status := cli.Run(t.Context(), []string{"backup", "--config", settings, file}, func(string) string { return "" }, nil, &told, &told); status != 0 {
		t.Fatalf("loket backup ended with %d: %s", status, told.String())
	}
	sealed, err := os.ReadFile(file)
	check(t, err)
	return sealed
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
			p := addPhoto(t, w, photoCase)
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
			endPhotos(t, w, photoCase)
			looked := func(find func(*db.Tx) error) error { return w.DB.Update(t.Context(), find) }
			if _, err := w.Uploads.Show(t.Context(), upload.Viewer{Actor: "stf_1", Role: "checker"}, photoCase, p.ID, looked); !fault.Is(err, fault.NotFound) {
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
			one := onePhoto(t, w, photoCase)
			if one.State != upload.Destroyed || one.Rule != upload.Decision || one.Destroyed != "2021-12-20" || !strings.HasPrefix(one.Receipt, "R-") {
				t.Errorf("the receipt says %+v", one)
			}
			w.Promises(t)
		})
	}
}

// A backup from before the decision brings no photo back: its key is gone. Whoever waits
// for a decision in it is asked again.
func TestARestoreBringsNoPhotoBack(t *testing.T) {
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			w, officer := withBackup(t, engine)
			session := openMessage(t, w)
			caseID, _, err := w.Mailbox.CaseOf(t.Context(), session)
			check(t, err)
			p := addPhoto(t, w, caseID)
			check(t, w.Mailbox.Reply(t.Context(), session, ident.Private{}, "key-1"))
			w.Settle(t)
			before := backup(t, w)
			endPhotos(t, w, caseID)
			later := addPhoto(t, w, photoCase) // of which the backup knows nothing
			w.Settle(t)
			check(t, w.Close())

			c := elsewhere(t, w.Config, engine)
			restored, err := app.Open(t.Context(), c, app.Options{Now: w.Clock.Now})
			check(t, err)
			check(t, errors.Join(restored.Restore(t.Context(), bytes.NewReader(before), []age.Identity{officer}), restored.Close()))
			again := apptest.Open(t, c, w.Clock, nil)
			one := onePhoto(t, again, caseID)
			if one.ID != p.ID || one.State != upload.Destroyed || one.Rule != upload.Restored {
				t.Errorf("after the restore: %+v", one)
			}
			if _, err := again.PhotoKeys(t).Open(later.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("the key of a photo that nobody knows: %v", err)
			}
			again.Settle(t)
			state, err := db.Get[string](t.Context(), again.DB, `SELECT state FROM request WHERE id = $1`, caseID)
			if err != nil || state != string(request.Asked) {
				t.Errorf("the request is %s, %v; want asked again", state, err)
			}
			again.Promises(t)
		})
	}
}

// openMessage is an open message of somebody who was asked for a document.
func openMessage(t *testing.T, w *apptest.World) mailbox.Session {
	t.Helper()
	w.Submit(t, w.Unknown(t))
	w.Settle(t)
	link, err := mailbox.ParseLink(w.Link(t, "niemand@example.org"))
	check(t, err)
	_, err = w.Mailbox.Ask(t.Context(), link, "browser", outbox.SMS)
	check(t, err)
	w.Settle(t)
	session, err := w.Mailbox.Open(t.Context(), link, "browser", w.Code(t, "+31612345699").Reveal())
	check(t, err)
	return session
}
