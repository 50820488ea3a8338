package proof

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/matter"
	"parley/mechanism"
	"parley/statement"
)

// conclude writes down, once nothing was refuted, what the bundle proves and
// what nobody may conclude from it.
func (a *audit) conclude(trusted *charter.Charter) error {
	r := &a.result
	c := a.editions[len(a.editions)-1].Signed.Charter
	r.Mechanism, r.Exercise, r.Origin, r.Size, r.Root = c.Mechanism, c.Exercise, a.head.Origin, a.head.Size, a.head.Root
	r.Charters, r.Keys = uint64(len(a.editions)), uint64(len(a.view.keys))
	r.Statements = uint64(len(a.items)) - r.Charters
	r.Withheld = r.Size - uint64(len(a.items))
	r.charter(a.editions)
	r.First, r.Last = a.items[0].entry.Time, a.items[len(a.items)-1].entry.Time
	r.logKeys = logKeysOf(a.editions)

	if err := r.anchor(trusted, a.editions); err != nil {
		return err
	}
	var parties []string
	for _, p := range c.Parties {
		parties = append(parties, p.ID)
	}
	r.proven("the charter of %s, edition %d, is signed by %s", c.Mechanism, c.Edition, strings.Join(parties, ", "))
	r.proven("the hub signed the checkpoint of %d entries, and each of the %d entries here is in its tree", r.Size, len(a.items))
	a.concludeWitnesses()
	for i, s := range a.statements {
		if s != nil {
			if !s.Complete() {
				r.InPart++
			}
			a.concludeStatement(&a.items[i], s)
			a.concludeCopy(a.items[i].index, s)
		}
	}
	a.concludeExchanges(c)
	a.concludeKeys(c)
	r.notShown("the other %d entries up to entry %d, and all after it; among them may be more about these statements", r.Withheld, r.Size-1)
	r.notShown("that what the authors say to have seen of the ledger before the checkpoint is this ledger; the whole record shows it")
	return nil
}

func (a *audit) concludeWitnesses() {
	var missing, classical []string
	for _, party := range a.witnesses {
		var by []ledger.Cosignature
		for _, c := range a.cosigned {
			if c.Name == party.WitnessName() {
				by = append(by, c)
			}
		}
		if len(by) == 0 {
			missing = append(missing, party.ID)
			continue
		}
		for _, c := range by {
			a.result.Witnesses = append(a.result.Witnesses, Witnessed{party.ID, c.Algorithm, a.head.Size, c.Time})
			a.result.proven("%s cosigned the checkpoint at %s (%s)", party.ID, c.Time.Format(time.RFC3339), c.Algorithm)
		}
		if len(by) < len(party.WitnessKeys()) {
			classical = append(classical, party.ID)
		}
	}
	for _, c := range a.cosigned {
		if !slices.ContainsFunc(a.witnesses, func(p charter.Party) bool { return p.WitnessName() == c.Name }) {
			a.result.proven("%s, a witness that is no party's, cosigned the checkpoint at %s (%s)", c.Name, c.Time.Format(time.RFC3339), c.Algorithm)
		}
	}
	if len(missing) > 0 {
		a.result.notShown("that %s saw the same ledger: it has not cosigned this checkpoint", strings.Join(missing, ", or "))
	}
	if len(classical) > 0 {
		a.result.notShown("that %s cosigned it with every key that the charter names for it", strings.Join(classical, ", or "))
	}
}

