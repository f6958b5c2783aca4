package ident_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html/template"
	"log/slog"
	"strings"
	"testing"

	"loket/internal/ident"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"
)

const canary = "Canary-Zonnebloem-4711"

type outer struct {
	Name   ident.Private
	inside ident.Private
	list   []ident.Private
}

// No verb of fmt shows a private text, not even from an unexported field of
// another struct, where fmt does not call the field's methods. // G-41
func TestPrivateHidesFromFmt(t *testing.T) {
	p := ident.NewPrivate(canary)
	code, err := ident.ParseCode("47114711")
	if err != nil {
		t.Fatal(err)
	}
	o := outer{Name: p, inside: p, list: []ident.Private{p}}
	for _, v := range []any{p, &p, o, &o, []any{p}, map[string]any{"p": p}, code, struct{ c ident.Code }{code}} {
		for _, verb := range strings.Split("v +v #v s q x X d p t 08.3f", " ") {
			if got := fmt.Sprintf("%"+verb, v); strings.Contains(got, "Canary") || strings.Contains(got, "4711") ||
				strings.Contains(strings.ToLower(got), fmt.Sprintf("%x", canary)) {
				t.Errorf("%%%s of %T shows the text", verb, v)
			}
		}
	}
	if got := fmt.Sprint(p, code); got != "[private] [private]" {
		t.Errorf("print = %q", got)
	}
}

func TestPrivateHidesFromLogsTemplatesAndEncoders(t *testing.T) {
	p := ident.NewPrivate(canary)
	o := outer{Name: p, inside: p}
	var out bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("form", "name", p, "all", o, "ptr", &o)
	}
	if err := template.Must(template.New("").Parse(`<p>{{.Name}} {{.}}`)).Execute(&out, o); err != nil {
		t.Error(err)
	}
	if strings.Contains(out.String(), "Zonnebloem") {
		t.Errorf("log or page shows the text:\n%s", out.String())
	}
	for _, v := range []any{p, o, map[string]ident.Private{"a": p}} {
		if b, err := json.Marshal(v); err == nil {
			t.Errorf("JSON of %T = %s, want an error", v, b)
		}
		if b, err := xml.Marshal(v); err == nil {
			t.Errorf("XML of %T = %s, want an error", v, b)
		}
	}
}

func TestPrivateGoesThroughCBOR(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		in := struct{ Name, Empty ident.Private }{Name: ident.NewPrivate(text)}
		data, err := cbor.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		out := in
		out.Name = ident.Private{}
		if err := cbor.Unmarshal(data, &out); err != nil {
			t.Fatal(err)
		}
		if !out.Name.Equal(in.Name) || !out.Empty.IsZero() {
			t.Errorf("CBOR changed %q to %q", text, out.Name.Reveal())
		}
	})
}

func TestPrivateIsReadFromJSON(t *testing.T) {
	var in struct{ Name ident.Private }
	if err := json.Unmarshal([]byte(`{"name":"`+canary+`"}`), &in); err != nil || in.Name.Reveal() != canary {
		t.Errorf("read %v, %v", in.Name.Reveal(), err)
	}
	var p ident.Private
	if err := cbor.Unmarshal([]byte{0x18, 0x2a}, &p); err == nil {
		t.Error("a CBOR number became a text")
	}
}

func TestPrivateEqual(t *testing.T) {
	a := ident.NewPrivate("a")
	if !a.Equal(ident.NewPrivate("a")) || a.Equal(ident.NewPrivate("b")) || a.Equal(ident.Private{}) {
		t.Error("Equal is not equality of texts")
	}
}
