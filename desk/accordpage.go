package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley/accord"
	"parley/matter"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/words"
)

// An AgreedView is what sessions, commitments and public lines have in common.
type AgreedView struct {
	Entry   uint64           `json:"entry"` // of the statement that opened it
	ID      string           `json:"id"`
	Area    string           `json:"area"`
	Name    string           `json:"name,omitempty"`
	Status  string           `json:"status"`
	Next    []Turn           `json:"next,omitempty"`
	Timers  []matter.Timer   `json:"timers,omitempty"`
	Moves   []uint64         `json:"moves"`             // entries of the statements that took effect
	Voids   []mechanism.Void `json:"voids,omitempty"`   // what was overtaken at the gate
	Partial bool             `json:"partial,omitempty"` // some of it is withheld here

	kind matter.Kind
}

// A Said is what one party has said in it: where, and the text that can be read
// here.
type Said struct {
	Party string `json:"party"`
	Entry uint64 `json:"entry"`
	Text  string `json:"text,omitempty"`
}

func agreedView(m *mechanism.Matter) AgreedView {
	v := AgreedView{Entry: m.Opened, ID: m.ID, Area: m.Area, Name: m.State.Name(), Timers: m.State.Timers(), Moves: m.Moves, Voids: m.Voids, Partial: m.Partial, kind: m.Kind}
	if s, ok := m.State.(interface{ Status() string }); ok {
		v.Status = s.Status()
	}
	for _, n := range m.State.Next(m.Rules) {
		v.Next = append(v.Next, Turn{Entry: m.Opened, Kind: m.Kind, Name: v.Name, Party: n.Party, Action: n.Action, By: n.By})
	}
	return v
}

// agreed gives the matters of a kind that sees lets be read: those that go on, then
// the lines that may be said and, where all says so, all others. Of what a page has no
// room for, which is the oldest, it gives the number.
func (d *Desk) agreed(ctx context.Context, kind matter.Kind, all bool, sees func(area string) bool) (matters []*mechanism.Matter, older int, err error) {
	matters, err = d.work.Matters(ctx, kind, !all && kind != matter.PublicLine)
	if err != nil {
		return nil, 0, err
	}
	matters = slices.DeleteFunc(matters, func(m *mechanism.Matter) bool {
		end := m.State.Ended()
		return !sees(m.Area) || !all && end != "" && end != accord.Released
	})
	matters, older = newest(matters, maxList)
	return matters, older, nil
}

// newest puts what goes on before what has ended, the oldest of each first, and drops
// the oldest of what is more than most: what has ended gives way before what goes on.
func newest(matters []*mechanism.Matter, most int) (kept []*mechanism.Matter, older int) {
	older = max(0, len(matters)-most)
	slices.SortStableFunc(matters, func(a, b *mechanism.Matter) int { return -compareBool(a.State.Ended() != "", b.State.Ended() != "") })
	kept = matters[older:]
	slices.SortStableFunc(kept, func(a, b *mechanism.Matter) int { return compareBool(a.State.Ended() != "", b.State.Ended() != "") })
	return kept, older
}

// agreedOne finds one of a kind by its name, with or without "doc:", or by any of its
// statements as [Desk.Find] takes them.
func (d *Desk) agreedOne(ctx context.Context, kind matter.Kind, ref string, sees func(area string) bool) (*mechanism.Matter, error) {
	for _, name := range []string{ref, "doc:" + ref} {
		if m, ok := d.work.MatterNamed(kind, name, d.party); ok && sees(m.Area) {
			return m, nil
		} else if ok {
			if err := d.hidden(ctx, "read", ref); err != nil {
				return nil, err
			}
		}
	}
	unknown := rule.Refuse(NotFound, "`parley "+string(kind)+"s -all` lists them; what waits at the gate has not begun", "no %s of the name or statement %q is known to this desk", kind, ref)
	id, err := d.Find(ctx, ref)
	if err != nil {
		return nil, unknown
	}
	if r, ok := d.work.Record(id); ok && r.Facts != nil && r.Facts.Kind == kind {
		if m, ok := d.work.Matter(r.Facts.Matter); ok && sees(m.Area) {
			return m, nil
		}
	}
	return nil, unknown
}

// read gives a statement that took effect; nil where its text is not here.
func (d *Desk) read(ctx context.Context, id string) (*statement.Statement, uint64, error) {
	r, ok := d.work.Record(id)
	if !ok {
		return nil, 0, nil
	}
	s, err := d.statementAt(ctx, r.Index)
	return s, r.Index, err
}

// sayings reads what several statements say in one of their fields.
func (d *Desk) sayings(ctx context.Context, all []accord.Signature, field string) ([]Said, error) {
	var said []Said
	for _, one := range all {
		s, entry, err := d.read(ctx, one.Statement)
		if err != nil {
			return nil, err
		}
		said = append(said, Said{one.Party, entry, openField(s, field)})
	}
	return said, nil
}

// openField gives what can be read of a field; empty where that is nothing.
func openField(s *statement.Statement, name string) string {
	if s == nil {
		return ""
	}
	value, ok := s.Field(name)
	if !ok {
		return ""
	}
	if list, ok := value.([]string); ok {
		return strings.Join(list, "\n")
	}
	return openText(value)
}

