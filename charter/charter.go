// Package charter is the rulebook of one mechanism: who its parties are and by
// which keys they speak, what they may send, what the gate does with it, and how
// long each step may take.
//
// A charter is JSON text in one exact form (see [Parse]), signed as a C2SP
// signed note (c2sp.org/signed-note) by every root key of every party; a
// signature's name is its party. The first edition is entry 0 of the ledger. An
// amendment is a new edition that names the hash of the one before, is signed by
// all again, and is in force from its own entry on.
//
// [Charter.Check] tells whether a charter makes sense, [Open] whether all have
// signed it, [Signed.Succeeds] whether it may follow another.
package charter

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"parley/base64url"
	"parley/format"
)

// A Charter is one edition of a mechanism's rules.
type Charter struct {
	Mechanism   string            `json:"mechanism"` // identifier, in the grammar of party identifiers
	Edition     int               `json:"edition"`   // from 1
	Previous    string            `json:"previous"`  // hash of the edition before, base64url; empty in edition 1
	Names       map[string]string `json:"names"`     // by language; English at least
	Exercise    bool              `json:"exercise"`  // an exercise's keys never sign live traffic, nor the reverse
	Hub         Hub               `json:"hub"`
	Parties     []Party           `json:"parties"`
	Areas       []Area            `json:"areas"`
	Roles       []Role            `json:"roles"`
	Formats     []Rule            `json:"formats"`       // those in force
	Own         []*format.Format  `json:"own,omitempty"` // formats beside the catalogue's; formats puts them in force
	Precedences []Precedence      `json:"precedences"`   // most urgent first
	Places      Places            `json:"places"`
	Clocks      Clocks            `json:"clocks"`
	Glossary    []Term            `json:"glossary,omitempty"`
	Witness     WitnessPolicy     `json:"witness"`
	Limits      Limits            `json:"limits"`
}

// A Hub is the program that orders the statements, run by the supervisor.
type Hub struct {
	Origin string   `json:"origin"` // the log's name in its checkpoints
	Key    string   `json:"key"`    // the log's verifier key, "origin+hash+key" (c2sp.org/signed-note)
	URLs   []string `json:"urls"`   // https, first to be tried first
	TLS    string   `json:"tls"`    // SHA-256 of the TLS key's SubjectPublicKeyInfo, standard base64

	TLSNext string `json:"tlsNext,omitempty"` // of a second TLS key, which is the hub's as well: the one to come, or the one before
}

// TLSPins are the pins of the hub's TLS keys, of which each proves the hub.
func (h Hub) TLSPins() []string {
	if h.TLSNext == "" {
		return []string{h.TLS}
	}
	return []string{h.TLS, h.TLSNext}
}

// Kinds of parties, and whom a role belongs to.
const (
	KindSide       = "side"
	KindSupervisor = "supervisor"
	OfAny          = "any"
)

// A Party is a side or the supervisor.
type Party struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind"` // "side" or "supervisor"
	Names     map[string]string `json:"names"`
	Zone      string            `json:"zone"`      // IANA time zone, for echoing times
	Languages []string          `json:"languages"` // first is preferred
	Roots     []string          `json:"roots"`     // public Ed25519 keys, base64url
	Witness   string            `json:"witness"`   // Ed25519 verifier key of its cosignatures (c2sp.org/tlog-cosignature); empty: none yet

	WitnessMLDSA string `json:"witnessMLDSA,omitempty"` // ML-DSA-44 verifier key of its cosignatures, of the same name; empty: it cosigns by Ed25519 alone

	Calendar *Calendar `json:"calendar,omitempty"`
}

// An Area is a compartment: it has its own roles, keys and view.
type Area struct {
	ID    string            `json:"id"`
	Names map[string]string `json:"names"`
}

// A Role is what an officer or a machine of a party may do.
type Role struct {
	ID      string            `json:"id"`
	Names   map[string]string `json:"names"`
	Of      string            `json:"of"`      // "side", "supervisor" or "any"
	May     []string          `json:"may"`     // formats it may send, by identifier without edition
	Machine bool              `json:"machine"` // no officer holds it: a desk, the hub, or a root key
}

