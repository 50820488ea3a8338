package desk

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/identity"
	"parley/screening"
	"parley/words"
)

// A DecideRequest is the body of POST /v1/screen/decide.
type DecideRequest struct {
	As      string `json:"as"`
	Lang    string `json:"lang"`
	Hit     string `json:"hit"`
	Verdict string `json:"verdict"` // same or other
	Reason  string `json:"reason"`
}

// A DecideView is a decision as it was kept.
type DecideView struct {
	Exercise bool               `json:"exercise"`
	Decision screening.Decision `json:"decision"`
	Text     string             `json:"text"`
}

// DecideHit keeps what an officer decides, in his own name, about a hit that was shown
// to him since the lists last changed.
func (d *Desk) DecideHit(ctx context.Context, q DecideRequest, as identity.Author) (*DecideView, error) {
	if _, err := d.trader(ctx, as); err != nil {
		return nil, err
	}
	reason := strings.TrimSpace(q.Reason)
	switch {
	case q.Verdict != screening.Same && q.Verdict != screening.Other:
		return nil, refusal(NoVerdict, q.Lang, words.M("screen.no-verdict", "verdict", q.Verdict), words.Message{})
	case reason == "" || len(reason) > maxReason:
		return nil, refusal(NoVerdict, q.Lang, words.M("screen.no-reason", "bytes", fmt.Sprint(maxReason)), words.Message{})
	}
	d.lists.mu.Lock()
	known, ok := d.lists.shown[as.String()+" "+q.Hit]
	d.lists.mu.Unlock()
	if !ok || known.hit.Standing == screening.Removed || !d.readsProject(known.project, as) {
		return nil, refusal(NoHit, q.Lang, words.M("screen.no-hit", "hit", q.Hit), words.M("screen.no-hit-remedy", "command", typed(q.Lang, "parley screen")))
	}
	now := d.config.Clock().UTC().Truncate(time.Second)
	v := &DecideView{Exercise: d.Charter().Exercise, Decision: known.hit.Decide(q.Verdict, reason, as.String(), now)}
	if err := d.lists.decide(ctx, v.Decision, known.project); err != nil {
		return nil, err
	}
	p := d.newPage(q.Lang, now)
	p.say(0, "screen.kept", "asked", v.Decision.Asked, "verdict", words.M("screen.verdict."+q.Verdict), "entry", p.code(v.Decision.Entry), "list", v.Decision.List, "version", v.Decision.Version)
	v.Text = p.String()
	return v, nil
}
