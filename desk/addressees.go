package desk

import (
	"parley/delivery"
	"parley/format"
	"parley/mechanism"
	"parley/statement"
)

// addressees gives whom a statement goes to where the officer names nobody: an
// act to those it concerns, a key statement and what concerns everyone to all,
// what is of its own party's to nobody, anything else to the other sides.
func (d *Desk) addressees(f *format.Format, refs []statement.Ref) []string {
	ch := d.Charter()
	var parties []string
	switch {
	case f.Own:
		return nil
	case f.Kind == format.Act:
		for _, ref := range refs {
			old, ok := d.work.Record(ref.ID)
			if !ok {
				continue
			}
			parties = append(parties, old.Claims.Author.Party)
			switch released := old.Delivery != nil && old.Delivery.Status == delivery.Released; {
			case f.Relation == "releases", f.Relation == "annotates" && released:
				parties = append(parties, old.Claims.To...)
			case f.Relation == "withdraws":
				parties = append(parties, ch.Supervisor().ID)
			}
		}
	case f.Kind == format.Key, f.Everyone:
		for _, p := range ch.Parties {
			parties = append(parties, p.ID)
		}
	case f.ID == mechanism.ConsentAsk, f.ID == mechanism.ConsentAnswer: // to whoever said what it is about
		for _, ref := range refs {
			if old, ok := d.work.Record(ref.ID); ok {
				parties = append(parties, old.Claims.Author.Party)
			}
		}
	default:
		if f.Borrows != "" {
			parties = d.readers(refs)
			break
		}
		for _, p := range ch.Sides() {
			parties = append(parties, p.ID)
		}
	}
	return mechanism.Others(d.party, parties...)
}
