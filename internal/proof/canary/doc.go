// Package canary proves that what people tell is readable nowhere (promise 5), and
// that whoever steals the database and its backups without the keys has nothing.
//
// Its tests plant values that occur nowhere else, the canaries, through every page
// and every call, and then search every byte that Loket left behind: database,
// write-ahead log, backups, log, metrics, mails, text messages, temporary files. A search
// that finds nothing proves little unless it would have found something: the same test
// is run once more with sealing switched off, and must then find them all.
//
// There is no code here but tests.
package canary
