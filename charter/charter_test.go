package charter

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/mldsa"

	"parley/format"
	"parley/identity"
)

// key is a key of its own for each use, the same in every run.
func key(use string) ed25519.PrivateKey {
	seed := sha256.Sum256([]byte(use))
	return ed25519.NewKeyFromSeed(seed[:])
}

func public(use string) ed25519.PublicKey { return key(use).Public().(ed25519.PublicKey) }

func publicMLDSA(use string) []byte {
	seed := sha256.Sum256([]byte(use))
	key, err := mldsa.NewPrivateKey(mldsa.MLDSA44(), seed[:])
	if err != nil {
		panic(err)
	}
	return key.PublicKey().Bytes()
}

func vkey(name string, algorithm byte, pub []byte) string {
	raw := append([]byte{algorithm}, pub...)
	return fmt.Sprintf("%s+%08x+%s", name, noteHash(name, raw), base64.StdEncoding.EncodeToString(raw))
}

// filled is a template with all keys in it.
func filled(t *testing.T, template string) *Charter {
	t.Helper()
	c, err := Template(template)
	if err != nil {
		t.Fatal(err)
	}
	c.Hub.Origin = c.Mechanism + ".hub.example/log"
	c.Hub.Key = vkey(c.Hub.Origin, algorithmLog, public("log"))
	c.Hub.URLs = []string{"https://hub.example:7443"}
	pin := sha256.Sum256([]byte("tls"))
	c.Hub.TLS = base64.StdEncoding.EncodeToString(pin[:])
	for i := range c.Parties {
		p := &c.Parties[i]
		p.Roots = []string{identity.EncodeKey(public(p.ID))}
		p.Witness = vkey(p.ID+".example/witness", algorithmCosignature, public(p.ID+"/witness"))
		p.WitnessMLDSA = vkey(p.ID+".example/witness", algorithmMLDSA, publicMLDSA(p.ID+"/witness"))
	}
	return c
}

// signed is c with the signatures of those parties, by their keys.
func signed(t *testing.T, c *Charter, parties ...string) []byte {
	t.Helper()
	note := c.Text()
	for _, party := range parties {
		var err error
		if note, err = Sign(context.Background(), note, party, identity.NewSigner(key(party))); err != nil {
			t.Fatal(err)
		}
	}
	return note
}

