package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/identity"
	"parley/matter"
	"parley/mechanism"
	"parley/rule"
	"parley/sealed"
	"parley/words"
)

// Where an exchange stands, besides its ends [sealed.Revealed] and [sealed.Lapsed].
const (
	OneIn   = "one-in"
	BothIn  = "both-in" // and may not be opened yet
	Opening = "opening"
)

// An ExchangeView is one sealed exchange as a desk shows it. It has a text of this
// party's or the other side's only once both are opened.
type ExchangeView struct {
	Exercise bool           `json:"exercise"`
	Entry    uint64         `json:"entry"` // of the first deposit
	ID       string         `json:"id"`    // of the first deposit
	Name     string         `json:"name"`
	Status   string         `json:"status"`
	OpenRule string         `json:"openRule"`
	Deadline time.Time      `json:"deadline"`
	Since    time.Time      `json:"since,omitzero"`  // from when both may be opened
	OpenBy   time.Time      `json:"openBy,omitzero"` // until when both must be
	Ended    time.Time      `json:"ended,omitzero"`
	Stage    string         `json:"stage,omitempty"`   // at which it lapsed
	Missing  []string       `json:"missing,omitempty"` // who did not come then
	Sides    []ExchangeSide `json:"sides"`             // who deposited first is first
	Held     bool           `json:"held"`              // this desk has the text that its party deposited
	Sent     bool           `json:"sent"`              // it has opened, and waits for the other side
	Next     []Turn         `json:"next"`
	Page     string         `json:"text"`
}

// An ExchangeSide is one side's part of an exchange.
type ExchangeSide struct {
	Party      string         `json:"party"`
	Deposit    string         `json:"deposit,omitempty"` // its statement; empty: not in yet
	Entry      uint64         `json:"entry,omitempty"`
	At         time.Time      `json:"at,omitzero"`
	Commitment string         `json:"commitment,omitempty"`
	Opening    string         `json:"opening,omitempty"` // its statement; set once both are opened
	Verdict    sealed.Verdict `json:"verdict,omitempty"` // of what it has opened, where this desk can tell
	Opened     *string        `json:"opened,omitempty"`  // the text, where this desk can read it
	Salt       []byte         `json:"salt,omitempty"`    // of that text, with which anyone can check the commitment
	Contest    string         `json:"contest,omitempty"` // statement by which the other side proves that it opened another text
}

// An ExchangesView is the list of them.
type ExchangesView struct {
	Exercise  bool           `json:"exercise"`
	Now       time.Time      `json:"now"`
	Exchanges []ExchangeView `json:"exchanges"`
	Text      string         `json:"text"`
}

// Exchanges lists sealed exchanges, those that go on before those that have ended,
// which are left out without all. It shows no text.
func (d *Desk) Exchanges(ctx context.Context, lang string, all bool) (*ExchangesView, error) {
	now := d.config.Clock().UTC()
	v := &ExchangesView{Exercise: d.Charter().Exercise, Now: now, Exchanges: []ExchangeView{}}
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	matters, err := d.work.Matters(ctx, matter.Exchange, !all)
	if err != nil {
		return nil, err
	}
	for _, m := range matters {
		if x, ok := m.State.(*sealed.State); ok && sees(m.Area) {
			one, err := d.exchangeView(ctx, m, x)
			if err != nil {
				return nil, err
			}
			v.Exchanges = append(v.Exchanges, *one)
		}
	}
	slices.SortStableFunc(v.Exchanges, func(a, b ExchangeView) int { return compareBool(!a.Ended.IsZero(), !b.Ended.IsZero()) })
	p := d.newPage(lang, now)
	p.say(0, "exchange.title", "at", p.code(now.Format(time.DateOnly)), "time", p.at(now))
	if len(v.Exchanges) == 0 {
		p.say(2, "exchange.none")
	}
	for i := range v.Exchanges {
		p.exchangeHead(2, &v.Exchanges[i])
	}
	v.Text = p.String()
	return v, nil
}

// Exchange shows one, with both texts once they are opened; ref names it or a
// statement of it. It waits, until ctx ends, for it to end where wait says so.
func (d *Desk) Exchange(ctx context.Context, ref, lang string, wait time.Duration) (*ExchangeView, error) {
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for {
		grown := d.grown.wait()
		m, err := d.exchange(ctx, ref)
		if err != nil {
			return nil, err
		}
		if m.State.Ended() != "" || waiting.Err() != nil {
			return d.showExchange(ctx, m, lang)
		}
		select {
		case <-grown:
		case <-waiting.Done():
		}
	}
}