// concludeStatement says who signed what when, for the subjects and what refers
// to them. Key statements are summed up.
func (a *audit) concludeStatement(item *readItem, s *statement.Statement) {
	claims := s.Claims()
	at := fmt.Sprintf("entry %d, %s", item.index, item.entry.Time.Format("2006-01-02T15:04:05.000Z"))
	if slices.Contains(a.bundle.Subjects, claims.ID) {
		shown := Subject{Index: item.index, Logged: item.entry.Time, ID: claims.ID, Author: claims.Author.String(), Format: claims.Format, To: claims.To}
		if d := a.view.records[claims.ID].Delivery; d != nil {
			shown.Status = string(d.Status)
		}
		a.result.Subjects = append(a.result.Subjects, shown)
		a.result.proven("%s: %s signed %s %s, statement %s, to %s", at, claims.Author, claims.Precedence, claims.Format, claims.ID, strings.Join(claims.To, ", "))
		if kid := s.SecondKID(); kid != "" {
			if key, ok := mechanism.FindKey(a.view, kid, item.index); ok {
				a.result.proven("statement %s was signed by %s too, as its second officer", claims.ID, key.Author)
			}
		}
		if late := claims.Late; !late.IsZero() {
			a.result.proven("%s says that statement %s was passed by %s at %s, before it was entered", claims.Author, claims.ID, late.Route, late.At.Format(time.RFC3339))
		}
		if d := a.view.records[claims.ID].Delivery; d != nil {
			a.result.proven("statement %s is %s, by what is shown", claims.ID, d.Status)
			if by := d.Superseded; by.By != "" {
				a.result.proven("statement %s was %s by statement %s at %s", claims.ID, by.Verb(), by.By, by.At.Format("2006-01-02T15:04:05.000Z"))
			}
		}
	} else if len(claims.Refs) > 0 {
		var about []string
		for _, ref := range claims.Refs {
			if a.view.ids[ref.ID] {
				about = append(about, ref.Relation+" "+ref.ID)
			}
		}
		a.result.proven("%s: %s signed %s, which %s", at, claims.Author, claims.Format, strings.Join(about, ", "))
	}
	a.concludeParts(item, s)
	if n := a.outside[item.index]; n > 0 {
		a.result.notShown("whether entry %d may refer to %d statements that are not in the bundle", item.index, n)
	}
}

// concludeParts says what is missing of a statement, and by whose word: what a release
// lists its addressees never had; more was left out by whoever shows it.
func (a *audit) concludeParts(item *readItem, s *statement.Statement) {
	r := a.view.records[s.Claims().ID]
	if d := r.Delivery; d != nil && len(d.Withheld) > 0 {
		var reasons []string
		for _, w := range d.Withheld {
			reasons = append(reasons, w.Reason)
		}
		a.result.proven("the supervisor released entry %d without %d of its parts, by digest, for the reasons %s", item.index, len(d.Withheld), strings.Join(reasons, ", "))
	}
	switch n := s.Withheld(); {
	case n == 0:
	case r.Purged != 0:
		a.result.proven("what entry %d said was purged by entry %d, when the charter kept it no longer; its hash and its author's signature stand", item.index, r.Purged)
	case r.Redaction != nil && r.Redaction.Exact():
		a.result.notShown("%d parts of entry %d, which its author signed and which its release withholds: exactly these are missing", n, item.index)
	case r.Redaction != nil && r.Redaction.Release != "":
		a.result.notShown("%d parts of entry %d, which its author signed and which are withheld: %d of them by whoever shows this, for its release does not", n, item.index, len(r.Redaction.Extra))
	default:
		a.result.notShown("%d parts of entry %d, which its author signed and which are withheld", n, item.index)
	}
}

// concludeExchanges says how the sealed exchanges stand whose first deposit is
// there.
func (a *audit) concludeExchanges(c *charter.Charter) {
	var all []*mechanism.Matter
	met := exchanged{}
	for _, s := range a.statements {
		if s == nil {
			continue
		}
		id := s.Claims().ID
		if m, ok := a.view.matters[id]; ok && m.Kind == matter.Exchange {
			all = append(all, m)
		}
		met[id] = s
	}
	a.result.concludeExchanges(c, all, func(id string) uint64 { return a.view.records[id].Index }, met)
}

// concludeKeys says how far the key statements of each party go.
func (a *audit) concludeKeys(c *charter.Charter) {
	a.result.proven("every signature is by a key that was endorsed before and, as far as is shown, not revoked; %d keys were endorsed", a.result.Keys)
	for _, p := range c.Parties {
		for _, chain := range a.chains.all {
			last := chain.links[len(chain.links)-1]
			if last.claims.Author.Party == p.ID && last.claims.Author.Role == mechanism.Registrar {
				a.result.notShown("revocations by %s after its statement %s, entry %d", chain.author, last.claims.Serial, last.index)
			}
		}
		a.result.notShown("revocations by %s in another registrar's name, or by an officer of a key of their own, if the bundle leaves them out", p.ID)
	}
}
