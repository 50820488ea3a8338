package mechanism

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"parley/delivery"
	"parley/matter"
	"parley/rule"
	"parley/sealed"
	"parley/statement"
)

// An exchange is a world in which alder and birch exchange sealed texts.
type exchange struct {
	*world
	secrets  map[string]sealed.Text
	ids      map[string]string // identities, by side
	keys     map[string]string
	deposits map[string]*statement.Statement
	deadline time.Time
}

const exchanged = "doc:irrigation-priorities"

func newExchange(t *testing.T) *exchange {
	w := newWorld(t)
	for i := range w.charter.Roles {
		if role := &w.charter.Roles[i]; slices.Contains([]string{"watch", "gate"}, role.ID) && !role.Allows("J44") {
			role.May = append(role.May, "J44")
		}
	}
	for kid, key := range w.hub.keys {
		key.Areas = append(slices.Clone(key.Areas), "diplomatic")
		w.hub.keys[kid] = key
	}
	for _, desk := range w.desks {
		desk.reader.Key.Areas = append(desk.reader.Key.Areas, "diplomatic")
	}
	x := &exchange{world: w, secrets: map[string]sealed.Text{}, ids: map[string]string{}, keys: map[string]string{}, deposits: map[string]*statement.Statement{}, deadline: w.now.Add(2 * time.Hour)}
	for _, side := range []string{"alder", "birch"} {
		var err error
		if x.ids[side], x.keys[side], err = sealed.NewIdentity(); err != nil {
			t.Fatal(err)
		}
		x.secrets[side] = sealed.Text{Text: "EXERCISE. What " + side + " wants."}
	}
	return x
}

var (
	officers = map[string]string{"alder": amal, "birch": basil, "cedar": chen}
	seconds  = map[string]string{"alder": adelOnWatch, "birch": dalia, "cedar": cora}
	machines = map[string]string{"alder": "alder/desk/one", "birch": bdesk}
	against  = map[string]string{"alder": "birch", "birch": "alder"}
)

func (x *exchange) depositing(side, openRule string) draft {
	fields := map[string]any{"kind": "deposit", "exchange": exchanged, "key": x.keys[side], "deadline": x.deadline.Format("2006-01-02T15:04Z"), "open-rule": openRule,
		"commitment": x.secrets[side].Commit(sealed.Context{Mechanism: x.charter.Mechanism, Exchange: exchanged, Party: side})}
	d := draft{by: officers[side], second: seconds[side], format: "J44/1", area: "diplomatic", to: []string{against[side]}, fields: fields}
	for _, first := range x.deposits {
		d.refs = ref("replies", first)
	}
	return d
}

func (x *exchange) deposit(side, openRule string) {
	x.t.Helper()
	x.deposits[side] = x.must(x.depositing(side, openRule))
}

func (x *exchange) opening(side string) draft {
	x.t.Helper()
	secret, err := sealed.Seal(x.secrets[side], x.keys[against[side]])
	if err != nil {
		x.t.Fatal(err)
	}
	return draft{by: machines[side], format: "exchange.open/1", area: "diplomatic", to: []string{against[side]}, refs: ref("replies", x.deposits[against[side]]), fields: map[string]any{"exchange": exchanged, "sealed": secret}}
}

func unsealing(openings ...*statement.Statement) draft {
	d := draft{by: clock, format: "gate.unseal/1", area: "diplomatic", to: []string{"alder", "birch"}}
	for _, s := range openings {
		d.refs = append(d.refs, ref("unseals", s)...)
	}
	return d
}

func (x *exchange) due(stage, party string, at time.Time) draft {
	fields := map[string]any{"kind": "exchange", "stage": stage, "due": at.UTC().Truncate(time.Second).Format(time.RFC3339)}
	if at.Second() == 0 {
		fields["due"] = at.UTC().Format("2006-01-02T15:04Z")
	}
	if party != "" {
		fields["owed-by"] = party
	}
	return draft{by: clock, format: "matter.due/1", area: "diplomatic", to: []string{"alder", "birch"}, refs: ref("concerns", x.deposits["alder"]), fields: fields}
}

func (x *exchange) act(by, formatRef string, to []string, refs []statement.Ref, reason string) draft {
	d := draft{by: by, format: formatRef, area: "diplomatic", to: to, refs: refs}
	if reason != "" {
		d.fields = map[string]any{"reason": reason}
	}
	return d
}

