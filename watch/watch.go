// Package watch knows who is on duty at each desk, by role and language and never
// by name, and who has handed the watch over to whom.
//
// A roster (J06) announces a time of duty. Roles that the charter wants on duty at
// every hour must be announced without a gap; the hub's clock warns before one
// opens. A handover lists every open item of its party; the relief signs that it
// was read. Handovers are read by their own party and the supervisor alone.
package watch

import (
	"slices"
	"strings"
	"time"

	"parley/rule"
)

// Rules of this package, as refusals name them.
const (
	NotDue      = "watch.not-due"
	OtherRole   = "watch.other-party"
	Unlisted    = "handover.unlisted"
	SameOfficer = "handover.same-officer"
	NoHandover  = "handover.unknown"
	TakenOver   = "handover.relieved"
)

// A Duty is one time of duty that a party has announced.
type Duty struct {
	Statement string    `json:"statement"` // identifier of the J06
	From      time.Time `json:"from"`
	To        time.Time `json:"to"` // excluded
	Roles     []string  `json:"roles"`
	Lead      string    `json:"lead"`
	Languages []string  `json:"languages"`
	Contacts  []string  `json:"contacts,omitempty"`
	Verified  time.Time `json:"verified"` // when the contacts were last tried
}

// A Handover is the newest of one role of a party.
type Handover struct {
	Statement string    `json:"statement"`
	Role      string    `json:"role"`
	By        string    `json:"by"` // officer
	Items     []uint64  `json:"items,omitempty"`
	Signed    time.Time `json:"signed"`           // hub's time of the entry
	Relief    string    `json:"relief,omitempty"` // officer who has taken over; empty until then
	Relieved  time.Time `json:"relieved,omitzero"`
}

// A Roster is what is known of one party's watch.
type Roster struct {
	Party     string     `json:"party"`
	Duties    []Duty     `json:"duties,omitempty"` // by their begin; what is over for long is forgotten
	Warned    []Gap      `json:"warned,omitempty"` // gaps that the clock has warned of
	Handovers []Handover `json:"handovers,omitempty"`
}

// A Gap is a role without cover from a time on.
type Gap struct {
	Role string    `json:"role"`
	From time.Time `json:"from"`
}

// A State is the watch of all parties.
type State struct {
	Rosters []Roster `json:"rosters,omitempty"` // sorted by party
}

// Bounds of what is kept for one party.
const (
	maxDuties = 200
	kept      = 48 * time.Hour // of duties that are over
)

// Clone returns a copy that shares nothing that Apply changes.
func (s *State) Clone() *State {
	c := &State{Rosters: slices.Clone(s.Rosters)}
	for i := range c.Rosters {
		r := &c.Rosters[i]
		r.Duties, r.Warned, r.Handovers = slices.Clone(r.Duties), slices.Clone(r.Warned), slices.Clone(r.Handovers)
	}
	return c
}

// Of gives what is known of a party's watch.
func (s *State) Of(party string) Roster {
	for _, r := range s.Rosters {
		if r.Party == party {
			return r
		}
	}
	return Roster{Party: party}
}

func (s *State) of(party string) *Roster {
	at, found := slices.BinarySearchFunc(s.Rosters, party, func(r Roster, p string) int { return strings.Compare(r.Party, p) })
	if !found {
		s.Rosters = slices.Insert(s.Rosters, at, Roster{Party: party})
	}
	return &s.Rosters[at]
}

// On gives the duties that stand at t, the one announced last first.
func (r Roster) On(t time.Time) []Duty {
	var on []Duty
	for _, d := range r.Duties {
		if !t.Before(d.From) && t.Before(d.To) {
			on = append(on, d)
		}
	}
	slices.Reverse(on)
	return on
}

