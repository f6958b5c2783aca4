package config_test

import (
	"strings"
	"testing"

	"loket/internal/config"
)

func TestAnEmptyFileWorks(t *testing.T) {
	c, err := config.Load("", func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	if c.Database.URL != "sqlite:loket-data/loket.db" || c.Public.Addr != "localhost:8080" {
		t.Errorf("defaults are %+v", c)
	}
}

func TestAnUnknownKeyIsNamed(t *testing.T) {
	_, err := config.Parse(strings.NewReader("[mail]\nhots = 'x'\n"))
	if err == nil || !strings.Contains(err.Error(), "mail.hots") {
		t.Errorf("err = %v, want the key in it", err)
	}
}

func TestTheEnvironmentOverrides(t *testing.T) {
	c, err := config.Load("", func(name string) string {
		return map[string]string{"LOKET_DATABASE_URL": "postgres://localhost/loket"}[name]
	})
	if err != nil || c.Database.URL != "postgres://localhost/loket" {
		t.Errorf("url = %q, %v", c.Database.URL, err)
	}
}

func TestWhatCannotWorkIsRefusedAllAtOnce(t *testing.T) {
	env := func(name string) string { return map[string]string{"LOKET_DATABASE_URL": "mysql://x"}[name] }
	path := t.TempDir() + "/loket.toml"
	writeFile(t, path, "[public]\nurl = 'http://loket.example'\n[mail]\nhost = 'mail.example'\ntls = 'none'\n[backup]\nrecipients = ['age1nope']\n")
	_, err := config.Load(path, env)
	for _, key := range []string{"database.url", "public.url", "mail.tls", "backup.recipients"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%v does not name %s", err, key)
		}
	}
}
