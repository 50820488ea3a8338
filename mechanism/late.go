package mechanism

import (
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/format"
	"parley/rule"
)

// Rules of late entries.
const (
	LateFormat = "late.format"
	LateAhead  = "late.ahead"
	LateOld    = "late.old"
)

// lateActs are what an officer may have said over a telephone about a statement.
var lateActs = []string{"acknowledges", "reads-back", "passes-on"}

// checkLate checks what a statement says of having been passed outside the
// channel. It explains the record and moves no clock: those count from the
// ledger's own time.
func checkLate(ch *charter.Charter, c Case, f form) error {
	claims := c.Statement.Claims()
	late := claims.Late
	if late.IsZero() {
		return nil
	}
	ahead := time.Duration(ch.Limits.AheadSeconds) * time.Second
	oldest := time.Duration(ch.Limits.LateHours) * time.Hour
	stamp := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	switch {
	case f.Kind != format.Message && !slices.Contains(lateActs, f.Relation):
		return rule.Refuse(LateFormat, "leave it out", "a %s cannot be passed outside the channel; only a message, or what %s", f.ID, strings.Join(lateActs, ", "))
	case late.At.After(claims.Time.Add(ahead)):
		return rule.Refuse(LateAhead, "check the time and its zone", "it cannot have been passed by %s at %s: it was signed at %s", late.Route, stamp(late.At), stamp(claims.Time))
	case late.At.Before(claims.Time.Add(-oldest)):
		return rule.Refuse(LateOld, "check the time and its zone; if it is right, say it in the text", "it was passed by %s at %s, more than %s before it was signed", late.Route, stamp(late.At), oldest)
	}
	return nil
}
