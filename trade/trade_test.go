package trade

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"parley/format"
	"parley/identity"
	"parley/matter"
	"parley/rule"
)

var (
	monday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	rules  = matter.Rules{Supervisor: "cedar", Sides: []string{"alder", "birch"}, Parties: []string{"alder", "birch", "cedar"}}
	terms  = Terms{Screen: 5, Recommend: 20, Extend: 30, Disagree: 45, Confirm: 5, Refer: 5, Decide: 10, Superior: 5, License: 60, Days: week}
)

// A play is a project and the messages that it has had.
type play struct {
	t     *testing.T
	rules matter.Rules
	state *State
	n     int
	now   time.Time
	err   error
}

func open(t *testing.T, terms Terms, values ...string) *play {
	t.Helper()
	p := &play{t: t, rules: rules, now: monday}
	s, err := Open(p.move("alder", "J50", "", append([]string{"sector=water"}, values...)...), rules, terms, p.now)
	if err != nil {
		t.Fatal(err)
	}
	p.state = s
	return p
}

func (p *play) move(party, formatID, about string, values ...string) matter.Move {
	p.n++
	m := matter.Move{ID: fmt.Sprintf("s%d", p.n), Author: identity.Author{Party: party, Role: "trade", Officer: "amal"}, Format: formatID, Values: map[string][]string{}, Logged: p.now, Index: uint64(p.n)}
	for _, v := range values {
		for i := range v {
			if v[i] == '=' {
				m.Values[v[:i]] = append(m.Values[v[:i]], v[i+1:])
				break
			}
		}
	}
	if about != "" {
		m.Refs = []matter.Ref{{Relation: "replies", ID: about}}
	}
	return m
}

// take has a message take effect; p.err is its refusal.
func (p *play) take(m matter.Move) *play {
	p.t.Helper()
	var after matter.State
	if after, p.err = p.state.Take(m, p.rules, p.now); p.err == nil {
		p.state = after.(*State)
	}
	return p
}

func (p *play) say(party, formatID string, values ...string) *play {
	p.t.Helper()
	return p.take(p.move(party, formatID, p.state.Text, values...))
}

func (p *play) answer(party, kind string, values ...string) *play {
	p.t.Helper()
	return p.say(party, "J52", append(values, "kind="+kind)...)
}

func (p *play) screened(disposition string) *play {
	p.t.Helper()
	return p.say("cedar", "J51", "disposition="+disposition)
}

func (p *play) granted(party, instrument string) *play {
	p.t.Helper()
	return p.say(party, "J53", "step=grant", "instrument="+instrument, "valid="+window(p.now, p.now.Add(180*24*time.Hour)), "evidence=hash")
}

func window(from, until time.Time) string {
	return format.WriteInstant(from) + "/" + format.WriteInstant(until)
}

// at lets the clock say all that is due until then, at its time.
func (p *play) at(t time.Time) *play {
	p.t.Helper()
	for {
		timers := p.state.Timers()
		if len(timers) == 0 || timers[0].At.After(t) {
			break
		}
		if timers[0].At.After(p.now) {
			p.now = timers[0].At
		}
		after, err := p.state.Lapse(timers[0], p.rules, p.now)
		if err != nil {
			p.t.Fatal(err)
		}
		p.state = after.(*State)
	}
	p.now = t
	return p
}

func (p *play) want(status, holder string) *play {
	p.t.Helper()
	if p.err != nil {
		p.t.Fatalf("refused: %v", p.err)
	}
	next := p.state.Next(p.rules)
	have := ""
	for _, n := range next {
		have += n.Party + " " + n.Action + ";"
	}
	if p.state.Status() != status || have != holder {
		p.t.Fatalf("%s, held by %q; want %s, %q", p.state.Status(), have, status, holder)
	}
	return p
}

func (p *play) refused(ruleID string) *play {
	p.t.Helper()
	var r *rule.Refusal
	if !errors.As(p.err, &r) || r.Rule != ruleID {
		p.t.Fatalf("answered %v, want a refusal of %s", p.err, ruleID)
	}
	p.err = nil
	return p
}

func days(n int) time.Time { return week.Add(monday, n) }

const edge = time.Nanosecond

