//go:build !crash

package point

// Reach marks a place between two durable steps.
func Reach(string) {}
