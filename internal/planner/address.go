package planner

import (
	"context"

	"loket/internal/db"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/seal"
)

// Addresses finds where the people of an ask can be reached, for the mailbox. It is apart
// from Store, which needs the mailbox.
type Addresses struct{ Vault *seal.Vault }

// Address implements mailbox.Addresses.
func (a Addresses) Address(ctx context.Context, q db.Queryer, caseID string) (mailbox.Address, error) {
	row, err := db.Get[askRow](ctx, q, selectAsk, caseID)
	if err != nil {
		return mailbox.Address{}, err
	}
	body, err := openBody(ctx, q, a.Vault, row)
	if err != nil {
		return mailbox.Address{}, err
	}
	return mailbox.Address{Email: body.Email, Phone: body.Phone, Lang: lang.Tag(row.Lang), Own: true}, nil
}
