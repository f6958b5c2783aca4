package public

import (
	"time"

	"loket/internal/seal"
	"loket/internal/web"
	"loket/internal/web/asking"
	"loket/internal/web/questions"
)

// PageData returns the data of each page by the name of its template.
func PageData() map[string]web.Document {
	return map[string]web.Document{
		"home": &homePage{}, "proof": &proofPage{}, "privacy": &privacyPage{}, "who-sees": &whoSeesPage{}, "accessibility": &plainPage{},
		"security": &plainPage{}, "audit": &auditPage{}, "question": &questionPage{Fields: &questions.Fields{}}, "way": &wayPage{}, "check": &checkPage{},
		"receipt": &receiptPage{}, "continue": &continuePage{}, "stop": &stopPage{}, "sent": &sentPage{}, "status": &statusPage{}, "withdraw": &statusPage{},
		"link": &linkPage{}, "code": &codePage{}, "not-mine": &notMinePage{}, "message": &messagePage{}, "closed": &closedPage{}, "print": &printPage{},
		"counters": &countersPage{}, "photo": &photoPage{}, "photos": &photosPage{},
		"place": &placesPage{}, "place-ask": &placeStepPage{Fields: &asking.Fields{}}, "place-again": &placeAgainPage{}, "place-way": &placeWayPage{},
		"place-check": &placeCheckPage{}, "place-receipt": &placeReceiptPage{}, "place-status": &placeStatusPage{}, "place-sure": &placeSurePage{},
		"place-draws": &drawsPage{}, "place-draw": &drawPage{}, "place-open": &openListPage{}, "place-report": &reportPage{}, "place-reported": &reportedPage{},
		"place-when": &whenPage{}, "place-figures": &figuresPage{}, "place-slip": &placeSlipPage{}, "place-near": &nearPage{},
		"place-spot": &spotPage{}, "place-where": &wherePage{}, "place-code": &placeCodePage{}, "place-asked": &placeAskedPage{},
	}
}

// Envelope seals and opens a word as the form that asks for a place does.
type Envelope struct{ envelope }

// NewEnvelope returns one of a form.
func NewEnvelope(box seal.Box, kind string, now func() time.Time) Envelope {
	return Envelope{envelope{box, kind, askLife, now}}
}

// Seal returns the hidden field of a word.
func (e Envelope) Seal(word string) (string, error) { return sealed(e.envelope, word) }

// Open returns the word of a hidden field.
func (e Envelope) Open(field string) (string, error) { return opened[string](e.envelope, field) }

// AgePlaces is what is done each time when the page of places is made.
func AgePlaces(made int, changed func()) {
	p := &Pages{placesChanged: changed}
	for range made {
		p.agePlaces()
	}
}
