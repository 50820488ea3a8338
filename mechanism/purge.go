package mechanism

import (
	"slices"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/matter"
	"parley/rule"
	"parley/statement"
)

// Rules of purging, as refusals name them.
const (
	StillCited = "purge.cited"
	NotItsTurn = "purge.not-quoting"
	OtherNote  = "purge.other-entry"
)

// Purges is how the hub's clock refers to what it destroys.
const Purges = "purges"

// quotes reports whether a statement with that relation repeats, or may, what the one
// that it refers to says: it goes with that.
func quotes(relation string) bool {
	return slices.Contains([]string{"acknowledges", "reads-back", "passes-on", "annotates", "translates"}, relation)
}

// latest gives a record as the change has it.
func (change *Change) latest(r *Record) *Record {
	for _, t := range change.Touched {
		if t.Index == r.Index {
			return t
		}
	}
	return r
}

// touch puts a record into the change, in the place of what that has of it.
func (change *Change) touch(r *Record) {
	for i, t := range change.Touched {
		if t.Index == r.Index {
			change.Touched[i] = r
			return
		}
	}
	change.Touched = append(change.Touched, r)
}

// apply decides a command to a statement as the change has it.
func (change *Change) apply(c Case, r *Record, cmd delivery.Command) error {
	next, err := decideDelivery(change.latest(r), c, cmd)
	if err == nil {
		change.touch(next)
	}
	return err
}

// remember notes with the statements that a message refers to what keeps their texts,
// and what must go with them.
func (change *Change) remember(v View, c Case, relation string) error {
	facts := change.Record.Facts
	for _, ref := range c.Statement.Claims().Refs {
		old, ok := v.Record(ref.ID)
		if !ok {
			continue
		}
		if old.Delivery != nil && (quotes(ref.Relation) || ref.Relation == "cancels") && relation != "" {
			if err := change.apply(c, old, delivery.Quote{By: c.Statement.Claims().ID}); err != nil {
				return err
			}
		}
		if facts == nil || facts.Kind == "" {
			continue
		}
		for _, cited := range citedBy(v, old) {
			cite := delivery.Cite{By: c.Statement.Claims().ID, Instead: ended(v, cited, facts)}
			if err := change.apply(c, cited, cite); err != nil {
				return err
			}
		}
	}
	return nil
}

// citedBy gives the messages that who refers to r means: itself, or what it acts on.
func citedBy(v View, r *Record) []*Record {
	if r.Delivery != nil {
		return []*Record{r}
	}
	var all []*Record
	for _, ref := range r.Claims.Refs {
		if about, ok := v.Record(ref.ID); ok && about.Delivery != nil {
			all = append(all, about)
		}
	}
	return all
}

// ended gives what refers to r for a matter that is over, or for that of facts, in
// which another does now.
func ended(v View, r *Record, facts *Facts) []string {
	var all []string
	for _, id := range r.Delivery.Cited {
		citing, ok := v.Record(id)
		same := ok && citing.Facts != nil && facts.Matter != "" && citing.Facts.Matter == facts.Matter && citing.Delivery.Status == delivery.Released
		if !ok || same || !keeps(v, citing) {
			all = append(all, id)
		}
	}
	return all
}

// keeps reports whether citing, which refers to a statement in a matter, keeps that
// statement's text: while it waits at the gate, and while its matter goes on.
func keeps(v View, citing *Record) bool {
	switch {
	case citing.Facts == nil || citing.Facts.Kind == matter.Kind(""):
		return false
	case citing.Delivery.Waiting():
		return true
	case citing.Delivery.Status != delivery.Released:
		return false
	}
	m, ok := v.Matter(citing.Facts.Matter)
	return ok && !m.Partial && m.State.Ended() == ""
}

// Kept gives what keeps the text of a record whose time is over: the identifier of a
// statement that refers to it in a matter that goes on, or that repeats it and is still
// at the gate; empty where nothing does. What was begun after that time keeps nothing,
// or a party could put the purge off for ever by ever new cases.
func Kept(v View, r *Record) string {
	if r.Delivery == nil {
		return ""
	}
	due := r.Delivery.PurgeDue()
	inTime := func(at time.Time) bool { return due.IsZero() || !at.After(due) }
	for _, id := range r.Delivery.Cited {
		if citing, ok := v.Record(id); ok && keeps(v, citing) && inTime(begun(v, citing)) {
			return id
		}
	}
	for _, id := range r.Delivery.Quoted {
		if quoting, ok := v.Record(id); ok && quoting.Delivery != nil && quoting.Delivery.Waiting() && inTime(quoting.Logged) {
			return id
		}
	}
	return ""
}

