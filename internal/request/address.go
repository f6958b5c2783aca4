package request

import (
	"context"
	"fmt"

	"loket/internal/db"
	"loket/internal/lang"
	"loket/internal/mailbox"
	"loket/internal/seal"
)

// Addresses finds where the person of a request can be reached, for the mailbox. It
// is apart from Store, which needs the mailbox.
type Addresses struct{ Vault *seal.Vault }

// Address implements mailbox.Addresses.
func (a Addresses) Address(ctx context.Context, q db.Queryer, caseID string) (mailbox.Address, error) {
	r, err := db.Get[row](ctx, q, selectRequest, caseID)
	if err != nil {
		return mailbox.Address{}, fmt.Errorf("find request of a message: %w", err)
	}
	c, err := a.Vault.Open(ctx, q, caseID)
	if err != nil {
		return mailbox.Address{}, err
	}
	var body sealedBody
	if err := c.Open(purposeBody, r.Sealed, &body); err != nil {
		return mailbox.Address{}, err
	}
	return mailbox.Address{Email: body.Answers.Email, Phone: body.Answers.Phone, Lang: lang.Tag(r.Lang), Former: body.Former}, nil
}
