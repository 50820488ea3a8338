package charter

import "parley/format"

// Sensitive reports whether a format, by its reference, needs a second officer's
// signature. One that is not in force does not.
func (c *Charter) Sensitive(formatRef string) bool {
	rule, ok := c.Rule(formatRef)
	return ok && rule.Sensitive
}

// sensitive keeps two-person release to messages of their own that can wait.
func (k *checker) sensitive(field string, f *format.Format, r Rule) {
	switch {
	case !r.Sensitive:
	case f.Kind != format.Message:
		k.add(field, "true", "false: it is an act, not a message", "")
	case f.Borrows != "":
		k.add(field, "true", "false: what replaces or translates a statement is as sensitive as that", "mark the formats that it can be about")
	case f.Floor || r.Floor:
		k.add(field, "true", "false: the safety floor must not wait for a second person", "")
	}
}
