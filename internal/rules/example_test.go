package rules_test

import (
	"fmt"

	"loket/internal/rules"
	"loket/packs"
)

func Example() {
	pack, err := rules.Load(packs.FS("gkvi-amsterdam-2021"))
	if err != nil {
		fmt.Println(err)
		return
	}
	today, err := rules.ParseDay("2021-12-20")
	if err != nil {
		fmt.Println(err)
		return
	}

	facts := rules.Facts{"municipality": "diemen", "can_use_digid": false, "tested_positive": true}
	d, err := rules.Decide(pack, "route", facts, today, today)
	fmt.Println(d.Outcome, d.Missing, err)

	facts["has_email"], facts["has_mobile"] = true, false
	d, err = rules.Decide(pack, "route", facts, today, today)
	fmt.Println(d.Outcome, d.IDs(), err)
	words, _ := pack.In("en", d.Reasons[1].Text)
	fmt.Println(words)

	// Output:
	// not-known-yet [has_email] <nil>
	// counter [ground:basis-tested-positive rule:no-mobile] <nil>
	// The request on the internet needs a mobile number. Without one the counter helps you.
}
