package seal

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Tombstones are the ids of cases that have ended, and of messages that were recalled,
// one a line with the day. They lie in the key directory, so that a restored database,
// which may hold them again, is told. Ids are random and tell nothing.

func (k *Keys) tombstonePath() string { return filepath.Join(k.dir, "tombstones") }

// Bury adds ids to the tombstones. It returns when they are on disk; only then may
// the rows go.
func (k *Keys) Bury(ids []string) error {
	unlock, err := k.lockTombstones()
	if err != nil {
		return err
	}
	defer unlock()
	f, err := os.OpenFile(k.tombstonePath(), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open tombstones: %w", err)
	}
	day := k.now().UTC().Format(time.DateOnly)
	var lines strings.Builder
	for _, id := range ids {
		fmt.Fprintf(&lines, "%s %s\n", id, day)
	}
	_, err = f.WriteString(lines.String())
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write tombstones: %w", err)
	}
	return syncDir(k.dir)
}

// Buried returns the ids on the tombstones. A line that a crash cut off is left out:
// its case still has its rows and is buried again by the next sweep.
func (k *Keys) Buried() ([]string, error) {
	lines, err := k.tombstones()
	ids := make([]string, 0, len(lines))
	for _, line := range lines {
		ids = append(ids, line.caseID)
	}
	return ids, err
}

type tombstone struct {
	caseID string
	day    time.Time
}

// lockTombstones keeps other goroutines and other processes from writing until
// unlock is called: a line that one adds must not be lost while another drops old ones.
func (k *Keys) lockTombstones() (unlock func(), err error) {
	lock, err := os.OpenFile(k.tombstonePath()+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock tombstones: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return nil, fmt.Errorf("lock tombstones: %w", errors.Join(err, lock.Close()))
	}
	return func() { lock.Close() }, nil // closing gives the lock back
}

func (k *Keys) tombstones() ([]tombstone, error) {
	f, err := os.Open(k.tombstonePath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open tombstones: %w", err)
	}
	defer f.Close()
	var lines []tombstone
	scanner := bufio.NewScanner(f)
	for scanner.Scan() {
		id, text, _ := strings.Cut(scanner.Text(), " ")
		if day, err := time.Parse(time.DateOnly, text); err == nil {
			lines = append(lines, tombstone{id, day})
		}
	}
	if err := scanner.Err(); err != nil {
		return nil, fmt.Errorf("read tombstones: %w", err)
	}
	return lines, nil
}

// forgetTombstones drops those older than keep. No backup that is older can be
// read any more, so nothing can come back.
func (k *Keys) forgetTombstones(keep time.Duration) error {
	unlock, err := k.lockTombstones()
	if err != nil {
		return err
	}
	defer unlock()
	lines, err := k.tombstones()
	if err != nil {
		return err
	}
	var kept strings.Builder
	oldest := k.now().Add(-keep)
	dropped := 0
	for _, line := range lines {
		if line.day.Before(oldest) {
			dropped++
			continue
		}
		fmt.Fprintf(&kept, "%s %s\n", line.caseID, line.day.Format(time.DateOnly))
	}
	if dropped == 0 {
		return nil
	}
	return k.replaceTombstones(kept.String())
}

func (k *Keys) replaceTombstones(content string) error {
	temp := k.tombstonePath() + ".new"
	f, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("rewrite tombstones: %w", err)
	}
	_, err = f.WriteString(content)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("rewrite tombstones: %w", err)
	}
	if err := os.Rename(temp, k.tombstonePath()); err != nil {
		return fmt.Errorf("rewrite tombstones: %w", err)
	}
	return syncDir(k.dir)
}
