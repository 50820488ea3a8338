package mechanism

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/matter"
	"parley/rule"
	"parley/statement"
)

// A turn is one content's changes to matters, as far as they are made.
type turn struct {
	v       View
	ch      *charter.Charter
	c       Case
	changed []*Matter
	touched []*Record // statements that the matters' end leaves at the gate
	leaving bool      // the message leaves the gate: what not all of its readers know keeps it from nothing
	taken   *Matter   // what has the name that the message would have opened another with
}

// all gives those who must know a matter that keeps a message of author's from taking
// effect, where parties are those who may read it.
func (t *turn) all(author string, parties []string) []string {
	if t.leaving {
		return parties
	}
	return []string{author}
}

// find gives a matter as it stands within the turn.
func (t *turn) find(id string) (*Matter, bool) {
	for _, m := range t.changed {
		if m.ID == id {
			return m, true
		}
	}
	return t.v.Matter(id)
}

func (t *turn) put(m *Matter) {
	m.Since = t.c.Index
	for i, old := range t.changed {
		if old.ID == m.ID {
			t.changed[i] = m
			return
		}
	}
	t.changed = append(t.changed, m)
}

// after gives the matter that follows as the message of record takes effect now,
// or why it cannot; nil where it is of no matter that is known here.
func (t *turn) after(record *Record) (*Matter, error) {
	facts, claims := record.Facts, record.Claims
	if facts == nil || facts.Move == nil || facts.Matter == "" {
		return nil, nil //nolint:nilnil // of no matter, or one that is withheld here
	}
	k, ok := keeperOf(facts.Kind)
	if !ok {
		return nil, nil //nolint:nilnil // nobody keeps such matters yet
	}
	old, ok := t.find(facts.Matter)
	if !ok && facts.Matter != claims.ID {
		if t.v.Complete() && !Supersedes(facts.Move.About().Relation) { // an opening that was overtaken may still be amended
			return nil, rule.Refuse(UnknownMatter, "refer to a statement that took effect", "what statement %s is about was never opened", claims.ID)
		}
		return nil, nil //nolint:nilnil // its opening is withheld here
	}
	if !ok {
		return t.opening(k, record)
	}
	if err := old.between(claims); err != nil {
		return nil, err
	}
	most := cmp.Or(k.most, maxMoves)
	if share := most / len(old.Rules.Parties); old.Shares[claims.Author.Party] >= share {
		return nil, rule.Refuse(MatterFull, "take it up in a new one that refers to it", "the %s of statement %s has %d statements of %s, which is a party's share of the %d that one may have", old.Kind, old.ID, share, claims.Author.Party, most)
	}
	if k.admit != nil {
		if err := k.admit(t.v, old, *facts.Move, t.all(claims.Author.Party, old.Rules.Parties)); err != nil {
			return nil, err
		}
	}
	state, err := old.State.Take(*facts.Move, old.Rules, t.c.Now)
	if err != nil {
		return nil, err
	}
	m := old.clone()
	m.State, m.Moves = state, append(m.Moves, record.Index)
	m.Shares[claims.Author.Party]++
	return m, nil
}

func (t *turn) opening(k keeper, record *Record) (*Matter, error) {
	claims := record.Claims
	m := &Matter{ID: claims.ID, Kind: record.Facts.Kind, Area: claims.Area, Opened: record.Index, Began: t.c.Now, Moves: []uint64{record.Index}, Shares: map[string]int{claims.Author.Party: 1}}
	m.Rules.Supervisor = t.ch.Supervisor().ID
	for _, side := range t.ch.Sides() {
		m.Rules.Sides = append(m.Rules.Sides, side.ID)
	}
	slices.Sort(m.Rules.Sides)
	m.Rules.Parties = parties(claims, m.Rules.Supervisor)
	var err error
	if m.State, err = k.open(t.ch, *record.Facts.Move, m.Rules, t.c.Now); err != nil {
		return nil, err
	}
	if k.admit != nil {
		if err := k.admit(t.v, m, *record.Facts.Move, t.all(claims.Author.Party, m.Rules.Parties)); err != nil {
			return nil, err
		}
	}
	name := m.State.Name()
	if name == "" {
		return m, nil
	}
	if err := matter.CheckName(name); err != nil {
		return nil, err
	}
	if t.taken = t.namesake(m.Kind, name, t.all(claims.Author.Party, m.Rules.Parties)); t.taken != nil {
		return nil, rule.Refuse(MatterName, "refer to that statement, or choose another name", "%q is the name of what statement %s opened", name, t.taken.ID)
	}
	return m, nil
}

