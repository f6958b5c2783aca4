package planner

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"time"

	"loket/internal/audit"
	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/ident"
	"loket/internal/point"
	"loket/internal/rules"
	"loket/internal/staff"
)

// Who has neither BSN nor V-number is no second class: a counter that saw them gives a
// number on paper, once, with which they ask by any door, in the same draw. It is a number
// as the others are: one voucher, one turn. Of it only a sum is kept.

// What a counter saw of somebody to whom it gave a voucher. Nothing of it is copied.
const (
	VoucherDocument = "document" // a document with name, birth date and photo
	VoucherPapers   = "papers"   // other papers with their name
	VoucherHouse    = "house"    // somebody of the shelter or the host family, who knows them
	VoucherTold     = "told"     // nothing but what they told
)

// VoucherGrounds returns what a counter can have seen.
func VoucherGrounds() []string {
	return []string{VoucherDocument, VoucherPapers, VoucherHouse, VoucherTold}
}

// Issued is a voucher for the paper of its person; it is not shown again.
type Issued struct {
	Number ident.Number
	Last   rules.Day // on which it can be used
}

const (
	insertVoucher  = `INSERT INTO voucher (sum, made_at, expires_at, used_at) VALUES ($1, $2, $3, NULL) ON CONFLICT (sum) DO NOTHING`
	selectVoucher  = `SELECT expires_at, used_at FROM voucher WHERE sum = $1`
	useVoucher     = `UPDATE voucher SET used_at = $2 WHERE sum = $1 AND used_at IS NULL AND expires_at > $2`
	tallyVouchers  = "voucher"
	voucherUnknown = "planner.voucher.unknown"
	voucherUsed    = "planner.voucher.used"
)

type voucherRow struct {
	ExpiresAt time.Time
	UsedAt    *time.Time
}

// IssueVoucher gives a number to somebody who is at the counter of a member and has none.
// Seen is one of VoucherGrounds. The key is that of the form of one visit: sent again it is
// the same voucher, for it is derived and not stored. More than the pack allows a member in
// a day are a fault.Throttled.
func (s *Store) IssueVoucher(ctx context.Context, m staff.Member, seen, key string) (Issued, error) {
	if !m.Has(staff.Counter) {
		return Issued{}, s.refuseRole(ctx, m, staff.Counter, "voucher")
	}
	if !slices.Contains(VoucherGrounds(), seen) || key == "" {
		return Issued{}, fault.New(fault.Invalid, "planner.voucher.seen", "no such ground for a voucher, or no key")
	}
	days, err := s.setting(setVoucherDays)
	if err != nil {
		return Issued{}, err
	}
	last := s.Today().Add(days)
	number := ident.NewVoucher(bytes.NewReader(s.index.Derive("voucher", m.ID, key)))
	err = s.DB.Update(ctx, func(tx *db.Tx) error {
		made, err := db.Exec(ctx, tx, insertVoucher, s.sumOf(number, "", 0), s.now(), s.midnight(last.Add(1)))
		if err != nil || made == 0 {
			return err
		}
		if err := s.countVouchers(ctx, tx, m); err != nil {
			return err
		}
		return s.Audit.Add(ctx, tx, audit.Entry{Actor: m.ID, Role: string(staff.Counter), Act: "voucher.issue", Object: "voucher", Result: seen})
	})
	if fault.Key(err) == "planner.voucher.many" {
		if err := s.Staff.Refused(ctx, m, staff.Counter, "voucher", "cap"); err != nil {
			return Issued{}, err
		}
	}
	if err != nil {
		return Issued{}, fmt.Errorf("issue a voucher: %w", err)
	}
	point.Reach("planner.voucher-issued")
	return s.issued(ctx, number)
}

// issued returns a voucher with the last day that is kept of it.
func (s *Store) issued(ctx context.Context, number ident.Number) (Issued, error) {
	kept, err := db.Get[voucherRow](ctx, s.DB, selectVoucher, s.sumOf(number, "", 0))
	if err != nil {
		return Issued{}, fmt.Errorf("find a voucher: %w", err)
	}
	return Issued{number, s.day(kept.ExpiresAt.Add(-time.Second))}, nil
}

// countVouchers refuses more vouchers by one member on one day than the pack allows.
func (s *Store) countVouchers(ctx context.Context, tx *db.Tx, m staff.Member) error {
	most, err := s.setting(setVouchersADay)
	if err != nil {
		return err
	}
	today, err := s.Tally.Add(ctx, tx, tallyVouchers, m.ID)
	if err == nil && today > int64(most) {
		return fault.New(fault.Throttled, "planner.voucher.many", "%s gave more than %d vouchers today", m.ID, most)
	}
	return err
}

// redeem uses the vouchers of a form, each once: whoever comes at the same moment is
// refused, and so is one that nobody gave or that is too old.
func (s *Store) redeem(ctx context.Context, tx *db.Tx, f form) error {
	for _, m := range f.Members {
		if m.Number.Kind() != ident.Voucher {
			continue
		}
		n, err := db.Exec(ctx, tx, useVoucher, s.sumOf(m.Number, "", 0), s.now())
		if err != nil {
			return fmt.Errorf("use a voucher: %w", err)
		}
		if n > 0 {
			continue
		}
		key, err := s.voucherKey(ctx, tx, m.Number)
		if err != nil {
			return err
		}
		return fault.New(fault.Invalid, key, "a voucher cannot be used")
	}
	return nil
}

// voucherKey is the message key of why a voucher cannot be used; empty where it can.
func (s *Store) voucherKey(ctx context.Context, q db.Queryer, number ident.Number) (string, error) {
	kept, err := db.Get[voucherRow](ctx, q, selectVoucher, s.sumOf(number, "", 0))
	switch {
	case fault.Is(err, fault.NotFound):
		return voucherUnknown, nil
	case err != nil:
		return "", fmt.Errorf("find a voucher: %w", err)
	case kept.UsedAt != nil:
		return voucherUsed, nil
	case !kept.ExpiresAt.After(s.now()):
		return voucherUnknown, nil
	}
	return "", nil
}

// NumberWrong returns the message key of why somebody cannot ask with a number, as far as a
// form may tell before it is sent: of a voucher, which nobody guesses, whether it can be
// used. Of a BSN or V-number it tells nothing: trying shall not show which are in use.
func (s *Store) NumberWrong(ctx context.Context, number ident.Number) (string, error) {
	if number.Kind() != ident.Voucher {
		return "", nil
	}
	return s.voucherKey(ctx, s.DB, number)
}
