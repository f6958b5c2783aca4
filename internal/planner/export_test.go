package planner

// HasPostcode lets tests try every postcode.
func HasPostcode(ranges string, code int) bool { return hasPostcode(ranges, code) }

// Invariants lets tests break each of them.
func Invariants() [][2]string { return invariants() }
