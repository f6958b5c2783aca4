package point_test

import (
	"testing"

	"loket/internal/point"
)

// A program as people run it goes on, whatever the environment says.
func TestReachDoesNothing(t *testing.T) {
	t.Setenv("LOKET_POINT", "point.test")
	point.Reach("point.test")
}

func BenchmarkReach(b *testing.B) {
	for b.Loop() {
		point.Reach("point.test")
	}
}
