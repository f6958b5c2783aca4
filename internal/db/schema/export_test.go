package schema

// Parse is for the tests of wrong files.
var Parse = parse