// accuses has a desk read what the hub should not have ordered.
func (x *exchange) accuses(party, ruleID string, d draft) {
	x.t.Helper()
	matters := x.hub.matters
	x.hub.matters = nil
	s, err := x.send(d) // which the hub only signs
	x.hub.matters = matters
	if err == nil {
		x.t.Fatalf("%s was ordered", d.format)
	}
	desk := x.desks[party]
	_, err = Decide(desk, Case{Statement: s, Index: desk.Size(), Now: x.now})
	refusal, ok := err.(*rule.Refusal) //nolint:errorlint // the rules wrap nothing
	if !ok || refusal.Rule != ruleID {
		x.t.Errorf("the desk of %s reads %s and answers %v, want %s", party, d.format, err, ruleID)
	}
}

// stands holds that all whom it concerns have the same exchange, and gives it.
func (x *exchange) stands(end string) *sealed.State {
	x.t.Helper()
	id := x.deposits["alder"].Claims().ID
	m, ok := x.hub.Matter(id)
	if !ok {
		x.t.Fatal("there is no exchange")
	}
	want, err := json.Marshal(m)
	if err != nil {
		x.t.Fatal(err)
	}
	for party, desk := range x.desks {
		own, _ := desk.Matter(id)
		got, _ := json.Marshal(own)
		if string(got) != string(want) {
			x.t.Errorf("%s has the exchange as\n%s, the hub as\n%s", party, got, want)
		}
		var again Matter
		if err := json.Unmarshal(got, &again); err != nil {
			x.t.Error(err)
		}
	}
	state := m.State.(*sealed.State)
	if state.End != end {
		x.t.Fatalf("the exchange is %q, want %q", state.End, end)
	}
	return state
}

func TestExchange(t *testing.T) {
	x := newExchange(t)
	x.deposit("alder", sealed.BothIn)
	x.deposits["birch"] = x.deposits["alder"]
	x.refused(sealed.TooEarly, x.opening("alder"))
	delete(x.deposits, "birch")

	again := x.depositing("birch", sealed.BothIn)
	again.refs = nil
	x.refused(MatterName, again)
	x.refused(sealed.WrongTerms, x.depositing("birch", sealed.AtDeadline))
	own := x.depositing("alder", sealed.BothIn)
	x.refused(sealed.Twice, own)
	alone := x.depositing("birch", sealed.BothIn)
	alone.second = ""
	x.refused(SecondMissing, alone)
	x.refused(sealed.Fixed, draft{by: amal, second: adelOnWatch, format: "J04/1", area: "diplomatic", refs: ref("cancels", x.deposits["alder"]), fields: map[string]any{"action": "cancel", "content": "J44/1", "why": "changed"}})
	x.deposit("birch", sealed.BothIn)
	if state := x.stands(""); state.Since.IsZero() || len(state.Deposits) != 2 {
		t.Fatalf("both are in: %+v", state)
	}

	first := x.must(x.opening("alder"))
	if _, known := x.desks["birch"].Record(first.Claims().ID); known {
		t.Error("birch has what alder has in escrow")
	}
	if x.state(first).Delivery.Owing("cedar") {
		t.Error("the supervisor is asked to do something about what it cannot open")
	}
	x.refused(sealed.Twice, x.opening("alder"))
	both := []string{"alder", "birch"}
	x.refused(delivery.EscrowClosed, x.act(chen, "gate.release/1", both, ref("releases", first), ""))
	x.refused(delivery.EscrowClosed, x.act(chen, "gate.hold/1", both[:1], ref("holds", first), "unclear"))
	x.refused(delivery.EscrowClosed, x.act(chen, "gate.return/1", both[:1], ref("returns", first), "unclear"))
	x.refused(delivery.EscrowClosed, x.act(amal, "withdraw/1", []string{"cedar"}, ref("withdraws", first), ""))
	x.refused(delivery.NotDue, x.act(clock, "gate.auto-release/1", both, ref("auto-releases", first), ""))
	byPerson := unsealing(first)
	byPerson.by = chen
	x.refused(NoRight, byPerson)

	x.refused(sealed.OneSided, unsealing(first))
	x.refused(delivery.EscrowClosed, unsealing(x.deposits["alder"], first))
	for _, party := range []string{"alder", "cedar"} { // who can read what is opened
		x.accuses(party, sealed.OneSided, unsealing(first))
	}
	birch := x.desks["birch"] // the hub hands it alder's opening, without its own
	change, err := Decide(birch, Case{Statement: first, Index: x.order[first.Claims().ID], Now: x.now})
	if err != nil {
		t.Fatal(err)
	}
	before := *birch
	birch.records, birch.texts = maps.Clone(birch.records), maps.Clone(birch.texts)
	birch.put(change)
	x.accuses("birch", sealed.OneSided, unsealing(first))
	*birch = before

	second := x.must(x.opening("birch"))
	m, _ := x.hub.Matter(x.deposits["alder"].Claims().ID)
	if len(Unsealing(x.hub, m)) != 2 {
		t.Fatal("both have opened, and the hub has nothing to do")
	}
	if due, ok := DueOf(x.hub, m); ok {
		t.Errorf("both have opened, and %s is due", due.Stage)
	}
	x.accuses("alder", sealed.OneSided, unsealing(second))
	x.accuses("birch", sealed.OneSided, unsealing(first, second)) // which the hub hands to alder alone
	x.must(unsealing(first, second))
	if state := x.stands(sealed.Revealed); len(state.Opened) != 2 {
		t.Errorf("revealed: %+v", state)
	}
	x.refused(delivery.WrongStatus, unsealing(first, second))
	opened, ok := x.desks["birch"].Record(first.Claims().ID)
	if !ok || opened.Delivery.Status != delivery.Released {
		t.Fatal("birch has not what alder has opened")
	}
	value, _ := first.Field("sealed")
	if text, err := sealed.Unseal(value.(string), x.ids["birch"]); err != nil || text != x.secrets["alder"] {
		t.Errorf("birch reads %q, %v", text.Text, err)
	}

	contest := draft{by: basil, second: dalia, format: "J44/1", area: "diplomatic", to: []string{"alder"}, refs: ref("replies", first), fields: map[string]any{"kind": "contest", "exchange": exchanged, "identity": x.ids["birch"]}}
	x.must(contest)
	x.refused(sealed.Twice, contest)
	if state := x.stands(sealed.Revealed); len(state.Contests) != 1 {
		t.Errorf("contested: %+v", state)
	}
}

