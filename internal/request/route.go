package request

import (
	"loket/internal/rules"
)

// Facts returns what the answers tell the pack's question "route". An answer that was
// not given yet is left out, so that the decision names what to ask next.
func (a Answers) Facts() rules.Facts {
	facts := rules.Facts{}
	put := func(id, value string) {
		if value != "" {
			facts[id] = value
		}
	}
	put("municipality", a.Municipality)
	put("vaccinated_by", a.VaccinatedBy)
	if a.DigiD != "" {
		facts["can_use_digid"] = a.DigiD == DigiDWorks
		facts["has_bsn"] = a.DigiD != NoBSN
	}
	if a.TestedPositive != nil {
		facts["tested_positive"] = *a.TestedPositive
	}
	if a.EmailAsked {
		facts["has_email"] = !a.Email.IsZero()
	}
	if a.PhoneAsked {
		facts["has_mobile"] = !a.Phone.IsZero()
	}
	return facts
}

// Route asks the pack which way is for a person with these answers, today.
func (s *Store) Route(a Answers) (rules.Decision, error) {
	today := s.Today()
	return rules.Decide(s.Pack, "route", a.Facts(), today, today)
}

// DocumentWay asks the pack whether the document counts, today.
func (s *Store) DocumentWay(a Answers) (rules.Decision, error) {
	facts := rules.Facts{"document": a.Document, "document_expired": a.Expired != nil && *a.Expired}
	today := s.Today()
	return rules.Decide(s.Pack, "document", facts, today, today)
}

// The outcomes of the pack that mean something to the program.
const (
	WayDigital  = "digital"
	WayCounter  = "counter"
	WayNotKnown = rules.NotKnownYet
)
