package mechanism

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/area"
	"parley/charter"
	"parley/format"
	"parley/line"
	"parley/matter"
	"parley/rule"
	"parley/statement"
	"parley/watch"
)

// Rules of the board and of the clock, as refusals name them.
const (
	NotEveryone = "statement.everyone"
	NotCovered  = "statement.own"
	ClockWords  = "clock.words"
	Unrepeated  = "statement.once"
	NotReadable = "handover.not-readable"
)

// A Board is what belongs to the channel as a whole: whether its line is alive,
// which areas are open, and who is on watch. All but the handovers follows from
// statements that go to every party, so every desk has the same.
type Board struct {
	Line  line.State  `json:"line"`
	Areas area.State  `json:"areas"`
	Watch watch.State `json:"watch"`
}

// Clone returns a copy that shares nothing that an event changes.
func (b *Board) Clone() *Board {
	if b == nil {
		return &Board{}
	}
	return &Board{Line: *b.Line.Clone(), Areas: *b.Areas.Clone(), Watch: *b.Watch.Clone()}
}

// LineRules gives the times and parties of the line by a charter.
func LineRules(ch *charter.Charter) line.Rules {
	l := ch.Clocks.Line
	r := line.Rules{Interval: charter.Seconds(l.IntervalSeconds), Miss: charter.Seconds(l.MissSeconds), Human: charter.Seconds(l.HumanSeconds),
		Red: charter.Seconds(l.RedSeconds), Dark: charter.Seconds(l.DarkSeconds), Supervisor: ch.Supervisor().ID}
	for _, side := range ch.Sides() {
		r.Sides = append(r.Sides, side.ID)
	}
	return r
}