// A template is in the one form, lacks keys and addresses, and nothing else.
func TestTemplates(t *testing.T) {
	if got, want := Templates(), []string{"paris-2026", "quiet-orchard"}; !slices.Equal(got, want) {
		t.Errorf("templates are %v, want %v", got, want)
	}
	for _, name := range Templates() {
		c, err := Template(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var problems Problems
		if !errors.As(c.Check(), &problems) {
			t.Fatalf("%s: complete without a key", name)
		}
		for _, p := range problems {
			if !p.Missing {
				t.Errorf("%s: %v", name, p)
			}
		}
		for _, p := range c.Parties {
			if _, err := time.LoadLocation(p.Zone); err != nil {
				t.Errorf("%s: %s: %v", name, p.ID, err)
			}
		}
		if err := filled(t, name).Check(); err != nil {
			t.Errorf("%s, filled in: %v", name, err)
		}
	}
	if _, err := Template("oslo"); err == nil || err.Error() != `there is no charter template "oslo"; there are paris-2026, quiet-orchard` {
		t.Errorf("template oslo: %v", err)
	}
}

func TestQueries(t *testing.T) {
	c := filled(t, "paris-2026")
	if got := c.Supervisor().ID; got != "united-states" {
		t.Errorf("the supervisor is %q", got)
	}
	if sides := c.Sides(); len(sides) != 2 || sides[0].ID != "israel" || sides[1].ID != "syria" {
		t.Errorf("the sides are %v", sides)
	}
	for _, row := range []struct {
		format, precedence, mode string
		limit                    time.Duration
	}{
		{"J00/1", "ROUTINE", GateNone, 0},
		{"J01/1", "FLASH", GateNone, 0},
		{"J11/1", "FLASH", GateAutoRelease, 2 * time.Minute},
		{"J11/1", "IMMEDIATE", GateAutoRelease, 10 * time.Minute},
		{"J14/1", "PRIORITY", GateReview, time.Hour},
		{"J50/1", "ROUTINE", GateReview, 4 * time.Hour},
		{"gate.hold/1", "ROUTINE", GateNone, 0},
		{"J99/1", "ROUTINE", GateReview, 4 * time.Hour}, // not in force: nothing unknown slips through
	} {
		if mode, limit := c.Gate(row.format, row.precedence); mode != row.mode || limit != row.limit {
			t.Errorf("gate of %s at %s: %s %v, want %s %v", row.format, row.precedence, mode, limit, row.mode, row.limit)
		}
	}
	for _, row := range []struct {
		party, role, format string
		want                bool
	}{
		{"israel", "watch", "J14", true},
		{"israel", "gate", "gate.release", false}, // a side cannot release
		{"united-states", "gate", "gate.release", true},
		{"united-states", "watch", "J14", false},
		{"syria", "analyst", "J31", true},
		{"syria", "analyst", "J50", false},
		{"syria", "desk", "desk.delivered", true},
		{"united-states", "hub", "gate.auto-release", true},
		{"syria", "hub", "gate.auto-release", false},
		{"norway", "watch", "J14", false},
		{"syria", "registrar", "key.endorse", true},
	} {
		r, ok := c.Role(row.role)
		if got := ok && c.Holds(row.party, r) && r.Allows(row.format); got != row.want {
			t.Errorf("%s/%s may send %s: %t, want %t", row.party, row.role, row.format, got, row.want)
		}
	}
	for ref, want := range map[string]bool{"J31/1": true, "J44/1": true, "J45/1": true, "J14/1": false, "J99/1": false} {
		if got := c.Sensitive(ref); got != want {
			t.Errorf("%s is sensitive: %t, want %t", ref, got, want)
		}
	}
	if !c.HasArea("intelligence") || c.HasArea("sport") || !c.HasPrecedence("FLASH") || c.HasPrecedence("ZULU") {
		t.Error("areas or precedences are not those of the charter")
	}
}

func ruleFor(c *Charter, ref string) *Rule {
	return &c.Formats[slices.IndexFunc(c.Formats, func(r Rule) bool { return r.Format == ref })]
}

// ownFormat is one that two sides may agree on beside the catalogue.
func ownFormat() *format.Format {
	level := format.Field{Name: "level", Type: format.Quantity, Units: []string{"m"}, Required: true,
		Label: format.Words{"en": "Level"}, Help: format.Words{"en": "Of the lake, above the mark."}}
	return &format.Format{ID: "WATER", Edition: 1, Kind: format.Message, Area: "commercial", Precedence: "ROUTINE", Gate: "review",
		Names: format.Words{"en": "Water level"}, Help: format.Words{"en": "Tells how high the shared lake stands."}, Fields: []format.Field{level}}
}

// Each row is one mistake in a charter and the sentence that its maker reads.
func TestCheck(t *testing.T) {
	smallOrder := identity.EncodeKey(append([]byte{1}, make([]byte, 31)...))
	for _, row := range []struct {
		name   string
		change func(*Charter)
		want   string
	}{
		{"none", func(*Charter) {}, ""},
		{"no witness yet", func(c *Charter) { c.Parties[0].Witness, c.Parties[0].WitnessMLDSA = "", "" }, ""},
		{"witness without ML-DSA", func(c *Charter) { c.Parties[0].WitnessMLDSA = "" }, ""},
		{"witness by ML-DSA alone", func(c *Charter) { c.Parties[0].Witness = "" }, "a second key, beside the Ed25519 key in witness"},
		{"ML-DSA key of another name", func(c *Charter) {
			c.Parties[0].WitnessMLDSA = vkey("other", algorithmMLDSA, publicMLDSA("x"))
		}, "the name in the party's Ed25519 witness key, israel.example/witness"},
		{"ML-DSA key of another party", func(c *Charter) {
			c.Parties[0].WitnessMLDSA = vkey("israel.example/witness", algorithmMLDSA, publicMLDSA("syria/witness"))
		}, "accepted: a key of its own; the same key is parties[israel].witnessMLDSA"},
		{"ML-DSA key cut", func(c *Charter) { p := &c.Parties[0]; p.WitnessMLDSA = p.WitnessMLDSA[:len(p.WitnessMLDSA)-4] }, "its last part is not the base64 of an ML-DSA-44 key with its type"},
		{"ML-DSA key in place of Ed25519", func(c *Charter) { c.Parties[0].Witness = c.Parties[0].WitnessMLDSA }, "it is of signature type 6, here type 4 is used"},
		{"Ed25519 key in place of ML-DSA", func(c *Charter) { c.Parties[0].WitnessMLDSA = c.Parties[0].Witness }, "it is of signature type 4, here type 6 is used"},
		{"one name, two parties", func(c *Charter) {
			c.Parties[1].Witness, c.Parties[1].WitnessMLDSA = vkey("israel.example/witness", algorithmCosignature, public("y")), ""
		}, "accepted: a name of its own; israel has it too"},
		{"mechanism in capitals", func(c *Charter) { c.Mechanism = "Paris" },
			`charter: mechanism: read "Paris"; accepted: a to z, 0 to 9 and hyphens, at most 32, not beginning with a hyphen`},
		{"edition 1 that follows another", func(c *Charter) { c.Previous = EncodeHash([32]byte{}) },
			`charter: previous: read "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"; accepted: nothing, in edition 1`},
		{"edition 2 that follows none", func(c *Charter) { c.Edition = 2 },
			`charter: previous: read ""; accepted: the hash of the edition before, 43 characters of base64url; 'parley charter check' prints it`},
		{"no name in English", func(c *Charter) { c.Names = map[string]string{"ar": "آلية"} },
			`charter: names: is missing; accepted: at least a name in English ("en")`},
		{"name that reorders", func(c *Charter) { c.Parties[0].Names["en"] = "Isra\u202eel" },
			`charter: parties[israel].names.en: read "Isra\u202eel"; accepted: a name of 1 to 200 bytes without invisible characters`},
		{"address without TLS", func(c *Charter) { c.Hub.URLs[0] = "http://hub.example" },
			`charter: hub.urls[0]: read "http://hub.example"; accepted: https:// and a host, with a port where it is not 443`},
		{"address with a path", func(c *Charter) { c.Hub.URLs[0] = "https://hub.example/v1" },
			`charter: hub.urls[0]: read "https://hub.example/v1"; accepted: https:// and a host, with a port where it is not 443`},
		{"pin in hexadecimal", func(c *Charter) { c.Hub.TLS = strings.Repeat("ab", 32) },
			`charter: hub.tls: read "` + strings.Repeat("ab", 32) + `"; accepted: SHA-256 of the hub's TLS key (SubjectPublicKeyInfo), standard base64`},
		{"pin with a line end", func(c *Charter) { c.Hub.TLS += "\n" },
			`charter: hub.tls: read "t+ZRy7Q7oMo0mHWcjDWWw6EaGZAEzZ5aGY1Q1FheyMU=\n"; accepted: SHA-256 of the hub's TLS key (SubjectPublicKeyInfo), standard base64`},
		{"log key cut", func(c *Charter) { c.Hub.Key = c.Hub.Key[:40] },
			`charter: hub.key: read "paris-2026.hub.example/log+c0b77bac+AZsf"; accepted: the log's verifier key, origin+hash+key; its last part is not the base64 of an Ed25519 key with its type`},
		{"log key of another name", func(c *Charter) { c.Hub.Origin = "hub.example" },
			`charter: hub.origin: read "hub.example"; accepted: the name in the log's key, paris-2026.hub.example/log`},
		{"witness key in place of the log's", func(c *Charter) { c.Hub.Key = c.Parties[0].Witness },
			`charter: hub.key: read "israel.example/witness+`},
		{"local zone", func(c *Charter) { c.Parties[1].Zone = "local" },
			`charter: parties[syria].zone: read "local"; accepted: a time zone of the IANA database, such as Asia/Damascus; local time means another thing on each desk`},
		{"root of small order", func(c *Charter) { c.Parties[1].Roots[0] = smallOrder },
			`charter: parties[syria].roots[0]: read "` + smallOrder + `"; accepted: a public Ed25519 key, 43 characters of base64url; `},
		{"one root for two parties", func(c *Charter) { c.Parties[1].Roots[0] = c.Parties[0].Roots[0] },
			`charter: parties[syria].roots[0]: read "` + identity.EncodeKey(public("israel")) + `"; accepted: a key of its own; the same key is parties[israel].roots[0]`},
		{"root that witnesses", func(c *Charter) {
			c.Parties[1].Witness, c.Parties[1].WitnessMLDSA = vkey("w", algorithmCosignature, public("syria")), ""
		},
			`charter: parties[syria].witness: read "` + identity.EncodeKey(public("syria")) + `"; accepted: a key of its own; the same key is parties[syria].roots[0]`},
		{"no supervisor", func(c *Charter) {
			c.Parties[2].Kind = KindSide
			c.Witness.Parties = []string{"israel", "syria", "united-states"}
		},
			`charter: parties: read "0 supervisors"; accepted: exactly one`},
		{"party twice", func(c *Charter) { c.Parties[1].ID = "israel"; c.Witness.Parties = []string{"israel"} },
			`charter: parties[israel]: read "israel"; accepted: each party once`},
		{"floor at the gate", func(c *Charter) { ruleFor(c, "J11/1").Gate = GateReview },
			`charter: formats[J11/1].gate: read "review"; accepted: none, notify or auto-release: the safety floor never waits without an end`},
		{"floor given up", func(c *Charter) { ruleFor(c, "J11/1").Floor = false },
			`charter: formats[J11/1].floor: read "false"; accepted: true: it is of the safety floor, which nothing may pause`},
		{"act at the gate", func(c *Charter) { ruleFor(c, "gate.hold/1").Gate = GateReview },
			`charter: formats[gate.hold/1].gate: read "review"; accepted: none: it is an act, not a message`},
		{"floor that waits for a second person", func(c *Charter) { ruleFor(c, "J11/1").Sensitive = true },
			`charter: formats[J11/1].sensitive: read "true"; accepted: false: the safety floor must not wait for a second person`},
		{"put on the floor and sensitive", func(c *Charter) { r := ruleFor(c, "J31/1"); r.Floor, r.Gate = true, GateNotify },
			`charter: formats[J31/1].sensitive: read "true"; accepted: false: the safety floor must not wait for a second person`},
		{"sensitive act", func(c *Charter) { ruleFor(c, "gate.release/1").Sensitive = true },
			`charter: formats[gate.release/1].sensitive: read "true"; accepted: false: it is an act, not a message`},
		{"sensitive correction", func(c *Charter) { ruleFor(c, "J04/1").Sensitive = true },
			`charter: formats[J04/1].sensitive: read "true"; accepted: false: what replaces or translates a statement is as sensitive as that; mark the formats that it can be about`},
		{"another sensitive format", func(c *Charter) { ruleFor(c, "J14/1").Sensitive = true }, ""},
		{"unknown gate", func(c *Charter) { ruleFor(c, "J14/1").Gate = "maybe" },
			`charter: formats[J14/1].gate: read "maybe"; accepted: none, notify, auto-release, review, escrow`},
		{"unknown format", func(c *Charter) {
			c.Formats[0].Format = "J00/9"
			for i := range c.Roles {
				c.Roles[i].May = slices.DeleteFunc(c.Roles[i].May, func(id string) bool { return id == "J00" })
			}
		},
			`charter: formats[0].format: read "J00/9"; accepted: a format of the catalogue, such as J14/1; this program may be older than the charter`},
		{"less notice than the format asks for", func(c *Charter) { ruleFor(c, "J14/1").LeadMinutes = 60 },
			`charter: formats[J14/1].leadMinutes: read "60"; accepted: nothing, or from 2880 minutes, of a format with a window: a charter may ask for more notice, not for less`},
		{"later expiry than the format's", func(c *Charter) { ruleFor(c, "J10/1").ExpiryHours = 48 },
			`charter: formats[J10/1].expiryHours: read "48"; accepted: nothing, or at most the format's own 24 hours: a charter may let things expire sooner, not later`},
		{"side that finds", func(c *Charter) { c.Roles[0].May = append(c.Roles[0].May, "J23") },
			`charter: roles[watch].may: read "J23"; accepted: formats that a side may send; this one is for a supervisor`},
		{"grid of one's own", func(c *Charter) { c.Places.Grids = append(c.Places.Grids, "MAIDENHEAD") },
			`charter: places.grids[4]: read "MAIDENHEAD"; accepted: grids, each once: `},
		{"theatre upside down", func(c *Charter) { c.Places.Theatre.SouthWest = "DD 40 33 ±1m" },
			`charter: places.theatre: read "DD 40 33 ±1m to DD 37.5 42.5 ±1m"; accepted: a place as an officer types it, such as DD 32.0 35.0 ±1m; the corner southWest does not lie south of northEast`},
		{"landmark without its format", func(c *Charter) { c.Places.Landmarks = []Landmark{{map[string]string{"en": "Mark"}, "33.0 36.0"}} },
			`charter: places.landmarks[0].at: read "33.0 36.0"; accepted: a place as an officer types it, such as DD 32.0 35.0 ±1m; `},
		{"contested term without a way out", func(c *Charter) { c.Glossary[2].Use = nil },
			`charter: glossary[incursion].use: read ""; accepted: agreed terms for a contested one, none for an agreed one`},
		{"way out that is contested", func(c *Charter) { c.Glossary[2].Use = []string{"incursion"} },
			`charter: glossary[incursion].use: read "incursion"; accepted: identifiers of agreed terms of this glossary`},
		{"format of one's own with a name of the catalogue's", func(c *Charter) {
			f, _ := format.Catalogue().Lookup("J50/1")
			own := *f
			own.Edition = 2
			c.Own, c.Formats = append(c.Own, &own), append(c.Formats, Rule{Format: "J50/2", Gate: GateReview})
		},
			`charter: own[0].id: read "J50"; accepted: an identifier that the catalogue does not have`},
		{"format of one's own that is not in force", func(c *Charter) { c.Own = append(c.Own, ownFormat()) },
			`charter: own[0]: read "WATER/1"; accepted: a format that formats puts in force; add it to formats`},
		{"format of one's own on the floor", func(c *Charter) {
			f := ownFormat()
			f.Floor = true
			c.Own, c.Formats = append(c.Own, f), append(c.Formats, Rule{Format: "WATER/1", Gate: GateNone, Floor: true})
		},
			`charter: own[0]: read "WATER/1"; accepted: a message outside the safety floor that borrows nothing and refers with replies alone; acts and the floor are the program's`},
		{"format of one's own that is null", func(c *Charter) { c.Own = append(c.Own, nil) },
			`charter: own[0]: is missing; accepted: a format`},
		{"formats of one's own that differ in case", func(c *Charter) {
			f := ownFormat()
			f.ID, f.Edition = "Water", 2
			c.Own, c.Formats = append(c.Own, ownFormat(), f), append(c.Formats, Rule{Format: "WATER/1", Gate: GateReview}, Rule{Format: "Water/2", Gate: GateReview})
		},
			`charter: own[1].id: read "Water"; accepted: identifiers that differ in more than case; an officer may type them in any`},
		{"format of one's own", func(c *Charter) {
			c.Own, c.Formats = append(c.Own, ownFormat()), append(c.Formats, Rule{Format: "WATER/1", Gate: GateReview})
			c.Roles[0].May = append(c.Roles[0].May, "WATER")
		}, ""},
		{"side that releases", func(c *Charter) { c.Roles[0].May = append(c.Roles[0].May, "gate.release") },
			`charter: roles[watch].may: read "gate.release"; accepted: acts of the gate for roles of the supervisor alone`},
		{"role with a format not in force", func(c *Charter) { c.Roles[0].May = append(c.Roles[0].May, "J77") },
			`charter: roles[watch].may: read "J77"; accepted: identifiers of formats in force, without their edition`},
		{"no registrar", func(c *Charter) { c.Roles = c.Roles[:7] },
			`charter: roles: is missing; accepted: the machine role registrar`},
		{"hub without a voice", func(c *Charter) {
			for i := range c.Roles {
				c.Roles[i].May = slices.DeleteFunc(c.Roles[i].May, func(id string) bool { return id == "clock.overdue" })
			}
		},
			`charter: roles[hub].may: is missing; accepted: the format clock.overdue, which that machine sends by itself`},
		{"pause that waits", func(c *Charter) {
			for i := range c.Formats {
				if c.Formats[i].Format == "J05/1" {
					c.Formats[i].Gate = GateAutoRelease
				}
			}
		},
			`charter: formats[J05/1].gate: read "auto-release"; accepted: none or notify: it is for everyone, at once`},
		{"deposit that waits", func(c *Charter) {
			for i := range c.Formats {
				if c.Formats[i].Format == "J44/1" {
					c.Formats[i].Gate = GateEscrow
				}
			}
		},
			`charter: formats[J44/1].gate: read "escrow"; accepted: escrow for exchange.open alone: nothing would ever open this`},
		{"opening that does not wait", func(c *Charter) {
			for i := range c.Formats {
				if c.Formats[i].Format == "exchange.open/1" {
					c.Formats[i].Gate = GateReview
				}
			}
		},
			`charter: formats[exchange.open/1].gate: read "review"; accepted: escrow: both openings of an exchange go at once, and before that nobody has either`},
		{"opening for ever", func(c *Charter) { c.Clocks.Sealed = &Sealed{OpeningMinutes: 100_000} },
			`charter: clocks.sealed.openingMinutes: read "100000"; accepted: a whole number from 1 to 10080`},
		{"gate without a superior", func(c *Charter) { c.Clocks.Superior = "head" },
			`charter: clocks.superior: read "head"; accepted: a role of the supervisor's; what no side answers ends there`},
		{"cover by a machine", func(c *Charter) { c.Clocks.Cover = []string{"desk"} },
			`charter: clocks.cover[0]: read "desk"; accepted: a role of this charter that officers hold`},
		{"cover twice", func(c *Charter) { c.Clocks.Cover = []string{"watch", "watch"} },
			`charter: clocks.cover: read "watch"; accepted: each role once`},
		{"no ladder for FLASH", func(c *Charter) { c.Precedences[0].Ladder = nil },
			`charter: precedences[FLASH].ladder: is missing; accepted: at least one step, the last of them to a role of the supervisor's; nobody would be told that a FLASH lies unread`},
		{"ladder that ends at a side", func(c *Charter) { c.Precedences[0].Ladder = c.Precedences[0].Ladder[:2] },
			`charter: precedences[FLASH].ladder[1].role: read "head"; accepted: a role of the supervisor's; what no side answers ends there`},
		{"ladder that goes back", func(c *Charter) { c.Precedences[0].Ladder[1].AfterSeconds = 120 },
			`charter: precedences[FLASH].ladder[1].afterSeconds: read "120"; accepted: a whole number from 121 to 7776000`},
		{"line that is missed too late", func(c *Charter) { c.Clocks.Line.MissSeconds = 3600 },
			`charter: clocks.line.missSeconds: read "3600"; accepted: a whole number from 1 to 1800`},
		{"RED before a test could fail", func(c *Charter) { c.Clocks.Line.RedSeconds = 60 },
			`charter: clocks.line.redSeconds: read "60"; accepted: a whole number from 3600 to 604800`},
		{"gate without end", func(c *Charter) { c.Precedences[0].GateSeconds = 0 },
			`charter: precedences[FLASH].gateSeconds: read "0"; accepted: a whole number from 1 to 7776000`},
		{"precedences out of order", func(c *Charter) { slices.Reverse(c.Precedences) },
			`charter: precedences: read "ROUTINE PRIORITY IMMEDIATE FLASH"; accepted: FLASH IMMEDIATE PRIORITY ROUTINE, in this order`},
		{"side that need not cosign", func(c *Charter) { c.Witness.Parties = []string{"israel"} },
			`charter: witness.parties: read "israel"; accepted: every side at least; add syria`},
		{"no service area", func(c *Charter) { c.Areas[0].ID = "other"; c.Formats, c.Roles = nil, nil },
			`charter: areas: is missing; accepted: the area service, which carries keys and link tests`},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := filled(t, "paris-2026")
			row.change(c)
			got := ""
			if err := c.Check(); err != nil {
				got = err.Error()
			}
			if row.want == "" && got != "" || !strings.Contains(got, row.want) {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}

// A charter that was never filled in says everything at once.
func TestCheckNamesAll(t *testing.T) {
	var problems Problems
	if !errors.As(new(Charter).Check(), &problems) || len(problems) < 15 {
		t.Errorf("an empty charter has only these problems:\n%v", problems)
	}
}

// A charter has one text: any other way to write the same is refused.
func TestParseRefuses(t *testing.T) {
	good := string(filled(t, "quiet-orchard").Text())
	if c, err := Parse([]byte(good)); err != nil || string(c.Text()) != good {
		t.Fatalf("a charter's own text: %v", err)
	}
	replace := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("the charter has no %q", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	for name, text := range map[string]string{
		"no newline at the end": strings.TrimSuffix(good, "\n"),
		"two of them":           good + "\n",
		"unknown member":        replace(`"edition": 1,`, `"edition": 1, "extra": 2,`),
		"doubled member":        replace(`"edition": 1,`, `"edition": 2,`+"\n"+`  "edition": 1,`),
		"member in capitals":    replace(`"edition"`, `"Edition"`),
		"missing member":        replace(`  "edition": 1,`+"\n", ""),
		"other indent":          replace("\n  \"edition\"", "\n\t\"edition\""),
		"escaped letter":        replace("Alder", `\u0041lder`),
		"number with a point":   replace(`"edition": 1,`, `"edition": 1.0,`),
		"null for a list":       replace("[\n      \"https://hub.example:7443\"\n    ]", "null"),
		"second value":          good + "{}",
		"nothing":               "",
		"too long":              good + strings.Repeat(" ", maxText),
	} {
		if _, err := Parse([]byte(text)); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := Parse([]byte(replace("Alder", `\u0041lder`))); err == nil || !strings.Contains(err.Error(), "read charter: line 25 is not as parley writes it") {
		t.Errorf("the error does not name the line: %v", err)
	}
}

var update = flag.Bool("update", false, "write the golden files anew")

// What officers read before they sign, in every language.
func TestPage(t *testing.T) {
	draft, err := Template("paris-2026")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]*Charter{"paris-2026-draft": draft, "quiet-orchard": filled(t, "quiet-orchard")} {
		for _, lang := range []string{"en", "ar", "he"} {
			golden(t, name+"."+lang+".txt", []byte(c.Page(lang)))
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}
