// Package speed measures what people wait for, over HTTP and against other
// implementations; what one package does stands in its own benchmarks. docs/figures.md
// has the figures, and make bench prints them anew.
//
// There is no code here but benchmarks.
package speed
