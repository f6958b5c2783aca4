package request

import (
	"context"
	"fmt"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/person"
)

// A document that somebody held in their hand at a counter, and whose number was kept
// with permission, finds its person faster the next time (G-40).
//
// Who types the number of somebody else's document must gain nothing by it (T4). So
// through the web it counts only together with the same name, the same birth date and the
// same address and phone as in the case before, whose person stood at the counter: what
// follows goes to them, and a person still decides. At the counter it counts when staff
// have the document before them, and then it only puts one record first.

// earlierCase returns the living case in which the document that a names was seen in
// person, and what was told there; a fault.NotFound if there is none.
func (s *Store) earlierCase(ctx context.Context, q db.Queryer, caseID string, a Answers) (string, sealedBody, error) {
	none := fault.New(fault.NotFound, "", "the document was not seen before")
	if !a.keepsDocument() {
		return "", sealedBody{}, none
	}
	anchor, err := s.People.Verified(ctx, q, person.Document(a.DocumentNumber))
	if err != nil {
		return "", sealedBody{}, err
	}
	if anchor.CaseID == caseID {
		return "", sealedBody{}, none
	}
	r, err := db.Get[row](ctx, q, selectRequest, anchor.CaseID)
	if err != nil {
		return "", sealedBody{}, fmt.Errorf("find earlier case: %w", err)
	}
	_, body, err := s.open(ctx, q, r)
	if err == nil && (body.SeenDocument == "" || body.Chosen == "") {
		err = none
	}
	return r.ID, body, err
}

// sameAsBefore reports whether a person tells all that the person of an earlier case told,
// with the same address and phone.
func sameAsBefore(a, before Answers) bool {
	return ident.Agree(a.Name, before.Name) && a.Birth.Matches(before.Birth) == ident.Exact &&
		!a.Email.IsZero() && a.Email.Equal(before.Email) && !a.Phone.IsZero() && a.Phone.Equal(before.Phone)
}

// orCompare turns an answer that asks for a document into one that asks for nothing, where
// there is something to compare already: photos that came with the form, or a document
// that was seen before. A mail leaves all the same, so that what leaves tells nothing.
func (s *Store) orCompare(ctx context.Context, ask answer, body sealedBody) (answer, error) {
	photos, err := s.Uploads.List(ctx, s.DB, ask.request.ID)
	if err != nil {
		return ask, err
	}
	there := false
	for _, p := range photos {
		there = there || p.Living()
	}
	caseID, before, err := s.earlierCase(ctx, s.DB, ask.request.ID, body.Answers)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return ask, err
	}
	if err == nil && sameAsBefore(body.Answers, before.Answers) {
		there, body.Earlier = true, caseID
		if ask.sealed, err = ask.box.Seal(purposeBody, body); err != nil {
			return ask, err
		}
	}
	if there {
		ask.to, ask.body.Kind, ask.body.Fields = Answered, MessageComparing, nil
	}
	return ask, nil
}

// anew is where a case goes on whose decision of staff can no longer be carried out.
func anew(r row, body sealedBody) State {
	if body.held(r) {
		return Counter
	}
	return Received
}

const beginRound = `
	UPDATE request SET state = $4, round = round + 1, expires_at = $3 WHERE id = $1 AND round = $2 AND state = 'decided'`

// beginAnew begins a new round of a case whose decision of staff can no longer be carried
// out, because the record has changed since or nobody confirmed it: it is matched again,
// or goes on at the counter. Nobody is told of what failed.
func (s *Store) beginAnew(ctx context.Context, tx *db.Tx, a answer) error {
	r := a.request
	n, err := db.Exec(ctx, tx, beginRound, r.ID, r.Round, s.Now().Add(s.life.request), string(a.to))
	if err != nil || n == 0 {
		return err
	}
	if err := s.Mailbox.RecallCase(ctx, tx, r.ID); err != nil {
		return err
	}
	if err := s.countOpened(ctx, tx, pathReopened, a.to); err != nil {
		return err
	}
	return s.noteSealed(ctx, tx, a.box, audit.System, roleWorker, "request.answer", "anew")
}
