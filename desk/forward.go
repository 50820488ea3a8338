package desk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"parley/identity"
	"parley/mechanism"
	"parley/proof"
	"parley/rule"
	"parley/statement"
	"parley/words"
)

// A ForwardRequest is the body of POST /v1/forward.
type ForwardRequest struct {
	As   string `json:"as"` // party/role/officer
	ID   string `json:"id"` // or its beginning, or the entry's number
	To   string `json:"to"` // recipient, to the letter as it was consented to
	Lang string `json:"lang"`
	Wait int    `json:"wait"` // seconds to wait for the hub's answer, at most 60
}

// A Forwarded is a copy for a recipient outside.
type Forwarded struct {
	Exercise  bool   `json:"exercise"`
	Recipient string `json:"recipient"`
	Copy      string `json:"copy"` // identifier of the statement that says so
	State     string `json:"state"`
	Entry     uint64 `json:"entry,omitempty"`
	Again     bool   `json:"again,omitempty"`  // that copy was made before, and is written once more
	Bundle    []byte `json:"bundle,omitempty"` // for 'parley verify'; empty until the hub has ordered the copy
}

// Forward makes a copy of a statement that is under another party's control, for
// exactly the recipient to whom all who control it have consented. It is the only way
// out of this desk for such a statement. The officer signs in the ledger that the copy
// was made; the bundle has that, the consents and the statement. What is denied is
// logged.
func (d *Desk) Forward(ctx context.Context, by identity.Author, ref, recipient, lang string, wait time.Duration) (*Forwarded, error) {
	ctx = reading(ctx, by)
	v, err := d.forward(ctx, by, ref, recipient, lang, wait)
	if refused, ok := errors.AsType[*rule.Refusal](err); ok && refused.Rule != NotFound { // which is logged as it is looked for
		return nil, d.denied(ctx, by, "forward", ref, recipient, err)
	}
	return v, err
}

func (d *Desk) forward(ctx context.Context, by identity.Author, ref, recipient, lang string, wait time.Duration) (*Forwarded, error) {
	r, controlling, err := d.forwardable(ctx, by, ref, lang)
	if err != nil {
		return nil, err
	}
	answers, again, err := d.consented(ctx, controlling, r, by, recipient, lang)
	if err != nil {
		return nil, err
	}
	v := &Forwarded{Exercise: d.Charter().Exercise, Recipient: recipient}
	if again != nil {
		v.Copy, v.State, v.Entry, v.Again = again.Claims.ID, Accepted, again.Index, true
	} else {
		if v.Copy, err = d.copyInOutbox(ctx, by, r, recipient); err != nil {
			return nil, err
		}
		if v.Copy == "" {
			draft := Draft{By: by, Format: mechanism.CopyMade, Fields: map[string]any{"recipient": recipient}, Refs: []statement.Ref{refOf(mechanism.Copies, r)}}
			for i, a := range answers {
				draft.Refs, draft.To = append(draft.Refs, refOf(mechanism.ByConsent, a)), append(draft.To, controlling[i].Claims.Author.Party)
			}
			draft.To = mechanism.Others(d.party, draft.To...)
			if v.Copy, err = d.Send(ctx, draft); err != nil {
				return nil, err
			}
		}
		waiting, cancel := context.WithTimeout(ctx, wait)
		sent, err := d.Await(waiting, v.Copy)
		cancel()
		if err != nil {
			return nil, err
		}
		if v.State, v.Entry = sent.State, sent.Index; v.State != Accepted {
			return v, nil
		}
		d.awaitSize(ctx, v.Entry+1)
	}
	ids := []string{r.Claims.ID, v.Copy}
	for _, a := range answers {
		ids = append(ids, a.Claims.ID, a.Facts.Consent.Of)
	}
	if err := d.work.Flush(ctx); err != nil {
		return nil, err
	}
	v.Bundle, err = proof.MakeCopy(ctx, d.work, d.journal, d.origin, ids)
	return v, err
}

