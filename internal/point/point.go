// Package point names the places between two durable steps, so that a test can
// end the program at each of them.
//
//	point.Reach("seal.buried") // the tombstone is on disk, the rows are still there
//
// In a program as people run it Reach is empty. In one built with the tag "crash"
// it kills the process with SIGKILL, as a power cut would, at the point that the
// variable LOKET_POINT of the environment names; LOKET_POINT=seal.buried:3 waits
// for the third time. Nothing is closed, flushed or answered then.
//
// The name of a point begins with its package and says what has been made durable
// last. The tests of internal/proof/crash find all points by reading the source,
// so that one who adds a point has it tried.
package point
