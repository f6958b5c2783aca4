// Package local is a registry that Loket holds itself: an imported copy, sealed.
//
//	store := local.New(database, keys, local.Settings{Now: time.Now, Random: rand.Reader, Zone: zone, Region: "NL"})
//	counts, err := store.DryRun(ctx, local.Import{File: f, Refused: print})
//	counts, err = store.Import(ctx, local.Import{File: f, Refused: print, Progress: show})
//	records, err := store.Candidates(ctx, query)
//
// A record lies sealed under the key "registry", bound to its id. Beside it
// lie HMACs of each of its numbers, and of its birth date together with each word of its
// name. So whoever has the database and not the keys finds nobody, and
// whoever has both can still only ask for a person they can name.
//
// # Files
//
// A file is UTF-8 (a byte order mark is tolerated) and one of two formats, told
// apart by their first character.
//
// CSV has a row of column names and then a row for each event, or for a
// person without one. Rows of one person need not be neighbours; columns may be
// in any order and may be left out. The separator is a comma, a semicolon or a
// tab, as in the first row; quotes are as in RFC 4180.
//
//	bsn, v_number      at most one of each
//	name               as in the document, any script; latin_name: the same in Latin letters
//	birth_date         1976-05-17, also 1976-05-00 and 1976-00-00
//	phone, email       contact on file
//	kind               vaccination, positive-test, negative-test, or empty
//	day                2021-06-30; may be empty where sampled_at is given
//	country            NL: where it took place; centre: the place in words
//	disease            840539006, which is also what empty means
//	prophylaxis, product, manufacturer, dose, doses         of a vaccination
//	test_type, test_name, test_device, sampled_at           of a test; an instant as 2021-07-01T09:30:00+02:00
//
// JSON is an array of people, or one person a line (NDJSON), with the same names; the
// columns from kind on stand in the list "events" of the person.
//
// A row needs a name, and a number or a birth date. Codes are those of the value
// sets of the EU certificate. A row that breaks a rule is refused with its line,
// its column and one fixed word, never with what stood there; the rest goes
// on. Text that a spreadsheet would take for a formula is text here.
//
// # The same person again
//
// The record's id is the HMAC of its first number (BSN before V-number), else of
// its birth date and name. A later row adds numbers and events, and replaces
// name, birth date and contact, and an event of the same day and product, or of
// the same sample. Within one file a row is refused if its birth
// date contradicts an earlier row of the same number: then two people
// share a number by mistake, and neither may get the other's proof.
//
// An import is restartable: its position is committed with each batch, and a file
// with the same digest goes on where it stopped. A file that was imported whole is
// not imported again.
//
// The first import of all may bring a whole country, and is fast: it sorts a million
// rows at a time, for which it takes up to 2 GB of memory, and stores them in many
// short transactions, so that others can write. Until it has ended, people may be missing. A
// later import is slower and has smaller batches, each of which is there whole or not at
// all.
//
// Ids are made with the oldest index key, so that key stays for as long as there are
// records; a newer one is used for numbers and names from then on.
package local

import (
	"io"
	"slices"
	"time"

	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/registry"
	"loket/internal/seal"
)

// Store is the registry. It is safe for concurrent use.
type Store struct {
	db       *db.DB
	index    *seal.Index
	box      seal.Box
	settings Settings

	batch, first, part    int    // see batchRows, firstRows, partRows
	manyRecords, manyKeys string // the long inserts
}

// Settings are what a Store needs besides its database and keys. All are required.
type Settings struct {
	Now    func() time.Time
	Random io.Reader      // for the ids of imports
	Zone   *time.Location // in which a day begins: a date after today is refused
	Region string         // ISO 3166-1 alpha-2: of phone numbers without a country
}

// New returns the registry in a migrated database.
func New(d *db.DB, keys *seal.Keys, settings Settings) *Store {
	return &Store{
		db: d, index: keys.Index("registry"), box: keys.Box("registry"), settings: settings,
		batch: batchRows, first: firstRows, part: partRows,
		manyRecords: forMany(insertRecord, 3, manyRows), manyKeys: forMany(insertKey, 4, manyRows),
	}
}

// The values of registry_key.kind. They are short since there are four rows or
// so for each person of a country.
const (
	kindNumber = "n"
	kindName   = "b" // birth date and one word of the name
)

// maxTokens is how many words of a name are indexed and looked up.
const maxTokens = 16

// term is what a record is found by: a number, or a birth date and a word.
type term struct {
	kind  string
	parts [2]string // the second is empty for a number
}

func numberTerm(n ident.Number) term { return term{kindNumber, [2]string{n.Reveal()}} }

func nameTerm(b ident.BirthDate, token string) term {
	return term{kindName, [2]string{b.Reveal(), token}}
}

// sums returns the HMAC of a term under each key that may stand in a row.
func (s *Store) sums(t term) map[int64][]byte { return s.index.Versions(t.kind, t.parts[:]...) }

// tokens returns the words of a name that count: the longest ones, if there are
// too many.
func tokens(n ident.Name) []string {
	all := n.Tokens()
	if len(all) > maxTokens {
		slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
		all = all[:maxTokens]
	}
	return all
}

// terms returns what a record is found by besides its id, which is that of its first
// number.
func terms(r registry.Record) []term {
	var all []term
	for _, n := range r.Numbers[min(1, len(r.Numbers)):] {
		all = append(all, numberTerm(n))
	}
	if !r.Birth.IsZero() {
		for _, token := range tokens(r.Name) {
			all = append(all, nameTerm(r.Birth, token))
		}
	}
	return all
}
