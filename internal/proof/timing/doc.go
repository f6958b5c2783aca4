// Package timing proves that asking about somebody tells nothing (promise 8): whoever
// sends a request gets the same bytes by the same work, whether the registry knows them
// or not, and whoever tries numbers is slowed down.
//
// The proof that cannot be off on a busy machine is the trace: every byte that the
// program sends to PostgreSQL while it answers, as a listener on the wire sees it. The
// times themselves are a benchmark, since no test may depend on a clock. It prints
// Welch's t for the handler and for one that looks people up, which it must catch
// (reference: t below 4.5 tells nothing apart):
//
//	LOKET_SAMPLES=100000 go test -run '^$' -bench Welch -timeout 60m ./internal/proof/timing
package timing
