package console_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/charter"
	"parley/client"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
)

// ungated lets a test fill a ledger as fast as the machine can, and a call go past the
// gate, so that it is there as soon as the hub has it.
func ungated(c *charter.Charter) {
	c.Limits.RatePerSecond, c.Limits.Burst = 1_000_000, 1_000_000
	for i := range c.Formats {
		if c.Formats[i].Format == "J10/1" {
			c.Formats[i].Gate = charter.GateNone
		}
	}
}

// secondMachines gives both sides a second desk, which says what the first, which runs,
// does not.
func secondMachines(w testing.TB) {
	before := machines
	machines = append(slices.Clone(before), "alder/desk/two", "birch/desk/two")
	w.Cleanup(func() { machines = before })
}

// A pen submits what one officer says, past the desk, as the desk of another machine of
// his would.
type pen struct {
	world  *world
	author identity.Author
	key    identity.Signer
	client *client.Client
	seen   statement.Seen
	last   *mechanism.Head
	lock   func()
}

func (w *world) pen(name string) *pen {
	w.Helper()
	p := &pen{world: w, author: author(name)}
	p.key, p.lock = w.unlocked(p.author)
	machine := p.author.Party + "/desk/one"
	p.client = client.New(w.charter.Charter, w.charter.Hub.URLs[0], author(machine), w.signer(p.author.Party, machine), time.Now)
	note, err := p.client.Checkpoint(w.Context())
	w.must(err)
	verifier, err := ledger.NewVerifier(w.charter.Hub.Key)
	w.must(err)
	head, err := verifier.Open(note)
	w.must(err)
	p.seen = statement.Seen{Size: head.Size, Root: head.Root}
	if last, ok := w.desks[p.author.Party].Work().Head(p.author.String()); ok {
		p.last = &last
	}
	return p
}

// A saying is a statement that is to be signed.
type saying struct {
	format, precedence string
	to                 []string
	relation           string
	about              []*statement.Statement
	fields             map[string]any
}

// say signs and submits them, and waits until the hub has them.
func (p *pen) say(ctx context.Context, all ...saying) ([]*statement.Statement, error) {
	var made []*statement.Statement
	var texts [][]byte
	for _, s := range all {
		now := time.Now().UTC().Truncate(time.Millisecond)
		var random [10]byte
		rand.Read(random[:])
		claims := statement.Claims{Mechanism: p.world.charter.Mechanism, ID: statement.NewID(now, random), Author: p.author, Format: s.format, Area: "military", Precedence: s.precedence,
			To: s.to, Exercise: true, Time: now, Seen: p.seen}
		for _, old := range s.about {
			claims.Refs = append(claims.Refs, statement.Ref{Relation: s.relation, ID: old.Claims().ID, Hash: old.Hash()})
		}
		mechanism.Chain(&claims, p.last)
		one, err := statement.Sign(ctx, p.key, claims, s.fields, rand.Text)
		if err != nil {
			return nil, err
		}
		p.last = &mechanism.Head{Hash: one.Hash(), Serial: claims.Serial}
		made, texts = append(made, one), append(texts, one.Bytes())
	}
	results, err := p.client.Submit(ctx, texts...)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(results, func(r client.Result) bool { return r.Problem != nil }); i >= 0 {
		return nil, fmt.Errorf("%s says %s: %w", p.author, all[i].format, results[i].Problem.Err())
	}
	return made, nil
}

const valley = "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end"

// call is a FLASH of birch's.
var call = saying{format: "J10/1", precedence: "FLASH", to: []string{"alder"}, fields: map[string]any{"place": valley, "when": "2026-11-24T07:49Z", "feared": []string{"civilians"}, "asked": "hold-flights"}}

// survey is the nth notice, of a flight of two hours.
func survey(to string, n int, begins time.Time) saying {
	window := begins.Format("2006-01-02T15:04Z") + "/" + begins.Add(2*time.Hour).Format("2006-01-02T15:04Z")
	return saying{format: "J14/1", precedence: "ROUTINE", to: []string{to}, fields: map[string]any{"activity": "survey", "place": valley, "window": window,
		"description": statement.Paragraphs{fmt.Sprintf("Survey flight %d at 120 m, one craft, unarmed; it turns back at the river.", n)}, "contact": "desk:line 2"}}
}

// year puts about n statements of a quiet year into the ledger, past the desks: notices
// of both sides, their release, that they were displayed, their acknowledgement, readback and passing on, by
// the desks of [secondMachines]; the desks themselves say what was delivered.
func (w *world) year(n int) {
	w.Helper()
	const batch, opens = 48, 16 // the hub takes 64 at once, and one release opens 16
	gate := w.pen(chen)
	defer gate.lock()
	alder, birch := w.pen(amal), w.pen(dalia) // all that one says is one chain, so it is said with one pen
	defer alder.lock()
	defer birch.lock()
	sides := []struct {
		from, by, screen *pen
	}{{alder, birch, w.pen("birch/desk/two")}, {birch, alder, w.pen("alder/desk/two")}}
	ctx, begins, said := w.Context(), time.Now().UTC().Truncate(time.Hour), 0
	for d := w.desks["alder"]; d.Work().Size() < uint64(n); {
		for _, s := range sides {
			var notices, releases, acks, readbacks, passes []saying
			for range batch {
				said++
				notices = append(notices, survey(s.by.author.Party, said, begins.Add(time.Duration(said)*20*time.Minute)))
			}
			made, err := s.from.say(ctx, notices...)
			w.must(err)
			for some := range slices.Chunk(made, opens) {
				releases = append(releases, saying{format: "gate.release/1", precedence: "ROUTINE", to: []string{"alder", "birch"}, relation: "releases", about: some})
			}
			_, err = gate.say(ctx, releases...)
			w.must(err)
			for _, one := range made {
				w.delivered(s.by.author.Party, one.Claims().ID)
			}
			_, err = s.screen.say(ctx, saying{format: "desk.displayed/1", precedence: "ROUTINE", to: []string{s.from.author.Party}, relation: "displays", about: made})
			w.must(err)
			for i, one := range made {
				acks = append(acks, saying{format: "J01/1", precedence: "ROUTINE", to: []string{s.from.author.Party}, relation: "acknowledges", about: []*statement.Statement{one}})
				readbacks = append(readbacks, saying{format: "J02/1", precedence: "ROUTINE", to: []string{s.from.author.Party}, relation: "reads-back", about: []*statement.Statement{one},
					fields: map[string]any{"content": "J14/1", "activity": "survey", "place": valley, "window": notices[i].fields["window"]}})
				passes = append(passes, saying{format: "J03/1", precedence: "ROUTINE", to: []string{s.from.author.Party}, relation: "passes-on", about: []*statement.Statement{one},
					fields: map[string]any{"echelon": "unit", "passed-at": time.Now().UTC().Format("2006-01-02T15:04Z"), "outstanding": int64(0)}})
			}
			for _, acts := range [][]saying{acks, readbacks, passes} {
				_, err = s.by.say(ctx, acts...)
				w.must(err)
			}
		}
		if said%9600 == 0 {
			w.Logf("%d entries of %d", d.Work().Size(), n)
		}
	}
}
