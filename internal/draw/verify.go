package draw

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// MaxSize is the most bytes a published draw has; 500,000 tickets are a third of it.
const MaxSize = 64 << 20

// Verify reads a published draw and does again all that it says was done. In a draw that
// waits for its value, that is the list and which round was named. What does not hold is
// a fault.Invalid; its text begins with the step that failed:
//
//	form        not as draws are published, byte for byte but for white space
//	closing     not an instant
//	short       closed sooner than the rule of short lists lets it
//	list        a ticket is no ticket, twice or out of place; or the hash is another one
//	source      not one that the verifier trusts, or not the round of [Delay] after closing
//	signature   not that of the round
//	dice        not digits, or not two officials
//	reveal      not a value whose hash was said before, or none and no dice in its place
//	randomness  not that of the signature or the dice
//	order       not the one that follows
//	result      not the hash of what came out
//
// A draw in which nobody asked has an empty list and no order, and verifies. Each byte of
// a published draw goes into one of its two hashes, or is one of theirs.
func Verify(data []byte, trust Trust) (Draw, error) {
	d, err := parse(data)
	if err != nil {
		return Draw{}, err
	}
	if err := d.checkList(); err != nil {
		return Draw{}, err
	}
	if err := d.checkTrust(trust); err != nil {
		return Draw{}, err
	}
	return d, d.checkOrder()
}

// parse reads a draw. Writing it again must give the same bytes, which refuses at once
// unknown keys, keys that are there twice or in another case, and all that two readers
// could read in two ways.
func parse(data []byte) (Draw, error) {
	if len(data) > MaxSize {
		return Draw{}, wrong("form", "more than %d bytes", MaxSize)
	}
	var d Draw
	if err := json.Unmarshal(data, &d); err != nil {
		return Draw{}, wrong("form", "it is not JSON of a draw: %w", err)
	}
	again, err := json.Marshal(d)
	if err != nil {
		return Draw{}, wrong("form", "write it again: %w", err)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, data); err != nil {
		return Draw{}, wrong("form", "it is not JSON: %w", err)
	}
	if !bytes.Equal(again, compact.Bytes()) {
		return Draw{}, wrong("form", "it has something that a draw has not, or has it otherwise")
	}
	return d, nil
}

// checkTrust reports a value that whoever verifies has no reason to believe in.
func (d Draw) checkTrust(trust Trust) error {
	if (d.Source.Kind == FromDice || d.Source.Dice != "") && !trust.Dice {
		return wrong("source", "dice, which the verifier was not told to believe")
	}
	switch d.Source.Kind {
	case FromDice:
		return nil
	case FromReveal:
		if !trust.Parties {
			return wrong("source", "parties that reveal, which the verifier was not told to believe")
		}
		return nil
	}
	i := slices.IndexFunc(trust.Beacons, func(b Trusted) bool {
		return b.Chain == d.Source.Chain && b.PublicKey == d.Source.PublicKey
	})
	if i < 0 {
		return wrong("source", "the beacon with chain %s is none that the verifier trusts", d.Source.Chain)
	}
	clock := trust.Beacons[i].Clock
	if clock.Period <= 0 {
		return wrong("source", "when the rounds of a trusted beacon come is not known")
	}
	closed, err := d.Closed()
	if err != nil {
		return err
	}
	if round := clock.RoundAt(closed.Add(Delay)); round != d.Source.Round {
		return wrong("source", "the round of %v after closing is %d and not %d", Delay, round, d.Source.Round)
	}
	return nil
}

// checkOrder reports a value that is not right, and an order that does not follow from it.
func (d Draw) checkOrder() error {
	if !d.Drawn() {
		if d.Source.known() || len(d.Order) > 0 || d.ResultHash != "" {
			return wrong("randomness", "there is none, and still a value or an order")
		}
		return nil
	}
	randomness, err := d.Source.randomness()
	if err != nil {
		return err
	}
	if value := hex.EncodeToString(randomness); value != d.Randomness {
		return wrong("randomness", "it is %s and not %s", value, d.Randomness)
	}
	if !slices.Equal(d.Order, Order(Seed(d.listHash(), randomness), d.Tickets)) {
		return wrong("order", "it is not the one that follows from list and value")
	}
	if sum := hex.EncodeToString(d.resultHash()); sum != d.ResultHash {
		return wrong("result", "the hash of what came out is %s and not %s", sum, d.ResultHash)
	}
	return nil
}
