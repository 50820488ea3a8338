package mechanism

import (
	"slices"
	"time"

	"parley/statement"
)

// Chain sets the claims that place a statement among its author's own: prev,
// serial, and seen where it would fall behind what the author has signed
// before. last is the author's newest accepted statement, nil before the first.
func Chain(c *statement.Claims, last *Head) {
	c.Serial = statement.Serial{Day: c.Time.UTC().Format(time.DateOnly), Number: 1}
	c.Prev = ""
	if last == nil {
		return
	}
	c.Prev = statement.EncodeHash(last.Hash)
	if last.Serial.Day == c.Serial.Day {
		c.Serial.Number = last.Serial.Number + 1
	}
}

// Others gives parties sorted, each once, and without own: the addressees of a
// statement of own's that concerns them all.
func Others(own string, parties ...string) []string {
	others := slices.DeleteFunc(slices.Clone(parties), func(p string) bool { return p == own })
	slices.Sort(others)
	return slices.Compact(others)
}