func TestPipeline(t *testing.T) {
	p := open(t, terms).want("proposed", "cedar screen;birch answer;")
	p.screened("no-hits").want("review", "birch answer;")
	p.answer("birch", NoObjection).want("recommended", "cedar license;")
	p.granted("cedar", "licence").want("licensed", "clock expire;")
	p.at(p.state.Papers[0].Until.Add(-edge)).want("licensed", "clock expire;")
	p.at(p.state.Papers[0].Until).want("expired", "")
}

func TestSilence(t *testing.T) {
	p := open(t, terms).screened("cleared")
	p.at(days(20).Add(-edge)).want("review", "birch answer;")
	p.at(days(20)).want("referred", "cedar decide;")
	if a, _ := p.state.Answer("birch"); a.Kind != Silence || a.consents() {
		t.Errorf("silence is recorded as %+v", a)
	}
	decide := week.Add(days(20), 10)
	p.at(decide.Add(-edge)).want("referred", "cedar decide;").at(decide).want("referred", "cedar decide-superior;")
	superior := week.Add(decide, 5)
	p.at(superior.Add(-edge)).want("referred", "cedar decide-superior;").at(superior.Add(edge)).want("lapsed", "")
	p.answer("cedar", Approval).refused(matter.Ended)

	counted := terms
	counted.Silence = true
	p = open(t, counted).screened("cleared").at(days(20).Add(-edge)).want("review", "birch answer;").at(days(20)).want("recommended", "cedar license;")
	p.at(days(20).Add(edge)).answer("birch", Objection, "reason=goods").refused(TooLate)

	// What was ordered in time and waited at the gate was no silence.
	late := p.move("birch", "J52", p.state.Text, "kind="+Objection, "reason=goods")
	late.Logged = days(20)
	p.granted("cedar", "licence").want("licensed", "clock expire;")
	p.take(late).want("suspended", "alder resolve;")
	p.at(days(45)).want("suspended", "alder refer;").at(week.Add(days(45), 5)).want("refused", "")
}

func TestExtension(t *testing.T) {
	p := open(t, terms).screened("no-hits").at(days(20).Add(edge))
	p.answer("birch", Extension).refused(TooLate)
	p = open(t, terms).screened("no-hits")
	p.answer("alder", Extension).refused(NotYours)
	p.answer("birch", Extension).want("review", "birch answer;").answer("birch", Extension).refused(NotNow)
	p.at(days(30).Add(-edge)).want("review", "birch answer;").at(days(30)).want("referred", "cedar decide;")
	held := p.move("birch", "J52", p.state.Text, "kind="+Objection, "reason=place")
	held.Logged = days(30)
	p.take(held).want("objected", "alder resolve;").at(days(45)).want("not-agreed", "alder refer;")
}

func TestObjection(t *testing.T) {
	p := open(t, terms).screened("no-hits").answer("birch", Objection, "reason=end-use").want("objected", "alder resolve;")
	p.at(days(45).Add(-edge)).want("objected", "alder resolve;").at(days(45)).want("not-agreed", "alder refer;")
	p.answer("birch", Referral).refused(NotYours)
	end := week.Add(days(45), 5)
	waiting := p.move("alder", "J52", p.state.Text, "kind="+Referral)
	waiting.Logged = end
	p.at(end.Add(-edge)).want("not-agreed", "alder refer;").at(end).want("refused", "")
	p.take(waiting).want("referred", "cedar decide;") // it waited at the gate meanwhile
	p.answer("cedar", Approval).want("approved", "cedar license;")
	p.at(week.Add(p.now, 60).Add(-edge)).want("approved", "cedar license;").at(p.state.LicenseBy).want("lapsed", "")

	p = open(t, terms).screened("no-hits").answer("birch", Objection, "reason=end-use")
	p.answer("alder", Referral).want("referred", "cedar decide;").answer("birch", Approval).refused(NotYours)
	p.answer("cedar", Refusal).want("refused", "").answer("cedar", Approval).refused(matter.Ended)

	p = open(t, terms).screened("no-hits").answer("birch", Objection, "reason=end-use").answer("birch", NoObjection).want("recommended", "cedar license;")
	p.answer("birch", Objection, "reason=law").refused(NotNow)
}

