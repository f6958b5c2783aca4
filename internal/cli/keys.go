package cli

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"

	"loket/internal/app"
	"loket/internal/keys"
)

type keysInitCommand struct {
	withConfig
	Demo bool `help:"Also make a signing key under an authority that nobody trusts."`
}

func (c keysInitCommand) Run(at *world) error {
	loaded, err := c.load(at)
	if err != nil {
		return err
	}
	if err := app.InitKeys(loaded, rand.Reader); err != nil {
		return err
	}
	if c.Demo {
		if err := app.AddDemoKey(loaded, time.Now(), rand.Reader); err != nil {
			return err
		}
	}
	fmt.Fprintf(at.stdout, "keys are in %s: put them on a volume of their own, outside every backup of the database, and run loket keys escrow\n", loaded.Keys.Dir)
	return nil
}

type keysListCommand struct{ withConfig }

func (c keysListCommand) Run(at *world) error {
	loaded, err := c.load(at)
	if err != nil {
		return err
	}
	list, err := keys.List(app.SigningDir(loaded))
	if err != nil {
		return err
	}
	for _, k := range list {
		fmt.Fprintf(at.stdout, "%s  signs from %s  certificate %s to %s\n", k.ID, k.ActiveFrom.Format(time.RFC3339),
			k.Certificate.NotBefore.Format(time.DateOnly), k.Certificate.NotAfter.Format(time.DateOnly))
	}
	return nil
}

type keysTrustCommand struct{ withConfig }

func (c keysTrustCommand) Run(at *world) error {
	loaded, err := c.load(at)
	if err != nil {
		return err
	}
	list, err := keys.List(app.SigningDir(loaded))
	if err != nil {
		return err
	}
	_, err = at.stdout.Write(keys.TrustPEM(list))
	return err
}

type keysAddCommand struct {
	withConfig
	Key         string `required:"" help:"P-256 private key, PKCS #8 PEM." type:"existingfile" placeholder:"FILE"`
	Certificate string `required:"" help:"Its document signer certificate, PEM." type:"existingfile" placeholder:"FILE"`
	From        string `help:"Instant from which it signs, RFC 3339; two weeks from now when not given." placeholder:"TIME"`
}

func (c keysAddCommand) Run(at *world) error {
	loaded, err := c.load(at)
	if err != nil {
		return err
	}
	key, err := readKey(c.Key)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(c.Certificate)
	if err != nil {
		return fmt.Errorf("read certificate: %w", err)
	}
	cert, err := keys.ParseCertificate(text)
	if err != nil {
		return err
	}
	return app.AddKey(loaded, time.Now(), key, cert, c.From)
}

func readKey(path string) (*ecdsa.PrivateKey, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("the key file is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the key file does not hold a PKCS #8 key")
	}
	key, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("the key is not a P-256 key")
	}
	return key, nil
}

type keysEscrowCommand struct {
	withConfig
	File string   `arg:"" help:"File to write."`
	To   []string `required:"" help:"age public keys of the officers who keep it." placeholder:"AGE-KEY"`
}

func (c keysEscrowCommand) Run(at *world) error {
	loaded, err := c.load(at)
	if err != nil {
		return err
	}
	out, err := create(c.File)
	if err != nil {
		return fmt.Errorf("make escrow file: %w", err)
	}
	if err := errors.Join(app.Escrow(loaded, c.To, out), out.Sync(), out.Close()); err != nil {
		return errors.Join(err, os.Remove(c.File)) // half an escrow must not look like one
	}
	return nil
}
