package charter

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"parley/base64url"
	"parley/format"
	"parley/identity"
	"parley/zone"
)

// Gate modes.
const (
	GateNone        = "none"         // no gate
	GateNotify      = "notify"       // no gate; the supervisor is told
	GateAutoRelease = "auto-release" // the hub releases it when the supervisor's time is up
	GateReview      = "review"       // waits for the supervisor
	GateEscrow      = "escrow"       // waits for its counterpart; the supervisor cannot open it
)

var gates = []string{GateNone, GateNotify, GateAutoRelease, GateReview, GateEscrow}

// A Problem is one thing that is wrong with a charter, or missing in it.
type Problem struct {
	Field    string // where: "parties[israel].zone"
	Missing  bool   // nothing was written there, as in a draft
	Read     string // what was found
	Accepted string // what would be accepted
	Remedy   string // what to do; empty where Accepted says it all
}

// Error says where, what was read, what is accepted, and the remedy.
func (p Problem) Error() string {
	read := "is missing"
	if !p.Missing {
		read = fmt.Sprintf("read %q", clip(p.Read))
	}
	s := fmt.Sprintf("%s: %s; accepted: %s", p.Field, read, p.Accepted)
	if p.Remedy != "" {
		s += "; " + p.Remedy
	}
	return s
}

// Problems are all the problems of one charter, in its order.
type Problems []Problem

// Error gives one line a problem.
func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i := range p {
		lines[i] = p[i].Error()
	}
	return "charter: " + strings.Join(lines, "\ncharter: ")
}

// Check reports everything that keeps the charter from being put in force, as
// [Problems]; nil where nothing does. It does not look at signatures.
func (c *Charter) Check() error {
	k := &checker{keys: map[string]string{}, witnesses: map[string]string{}}
	k.head(c)
	k.hub(c.Hub)
	k.parties(c)
	k.calendars(c)
	k.areas(c)
	k.own(c)
	k.formats(c)
	k.roles(c)
	k.places(c.Places)
	k.glossary(c.Glossary)
	k.precedences(c)
	k.clocks(c)
	k.witness(c)
	k.limits(c.Limits)
	if len(k.problems) == 0 {
		return nil
	}
	return k.problems
}

type checker struct {
	problems  Problems
	keys      map[string]string // raw public key to the field that has it
	witnesses map[string]string // name of cosignatures to the party
}

func (k *checker) add(field, read, accepted, remedy string) {
	k.problems = append(k.problems, Problem{Field: field, Read: read, Accepted: accepted, Remedy: remedy})
}

func (k *checker) missing(field, accepted, remedy string) {
	k.problems = append(k.problems, Problem{Field: field, Missing: true, Accepted: accepted, Remedy: remedy})
}

func (k *checker) head(c *Charter) {
	k.id("mechanism", c.Mechanism)
	if c.Edition < 1 {
		k.add("edition", fmt.Sprint(c.Edition), "a whole number from 1", "")
	}
	if c.Edition == 1 && c.Previous != "" {
		k.add("previous", c.Previous, "nothing, in edition 1", "")
	}
	if _, err := base64url.Decode32(c.Previous); c.Edition > 1 && err != nil {
		k.add("previous", c.Previous, "the hash of the edition before, 43 characters of base64url", "'parley charter check' prints it")
	}
	k.names("names", c.Names)
}

func (k *checker) id(field, id string) {
	if identity.CheckID(id) != nil {
		k.add(field, id, "a to z, 0 to 9 and hyphens, at most 32, not beginning with a hyphen", "")
	}
}

var language = regexp.MustCompile(`^[a-z]{2,3}$`)

// names checks that there is an English name and that every name shows as it is.
func (k *checker) names(field string, names map[string]string) {
	if names["en"] == "" {
		k.missing(field, "at least a name in English (\"en\")", "")
	}
	for _, lang := range sortedKeys(names) {
		name := names[lang]
		switch {
		case !language.MatchString(lang):
			k.add(field, lang, "language codes of two or three small letters", "")
		case len(name) > 200 || strings.TrimSpace(name) != name || name == "" && lang != "en",
			strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }):
			k.add(field+"."+lang, name, "a name of 1 to 200 bytes without invisible characters", "")
		}
	}
}

func (k *checker) hub(h Hub) {
	v, err := parseVerifier(h.Key, algorithmLog)
	switch {
	case h.Key == "":
		k.missing("hub.key", "the log's verifier key, origin+hash+key", "give it with -hub-key")
	case err != nil:
		k.add("hub.key", h.Key, "the log's verifier key, origin+hash+key", err.Error())
	case v.name != h.Origin:
		k.add("hub.origin", h.Origin, "the name in the log's key, "+v.name, "")
	default:
		k.unique("hub.key", v.key)
	}
	if len(h.URLs) == 0 {
		k.missing("hub.urls", "at least one address, such as https://hub.example:7443", "give it with -hub-url")
	}
	for i, address := range h.URLs {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Path != "" {
			k.add(fmt.Sprintf("hub.urls[%d]", i), address, "https:// and a host, with a port where it is not 443", "")
		}
	}
	const pin = "SHA-256 of the hub's TLS key (SubjectPublicKeyInfo), standard base64"
	if b, err := decodeStd(h.TLS); h.TLS == "" {
		k.missing("hub.tls", pin, "give it with -tls; 'parley key new tls' prints it")
	} else if err != nil || len(b) != 32 {
		k.add("hub.tls", h.TLS, pin, "")
	}
	if b, err := decodeStd(h.TLSNext); h.TLSNext != "" && (err != nil || len(b) != 32) {
		k.add("hub.tlsNext", h.TLSNext, pin, "")
	} else if h.TLSNext != "" && h.TLSNext == h.TLS {
		k.add("hub.tlsNext", h.TLSNext, "the pin of a second key, or nothing", "")
	}
}

