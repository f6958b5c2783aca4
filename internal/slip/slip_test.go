package slip

import (
	"bytes"
	"crypto/ed25519"
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"loket/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files")

// testKey is a key that everybody knows.
func testKey(letter string) (ed25519.PrivateKey, ed25519.PublicKey) {
	key := ed25519.NewKeyFromSeed([]byte(strings.Repeat(letter, ed25519.SeedSize)))
	return key, key.Public().(ed25519.PublicKey)
}

// example is a slip of an invented appointment.
func example() Slip {
	return Slip{Appointment: "apt_0123456789abcdefghjkmnpqrg", Location: "amsterdam-bijlmer", Issue: 1, Person: [PersonSize]byte{1, 2, 3, 4, 5, 6, 7, 8},
		Starts: time.Date(2022, 8, 24, 7, 30, 0, 0, time.UTC)}
}

// sign signs what can be signed.
func sign(t testing.TB, s Slip, key ed25519.PrivateKey) string {
	t.Helper()
	text, err := s.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// What was given to people stays readable: these files never change.
func TestGolden(t *testing.T) {
	key, public := testKey("k")
	list, err := Revoked{At: example().Starts, Codes: []Code{{example().Appointment, 1}, {"apt_00000000000000000000000000", 0}}}.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]string{"slip.txt": sign(t, example(), key) + "\n", "revoked.json": string(list) + "\n", "key.txt": FormatKey(public) + "\n"} {
		path := "testdata/" + name
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

func TestReadWhatWasSigned(t *testing.T) {
	key, public := testKey("k")
	_, other := testKey("o")
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.SliceOfN(rapid.Byte(), idBits, idBits).Draw(t, "id")
		s := Slip{Appointment: idPrefix + strings.ToLower(encoding().EncodeToString(bits)),
			Location: rapid.StringMatching(`[a-z-]{1,64}`).Draw(t, "location"), Issue: rapid.IntRange(0, maxIssue).Draw(t, "issue"),
			Starts: time.Unix(rapid.Int64Range(0, 1<<32-1).Draw(t, "minutes")*60, 0).UTC()}
		copy(s.Person[:], rapid.SliceOfN(rapid.Byte(), PersonSize, PersonSize).Draw(t, "person"))
		text, err := s.Sign(key)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Read(" "+text[:20]+"\n"+text[20:], other, public); err != nil || got != s {
			t.Fatalf("%q is read as %+v, %v; want %+v", text, got, err, s)
		}
		if _, err := Read(text, other); !fault.Is(err, fault.Invalid) {
			t.Fatalf("read for another key: %v", err)
		}
	})
}

// No text in which one character is any other is genuine, and none that is cut or longer.
func TestOneFlippedByteIsNotGenuine(t *testing.T) { // P-72
	key, public := testKey("k")
	text := sign(t, example(), key)
	if !Looks(text) || Looks("K7P-49X-Q2M") {
		t.Error("a slip does not look like one, or a short code does")
	}
	for i := range len(text) {
		for c := range 256 {
			flipped := []byte(text)
			if flipped[i] == byte(c) {
				continue
			}
			flipped[i] = byte(c)
			if _, err := Read(string(flipped), public); !fault.Is(err, fault.Invalid) || fault.Key(err) != KeyFalse {
				t.Fatalf("%q with byte %d as %d: %v", text, i, c, err)
			}
		}
		if _, err := Read(text[:i], public); err == nil {
			t.Fatalf("the first %d bytes are genuine", i)
		}
	}
	for _, longer := range []string{text + "0", text + text, strings.ToLower(text), "", strings.Repeat("A", maxText+1)} {
		if _, err := Read(longer, public); err == nil {
			t.Errorf("%q is genuine", longer)
		}
	}
	if _, err := Read(text, public[:31]); err == nil {
		t.Error("read with a key that is none")
	}
}