// namesake gives the matter of that kind and name that all of parties are party to, as
// it stands within the turn; nil for none.
func (t *turn) namesake(kind matter.Kind, name string, parties []string) *Matter {
	for _, m := range t.changed {
		if m.Kind == kind && m.State.Name() == name && m.Among(parties) {
			return m
		}
	}
	m, _ := t.v.MatterNamed(kind, name, parties...)
	return m
}

// Among reports whether all of parties are party to the matter.
func (m *Matter) Among(parties []string) bool {
	return !slices.ContainsFunc(parties, func(p string) bool { return !slices.Contains(m.Rules.Parties, p) })
}

// parties gives everyone who may read a message once it is released, sorted.
func parties(claims statement.Claims, supervisor string) []string {
	all := append([]string{claims.Author.Party, supervisor}, claims.To...)
	slices.Sort(all)
	return slices.Compact(all)
}

// between holds a message to the parties of its matter: who is left out would
// have another state of it.
func (m *Matter) between(claims statement.Claims) error {
	have := parties(claims, m.Rules.Supervisor)
	for _, party := range m.Rules.Parties {
		if !slices.Contains(have, party) {
			return rule.Refuse(MatterParties, "add "+party+" to to", "statement %s is about what is between %s; %s is missing among its addressees", claims.ID, listed(m.Rules.Parties), party)
		}
	}
	for _, party := range have {
		if !slices.Contains(m.Rules.Parties, party) {
			return rule.Refuse(MatterParties, "leave it out", "statement %s is about what is between %s; %s is not party to it", claims.ID, listed(m.Rules.Parties), party)
		}
	}
	return nil
}

// submitted asks the matter about a message that is being ordered, and has it take
// effect where no gate waits. A message that is disclosed later was asked about as
// it was ordered, by a state that is gone.
func (t *turn) submitted(record *Record) error {
	if record.Facts == nil && record.Delivery.Status == delivery.Released {
		t.lacking(record)
		return nil
	}
	m, err := t.after(record)
	if err == nil {
		err = t.unread(record)
	}
	if late := t.c.Index < t.v.Size(); err != nil && !late && !t.partial(record) {
		return err
	}
	if m != nil && record.Delivery.Status == delivery.Released {
		t.put(m)
	}
	return nil
}

// unread refuses a message of a matter whose first reference not all who are to read
// it may read: they could not tell what it belongs to. Only who knows all can.
func (t *turn) unread(record *Record) error {
	facts, claims := record.Facts, record.Claims
	if !t.v.Complete() || facts == nil || facts.Kind == "" || len(claims.Refs) == 0 || Supersedes(claims.Refs[0].Relation) {
		return nil
	}
	about, ok := t.v.Record(claims.Refs[0].ID)
	if !ok {
		return nil
	}
	have := parties(about.Claims, t.ch.Supervisor().ID)
	waits := about.Delivery != nil && about.Delivery.Status != delivery.Released
	for _, party := range parties(claims, t.ch.Supervisor().ID) {
		if waits || !slices.Contains(have, party) {
			return rule.Refuse(UnreadMatter, "refer to it once all of them may read it, or leave the reference out", "statement %s is about statement %s, which not all of its addressees may read", claims.ID, about.Claims.ID)
		}
	}
	return nil
}

// released has a message take effect that leaves the gate, unless it was overtaken.
func (t *turn) released(record *Record) {
	if record.Facts == nil {
		t.lacking(record)
		return
	}
	t.leaving, t.taken = true, nil
	m, err := t.after(record)
	switch {
	case m != nil:
		t.put(m)
	case err != nil && !t.partial(record):
		t.void(record, err)
	}
}

// void notes that a message was overtaken: in its matter, and where it would have
// opened one in the one of the same parties that took its name.
func (t *turn) void(record *Record, err error) {
	old, ok := t.find(record.Facts.Matter)
	if !ok && t.taken != nil {
		old, ok = t.taken, slices.Equal(t.taken.Rules.Parties, parties(record.Claims, t.ch.Supervisor().ID))
	}
	if ok {
		t.put(old.overtaken(record, t.c.Now, err))
	}
}