// Switchable gives the areas that can be paused: all but the channel's own.
func Switchable(ch *charter.Charter) []string {
	var ids []string
	for _, a := range ch.Areas {
		if a.ID != Service {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// Cover gives the roles that are to be on duty at every hour at a party.
func Cover(ch *charter.Charter, party string) []string {
	var roles []string
	for _, id := range ch.Clocks.Cover {
		if r, ok := ch.Role(id); ok && ch.Holds(party, r) {
			roles = append(roles, id)
		}
	}
	return roles
}

// RosterLead is how long before a gap in the cover the clock warns of it.
func RosterLead(ch *charter.Charter) time.Duration {
	return time.Duration(ch.Clocks.RosterMinutes) * time.Minute
}

// Colour tells how a party's path stands at now.
func (b *Board) Colour(ch *charter.Charter, party string, now time.Time) line.Colour {
	return b.Line.Path(party).Colour(LineRules(ch), now, b.Areas.AllPausedBy(party, Switchable(ch), now))
}

// admitArea refuses what a paused or restricted area does not take. Acts are
// about what was accepted before, and so is what a party owes in a matter, whose clock
// no switch stops: or one could have another miss its time. The safety floor has no
// switch.
func admitArea(v View, ch *charter.Charter, c Case, f form) error {
	claims := c.Statement.Claims()
	board := v.Board()
	if r, ok := ch.Rule(claims.Format); board == nil || f.Kind != format.Message || f.Floor || ok && r.Floor || goesOn(v, claims, f) {
		return nil
	}
	return board.Areas.Admit(claims.Area, len(claims.Refs) > 0, c.Index, c.Now)
}

// goesOn reports whether a message answers a request for consent, belongs to a sealed
// exchange that has begun, or is of another matter by a party that is to act next in it; also where what it refers to
// is withheld here.
func goesOn(v View, claims statement.Claims, f form) bool {
	if f.ID == ConsentAnswer { // its clock goes on too
		return true
	}
	if f.Matter == "" || len(claims.Refs) == 0 {
		return false
	}
	old, ok := v.Record(claims.Refs[0].ID)
	if !ok || old.Facts == nil {
		return !v.Complete()
	}
	if old.Facts.Kind != matter.Kind(f.Matter) || old.Facts.Kind == matter.Exchange {
		return old.Facts.Kind == matter.Kind(f.Matter)
	}
	m, ok := v.Matter(old.Facts.Matter)
	if !ok || m.Partial {
		return ok || !v.Complete()
	}
	return slices.ContainsFunc(m.State.Next(m.Rules), func(n matter.Next) bool { return n.Party == claims.Author.Party })
}

// boardEffects gives the board as a message of the channel's own changes it; nil
// where it does not, or it is not known here.
func boardEffects(v View, ch *charter.Charter, c Case, f form, about *Record) (*Board, error) {
	old := v.Board()
	if old == nil || !c.Statement.Complete() || f.ID != "J00" && f.ID != "J05" && f.ID != "J06" {
		return nil, nil //nolint:nilnil // nothing is known of the board here, or it is not of the board
	}
	claims, s := c.Statement.Claims(), c.Statement
	board := old.Clone()
	switch f.ID {
	case "J00":
		return board, board.test(ch, c, about)
	case "J05":
		declared := Declaration(s)
		declared.Index = c.Index
		events, err := board.Areas.Decide(declared, Switchable(ch), c.Now)
		for _, e := range events {
			board.Areas.Apply(e)
		}
		return board, err
	case "J06":
		from, to, _ := format.ReadWindow(text(s, "duty"))
		verified, _ := format.ReadInstant(text(s, "verified-at"))
		events, err := watch.Announce(claims.Author.Party, watch.Duty{Statement: claims.ID, From: from, To: to, Roles: list(s, "roles"), Lead: text(s, "lead"),
			Languages: list(s, "languages"), Contacts: list(s, "contacts"), Verified: verified}, c.Now)
		for _, e := range events {
			board.Watch.Apply(e)
		}
		return board, err
	}
	return nil, nil //nolint:nilnil // it is not of the board
}

// Declaration reads what a J05 declares of areas.
func Declaration(s *statement.Statement) area.Declare {
	at := func(name string) time.Time { t, _ := format.ReadInstant(text(s, name)); return t }
	return area.Declare{Statement: s.Claims().ID, Party: s.Claims().Author.Party, Kind: text(s, "switch"), Reason: text(s, "reason"), Areas: list(s, "areas"),
		From: at("from"), Until: at("until"), Review: at("review-at")}
}

// test folds a link test or an answer to one into the line.
func (b *Board) test(ch *charter.Charter, c Case, about *Record) error {
	claims, rules := c.Statement.Claims(), LineRules(ch)
	human, _ := c.Statement.Field("operator")
	person, _ := human.(bool)
	if role, ok := ch.Role(claims.Author.Role); person && ok && role.Machine {
		return rule.Refuse(BadField, "write operator=no", "%s is a machine and cannot say that a person is at the desk", claims.Author)
	}
	var command line.Command = line.Hold{ID: claims.ID, Party: claims.Author.Party, Human: person, Others: claims.To}
	if text(c.Statement, "leg") == "answer" {
		answer := line.Answer{Party: claims.Author.Party, Human: person}
		if about != nil && identifier(about.Claims.Format) == "J00" {
			answer.Test, answer.By, answer.Of = about.Claims.ID, about.Claims.Author.Party, about.Logged
		}
		command = answer
	}
	events, err := b.Line.Decide(rules, command, c.Now)
	for _, e := range events {
		b.Line.Apply(rules, e)
	}
	return err
}

// remind folds the clock's reminder of a pause's review into the board, and holds
// each of its words to what was declared.
func remind(v View, c Case, pause *Record) (*Board, error) {
	old := v.Board()
	if old == nil {
		return nil, nil //nolint:nilnil // nothing is known of the board here
	}
	board, s := old.Clone(), c.Statement
	events, err := board.Areas.Remind(pause.Claims.ID, c.Now)
	if err != nil {
		return nil, err
	}
	due, _ := format.ReadInstant(text(s, "due"))
	_, step := s.Field("step")
	for _, sw := range board.Areas.Reminders() {
		if sw.Statement != pause.Claims.ID {
			continue
		}
		if text(s, "owed-by") != sw.Party || !due.Equal(sw.Review.Truncate(time.Second)) || text(s, "goes-to") != "" || step {
			return nil, rule.Refuse(ClockWords, "say what was declared", "the review of statement %s is owed by %s at %s and goes to nobody else; the clock says %q, %s and %q",
				pause.Claims.ID, sw.Party, sw.Review.Format(time.RFC3339), text(s, "owed-by"), text(s, "due"), text(s, "goes-to"))
		}
	}
	for _, e := range events {
		board.Areas.Apply(e)
	}
	return board, err
}

// noteEffects decides a note: what the hub's clock finds, or a watch hands over.
func noteEffects(v View, ch *charter.Charter, c Case, f form, key *Key) (Change, error) {
	claims := c.Statement.Claims()
	if f.ID == CopyMade {
		return copyEffects(v, ch, c, f)
	}
	if n := len(claims.Refs); n != f.Refers || n == 1 && claims.Refs[0].Relation != f.Relations[0] {
		return Change{}, rule.Refuse(BadRef, "refer to the one statement that it is about, or to none", "a %s refers to %d statements; this one to %d", f.ID, f.Refers, n)
	}
	change := Change{Record: &Record{}}
	if f.ID == "matter.due" {
		matters := turn{v: v, ch: ch, c: c}
		err := matters.due()
		change.Matters, change.Touched = matters.changed, matters.touched
		return change, err
	}
	old := v.Board()
	if old == nil || !c.Statement.Complete() {
		return change, nil
	}
	change.Board = old.Clone()
	var err error
	switch f.ID {
	case "line.missed":
		err = change.Board.missed(ch, c)
	case "roster.gap":
		err = change.Board.gap(ch, c)
	case "handover":
		err = change.Board.handover(v, c, key)
	case "relief":
		err = change.Board.relief(v, c, key)
	}
	return change, err
}

func (b *Board) missed(ch *charter.Charter, c Case) error {
	s, rules := c.Statement, LineRules(ch)
	due, _ := format.ReadInstant(text(s, "due"))
	tests, _ := s.Field("tests")
	n, _ := tests.(int64)
	party := text(s, "party")
	events, err := b.Line.Decide(rules, line.Miss{Party: party, Part: text(s, "part"), Due: due, Cause: line.Cause(text(s, "cause")), Tests: n,
		Paused: b.Areas.AllPausedBy(party, Switchable(ch), c.Now)}, c.Now)
	for _, e := range events {
		b.Line.Apply(rules, e)
	}
	return err
}

func (b *Board) gap(ch *charter.Charter, c Case) error {
	from, _ := format.ReadInstant(text(c.Statement, "from"))
	party, role, _ := strings.Cut(text(c.Statement, "role"), "/")
	events, err := b.Watch.Warn(party, watch.Gap{Role: role, From: from}, Cover(ch, party), RosterLead(ch), c.Now)
	for _, e := range events {
		b.Watch.Apply(e)
	}
	return err
}

func (b *Board) handover(v View, c Case, key *Key) error {
	claims := c.Statement.Claims()
	items, err := entries(c.Statement)
	if err != nil {
		return err
	}
	events, err := b.Watch.HandOver(claims.Author.Party, watch.Handover{Statement: claims.ID, Role: claims.Author.Role, By: claims.Author.Officer, Items: items, Signed: c.Now},
		certain(v, claims.Author.Party, OpenItems(v, b, claims.Author.Party, key, claims.Seen.Size, c.Now)))
	for _, e := range events {
		b.Watch.Apply(e)
	}
	return err
}

func (b *Board) relief(v View, c Case, key *Key) error {
	claims := c.Statement.Claims()
	items, err := entries(c.Statement)
	if err != nil {
		return err
	}
	if handed, ok := v.Record(claims.Refs[0].ID); ok && handed.Hash != claims.Refs[0].Hash {
		return rule.Refuse(BadRef, "refer to the text as it stands in the ledger", "the hash given for statement %s is not that of its text", handed.Claims.ID)
	}
	for _, h := range b.Watch.Of(claims.Author.Party).Handovers {
		for _, o := range v.Owed(claims.Author.Party) {
			if !o.Unknown && h.Statement == claims.Refs[0].ID && slices.Contains(h.Items, o.Index) && !key.Sees(o.Area) {
				return rule.Refuse(NotReadable, "have an officer take it over whose key is endorsed for that area", "entry %d is on the list and still open, and key %s of %s may not read it", o.Index, key.ID, claims.Author)
			}
		}
	}
	events, err := b.Watch.Relieve(claims.Author.Party, claims.Refs[0].ID, claims.Author.Role, claims.Author.Officer, items,
		certain(v, claims.Author.Party, OpenItems(v, b, claims.Author.Party, key, claims.Seen.Size, c.Now)), c.Now)
	for _, e := range events {
		b.Watch.Apply(e)
	}
	return err
}

// certain leaves out of what is open to party that of which some is not here: nobody is
// refused by a guess.
func certain(v View, party string, open []uint64) []uint64 {
	for _, o := range v.Owed(party) {
		if o.Unknown {
			open = slices.DeleteFunc(open, func(index uint64) bool { return index == o.Index })
		}
	}
	return open
}

// entries reads the entries that a handover lists: "#8".
func entries(s *statement.Statement) ([]uint64, error) {
	var all []uint64
	for _, item := range list(s, "items") {
		digits, ok := strings.CutPrefix(item, "#")
		index, err := strconv.ParseUint(digits, 10, 63)
		if !ok || err != nil || EntryName(index) != item {
			return nil, rule.Refuse(BadField, "write entries as #8", "%q is not the number of an entry", item)
		}
		all = append(all, index)
	}
	return all, nil
}

// EntryName writes an entry's number as a handover lists it.
func EntryName(index uint64) string { return "#" + strconv.FormatUint(index, 10) }

// OpenItems gives the entries of which party has something to do, as far as the
// key may read them and its officer had seen them with that many entries: what is
// at the gate or owed by it ([delivery.State.Owing]), and its own pauses. Sorted.
func OpenItems(v View, b *Board, party string, key *Key, seen uint64, now time.Time) []uint64 {
	var open []uint64
	for _, o := range v.Owed(party) {
		if o.Since < seen && key.Sees(o.Area) {
			open = append(open, o.Index)
		}
	}
	if b != nil {
		for _, a := range b.Areas.Areas {
			for _, sw := range a.Switches {
				if r, ok := v.Record(sw.Statement); ok && sw.Party == party && sw.At(now) && r.Index < seen {
					open = append(open, r.Index)
				}
			}
		}
	}
	slices.Sort(open)
	return slices.Compact(open)
}

// checkReach holds a statement that concerns everyone, or nobody else, to that.
func checkReach(ch *charter.Charter, claims statement.Claims, f *format.Format) error {
	switch {
	case f.Own && len(claims.To) > 0:
		return rule.Refuse(NotCovered, "address it to nobody", "a %s is for its own party, and the supervisor reads it; it goes to nobody else", f.ID)
	case !f.Everyone:
		return nil
	}
	for _, p := range ch.Parties {
		if p.ID != claims.Author.Party && !slices.Contains(claims.To, p.ID) {
			return rule.Refuse(NotEveryone, "add "+p.ID+" to to", "a %s concerns everyone; %s is missing among its addressees", f.ID, p.ID)
		}
	}
	return nil
}
