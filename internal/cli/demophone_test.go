package cli_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// In the demonstration somebody is a phone that can only text, and is answered.
func TestDemoPhone(t *testing.T) {
	public, _ := startDemo(t)
	answer, err := http.PostForm(public+"/demo/phone", url.Values{"number": {"06 12345670"}, "text": {"start"}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	for range 300 {
		answer, err := http.Get(public + "/demo/phone?number=%2B31612345670")
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(page), "1 Nederlands") {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("no answer came")
}
