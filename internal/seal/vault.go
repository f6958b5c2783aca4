package seal

import (
	"context"
	"fmt"
	"io"
	"time"

	"loket/internal/db"
	"loket/internal/fault"
)

// Vault makes and opens the keys of cases.
type Vault struct {
	keys   *Keys
	random io.Reader
}

// NewVault returns the vault of a key directory.
func NewVault(keys *Keys, random io.Reader) *Vault { return &Vault{keys, random} }

// Case is the open key of one case. It is meant to live as long as a request or
// a job, and must not be kept.
type Case struct {
	id  string
	box Box
}

const insertCaseKey = `INSERT INTO case_key (case_id, epoch, wrapped, ends_at) VALUES ($1, $2, $3, NULL)`

// Create makes the key of a new case in the caller's transaction.
func (v *Vault) Create(ctx context.Context, tx *db.Tx, caseID string) (Case, error) {
	key, err := NewKey(v.random)
	if err != nil {
		return Case{}, err
	}
	epoch, wrap, err := v.keys.currentEpoch()
	if err != nil {
		return Case{}, err
	}
	if _, err := db.Exec(ctx, tx, insertCaseKey, caseID, epoch, wrap.Seal(key, wrapContext(caseID))); err != nil {
		return Case{}, fmt.Errorf("keep case key: %w", err)
	}
	return newCase(caseID, key)
}

const selectCaseKey = `SELECT epoch, wrapped FROM case_key WHERE case_id = $1`

type caseKey struct {
	Epoch   string
	Wrapped []byte
}

// Open opens the key of a case. It is a fault.NotFound when the case has ended.
func (v *Vault) Open(ctx context.Context, q db.Queryer, caseID string) (Case, error) {
	row, err := db.Get[caseKey](ctx, q, selectCaseKey, caseID)
	if err != nil {
		return Case{}, fmt.Errorf("find key of case %s: %w", caseID, err)
	}
	key, err := v.unwrap(caseID, row)
	if err != nil {
		return Case{}, err
	}
	return newCase(caseID, key)
}

func (v *Vault) unwrap(caseID string, row caseKey) ([]byte, error) {
	wrap, err := v.keys.epochBox(row.Epoch)
	if err != nil {
		return nil, err
	}
	key, err := wrap.Open(row.Wrapped, wrapContext(caseID))
	if err != nil {
		return nil, fmt.Errorf("unwrap key of case %s: %w", caseID, err)
	}
	return key, nil
}

const (
	updateCaseEnd = `UPDATE case_key SET ends_at = $2 WHERE case_id = $1`
	reopenCase    = `UPDATE case_key SET ends_at = NULL WHERE case_id = $1 AND ends_at > $2`
)

// End says when the case is to be destroyed: by the first sweep after at.
func (v *Vault) End(ctx context.Context, tx *db.Tx, caseID string, at time.Time) error {
	if _, err := db.Exec(ctx, tx, updateCaseEnd, caseID, at); err != nil {
		return fmt.Errorf("set end of case %s: %w", caseID, err)
	}
	return nil
}

// Reopen takes back what End said. It is a fault.TooLate from the instant of the
// end on: the case may be on the tombstones already.
func (v *Vault) Reopen(ctx context.Context, tx *db.Tx, caseID string) error {
	reopened, err := db.Exec(ctx, tx, reopenCase, caseID, v.keys.now())
	if err != nil {
		return fmt.Errorf("reopen case %s: %w", caseID, err)
	}
	if reopened == 0 {
		return fault.New(fault.TooLate, "", "case %s has ended", caseID)
	}
	return nil
}

func newCase(id string, key []byte) (Case, error) {
	box, err := NewBox(key)
	return Case{id, box}, err
}

func wrapContext(caseID string) string { return "case key " + caseID }

// ID returns the id of the case.
func (c Case) ID() string { return c.id }

// Seal seals v for one purpose within the case, such as "request".
func (c Case) Seal(purpose string, v any) ([]byte, error) {
	return c.box.SealValue(v, c.context(purpose))
}

// Open opens into v what Seal sealed for the same case and purpose.
func (c Case) Open(purpose string, sealed []byte, v any) error {
	return c.box.OpenValue(sealed, c.context(purpose), v)
}

func (c Case) context(purpose string) string { return c.id + " " + purpose }
