package exercise

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/identity"
	"parley/rule"
)

// A Stage is a running mechanism as its officers use it. Each call acts at the
// desk of the officer's party. A refusal comes back as a [rule.Refusal].
type Stage interface {
	Send(ctx context.Context, by identity.Author, format, precedence string, to []string, fields []string) (id string, err error)
	Act(ctx context.Context, by identity.Author, verb, id, reason string) error
	Await(ctx context.Context, by identity.Author, id string) error
	Show(ctx context.Context, by identity.Author, id string) error
}

// A Moment is one step that was played.
type Moment struct {
	Step    Step
	Actor   identity.Author // with the party of the charter
	ID      string          // of the statement sent or meant
	Refusal *rule.Refusal   // set where the step was refused, as it had to be
	Took    time.Duration
}

// Play plays the scenario on the stage. cast gives the charter's party for each
// part. tell is called after every step. Play ends with the first step that does
// not come out as the scenario says.
func (s *Scenario) Play(ctx context.Context, stage Stage, cast map[string]string, clock func() time.Time, tell func(Moment)) error {
	ids := map[string]string{}
	for i, step := range s.Steps {
		moment := Moment{Step: step}
		start := clock()
		err := s.play(ctx, stage, cast, ids, &moment)
		moment.Took = clock().Sub(start)
		var refusal *rule.Refusal
		switch {
		case err == nil && step.Refused != "":
			return fmt.Errorf("step %d (%s %s): it went through and had to be refused by %s", i+1, step.Do, step.Format, step.Refused)
		case err != nil && (!errors.As(err, &refusal) || step.Refused == ""):
			return fmt.Errorf("step %d (%s %s by %s): %w", i+1, step.Do, step.Format, step.Actor, err)
		case err != nil && refusal.Rule != step.Refused:
			return fmt.Errorf("step %d (%s %s): refused by %s and had to be refused by %s: %w", i+1, step.Do, step.Format, refusal.Rule, step.Refused, err)
		}
		moment.Refusal = refusal
		tell(moment)
	}
	return nil
}

func (s *Scenario) play(ctx context.Context, stage Stage, cast, ids map[string]string, m *Moment) error {
	step := m.Step
	if step.Do == Note {
		return nil
	}
	part, rest, _ := strings.Cut(step.Actor, "/")
	actor, err := identity.ParseAuthor(cast[part] + "/" + rest)
	if err != nil {
		return err
	}
	m.Actor, m.ID = actor, ids[step.About]
	switch step.Do {
	case Send:
		to := step.To
		if len(to) == 0 {
			for _, other := range s.Cast[:len(s.Cast)-1] {
				if other != part {
					to = append(to, other)
				}
			}
		}
		parties := make([]string, len(to))
		for i, p := range to {
			parties[i] = cast[p]
		}
		if m.ID, err = stage.Send(ctx, actor, step.Format, step.Precedence, parties, step.Fields); err == nil {
			ids[step.Name] = m.ID
		}
		return err
	case Await:
		return stage.Await(ctx, actor, m.ID)
	case Show:
		return stage.Show(ctx, actor, m.ID)
	}
	return stage.Act(ctx, actor, step.Do, m.ID, step.Reason)
}
