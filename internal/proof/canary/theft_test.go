package canary

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"

	"loket/internal/app"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/proof/program"
	"loket/internal/request"
	"loket/internal/seal"
	"loket/internal/staff"
)

// robbed is a Loket in which people are at every stage, with copies of its database.
func robbed(t *testing.T, engine db.Engine) *flight {
	t.Helper()
	f, _ := fly(t, configure(t, engine, filepath.Join(t.TempDir(), "data")))
	// Somebody known whose message is not opened yet, somebody who reads theirs, and
	// somebody with a draft.
	f.Submit(t, f.Known(t))
	f.Submit(t, f.Unknown(t))
	f.Pass(t, 10*time.Minute)
	// A checker has proposed something that waits for a second person.
	f.Propose(t, f.Hire(t, staff.Checker), func(request.Desk) request.Ruling {
		return request.Ruling{Reason: ident.NewPrivate("De foto is van iemand anders."), NextStep: ident.NewPrivate("Kom naar de balie.")}
	})
	p := &program.Program{URL: f.base}
	reading := map[string]any{"link": f.Link(t, "niemand@example.org"), "browser": "browser-of-somebody-who-reads", "channel": "sms"}
	for _, call := range []func() (string, map[string]any){
		func() (string, map[string]any) { return "/drafts", map[string]any{"name": "Verzonnen Ontwerp"} },
		func() (string, map[string]any) { return "/message-codes", reading },
		func() (string, map[string]any) {
			f.Settle(t)
			delete(reading, "channel")
			reading["code"] = f.Code(t, "+31612345699").Reveal()
			return "/message-openings", reading
		},
	} {
		path, body := call()
		if got, err := p.Call(t.Context(), "POST", path, body); err != nil || got.Status >= 300 {
			t.Fatalf("%s: %d, %v, %s", path, got.Status, err, got.Body)
		}
	}
	f.asksForAPlace(t)
	f.reportsFraud(t)
	return f
}