// One side opens, the other does not.
func TestExchangeLapses(t *testing.T) {
	x := newExchange(t)
	x.deposit("alder", sealed.AtSignal)
	x.deposit("birch", sealed.AtSignal)
	x.refused(sealed.TooEarly, x.opening("alder"))
	signal := draft{by: amal, second: adelOnWatch, format: "J44/1", area: "diplomatic", refs: ref("replies", x.deposits["alder"]), fields: map[string]any{"kind": "signal", "exchange": exchanged}}
	x.refused(sealed.NoSignal, signal)
	signal.by, signal.second, signal.to = chen, cora, []string{"alder", "birch"}
	x.must(signal)
	opening := x.must(x.opening("alder"))
	until := x.stands("").Since.Add(30 * time.Minute)
	x.refused(matter.NotDue, x.due(sealed.StageOpening, "birch", until))

	x.now = until
	x.refused(sealed.TooLate, x.opening("birch"))
	for _, named := range []string{"alder", ""} {
		x.refused(ClockWords, x.due(sealed.StageOpening, named, until))
		for _, party := range []string{"alder", "cedar"} { // who know that alder has opened
			x.accuses(party, ClockWords, x.due(sealed.StageOpening, named, until))
		}
	}
	m, _ := x.hub.Matter(x.deposits["alder"].Claims().ID)
	if due, ok := DueOf(x.hub, m); !ok || due.Party != "birch" || due.Stage != sealed.StageOpening {
		t.Fatalf("the hub is to say %+v", due)
	}
	x.must(x.due(sealed.StageOpening, "birch", until))
	if state := x.stands(sealed.Lapsed); !slices.Equal(state.Missing, []string{"birch"}) {
		t.Errorf("missing: %v", state.Missing)
	}
	for _, view := range []*memory{x.hub, x.desks["alder"], x.desks["cedar"]} {
		if r, ok := view.Record(opening.Claims().ID); !ok || r.Delivery.Status != delivery.Lapsed {
			t.Error("what alder has opened still waits")
		}
	}
	if _, known := x.desks["birch"].Record(opening.Claims().ID); known {
		t.Error("birch has what alder has sealed")
	}
	x.refused(sealed.OneSided, unsealing(opening))
	x.refused(matter.Ended, x.opening("birch"))
}

// What is missing at the deadline leaves everything sealed.
func TestExchangeDeadlines(t *testing.T) {
	for _, test := range []struct {
		openRule string
		both     bool
		stage    string
		missing  string
	}{{sealed.BothIn, false, sealed.StageDeposit, "birch"}, {sealed.AtSignal, true, sealed.StageSignal, "cedar"}} {
		t.Run(test.stage, func(t *testing.T) {
			x := newExchange(t)
			x.deposit("alder", test.openRule)
			if test.both {
				x.deposit("birch", test.openRule)
			}
			x.now = x.deadline
			x.must(x.due(test.stage, test.missing, x.deadline))
			if state := x.stands(sealed.Lapsed); !slices.Equal(state.Missing, []string{test.missing}) {
				t.Errorf("missing: %v", state.Missing)
			}
		})
	}
}
