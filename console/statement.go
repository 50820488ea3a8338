package console

import (
	"slices"
	"strings"

	"parley/delivery"
	"parley/desk"
	"parley/matter"
	"parley/mechanism"
	"parley/words"
)

// A shown is one statement, the language its fields are said in, and what the officer
// could do to it. What he may is the desk's to decide: only what cannot apply is left out.
type shown struct {
	*desk.Detail
	In       string // language of the rendering
	Theirs   string // language that the author's side writes first
	Received []receiving
	Offers   []string
	Gate     bool     // it waits at the gate of the officer's side
	Control  []string // parties without whose consent it is not shown outside
	Unseen   uint64   // entries before it that its author had not seen
}

// A receiving is one of the four different things that an addressee can do with what
// comes: to have it, to understand it, to pass it on, and to agree or answer. Each is an
// act of its own, and none of them is another.
type receiving struct {
	Verb  string // ack, readback, pass or reply
	Offer bool   // it can be done now
	Done  reached
}

// Dir is the direction of the language that it is said in.
func (s *shown) Dir() string {
	if words.RightToLeft(s.In) {
		return "rtl"
	}
	return "ltr"
}

// Superseder is what took its place; empty: nothing.
func (s *shown) Superseder() string {
	if s.Delivery == nil {
		return ""
	}
	return s.Delivery.Superseded.By
}

// statement shows one statement.
func (k *Console) statement(v *visit) error {
	s, err := k.shown(v)
	if err != nil {
		return err
	}
	return v.show("statement", s)
}

func (k *Console) shown(v *visit) (*shown, error) {
	in := v.r.URL.Query().Get("in")
	if !spoken(in) {
		in = v.lang
	}
	d, err := k.desk.ShowTo(v.ctx, v.r.PathValue("ref"), in, v.officer)
	if err != nil {
		return nil, err
	}
	s := &shown{Detail: d, In: in, Theirs: v.lang}
	party, _, _ := strings.Cut(d.Author, "/")
	if p, ok := k.desk.Charter().Party(party); ok && len(p.Languages) > 0 && spoken(p.Languages[0]) {
		s.Theirs = p.Languages[0]
	}
	s.offer(v)
	return s, nil
}

// offer says which acts could apply.
func (s *shown) offer(v *visit) {
	record, ordered := v.console.desk.Work().Record(s.ID)
	if !ordered || record.Delivery == nil || record.Facts == nil || record.Purged != 0 {
		return
	}
	s.Unseen = record.Index - min(record.Index, s.Seen)
	d, own := record.Delivery, record.Claims.Author.Party == v.officer.Party
	add := func(verb string, applies bool) {
		if applies {
			s.Offers = append(s.Offers, verb)
		}
	}
	if at := slices.IndexFunc(d.Reach, func(r delivery.Reach) bool { return r.Party == v.officer.Party }); at >= 0 {
		done := steps(d, d.Reach[at])
		mine := !slices.ContainsFunc(d.Reach[at].Acks, func(a delivery.Ack) bool { return a.By.Role == v.officer.Role })
		s.Received = []receiving{{"ack", d.Current() && mine, done[2]}, {"readback", d.Current() && len(record.Facts.Critical) > 0 && !d.Understood(v.officer.Party), done[3]},
			{"pass", d.Current(), done[4]}, {"reply", true, replied(d, v.officer.Party)}}
		if len(record.Facts.Critical) == 0 {
			s.Received[1].Done.State = "nothing"
		}
	}
	s.Gate = d.Waiting() && v.officer.Party == d.Supervisor
	changes := own && d.Superseded.By == "" && d.Pending == "" && (d.Waiting() || d.Status == delivery.Released)
	add("reply", len(s.Received) == 0)
	add("answer-consent", record.Facts.Consent != nil && isFormat(record, mechanism.ConsentAsk) && slices.Contains(record.Claims.To, v.officer.Party) && d.Current())
	add("replace", changes)
	add("cancel", changes)
	add("withdraw", own && d.Waiting())
	add("screen", record.Facts.Kind == matter.Project)
	add("translate", len(record.Facts.Texts) > 0)
	add("annotate", v.officer.Party == d.Supervisor)
	if controlling, _ := mechanism.ControllingLeaving(v.console.desk.Work(), v.console.desk.Charter(), record, v.officer.Party); len(controlling) > 0 {
		for _, r := range controlling {
			s.Control = append(s.Control, r.Claims.Author.Party)
		}
		s.Control = mechanism.Others(v.officer.Party, s.Control...)
		add("forward", true)
	}
}

// replied tells whether a party has answered in a statement of its own.
func replied(d *delivery.State, party string) reached {
	if len(d.Replies(party)) > 0 {
		return reached{Step: "replied", State: "done"}
	}
	for _, owed := range d.Unmet(party) {
		if owed.Stage == delivery.StageReply {
			return reached{Step: "replied", State: "owed", At: owed.At}
		}
	}
	return reached{Step: "replied", State: "none"}
}

// isFormat reports whether a statement is of a format, in any of its editions.
func isFormat(r *mechanism.Record, id string) bool {
	return strings.HasPrefix(r.Claims.Format, id+"/")
}
