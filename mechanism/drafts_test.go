package mechanism

import (
	"maps"
	"time"

	"parley/format"
	"parley/statement"
)

const content = "J14/1"

// noticeFields are those of a notice three days ahead.
func noticeFields() map[string]any {
	return map[string]any{"activity": "survey", "place": "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end", "window": "2026-11-27T07:00Z/2026-11-27T09:00Z",
		"description": statement.Paragraphs{"Survey flight."}, "contact": "desk:line 2"}
}

// with gives fields with some changed, added or, where nil, left out.
func with(fields map[string]any, changes map[string]any) map[string]any {
	fields = maps.Clone(fields)
	for name, value := range changes {
		if fields[name] = value; value == nil {
			delete(fields, name)
		}
	}
	return fields
}

func notice() draft { return draft{by: amal, format: content, fields: noticeFields()} }

func replaces(s *statement.Statement) draft {
	return draft{by: amal, format: "J04/1", refs: ref("replaces", s), to: s.Claims().To,
		fields: with(noticeFields(), map[string]any{"action": "replace", "why": "delayed", "content": content, "window": "2026-11-27T08:00Z/2026-11-27T09:00Z"})}
}

func cancelsIt(s *statement.Statement) draft {
	return draft{by: amal, format: "J04/1", refs: ref("cancels", s), to: s.Claims().To, fields: map[string]any{"action": "cancel", "why": "completed", "content": content}}
}

func act(by, formatRef, relation string, s *statement.Statement) draft {
	d := draft{by: by, format: formatRef, refs: ref(relation, s), area: s.Claims().Area}
	if relation == "returns" {
		d.fields = map[string]any{"reason": "unclear"}
	}
	return d
}

func acks(by string, s *statement.Statement) draft      { return act(by, "J01/1", "acknowledges", s) }
func releases(s *statement.Statement) draft             { return act(chen, "gate.release/1", "releases", s) }
func returns(s *statement.Statement) draft              { return act(chen, "gate.return/1", "returns", s) }
func withdraws(by string, s *statement.Statement) draft { return act(by, "withdraw/1", "withdraws", s) }

// readsBack enters the critical fields of s again, with changes.
func (w *world) readsBack(by string, s *statement.Statement, changes map[string]any) draft {
	d := act(by, "J02/1", "reads-back", s)
	d.fields = map[string]any{"content": content}
	if r, ok := w.hub.Record(s.Claims().ID); ok && r.Facts != nil { // else it is purged
		for name, value := range r.Facts.Critical {
			d.fields[name] = value
		}
	}
	d.fields = with(d.fields, changes)
	return d
}

func passesOn(by string, s *statement.Statement, at time.Time, outstanding int64) draft {
	d := act(by, "J03/1", "passes-on", s)
	d.fields = map[string]any{"echelon": "post", "passed-at": format.WriteInstant(at), "outstanding": outstanding}
	return d
}

// show has birch's desk report s delivered and displayed.
func (w *world) show(s *statement.Statement) {
	w.t.Helper()
	w.must(act(bdesk, "desk.delivered/1", "delivers", s))
	w.must(act(bdesk, "desk.displayed/1", "displays", s))
}

// shown sends d, releases it and shows it at birch.
func (w *world) shown(d draft) *statement.Statement {
	w.t.Helper()
	s := w.must(d)
	w.must(releases(s))
	w.show(s)
	return s
}

func (w *world) acked(by ...string) *statement.Statement {
	w.t.Helper()
	s := w.shown(notice())
	for _, officer := range by {
		w.must(acks(officer, s))
	}
	return s
}

// example gives the fields of a format's example in the catalogue.
func example(id string) map[string]any {
	f, _ := format.Catalogue().Newest(id)
	fields, err := f.Exemplar(format.Catalogue().Lookup, nil)
	if err != nil {
		panic(err)
	}
	return fields
}

// j10 are the fields of an alert.
func j10() map[string]any { return example("J10") }
