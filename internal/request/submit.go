package request

import (
	"bytes"
	"context"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/once"
	"loket/internal/person"
	"loket/internal/point"
	"loket/internal/rules"
	"loket/internal/upload"
)

// Submission is a finished form.
type Submission struct {
	Answers
	Lang  string          // to write to the person in
	Door  Door            // where it came in
	Key   string          // idempotency key of the form or call
	Draft ident.DraftCode // dropped in the same transaction; zero if there is none
	// KeepDraft leaves the draft where it is, for a browser that the answer may not reach:
	// sent again with the same key it gets the same receipt. DropDraft ends it, and ends no
	// photo that was sent with the request.
	KeepDraft bool

	by     actor  // who filled it in with the person; nobody if empty
	agreed Agreed // the mandate that goes with it
}

// Receipt is what the person keeps: number and code open the status. The code is
// derived from the case and stored nowhere.
type Receipt struct {
	Number ident.CaseNumber
	Code   ident.Code
	Way    string // WayDigital, or WayCounter when it goes on at a counter
}

const insertRequest = `
	INSERT INTO request (id, number, person_id, pack, lang, door, state, round, code_version, tries, tries_day,
		received_at, expires_at, closed_at, sealed)
	VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1, 0, '', $8, $9, NULL, $10)`

// Submit takes a request in. Nobody is looked up: whoever is known and whoever is
// not get the same answer by the same queries. A repeat with the same key gets the
// receipt of the first. It is a fault.Invalid when the answers lead to no way or
// something is missing.
func (s *Store) Submit(ctx context.Context, sub Submission) (Receipt, error) {
	way, decisions, err := s.acceptable(sub.Answers)
	if err != nil {
		return Receipt{}, err
	}
	if sub.KeepNumber == nil || !*sub.KeepNumber {
		sub.DocumentNumber = ident.DocumentNumber{} // no permission, no number (G-38)
	}
	sub.Case = "" // the draft says which, and nobody else
	body, err := cbor.Marshal(sub.Answers)
	if err != nil {
		return Receipt{}, fmt.Errorf("encode answers: %w", err)
	}
	fresh := row{
		Number: string(ident.NewCaseNumber(s.Random)), Lang: sub.Lang,
		State: Received, Round: 1, CodeVersion: 1, ReceivedAt: s.Now(),
	}
	if way == WayCounter || sub.Door == AtCounter {
		way, fresh.State = WayCounter, Counter
	}
	var made string
	isNew := false
	err = s.DB.Update(ctx, func(tx *db.Tx) (err error) {
		if fresh.ID, err = s.takeDraft(ctx, tx, sub.Draft, sub.KeepDraft); err != nil {
			return err
		}
		made, isNew, err = s.Once.Do(ctx, tx, once.Call{Route: routeSubmit, Key: sub.Key, Body: string(body)}, fresh.ID)
		if err != nil || !isNew {
			return err
		}
		if err := s.countTries(ctx, tx, sub.Answers); err != nil {
			return err
		}
		return s.insert(ctx, tx, fresh, sub, decisions)
	})
	point.Reach("request.submitted")
	if err != nil {
		return Receipt{}, err
	}
	if isNew {
		return s.receipt(fresh, way), nil
	}
	first, err := db.Get[row](ctx, s.DB, selectRequest, made)
	if err != nil {
		return Receipt{}, fmt.Errorf("find the request made first: %w", err)
	}
	return s.receipt(first, way), nil
}

// Limits on trying. A helper may ask for many with one address; one person's number
// has few reasons to come back within a week.
const (
	requestsPerEmail = 100 // a day
	triesPerNumber   = 5   // a week; beyond it a request goes by document, and is not refused
)

// Kinds of count.
const (
	tallyEmail  = "request email"
	tallyNumber = "request number"
)

// countTries counts the number, whoever's it is, and refuses to mail one address
// without end.
func (s *Store) countTries(ctx context.Context, tx *db.Tx, a Answers) error {
	if !a.Number.IsZero() {
		if _, err := s.Tally.Add(ctx, tx, tallyNumber, a.Number.Reveal()); err != nil {
			return err
		}
	}
	if a.Email.IsZero() {
		return nil
	}
	today, err := s.Tally.Add(ctx, tx, tallyEmail, a.Email.Reveal())
	if err != nil {
		return err
	}
	if today > requestsPerEmail {
		return fault.New(fault.Throttled, "request.many", "more than %d requests today for one address", requestsPerEmail)
	}
	return nil
}