// Gap gives from when on role is not covered, not before now: now itself where it
// is not covered at all. It is zero where no roster was ever announced.
func (r Roster) Gap(role string, now time.Time) time.Time {
	if len(r.Duties) == 0 {
		return time.Time{}
	}
	at := now
	for grown := true; grown; {
		grown = false
		for _, d := range r.Duties {
			if slices.Contains(d.Roles, role) && !d.From.After(at) && d.To.After(at) {
				at, grown = d.To, true
			}
		}
	}
	return at
}

// gapAfter is Gap for the end of what is announced: it does not move with now.
// Before the first duty begins nothing was promised, so nothing is open.
func (r Roster) gapAfter(role string, now time.Time) (time.Time, bool) {
	if len(r.Duties) == 0 {
		return time.Time{}, false
	}
	if first := r.Duties[0].From; now.Before(first) {
		now = first
	}
	gap := r.Gap(role, now)
	if gap.Equal(now) { // not covered: since the last duty ended, or since the first was announced
		last := r.Duties[0].From
		for _, d := range r.Duties {
			if slices.Contains(d.Roles, role) && !d.To.After(now) && d.To.After(last) {
				last = d.To
			}
		}
		return last, true
	}
	return gap, true
}

// Warnings gives the gaps in the cover of roles that are to be warned of at now,
// lead before they open, and have not been.
func (r Roster) Warnings(roles []string, lead time.Duration, now time.Time) []Gap {
	var due []Gap
	for _, role := range roles {
		gap, ok := r.gapAfter(role, now)
		if !ok || now.Before(gap.Add(-lead)) || slices.Contains(r.Warned, Gap{role, gap}) {
			continue
		}
		due = append(due, Gap{role, gap})
	}
	return due
}

