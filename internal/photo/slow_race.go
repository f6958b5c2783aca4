//go:build race

package photo

// slow is by how much this program is slower than the one that is shipped: its
// race detector looks at every access to memory.
const slow = 8
