package desk

import (
	"slices"
	"strings"
	"time"

	"parley/format"
	"parley/rule"
	"parley/statement"
)

// BadLate says that a late entry does not say both when and by which way it was
// passed.
const BadLate = "desk.late"

// readLate reads when and how a statement was passed outside the channel.
func readLate(setting *format.Setting, q Saying) (statement.Late, error) {
	route := strings.ToLower(strings.TrimSpace(q.Route))
	switch {
	case q.Late == "" && route == "":
		return statement.Late{}, nil
	case q.Late == "":
		return statement.Late{}, rule.Refuse(BadLate, "give the time, with its zone", "it says that it was passed by %q and not when", clip(route))
	case !slices.Contains(statement.Routes(), route):
		return statement.Late{}, rule.Refuse(BadLate, "write one of "+strings.Join(statement.Routes(), ", "), "it was passed outside the channel by %q, which is no way that is known", clip(route))
	}
	value, err := (&format.Format{ID: "late", Edition: 1}).ParseField(setting, format.LateField(), q.Late)
	if err != nil {
		return statement.Late{}, fieldRefusal(err, q.Lang)
	}
	at, ok := format.ReadInstant(value.(string))
	if !ok {
		return statement.Late{}, rule.Refuse(BadLate, "give the time, with its zone", "%q is no time", clip(q.Late))
	}
	return statement.Late{At: at, Route: route}, nil
}

// A LateView says to people that a statement was passed outside the channel.
type LateView struct {
	At    time.Time `json:"at"`
	Route string    `json:"route"`
	Lines []string  `json:"lines"` // in the language asked for: when it was passed and when entered, in every side's zone
}

func (d *Desk) late(s *statement.Statement, logged time.Time, lang string) *LateView {
	late := s.Claims().Late
	if late.IsZero() {
		return nil
	}
	return &LateView{late.At, late.Route, format.LateEntry(d.Charter().Setting(d.party), lang, late, logged)}
}
