package hcert

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func unhex(t *testing.T, c *dgcCase, s string) []byte {
	t.Helper()
	data, err := hex.DecodeString(s)
	if err != nil {
		t.Fatalf("%s: %v", c.file, err)
	}
	return data
}

// checkPicture lets ZBar, which is not ours, read the picture.
func checkPicture(t *testing.T, c *dgcCase) (ok, ran bool) {
	if c.Picture == "" {
		return false, false
	}
	data, err := base64.StdEncoding.DecodeString(c.Picture)
	if err != nil {
		return false, true
	}
	file := filepath.Join(t.TempDir(), "code.png")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "-q", "--raw", "--oneshot", file).Output()
	return err == nil && strings.TrimSuffix(string(out), "\n") == c.PREFIX, true
}

func checkBase45(t *testing.T, c *dgcCase) (ok, ran bool) {
	if c.BASE45 == "" || c.COMPRESSED == "" {
		return false, false
	}
	got, err := decodeBase45(c.BASE45)
	return err == nil && hex.EncodeToString(got) == strings.ToLower(c.COMPRESSED), true
}

func checkCompression(t *testing.T, c *dgcCase) (ok, ran bool) {
	if c.COMPRESSED == "" || c.COSE == "" {
		return false, false
	}
	got, err := inflate(unhex(t, c, c.COMPRESSED))
	return err == nil && hex.EncodeToString(got) == strings.ToLower(c.COSE), true
}

// checkSignature asks for a key id that fits, a signature that fits and claims
// that are a map.
func checkSignature(t *testing.T, c *dgcCase) (ok, ran bool) {
	if c.COSE == "" || c.TESTCTX.CERTIFICATE == "" {
		return false, false
	}
	cert := c.certificate(t)
	m, err := parseMessage(unhex(t, c, c.COSE))
	if err != nil || string(m.kid) != string(KID(cert)) || m.verify(cert.PublicKey, nil) != nil {
		return false, true
	}
	_, err = parseClaims(m.payload)
	return err == nil, true
}

func checkContents(t *testing.T, c *dgcCase) (ok, ran bool) {
	if c.COSE == "" || (c.JSON == nil && c.CBOR == "") {
		return false, false
	}
	m, err := parseMessage(unhex(t, c, c.COSE))
	if err != nil {
		return false, true
	}
	cl, err := parseClaims(m.payload)
	if err != nil {
		return false, true
	}
	return c.JSON == nil || cmp.Equal(floats(cl.tree), floats(c.JSON)), true
}

// checkEncoding asks whether the payload in CBOR says the same as in JSON.
func checkEncoding(t *testing.T, c *dgcCase) (ok, ran bool) {
	if c.CBOR == "" || c.JSON == nil {
		return false, false
	}
	data := unhex(t, c, c.CBOR)
	if cl, err := parseClaims(data); err == nil { // some files have the claims there
		return cmp.Equal(floats(cl.tree), floats(c.JSON)), true
	}
	tree, err := (&reader{data: data}).value()
	if err != nil {
		return false, true
	}
	return cmp.Equal(floats(tree), floats(c.JSON)), true
}

// floats makes the numbers of a decoded tree comparable between CBOR and JSON.
func floats(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			out[k] = floats(e)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = floats(e)
		}
		return out
	case int64:
		return float64(v)
	}
	return v
}

// fitsSchema says what schema 1.3.3 says, without the tolerance of Verify.
func fitsSchema(tree map[string]any) bool {
	_, defects := checkPayload(tree)
	return !slices.ContainsFunc(defects, func(d defect) bool { return d.grade != advice })
}

func checkSchema(t *testing.T, c *dgcCase) (ok, ran bool) {
	return fitsSchema(c.JSON), c.JSON != nil
}

func checkObject(t *testing.T, c *dgcCase) (ok, ran bool) {
	n := 0
	for _, k := range []string{"v", "t", "r"} {
		if _, ok := c.JSON[k]; ok {
			n++
		}
	}
	return n == 1, c.JSON != nil
}

func (c *dgcCase) judged(t *testing.T) *Result {
	t.Helper()
	cert := c.certificate(t)
	trust := new(Trust)
	m, err := parseMessage(unhex(t, c, c.COSE))
	if err != nil {
		t.Fatalf("%s: %v", c.file, err)
	}
	trust.AddAs(m.kid, cert) // a wrong key id is the matter of another check
	r := new(Result)
	cl, err := parseClaims(m.payload)
	if err != nil {
		t.Fatalf("%s: %v", c.file, err)
	}
	r.take(cl)
	fallback := cert.NotBefore
	if cl.issuedAt.After(fallback) {
		fallback = cl.issuedAt
	}
	r.judge(m, trust, c.clock(t, fallback))
	return r
}

func (r *Result) has(code string) bool {
	return slices.ContainsFunc(r.Problems, func(f Finding) bool { return f.Code == code })
}

func checkTimes(t *testing.T, c *dgcCase) (ok, ran bool) {
	if c.COSE == "" || c.TESTCTX.CERTIFICATE == "" || c.TESTCTX.VALIDATIONCLOCK == "" {
		return false, false
	}
	return !c.judged(t).has("time"), true
}

func checkUsage(t *testing.T, c *dgcCase) (ok, ran bool) {
	if c.COSE == "" || c.TESTCTX.CERTIFICATE == "" {
		return false, false
	}
	return !c.judged(t).has("usage"), true
}
