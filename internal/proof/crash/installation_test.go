package crash

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"loket/internal/app"
	"loket/internal/config"
	"loket/internal/db"
	"loket/internal/db/dbtest"
	"loket/internal/outbox/demo"
	"loket/internal/registry/local"
)

// built is the folder of the programs, made once: loket itself, and the desk of a counter.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "crash-")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-tags", "crash", "-o", dir+"/", "loket/cmd/loket", "loket/internal/proof/crash/desk").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return dir, nil
})

// installation is one Loket with what lies around it: mail server and gateway live
// in this process and do not die with it.
type installation struct {
	t       testing.TB
	program string
	dir     string
	config  string
	loaded  config.Config
	mail    *demo.MailServer
	gateway *demo.Gateway
	more    string // of the configuration
}

const gatewayToken = "crash"

func install(t testing.TB, engine db.Engine) *installation {
	t.Helper()
	in := &installation{t: t, dir: t.TempDir()}
	in.begin(engine)
	return in
}

// begin makes the keys, the database and what lies around them.
func (in *installation) begin(engine db.Engine) {
	in.t.Helper()
	t := in.t
	programs, err := built()
	in.must(err)
	in.program = filepath.Join(programs, "loket")
	in.mail, err = demo.ListenMail("localhost:0", time.Now)
	in.must(err)
	t.Cleanup(func() { in.mail.Close() })
	in.gateway, err = demo.ListenGateway("localhost:0", gatewayToken, time.Now)
	in.must(err)
	t.Cleanup(func() { in.gateway.Close() })
	in.configure(dbtest.URL(t, engine))
	in.must(app.InitKeys(in.loaded, rand.Reader))
	in.must(app.AddDemoKey(in.loaded, time.Now(), rand.Reader))
	a, err := app.Open(t.Context(), in.loaded, app.Options{})
	in.must(err)
	_, err = a.Registry.Import(t.Context(), local.Import{File: strings.NewReader(register())})
	in.must(errors.Join(err, a.Close()))
}

// configure writes the configuration and reads it as the program will.
func (in *installation) configure(database string) {
	in.t.Helper()
	officer, err := age.GenerateX25519Identity()
	in.must(err)
	in.write("token", gatewayToken)
	in.write("officer.txt", officer.String()+"\n")
	gateway := fmt.Sprintf("url = %q\nsecret_file = %q\nreference_path = \"messages.0.id\"\nheaders = {Authorization = \"Bearer {{.Secret}}\"}\nbody = %q\n",
		in.gateway.URL(), filepath.Join(in.dir, "token"), `{"channel": {{.Channel}}, "to": {{.To}}, "text": {{.Text}}, "reference": {{.Reference}}}`)
	in.config = in.write("loket.toml", fmt.Sprintf(`
data = %q
[database]
url = %q
[public]
addr = %q
proxies = ["127.0.0.0/8", "::1/128"]
[staff]
addr = %q
url = "http://localhost"
[operations]
addr = "off"
[mail]
host = "localhost"
port = %d
tls = "none"
[sms]
%s[voice]
%s[route]
match = "300ms"
%s[backup]
recipients = [%q]
[log]
level = "error"
%s`, in.dir, database, freeAddr(in.t), freeAddr(in.t), in.mail.Addr().Port, gateway, gateway, in.packs(), officer.Recipient(), in.more))
	in.loaded, err = config.Load(in.config, func(string) string { return "" })
	in.must(err)
}

func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (in *installation) write(name, text string) string {
	in.t.Helper()
	path := filepath.Join(in.dir, name)
	in.must(os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (in *installation) must(err error) {
	in.t.Helper()
	if err != nil {
		in.t.Fatal(err)
	}
}

// process is a running program.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // of Wait; read after ended
	said  *strings.Builder
}

// start starts the server, which dies at point if that is not empty. It returns when
// the server listens or has died.
func (in *installation) start(point string) *process {
	in.t.Helper()
	cmd := exec.Command(in.program, "serve", "--config", in.config)
	cmd.Env = append(os.Environ(), "LOKET_POINT="+point)
	p := &process{cmd: cmd, ended: make(chan struct{}), said: &strings.Builder{}}
	cmd.Stderr, cmd.WaitDelay = p.said, patience // of what the program started and left
	out, err := cmd.StdoutPipe()
	in.must(err)
	in.must(cmd.Start())
	listens := make(chan struct{})
	go func() {
		bufio.NewReader(out).ReadString('\n')
		close(listens)
		p.err = cmd.Wait()
		close(p.ended)
	}()
	select {
	case <-listens:
	case <-time.After(30 * time.Second):
		in.t.Fatalf("the server does not start: %s", p.said)
	}
	if point == "" {
		in.t.Cleanup(p.kill)
	}
	return p
}

// dies waits until the process has ended by SIGKILL.
func (p *process) dies(ctx context.Context) error {
	select {
	case <-p.ended:
	case <-ctx.Done():
		return errors.New("it lives on: the point is not on the way of anybody")
	}
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		return fmt.Errorf("it ended with %v: %s", p.err, p.said)
	}
	return nil
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have died of itself
	<-p.ended
}

// stop ends the process as an operator does. One that does not end tells where it stands.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Signal(syscall.SIGQUIT) // it may end just now
		<-p.ended
	}
	if p.err != nil {
		return fmt.Errorf("stop: %w: %s", p.err, p.said)
	}
	return nil
}

// command runs another command of the program and returns what it printed.
func (in *installation) command(point string, args ...string) (string, error) {
	return in.runWith("", point, in.program, append(args, "--config", in.config)...)
}

// runWith gives a program that dies at a point something to read, and returns what it
// printed. One that does not end tells where it stands.
func (in *installation) runWith(input, point, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(in.t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel, cmd.WaitDelay = func() error { return cmd.Process.Signal(syscall.SIGQUIT) }, patience
	cmd.Stdin = strings.NewReader(input)
	cmd.Env = append(os.Environ(), "LOKET_POINT="+point)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// promises runs loket check.
func (in *installation) promises(when string) {
	in.t.Helper()
	if out, err := in.command("", "check"); err != nil {
		in.t.Fatalf("%s: %v\n%s", when, err, out)
	}
}

// open opens the database beside the program.
func (in *installation) open() *db.DB {
	in.t.Helper()
	d, err := db.Open(in.t.Context(), in.loaded.Database.URL)
	in.must(err)
	return d
}

// minutesPass moves what would be waited for, as if the program had been down for
// some minutes.
func (in *installation) minutesPass() {
	in.t.Helper()
	d := in.open()
	defer d.Close()
	for _, move := range []string{
		`UPDATE job SET lease_until = lease_until - 300, due_at = due_at - 300`,
		`UPDATE outbox SET lease_until = lease_until - 300, due_at = due_at - 300 WHERE state = 'waiting'`,
		`UPDATE message_code SET made_at = made_at - 300, expires_at = expires_at - 300`,
		`UPDATE photo SET expires_at = expires_at - 300 WHERE state = 'arriving'`,
	} {
		_, err := db.Exec(in.t.Context(), d, move)
		in.must(err)
	}
}
