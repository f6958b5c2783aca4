// Package crash proves that nothing is lost, and nothing harmfully doubled, whenever
// the program dies (promises 1, 3, 4 and 9).
//
// Its tests build the real program with the tag "crash", load it with people who send
// requests, open their messages and reply, and kill it: once at each point that
// package point names, and at random. After each death loket check must find all
// promises kept; after a restart the people go on, and in the end each holds their
// own truth against Loket's: what was acknowledged exists once, has exactly one
// message, and every link that ever left opens it.
//
// People who ask for a place do the same with draws, offers and answers: the beacon lives
// in the test, and the counter that serves them (desk) is killed as well.
//
// What a restart would wait for minutes, a lease that runs out or the pause between two
// codes, is moved in the database while the program is down, as if it had been
// down for that long.
//
// In an ordinary test run each point is tried once and eleven deaths are at random, on
// SQLite. With LOKET_LONG set (make crash) it is both engines and a hundred.
package crash
