package api

import (
	_ "embed"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"

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

// described returns the description of the calls that an installation answers: those of
// places are left out where it offers none.
func described(places bool) []byte {
	whole := openapiJSON()
	if places {
		return whole
	}
	var document, paths map[string]json.RawMessage
	err := errors.Join(json.Unmarshal(whole, &document), json.Unmarshal(document["paths"], &paths))
	maps.DeleteFunc(paths, func(path string, _ json.RawMessage) bool { return strings.HasPrefix(path, placesPath) })
	if err == nil {
		document["paths"], err = json.Marshal(paths)
	}
	text, failed := json.Marshal(document)
	if err := errors.Join(err, failed); err != nil {
		panic(err) // as above
	}
	return text
}

// describe serves the description. It is the one answer that pages of other sites may
// read, as the design rules ask.
func (a *api) describe(*call) (answer, error) {
	return answer{status: http.StatusOK, raw: a.openapi, open: true}, nil
}
