package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"parley/identity"
	"parley/line"
	"parley/mechanism"
	"parley/rule"
	"parley/watch"
	"parley/words"
)

// Kinds of alarms.
const (
	AlarmProof   = "proof"   // the hub did what the charter does not allow
	AlarmWitness = "witness" // a witness is late, the line is frozen, or this desk's witness has lost its memory
	AlarmShort   = "short"   // the hub shows less than it has signed, or gives no receipts
	AlarmUntold  = "untold"  // what was released to this party was not handed over
	AlarmAway    = "away"    // the hub is not reached, or has more than this desk
	AlarmClock   = "clock"   // this desk's clock and the hub's differ
	AlarmUnacked = "unacked" // nobody of an addressee has acknowledged a FLASH
	AlarmPath    = "path"    // a path is not GREEN
	AlarmCover   = "cover"   // a role is not covered, or soon will not be
	AlarmReview  = "review"  // a pause is to be looked at again
	AlarmRefused = "refused" // the hub refused what an officer here signed
	AlarmSealed  = "sealed"  // in a sealed exchange another text was opened than deposited, and nobody here has contested it
)

// relieving is how far ahead the next watch is shown.
const relieving = 24 * time.Hour

// An Alarm is what a watch must not overlook.
type Alarm struct {
	Kind  string `json:"kind"`
	Entry uint64 `json:"entry,omitempty"` // that it is about
	Party string `json:"party,omitempty"`
	Text  string `json:"text"` // in the reader's language
}

// A DutyView is who is on watch at a party, and who comes next.
type DutyView struct {
	Party   string       `json:"party"`
	On      []watch.Duty `json:"on,omitempty"`
	Next    *watch.Duty  `json:"next,omitempty"`
	Gaps    []watch.Gap  `json:"gaps,omitempty"`    // roles that must be covered and are not, now or soon
	Unknown bool         `json:"unknown,omitempty"` // it has never announced a roster
}

// A WatchView is the watch floor: what needs a hand now, what waits for others, and
// how the channel stands.
type WatchView struct {
	Exercise  bool            `json:"exercise"`
	Now       time.Time       `json:"now"`
	Party     string          `json:"party"`
	Alarms    []Alarm         `json:"alarms"`
	Tasks     []Task          `json:"tasks"`   // of this party, FLASH first, then by time left
	Others    []Task          `json:"others"`  // of others, where it concerns this party
	Turns     []Turn          `json:"turns"`   // what this party is to do next in matters
	Waiting   []Turn          `json:"waiting"` // and what others are to do in them
	Line      *LineView       `json:"line"`
	Areas     []AreaView      `json:"areas"`
	Duties    []DutyView      `json:"duties"`
	Handovers []HandoverBrief `json:"handovers"` // that wait for their relief
	Text      string          `json:"text"`
}

// A HandoverBrief is a handover that nobody has taken over yet.
type HandoverBrief struct {
	Party  string    `json:"party"`
	Role   string    `json:"role"`
	By     string    `json:"by"` // officer
	Entry  uint64    `json:"entry"`
	Items  int       `json:"items"`
	Signed time.Time `json:"signed"`
}

// Watch shows the watch floor in one of the catalogue's languages. With an officer,
// only what that officer's key may read; with the zero Author all that the desk has.
func (d *Desk) Watch(ctx context.Context, lang string, as identity.Author) (*WatchView, error) {
	ctx = reading(ctx, as)
	sees, err := d.seenBy(as)
	if err != nil {
		return nil, err
	}
	l, p, err := d.line(ctx, lang)
	if err != nil {
		return nil, err
	}
	v := &WatchView{Exercise: p.charter.Exercise, Now: p.now, Party: d.party, Line: l, Alarms: []Alarm{}, Handovers: []HandoverBrief{}}
	v.Tasks, v.Others = d.tasks(p.now, sees)
	if v.Turns, v.Waiting, err = d.turns(ctx, sees); err != nil {
		return nil, err
	}
	if v.Areas, err = d.areas(ctx, p.now); err != nil {
		return nil, err
	}
	for _, party := range d.Charter().Parties {
		v.Duties = append(v.Duties, d.duty(party.ID, p.now))
		for _, h := range d.work.Board().Watch.Of(party.ID).Handovers {
			if r, ok := d.work.Record(h.Statement); ok && h.Relief == "" && (as.Role == "" || as.Role == h.Role) {
				v.Handovers = append(v.Handovers, HandoverBrief{party.ID, h.Role, h.By, r.Index, len(h.Items), h.Signed})
			}
		}
	}
	v.Alarms = append(d.misbehaviour(p, v.Line.Status), p.alarms(v)...)
	cheated, err := d.cheated(ctx, p, sees)
	if err != nil {
		return nil, err
	}
	v.Alarms = append(append(v.Alarms, cheated...), d.untold(p, sees)...)
	p.watchPage(v)
	d.confirmedPage(p)
	v.Text = p.String()
	return v, d.work.Err()
}

