// Package house holds the rules of the house as tests. It has no code of its own.
//
// Some rules say what may not be: an import that goes the wrong way, a name
// without a comment, the clock of the machine in the middle of an area, a
// variable that changes, HTML made of text, a person's data revealed in a place
// that nobody thought about. Each is a function from the parsed source to a
// list of findings; testdata/wrong breaks every one of them on purpose, so that
// a rule which finds nothing is known to work. A finding that must stay has a
// line with its reason in testdata/allowed.txt. A line there that allows
// nothing any more is a finding too.
//
// Other rules make papers out of the source, so that these cannot lie:
//
//	docs/architecture.md   the table at its end: who may import whom (testdata/imports.txt)
//	docs/requirements.md   which test cites which requirement (testdata/requirements.txt)
//	docs/privacy.md        what is kept, why, how long, under which key (internal/db/schema/schema.yaml)
//	docs/operations.md     the keys of the configuration (internal/config)
//
// They compare; to write them anew:
//
//	go test ./internal/house -update
//
// The rest reads the papers as a stranger would: the commands of the README
// exist, the links of its tour lead to functions, each module that is required
// says in docs/dependencies.md why.
package house