func (k *checker) parties(c *Charter) {
	supervisors := 0
	for i, p := range c.Parties {
		field := fmt.Sprintf("parties[%s]", p.ID)
		k.id(fmt.Sprintf("parties[%d].id", i), p.ID)
		if slices.ContainsFunc(c.Parties[:i], func(o Party) bool { return o.ID == p.ID }) {
			k.add(field, p.ID, "each party once", "")
		}
		switch p.Kind {
		case KindSide:
		case KindSupervisor:
			supervisors++
		default:
			k.add(field+".kind", p.Kind, "side or supervisor", "")
		}
		k.names(field+".names", p.Names)
		if _, err := zone.Load(p.Zone); err != nil {
			k.add(field+".zone", p.Zone, "a time zone of the IANA database, such as Asia/Damascus", "local time means another thing on each desk")
		}
		if len(p.Languages) == 0 || slices.ContainsFunc(p.Languages, func(l string) bool { return !language.MatchString(l) }) {
			k.add(field+".languages", strings.Join(p.Languages, " "), "language codes of two or three small letters, at least one", "")
		}
		k.partyKeys(field, p)
	}
	if supervisors != 1 {
		k.add("parties", fmt.Sprintf("%d supervisors", supervisors), "exactly one", "")
	}
	if sides := len(c.Sides()); sides < 2 {
		k.add("parties", fmt.Sprintf("%d sides", sides), "two or more", "")
	}
}

func (k *checker) partyKeys(field string, p Party) {
	if len(p.Roots) == 0 {
		k.missing(field+".roots", "at least one root key of the party", fmt.Sprintf("give it with -root %s=KEY", p.ID))
	}
	for i, root := range p.Roots {
		key, err := identity.ParseKey(root)
		if err != nil {
			k.add(fmt.Sprintf("%s.roots[%d]", field, i), root, "a public Ed25519 key, 43 characters of base64url", err.Error())
			continue
		}
		k.unique(fmt.Sprintf("%s.roots[%d]", field, i), key)
	}
	k.witnessKeys(field, p)
}

// unique refuses a key that has another use already: a signature for one use
// must never be one for the other.
func (k *checker) unique(field string, key []byte) {
	if other, ok := k.keys[string(key)]; ok {
		k.add(field, base64url.Encode(key), "a key of its own", "the same key is "+other)
		return
	}
	k.keys[string(key)] = field
}

func (k *checker) areas(c *Charter) {
	for i, a := range c.Areas {
		k.id(fmt.Sprintf("areas[%d].id", i), a.ID)
		if slices.ContainsFunc(c.Areas[:i], func(o Area) bool { return o.ID == a.ID }) {
			k.add(fmt.Sprintf("areas[%s]", a.ID), a.ID, "each area once", "")
		}
		k.names(fmt.Sprintf("areas[%s].names", a.ID), a.Names)
	}
	if !c.HasArea("service") {
		k.missing("areas", "the area service, which carries keys and link tests", "")
	}
}

func (k *checker) formats(c *Charter) {
	for i, r := range c.Formats {
		field := fmt.Sprintf("formats[%s]", r.Format)
		if slices.ContainsFunc(c.Formats[:i], func(o Rule) bool { return o.Format == r.Format }) {
			k.add(field, r.Format, "each format once", "")
		}
		f, ok := c.Format(r.Format)
		if !ok {
			k.add(fmt.Sprintf("formats[%d].format", i), r.Format, "a format of the catalogue, such as J14/1", "this program may be older than the charter")
			continue
		}
		if f.Area != "" && !c.HasArea(f.Area) {
			k.add(field, r.Format, "a format whose area the charter has", "add the area "+f.Area)
		}
		if f.Floor && !r.Floor {
			k.add(field+".floor", "false", "true: it is of the safety floor, which nothing may pause", "")
		}
		if r.LeadMinutes < 0 || r.LeadMinutes > 0 && (r.LeadMinutes < f.LeadMinutes || f.Window == "" || r.LeadMinutes > 60*24*366) {
			k.add(field+".leadMinutes", fmt.Sprint(r.LeadMinutes), fmt.Sprintf("nothing, or from %d minutes, of a format with a window: a charter may ask for more notice, not for less", f.LeadMinutes), "")
		}
		if r.ExpiryHours < 0 || r.ExpiryHours > 24*3660 || f.ExpiryHours > 0 && r.ExpiryHours > f.ExpiryHours {
			k.add(field+".expiryHours", fmt.Sprint(r.ExpiryHours), fmt.Sprintf("nothing, or at most the format's own %d hours: a charter may let things expire sooner, not later", f.ExpiryHours), "")
		}
		k.sensitive(field+".sensitive", f, r)
		k.keep(c, field+".keepDays", f, r)
		open := []string{GateNone, GateNotify}
		switch {
		case f.Kind != format.Message && r.Gate != GateNone:
			k.add(field+".gate", r.Gate, "none: it is an act, not a message", "")
		case (f.Floor || r.Floor) && !slices.Contains(append(open, GateAutoRelease), r.Gate):
			k.add(field+".gate", r.Gate, "none, notify or auto-release: the safety floor never waits without an end", "")
		case f.Everyone && !slices.Contains(open, r.Gate):
			k.add(field+".gate", r.Gate, "none or notify: it is for everyone, at once", "")
		case !slices.Contains(gates, r.Gate):
			k.add(field+".gate", r.Gate, strings.Join(gates, ", "), "")
		}
	}
}

