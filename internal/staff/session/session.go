// Package session keeps who is signed in on the staff site.
package session

import (
	"context"
	"errors"
	"net/http"
	"time"

	"loket/internal/db"
	"loket/internal/db/schema"
)

// Sessions keeps sessions in the table staff_session.
type Sessions struct{}

// Parts is what sessions are made with.
type Parts struct {
	DB     *db.DB
	Schema *schema.Schema
	Now    func() time.Time
	Secure bool // the site is served over https
	Failed func(w http.ResponseWriter, r *http.Request, err error)
}

var errStub = errors.New("session: not built yet")

// New returns the sessions.
func New(p Parts) *Sessions { return &Sessions{} }

// Handler makes the session of a request known to next, and keeps it afterwards.
func (s *Sessions) Handler(next http.Handler) http.Handler { return next }

// SignIn begins a session of a member under a new token and ends every other of theirs.
func (s *Sessions) SignIn(ctx context.Context, staffID string) error { return errStub }

// SignOut ends the session.
func (s *Sessions) SignOut(ctx context.Context) error { return errStub }

// Staff returns the pseudonym of who is signed in, and "" for nobody.
func (s *Sessions) Staff(ctx context.Context) string { return "" }

// Keep keeps the state of a ceremony; a later one of the same purpose replaces it.
func (s *Sessions) Keep(ctx context.Context, purpose string, state []byte) {}

// Spend returns the state kept for a purpose, once; nil when there is none.
func (s *Sessions) Spend(ctx context.Context, purpose string) []byte { return nil }