// overtaken gives the matter with a message among those that changed nothing.
func (m *Matter) overtaken(record *Record, now time.Time, err error) *Matter {
	next := m.clone()
	v := Void{Index: record.Index, At: now, Sentence: err.Error()}
	if refusal, ok := err.(*rule.Refusal); ok { //nolint:errorlint // the rules wrap nothing
		v.Rule, v.Sentence = refusal.Rule, refusal.Sentence
	}
	next.Voids = append(next.Voids, v)
	next.Voids = next.Voids[max(0, len(next.Voids)-maxVoids):]
	return next
}

// Follows reports whether the message of record could take effect as c is ordered,
// as far as v knows its matter.
func Follows(v View, c Case, record *Record) bool {
	t := turn{v: v, ch: v.CharterAt(c.Index), c: c}
	_, err := t.after(record)
	return err == nil
}

// Overtaken gives the matter of record, which is released by c, with record among
// what was overtaken; nil where it follows from what v knows.
func Overtaken(v View, c Case, record *Record) *Matter {
	t := turn{v: v, ch: v.CharterAt(c.Index), c: c, leaving: true}
	_, err := t.after(record)
	if old, ok := t.find(record.Facts.Matter); ok && err != nil {
		return old.overtaken(record, c.Now, err)
	}
	return nil
}

// partial reports whether the matter of record is known here in part only.
func (t *turn) partial(record *Record) bool {
	m, ok := t.find(record.Facts.Matter)
	return ok && m.Partial
}

// lacking marks the matter of a message of which some is withheld here.
func (t *turn) lacking(record *Record) {
	if ofNoMatter(t.v, t.ch, record) {
		return
	}
	for _, ref := range record.Claims.Refs {
		about, ok := t.v.Record(ref.ID)
		if !ok || about.Facts == nil {
			continue
		}
		if old, ok := t.find(about.Facts.Matter); ok {
			t.lack(old)
		}
	}
}

func (t *turn) lack(old *Matter) {
	if !old.Partial {
		m := old.clone()
		m.Partial = true
		t.put(m)
	}
}

// due folds the clock's word that something of a matter fell due, and holds each
// of its words to what the matter's state says.
func (t *turn) due() error {
	claims, s := t.c.Statement.Claims(), t.c.Statement
	ref := claims.Refs[0]
	old, ok := t.find(ref.ID)
	switch {
	case !ok && t.v.Complete():
		return rule.Refuse(UnknownMatter, "name the statement that opened it", "statement %s opened nothing", ref.ID)
	case ok && !s.Complete():
		t.lack(old)
		return nil
	case !ok:
		return nil
	}
	if opening, ok := t.v.Record(ref.ID); ok && opening.Hash != ref.Hash {
		return rule.Refuse(BadRef, "refer to the text as it stands in the ledger", "the hash given for statement %s is not that of its text", ref.ID)
	}
	if claims.Area != old.Area {
		return rule.Refuse(WrongArea, "set area to "+old.Area, "the %s of statement %s is of area %q, the clock says %q", old.Kind, old.ID, old.Area, claims.Area)
	}
	if err := old.between(claims); err != nil {
		return err
	}
	own, err := matter.Find(old.State, matter.Timer{Stage: text(s, "stage"), Party: text(s, "owed-by")}, t.c.Now)
	if err == nil {
		err = said(s, old, own)
	}
	var state matter.State
	if err == nil {
		if t.touched, err = lapsed(t.v, t.c, old, own); err != nil {
			return err // what is in escrow is known, whatever else is withheld
		}
		state, err = old.State.Lapse(own, old.Rules, t.c.Now)
	}
	switch {
	case err != nil && old.Partial:
		return nil // it may be true of what is withheld here
	case err != nil:
		return err
	}
	m := old.clone()
	m.State = state
	t.put(m)
	return nil
}

// said holds the clock's words to a timer.
func said(s *statement.Statement, m *Matter, own matter.Timer) error {
	if due, _ := format.ReadInstant(text(s, "due")); !due.Equal(own.At.Truncate(time.Second)) || text(s, "kind") != string(m.Kind) {
		return rule.Refuse(ClockWords, "say what the rules say", "%s of the %s of statement %s fell due at %s; the clock says %s and %q", own.Stage, m.Kind, m.ID, own.At.Format(time.RFC3339), text(s, "due"), text(s, "kind"))
	}
	return nil
}

// listed writes names in a row.
func listed(names []string) string { return strings.Join(names, ", ") }