// Allows reports whether the role may send the format of that identifier.
func (r Role) Allows(formatID string) bool { return slices.Contains(r.May, formatID) }

// A Rule puts one format in force.
type Rule struct {
	Format string `json:"format"` // "J14/1"
	Gate   string `json:"gate"`   // mode: none, notify, auto-release, review or escrow
	Floor  bool   `json:"floor"`  // of the safety floor: never paused, never kept at the gate

	Sensitive bool `json:"sensitive,omitempty"` // leaves its side only when a second officer has signed it too

	LeadMinutes int `json:"leadMinutes,omitempty"` // more notice than the format asks for; 0: as it asks
	ExpiryHours int `json:"expiryHours,omitempty"` // sooner than by the format; 0: by the format
	KeepDays    int `json:"keepDays,omitempty"`    // days from its end until its text is purged; 0: it is kept
}

// A Precedence is how fast a statement moves. Times count from submission; all
// are at least one second. Where Working, those of an addressee run in its own
// working time: acknowledgement, readback and ladder in its working hours, a reply
// in its working days. The gate's own time always runs.
type Precedence struct {
	ID              string `json:"id"`
	GateSeconds     int    `json:"gateSeconds"`      // the supervisor's time
	AckSeconds      int    `json:"ackSeconds"`       // until a person acknowledges
	ReadbackSeconds int    `json:"readbackSeconds"`  // until it is read back
	ReplySeconds    int    `json:"replySeconds"`     // until the first reply of substance
	Ladder          []Rung `json:"ladder,omitempty"` // whom a statement goes to that nobody acknowledges, step by step
	Working         bool   `json:"working,omitempty"`
}

// MaxAheadSeconds is the most that a charter can allow an author's clock to differ from
// the hub's.
const MaxAheadSeconds = 3600

// Limits bound what one party can ask of the hub, and how far clocks may differ.
type Limits struct {
	AheadSeconds    int `json:"aheadSeconds"`    // an author's clock ahead of the hub's
	LateHours       int `json:"lateHours"`       // from signing to submission
	RatePerSecond   int `json:"ratePerSecond"`   // statements of one party, in the long run
	Burst           int `json:"burst"`           // statements of one party, at once
	QueueStatements int `json:"queueStatements"` // of one party, waiting to be ordered
	QueueBytes      int `json:"queueBytes"`      // of one party, waiting to be ordered
	Feeds           int `json:"feeds"`           // open feeds of one party
}

// maxText bounds a charter's text.
const maxText = 256 << 10

// Parse reads a charter's text: JSON with the members of [Charter] in their
// order, two spaces of indent and a newline at the end, exactly as [Charter.Text]
// writes it. So a charter has one text and one hash.
//
// Parse checks form alone; [Charter.Check] checks sense.
func Parse(text []byte) (*Charter, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("read charter: %d bytes; at most %d are accepted", len(text), maxText)
	}
	if len(text) == 0 {
		return nil, errors.New("read charter: the file is empty")
	}
	c := &Charter{}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return nil, fmt.Errorf("read charter: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("read charter: there is more text after its end")
	}
	if exact := c.Text(); !bytes.Equal(exact, text) {
		line := firstDifference(exact, text)
		return nil, fmt.Errorf("read charter: line %d is not as parley writes it (order, indent, doubled or missing members, or how a character is escaped); a charter has one exact text", line)
	}
	return c, nil
}

// firstDifference gives the first line, from 1, in which a and b differ.
func firstDifference(a, b []byte) int {
	line := 1
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return line
		}
		if a[i] == '\n' {
			line++
		}
	}
	return line
}

// Text writes the charter in the one form that [Parse] reads.
func (c *Charter) Text() []byte {
	whole := c.whole()
	text, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		panic(err) // strings, numbers and lists of them: cannot fail
	}
	return append(text, '\n')
}