// seenBy tells which areas an officer's key may read; all for the zero Author.
func (d *Desk) seenBy(as identity.Author) (func(area string) bool, error) {
	if as == (identity.Author{}) {
		return func(string) bool { return true }, nil
	}
	key, err := d.officerKey(as)
	if err != nil {
		return nil, err
	}
	return func(area string) bool { return endorsedFor(key, area) }, nil
}

// officerKey gives the key that this desk signs an officer's statements with, as the
// ledger knows it.
func (d *Desk) officerKey(as identity.Author) (*mechanism.Key, error) {
	signer, err := d.key(as)
	if err != nil {
		return nil, err
	}
	key, ok := mechanism.FindKey(d.work, identity.Thumbprint(signer.Public()), d.work.Size())
	if !ok {
		return nil, rule.Refuse(mechanism.UnknownKey, "have your registrar endorse it with `parley key endorse`", "the key of %s is not endorsed in this mechanism", as)
	}
	return &key, nil
}

func (d *Desk) duty(party string, now time.Time) DutyView {
	c, roster := d.Charter(), d.work.Board().Watch.Of(party)
	v := DutyView{Party: party, On: roster.On(now), Unknown: len(roster.Duties) == 0}
	for i, duty := range roster.Duties {
		if now.Before(duty.From) && (v.Next == nil || duty.From.Before(v.Next.From)) {
			v.Next = &roster.Duties[i]
		}
	}
	for _, role := range mechanism.Cover(c, party) {
		if gap := roster.Gap(role, now); !gap.IsZero() && gap.Before(now.Add(mechanism.RosterLead(c))) {
			v.Gaps = append(v.Gaps, watch.Gap{Role: role, From: gap})
		}
	}
	return v
}

// alarms gives what must not be overlooked, the hardest first.
func (p *page) alarms(v *WatchView) []Alarm {
	var all []Alarm
	add := func(kind string, entry uint64, party, key string, pairs ...any) {
		all = append(all, Alarm{kind, entry, party, words.M(key, pairs...).In(p.lang)})
	}
	s := v.Line.Status
	for _, t := range slices.Concat(v.Tasks, v.Others) {
		if !t.late.IsZero() {
			key := "watch.unacked"
			if t.Party != v.Party && v.Line.AsOf.Before(p.now) {
				key = "watch.unacked-known"
			}
			add(AlarmUnacked, t.Index, t.Party, key, "precedence", p.code(t.Precedence), "entry", p.code(mechanism.EntryName(t.Index)), "format", p.format(t.Format),
				"party", p.party(t.Party), "long", p.since(t.sent))
		}
	}
	if !s.Reachable {
		add(AlarmAway, 0, "", "watch.away", "at", p.at(v.Line.AsOf), "long", p.since(v.Line.AsOf))
	}
	if s.Reachable && s.Behind {
		add(AlarmAway, 0, "", "path.behind", "at", p.at(v.Line.AsOf), "long", p.since(v.Line.AsOf))
	}
	if ahead, warn, _ := v.Line.skewed(); warn {
		add(AlarmClock, 0, "", "path.skew-warned", "ahead", p.code(seconds(ahead)))
	}
	all = append(all, p.witnessAlarms(v.Party, s)...)
	for _, path := range v.Line.Paths {
		if path.Colour != line.Green && path.Colour != line.Unproven {
			all = append(all, Alarm{AlarmPath, 0, path.Party, p.pathLine(path)})
		}
	}
	for _, duty := range v.Duties {
		for _, gap := range duty.Gaps {
			key := "watch.gap"
			if !gap.From.After(p.now) {
				key = "watch.gap-now"
			}
			add(AlarmCover, 0, duty.Party, key, "role", p.code(duty.Party+"/"+gap.Role), "at", p.at(gap.From), "left", p.left(gap.From))
		}
	}
	for _, due := range reviews(v.Areas) {
		add(AlarmReview, due.Index, due.Party, "watch.review", "area", p.areaNames(due.areas), "party", p.party(due.Party), "at", p.at(due.Review), "left", p.left(due.Review))
	}
	if s.Refused > 0 {
		add(AlarmRefused, 0, "", "watch.refused", "n", s.Refused, "command", p.code("`parley ls`"))
	}
	return all
}

