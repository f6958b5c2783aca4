package api

import (
	"bytes"
	"net/http"
	"strconv"

	"loket/internal/fault"
	"loket/internal/hcert"
	"loket/internal/mailbox"
	"loket/internal/qr"
)

// message is an opened message with the rest of its thread.
type message struct {
	Kind        string            `json:"kind"`
	Day         string            `json:"day"`
	Expires     string            `json:"expires"`
	SessionEnds string            `json:"sessionEnds"`
	Text        *text             `json:"text,omitempty"`
	Fields      map[string]string `json:"fields"`
	Proofs      []proof           `json:"proofs"`
	Replies     []replied         `json:"replies"`
	Others      []other           `json:"others"`
}

// proof is a certificate of an opened message. Its content is that of the EU schema,
// read from the QR text, which is the certificate itself.
type proof struct {
	Kind    string         `json:"kind"`
	QRText  string         `json:"qrText"`
	Content *hcert.Payload `json:"content"`
}

type replied struct {
	Day  string `json:"day"`
	Text string `json:"text"`
}

type other struct {
	Day   string `json:"day"`
	State string `json:"state"`
}

// thread returns what the session of a call shows.
func (a *api) thread(c *call) (mailbox.Thread, error) {
	s, err := c.session()
	if err != nil {
		return mailbox.Thread{}, err
	}
	t, err := a.Mailbox.Read(c.Context(), s)
	return t, unauthorised(err)
}

func (a *api) showMessage(c *call) (answer, error) {
	t, err := a.thread(c)
	if err != nil {
		return answer{}, err
	}
	m := message{Kind: t.Body.Kind, Day: t.Day, Expires: instant(t.Expires), SessionEnds: instant(t.Ends),
		Fields: map[string]string{}, Proofs: []proof{}, Replies: []replied{}, Others: []other{}}
	for name, value := range t.Body.Fields {
		m.Fields[camel(name)] = value
	}
	if t.Body.Pack == a.Requests.Pack.ID {
		if m.Text, err = a.text(c, "message-"+t.Body.Kind, t.Body.Fields); err != nil {
			return answer{}, err
		}
	}
	for _, p := range t.Body.Proofs {
		content, err := hcert.Inspect(p.QR).Payload()
		if err != nil {
			return answer{}, err
		}
		m.Proofs = append(m.Proofs, proof{p.Kind, p.QR, content})
	}
	for _, r := range t.Replies {
		if r.Text.Reveal() == "" {
			continue // it was photos
		}
		m.Replies = append(m.Replies, replied{r.Day, r.Text.Reveal()})
	}
	for _, o := range t.Others {
		m.Others = append(m.Others, other{o.Day, o.State})
	}
	return answer{status: http.StatusOK, body: m}, nil
}

// proofOf returns the proof that the path of a call names; the first is 1.
func (a *api) proofOf(c *call) (mailbox.Proof, error) {
	t, err := a.thread(c)
	if err != nil {
		return mailbox.Proof{}, err
	}
	n, err := strconv.Atoi(c.PathValue("number"))
	if err != nil || n < 1 || n > len(t.Body.Proofs) {
		return mailbox.Proof{}, fault.New(fault.NotFound, "api.not-found", "message has no such proof")
	}
	return t.Body.Proofs[n-1], nil
}

func (a *api) proofText(c *call) (answer, error) {
	p, err := a.proofOf(c)
	return answer{status: http.StatusOK, raw: []byte(p.QR)}, err
}

func (a *api) proofSVG(c *call) (answer, error) {
	return a.drawn(c, func(w *bytes.Buffer, s *qr.Symbol) error {
		return s.WriteSVG(w, qr.SVG{Label: c.texts.Get("api.proof.label", nil).Text})
	})
}

// pixels is how many a module of the PNG is wide: the symbol of a certificate then
// prints at 6 cm with 300 dots an inch.
const pixels = 8

func (a *api) proofPNG(c *call) (answer, error) {
	return a.drawn(c, func(w *bytes.Buffer, s *qr.Symbol) error { return s.WritePNG(w, pixels) })
}

// drawn returns a picture of a proof. Level Q is what the specification of EU
// certificates recommends.
func (a *api) drawn(c *call, draw func(*bytes.Buffer, *qr.Symbol) error) (answer, error) {
	p, err := a.proofOf(c)
	if err != nil {
		return answer{}, err
	}
	symbol, err := qr.Encode(p.QR, qr.Q)
	if err != nil {
		return answer{}, err
	}
	var picture bytes.Buffer
	if err := draw(&picture, symbol); err != nil {
		return answer{}, err
	}
	return answer{status: http.StatusOK, raw: picture.Bytes()}, nil
}
