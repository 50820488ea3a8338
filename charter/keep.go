package charter

import (
	"fmt"
	"slices"
	"strings"

	"parley/format"
)

// PurgeFormat is the identifier of what the hub's clock says as it purges.
const PurgeFormat = "clock.purged"

// maxKeepDays bounds retention: ten years.
const maxKeepDays = 3660

// Keep is how many days after its end the text of a statement of a format is purged;
// 0 where it is kept for good.
func (c *Charter) Keep(formatRef string) int {
	rule, _ := c.Rule(formatRef)
	return rule.KeepDays
}

// keep checks how long a format's texts are kept. What the rules read again whenever a
// ledger is replayed cannot be purged: the standing of the channel, and what is said to
// a matter.
func (k *checker) keep(c *Charter, field string, f *format.Format, r Rule) {
	if r.KeepDays == 0 {
		return
	}
	read, purger := fmt.Sprint(r.KeepDays), func(ref string) bool { return strings.HasPrefix(ref, PurgeFormat+"/") }
	hub, _ := c.Role("hub")
	switch {
	case f.Kind != format.Message:
		k.add(field, read, "nothing: it is not a message", "what is done to a message goes with that")
	case f.Borrows != "":
		k.add(field, read, "nothing: it speaks in the place of another format's statement", "it is kept as long as that")
	case f.Matter != "":
		k.add(field, read, "nothing: what is said to a "+f.Matter+" is read again whenever the ledger is replayed, so its text stays", "keep places out of it, and refer to a statement that is purged")
	case f.Everyone:
		k.add(field, read, "nothing: the standing of the channel follows from it", "")
	case hasField(f, "originator-control"):
		k.add(field, read, "nothing: whose consent its use needs is read from it for as long as it is referred to", "")
	case r.KeepDays < 0 || r.KeepDays > maxKeepDays:
		k.add(field, read, fmt.Sprintf("a whole number of days from 1 to %d", maxKeepDays), "")
	case !slices.ContainsFunc(c.Formats, func(r Rule) bool { return purger(r.Format) }) || !hub.Allows(PurgeFormat):
		k.add(field, read, "nothing, where the hub cannot say that a text is purged", "put "+PurgeFormat+"/1 in force and let the role hub send it")
	}
}

func hasField(f *format.Format, name string) bool {
	_, ok := f.Field(name)
	return ok
}