func (d *Desk) showExchange(ctx context.Context, m *mechanism.Matter, lang string) (*ExchangeView, error) {
	x, ok := m.State.(*sealed.State)
	if !ok {
		return nil, fmt.Errorf("statement %s is of no exchange", m.ID)
	}
	v, err := d.exchangeView(ctx, m, x)
	if err != nil {
		return nil, err
	}
	if x.End == sealed.Revealed {
		if err := d.reveal(ctx, x, v); err != nil {
			return nil, err
		}
	}
	p := d.newPage(lang, d.config.Clock().UTC())
	p.exchangePage(v, d.party)
	v.Page = p.String()
	return v, nil
}

// exchangeView says where an exchange stands, without any text.
func (d *Desk) exchangeView(ctx context.Context, m *mechanism.Matter, x *sealed.State) (*ExchangeView, error) {
	v := &ExchangeView{Exercise: d.Charter().Exercise, Entry: m.Opened, ID: m.ID, Name: x.Exchange, OpenRule: x.Rule, Deadline: x.Deadline, Since: x.Since, Ended: x.Ends, Stage: x.Stage, Missing: x.Missing, Next: []Turn{}}
	switch {
	case x.End != "":
		v.Status = x.End
	case len(x.Deposits) < 2:
		v.Status = OneIn
	case x.Since.IsZero() || d.config.Clock().Before(x.Since):
		v.Status = BothIn
	default:
		v.Status = Opening
	}
	if !x.Since.IsZero() {
		v.OpenBy = x.Since.Add(x.Terms.Opening)
	}
	for _, side := range x.Sides {
		s := ExchangeSide{Party: side}
		if deposit, ok := x.Of(side); ok {
			s.Deposit, s.Commitment, s.At = deposit.ID, deposit.Commitment, deposit.At
			if record, ok := d.work.Record(deposit.ID); ok {
				s.Entry = record.Index
			}
		}
		if opening, ok := x.OpeningOf(side); ok {
			s.Opening = opening.ID
		}
		for _, contest := range x.Contests {
			if contest.Party == x.Other(side) {
				s.Contest = contest.ID
			}
		}
		v.Sides = append(v.Sides, s)
	}
	if deposit, ok := x.Of(d.party); ok {
		own, err := d.outbox.secret(ctx, deposit.Commitment)
		if err != nil {
			return nil, err
		}
		v.Held = own != nil
		_, v.Sent = mechanism.Sealed(d.work, x, d.party)
	}
	for _, n := range x.Next(m.Rules) {
		if n.Party == d.party && n.Action == "open" && v.Sent {
			continue // it has
		}
		v.Next = append(v.Next, Turn{Entry: m.Opened, Kind: m.Kind, Name: x.Exchange, Party: n.Party, Action: n.Action, By: n.By})
	}
	return v, nil
}

// reveal fills in what was opened: this party's own text from what this desk keeps,
// the other side's from its opening, and a contested one for everybody.
func (d *Desk) reveal(ctx context.Context, x *sealed.State, v *ExchangeView) error {
	deposit, _ := x.Of(d.party)
	own, err := d.outbox.secret(ctx, deposit.Commitment)
	if err != nil {
		return err
	}
	for i := range v.Sides {
		s := &v.Sides[i]
		if s.Party == d.party && own != nil {
			s.Opened, s.Salt = &own.text.Text, own.text.Salt[:]
			continue
		}
		identity := ""
		if own != nil {
			identity = own.identity
		}
		verdict, text, err := d.judged(ctx, x, s.Party, identity)
		if err != nil {
			return err
		}
		if s.Verdict = verdict; verdict == sealed.Kept || verdict == sealed.Mismatched {
			s.Opened, s.Salt = &text.Text, text.Salt[:]
		}
		if record, ok := d.work.Record(s.Opening); ok && s.Opened != nil {
			if err := d.displayed(ctx, record); err != nil {
				return err
			}
		}
	}
	return nil
}

// Prove signs the contest of what the other side has opened: it publishes the
// identity with which everybody can see that. Where the other side has opened what
// it had deposited it is refused.
func (d *Desk) Prove(ctx context.Context, by identity.Author, ref, lang string) (id string, err error) {
	m, err := d.exchange(ctx, ref)
	if err != nil {
		return "", err
	}
	x, _ := m.State.(*sealed.State)
	deposit, _ := x.Of(d.party)
	own, err := d.outbox.secret(ctx, deposit.Commitment)
	switch {
	case err != nil:
		return "", err
	case x.End != sealed.Revealed:
		return "", rule.Refuse(sealed.NotRevealed, "wait until it is", "exchange %s is not revealed, so there is nothing to contest", x.Exchange)
	case own == nil:
		return "", rule.Refuse(NoSecret, "use the desk that made the deposit", "this desk holds no key of exchange %s", x.Exchange)
	}
	verdict, _, err := d.judged(ctx, x, x.Other(d.party), own.identity)
	if err != nil {
		return "", err
	}
	if verdict == sealed.Kept {
		return "", rule.Refuse(Mismatched, "", "%s has opened in exchange %s what it had deposited", x.Other(d.party), x.Exchange)
	}
	q := contestOf(*own, x, d.party)
	q.By, q.Lang = by, lang
	return d.Say(ctx, q)
}