func TestCondition(t *testing.T) {
	by := days(30)
	set := func() *play {
		return open(t, terms).screened("no-hits").answer("birch", Condition, "meet-by="+format.WriteInstant(by)).want("condition", "alder meet-condition;")
	}
	p := set()
	p.answer("birch", Met).refused(NotYours)
	p.answer("alder", Confirmed).refused(NotYours)
	p.at(by.Add(-edge)).want("condition", "alder meet-condition;")
	met := p.move("alder", "J52", p.state.Text, "kind="+Met)
	p.at(by).want("objected", "alder resolve;").answer("alder", Met).want("condition", "birch confirm-condition;") // at its edge
	confirm := p.state.Answers[0].ConfirmBy
	p.at(confirm.Add(-edge)).want("condition", "birch confirm-condition;").at(confirm).want("referred", "cedar decide;")
	p.answer("birch", Confirmed).want("recommended", "cedar license;")

	p = set().at(by.Add(time.Second)).answer("alder", Met).refused(TooLate)
	p.take(met).want("condition", "birch confirm-condition;")
	p.answer("birch", Objection, "reason=goods").want("objected", "alder resolve;")

	set().answer("birch", Confirmed).want("recommended", "cedar license;")
	p = open(t, terms).answer("birch", Condition, "meet-by="+format.WriteInstant(monday)).refused(BadTime)
	p.answer("birch", Condition, "meet-by="+format.WriteInstant(monday.Add(maxCondition+time.Hour))).refused(BadTime)
	// The supervisor's condition counts as well, its consent is not asked for.
	p.screened("held-ownership").answer("birch", NoObjection).answer("cedar", Condition, "meet-by="+format.WriteInstant(by)).want("stopped", "cedar rescreen;alder meet-condition;")
	p.screened("cleared").want("condition", "alder meet-condition;").answer("cedar", Confirmed).want("recommended", "cedar license;")
}

func TestScreening(t *testing.T) {
	p := open(t, terms)
	p.at(days(5).Add(-edge)).want("proposed", "cedar screen;birch answer;")
	if by := p.state.Next(rules)[0].By; !by.Equal(days(5)) {
		t.Errorf("screening is due at %s", by)
	}
	p.at(days(5)).want("proposed", "cedar screen;birch answer;").answer("birch", NoObjection).want("proposed", "cedar screen;")
	p.at(days(20)).want("referred", "cedar decide;").answer("cedar", Approval).refused(Stopped)
	p.say("birch", "J51", "disposition=no-hits").refused(NotYours)
	p.screened("barred").answer("cedar", Approval).refused(Stopped)
	p.screened("cleared").want("recommended", "cedar license;")
	p.screened("barred").want("stopped", "cedar rescreen;").granted("cedar", "licence").refused(Stopped)
	until := p.now.Add(240 * time.Hour)
	p.say("cedar", "J51", "disposition=authorised", "authorisation-until="+format.WriteInstant(p.now)).refused(BadTime)
	p.say("cedar", "J51", "disposition=authorised", "authorisation-until="+format.WriteInstant(until)).granted("cedar", "licence").want("licensed", "clock expire;")
	p.at(until.Add(-edge)).want("licensed", "clock expire;").at(until).want("suspended", "cedar rescreen;")
	p.screened("no-hits").want("licensed", "clock expire;")

	// Nobody's silence is noted while a project is stopped.
	p = open(t, terms).screened("barred").want("stopped", "cedar rescreen;").at(days(40)).want("stopped", "cedar rescreen;")
	p.screened("cleared").want("review", "birch answer;").at(week.Add(days(40), 5).Add(-edge)).want("review", "birch answer;")
	open(t, terms).screened("barred").at(days(45)).want("not-agreed", "alder refer;").screened("cleared").want("review", "birch answer;")
}

func TestReplacedProposal(t *testing.T) {
	p := open(t, terms).screened("no-hits").answer("birch", Objection, "reason=goods").at(days(10))
	again := p.move("alder", "J50", p.state.Text, "sector=power")
	again.Refs[0].Relation = "replaces"
	stale, other := p.move("birch", "J52", p.state.ID, "kind="+NoObjection), again
	other.Author.Party = "birch"
	p.take(other).refused(NotYours).take(again).want("proposed", "cedar screen;birch answer;")
	if !p.state.RecommendBy.Equal(week.Add(days(10), 20)) {
		t.Errorf("the clock does not begin again: %s", p.state.RecommendBy)
	}
	p.take(stale).refused(OldText).take(again).refused(OldText)
	p.say("cedar", "J51", "disposition=no-hits").answer("birch", NoObjection).want("recommended", "cedar license;")
	withdrawn := p.move("alder", "J50", p.state.Text)
	withdrawn.Refs[0].Relation, withdrawn.Values = "cancels", nil
	p.take(withdrawn).want("withdrawn", "")
}

