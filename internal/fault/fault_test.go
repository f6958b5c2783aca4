package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"loket/internal/fault"
)

func TestKindAndKeySurviveWrapping(t *testing.T) {
	inner := fault.New(fault.TooLate, "mailbox.code.expired", "open code %d: %w", 7, io.EOF)
	err := fmt.Errorf("answer the form: %w", inner)
	if got := fault.Of(err); got != fault.TooLate {
		t.Errorf("kind = %v, want too late", got)
	}
	if got := fault.Key(err); got != "mailbox.code.expired" {
		t.Errorf("key = %q", got)
	}
	if !errors.Is(err, io.EOF) {
		t.Error("the cause is lost")
	}
	if got, want := inner.Error(), "open code 7: EOF"; got != want {
		t.Errorf("text = %q, want %q", got, want)
	}
}

func TestOtherErrorsAreInternal(t *testing.T) {
	if got := fault.Of(io.EOF); got != fault.Internal {
		t.Errorf("kind of io.EOF = %v", got)
	}
	if got := fault.Key(io.EOF); got != "fault.internal" {
		t.Errorf("key = %q", got)
	}
	if fault.Is(nil, fault.Internal) {
		t.Error("nil has a kind")
	}
}

func TestKeyFallsBackToTheKind(t *testing.T) {
	if got := fault.Key(fault.New(fault.NotFound, "", "no such draft")); got != "fault.not-found" {
		t.Errorf("key = %q", got)
	}
}

// An error that was joined with another keeps its kind and its key.
func TestKeyOfJoinedErrors(t *testing.T) {
	err := errors.Join(errors.New("other"), fmt.Errorf("read photo: %w", fault.New(fault.Invalid, "photo.pdf", "a PDF")))
	if fault.Of(err) != fault.Invalid || fault.Key(err) != "photo.pdf" {
		t.Errorf("kind %v, key %s", fault.Of(err), fault.Key(err))
	}
}
