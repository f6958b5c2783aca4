package dbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// supervise runs the server until nobody holds the lock on "use". Whoever
// starts to use it does so while holding "start", so none comes in between.
const supervise = `
"$1/postgres" -D data -k "$PWD" -c listen_addresses= -c fsync=off -c synchronous_commit=off \
	-c full_page_writes=off -c max_connections=400 -c shared_buffers=64MB -c jit=off &
while sleep 15; do
	flock -n -x use true || continue
	exec 9<start
	flock 9
	if flock -n -x use true; then
		kill -INT $!
		wait $!
		rm -rf data
		exit
	fi
	flock -u 9
done`

// running is a server that is kept alive by a lock.
type running struct {
	folder string   // of its socket
	use    *os.File // locked until this program ends, however it ends
}

// server returns the running server, which it starts once in a program and
// shares with other programs.
var server = sync.OnceValues(func() (*running, error) {
	folder := filepath.Join(os.TempDir(), fmt.Sprintf("loket-postgresql-%d", os.Getuid()))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	owner, err := serverOwner(folder)
	if err != nil {
		return nil, err
	}
	start, err := lockFile(filepath.Join(folder, "start"), syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	defer start.Close()
	use, err := lockFile(filepath.Join(folder, "use"), syscall.LOCK_SH)
	if err != nil {
		return nil, err
	}
	if !answers(folder) {
		if err := startServer(folder, owner); err != nil {
			return nil, err
		}
	}
	return &running{folder, use}, nil
})

// serverOwner prepares the folder for the user that runs the server, which must
// not be root, and returns that user: nil if it is ours.
func serverOwner(folder string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	who, err := user.Lookup("postgres")
	if err != nil {
		if who, err = user.Lookup("nobody"); err != nil {
			return nil, fmt.Errorf("find a user to run PostgreSQL: %w", err)
		}
	}
	uid, err := strconv.Atoi(who.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(who.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(folder, uid, gid)
}

func startServer(folder string, owner *syscall.Credential) error {
	bin, err := programs()
	if err != nil {
		return err
	}
	if err := os.RemoveAll(filepath.Join(folder, "data")); err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", "data", "-U", "postgres", "-A", "trust", "-E", "UTF8",
		"--locale=C", "--no-sync")
	initdb.Dir = folder
	initdb.SysProcAttr = &syscall.SysProcAttr{Credential: owner}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	run := exec.Command("/bin/sh", "-c", supervise, "sh", bin)
	run.Dir, run.Stdout, run.Stderr = folder, log, log
	run.SysProcAttr = &syscall.SysProcAttr{Credential: owner, Setsid: true} // it outlives this program
	if err := run.Start(); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	for range 300 {
		if answers(folder) {
			return run.Process.Release()
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("PostgreSQL does not answer; see " + log.Name())
}

// programs returns the folder with initdb and postgres.
func programs() (string, error) {
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	for i := len(folders) - 1; i >= 0; i-- {
		_, err1 := os.Stat(filepath.Join(folders[i], "initdb"))
		_, err2 := os.Stat(filepath.Join(folders[i], "postgres"))
		if err1 == nil && err2 == nil {
			return folders[i], nil
		}
	}
	return "", errors.New("PostgreSQL is not installed: the tests need its programs initdb and postgres")
}

func lockFile(path string, how int) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	return f, nil
}

func databaseURL(folder, name string) string {
	return "postgres:///" + name + "?" + url.Values{"host": {folder}, "user": {"postgres"}}.Encode()
}

func answers(folder string) bool {
	return administer(folder, "SELECT 1") == nil
}

// administer runs one statement in the maintenance database.
func administer(folder, statement string) error {
	d, err := sql.Open("pgx", databaseURL(folder, "postgres"))
	if err != nil {
		return err
	}
	defer d.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	_, err = d.ExecContext(ctx, statement)
	return err
}

// newDatabase makes an empty database and returns its url.
func newDatabase(t testing.TB) string {
	t.Helper()
	s, err := server()
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := administer(s.folder, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("create a database: %v", err)
	}
	t.Cleanup(func() {
		if err := administer(s.folder, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop a database: %v", err)
		}
	})
	return databaseURL(s.folder, name)
}
