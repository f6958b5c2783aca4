// Package session keeps who is signed in on the staff site.
//
// The browser holds a random token of 256 bits in a cookie for this host alone; the
// table staff_session holds its SHA-256 and, sealed, what the session knows: a pseudonym
// and the state of a passkey ceremony. Whoever has only the database signs nobody in. It
// holds no rights: those are read from package staff at every request, so that what is
// taken away is gone at once.
//
// A session ends after 15 minutes without a request and after 8 hours whatever happens
// (ASVS V7.3), when its member signs out, signs in elsewhere or is disabled. A request
// that was under way when its session ended cannot bring it back.
//
//	handler := sessions.Handler(pages)           // the session of each request
//	err := sessions.SignIn(ctx, member.ID)       // a new token; the earlier sessions end
//	id := sessions.Staff(ctx)
//	sessions.Keep(ctx, "confirm", ceremony.State)
//	state := sessions.Spend(ctx, "confirm")      // once
//
// The manager is scs; the deadlines are ours, on the clock that is passed in.
package session

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"loket/internal/db"
	"loket/internal/db/schema"
	"loket/internal/seal"
)

// Parts is what sessions are made with.
type Parts struct {
	DB     *db.DB
	Schema *schema.Schema
	Box    seal.Box // of staff
	Now    func() time.Time
	Secure bool // the site is served over https
	// Failed answers a request whose session could not be read or kept.
	Failed func(w http.ResponseWriter, r *http.Request, err error)
}

// Sessions keeps sessions.
type Sessions struct {
	store   *store
	manager *scs.SessionManager
}

// Keys of what a session knows.
const (
	keyStaff    = "staff"
	keyCeremony = "ceremony "
)

// New returns the sessions.
func New(p Parts) *Sessions {
	life := p.Schema.Lifetimes["staff-session"]
	kept := &store{db: p.DB, box: p.Box, now: p.Now, life: life.Duration(), idle: life.Idle()}
	m := scs.New()
	m.Store, m.Lifetime, m.IdleTimeout, m.HashTokenInStore = kept, kept.life, kept.idle, true
	m.ErrorFunc = p.Failed
	m.Cookie = scs.SessionCookie{Name: CookieName(p.Secure), Path: "/", Secure: p.Secure, HttpOnly: true, SameSite: http.SameSiteStrictMode}
	return &Sessions{store: kept, manager: m}
}

// CookieName is the name of the cookie. Over plain http, in a demo on loopback, it has
// no prefix, because browsers would refuse it.
func CookieName(secure bool) string {
	if secure {
		return "__Host-loket-staff"
	}
	return "loket-staff"
}

// Handler makes the session of a request known to next, and keeps it before the first
// byte of the answer leaves. Its cookie goes when the browser closes.
func (s *Sessions) Handler(next http.Handler) http.Handler { return s.manager.LoadAndSave(next) }

// SignIn begins a session of a member under a new token, and ends every other of
// theirs: one member, one device. What the browser's session knew before is dropped.
func (s *Sessions) SignIn(ctx context.Context, staffID string) error {
	if err := s.manager.Clear(ctx); err != nil {
		return fmt.Errorf("clear session: %w", err)
	}
	if err := s.manager.RenewToken(ctx); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	s.manager.Put(ctx, keyStaff, staffID)
	return s.store.begin(ctx, s.manager.Token(ctx), staffID)
}

// SignOut ends the session.
func (s *Sessions) SignOut(ctx context.Context) error {
	if err := s.manager.Destroy(ctx); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Staff returns the pseudonym of who is signed in, and "" for nobody. Whether they may
// do anything now is for staff.Store.Member to say.
func (s *Sessions) Staff(ctx context.Context) string { return s.manager.GetString(ctx, keyStaff) }

// Keep keeps the state of a passkey ceremony in the session of the request. A later
// one of the same purpose replaces it.
func (s *Sessions) Keep(ctx context.Context, purpose string, state []byte) {
	s.manager.Put(ctx, keyCeremony+purpose, state)
}

// Spend returns the state that was kept for a purpose, and forgets it; nil is none.
func (s *Sessions) Spend(ctx context.Context, purpose string) []byte {
	return s.manager.PopBytes(ctx, keyCeremony+purpose)
}
