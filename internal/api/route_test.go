package api_test

import (
	"strings"
	"testing"

	"loket/internal/app/apptest"
)

func TestDecisionsSayWhyAndWhatToAsk(t *testing.T) { // G-03 G-06 G-07 G-08
	w := apptest.New(t, "sqlite", nil)
	p := connect(t, w, nil)
	for _, test := range []struct {
		form           form
		outcome, other string
	}{
		{form{}, "not-known-yet", ""},
		{known(), "digital", ""},
		{known().with("digid", "bsn-no-digid"), "digital", ""},
		{known().with("digid", "digid-works"), "use-digid", ""},
		{known().with("municipality", "amstelveen"), "digital", ""},
		{known().with("municipality", "rotterdam"), "other-region", "ggd-rotterdam-rijnmond"},
		{known().with("vaccinatedBy", "doctor"), "other-party", "vaccinator"},
		{known().with("vaccinatedBy", "doctor", "testedPositive", true), "digital", ""},
		{known().with("vaccinatedBy", "nobody"), "nothing-yet", ""},
		{known().with("email", nil), "counter", ""},
	} {
		got := p.call("POST", "/api/v1/route-decisions", test.form, "Accept-Language", "en").want(200)
		if got.get("outcome") != test.outcome || strings.Trim(got.get("otherRoute", "id"), "null") != test.other {
			t.Errorf("%v: %s", test.form, got.body)
		}
		if test.outcome == "not-known-yet" && got.get("missing") != `["municipality"]` {
			t.Errorf("missing: %s", got.get("missing"))
		}
	}
	if wrong := p.call("POST", "/api/v1/requests", known().with("municipality", "rotterdam"), "Idempotency-Key", key(t, 1)).want(400); wrong.get("code") != "request.no-way" {
		t.Errorf("request from another region: %s", wrong.body)
	}
}

func TestRouteSaysByWhomAndWhoSeesWhat(t *testing.T) { // G-01 G-19 G-43 G-44
	w := apptest.New(t, "sqlite", nil)
	p := connect(t, w, nil)
	for _, language := range []string{"nl", "en", "ar"} {
		got := p.call("GET", "/api/v1/route", nil, "Accept-Language", language).want(200)
		var route struct {
			Authority           []string
			Published           struct{ On string }
			Questions, Counters []struct{ Words map[string]any }
			OtherRoutes         []struct {
				Owner, Checked string
				Fields         map[string]string
			}
		}
		unmarshal(t, got.body, &route)
		if len(route.Authority) != 2 || route.Published.On != "2021-12-16" || len(route.Counters) == 0 {
			t.Errorf("route: %+v", route)
		}
		for _, q := range route.Questions {
			if q.Words["purpose"] == nil || q.Words["seenBy"] == nil {
				t.Errorf("a question does not say why or who sees it: %v", q)
			}
		}
		for _, r := range route.OtherRoutes {
			if r.Owner == "" || r.Checked == "" || r.Fields["language"] == "" {
				t.Errorf("another route lacks owner, check or language: %+v", r)
			}
		}
	}
}
