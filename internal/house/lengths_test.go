package house

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestFileLengths lists files over 400 lines, and fails when half of all files
// have more than 150, or one in twenty more than 400.
func TestFileLengths(t *testing.T) {
	var all []int
	var long []string
	for _, f := range tree(t).files {
		all = append(all, f.lines)
		if f.lines > 400 {
			long = append(long, fmt.Sprintf("%s: %d lines", f.path, f.lines))
		}
	}
	slices.Sort(all)
	t.Logf("half of %d files have at most %d lines; over 400:\n%s", len(all), all[len(all)/2], strings.Join(long, "\n"))
	if all[len(all)/2] > 150 {
		t.Errorf("half of the files have more than %d lines; 150 is the aim", all[len(all)/2]-1)
	}
	if len(long)*20 > len(all) {
		t.Errorf("%d of %d files have over 400 lines:\n%s", len(long), len(all), strings.Join(long, "\n"))
	}
}
