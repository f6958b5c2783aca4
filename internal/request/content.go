package request

import (
	"context"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"loket/internal/certificate"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/registry"
)

// content is all that is decided, as passkeys confirm it: its canonical CBOR
// (RFC 8949, 4.2.1) is what the challenge is a hash of. Whatever is not in it can
// change between two people, and so nothing is left out that a proof rests on.
type content struct {
	Form     string         `cbor:"1,keyasint"` // contentForm
	Proposal string         `cbor:"2,keyasint"`
	Case     string         `cbor:"3,keyasint"`
	Round    int64          `cbor:"4,keyasint"`
	Choice   string         `cbor:"5,keyasint"`
	Record   string         `cbor:"6,keyasint"`  // id of the chosen record
	Known    []byte         `cbor:"7,keyasint"`  // sum over all that the record holds
	Proofs   []contentProof `cbor:"8,keyasint"`  // what is to be issued
	Reason   ident.Private  `cbor:"9,keyasint"`  // of a refusal
	NextStep ident.Private  `cbor:"10,keyasint"` // of a refusal
	Object   string         `cbor:"11,keyasint"` // of a refusal: where to object, as the person will read it
	Seen     Seen           `cbor:"12,keyasint"`
	Lang     string         `cbor:"13,keyasint"`
	Pack     string         `cbor:"14,keyasint"`
	PackHash string         `cbor:"15,keyasint"`
}

type contentProof struct {
	Kind string `cbor:"1,keyasint"`
	Of   []byte `cbor:"2,keyasint"` // the event, as a sum
}

const (
	contentForm = "loket ruling 1"
	textObject  = "object"
)

// content makes the content of a ruling as things stand now.
func (s *Store) content(ctx context.Context, t task, id string, r Ruling) (Proposed, []certificate.Intent, error) {
	plan, known, err := s.planOf(ctx, t.body, r)
	if err != nil {
		return Proposed{}, nil, err
	}
	c := content{Form: contentForm, Proposal: id, Case: t.request.ID, Round: t.request.Round, Choice: choiceOf(r), Known: known,
		Seen: r.Seen, Lang: t.request.Lang, Pack: s.Pack.ID, PackHash: s.Pack.Hash}
	if r.Approve {
		c.Record = r.RecordID
	} else {
		c.Reason, c.NextStep = r.Reason, r.NextStep
		if c.Object, err = s.whereToObject(t.request.Lang); err != nil {
			return Proposed{}, nil, err
		}
	}
	for _, in := range plan {
		c.Proofs = append(c.Proofs, contentProof{string(in.Kind), in.Sum()})
	}
	mode, err := cbor.CanonicalEncOptions().EncMode()
	if err != nil {
		return Proposed{}, nil, fmt.Errorf("set up canonical encoding: %w", err)
	}
	encoded, err := mode.Marshal(c)
	if err != nil {
		return Proposed{}, nil, fmt.Errorf("encode content: %w", err)
	}
	lines, err := s.lines(encoded)
	return Proposed{ID: id, Ruling: r, Bytes: encoded, Lines: lines}, plan, err
}

// whereToObject is the text of the pack that tells who looks at a refusal again.
func (s *Store) whereToObject(tag string) (string, error) {
	text := s.Pack.Text(tag, textObject)
	if text == nil {
		return "", fault.New(fault.Internal, "", "pack %s does not say where to object", s.Pack.ID)
	}
	return text.Plain(nil)
}

// recordSum is a sum over all that a record holds: whatever is changed in it between two
// people shows.
func (s *Store) recordSum(r registry.Record) ([]byte, error) {
	encoded, err := cbor.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return s.index.Sum("record", r.ID, string(encoded)), nil
}

func parseContent(encoded []byte) (content, error) {
	var c content
	if err := cbor.Unmarshal(encoded, &c); err != nil {
		return c, fmt.Errorf("decode content: %w", err)
	}
	if c.Form != contentForm {
		return c, fault.New(fault.Denied, "", "content has another form")
	}
	return c, nil
}

// lines shows a content: what is on the screen is read from the bytes that are confirmed.
func (s *Store) lines(encoded []byte) ([]Line, error) {
	c, err := parseContent(encoded)
	if err != nil {
		return nil, err
	}
	lines := []Line{{Label: "request.line.choice", Word: "request.line." + c.Choice}}
	add := func(label string, text ident.Private) {
		if !text.IsZero() {
			lines = append(lines, Line{Label: label, Text: text})
		}
	}
	for _, p := range c.Proofs {
		lines = append(lines, Line{Label: "request.line.proof", Word: "request.line." + p.Kind})
	}
	add("request.line.reason", c.Reason)
	add("request.line.next-step", c.NextStep)
	add("request.line.object", ident.NewPrivate(c.Object))
	if item, ok := s.Pack.Item(listDocuments, c.Seen.Document); ok {
		lines = append(lines, Line{Label: "request.line.seen", Item: &item})
	}
	if item, ok := s.Pack.Item(listOtherwise, c.Seen.Instead); ok {
		lines = append(lines, Line{Label: "request.line.seen", Item: &item})
	}
	return lines, nil
}
