// Package util says nothing by its name.
package util // want "package name util"
