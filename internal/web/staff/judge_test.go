package staff_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"loket/internal/hcert"
)

// judged fails the test unless ZBar reads a symbol on a picture, and the certificate in
// it is valid to us and to the judge, an npm library in a process of its own.
func (w *world) judged(t *testing.T, picture []byte) {
	t.Helper()
	zbar := exec.CommandContext(t.Context(), "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "png:-")
	zbar.Stdin = bytes.NewReader(picture)
	read, err := zbar.Output()
	if err != nil {
		t.Fatalf("zbarimg (is zbar-tools installed?): %v", err)
	}
	texts := strings.Split(strings.TrimSuffix(string(read), "\n"), "\n") // base45 has spaces
	trust := new(hcert.Trust)
	var chain []byte
	for _, key := range w.Signing.Published() {
		trust.Add(key.Certificate)
		chain = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw})
	}
	for _, text := range texts {
		if result := hcert.Verify(text, trust, w.Clock.Now()); !result.Valid {
			t.Errorf("the symbol is read and not valid: %v", result.Problems)
		}
	}
	modules := os.Getenv("LOKET_JUDGE")
	if modules == "" {
		t.Fatal("LOKET_JUDGE does not name the node_modules folder of the judge (make judge)")
	}
	question, err := json.Marshal(map[string]any{"certificate": string(chain), "texts": texts, "pictures": []string{}})
	if err != nil {
		t.Fatal(err)
	}
	judge := exec.CommandContext(t.Context(), "node", filepath.Join("..", "..", "hcert", "testdata", "judge", "judge.js"))
	judge.Env, judge.Stdin = append(os.Environ(), "NODE_PATH="+modules), bytes.NewReader(question)
	answer, err := judge.Output()
	if err != nil {
		t.Fatalf("run the judge: %v", err)
	}
	var verdicts []struct {
		Verified bool
		Error    string
	}
	if err := json.Unmarshal(answer, &verdicts); err != nil || len(verdicts) != len(texts) {
		t.Fatalf("%d verdicts on %d symbols, %v", len(verdicts), len(texts), err)
	}
	for _, v := range verdicts {
		if !v.Verified {
			t.Errorf("the judge refuses: %s", v.Error)
		}
	}
}