// begun is when the matter of a statement was opened, or was to be by it.
func begun(v View, citing *Record) time.Time {
	if m, ok := v.Matter(citing.Facts.Matter); ok {
		if at, ok := v.TimeAt(m.Opened); ok {
			return at
		}
	}
	return citing.Logged
}

// readersOf gives the parties but the supervisor who may read a record, sorted.
func readersOf(r *Record, supervisor string) []string {
	all := []string{r.Claims.Author.Party}
	if r.Delivery == nil || r.Delivery.Status == delivery.Released {
		all = append(all, r.Claims.To...)
	}
	all = slices.DeleteFunc(all, func(p string) bool { return p == supervisor })
	slices.Sort(all)
	return slices.Compact(all)
}

// A Doomed is what one statement of the clock destroys: texts of one area that the same
// parties may read and that are kept as long.
type Doomed struct {
	KeepDays int
	To       []string
	Records  []*Record // each after what it repeats
}

// Doom gives what is to be destroyed at now of the records in all and of what repeats
// them, as far as it can go in one statement with the first of it: at most most texts.
// The zero Doomed says that nothing is due.
func Doom(v View, now time.Time, most int, all ...*Record) Doomed {
	var d Doomed
	add := func(r *Record, days int) {
		to := readersOf(r, v.CharterAt(v.Size()).Supervisor().ID)
		switch {
		case len(d.Records) == most || r.Purged != 0 || slices.ContainsFunc(d.Records, func(o *Record) bool { return o.Index == r.Index }):
		case len(d.Records) == 0:
			d = Doomed{KeepDays: days, To: to, Records: []*Record{r}}
		case d.KeepDays == days && slices.Equal(d.To, to) && d.Records[0].Claims.Area == r.Claims.Area:
			d.Records = append(d.Records, r)
		}
	}
	var repeated func(r *Record, days int)
	repeated = func(r *Record, days int) {
		for _, id := range r.Delivery.Quoted {
			q, ok := v.Record(id)
			if !ok || Kept(v, q) != "" {
				continue
			}
			if q.Delivery == nil || !slices.ContainsFunc(q.Claims.Refs, func(ref statement.Ref) bool { return ref.ID == r.Claims.ID && ref.Relation == "cancels" }) {
				add(q, days)
			}
			if q.Delivery != nil && (q.Purged != 0 || slices.Contains(d.Records, q)) {
				repeated(q, days)
			}
		}
	}
	for _, r := range all {
		due := r.Delivery.PurgeDue()
		if due.IsZero() || due.After(now) || Kept(v, r) != "" && r.Purged == 0 {
			continue
		}
		days := r.Delivery.Terms.KeepDays
		if forgotten := r.Purged != 0 || !r.Delivery.Scrubbed.IsZero(); !forgotten || r.Purged == 0 && ownDue(r, now) {
			add(r, days)
			if !slices.Contains(d.Records, r) {
				continue
			}
		}
		repeated(r, days)
	}
	return d
}

// ownDue reports whether the time of a record's own text is over, whatever it repeats.
func ownDue(r *Record, now time.Time) bool {
	own := *r.Delivery
	own.Quoted = nil
	due := own.PurgeDue()
	return !due.IsZero() && !due.After(now)
}

// purgeEffects decides the clock's word that texts are destroyed: that the time of each
// is over, or that it repeats one whose is, that nothing keeps it, and that all who may
// read it learn that, and nobody else.
func purgeEffects(v View, ch *charter.Charter, c Case, f form) (Change, error) {
	claims := c.Statement.Claims()
	change := Change{Record: &Record{}}
	switch {
	case claims.Author.Role != Hub || claims.Author.Party != ch.Supervisor().ID:
		return Change{}, rule.Refuse(delivery.NotHub, "", "only the hub's clock purges statements, not %s", claims.Author)
	case len(claims.Refs) == 0:
		return Change{}, rule.Refuse(BadRef, "name the statement it is about", "%s refers to no statement", f.ID)
	}
	days, _ := c.Statement.Field("kept-days")
	kept, _ := days.(int64)
	for i, ref := range claims.Refs {
		if ref.Relation != f.Relation {
			return Change{}, rule.Refuse(BadRef, "use "+f.Relation, "%s cannot refer with %q", f.ID, ref.Relation)
		}
		if slices.ContainsFunc(claims.Refs[:i], func(r statement.Ref) bool { return r.ID == ref.ID }) {
			return Change{}, rule.Refuse(BadRef, "name each statement once", "%s refers to statement %s twice", f.ID, ref.ID)
		}
		if withheld(v, c, ref) {
			continue
		}
		old, err := resolve(v, ch, c, ref)
		if err != nil {
			return Change{}, err
		}
		if err := change.purge(v, ch, c, old, int(kept)); err != nil {
			return Change{}, err
		}
	}
	return change, nil
}

