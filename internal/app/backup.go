package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"

	"loket/internal/fault"
	"loket/internal/point"
)

// Backup writes a consistent copy of the database, encrypted to the recipients of the
// configuration. It holds no key: what is sealed in it stays sealed, and what has
// ended by then opens with nothing, 35 days later.
func (a *App) Backup(ctx context.Context, w io.Writer) error {
	recipients, err := parseRecipients(a.Config.Backup.Recipients)
	if err != nil {
		return fmt.Errorf("backup.recipients: %w", err)
	}
	return withTempFile(func(path string) error {
		if err := a.DB.Backup(ctx, path); err != nil {
			return err
		}
		point.Reach("app.copied")
		copied, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("read copy: %w", err)
		}
		defer copied.Close()
		sealed, err := age.Encrypt(w, recipients...)
		if err != nil {
			return fmt.Errorf("encrypt backup: %w", err)
		}
		if _, err := io.Copy(sealed, copied); err != nil {
			return fmt.Errorf("write backup: %w", err)
		}
		return sealed.Close()
	})
}

// Restore fills an empty database from a backup and ends again what has ended
// since, before anything listens.
func (a *App) Restore(ctx context.Context, r io.Reader, identities []age.Identity) error {
	opened, err := age.Decrypt(r, identities...)
	if err != nil {
		return fault.New(fault.Invalid, "", "open backup: %w", err)
	}
	err = withTempFile(func(path string) error {
		out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return fmt.Errorf("make copy: %w", err)
		}
		_, err = io.Copy(out, opened)
		if err := errors.Join(err, out.Close()); err != nil {
			return fmt.Errorf("read backup: %w", err)
		}
		return a.DB.Restore(ctx, path)
	})
	if err != nil {
		return err
	}
	return a.Ready(ctx)
}

// withTempFile gives use a path in a folder that is gone afterwards.
func withTempFile(use func(path string) error) error {
	dir, err := os.MkdirTemp("", "loket-")
	if err != nil {
		return fmt.Errorf("make temporary folder: %w", err)
	}
	return errors.Join(use(filepath.Join(dir, "copy.db")), os.RemoveAll(dir))
}
