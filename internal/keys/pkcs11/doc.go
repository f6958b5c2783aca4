// Package pkcs11 takes signing keys from a hardware module instead of files.
//
// It needs cgo and the module's own library, so all but this comment is behind
// the build tag pkcs11: a program built without it has no code that loads
// foreign libraries.
//
//	token, err := pkcs11.Open(pkcs11.Config{Library: "/usr/lib/softhsm/libsofthsm2.so", Token: "loket", PIN: pin})
//	key, err := token.Key("dsc-2022", certificate)
//	signer, err := hcert.NewSigner(key, certificate)
//
// The module makes, keeps and backs up the keys; their certificates lie in files
// beside the configuration. A key that is not that of its certificate is refused.
// Modules sign a few hundred times a second at best: the caller queues, and at
// most Config.Sessions signatures are made at once.
package pkcs11