// forwardable finds what an officer may read and would pass on, and what of it is under
// another's control.
func (d *Desk) forwardable(ctx context.Context, by identity.Author, ref, lang string) (*mechanism.Record, []*mechanism.Record, error) {
	ref1, s, err := d.refer(ctx, Saying{By: by, About: ref, Lang: lang}, mechanism.Copies)
	if err != nil {
		return nil, nil, err
	}
	r, ok := d.work.Record(ref1.ID)
	if !ok || r.Delivery == nil {
		return nil, nil, refusal(mechanism.BadRef, lang, words.M("consent.an-act", "id", s.Claims().ID), words.Message{})
	}
	all, err := d.controlling(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	if len(all) == 0 {
		return nil, nil, refusal(mechanism.NotControlled, lang, words.M("consent.free", "id", r.Claims.ID), words.M("consent.free-remedy", "command", words.Raw(words.LeftToRight(lang, "`parley export`"))))
	}
	return r, all, nil
}

// consented finds the answer by which each may be copied for the recipient. again is
// the copy that the officer has made with them already, where they allow no other.
func (d *Desk) consented(ctx context.Context, controlling []*mechanism.Record, of *mechanism.Record, by identity.Author, recipient, lang string) (answers []*mechanism.Record, again *mechanism.Record, err error) {
	now := d.config.Clock()
	all, err := d.consents(ctx, func(string) bool { return true }, now)
	if err != nil {
		return nil, nil, err
	}
	for _, quoted := range controlling {
		var found *mechanism.Record
		why := error(refusal(mechanism.ConsentMissing, lang, words.M("consent.missing", "id", quoted.Claims.ID, "party", quoted.Claims.Author.Party, "recipient", recipient),
			words.M("consent.missing-remedy", "command", words.Raw(words.LeftToRight(lang, "`parley consent ask "+quoted.Claims.ID+"`")))))
		for i := range all {
			v := &all[i]
			if v.Statement != quoted.Claims.ID || v.asker != d.party || v.Recipient != recipient || v.answer == nil {
				continue
			}
			err := mechanism.Consented(d.work, quoted, v.answer, d.party, recipient, now)
			var refused *rule.Refusal
			if err == nil {
				found, again = v.answer, nil
				break
			}
			if errors.As(err, &refused) && refused.Rule == mechanism.ConsentUsed {
				if made := d.madeBy(ctx, v, of, by); made != nil {
					found, again = v.answer, made
				}
			}
			if found == nil {
				why = err
			}
		}
		if found == nil {
			return nil, nil, why
		}
		answers = append(answers, found)
	}
	return answers, again, nil
}

// madeBy gives the copy of a statement that an officer has made by a consent.
func (d *Desk) madeBy(_ context.Context, v *ConsentView, of *mechanism.Record, by identity.Author) *mechanism.Record {
	for _, c := range v.Copies {
		if r, ok := d.work.Record(c.ID); ok && r.Claims.Author == by && len(r.Claims.Refs) > 0 && r.Claims.Refs[0].ID == of.Claims.ID {
			return r
		}
	}
	return nil
}

// copyInOutbox gives the same copy that still waits for the hub; empty where none does.
func (d *Desk) copyInOutbox(ctx context.Context, by identity.Author, of *mechanism.Record, recipient string) (string, error) {
	rows, err := d.unsettled(ctx)
	if err != nil {
		return "", err
	}
	for _, r := range rows {
		c := r.statement.Claims()
		said, _ := r.statement.Field("recipient")
		if r.state == Queued && c.Author == by && strings.HasPrefix(c.Format, mechanism.CopyMade+"/") && c.Refs[0].ID == of.Claims.ID && said == recipient {
			return c.ID, nil
		}
	}
	return "", nil
}

func (d *Desk) apiForward(r *http.Request) (any, error) {
	var q ForwardRequest
	by, err := read(r, &q, func() string { return q.As })
	if err != nil {
		return nil, err
	}
	return d.Forward(r.Context(), by, q.ID, q.To, spokenIn(q.Lang), time.Duration(max(0, min(q.Wait, maxWait)))*time.Second)
}

// spokenIn gives a language of the catalogue's, English for any other.
func spokenIn(lang string) string {
	if slices.Contains(words.Languages(), lang) {
		return lang
	}
	return "en"
}
