package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// readPicture returns the text of the QR code in a picture. ZBar reads it, which
// is a program of its own: decoding pictures of strangers stays out of this
// process.
func readPicture(ctx context.Context, path string) (string, error) {
	var out, complaint bytes.Buffer
	read := exec.CommandContext(ctx, "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", "--", path)
	read.Stdout, read.Stderr = &out, &complaint
	err := read.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return "", errors.New("reading pictures needs the program zbarimg (Debian package zbar-tools)")
	}
	if err != nil {
		return "", fmt.Errorf("no QR code was found: %w %s", err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimRight(out.String(), "\r\n"), nil
}