func (k *checker) roles(c *Charter) {
	for i, r := range c.Roles {
		field := fmt.Sprintf("roles[%s]", r.ID)
		k.id(fmt.Sprintf("roles[%d].id", i), r.ID)
		if slices.ContainsFunc(c.Roles[:i], func(o Role) bool { return o.ID == r.ID }) {
			k.add(field, r.ID, "each role once", "")
		}
		k.names(field+".names", r.Names)
		if !slices.Contains([]string{KindSide, KindSupervisor, OfAny}, r.Of) {
			k.add(field+".of", r.Of, "side, supervisor or any", "")
		}
		for j, id := range r.May {
			if !slices.ContainsFunc(c.Formats, func(rule Rule) bool { return strings.HasPrefix(rule.Format, id+"/") }) {
				k.add(field+".may", id, "identifiers of formats in force, without their edition", "")
			}
			if slices.Contains(r.May[:j], id) {
				k.add(field+".may", id, "each format once", "")
			}
			if f, ok := c.Newest(id); ok && len(f.From) > 0 && slices.ContainsFunc([]string{KindSide, KindSupervisor}, func(kind string) bool {
				return (r.Of == kind || r.Of == OfAny) && !slices.Contains(f.From, kind)
			}) {
				k.add(field+".may", id, "formats that a "+r.Of+" may send; this one is for a "+strings.Join(f.From, " or "), "")
			}
			if strings.HasPrefix(id, "gate.") && r.Of != KindSupervisor {
				k.add(field+".may", id, "acts of the gate for roles of the supervisor alone", "")
			}
		}
	}
	for _, machine := range slices.Sorted(maps.Keys(machines)) {
		r, ok := c.Role(machine)
		if !ok || !r.Machine {
			k.missing("roles", "the machine role "+machine, "")
			continue
		}
		for _, id := range machines[machine] {
			if !r.Allows(id) {
				k.missing(fmt.Sprintf("roles[%s].may", machine), "the format "+id+", which that machine sends by itself", "")
			}
		}
	}
}

// machines are the roles that no officer holds, and what they send by themselves.
var machines = map[string][]string{
	"desk":      {"J00", "desk.delivered", "desk.displayed"},
	"hub":       {"J00", "gate.auto-release", "clock.overdue", "clock.expired", "line.missed", "roster.gap", "matter.due"},
	"registrar": {"key.endorse", "key.revoke"},
}

func (k *checker) precedences(c *Charter) {
	ids := make([]string, len(c.Precedences))
	for i, p := range c.Precedences {
		ids[i] = p.ID
		field := fmt.Sprintf("precedences[%s]", p.ID)
		for _, v := range []struct {
			name    string
			seconds int
		}{{"gateSeconds", p.GateSeconds}, {"ackSeconds", p.AckSeconds}, {"readbackSeconds", p.ReadbackSeconds}, {"replySeconds", p.ReplySeconds}} {
			k.between(field+"."+v.name, v.seconds, 1, 90*24*3600)
		}
	}
	if want := []string{"FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"}; !slices.Equal(ids, want) {
		k.add("precedences", strings.Join(ids, " "), strings.Join(want, " ")+", in this order", "")
	}
}

func (k *checker) limits(l Limits) {
	k.between("limits.aheadSeconds", l.AheadSeconds, 1, MaxAheadSeconds)
	k.between("limits.lateHours", l.LateHours, 1, 24*30)
	k.between("limits.ratePerSecond", l.RatePerSecond, 1, 1_000_000)
	k.between("limits.burst", l.Burst, 1, 1_000_000)
	k.between("limits.queueStatements", l.QueueStatements, 64, 1_000_000)
	k.between("limits.queueBytes", l.QueueBytes, 4<<20, 4<<30)
	k.between("limits.feeds", l.Feeds, 1, 1000)
}

func (k *checker) between(field string, n, low, high int) {
	if n < low || n > high {
		k.add(field, fmt.Sprint(n), fmt.Sprintf("a whole number from %d to %d", low, high), "")
	}
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// clip shortens what an error quotes.
func clip(s string) string {
	const most = 120
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
