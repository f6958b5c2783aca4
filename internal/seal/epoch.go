package seal

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"loket/internal/point"
)

// epochOf names the ISO week of an instant, such as 2026-W48.
func epochOf(t time.Time) string {
	year, week := t.UTC().ISOWeek()
	return fmt.Sprintf("%04d-W%02d", year, week)
}

// epochStart returns the Monday 00:00 UTC that begins the epoch of that name.
func epochStart(name string) (time.Time, error) {
	var year, week int
	if _, err := fmt.Sscanf(name, "%04d-W%02d", &year, &week); err != nil {
		return time.Time{}, fmt.Errorf("epoch %q is not a week: %w", name, err)
	}
	// 4 January always lies in week 1.
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
	weekday := (int(fourth.Weekday()) + 6) % 7
	return fourth.AddDate(0, 0, 7*(week-1)-weekday), nil
}

// currentEpoch returns the box of this week, whose key it makes when it is the first.
func (k *Keys) currentEpoch() (string, Box, error) {
	name := epochOf(k.now())
	path := filepath.Join(k.dir, "epoch", name)
	if _, err := os.Stat(path); os.IsNotExist(err) {
		if err := writeKey(path, k.random); err != nil {
			return "", Box{}, err
		}
		point.Reach("seal.epoch-made")
	}
	box, err := k.epochBox(name)
	return name, box, err
}

// epochBox returns the box of an epoch whose key still exists.
func (k *Keys) epochBox(name string) (Box, error) {
	key, err := k.epochKey(name)
	if err != nil {
		return Box{}, err
	}
	return NewBox(key)
}

// epochKey returns the key of an epoch if it still exists; else the error is
// fs.ErrNotExist. It is cached, but not longer than its file lives: destroyEpoch drops it.
func (k *Keys) epochKey(name string) ([]byte, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, ok := k.epochs[name]
	if !ok {
		var err error
		if key, err = readKey(filepath.Join(k.dir, "epoch", name)); err != nil {
			return nil, fmt.Errorf("epoch %s: %w", name, err)
		}
		k.epochs[name] = key
	}
	return key, nil
}

// epochNames lists the epochs whose keys exist, oldest first.
func (k *Keys) epochNames() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(k.dir, "epoch"))
	if err != nil {
		return nil, fmt.Errorf("list epochs: %w", err)
	}
	var names []string
	for _, e := range entries {
		if _, err := epochStart(e.Name()); err == nil {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// destroyEpoch removes the key of an epoch: whatever it still wraps is lost.
func (k *Keys) destroyEpoch(name string) error {
	k.mu.Lock()
	delete(k.epochs, name)
	k.mu.Unlock()
	if err := os.Remove(filepath.Join(k.dir, "epoch", name)); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("destroy epoch %s: %w", name, err)
	}
	return syncDir(filepath.Join(k.dir, "epoch"))
}
