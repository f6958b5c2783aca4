package api

import (
	"time"

	"loket/internal/web/throttle"
)

// The limits of the API. They are wide where a helper's machine works for many people,
// and narrow where somebody could guess.
var (
	Reading = throttle.Limit{Name: "api-read", By: throttle.Source, Burst: 600, Every: 50 * time.Millisecond,
		Why: "Calls that change nothing; a charity's server reads for many people."}
	Writing = throttle.Limit{Name: "api-write", By: throttle.Source, Burst: 300, Every: 500 * time.Millisecond,
		Why: "A charity can send the requests of a whole shelter; a machine that guesses cannot go on."}
	ByNumber = throttle.Limit{Name: "api-number", By: throttle.Identifier, Burst: 10, Every: 5 * time.Minute,
		Why: "A code has eight digits. This slows down numbers that do not exist as much as those that do."}
	ByLink = throttle.Limit{Name: "api-link", By: throttle.Identifier, Burst: 10, Every: 2 * time.Minute,
		Why: "Each code costs a text message; a program with a good link needs a few calls, and nobody else can use them up."}
	PhotosOfCase = throttle.Limit{Name: "api-photos", By: throttle.Identifier, Burst: 20, Every: 2 * time.Minute,
		Why: "A person sends two photos and takes some again; each is decoded."}
	PhotosBySource = throttle.Limit{Name: "api-photos-by-source", By: throttle.Source, Burst: 200, Every: 5 * time.Second,
		Why: "A shelter sends the photos of all its people on one evening; a machine cannot go on."}
	DeadLinks = throttle.Limit{Name: "api-links-dead", By: throttle.Source, Burst: 60, Every: 30 * time.Second,
		Why: "Programs may hold old links; a machine that guesses links cannot go on."}
)

// photoPieces bounds pieces of photos that arrive at once.
var photoPieces = throttle.Places{Name: "api-photo-pieces", All: 64, Each: 8}

// Limits returns all of them, for the documentation.
func Limits() []throttle.Limit {
	return []throttle.Limit{Reading, Writing, ByNumber, ByLink, PhotosOfCase, PhotosBySource, DeadLinks}
}
