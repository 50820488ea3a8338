package mechanism

import (
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/rule"
)

// readBack compares the critical fields that an addressee's officer has entered
// again with those of old. What was compared, and in which fields it differs, is
// part of the ledger; the refusals name fields and never values, so that nobody
// fills in from them what should have been heard.
func readBack(ch *charter.Charter, c Case, f form, old *Record) (delivery.Command, error) {
	unknown := delivery.ReadBack{Unknown: true}
	if _, err := old.Delivery.Decide(c.Statement.Claims().Author, unknown, c.Now); err != nil {
		return nil, err
	}
	if !c.Statement.Complete() || old.Facts == nil {
		return unknown, nil
	}
	content, ok := ch.Format(old.Facts.Content)
	switch {
	case f.content != old.Facts.Content:
		return nil, rule.Refuse(BadContent, "write "+old.Facts.Content, "statement %s is of format %s and cannot be read back as %s", old.Claims.ID, old.Facts.Content, f.content)
	case old.Delivery.Uncompared: // what is read back may be right, and nobody here could tell
		return unknown, nil
	case !ok || len(old.Facts.Critical) == 0:
		return nil, rule.Refuse(NothingCritical, "acknowledge it", "statement %s has no field that must be read back", old.Claims.ID)
	}
	missing, differs := old.Facts.Differing(content, c.Statement)
	if len(missing) > 0 {
		return nil, rule.Refuse(ReadbackShort, "hear it again, and read back every critical field", "the readback of statement %s leaves out %s", old.Claims.ID, strings.Join(missing, ", "))
	}
	return delivery.ReadBack{Match: len(differs) == 0, Differs: differs}, nil
}

// passOn reads how far an addressee has passed a statement on.
func passOn(ch *charter.Charter, c Case) (delivery.Command, error) {
	if !c.Statement.Complete() { // counted as if some had still to be told
		return delivery.PassOn{PassedAt: c.Now, Outstanding: delivery.CountWithheld}, nil
	}
	at, ok := format.ReadInstant(text(c.Statement, "passed-at"))
	outstanding, _ := c.Statement.Field("outstanding")
	count, counted := outstanding.(int64)
	ahead := time.Duration(ch.Limits.AheadSeconds) * time.Second
	switch {
	case !ok || !counted:
		return nil, rule.Refuse(BadField, "say when it was passed on, and how many have still to be told", "the statement does not say when, or to how many not yet")
	case at.After(c.Now.Add(ahead)):
		return nil, rule.Refuse(delivery.BadPassedAt, "check the time and its zone", "it cannot have been passed on at %s: it is %s", at.Format(time.RFC3339), c.Now.UTC().Format(time.RFC3339))
	}
	return delivery.PassOn{Echelon: text(c.Statement, "echelon"), PassedAt: at, Outstanding: count}, nil
}

// command gives what an act asks of old, one of the statements that it is about.
// cut is what a release withholds.
func command(v View, ch *charter.Charter, c Case, f form, old *Record, cut *delivery.Cut) (delivery.Command, error) {
	switch reason := text(c.Statement, "reason"); f.Relation {
	case "holds":
		return delivery.Hold{Reason: reason}, nil
	case "releases":
		terms := old.Delivery.Terms
		if cut != nil {
			terms = cut.Terms
		}
		return delivery.Release{Owed: bequest(v, old), Due: deadlines(v, c, old, terms), Index: c.Index, Cut: cut}, nil
	case "auto-releases":
		return delivery.AutoRelease{Owed: bequest(v, old), Due: deadlines(v, c, old, old.Delivery.Terms), Index: c.Index}, nil
	case unseals:
		return delivery.Unseal{Due: deadlines(v, c, old, old.Delivery.Terms), Index: c.Index}, nil
	case "returns":
		return delivery.Return{Reason: reason}, nil
	case "withdraws":
		return delivery.Withdraw{}, nil
	case "delivers":
		return delivery.Deliver{}, nil
	case "displays":
		return delivery.Display{}, nil
	case "acknowledges":
		return delivery.Acknowledge{}, nil
	case "reads-back":
		return readBack(ch, c, f, old)
	case "passes-on":
		return passOn(ch, c)
	case "overdue":
		return overdue(ch, c, old)
	case "expires":
		return delivery.Expire{Unknown: old.Facts == nil}, nil
	case "annotates":
		return delivery.Annotate{}, nil
	}
	return nil, rule.Refuse(BadRef, "use an act of the catalogue", "nothing is done to a statement by %q", f.Relation)
}

// leavesGate reports whether an act with that relation takes statements from the
// gate, one way or the other.
func leavesGate(relation string) bool {
	return slices.Contains([]string{"releases", "auto-releases", unseals, "returns", "withdraws"}, relation)
}
