package hcert

import (
	"bytes"
	"encoding/hex"
	"math"
	"testing"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// Examples of RFC 8949 appendix A, as far as certificates use their kinds.
func TestReaderExamples(t *testing.T) {
	for text, want := range map[string]any{
		"00": int64(0), "1903e8": int64(1000), "1b7fffffffffffffff": int64(math.MaxInt64), "3863": int64(-100),
		"f90001": 5.960464477539063e-8, "f93c00": 1.0, "f9c400": -4.0, "f97bff": 65504.0, "f97c00": math.Inf(1), "f9fc00": math.Inf(-1),
		"fa47c35000": 100000.0, "fb3ff199999999999a": 1.1, "f97e00": math.NaN(), "f4": false, "f5": true, "f6": nil, "f7": nil,
		"4401020304": []byte{1, 2, 3, 4}, "62c3bc": "ü", "80": []any{}, "83010203": []any{int64(1), int64(2), int64(3)},
		"a26161016162820203":                           map[string]any{"a": int64(1), "b": []any{int64(2), int64(3)}},
		"5f42010243030405ff":                           []byte{1, 2, 3, 4, 5},
		"7f657374726561646d696e67ff":                   "streaming",
		"9f018202039f0405ffff":                         []any{int64(1), []any{int64(2), int64(3)}, []any{int64(4), int64(5)}},
		"bf6346756ef563416d7421ff":                     map[string]any{"Fun": true, "Amt": int64(-2)},
		"c074323031332d30332d32315432303a30343a30305a": "2013-03-21T20:04:00Z",
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		r := &reader{data: data}
		got, err := r.value()
		if err != nil || len(r.data) != 0 {
			t.Errorf("%s: %v, %d bytes left", text, err, len(r.data))
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
	}
}

func TestReaderRefusals(t *testing.T) {
	for text, why := range map[string]string{
		"": "nothing", "18": "no argument", "1b8000000000000000": "beyond int64", "1c": "reserved", "62c3": "cut text",
		"61ff": "not UTF-8", "5bffffffffffffffff": "huge", "9bffffffffffffffff": "huge array", "bbffffffffffffffff": "huge map",
		"9f01": "no end", "5f6161ff": "text among bytes", "5f5f4101ffff": "nested pieces", "ff": "end of nothing", "1f": "endless number",
		"c101": "tag 1", "d9d9f700": "another tag", "f800": "simple value", "f818": "simple value", "a2616101616102": "duplicate",
		"a1f500": "key of another type", "a18000": "array as key", "a161": "cut key", "bf6161ff": "no value",
	} {
		data, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := (&reader{data: data}).value(); err == nil {
			t.Errorf("%s (%s) is read as %v", text, why, got)
		}
	}
}

// FuzzReader holds that whatever the reader takes, a general library takes too,
// and understands alike.
func FuzzReader(f *testing.F) {
	content, err := encodeClaims(testClaims, vaccination())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(content)
	for _, seed := range []string{"bf6346756ef563416d7421ff", "f97e00", "9f018202039f0405ffff", "7f657374726561646d696e67ff"} {
		data, err := hex.DecodeString(seed)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	oracle, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, IntDec: cbor.IntDecConvertSigned,
		DefaultMapType: nil, TimeTag: cbor.DecTagIgnored}.DecMode()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := &reader{data: data, named: true}
		got, err := r.value()
		if err != nil || bytes.Contains(data, []byte{0xc0}) { // the library turns tag 0 into a time
			return
		}
		var want any
		if err := oracle.Unmarshal(data[:len(data)-len(r.data)], &want); err != nil {
			t.Fatalf("%x: read as %v, but the library says %v", data, got, err)
		}
		if diff := cmp.Diff(named(want), got, cmpopts.EquateNaNs()); diff != "" {
			t.Errorf("%x (-library +got):\n%s", data, diff)
		}
	})
}

// named turns the library's maps into ours.
func named(v any) any {
	switch v := v.(type) {
	case map[any]any:
		m := make(map[string]any)
		for k, e := range v {
			m[k.(string)] = named(e)
		}
		return m
	case []any:
		for i := range v {
			v[i] = named(v[i])
		}
	}
	return v
}
