// Package cli is the command line of Loket. Run parses the arguments, does one
// command and returns its exit status: 0 for done or valid, 1 for failed, broken or
// not valid, 2 for a command that was not understood.
//
// Commands print for people; those that programs read have --json. Nothing of a
// person is printed but by certificate inspect and verify, to whoever holds the
// certificate.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/alecthomas/kong"

	"loket/internal/app"
	"loket/internal/config"
)

// Exit statuses.
const (
	done   = 0
	failed = 1
	misuse = 2
)

// world is what a command may touch.
type world struct {
	ctx    context.Context
	env    func(string) string
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

type commands struct {
	Demo  demoCommand  `cmd:"" help:"Start a demo: throw-away data, invented people, mail and text messages on a page."`
	Serve serveCommand `cmd:"" help:"Serve people."`
	Check checkCommand `cmd:"" help:"Verify all promises on the database."`

	Certificate struct {
		Verify  verifyCommand  `cmd:"" help:"Verify a QR text on standard input, or pictures of QR codes."`
		Inspect inspectCommand `cmd:"" help:"Print what is inside, verified or not."`
	} `cmd:"" help:"Read EU certificates."`
	Appointment struct {
		Verify appointmentVerifyCommand `cmd:"" help:"Verify the signed code of an appointment, without a network."`
	} `cmd:"" help:"Codes on appointments."`
	Receipt struct {
		Verify receiptVerifyCommand `cmd:"" help:"Verify the signed receipt of an ask, without a network."`
	} `cmd:"" help:"Receipts of asks."`
	Draw struct {
		Verify drawVerifyCommand `cmd:"" help:"Do a published draw again, and compare."`
	} `cmd:"" help:"The daily draw."`
	Audit struct {
		Verify  auditVerifyCommand  `cmd:"" help:"Recompute the audit log and compare it with its checkpoints and a witness."`
		Witness auditWitnessCommand `cmd:"" help:"Keep the checkpoints of a log, if it only grew."`
		Key     auditKeyCommand     `cmd:"" help:"Print the public key of the audit log."`
	} `cmd:"" help:"The audit log."`
	Registry struct {
		Import importCommand `cmd:"" help:"Import people, vaccinations and tests from CSV or JSON; a dry run unless --write."`
	} `cmd:"" help:"The local registry."`
	Keys struct {
		Init   keysInitCommand   `cmd:"" help:"Make the key directory, or what is missing in it."`
		List   keysListCommand   `cmd:"" help:"List the signing keys."`
		Add    keysAddCommand    `cmd:"" help:"Add a signing key with its certificate."`
		Trust  keysTrustCommand  `cmd:"" help:"Print the certificates that verifiers need."`
		Escrow keysEscrowCommand `cmd:"" help:"Write the keys, encrypted to officers, for safekeeping."`
	} `cmd:"" help:"Keys."`
	Staff struct {
		Invite  staffInviteCommand  `cmd:"" help:"Make an account and print its one-time link."`
		List    staffListCommand    `cmd:"" help:"List accounts, by pseudonym."`
		Disable staffDisableCommand `cmd:"" help:"End an account, with its passkeys, sessions and leases."`
		Renew   staffRenewCommand   `cmd:"" help:"Note until when training and screening hold."`
	} `cmd:"" help:"People who work here."`
	Backup  backupCommand  `cmd:"" help:"Write an encrypted backup of the database."`
	Restore restoreCommand `cmd:"" help:"Fill an empty database from a backup; ended cases stay ended."`
	Figures figuresCommand `cmd:"" help:"How many requests went which way, per day."`
	Config  configCommand  `cmd:"" help:"Print the configuration in force, without secrets."`
}

// Run does what args say and returns the exit status.
func Run(ctx context.Context, args []string, env func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c commands
	ended := -1
	parser, err := kong.New(&c, kong.Name("loket"), kong.Description("The counter for whoever falls outside the login."),
		kong.Vars{"roles": roleNames()},
		kong.Writers(stdout, stderr), kong.Exit(func(status int) { ended = status }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "loket:", err)
		return failed
	}
	parsed, err := parser.Parse(args)
	if ended >= 0 { // --help
		return ended
	}
	if err != nil {
		fmt.Fprintln(stderr, "loket:", err)
		return misuse
	}
	err = parsed.Run(&world{ctx, env, stdin, stdout, stderr})
	if status, ok := errors.AsType[exit](err); ok {
		return int(status)
	}
	if err != nil {
		fmt.Fprintln(stderr, "loket:", err)
		return failed
	}
	return done
}

// exit is an error that has said what it had to say.
type exit int

func (e exit) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// withConfig is embedded by commands that work on an installation.
type withConfig struct {
	Config string `help:"Configuration file." type:"existingfile" placeholder:"FILE"`
}

func (w withConfig) load(at *world) (config.Config, error) { return config.Load(w.Config, at.env) }

// open opens the installation. The caller closes it.
func (w withConfig) open(at *world) (*app.App, error) {
	c, err := w.load(at)
	if err != nil {
		return nil, err
	}
	log, err := newLog(at.stderr, c.Log.Level)
	if err != nil {
		return nil, err
	}
	return app.Open(at.ctx, c, app.Options{Log: log})
}

func newLog(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("log.level: %w", err)
	}
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: l})), nil
}

// create makes a file that only its owner reads, and never replaces one.
func create(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}
