// Package signing proves that nothing is signed which the stored decision does not
// allow (promise 2), also when the registry changes between decision and signature.
// There is no code here but tests.
package signing