// reportsFraud keeps a report as package report does.
func (f *flight) reportsFraud(t *testing.T) {
	t.Helper()
	const id = "rpt_of_the_robbed"
	err := f.DB.Update(t.Context(), func(tx *db.Tx) error {
		c, err := seal.NewVault(f.Keys, f.Random()).Create(t.Context(), tx, id)
		if err != nil {
			return err
		}
		sealed, err := c.Seal("report", struct{ Text string }{"Verzonnen melding"})
		if err != nil {
			return err
		}
		_, err = db.Exec(t.Context(), tx, `INSERT INTO fraud_report (id, number, kind, ask_number, outcome, came_at, closed_by, sealed)
			VALUES ($1, '1111111111X', 'other', '', '', $2, '', $3)`, id, f.Clock.Now(), sealed)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// asksForAPlace keeps an ask as the planner does, in this world of before its season.
func (f *flight) asksForAPlace(t *testing.T) {
	t.Helper()
	const id, number = "ask_of_the_robbed", "0000000000X"
	err := f.DB.Update(t.Context(), func(tx *db.Tx) error {
		c, err := seal.NewVault(f.Keys, f.Random()).Create(t.Context(), tx, id)
		if err != nil {
			return err
		}
		sealed, err := c.Seal("ask", struct{ Name string }{"Verzonnen Vrager"})
		if err != nil {
			return err
		}
		if _, err := db.Exec(t.Context(), tx, `INSERT INTO draw (id, n, closes_at, source, round, state, tickets, published)
			VALUES ('drw_1', 1, $1, 'beacon', 1, 'open', 0, '')`, f.Clock.Now()); err != nil {
			return err
		}
		_, err = db.Exec(t.Context(), tx, `INSERT INTO ask (id, number, ticket, draw_id, pack, region, products, size, lang, desk_lang, door, soon, state,
			laters, silences, not_before, why, code_version, tries, tries_day, asked_at, changed_at, sealed)
			VALUES ($1, $2, '0123456789', 'drw_1', '', '', '', 1, 'nl', '', 'web', FALSE, 'waiting', 0, 0, $3, '', 1, 0, '', $3, $3, $4)`,
			id, number, f.Clock.Now(), sealed)
		if err != nil {
			return err
		}
		return f.texts(t, tx)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// texts begins a form by text message, sealed as package texting does.
func (f *flight) texts(t *testing.T, tx *db.Tx) error {
	const id = "txt_of_the_robbed"
	c, err := seal.NewVault(f.Keys, f.Random()).Create(t.Context(), tx, id)
	if err != nil {
		return err
	}
	thread, err := c.Seal("text thread", struct{ Name string }{"Verzonnen Beller"})
	if err != nil {
		return err
	}
	answer, err := c.Seal("text answer ans_1", struct{ Key string }{"texting.wrong"})
	if err != nil {
		return err
	}
	if _, err := db.Exec(t.Context(), tx, `INSERT INTO text_thread (id, phone, expires_at, sealed) VALUES ($1, $2, $3, $4)`,
		id, []byte("sum"), f.Clock.Now().Add(24*time.Hour), thread); err != nil {
		return err
	}
	_, err = db.Exec(t.Context(), tx, `INSERT INTO text_answer (id, thread_id, message, sealed, expires_at) VALUES ('ans_1', $1, $2, $3, $4)`,
		id, []byte("sum"), answer, f.Clock.Now().Add(time.Hour))
	return err
}

// T11: the database and its backups without the keys open nothing; with the key
// directory everything opens that is not for the holder of a link alone.
func TestThief(t *testing.T) { // G-41
	for _, engine := range []db.Engine{db.SQLite, db.PostgreSQL} {
		t.Run(string(engine), func(t *testing.T) {
			f := robbed(t, engine)
			th := steal(t, f.DB, f.copy())
			for _, l := range sealedColumns {
				if th.count(l.column) == 0 && l.column != "message_code.sealed" {
					t.Errorf("there is nothing to steal in %s", l.column)
				}
			}
			th.open()
			if len(th.plain) > 0 {
				t.Errorf("without keys: %v", th)
			}
			th.find(f.Config.Keys.Dir)
			th.open()
			for _, column := range []string{"case_key.wrapped", "audit_entry.subject", "registry_record.sealed", "request.sealed", "decision.reasons", "proposal.sealed", "ask.sealed", "fraud_report.sealed", "text_thread.sealed", "text_answer.sealed", "message.queue_wrap"} {
				if th.opened[column] != th.count(column) {
					t.Errorf("with the keys %d of %d in %s open", th.opened[column], th.count(column), column)
				}
			}
			for _, column := range []string{"message_link.wrap", "message_session.wrap", "draft.sealed"} {
				if th.opened[column] != 0 {
					t.Errorf("without a link %d in %s open", th.opened[column], column)
				}
			}
			f.has(th)
			t.Logf("%d keys tried: %v", len(th.boxes), th)
		})
	}
}

// has fails the test when a canary is not among what the thief opened.
func (f *flight) has(th *thief) {
	f.t.Helper()
	var own cage
	own.texts = map[string][]string{}
	for _, b := range flock() {
		for what, text := range map[string]string{"name": b.name, "number": b.number, "e-mail": b.email, "birth date": b.birth()} {
			own.add(b.call(what), text)
		}
		if !b.known {
			own.add(b.call("reply"), b.reply)
		}
	}
	found := map[string]bool{}
	for _, h := range newSearch(own.texts).in("", th.plain) {
		found[h.canary] = true
	}
	for name := range own.texts {
		if !found[name] {
			f.t.Errorf("with the keys %s is not found", name)
		}
	}
}

// copy returns a copy of the database, as a backup holds it before it is encrypted.
func (f *flight) copy() *db.DB {
	f.t.Helper()
	path := filepath.Join(f.t.TempDir(), "copy.db")
	if err := f.DB.Backup(f.t.Context(), path); err != nil {
		f.t.Fatal(err)
	}
	d, err := db.Open(f.t.Context(), "sqlite:"+path)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { d.Close() })
	return d
}

// T11: the escrowed keys, which hold no key of a week, bring the register back, and no
// case.
func TestEscrowOpensTheRegister(t *testing.T) {
	f := robbed(t, db.SQLite)
	th := steal(t, f.DB)
	th.find(f.escrow())
	th.open()
	if n := th.count("registry_record.sealed"); th.opened["registry_record.sealed"] != n || n == 0 {
		t.Errorf("%d of %d records open", th.opened["registry_record.sealed"], n)
	}
	for _, column := range []string{"case_key.wrapped", "request.sealed", "decision.reasons", "audit_entry.subject"} {
		if th.opened[column] != 0 {
			t.Errorf("%d in %s open with keys that are kept for years", th.opened[column], column)
		}
	}
	t.Logf("%v", th)
}

// escrow returns a folder with the escrowed keys, opened by the officer.
func (f *flight) escrow() string {
	f.t.Helper()
	officer, err := age.GenerateX25519Identity()
	if err != nil {
		f.t.Fatal(err)
	}
	var sealed bytes.Buffer
	if err := app.Escrow(f.Config, []string{officer.Recipient().String()}, &sealed); err != nil {
		f.t.Fatal(err)
	}
	opened, err := age.Decrypt(&sealed, officer)
	if err != nil {
		f.t.Fatal(err)
	}
	dir := f.t.TempDir()
	for files := tar.NewReader(opened); ; {
		head, err := files.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err != nil {
			f.t.Fatal(err)
		}
		path := filepath.Join(dir, head.Name)
		data, err := io.ReadAll(files)
		if err == nil {
			err = os.MkdirAll(filepath.Dir(path), 0o700)
		}
		if err = errors.Join(err, os.WriteFile(path, data, 0o600)); err != nil {
			f.t.Fatal(err)
		}
	}
}

// T11: when its cases have ended and 35 days have passed, a backup opens nothing of
// them, not even with the keys that are in use then.
func TestAnOldBackupOpensNothing(t *testing.T) {
	f := robbed(t, db.SQLite)
	old := f.copy()
	if n := f.endAll(t.Context()); n < len(names) {
		t.Fatalf("%d cases end, want all", n)
	}
	for range 36 {
		f.Clock.Advance(24 * time.Hour)
		f.Settle(t)
	}
	if n, err := db.Get[int64](t.Context(), f.DB, `SELECT count(*) AS n FROM case_key`); err != nil || n != 0 {
		t.Errorf("%d cases are left, %v", n, err)
	}
	th := steal(t, old)
	th.find(f.Config.Keys.Dir)
	th.open()
	for _, l := range sealedColumns {
		if l.column != "registry_record.sealed" && th.opened[l.column] > 0 {
			t.Errorf("%d of %d in %s open", th.opened[l.column], th.count(l.column), l.column)
		}
	}
	f.Promises(t)
}

// endAll has every case end now.
func (f *flight) endAll(ctx context.Context) int {
	f.t.Helper()
	n, err := db.Exec(ctx, f.DB, `UPDATE case_key SET ends_at = $1`, f.Clock.Now())
	if err != nil {
		f.t.Fatal(err)
	}
	return int(n)
}
