package web

import (
	"net/http"
	"time"
)

// SetCookie sets a cookie for this host alone: __Host- prefixed, Secure,
// HttpOnly and SameSite=Strict (ASVS V3.3). It lives until the browser closes,
// or for maxAge if that is above zero. Over plain http, in a demo on loopback,
// it has its plain name, because browsers would refuse the other.
func (s *Site) SetCookie(w http.ResponseWriter, name, value string, maxAge time.Duration) {
	http.SetCookie(w, &http.Cookie{Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(maxAge.Seconds()),
		Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

// Cookie returns the value of a cookie, or "" if the browser sent none.
func (s *Site) Cookie(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return "" // the only error is that there is none
	}
	return c.Value
}

// DropCookie makes the browser forget a cookie.
func (s *Site) DropCookie(w http.ResponseWriter, name string) { s.drop(w, s.cookieName(name)) }

func (s *Site) drop(w http.ResponseWriter, fullName string) {
	http.SetCookie(w, &http.Cookie{Name: fullName, Path: "/", MaxAge: -1, Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode})
}

func (s *Site) cookieName(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

// Leave answers "leave quickly": nothing of the visit stays in the browser, and
// an everyday page comes in its place. It is a link and not a form, because a
// policy that keeps forms at home would also stop their way out. A link from
// another site leads away too, but may not throw away what a person has begun.
// The draft itself stays where it is and can be taken up again.
func (s *Site) Leave(w http.ResponseWriter, r *http.Request) error {
	if !Elsewhere(r) {
		w.Header().Set("Clear-Site-Data", `"cache", "cookies", "storage"`)
		for _, cookie := range r.Cookies() { // for browsers that do not know the header
			s.drop(w, cookie.Name)
		}
	}
	http.Redirect(w, r, s.LeaveTo, http.StatusSeeOther)
	return nil
}

// Elsewhere reports whether a page of another site led here, as browsers tell.
func Elsewhere(r *http.Request) bool {
	from := r.Header.Get("Sec-Fetch-Site")
	return from == "cross-site" || from == "same-site"
}
