package packs

import (
	"testing"

	"loket/internal/rules"
)

func TestLoad(t *testing.T) {
	for _, name := range []string{"gkvi-amsterdam-2021", "covid-2021"} {
		if _, err := rules.Load(FS(name)); err != nil {
			t.Errorf("%s:\n%v", name, err)
		}
	}
}