func openList(s *statement.Statement, name string) []string {
	if text := openField(s, name); text != "" {
		return strings.Split(text, "\n")
	}
	return nil
}

// statusWord says how something of that kind stands.
func (p *page) statusWord(kind matter.Kind, status string) words.Message {
	return words.M("accord." + string(kind) + "." + status)
}

// foot writes who is to act next, what was overtaken, and whether some is withheld.
func (p *page) foot(indent int, v *AgreedView) {
	for _, n := range v.Next {
		left := words.Raw("—")
		if !n.By.IsZero() {
			left = words.Raw(string(p.left(n.By)) + "  " + string(p.at(n.By)))
		}
		if n.Party == matter.Clock {
			p.say(indent, "accord.next-clock", "left", left, "action", p.named("matter.due", "stage", n.Action))
			continue
		}
		p.say(indent, "accord.next", "left", left, "party", p.party(n.Party), "action", p.action(v.kind, n.Action))
	}
	for _, void := range v.Voids {
		p.say(indent, "accord.void", "entry", p.code(mechanism.EntryName(void.Index)), "why", void.Sentence)
	}
	if v.Partial {
		p.say(indent, "accord.partial")
	}
}

// texts writes what parties have said, each under its own line.
func (p *page) texts(indent int, key string, all []Said) {
	for _, s := range all {
		p.say(indent, key, "party", p.party(s.Party), "entry", p.code(mechanism.EntryName(s.Entry)))
		p.quote(indent+2, s.Text)
	}
}

// quote writes a text from outside, a line for each of its paragraphs.
func (p *page) quote(indent int, text string) {
	for part := range strings.SplitSeq(text, "\n") {
		if part = strings.TrimSpace(part); part != "" {
			p.line(indent, words.Isolate(p.lang, part))
		}
	}
}

// signed names who has given a word, and where.
func (p *page) signed(d *Desk, all []accord.Signature) words.Raw {
	named := make([]string, len(all))
	for i, s := range all {
		named[i] = string(p.party(s.Party))
		if r, ok := d.work.Record(s.Statement); ok {
			named[i] += " (" + string(p.code(mechanism.EntryName(r.Index))) + ")"
		}
	}
	if len(named) == 0 {
		return "—"
	}
	return words.Raw(strings.Join(named, p.comma()))
}

// entryBy names the entry of a statement.
func (p *page) entryBy(d *Desk, id string) words.Raw {
	if r, ok := d.work.Record(id); ok {
		return p.code(mechanism.EntryName(r.Index))
	}
	return "—"
}

// reference writes what a field of type reference names: a statement by its entry,
// where that is known here.
func (p *page) reference(d *Desk, name string) words.Raw {
	if id, is := strings.CutPrefix(name, "statement:"); is {
		if r, ok := d.work.Record(id); ok {
			return p.code(mechanism.EntryName(r.Index))
		}
	}
	return p.code(name)
}

// rest ends a list: that there is nothing, or how much the page has no room for.
func (p *page) rest(shown, older int) {
	switch {
	case older > 0:
		p.say(2, "accord.older", "n", older)
	case shown == 0:
		p.say(2, "accord.none")
	}
}

func (p *page) titled(key string) {
	p.say(0, key, "at", p.code(p.now.Format(time.DateOnly)), "time", p.at(p.now))
}

// agreedRoutes serves the pages of what the parties agree on.
func (d *Desk) agreedRoutes(mux *routes) {
	page := func(show func(r *http.Request, lang string, sees func(string) bool) (any, error)) http.Handler {
		return endpoint(func(r *http.Request) (any, error) {
			lang, as, err := askedBy(r, false)
			if err != nil {
				return nil, err
			}
			sees, err := d.seenBy(as)
			if err != nil {
				return nil, err
			}
			return show(r, lang, sees)
		})
	}
	all := func(r *http.Request) bool { return r.URL.Query().Get("all") != "" }
	mux.Handle("GET /v1/sessions", page(func(r *http.Request, lang string, sees func(string) bool) (any, error) {
		return d.sessions(r.Context(), lang, all(r), sees)
	}))
	mux.Handle("GET /v1/sessions/{name}", page(func(r *http.Request, lang string, sees func(string) bool) (any, error) {
		return d.session(r.Context(), r.PathValue("name"), lang, sees)
	}))
	mux.Handle("GET /v1/commitments", page(func(r *http.Request, lang string, sees func(string) bool) (any, error) {
		return d.commitments(r.Context(), lang, all(r), sees)
	}))
	mux.Handle("GET /v1/commitments/{name}", page(func(r *http.Request, lang string, sees func(string) bool) (any, error) {
		return d.commitment(r.Context(), r.PathValue("name"), lang, sees)
	}))
	mux.Handle("GET /v1/lines", page(func(r *http.Request, lang string, sees func(string) bool) (any, error) {
		return d.publicLines(r.Context(), lang, all(r), sees)
	}))
	mux.Handle("GET /v1/questions", page(func(r *http.Request, lang string, sees func(string) bool) (any, error) {
		return d.questions(r.Context(), lang, all(r), sees)
	}))
}
