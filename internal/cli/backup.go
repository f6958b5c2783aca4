package cli

import (
	"errors"
	"fmt"
	"os"

	"filippo.io/age"
)

type backupCommand struct {
	withConfig
	File string `arg:"" help:"File to write; it must not exist."`
}

func (c backupCommand) Run(at *world) error {
	a, err := c.open(at)
	if err != nil {
		return err
	}
	defer a.Close()
	out, err := create(c.File)
	if err != nil {
		return fmt.Errorf("make backup file: %w", err)
	}
	if err := errors.Join(a.Backup(at.ctx, out), out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(c.File))
	}
	return nil
}

type restoreCommand struct {
	withConfig
	File     string `arg:"" help:"Backup to restore." type:"existingfile"`
	Identity string `required:"" help:"File with the age private key of a recipient." type:"existingfile" placeholder:"FILE"`
}

func (c restoreCommand) Run(at *world) error {
	a, err := c.open(at)
	if err != nil {
		return err
	}
	defer a.Close()
	identities, err := readIdentities(c.Identity)
	if err != nil {
		return err
	}
	in, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open backup: %w", err)
	}
	defer in.Close()
	if err := a.Restore(at.ctx, in, identities); err != nil {
		return err
	}
	fmt.Fprintln(at.stdout, "restored; what had ended since the backup was ended again")
	return nil
}

func readIdentities(path string) ([]age.Identity, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open identity file: %w", err)
	}
	defer file.Close()
	identities, err := age.ParseIdentities(file)
	if err != nil {
		return nil, errors.New("the identity file does not hold an age private key")
	}
	return identities, nil
}
