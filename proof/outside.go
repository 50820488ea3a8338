package proof

import (
	"parley/mechanism"
	"parley/rule"
	"parley/store"
)

// Outside refuses to show a statement to others where it is, or may quote, what another
// party than that one controls.
func Outside(w *store.Working, r *mechanism.Record, party string) error {
	if r.Delivery == nil {
		return nil
	}
	all, more := mechanism.ControllingLeaving(w, w.CharterAt(w.Size()), r, party)
	for _, quoted := range all {
		return rule.Refuse(mechanism.ConsentMissing, "`parley forward` writes a copy for one recipient, once `parley consent ask` is answered; `parley export -all` is for your own auditors",
			"statement %s is under the control of %s, and entry %d is it or may quote it", quoted.Claims.ID, quoted.Claims.Author.Party, r.Index)
	}
	if more {
		return rule.Refuse(mechanism.ConsentMissing, "`parley export -all` is for your own auditors", "entry %d refers to more statements than can be looked through, so one of them may be under another's control", r.Index)
	}
	return nil
}