// purge decides what becomes of one record whose text is destroyed.
func (change *Change) purge(v View, ch *charter.Charter, c Case, old *Record, days int) error {
	claims := c.Statement.Claims()
	if old.Claims.Area != claims.Area {
		return rule.Refuse(WrongArea, "set area to "+old.Claims.Area, "statement %s is of area %q, the clock says %q", old.Claims.ID, old.Claims.Area, claims.Area)
	}
	if to := readersOf(old, ch.Supervisor().ID); !slices.Equal(to, claims.To) {
		return rule.Refuse(BadAddressee, "address it to all who may read what is purged, and to nobody else", "statement %s may be read by %s, and its purge is addressed to %s", old.Claims.ID, listed(to), listed(claims.To))
	}
	if old.Purged != 0 && old.Purged != c.Index {
		if old.Purged < c.Index {
			return rule.Refuse(delivery.GoneTwice, "", "statement %s was purged by entry %d", old.Claims.ID, old.Purged)
		}
		return rule.Refuse(OtherNote, "", "statement %s is said to be purged by entry %d, and entry %d says it", old.Claims.ID, old.Purged, c.Index)
	}
	if by := Kept(v, old); by != "" {
		return rule.Refuse(StillCited, "", "the text of statement %s is kept: statement %s refers to it and is at the gate, or of a matter that goes on", old.Claims.ID, by)
	}
	quoted, blind := change.quoted(v, old)
	if old.Delivery == nil {
		if len(quoted) == 0 && !blind {
			return rule.Refuse(NotItsTurn, "", "statement %s is %s, which repeats nothing that is purged", old.Claims.ID, old.Claims.Format)
		}
		gone := *change.latest(old)
		gone.Purged = c.Index
		change.touch(&gone)
		return change.unquote(c, quoted, old.Claims.ID)
	}
	// Where it cannot be told here as what it speaks, nor what it repeats, its time
	// is taken on trust.
	blind = blind || contentOf(v, ch, old) == ""
	if err := change.apply(c, old, delivery.Purge{KeepDays: days, Quotes: len(quoted) > 0 || blind}); err != nil {
		return err
	}
	gone := *change.latest(old)
	gone.Purged, gone.Facts, gone.Redaction = c.Index, nil, nil
	change.touch(&gone)
	for _, id := range gone.Delivery.Quoted { // what cancels it has its facts from it
		q, ok := v.Record(id)
		if !ok || q.Delivery == nil || !slices.ContainsFunc(q.Claims.Refs, func(ref statement.Ref) bool { return ref.ID == old.Claims.ID && ref.Relation == "cancels" }) {
			continue
		}
		if err := change.apply(c, q, delivery.Scrub{}); err != nil {
			return err
		}
		scrubbed := *change.latest(q)
		scrubbed.Facts = nil
		change.touch(&scrubbed)
		if err := change.apply(c, &gone, delivery.Unquote{By: id}); err != nil {
			return err
		}
	}
	return change.unquote(c, quoted, old.Claims.ID)
}

// quoted gives what a record repeats and what is destroyed, or was with this very
// statement. blind says that what it repeats is not known here.
func (change *Change) quoted(v View, r *Record) (all []*Record, blind bool) {
	for _, ref := range r.Claims.Refs {
		if !quotes(ref.Relation) {
			continue
		}
		about, ok := v.Record(ref.ID)
		if !ok || about.Delivery == nil {
			blind = blind || !v.Complete()
			continue
		}
		about = change.latest(about)
		if !about.Delivery.Purged.IsZero() || !about.Delivery.Scrubbed.IsZero() {
			all = append(all, about)
		}
	}
	return all, blind
}

// unquote takes a record off those that repeat what it refers to.
func (change *Change) unquote(c Case, abouts []*Record, id string) error {
	for _, about := range abouts {
		if err := change.apply(c, about, delivery.Unquote{By: id}); err != nil {
			return err
		}
	}
	return nil
}
