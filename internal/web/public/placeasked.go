package public

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"loket/internal/fault"
	"loket/internal/planner"
	"loket/internal/qr"
	"loket/internal/slip"
	"loket/internal/web"
	"loket/internal/web/form"
	"loket/internal/web/throttle"
)

// receiptBySource is asked before anything is looked up.
var receiptBySource = throttle.Limit{Name: "receipt-by-source", By: throttle.Source, Burst: 60, Every: 10 * time.Second,
	Why: "A signature cannot be guessed; a library checks the receipts of a whole morning."}

// receiptText is the signed receipt of an ask.
type receiptText struct {
	Spaced  string // in groups
	Picture string // PNG in base64
}

func newReceiptText(signed string) (*receiptText, error) {
	symbol, err := qr.Encode(signed, qr.M)
	if err != nil {
		return nil, err
	}
	var png bytes.Buffer
	if err := symbol.WritePNG(&png, pictureScale/2); err != nil {
		return nil, err
	}
	return &receiptText{slip.Spaced(signed), base64.StdEncoding.EncodeToString(png.Bytes())}, nil
}

// placeAskedPage takes the signed receipt of an ask from anybody, and says what it says and
// whether its ticket is on the list where it belongs.
type placeAskedPage struct {
	web.Page
	Receipt form.Text
	Checked *planner.CheckedReceipt // nil before one was checked
	List    string                  // its number
	Asked   instant
	Closes  instant
	Keys    []string // public, for who checks without a network
}

func (p *Pages) newPlaceAskedPage() *placeAskedPage {
	return &placeAskedPage{
		Page:    web.Page{Title: "public.place.asked.title", Back: "/place"},
		Receipt: form.Text{Name: "receipt", Label: "public.place.asked.label", Hint: "public.place.asked.hint", Lines: 4, Latin: true, Autocomplete: "off"},
		Keys:    p.Planner.SlipKeys(),
	}
}

func (p *Pages) askPlaceAsked(w http.ResponseWriter, r *http.Request) error {
	return p.site.Render(w, r, "place-asked", p.newPlaceAskedPage())
}

// takePlaceAsked checks a receipt.
func (p *Pages) takePlaceAsked(w http.ResponseWriter, r *http.Request) error {
	if err := p.site.Count(r, receiptBySource, ""); err != nil {
		return err
	}
	page := p.newPlaceAskedPage()
	if err := form.Read(r, &page.Receipt); err != nil {
		return err
	}
	if page.Receipt.Require("public.place.asked.missing") {
		checked, err := p.Planner.CheckReceipt(r.Context(), page.Receipt.Value)
		switch {
		case fault.Is(err, fault.Invalid):
			page.Receipt.Error = fault.Key(err)
		case err != nil:
			return err
		default:
			page.Checked, page.List = &checked, strconv.FormatInt(checked.List, 10)
			page.Asked, page.Closes = p.instant(checked.At), p.instant(checked.Closes)
		}
	}
	page.Problems = form.Problems(&page.Receipt)
	return p.site.Render(w, r, "place-asked", page)
}
