package audit

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"loket/internal/db"
	"loket/internal/fault"
)

// Checkpoint is the signed size and root of the log at one moment.
type Checkpoint struct {
	Size int64
	Root tlog.Hash
	Note string // as signed
}

// checkpointText is the body of a checkpoint note: origin, size and root, a line
// each, as other transparency logs write it.
func checkpointText(origin string, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, base64.StdEncoding.EncodeToString(root[:]))
}

// ParseCheckpoint reads a signed checkpoint and checks its signature. It is a
// fault.Invalid when text is not a checkpoint that the verifier signed.
func ParseCheckpoint(text string, verifier note.Verifier) (Checkpoint, error) {
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return Checkpoint{}, fault.New(fault.Invalid, "", "checkpoint: %w", err)
	}
	lines := strings.Split(signed.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() || lines[3] != "" {
		return Checkpoint{}, fault.New(fault.Invalid, "", "checkpoint has another form")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return Checkpoint{}, fault.New(fault.Invalid, "", "checkpoint has no size")
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return Checkpoint{}, fault.New(fault.Invalid, "", "checkpoint has no root")
	}
	return Checkpoint{size, tlog.Hash(root), text}, nil
}

const selectLatest = `SELECT note FROM audit_checkpoint ORDER BY size DESC LIMIT 1`

// Latest returns the newest checkpoint as signed, and "" before the first.
func Latest(ctx context.Context, q db.Queryer) (string, error) {
	text, err := db.Get[string](ctx, q, selectLatest)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return text, err
}

// Consistency proves that the log of size newer begins with the log of size
// older. Sizes beyond the log are a fault.Invalid.
func Consistency(ctx context.Context, q db.Queryer, older, newer int64) (tlog.TreeProof, error) {
	size, err := db.Get[int64](ctx, q, selectTreeSize)
	if err != nil {
		return nil, err
	}
	if older < 1 || older > newer || newer > size {
		return nil, fault.New(fault.Invalid, "", "no proof from %d to %d in a log of %d", older, newer, size)
	}
	return tlog.ProveTree(newer, older, storedHashes(ctx, q))
}