func TestWhatIsNoSlipIsNotSigned(t *testing.T) {
	key, _ := testKey("k")
	for name, change := range map[string]func(*Slip){
		"id":       func(s *Slip) { s.Appointment = "ask_0123456789abcdefghjkmnpqrs" },
		"short id": func(s *Slip) { s.Appointment = "apt_0123" },
		"location": func(s *Slip) { s.Location = strings.Repeat("a", maxLocation+1) },
		"nowhere":  func(s *Slip) { s.Location = "" },
		"seconds":  func(s *Slip) { s.Starts = s.Starts.Add(time.Second) },
		"long ago": func(s *Slip) { s.Starts = time.Unix(-60, 0) },
		"issue":    func(s *Slip) { s.Issue = maxIssue + 1 },
	} {
		s := example()
		change(&s)
		if text, err := s.Sign(key); err == nil {
			t.Errorf("%s: signed as %s", name, text)
		}
	}
	if got := example().String(); !strings.Contains(got, "issue 1") {
		t.Errorf("%s", got)
	}
}

func TestKeysAreReadBack(t *testing.T) {
	_, public := testKey("k")
	if got, err := ParseKey(" " + FormatKey(public) + "\n"); err != nil || !got.Equal(public) {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"", "x", FormatKey(public)[1:]} {
		if _, err := ParseKey(text); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The list holds for all issues up to the one it names, and nobody but its owner can add,
// drop or change a line.
func TestRevoked(t *testing.T) {
	key, public := testKey("k")
	list := Revoked{At: example().Starts, Codes: []Code{{"apt_00000000000000000000000000", 3}, {example().Appointment, 1}}}
	file, err := list.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ReadRevoked(file, public)
	if err != nil || !cmp.Equal(got, list) {
		t.Fatalf("%+v, %v", got, err)
	}
	newer, other := example(), example()
	newer.Issue, other.Appointment = 2, "apt_0123456789abcdefghjkmnpqr0"
	if !got.Has(example()) || got.Has(newer) || got.Has(other) {
		t.Error("the list does not hold for what it names, or for more")
	}
	for old, wrong := range map[string]string{`"issue":1`: `"issue":0`, "2022": "2021", `"revoked":[`: `"revoked":[{"appointment":"apt_x","issue":1},`,
		`"at"`: `"too":1,"at"`, `"signature":"`: `"signature":"A`, "apt_0123": "apt_0\\n23", "T07:30:00Z": "T07:30:00+00:00"} {
		changed := bytes.Replace(file, []byte(old), []byte(wrong), 1)
		if _, err := ReadRevoked(changed, public); !fault.Is(err, fault.Invalid) || bytes.Equal(changed, file) {
			t.Errorf("%s as %s: %v", old, wrong, err)
		}
	}
	if _, err := ReadRevoked(append(file, '1'), public); err == nil {
		t.Error("something behind the list is taken")
	}
	empty, err := Revoked{At: example().Starts}.Sign(key)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ReadRevoked(empty, public); err != nil || len(got.Codes) > 0 {
		t.Errorf("an empty list: %+v, %v", got, err)
	}
}

func FuzzRead(f *testing.F) {
	key, public := testKey("k")
	f.Add(sign(f, example(), key))
	f.Add("LOKET1/0")
	f.Fuzz(func(t *testing.T, text string) {
		if s, _, _, err := parse(text); err == nil { // whoever signs it gives the same text but for the signature
			again, err := s.Sign(key)
			if err != nil || again[:len(again)-104] != strings.Join(strings.Fields(text), "")[:len(again)-104] {
				t.Errorf("%q is %+v, which is %q, %v", text, s, again, err)
			}
		}
		if s, err := Read(text, public); err == nil {
			if again, err := s.Sign(key); err != nil || again != strings.Join(strings.Fields(text), "") {
				t.Errorf("%q is genuine, and %q, %v", text, again, err)
			}
		}
	})
}

func FuzzReadRevoked(f *testing.F) {
	key, public := testKey("k")
	file, err := Revoked{At: example().Starts, Codes: []Code{{example().Appointment, 1}}}.Sign(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte(`{"at":"2022-08-24T07:30:00Z","revoked":[],"signature":""}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		list, err := ReadRevoked(file, public)
		if err != nil {
			return
		}
		if again, err := list.Sign(key); err != nil {
			t.Error(err)
		} else if got, err := ReadRevoked(again, public); err != nil || !cmp.Equal(got, list) {
			t.Errorf("%+v, %v; want %+v", got, err, list)
		}
	})
}
