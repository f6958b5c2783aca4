package crash

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"loket/internal/app"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/request"
)

// waiting is how many requests are in the filled database.
const waiting = 20_000

// BenchmarkStart is the time from the start of the program, on a database with many
// requests, until it has answered somebody.
func BenchmarkStart(b *testing.B) {
	in := install(b, db.SQLite)
	in.fill(waiting)
	for b.Loop() {
		running := in.start("")
		got, err := http.Get(in.loaded.Public.URL + "/nl/")
		if err != nil || got.StatusCode != http.StatusOK {
			b.Fatalf("the first page: %v", err)
		}
		got.Body.Close()
		b.StopTimer()
		running.kill()
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms")
	b.ReportMetric(waiting, "requests")
}

// fill sends that many requests of nobody in particular.
func (in *installation) fill(n int) {
	in.t.Helper()
	a, err := app.Open(in.t.Context(), in.loaded, app.Options{})
	in.must(err)
	no := false
	answers := request.Answers{Municipality: "amsterdam", DigiD: request.NoBSN, VaccinatedBy: "ggd-amsterdam", TestedPositive: &no,
		Document: "foreign-passport", Expired: &no, NumberAsked: true, EmailAsked: true, PhoneAsked: true, KeepNumber: &no}
	answers.Name, err = ident.NewName("Niemand Bekend", "")
	in.must(err)
	answers.Birth, err = ident.ParseBirthDate("1990-02-03", time.Now().Format(time.DateOnly))
	in.must(err)
	const writers = 100
	errs := make([]error, writers)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range n / writers {
				answers := answers
				var err1, err2 error
				answers.Email, err1 = ident.ParseEmail(fmt.Sprintf("niemand%d-%d@example.org", w, i))
				answers.Phone, err2 = ident.ParsePhone(fmt.Sprintf("0613%03d%03d", w, i), "NL")
				_, err := a.Requests.Submit(in.t.Context(), request.Submission{
					Answers: answers, Lang: "nl", Door: request.Web, Key: ident.NewID(rand.Reader, "key")})
				if errs[w] = errors.Join(err1, err2, err); errs[w] != nil {
					return
				}
			}
		})
	}
	all.Wait()
	in.must(errors.Join(append(errs, a.Close())...))
}
