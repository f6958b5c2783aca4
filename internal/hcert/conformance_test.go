package hcert

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The files of the eHealth Network's test suite lie outside the repository, in
// the folder that LOKET_CONFORMANCE names. Another copy may hold more of them,
// so expectations are counted from the files: no miss, and not fewer than the
// copy this was written with.

// conformance returns the folder of the suites.
func conformance(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("LOKET_CONFORMANCE")
	if dir == "" {
		t.Skip("LOKET_CONFORMANCE does not name the folder of the conformance suites")
	}
	return filepath.Join(dir, "dcc")
}

// dgcCase is one file of dgc-testdata.
type dgcCase struct {
	file       string
	JSON       map[string]any
	CBOR       string
	COSE       string
	COMPRESSED string
	BASE45     string
	PREFIX     string
	Picture    string `json:"2DCODE"`
	TESTCTX    struct {
		CERTIFICATE     string
		VALIDATIONCLOCK string
	}
	EXPECTEDRESULTS map[string]any
}

func readJSON(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// dgcCases reads the cases and strikes out the expectations listed as faulty.
func dgcCases(t *testing.T, root string) (cases []*dgcCase, waived int) {
	t.Helper()
	var list struct {
		Faulty []struct {
			File   string
			Checks []string
		} `json:"known_faulty"`
	}
	readJSON(t, filepath.Join(root, "dgc-testdata-known-faulty.json"), &list)
	base := filepath.Join(root, "dgc-testdata")
	err := filepath.WalkDir(base, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		c := new(dgcCase)
		readJSON(t, path, c)
		c.file, err = filepath.Rel(base, path)
		if err != nil {
			return err
		}
		for _, f := range list.Faulty {
			if ok, _ := filepath.Match(f.File, c.file); !ok && f.File != "*" {
				continue
			}
			for _, k := range f.Checks {
				if _, ok := c.EXPECTEDRESULTS[k]; ok {
					delete(c.EXPECTEDRESULTS, k)
					waived++
				}
			}
		}
		cases = append(cases, c)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return cases, waived
}

func (c *dgcCase) certificate(t *testing.T) *x509.Certificate {
	t.Helper()
	der, err := base64.StdEncoding.DecodeString(c.TESTCTX.CERTIFICATE)
	if err != nil {
		t.Fatalf("%s: %v", c.file, err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatalf("%s: %v", c.file, err)
	}
	return cert
}

// clock is the instant of the case, or one within the certificate.
func (c *dgcCase) clock(t *testing.T, fallback time.Time) time.Time {
	t.Helper()
	if c.TESTCTX.VALIDATIONCLOCK == "" {
		return fallback
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700"} {
		if at, err := time.Parse(layout, c.TESTCTX.VALIDATIONCLOCK); err == nil {
			return at
		}
	}
	t.Fatalf("%s: clock %q", c.file, c.TESTCTX.VALIDATIONCLOCK)
	return time.Time{}
}

// layers are the checks of the single layers: each says whether it holds, and
// false for ran if the file lacks what it needs.
var layers = map[string]func(t *testing.T, c *dgcCase) (ok, ran bool){
	"EXPECTEDPICTUREDECODE":    checkPicture,
	"EXPECTEDUNPREFIX":         func(_ *testing.T, c *dgcCase) (bool, bool) { return c.PREFIX == "HC1:"+c.BASE45, c.PREFIX != "" },
	"EXPECTEDB45DECODE":        checkBase45,
	"EXPECTEDCOMPRESSION":      checkCompression,
	"EXPECTEDVERIFY":           checkSignature,
	"EXPECTEDDECODE":           checkContents,
	"EXPECTEDVALIDJSON":        checkEncoding,
	"EXPECTEDENCODE":           checkEncoding,
	"EXPECTEDSCHEMAVALIDATION": checkSchema,
	"EXPECTEDVALIDOBJECT":      checkObject,
	"EXPECTEDEXPIRATIONCHECK":  checkTimes,
	"EXPECTEDKEYUSAGE":         checkUsage,
}

func TestConformanceLayers(t *testing.T) {
	cases, waived := dgcCases(t, conformance(t))
	ran, missed := map[string]int{}, map[string]int{}
	total, cannot := 0, 0
	for _, c := range cases {
		for _, key := range slices.Sorted(maps.Keys(c.EXPECTEDRESULTS)) {
			want, isBool := c.EXPECTEDRESULTS[key].(bool)
			check, known := layers[key]
			if !isBool || !known {
				if known {
					t.Errorf("%s: %s is no verdict", c.file, key)
				}
				cannot++
				continue
			}
			got, ok := check(t, c)
			if !ok {
				cannot++
				continue
			}
			total++
			ran[key]++
			if got != want {
				missed[key]++
				t.Errorf("%s: %s = %v, want %v", c.file, key, got, want)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(ran)) {
		t.Logf("%-26s %5d ran, %d missed", key, ran[key], missed[key])
	}
	t.Logf("%d files, %d expectations ran, %d waived as faulty, %d without what they need", len(cases), total, waived, cannot)
	atLeast(t, "expectations", total, 3525)
}

func atLeast(t *testing.T, what string, got, want int) {
	t.Helper()
	if got < want {
		t.Errorf("%d %s ran, want at least %d: is the folder complete?", got, what, want)
	}
}

// TestConformanceEndToEnd reads the text of each case as a verifier would. A
// case is good if all its expectations are. Schema, key usage and time count
// where the case has an (unwaived) expectation about them.
func TestConformanceEndToEnd(t *testing.T) {
	cases, _ := dgcCases(t, conformance(t))
	good, bad := 0, 0
	for _, c := range cases {
		if c.PREFIX == "" || c.TESTCTX.CERTIFICATE == "" || len(c.EXPECTEDRESULTS) == 0 {
			continue
		}
		want := c.verdict()
		cert := c.certificate(t)
		trust := new(Trust)
		trust.Add(cert)
		fallback := cert.NotBefore
		if r := Inspect(c.PREFIX); r.IssuedAt != nil && r.IssuedAt.After(fallback) {
			fallback = *r.IssuedAt
		}
		got := Verify(c.PREFIX, trust, c.clock(t, fallback))
		problems := slices.DeleteFunc(got.Problems, func(f Finding) bool {
			key, optional := optionalChecks[f.Code]
			_, asked := c.EXPECTEDRESULTS[key]
			return optional && !asked
		})
		if (len(problems) == 0) != want {
			t.Errorf("%s: valid = %v, want %v; problems %v", c.file, !want, want, problems)
		}
		if want {
			good++
		} else {
			bad++
		}
	}
	t.Logf("%d good and %d bad cases", good, bad)
	atLeast(t, "cases", good+bad, 426)
	atLeast(t, "bad cases", bad, 93)
}

var optionalChecks = map[string]string{
	"schema": "EXPECTEDSCHEMAVALIDATION",
	"usage":  "EXPECTEDKEYUSAGE",
	"time":   "EXPECTEDEXPIRATIONCHECK",
}

// verdict is what all expectations of a case about its text ask for.
func (c *dgcCase) verdict() bool {
	for k, v := range c.EXPECTEDRESULTS {
		if want, ok := v.(bool); ok && !want && layers[k] != nil && k != "EXPECTEDPICTUREDECODE" {
			return false
		}
	}
	return true
}
