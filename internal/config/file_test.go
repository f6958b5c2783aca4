package config_test

import (
	"os"
	"strings"
	"testing"

	"loket/internal/config"
)

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("name = 'x'\n[route]\nmatch = '5m'\n")
	f.Add("[public]\nproxies = ['10.0.0.0/8']\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := config.Parse(strings.NewReader(text)); err != nil && err.Error() == "" {
			t.Error("an error without a text")
		}
	})
}