func TestLicence(t *testing.T) {
	p := open(t, terms).granted("cedar", "licence").refused(NotNow)
	p.screened("no-hits").answer("birch", NoObjection).granted("cedar", "permit").want("recommended", "cedar license;")
	p.granted("cedar", "licence").granted("birch", "waiver").want("licensed", "clock expire;")
	licence := p.state.Papers[1].Statement
	p.say("birch", "J53", "step=revoke", "instrument=licence", "effective="+format.WriteInstant(p.now)).refused(Unknown)
	ends := p.now.Add(72 * time.Hour)
	p.take(p.move("cedar", "J53", licence, "step=revoke", "instrument=licence", "effective="+format.WriteInstant(ends))).want("licensed", "clock revoke;")
	back := p.move("cedar", "J53", p.state.Papers[1].Revocation)
	back.Refs[0].Relation, back.Values = "cancels", nil
	p.take(back).want("licensed", "clock expire;")
	p.take(p.move("cedar", "J53", licence, "step=revoke", "instrument=licence", "effective="+format.WriteInstant(ends)))
	p.at(ends.Add(-edge)).want("licensed", "clock revoke;").at(ends).want("revoked", "") // though birch's stands

	certified := terms
	certified.EndUse = []string{"water"}
	p = open(t, certified).screened("no-hits").answer("birch", NoObjection).want("recommended", "alder certify;").granted("cedar", "licence").refused(NoCert)
	p.say("alder", "J53", "step=grant", "instrument="+Certificate, "valid="+window(p.now, p.now.Add(240*time.Hour))).refused(NoCert) // without its hash
	until := p.now.Add(240 * time.Hour)
	p.say("alder", "J53", "step=grant", "instrument="+Certificate, "valid="+window(p.now, until), "evidence=hash").granted("cedar", "licence").want("licensed", "clock expire;")
	p.at(until.Add(-edge)).want("licensed", "clock expire;").at(until).want("suspended", "alder certify;").granted("alder", Certificate).want("licensed", "clock expire;")

	p = open(t, terms)
	alone, err := Open(p.move("cedar", "J53", "", "step=grant", "instrument=general-licence", "valid="+window(p.now, until)), rules, terms, p.now)
	if err != nil {
		t.Fatal(err)
	}
	p.state = alone
	p.want("in-force", "clock expire;").at(until).want("expired", "")
	if _, err = Open(p.move("birch", "J52", "", "kind="+NoObjection), rules, terms, p.now); err == nil {
		t.Error("an answer opened a project")
	}
}

func TestReaders(t *testing.T) {
	named := terms
	named.Readers = []string{"birch/dov", "cedar/lee"}
	p := open(t, named, "readers=birch/trade/noa")
	for reader, may := range map[string]bool{"birch/trade/noa": true, "birch/head/noa": true, "birch/trade/dov": false, "cedar/gate/lee": true, "cedar/gate/kim": false, "alder/trade/amal": true} {
		a, _ := identity.ParseAuthor(reader)
		if Reads(p.state.Readers, a) != may {
			t.Errorf("%s reads: %v", reader, !may)
		}
	}
	for _, wrong := range []string{"noa", "oak/trade/noa"} {
		if _, err := Open(p.move("alder", "J50", "", "readers="+wrong), rules, named, monday); err == nil {
			t.Errorf("readers=%s was taken", wrong)
		}
	}
}

var moves = flag.Int("moves", 10_000, "random moves of TestRandomMoves")

