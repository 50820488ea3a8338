package desk

import (
	"context"
	"fmt"
	"time"

	"parley/matter"
	"parley/mechanism"
	"parley/rule"
	"parley/sealed"
	"parley/statement"
)

const (
	// sealerRetry is how soon an opening that was refused, or waits for the hub, is
	// tried again; refused again, after twice as long, up to sealerMaxPause.
	sealerRetry    = time.Second
	sealerMaxPause = time.Minute
)

// A sealer opens what this party has deposited in sealed exchanges as soon as both
// may be opened, and looks at what the other side has opened. It decides by the
// replica and the outbox alone, so that it may die anywhere: what was signed once is
// not signed again, and what was not is signed after the next start.
type sealer struct {
	desk    *Desk
	trouble string              // what was logged last
	tried   map[string]*openTry // by commitment, since the desk was opened
}

// An openTry is when an opening was last signed. The hub may have refused it, as a
// desk whose clock is ahead is too early.
type openTry struct {
	at    time.Time
	pause time.Duration // until it is signed again
}

// openSealed runs the sealer until ctx ends.
func (d *Desk) openSealed(ctx context.Context) {
	s := &sealer{desk: d, tried: map[string]*openTry{}}
	for ctx.Err() == nil {
		grown, deposited := d.grown.wait(), d.deposited.wait()
		wait, idle := s.look(ctx)
		if idle {
			grown = nil // nothing is sealed here
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
		case <-grown:
		case <-deposited:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// look does what is due, and tells when to look again; idle where nothing is sealed.
func (s *sealer) look(ctx context.Context) (wait time.Duration, idle bool) {
	d := s.desk
	open, err := d.outbox.unsettled(ctx)
	if err != nil {
		s.say(ctx, err)
		return sealerRetry, false
	}
	if wait = time.Hour; len(open) == 0 {
		return wait, true
	}
	for _, own := range open {
		next, err := s.attend(ctx, own)
		if err != nil {
			s.say(ctx, fmt.Errorf("exchange %s: %w", own.exchange, err))
			next = sealerRetry
		}
		wait = min(wait, max(next, time.Millisecond))
	}
	return wait, false
}

func (s *sealer) say(ctx context.Context, err error) {
	if said := err.Error(); ctx.Err() == nil && said != s.trouble {
		s.desk.log.Warn("a sealed exchange does not go on; it is tried again", "error", err)
		s.trouble = said
	}
}

// attend does what is due for one secret, and tells how long the next has; a
// negative time for what the ledger alone will tell.
func (s *sealer) attend(ctx context.Context, own secret) (time.Duration, error) {
	d := s.desk
	m, x, err := d.exchangeOf(ctx, own)
	now := d.config.Clock()
	switch {
	case err != nil:
		return 0, err
	case x == nil: // the deposit is not in the ledger
		return time.Hour, nil
	case x.End == sealed.Lapsed:
		return time.Hour, d.outbox.settle(context.WithoutCancel(ctx), own.commitment, nil, Problem{}, now)
	case x.End == sealed.Revealed:
		return time.Hour, s.judge(ctx, own, m, x)
	case x.Since.IsZero():
		return time.Hour, nil
	case now.Before(x.Since): // by this desk's own clock: nothing leaves it earlier
		return min(x.Since.Sub(now), sealerRetry), nil // the clock may be set
	case !x.MayOpen(now):
		return time.Hour, nil
	case !d.current(): // what it knows may be over
		return sealerRetry, nil
	}
	return sealerRetry, s.open(ctx, own, x)
}

// exchangeOf finds the exchange of a secret; nil where its deposit has not taken
// effect.
func (d *Desk) exchangeOf(ctx context.Context, own secret) (*mechanism.Matter, *sealed.State, error) {
	is := func(m *mechanism.Matter) (*sealed.State, bool) {
		x, ok := m.State.(*sealed.State)
		if !ok {
			return nil, false
		}
		deposit, ok := x.Of(d.party)
		return x, ok && deposit.Commitment == own.commitment
	}
	if m, ok := d.work.MatterNamed(matter.Exchange, own.exchange, d.party); ok {
		if x, ok := is(m); ok {
			return m, x, nil
		}
	}
	all, err := d.work.Matters(ctx, matter.Exchange, false)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range all {
		if x, ok := is(m); ok {
			return m, x, nil
		}
	}
	return nil, nil, nil
}

// open seals the text to the other side and hands it to the hub, once.
func (s *sealer) open(ctx context.Context, own secret, x *sealed.State) error {
	d := s.desk
	other, _ := x.Of(x.Other(d.party))
	if seq, err := d.outbox.reported(ctx, other.ID, "opens"); err != nil || seq != 0 {
		return err
	}
	if _, ok := mechanism.Sealed(d.work, x, d.party); ok {
		return nil
	}
	now, last := d.config.Clock(), s.tried[own.commitment]
	if last == nil {
		last = &openTry{pause: sealerRetry / 2}
		s.tried[own.commitment] = last
	} else if since := now.Sub(last.at); since >= 0 && since < last.pause {
		return nil
	}
	last.at, last.pause = now, min(2*last.pause, sealerMaxPause)
	record, ok := d.work.Record(other.ID)
	if !ok {
		return fmt.Errorf("the deposit of %s, statement %s, is not here", other.Party, other.ID)
	}
	deposit, err := d.statementAt(ctx, record.Index)
	if err != nil {
		return err
	}
	value, _ := deposit.Field("key")
	key, _ := value.(string)
	text, err := sealed.Seal(own.text, key)
	if err != nil {
		return err
	}
	_, err = d.sign(ctx, Draft{By: d.config.Author, Format: sealed.Opening, To: []string{other.Party}, Refs: []statement.Ref{{Relation: "replies", ID: other.ID, Hash: record.Hash}},
		Fields: map[string]any{"exchange": x.Exchange, "sealed": text}}, 0, report{other.ID, "opens"})
	return err
}

// judge compares what the other side has opened with what it had deposited. Where
// the two differ it writes the contest that proves it, as a draft: to publish the
// identity shows everyone what the other side has opened, so two officers sign it,
// as any other J44.
func (s *sealer) judge(ctx context.Context, own secret, m *mechanism.Matter, x *sealed.State) error {
	d := s.desk
	verdict, _, err := d.judged(ctx, x, x.Other(d.party), own.identity)
	if err != nil {
		return err
	}
	kept, now := context.WithoutCancel(ctx), d.config.Clock()
	deposit, _ := x.Of(d.party)
	record, ok := d.work.Record(deposit.ID)
	if verdict == sealed.Kept || !ok {
		return d.outbox.settle(kept, own.commitment, nil, Problem{}, now)
	}
	contest := contestOf(own, x, d.party)
	contest.By = record.Claims.Author
	why := rule.Refuse(Mismatched, "`parley exchange prove "+mechanism.EntryName(m.Opened)+"` publishes the proof; two officers sign it", "%s has opened another text in exchange %s than it had deposited (%s)", x.Other(d.party), x.Exchange, verdict)
	d.log.Error("a sealed exchange was not opened as deposited", "exchange", x.Exchange, "by", x.Other(d.party), "verdict", verdict)
	return d.outbox.settle(kept, own.commitment, &contest, problemOf(why), now)
}

// contestOf writes the contest of what the other side has opened.
func contestOf(own secret, x *sealed.State, party string) Saying {
	opening, _ := x.OpeningOf(x.Other(party))
	return Saying{Format: sealed.Format, About: opening.ID, Fields: []string{"kind=" + sealed.Contest, "exchange=" + x.Exchange, "identity=" + own.identity}}
}

// judged finds what a side has opened, with the other's identity; an empty one is
// that of a contest. The verdict is empty where there is none either.
func (d *Desk) judged(ctx context.Context, x *sealed.State, side, own string) (sealed.Verdict, sealed.Text, error) {
	e, err := mechanism.Evidence(d.Charter(), x, side, func(id string) (*statement.Statement, error) {
		record, ok := d.work.Record(id)
		if !ok {
			return nil, fmt.Errorf("statement %s is not here", id)
		}
		return d.statementAt(ctx, record.Index)
	})
	if err != nil {
		return "", sealed.Text{}, err
	}
	if own != "" {
		e.Identity = own
	}
	if e.Identity == "" {
		return "", sealed.Text{}, nil
	}
	verdict, text, _ := sealed.Check(e)
	return verdict, text, nil
}
