package trade

import (
	"testing"
	"time"

	"parley/format"
	"parley/matter"
)

// A condition that was ordered in time and let go of by the gate after the time to
// meet it is no silence: or whoever keeps the gate could make consent of it.
func TestConditionAtTheGate(t *testing.T) {
	silence := terms
	silence.Silence = true
	p := open(t, silence).screened("no-hits")
	p.now = p.state.RecommendBy.Add(-time.Hour)
	m := p.move("birch", "J52", p.state.Text, "kind=condition", "reason=ownership", "meet-by="+format.WriteInstant(p.now.Add(24*time.Hour)))
	p.at(p.state.RecommendBy.Add(72 * time.Hour))
	if p.take(m); p.err != nil {
		t.Fatalf("it is refused: %v", p.err)
	}
	a, _ := p.state.Answer("birch")
	if a.Kind != Condition || !a.MeetBy.After(p.now) || p.state.Phase != Review {
		t.Fatalf("birch's answer is %+v, the project %s", a, p.state.Phase)
	}
}

// What corrects a revocation revokes all that it had revoked, and what corrects a
// licence leaves its revocation as it is.
func TestCorrectedRevocation(t *testing.T) {
	p := open(t, terms).screened("no-hits").answer("birch", NoObjection)
	p.granted("birch", "licence").granted("birch", "licence")
	first := p.state.Papers[0].Statement
	day := func(n int) string { return "effective=" + format.WriteInstant(p.now.AddDate(0, 0, n)) }
	revoke := p.move("birch", "J53", p.state.Text, "step=revoke", "instrument=licence", day(3))
	p.take(revoke)
	again := p.move("birch", "J53", "", "step=revoke", "instrument=licence", day(2))
	again.Refs = []matter.Ref{{Relation: "replaces", ID: revoke.ID}}
	p.take(again)
	for _, g := range p.state.Papers {
		if g.Revocation != again.ID {
			t.Errorf("licence %s is revoked by %q", g.Statement, g.Revocation)
		}
	}
	grant := p.move("birch", "J53", "", "step=grant", "instrument=licence", "valid="+window(p.now, p.now.AddDate(1, 0, 0)))
	grant.Refs = []matter.Ref{{Relation: "replaces", ID: first}}
	if p.take(grant); p.err != nil || p.state.Papers[0].Statement != grant.ID || p.state.Papers[0].Revocation != again.ID {
		t.Errorf("the corrected licence is %+v, %v", p.state.Papers[0], p.err)
	}
	turned := p.move("birch", "J53", "", "step=revoke", "instrument=licence", "valid="+window(p.now, p.now.AddDate(0, 6, 0)), day(1))
	turned.Refs = []matter.Ref{{Relation: "replaces", ID: grant.ID}}
	p.take(turned).refused(NotNow)
}

// No correction takes the hash of its text from an end-use certificate.
func TestCorrectedCertificate(t *testing.T) {
	p := open(t, terms).screened("no-hits").granted("birch", Certificate)
	m := p.move("birch", "J53", "", "step=grant", "instrument="+Certificate, "valid="+window(p.now, p.now.AddDate(1, 0, 0)))
	m.Refs = []matter.Ref{{Relation: "replaces", ID: p.state.Papers[0].Statement}}
	p.take(m).refused(NoCert)
}
