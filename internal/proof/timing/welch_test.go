package timing

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"loket/internal/app/apptest"
	"loket/internal/db"
	"loket/internal/ident"
	"loket/internal/registry"
)

// samples is how often each side is measured.
func samples() int {
	if n, err := strconv.Atoi(os.Getenv("LOKET_SAMPLES")); err == nil {
		return n
	}
	return 2000
}

// BenchmarkWelch measures the handler of a request for somebody known and somebody
// unknown by turns that chance decides, and reports |t|. The leaky handler looks
// people up before it answers, as the registry would be asked; if its t is not above
// 10 the measurement is blind and the other figure means nothing.
func BenchmarkWelch(b *testing.B) {
	for _, leaky := range []bool{false, true} {
		b.Run(map[bool]string{false: "handler", true: "leaky"}[leaky], func(b *testing.B) {
			c := newCounter(b, apptest.New(b, db.SQLite, nil))
			lookUp := func(known bool) {
				number, err := ident.ParseNumber(form(0, known)["number"].(string))
				if err != nil {
					b.Fatal(err)
				}
				if _, err := c.Registry.Candidates(b.Context(), registry.Query{Number: number}); err != nil {
					b.Fatal(err)
				}
			}
			var t float64
			for b.Loop() {
				t = welch(func(known bool) {
					if leaky {
						lookUp(known)
					}
					c.send(b, known)
				})
			}
			b.ReportMetric(math.Abs(t), "|t|")
			b.ReportMetric(float64(samples()), "samples")
		})
	}
}

// welch returns Welch's t of the times of send, without the slowest tenth of each side.
func welch(send func(known bool)) float64 {
	var took [2][]float64
	for len(took[0]) < samples() || len(took[1]) < samples() {
		side := rand.IntN(2)
		began := time.Now()
		send(side == 0)
		took[side] = append(took[side], float64(time.Since(began)))
	}
	var mean, spread [2]float64
	for side := range took {
		slices.Sort(took[side])
		mean[side], spread[side] = moments(took[side][:len(took[side])*9/10])
	}
	return (mean[0] - mean[1]) / math.Sqrt(spread[0]+spread[1])
}

// moments returns the mean and the square of its standard error.
func moments(values []float64) (mean, spread float64) {
	for _, v := range values {
		mean += v
	}
	mean /= float64(len(values))
	for _, v := range values {
		spread += (v - mean) * (v - mean)
	}
	n := float64(len(values))
	return mean, spread / (n - 1) / n
}