// whole is c with empty lists where there are none, so that "null" is never written.
func (c *Charter) whole() *Charter {
	w := *c
	w.Names = orEmpty(w.Names)
	w.Hub.URLs = list(w.Hub.URLs)
	w.Parties = list(w.Parties)
	for i := range w.Parties {
		p := &w.Parties[i]
		p.Names, p.Languages, p.Roots = orEmpty(p.Names), list(p.Languages), list(p.Roots)
	}
	w.Areas = list(w.Areas)
	for i := range w.Areas {
		w.Areas[i].Names = orEmpty(w.Areas[i].Names)
	}
	w.Roles = list(w.Roles)
	for i := range w.Roles {
		w.Roles[i].Names, w.Roles[i].May = orEmpty(w.Roles[i].Names), list(w.Roles[i].May)
	}
	w.Formats, w.Precedences = list(w.Formats), list(w.Precedences)
	w.Clocks.Cover = list(w.Clocks.Cover)
	w.Witness.Parties = list(w.Witness.Parties)
	w.Places.Grids = list(w.Places.Grids)
	return &w
}

// list is a copy of l that is never nil.
func list[T any](l []T) []T { return append([]T{}, l...) }

func orEmpty(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// Hash is the SHA-256 of the text, which is the charter's entry in the ledger.
func (c *Charter) Hash() [32]byte { return sha256.Sum256(c.Text()) }

// Pin writes the pin of a TLS key, given as its DER SubjectPublicKeyInfo, as
// [Hub.TLS] does: standard base64 of its SHA-256.
func Pin(spki []byte) string {
	sum := sha256.Sum256(spki)
	return base64.StdEncoding.EncodeToString(sum[:])
}

// EncodeHash writes a hash as Previous does.
func EncodeHash(h [32]byte) string { return base64url.Encode(h[:]) }

// Party finds a party by its identifier.
func (c *Charter) Party(id string) (Party, bool) {
	return find(c.Parties, func(p Party) bool { return p.ID == id })
}

// Supervisor is the supervising party; the zero Party where a draft has none.
func (c *Charter) Supervisor() Party {
	p, _ := find(c.Parties, func(p Party) bool { return p.Kind == KindSupervisor })
	return p
}

// Sides are the parties that are not the supervisor, in the charter's order.
func (c *Charter) Sides() []Party {
	var sides []Party
	for _, p := range c.Parties {
		if p.Kind == KindSide {
			sides = append(sides, p)
		}
	}
	return sides
}

// Role finds a role by its identifier.
func (c *Charter) Role(id string) (Role, bool) {
	return find(c.Roles, func(r Role) bool { return r.ID == id })
}

// Holds reports whether an officer or machine of the party may have the role.
func (c *Charter) Holds(party string, r Role) bool {
	p, ok := c.Party(party)
	return ok && (r.Of == OfAny || r.Of == p.Kind)
}

// HasArea reports whether the charter has that area.
func (c *Charter) HasArea(id string) bool {
	return slices.ContainsFunc(c.Areas, func(a Area) bool { return a.ID == id })
}

// HasPrecedence reports whether the charter has that precedence.
func (c *Charter) HasPrecedence(id string) bool {
	_, ok := c.Precedence(id)
	return ok
}

// Precedence finds a precedence by its identifier.
func (c *Charter) Precedence(id string) (Precedence, bool) {
	return find(c.Precedences, func(p Precedence) bool { return p.ID == id })
}

// Rule finds the rule that puts a format in force, by its reference ("J14/1").
func (c *Charter) Rule(formatRef string) (Rule, bool) {
	return find(c.Formats, func(r Rule) bool { return r.Format == formatRef })
}

// Gate gives the gate mode of a format, and how long the supervisor has at that
// precedence; zero where there is no gate. A format that is not in force has the
// mode "review": nothing unknown slips through.
func (c *Charter) Gate(formatRef, precedence string) (mode string, limit time.Duration) {
	rule, ok := c.Rule(formatRef)
	switch {
	case !ok:
		mode = GateReview
	case rule.Gate == GateNone || rule.Gate == GateNotify:
		return rule.Gate, 0
	default:
		mode = rule.Gate
	}
	p, _ := c.Precedence(precedence)
	return mode, time.Duration(p.GateSeconds) * time.Second
}

func find[T any](all []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(all, is); i >= 0 {
		return all[i], true
	}
	var zero T
	return zero, false
}
