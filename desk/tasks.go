package desk

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"parley/delivery"
	"parley/mechanism"
	"parley/words"
)

// A Step is something that a party has still to do about a statement.
type Step struct {
	Stage delivery.Stage `json:"stage"`
	Due   time.Time      `json:"due,omitzero"`
}

// A Climb is a step of a ladder, or of the gate to its superior: to which role a
// statement went, or will go next.
type Climb struct {
	Step  int       `json:"step,omitempty"`
	Party string    `json:"party"` // who is late
	To    string    `json:"to"`    // party/role
	At    time.Time `json:"at"`
}

// A Task is a statement of which a party has something to do.
type Task struct {
	Index      uint64    `json:"entry"`
	ID         string    `json:"id"`
	Format     string    `json:"format"`
	Precedence string    `json:"precedence"`
	Author     string    `json:"author"` // party/role/officer
	To         []string  `json:"to"`
	Party      string    `json:"party"`             // who owes it
	Steps      []Step    `json:"steps,omitempty"`   // the first to fall due first
	Unseen     bool      `json:"unseen,omitempty"`  // no person of that party has opened it
	Misread    []string  `json:"misread,omitempty"` // parties that read it back wrongly: for its author to put right
	Since      time.Time `json:"since"`             // when it became open
	Called     []Climb   `json:"called,omitempty"`
	Next       *Climb    `json:"next,omitempty"` // where it goes if nothing is done
	Command    string    `json:"command,omitempty"`

	flash bool
	late  time.Time // of a statement with a ladder: when its first step was due; zero while it is not
	sent  time.Time
}

// Due is when the first step falls due; zero where none does.
func (t *Task) Due() time.Time {
	if len(t.Steps) == 0 {
		return time.Time{}
	}
	return t.Steps[0].Due
}

// tasks gives what this party has to do, and what others have to do that concerns
// it: of its own statements, and at the supervisor's desk of all. What a side has at
// the gate is in nobody else's replica, so it is in nobody else's list.
func (d *Desk) tasks(now time.Time, sees func(area string) bool) (mine, others []Task) {
	c := d.Charter()
	supervisor := c.Supervisor().ID
	for _, party := range c.Parties {
		for _, r := range d.undone(party.ID) {
			author := r.Claims.Author.Party
			own := party.ID == d.party
			if !sees(r.Claims.Area) || !own && author != d.party && supervisor != d.party {
				continue
			}
			t := d.task(r, party.ID, now)
			switch {
			case own && len(t.Misread) > 0, own && author != d.party && len(t.Steps) > 0, own && supervisor == d.party && len(t.Steps) > 0:
				mine = append(mine, t)
			case !own && len(t.Steps) > 0:
				others = append(others, t)
			case own && r.Delivery.Waiting() && r.Delivery.Mode == delivery.ModeEscrow, own && r.Delivery.Open() && !owedByAnother(r.Delivery):
				others = append(others, t)
			}
		}
	}
	order := func(a, b Task) int {
		return cmp.Or(-compareBool(a.flash, b.flash), -compareBool(!a.Due().IsZero(), !b.Due().IsZero()), a.Due().Compare(b.Due()), cmp.Compare(a.Index, b.Index))
	}
	slices.SortStableFunc(mine, order)
	slices.SortStableFunc(others, order)
	return mine, others
}

// An undone is what each party has something to do about, as of one moment of the
// replica: many windows ask for it, and between two blocks it stays.
type undone struct {
	mu     sync.Mutex // guards what follows
	blocks uint64
	of     map[string][]*mechanism.Record
}

