package desk

import (
	"slices"
	"time"

	"parley/words"
)

const (
	shownFinds = 3           // newest, as alarms
	noReceipt  = time.Minute // without a receipt while the hub answers, that is an alarm
)

// misbehaviour gives the alarms about a hub that does not keep to the charter: what
// was found, what to do about it, and what a hub that swallows or holds back cannot
// hide.
func (d *Desk) misbehaviour(p *page, s Status) []Alarm {
	all := []Alarm{}
	add := func(kind string, m words.Message) { all = append(all, Alarm{Kind: kind, Text: m.In(p.lang)}) }
	finds := d.evidence.all()
	for _, f := range slices.Backward(finds[max(0, len(finds)-shownFinds):]) {
		add(AlarmProof, f.message(p))
	}
	switch {
	case len(finds) > 0:
		add(AlarmProof, words.M("misbehaviour.what-to-do"))
	case s.Alarm != "":
		add(AlarmProof, words.M("path.alarm", "alarm", s.Alarm))
	}
	if !s.Reachable {
		return all
	}
	if signed, since := d.heldBack(p.now); !s.Behind && signed > s.Size {
		add(AlarmShort, words.M("misbehaviour.held-back", "n", int64(signed), "size", int64(s.Size), "long", p.since(since)))
	}
	if s.Queued > 0 && p.now.Sub(d.unansweredSince(s)) > noReceipt {
		add(AlarmShort, words.M("misbehaviour.no-receipt", "n", s.Queued, "at", p.at(s.Oldest), "long", p.since(s.Oldest)))
	}
	return all
}

// unansweredSince is from when on a hub that is reached could have answered the oldest
// statement that waits: a line that is back, and an outbox that empties, swallow nothing.
func (d *Desk) unansweredSince(s Status) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	since := s.Oldest
	for _, t := range []time.Time{d.state.up, d.state.settled} {
		if t.After(since) {
			since = t
		}
	}
	return since
}

// message is the alarm of a find.
func (f *find) message(p *page) words.Message {
	e, key := f.in(p.lang), "misbehaviour.alarm-shown"
	if e.Proven {
		key = "misbehaviour.alarm-proven"
	}
	sentence := words.Raw(e.Sentence)
	if !f.judged { // it quotes what came from outside
		sentence = words.Raw(words.Isolate(p.lang, e.Sentence))
	}
	return words.M(key, "sentence", sentence, "file", p.code(f.file))
}

// alarmLine is the newest alarm, as a line of a page.
func (d *Desk) alarmLine(p *page, s Status) string {
	if all := d.misbehaviour(p, s); s.Alarm != "" && len(all) > 0 {
		return all[0].Text
	}
	return ""
}