// A review is a declaration that is to be looked at again, and the areas for which it
// still stands.
type review struct {
	SwitchView
	areas []string
}

func reviews(all []AreaView) []review {
	var due []review
	for _, a := range all {
		for _, sw := range a.Switches {
			i := slices.IndexFunc(due, func(r review) bool { return r.Statement == sw.Statement })
			switch {
			case !sw.Overdue:
			case i >= 0:
				due[i].areas = append(due[i].areas, a.ID)
			default:
				due = append(due, review{sw, []string{a.ID}})
			}
		}
	}
	return due
}

func (p *page) watchPage(v *WatchView) {
	p.say(0, "watch.title", "party", p.party(v.Party), "date", p.code(p.now.Format(time.DateOnly)), "time", p.at(p.now))
	if !v.Line.Status.Reachable {
		p.say(0, "watch.as-of", "at", p.at(v.Line.AsOf))
	}
	if len(v.Alarms) > 0 {
		p.head("watch.alarms", "n", len(v.Alarms))
		for _, a := range v.Alarms {
			p.line(2, "!! "+a.Text)
		}
	}
	if len(v.Tasks) == 0 && len(v.Turns) == 0 {
		p.head("watch.nothing")
	}
	if len(v.Tasks) > 0 {
		p.head("watch.hands", "n", len(v.Tasks))
		p.tasks(v.Tasks, true)
	}
	if len(v.Turns) > 0 {
		p.head("watch.turns", "n", len(v.Turns))
		p.matters(v.Turns, true)
	}
	if n := v.Line.Status.Waiting; n > 0 {
		p.say(2, "watch.second", "n", n, "command", p.code("`parley second`"))
	}
	if len(v.Others) > 0 {
		p.head("watch.others", "n", len(v.Others))
		p.tasks(v.Others, false)
	}
	if len(v.Waiting) > 0 {
		p.head("watch.turns-others", "n", len(v.Waiting))
		p.matters(v.Waiting, false)
	}
	p.text.WriteString("\n")
	p.say(0, "watch.line", "paths", p.paths(v.Line), "turn", p.turn(v.Line))
	if v.Line.Waiting != "" {
		p.say(2, "path.waiting", "party", p.party(v.Line.Waiting))
	}
	p.head("watch.areas")
	p.areas(v.Areas, false)
	p.head("watch.duties")
	for _, duty := range v.Duties {
		p.duty(duty)
	}
	for _, h := range v.Handovers {
		p.head("watch.handover", "role", p.code(h.Party+"/"+h.Role), "officer", p.code(h.By), "at", p.at(h.Signed), "entry", p.code(mechanism.EntryName(h.Entry)), "n", h.Items, "command", p.code("`parley relieve`"))
	}
}

// paths gives every path's colour in one line.
func (p *page) paths(v *LineView) words.Raw {
	var all []string
	for _, path := range v.Paths {
		all = append(all, string(p.party(path.Party))+" "+string(p.colour(path.Colour)))
	}
	return words.Raw(strings.Join(all, p.comma()))
}

func (p *page) turn(v *LineView) words.Message {
	if v.Turn.IsZero() {
		return words.M("path.never")
	}
	return words.M("path.turn", "at", p.at(v.Turn), "left", p.left(v.Turn), "party", p.party(v.TurnOf))
}

func (p *page) duty(v DutyView) {
	if v.Unknown {
		p.say(2, "watch.no-roster", "party", p.party(v.Party))
		return
	}
	if len(v.On) == 0 {
		p.say(2, "watch.nobody", "party", p.party(v.Party))
	}
	for _, duty := range v.On {
		p.say(2, "watch.on", append(p.dutyArgs(v.Party, duty), "until", p.at(duty.To), "left", p.left(duty.To))...)
	}
	if v.Next != nil && v.Next.From.Before(p.now.Add(relieving)) {
		p.say(4, "watch.next", append(p.dutyArgs(v.Party, *v.Next), "from", p.at(v.Next.From), "left", p.left(v.Next.From))...)
	}
}

func (p *page) dutyArgs(party string, duty watch.Duty) []any {
	languages := make([]string, len(duty.Languages))
	for i, l := range duty.Languages {
		languages[i] = string(p.named("J06", "languages", l))
	}
	return []any{"party", p.party(party), "roles", p.list(duty.Roles), "languages", words.Raw(cmp.Or(strings.Join(languages, p.comma()), "—"))}
}

// partyOf gives the party of party/role/officer.
func partyOf(author string) string {
	party, _, _ := strings.Cut(author, "/")
	return party
}