// NextWarning is when Warnings will next have something; zero for never, as
// things stand.
func (r Roster) NextWarning(roles []string, lead time.Duration, now time.Time) time.Time {
	var next time.Time
	for _, role := range roles {
		gap, ok := r.gapAfter(role, now)
		if !ok {
			continue
		}
		at := gap.Add(-lead)
		if slices.Contains(r.Warned, Gap{role, gap}) {
			at = r.begins(role, now) // behind a gap that was warned of there may be another
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next
}

// begins is when the next duty of a role begins after now; zero for none.
func (r Roster) begins(role string, now time.Time) time.Time {
	for _, d := range r.Duties { // by their begin
		if d.From.After(now) && slices.Contains(d.Roles, role) {
			return d.From
		}
	}
	return time.Time{}
}

// An Event is something that happened to the watch. The set is closed.
type Event interface{ event() }

// The events.
type (
	DutyAnnounced struct {
		Party string
		Duty  Duty
		At    time.Time
	}
	GapWarned struct {
		Party string
		Gap   Gap
	}
	WatchHandedOver struct {
		Party    string
		Handover Handover
	}
	WatchRelieved struct {
		Party, Statement, Officer string
		Items                     []uint64
		At                        time.Time
	}
)

func (DutyAnnounced) event()   {}
func (GapWarned) event()       {}
func (WatchHandedOver) event() {}
func (WatchRelieved) event()   {}

// Announce decides a roster of party. Its roles are its own: "watch" or
// "party/watch".
func Announce(party string, d Duty, now time.Time) ([]Event, error) {
	roles := make([]string, len(d.Roles))
	for i, role := range d.Roles {
		of, name, both := strings.Cut(role, "/")
		if both && of != party {
			return nil, rule.Refuse(OtherRole, "announce your own roles", "%s cannot announce a role of %s", party, of)
		}
		if !both {
			name = of
		}
		roles[i] = name
	}
	d.Roles = roles
	return []Event{DutyAnnounced{party, d, now}}, nil
}

// Warn decides the clock's warning of a gap.
func (s *State) Warn(party string, g Gap, roles []string, lead time.Duration, now time.Time) ([]Event, error) {
	if !slices.ContainsFunc(s.Of(party).Warnings(roles, lead, now), func(d Gap) bool { return d.Role == g.Role && d.From.Truncate(time.Second).Equal(g.From) }) {
		return nil, rule.Refuse(NotDue, "", "no gap in the cover of %s/%s from %s on is to be warned of", party, g.Role, g.From.Format(time.RFC3339))
	}
	return []Event{GapWarned{party, g}}, nil
}

// HandOver decides a handover: every item that is open must be on its list, but
// what opened after its officer had looked.
func (s *State) HandOver(party string, h Handover, open []uint64) ([]Event, error) {
	if err := listed(h.Items, open, len(h.Items) >= MaxListed); err != nil {
		return nil, err
	}
	return []Event{WatchHandedOver{party, h}}, nil
}

// Relieve decides a relief: by another officer of the same role, of a handover
// that nobody has taken yet; what has opened since must be on its own list.
func (s *State) Relieve(party, statement, role, officer string, items, open []uint64, now time.Time) ([]Event, error) {
	for _, h := range s.Of(party).Handovers {
		switch {
		case h.Statement != statement:
		case h.Relief != "":
			return nil, rule.Refuse(TakenOver, "", "that watch was already taken over by %s at %s", h.Relief, h.Relieved.Format(time.RFC3339))
		case h.By == officer:
			return nil, rule.Refuse(SameOfficer, "have the officer sign who takes over", "%s has signed the handover and cannot be the relief too", officer)
		case h.Role != role:
			return nil, rule.Refuse(NoHandover, "have an officer of that role take it over", "a watch of role %s is not taken over by role %s", h.Role, role)
		default:
			if err := listed(append(slices.Clone(h.Items), items...), open, len(items) >= MaxListed); err != nil {
				return nil, err
			}
			return []Event{WatchRelieved{party, statement, officer, items, now}}, nil
		}
	}
	return nil, rule.Refuse(NoHandover, "`parley watch` shows the handover that waits", "no handover of that identifier waits for its relief, or a newer one has taken its place")
}

// MaxListed is how many items one list can hold, as its format says. Who has more
// open lists the oldest, so that nobody keeps a watch from changing by sending more
// than can be listed.
const MaxListed = 2000

// listed refuses what leaves out an open item. A full list may leave out what is
// newer than all that is on it.
func listed(items, open []uint64, full bool) error {
	on, newest := make(map[uint64]bool, len(items)), uint64(0)
	for _, index := range items {
		on[index], newest = true, max(newest, index)
	}
	for _, index := range open {
		if !on[index] && !(full && index > newest) {
			return rule.Refuse(Unlisted, "look at it, and list it", "entry %d is open and not on the list; no watch changes with an open item unlisted", index)
		}
	}
	return nil
}

// Apply records e. It cannot refuse.
func (s *State) Apply(e Event) {
	switch e := e.(type) {
	case DutyAnnounced:
		r := s.of(e.Party)
		r.Duties = append(slices.DeleteFunc(r.Duties, func(d Duty) bool { return d.To.Before(e.At.Add(-kept)) }), e.Duty)
		slices.SortStableFunc(r.Duties, func(a, b Duty) int { return a.From.Compare(b.From) })
		if len(r.Duties) > maxDuties {
			r.Duties = r.Duties[len(r.Duties)-maxDuties:]
		}
	case GapWarned:
		r := s.of(e.Party)
		r.Warned = append(slices.DeleteFunc(r.Warned, func(g Gap) bool { return g.Role == e.Gap.Role }), e.Gap)
	case WatchHandedOver:
		r := s.of(e.Party)
		r.Handovers = append(slices.DeleteFunc(r.Handovers, func(h Handover) bool { return h.Role == e.Handover.Role }), e.Handover)
	case WatchRelieved:
		r := s.of(e.Party)
		for i := range r.Handovers {
			if h := &r.Handovers[i]; h.Statement == e.Statement {
				h.Items = append(slices.Clone(h.Items), e.Items...)
				h.Relief, h.Relieved = e.Officer, e.At
			}
		}
	default:
		panic("watch: unknown event")
	}
}