// Signal signs the supervisor's word that both may be opened.
func (d *Desk) Signal(ctx context.Context, by identity.Author, ref, lang string) (id string, err error) {
	m, err := d.exchange(ctx, ref)
	if err != nil {
		return "", err
	}
	var sides []string
	if x, ok := m.State.(*sealed.State); ok {
		sides = x.Sides
	}
	return d.Say(ctx, Saying{By: by, Format: sealed.Format, To: mechanism.Others(d.party, sides...), About: m.ID, Fields: []string{"kind=" + sealed.Signal, "exchange=" + m.State.Name()}, Lang: lang})
}

// cheated gives an alarm for each exchange in which the other side has opened another
// text than it had deposited, until this party contests it.
func (d *Desk) cheated(ctx context.Context, p *page, sees func(area string) bool) ([]Alarm, error) {
	secrets, err := d.outbox.cheated(ctx)
	if err != nil {
		return nil, err
	}
	var all []Alarm
	for _, own := range secrets {
		m, x, err := d.exchangeOf(ctx, own)
		if err != nil {
			return nil, err
		}
		if x == nil || !sees(m.Area) || slices.ContainsFunc(x.Contests, func(c sealed.Said) bool { return c.Party == d.party }) {
			continue
		}
		other := x.Other(d.party)
		all = append(all, Alarm{AlarmSealed, m.Opened, other, words.M("exchange.alarm", "entry", p.code(mechanism.EntryName(m.Opened)), "name", p.code(x.Exchange), "party", p.party(other)).In(p.lang)})
	}
	return all, nil
}

func (p *page) exchangeHead(indent int, v *ExchangeView) {
	p.say(indent, "exchange.line", "entry", p.code(mechanism.EntryName(v.Entry)), "name", p.code(v.Name), "status", words.M("exchange.status."+v.Status),
		"rule", p.named(sealed.Format, "open-rule", v.OpenRule), "at", p.at(v.Deadline))
	switch v.Status {
	case sealed.Revealed:
		p.say(indent+2, "exchange.revealed", "at", p.at(v.Ended))
	case sealed.Lapsed:
		p.say(indent+2, "exchange.lapsed", "at", p.at(v.Ended), "stage", p.named("matter.due", "stage", v.Stage), "parties", p.parties(v.Missing))
	case Opening:
		p.say(indent+2, "exchange.open-by", "at", p.at(v.OpenBy), "left", p.left(v.OpenBy))
	}
	for _, t := range v.Next {
		p.say(indent+2, "exchange.turn", "party", p.party(t.Party), "action", p.action(t.Kind, t.Action), "at", p.at(t.By), "left", p.left(t.By))
	}
}

func (p *page) exchangePage(v *ExchangeView, own string) {
	p.exchangeHead(0, v)
	if v.Sent {
		p.say(2, "exchange.sent")
	}
	ended := v.Status == sealed.Revealed || v.Status == sealed.Lapsed
	for i := range v.Sides {
		s := &v.Sides[i]
		if s.Deposit == "" {
			p.head("exchange.side-out", "party", p.party(s.Party))
			continue
		}
		p.head("exchange.side", "party", p.party(s.Party), "entry", p.code(mechanism.EntryName(s.Entry)), "at", p.at(s.At))
		p.say(2, "exchange.commitment", "hash", p.code(s.Commitment))
		if s.Verdict != "" {
			p.say(2, "exchange.verdict."+string(s.Verdict), "party", p.party(s.Party))
		}
		if s.Contest != "" {
			p.say(2, "exchange.contested", "id", p.code(s.Contest))
		}
		switch {
		case s.Opened != nil:
			for line := range strings.Lines(*s.Opened) {
				p.line(4, words.Isolate(p.lang, strings.TrimRight(line, "\r\n")))
			}
		case v.Status == sealed.Lapsed:
			p.say(2, "exchange.stays")
		case !ended && s.Party == own && !v.Held:
			p.say(2, "exchange.lost")
		case !ended:
			p.say(2, "exchange.sealed")
		case s.Verdict == "":
			p.say(2, "exchange.unread")
		}
	}
	if len(v.Sides) == 2 && v.Sides[0].Opened != nil && v.Sides[1].Opened != nil {
		key := "exchange.differ"
		if *v.Sides[0].Opened == *v.Sides[1].Opened {
			key = "exchange.same"
		}
		p.head(key)
	}
}
