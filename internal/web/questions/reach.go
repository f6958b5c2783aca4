package questions

import (
	"loket/internal/ident"
	"loket/internal/request"
	"loket/internal/web/form"
)

// Two questions are about how to reach the person. Both may be a helper's, and
// one address or phone may serve many. Without either the counter is the way; a phone
// without an address then rings when the counter opens, and with each message.

func (q Form) email() Question {
	return Question{
		Path: "email",
		Done: func(a request.Answers) bool { return a.EmailAsked },
		Show: func(a request.Answers) *Fields {
			label, purpose, who := Field("email")
			return &Fields{
				Texts: []*form.Text{{Name: "email", Label: label, Hint: purpose, Who: who, Heading: true, Type: "email",
					Latin: true, Autocomplete: "email", Value: a.Email.Reveal()}},
				Tick: &form.Tick{Name: "no-email", Label: "public.email.none", Hint: "public.email.none-hint", On: a.EmailAsked && a.Email.IsZero()},
			}
		},
		Take: func(f *Fields, a *request.Answers) {
			requireOne(f, "public.email.missing", "public.email.both")
			if email := form.Parse(f.Texts[0], ident.ParseEmail); f.Texts[0].Error == "" {
				a.Email, a.EmailAsked = email, true
			}
		},
	}
}

func (q Form) phone() Question {
	return Question{
		Path: "phone",
		Done: func(a request.Answers) bool { return a.PhoneAsked },
		Show: func(a request.Answers) *Fields {
			label, purpose, who := Field("mobile")
			if a.EmailAsked && a.Email.IsZero() {
				label, purpose = "public.phone.follow", "public.phone.follow-hint"
			}
			return &Fields{
				Texts: []*form.Text{{Name: "phone", Label: label, Hint: purpose, Who: who, Heading: true, Type: "tel",
					Width: 20, Latin: true, Autocomplete: "tel", Value: a.Phone.Reveal()}},
				Tick: &form.Tick{Name: "no-phone", Label: "public.phone.none", Hint: "public.phone.none-hint", On: a.PhoneAsked && a.Phone.IsZero()},
			}
		},
		Take: func(f *Fields, a *request.Answers) {
			requireOne(f, "public.phone.missing", "public.phone.both")
			parse := func(text string) (ident.Phone, error) { return ident.ParsePhone(text, q.Region) }
			if phone := form.Parse(f.Texts[0], parse); f.Texts[0].Error == "" {
				a.Phone, a.PhoneAsked = phone, true
				if !phone.IsZero() && !phone.Mobile() {
					f.Warning, f.Confirmed = "public.phone.warning", phone.Reveal()
				}
			}
		},
	}
}

// requireOne wants a text or the tick that says there is none, and not both.
func requireOne(f *Fields, missing, both string) {
	switch {
	case !f.Tick.On:
		f.Texts[0].Require(missing)
	case f.Texts[0].Value != "":
		f.Texts[0].Error = both
	}
}