// Whatever is said in whichever order, a project has an owner and a next action,
// or has ended; its JSON is the same state, and small; and what is licensed was
// consented to or decided, screened and certified.
func TestRandomMoves(t *testing.T) {
	const steps = 20
	for seed := range uint64(*moves / steps) {
		random := rand.New(rand.NewPCG(seed, 1))
		own := terms
		own.Silence = random.IntN(2) == 0
		if random.IntN(2) == 0 {
			own.EndUse = []string{"water"}
		}
		p := open(t, own)
		if random.IntN(10) == 0 { // one of the supervisor's own
			s, err := Open(p.move("cedar", "J50", "", "sector=water"), rules, own, monday)
			if err != nil {
				t.Fatal(err)
			}
			p.state = s
		}
		for step := range steps {
			was, before := p.state, encoded(t, p.state)
			if p.random(random); !reflect.DeepEqual(encoded(t, was), before) {
				t.Fatalf("seed %d, step %d: the state before was changed", seed, step)
			}
			if problem := p.problem(); problem != "" {
				t.Fatalf("seed %d, step %d: %s\n%s", seed, step, problem, encoded(t, p.state))
			}
		}
		p.at(p.now.Add(5 * 366 * 24 * time.Hour))
		if p.state.End == "" {
			t.Fatalf("seed %d: nothing ends it: %s", seed, encoded(t, p.state))
		}
	}
}

func (p *play) random(random *rand.Rand) {
	pick := func(all ...string) string { return all[random.IntN(len(all))] }
	if random.IntN(3) == 0 {
		p.at(p.now.Add(time.Duration(random.IntN(20*24)) * time.Hour))
		return
	}
	party, about := pick("alder", "birch", "cedar"), p.state.Text
	if random.IntN(4) == 0 {
		about = fmt.Sprintf("s%d", 1+random.IntN(p.n))
	}
	var m matter.Move
	switch random.IntN(8) {
	case 0:
		m = p.move(party, "J50", about, "sector="+pick("water", "power"))
		m.Refs[0].Relation = pick("replaces", "replaces", "cancels", "replies")
	case 1:
		m = p.move("cedar", "J51", about, "disposition="+pick("no-hits", "cleared", "held-name", "barred", "authorised"), "authorisation-until="+format.WriteInstant(p.now.Add(400*time.Hour)))
	case 2, 3:
		m = p.move(party, "J53", about, "step="+pick("grant", "grant", "grant", "revoke"), "instrument="+pick("licence", "licence", Certificate, "permit"), "evidence=hash",
			"valid="+window(p.now, p.now.Add(time.Duration(1+random.IntN(2000))*time.Hour)), "effective="+format.WriteInstant(p.now.Add(time.Duration(random.IntN(100)-20)*time.Hour)))
	default:
		m = p.move(party, "J52", about, "kind="+pick(Objection, Condition, Condition, NoObjection, NoObjection, NoObjection, Met, Confirmed, Extension, Referral, Approval, Refusal), "reason=goods",
			"meet-by="+format.WriteInstant(p.now.Add(time.Duration(random.IntN(1000))*time.Hour)))
	}
	if random.IntN(6) == 0 {
		m.Refs[0].Relation = pick("replaces", "cancels")
	}
	m.Logged = p.now.Add(-time.Duration(random.IntN(2)*random.IntN(10*24)) * time.Hour)
	p.take(m)
}

func encoded(t *testing.T, s *State) string {
	t.Helper()
	text, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (p *play) problem() string {
	s := p.state
	var again State
	text := encoded(p.t, s)
	if err := json.Unmarshal([]byte(text), &again); err != nil || !reflect.DeepEqual(&again, s) {
		return fmt.Sprintf("its JSON is another state (%v)", err)
	}
	if len(text) > 8<<10 {
		return fmt.Sprintf("it has %d bytes", len(text))
	}
	next, timers := s.Next(p.rules), s.Timers()
	if s.Ended() != "" && (len(next) > 0 || len(timers) > 0) || s.Ended() == "" && (len(next) == 0 || len(timers) == 0) {
		return fmt.Sprintf("ended %q, next %v, timers %v", s.Ended(), next, timers)
	}
	for _, n := range next {
		if !slices.Contains(append(p.rules.Parties, matter.Clock), n.Party) || n.Action == "" || n.By.IsZero() {
			return fmt.Sprintf("nobody owns %+v", n)
		}
	}
	for i, a := range timers {
		for _, b := range timers[:i] {
			if a.Stage == b.Stage && a.Party == b.Party {
				return fmt.Sprintf("two timers %+v", a)
			}
		}
	}
	if s.Status() == StatusLicensed && (!s.Screening.Passes() || !s.certified() || s.Decision == "" && !s.consented()) {
		return "it is licensed without consent, screening or certificate"
	}
	for _, a := range s.Answers {
		if a.Kind == Silence && a.consents() && !s.Terms.Silence {
			return "silence counts"
		}
	}
	return ""
}
