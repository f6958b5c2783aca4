package api_test

import (
	"testing"

	"loket/internal/app/apptest"
)

// How much there is, and why something is paused, as a program sees it: in few words, with
// who said it, how sure it is and what it leaves alone.
func TestStockByAPI(t *testing.T) { // P-33 P-47 P-49 P-50
	eachPlace(t, func(t *testing.T, w *apptest.World, p *program) {
		var seen struct {
			Stock []struct {
				Product string
				Issued  *int64
				Week    int64
				Pauses  []struct {
					Starts, Expected, Confidence, Owner string
					Spares                              []struct{ ID string }
				}
				Enough *struct{ Owner, On string }
			}
		}
		unmarshal(t, p.call("GET", "/api/v1/places", nil).want(200).body, &seen)
		if len(seen.Stock) != 2 || seen.Stock[0].Product != "sticker" || seen.Stock[0].Issued == nil || seen.Stock[0].Enough != nil || len(seen.Stock[0].Pauses) != 0 {
			t.Errorf("in August: %+v", seen.Stock)
		}
		for w.Planner.Today().String() < "2022-09-02" {
			w.Clock.Advance(12 * 3600e9)
		}
		w.Settle(t)
		unmarshal(t, p.call("GET", "/api/v1/places", nil).want(200).body, &seen)
		if len(seen.Stock[0].Pauses) != 1 || len(seen.Stock[1].Pauses) != 0 {
			t.Fatalf("in September: %+v", seen.Stock)
		}
		if got := seen.Stock[0].Pauses[0]; got.Starts != "2022-09-05" || got.Expected != "2022-10-15" || got.Confidence != "likely" || len(got.Spares) != 4 || got.Owner == "" {
			t.Errorf("the pause: %+v", got)
		}
	})
}