// undone gives the statements of which a party has something to do, by index.
func (d *Desk) undone(party string) []*mechanism.Record {
	d.todo.mu.Lock()
	defer d.todo.mu.Unlock()
	if blocks := d.work.Blocks(); d.todo.of == nil || blocks != d.todo.blocks { // before they are read, so that they are never older
		d.todo.blocks, d.todo.of = blocks, map[string][]*mechanism.Record{}
	}
	all, ok := d.todo.of[party]
	if !ok {
		all = d.work.Open(party)
		d.todo.of[party] = all
	}
	return all
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// owedByAnother reports whether an addressee has a step of its own to do, under which
// the statement is listed.
func owedByAnother(s *delivery.State) bool {
	return slices.ContainsFunc(s.Reach, func(r delivery.Reach) bool { return len(s.Unmet(r.Party)) > 0 })
}

// task describes what party has to do about a record.
func (d *Desk) task(r *mechanism.Record, party string, now time.Time) Task {
	c, s := d.Charter(), r.Delivery
	t := Task{Index: r.Index, ID: r.Claims.ID, Format: r.Claims.Format, Precedence: r.Claims.Precedence, Author: r.Claims.Author.String(), To: r.Claims.To, Party: party,
		Since: r.Logged, flash: len(c.Precedences) > 0 && r.Claims.Precedence == c.Precedences[0].ID, sent: s.Submitted}
	for _, owed := range s.Unmet(party) {
		t.Steps = append(t.Steps, Step{owed.Stage, owed.At})
	}
	if !s.Gated.IsZero() {
		t.Since = s.Gated
	}
	for _, reach := range s.Reach {
		if reach.Party == party {
			t.Unseen = reach.Displayed.IsZero()
		}
		if party == s.Author.Party && s.Current() && s.Expired.IsZero() && len(reach.Readbacks) > 0 && !reach.Understood() {
			t.Misread = append(t.Misread, reach.Party)
		}
	}
	for _, call := range s.Calls {
		to := mechanism.GoesTo(c, delivery.Timer{Stage: call.Stage, Party: call.Party, Step: call.Step, Role: call.Role})
		if call.Party == party && to != "" && s.Awaits(call.Stage, party) {
			t.Called = append(t.Called, Climb{call.Step, party, to, call.At})
			if call.Stage == delivery.StageLadder && t.late.IsZero() {
				t.late = call.At
			}
		}
	}
	for _, timer := range s.Timers() {
		if to := mechanism.GoesTo(c, timer); timer.Party == party && to != "" {
			t.Next = &Climb{timer.Step, party, to, timer.At}
			if timer.Stage == delivery.StageLadder && t.late.IsZero() && !timer.At.After(now) {
				t.late = timer.At
			}
			break
		}
	}
	if party == d.party {
		t.Command = command(&t)
	}
	return t
}

// command is what an officer types for the first thing that is to be done.
func command(t *Task) string {
	entry := fmt.Sprint(t.Index)
	if len(t.Steps) == 0 {
		return "parley show " + entry
	}
	switch t.Steps[0].Stage {
	case delivery.StageRelease, delivery.StageGate:
		return "parley release " + entry
	}
	if t.Unseen {
		return "parley show " + entry
	}
	switch t.Steps[0].Stage {
	case delivery.StageReadback:
		return "parley readback " + entry
	case delivery.StagePassOn:
		return "parley pass " + entry
	case delivery.StageReply:
		return "parley send -re " + entry
	}
	return "parley ack " + entry
}

// tasks writes a list, each in one line; full says also where each goes next.
func (p *page) tasks(all []Task, mine bool) {
	const most = 30
	for i := range all {
		if i == most {
			p.say(2, "watch.more", "n", len(all)-most)
			return
		}
		p.task(&all[i], mine)
	}
}

func (p *page) task(t *Task, mine bool) {
	left := words.Raw("—")
	if !t.Due().IsZero() {
		left = p.left(t.Due())
	}
	args := []any{"left", left, "precedence", p.code(t.Precedence), "entry", p.code(mechanism.EntryName(t.Index)), "format", p.format(t.Format), "from", p.party(partyOf(t.Author)), "owed", p.owed(t)}
	if mine {
		p.say(2, "watch.task", append(args, "command", p.code(t.Command))...)
	} else {
		p.say(2, "watch.task-other", append(args, "party", p.party(t.Party))...)
	}
	for _, c := range t.Called {
		p.say(6, "watch.called", "to", p.code(c.To), "at", p.at(c.At), "long", p.since(c.At))
	}
	if t.Next != nil && t.Next.At.After(p.now) {
		p.say(6, "watch.goes", "to", p.code(t.Next.To), "at", p.at(t.Next.At), "left", p.left(t.Next.At))
	}
}

// owed names the steps of a task, those after the first with their times.
func (p *page) owed(t *Task) words.Raw {
	if len(t.Misread) > 0 {
		return words.Raw(words.M("watch.misread", "parties", p.parties(t.Misread)).In(p.lang))
	}
	if len(t.Steps) == 0 {
		return words.Raw(words.M("watch.at-others").In(p.lang))
	}
	text := ""
	if t.Unseen {
		text = words.M("watch.unseen").In(p.lang) + p.comma()
	}
	for i, step := range t.Steps {
		if i == 0 {
			text += string(p.stage(step.Stage))
			continue
		}
		text += p.comma() + string(p.stage(step.Stage)) + " " + string(p.left(step.Due))
	}
	return words.Raw(text)
}

// format names a format: its identifier and what it is called.
func (p *page) format(ref string) words.Raw {
	if f, ok := p.charter.Format(ref); ok {
		return words.Raw(string(p.code(f.ID)) + " " + words.Isolate(p.lang, f.Names.In(p.lang)))
	}
	return p.code(ref)
}
