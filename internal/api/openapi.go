package api

import (
	_ "embed"
	"net/http"

	"github.com/goccy/go-yaml"
)

// The description is written by hand, in YAML because it has comments and long texts.
//
//go:embed openapi.yaml
var openapiYAML []byte

// openapiJSON returns the description as programs read it.
func openapiJSON() []byte {
	text, err := yaml.YAMLToJSON(openapiYAML)
	if err != nil {
		panic(err) // a part of the program; every test would find it
	}
	return text
}

// describe serves the description. It is the one answer that pages of other sites may
// read, as the design rules ask.
func (a *api) describe(*call) (answer, error) {
	return answer{status: http.StatusOK, raw: a.openapi, open: true}, nil
}
