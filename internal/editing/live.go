package editing

import (
	"context"
	"crypto/hmac"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"loket/internal/db"
	"loket/internal/fault"
	"loket/internal/rules"
)

const editColumns = `id, file, value, why, state, made_by, made_at, approved_by, approved_at`

const (
	selectEdit    = `SELECT ` + editColumns + ` FROM edit WHERE id = $1 AND pack = $2`
	selectLive    = `SELECT ` + editColumns + `, approval FROM edit WHERE pack = $1 AND state = 'live' ORDER BY file`
	selectWaiting = `SELECT ` + editColumns + ` FROM edit WHERE pack = $1 AND state = 'proposed' ORDER BY made_at, id LIMIT 25`
	selectHistory = `
		SELECT ` + editColumns + ` FROM edit WHERE pack = $1 AND file = $2 AND state IN ('live', 'replaced')
		ORDER BY approved_at DESC, id LIMIT 25`
)

// Get returns one change.
func (s *Store) Get(ctx context.Context, id string) (Edit, error) {
	e, err := db.Get[Edit](ctx, s.DB, selectEdit, id, s.Pack)
	if err != nil {
		return Edit{}, fmt.Errorf("find change %s: %w", id, err)
	}
	return e, nil
}

// Waiting returns the changes that wait for a second person, oldest first.
func (s *Store) Waiting(ctx context.Context) ([]Edit, error) {
	return db.Select[Edit](ctx, s.DB, selectWaiting, s.Pack)
}

// History returns what a file was changed to, newest first.
func (s *Store) History(ctx context.Context, file string) ([]Edit, error) {
	return db.Select[Edit](ctx, s.DB, selectHistory, s.Pack, file)
}

// liveRow is a change that is said to be live.
type liveRow struct {
	Edit
	Approval []byte
}

// approval is what the keyed sum of an approved change is over.
func (s *Store) approval(e Edit) []string {
	return []string{s.Pack, e.ID, e.File, e.Value, e.MadeBy, e.ApprovedBy}
}

// liveRows returns what two people put live, and what somebody wrote into the database.
func (s *Store) liveRows(ctx context.Context, q db.Queryer) (live, written []Edit, err error) {
	rows, err := db.Select[liveRow](ctx, q, selectLive, s.Pack)
	if err != nil {
		return nil, nil, fmt.Errorf("find what was changed: %w", err)
	}
	for _, r := range rows {
		right := false
		for _, sum := range s.Keys.Index("staff").Versions("edit", s.approval(r.Edit)...) {
			right = right || hmac.Equal(sum, r.Approval)
		}
		if right {
			live = append(live, r.Edit)
		} else {
			written = append(written, r.Edit)
		}
	}
	return live, written, nil
}

func (s *Store) live(ctx context.Context, q db.Queryer) ([]Edit, error) {
	list, _, err := s.liveRows(ctx, q)
	return list, err
}

// Check returns a line of text for each change that is live in the database and that no
// two people approved here. Such a change does nothing.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	_, written, err := s.liveRows(ctx, s.DB)
	var lines []string
	for _, e := range written {
		lines = append(lines, fmt.Sprintf("editing: the change %s of %s was put live beside the program", e.ID, e.File))
	}
	return lines, err
}

// Current returns a text file of the pack as it is live. It is a fault.NotFound when
// the pack has no such file.
func (s *Store) Current(ctx context.Context, file string) ([]byte, error) {
	list, err := s.live(ctx, s.DB)
	if err != nil {
		return nil, err
	}
	for _, e := range list {
		if e.File == file {
			return []byte(e.Value), nil
		}
	}
	data, err := fs.ReadFile(s.Base, file)
	if err != nil {
		return nil, fault.New(fault.NotFound, "", "the pack has no such file")
	}
	return data, nil
}

// Version names what is live now: another one means that packs are to be loaded again.
func (s *Store) Version(ctx context.Context) (string, error) {
	list, err := s.live(ctx, s.DB)
	return version(list), err
}

func version(list []Edit) string {
	ids := make([]string, len(list))
	for i, e := range list {
		ids[i] = e.ID
	}
	return strings.Join(ids, " ")
}

// Load returns the pack with all that is live, and the version that it is.
func (s *Store) Load(ctx context.Context) (*rules.Pack, string, error) {
	list, err := s.live(ctx, s.DB)
	if err != nil {
		return nil, "", err
	}
	pack, err := s.load(list)
	return pack, version(list), err
}

var settingFile = regexp.MustCompile(`^settings/([a-z0-9_]+)/(\d{4}-\d{2}-\d{2})$`)

// load loads the pack with changes. All values of settings go into one file.
func (s *Store) load(edits []Edit) (*rules.Pack, error) {
	changed := map[string][]byte{}
	var settings strings.Builder
	slices.SortFunc(edits, func(a, b Edit) int { return strings.Compare(a.File, b.File) })
	for _, e := range edits {
		m := settingFile.FindStringSubmatch(e.File)
		switch {
		case m != nil:
			fmt.Fprintf(&settings, "- id: %s\n  values:\n    - %s\n", m[1], strings.ReplaceAll(strings.TrimSpace(e.Value), "\n", "\n      "))
		case strings.HasPrefix(e.File, "texts/"):
			changed[e.File] = []byte(e.Value)
		default:
			return nil, fault.New(fault.Invalid, "editing.file", "%q is neither a text nor a setting", e.File)
		}
	}
	if settings.Len() > 0 {
		changed["settings.yaml"] = []byte(settings.String())
	}
	pack, err := rules.LoadChanged(s.Base, changed)
	if fault.Is(err, fault.Invalid) {
		return nil, fault.New(fault.Invalid, "editing.broken", "the pack would not load: %w", err)
	}
	return pack, err
}
