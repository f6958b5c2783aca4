package public

import (
	"loket/internal/web"
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
		"place": &placesPage{}, "place-ask": &placeStepPage{placeFields: &placeFields{}}, "place-again": &placeAgainPage{}, "place-way": &placeWayPage{},
		"place-check": &placeCheckPage{}, "place-receipt": &placeReceiptPage{}, "place-status": &placeStatusPage{}, "place-sure": &placeSurePage{},
		"place-draws": &drawsPage{}, "place-draw": &drawPage{},
	}
}
