//go:build !race

package photo

// slow is by how much this program is slower than the one that is shipped.
const slow = 1
