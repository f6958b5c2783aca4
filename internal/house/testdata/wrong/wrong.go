package wrong // want "no package comment"

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"log"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

type Exported struct{} // want "type Exported has no comment"

func (Exported) Method() {} // want "Exported.Method has no comment"

// Error needs none, but has one.
func (Exported) Error() string { return "" }

const Number = 1 // a comment behind it will do

func Function() { // want "Function has no comment"
	fmt.Println("text")                // want "fmt.Println"
	log.Print("text")                  // want "log.Print"
	http.DefaultClient.Get("x")        // want "http.DefaultClient"
	_ = context.Background()           // want "context.Background"
	_, _ = rand.Reader, os.Getenv("X") // want "rand.Reader" want "os.Getenv"
	// TODO: later; want "TODO"
}

var (
	empty   int                           // want "empty starts empty"
	lock    sync.Mutex                    // want "lock starts empty" want "lock is of a type"
	made    = make(map[string]int)        // want "made is of a type"
	table   = map[string]int{"a": 1}      // a table may stay
	written = map[string]int{"a": 1}      // and is found below
	shown   = []int{1}                    // likewise
	fixed   = errors.New("a fixed error") // an error may stay
	_       = fixed
)

func init() { // want "init function"
	written["b"] = 2 // want "written"
	take(&shown)     // want "handed out by address"
	table := map[string]int{}
	table["b"] = 2
	{
		var shown []int
		take(&shown)
	}
}

func take(*[]int) {}

type private struct{ time string }

func (private) Reveal() string { return "" }

func (p private) use(err error) template.HTML {
	time := p
	_ = time.Reveal()                                             // want "Reveal in private.use"
	if strings.Contains(err.Error(), "x") || err.Error() == "y" { // want "by their words" want "by their words"
		return template.HTML("<b>") // want "template.HTML in private.use"
	}
	return ""
}

func now() time.Time { return time.Now() } // want "time.Now"

func long() { // want "long has 71 lines"
	n := 0
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
	n++
}
