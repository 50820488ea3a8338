package console

import (
	"testing"

	"parley/desk"
	"parley/identity"
)

// What a preview showed holds for that officer, under that charter, and for all that is
// signed.
func TestSeen(t *testing.T) {
	amal := identity.Author{Party: "alder", Role: "watch", Officer: "amal"}
	shown := desk.Saying{By: amal, Format: "J14/1", Precedence: "ROUTINE", To: []string{"birch"}, Fields: []string{"window=1000-1200 alder", "place=x"}, About: "7"}
	for what, change := range map[string]func(edition *int, q *desk.Saying){
		"charter":    func(edition *int, _ *desk.Saying) { *edition = 2 },
		"officer":    func(_ *int, q *desk.Saying) { q.By.Officer = "adam" },
		"format":     func(_ *int, q *desk.Saying) { q.Format = "J14/2" },
		"precedence": func(_ *int, q *desk.Saying) { q.Precedence = "FLASH" },
		"addressees": func(_ *int, q *desk.Saying) { q.To = nil },
		"field":      func(_ *int, q *desk.Saying) { q.Fields = []string{"window=1000-1201 alder", "place=x"} },
		"field more": func(_ *int, q *desk.Saying) { q.Fields = append(q.Fields[:2:2], "note=y") },
		"about":      func(_ *int, q *desk.Saying) { q.About = "8" },
		"kept term":  func(_ *int, q *desk.Saying) { q.Keep = []string{"t1"} },
		"late":       func(_ *int, q *desk.Saying) { q.Late = "0900Z" },
	} {
		edition, q := 1, shown
		if change(&edition, &q); seen(edition, q) == seen(1, shown) {
			t.Errorf("another %s counts as shown", what)
		}
	}
	same := shown
	same.Fields = []string{"place=x", "note=", "window=1000-1200 alder"}
	if seen(1, same) != seen(1, shown) {
		t.Error("the same in another order does not count as shown")
	}
}