// acceptable returns the way of complete answers, with the decisions that led there.
func (s *Store) acceptable(a Answers) (string, []rules.Decision, error) {
	route, err := s.Route(a)
	if err != nil {
		return "", nil, fault.New(fault.Invalid, "request.answers", "route: %w", err)
	}
	if route.Outcome != WayDigital && route.Outcome != WayCounter {
		return "", nil, fault.New(fault.Invalid, "request.no-way", "the way of these answers is %s", route.Outcome)
	}
	if a.Name.IsZero() || a.Document == "" {
		return "", nil, fault.New(fault.Invalid, "request.incomplete", "name or document is missing")
	}
	document, err := s.DocumentWay(a)
	if err != nil {
		return "", nil, fault.New(fault.Invalid, "request.answers", "document: %w", err)
	}
	decisions := []rules.Decision{route, document}
	if document.Outcome == WayCounter {
		return WayCounter, decisions, nil
	}
	return route.Outcome, decisions, nil
}

// insert makes the case: key, anchor, row, decisions, audit entry and figure; the
// draft goes.
func (s *Store) insert(ctx context.Context, tx *db.Tx, r row, sub Submission, decisions []rules.Decision) error {
	c, err := s.Vault.Create(ctx, tx, r.ID)
	if err != nil {
		return err
	}
	personID, err := s.People.Create(ctx, tx, r.ID, claims(sub.Answers)...)
	if err != nil {
		return err
	}
	sealed, err := c.Seal(purposeBody, sealedBody{Answers: sub.Answers})
	if err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, insertRequest, r.ID, r.Number, personID, s.Pack.ID, r.Lang, string(sub.Door), r.State,
		r.ReceivedAt, r.ReceivedAt.Add(s.life.request), sealed)
	if err != nil {
		return fmt.Errorf("keep request: %w", err)
	}
	for _, d := range decisions {
		if _, err := s.keepDecision(ctx, tx, c, r, d, audit.System, roleWorker); err != nil {
			return err
		}
	}
	if err := s.countOpened(ctx, tx, pathOpened, r.State); err != nil {
		return err
	}
	if err := s.followCounters(ctx, tx, r.ID, r.State, sub.Answers); err != nil {
		return err
	}
	if err := s.sendPhotos(ctx, tx, r.ID, sub.Answers); err != nil {
		return err
	}
	by := sub.by
	if by.id == "" {
		by = actor{audit.Applicant, roleSelf}
	}
	if err := s.noteSealed(ctx, tx, c, by.id, by.role, "request.submit", string(sub.Door)); err != nil {
		return err
	}
	if len(sub.agreed.Scope) == 0 {
		return nil
	}
	_, err = s.grant(ctx, tx, r.ID, by.id, sub.agreed)
	return err
}

// sendPhotos sends the photos that came with the form, if the form itself shows that they
// will be asked. What of them becomes of others would tell who is known, so they end at
// once, whoever it is (T4).
func (s *Store) sendPhotos(ctx context.Context, tx *db.Tx, caseID string, a Answers) error {
	if a.needsPhotos() {
		return s.Uploads.Keep(ctx, tx, caseID)
	}
	return s.Uploads.End(ctx, tx, caseID, upload.Left)
}

// needsPhotos reports whether answers lead to a document, whoever gave them: without a
// number or a birth date nobody is found by the automatic rule.
func (a Answers) needsPhotos() bool { return a.Number.IsZero() || a.Birth.IsZero() }

// followCounters lets a person who waits for a counter, and left a contact, be told when
// one opens.
func (s *Store) followCounters(ctx context.Context, tx *db.Tx, caseID string, at State, a Answers) error {
	if at != Counter || a.Email.IsZero() && a.Phone.IsZero() {
		return nil
	}
	return s.Locations.FollowAll(ctx, tx, caseID)
}

// claims returns what a person says of themselves that they may be found by.
func claims(a Answers) []person.Identifier {
	list := []person.Identifier{person.Likeness(a.Name, a.Birth, a.Phone)}
	if !a.Number.IsZero() {
		list = append(list, person.Number(a.Number))
	}
	if a.keepsDocument() {
		list = append(list, person.Document(a.DocumentNumber))
	}
	return list
}

func (s *Store) receipt(r row, way string) Receipt {
	return Receipt{ident.CaseNumber(r.Number), s.code(r), way}
}

// code derives the code of a case. A new code_version gives another.
func (s *Store) code(r row) ident.Code {
	return ident.NewCode(bytes.NewReader(s.index.Derive("code", r.ID, fmt.Sprint(r.CodeVersion))))
}
