package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/format"
	"parley/identity"
	"parley/registrar"
)

// A compartmented world is what birch has sent in each area, and who reads that area at alder.
type compartmented struct {
	world  *world
	access map[string]Access // of alder's officers who read one area alone, by area
	id     map[string]string // statement of each area
	entry  map[string]uint64
	mark   map[string]string // of what is of that area: its author's name, which stands nowhere else
}

// compartments are the areas, whoever writes there and in which format.
var compartments = []struct{ area, author, reader, format, fields string }{
	{"military", "birch/watch/milan", "alder/watch/mina", "J14", "description=%s"},
	{"intelligence", "birch/analyst/inaya", "alder/analyst/ilan", "J31", "source=B|credibility=3|item=%s|confidence=high|tlp=AMBER|use-mark=VERIFY|originator-control=yes|dissent=none"},
	{"diplomatic", "birch/diplomat/dunya", "alder/diplomat/doron", "J40", "kind=question|level=working|subject=EXERCISE|text=%s|reply-by={3d}"},
	{"commercial", "birch/commercial/cyra", "alder/commercial/carmi", "J50", "sector=water|parties=%s|goods=EXERCISE. Pumps.|end-use=EXERCISE. Irrigation.|place=DMM 00 33.600N 017 57.000W ±50m|value-band=under-100k USD|benefits=EXERCISE. Water."},
}

// newSecrets gives each area a statement that alder may read, and an officer of alder
// who reads that area and no other, with a token of his own.
func newSecrets(t *testing.T) *compartmented {
	w := newWorld(t, func(c *charter.Charter) {
		for i := range c.Formats {
			c.Formats[i].Sensitive = false
			if c.Formats[i].Gate == charter.GateReview {
				c.Formats[i].Gate = charter.GateNone
			}
		}
	})
	s := &compartmented{world: w, access: map[string]Access{}, id: map[string]string{}, entry: map[string]uint64{}, mark: map[string]string{}}
	for _, c := range compartments {
		for _, name := range []string{c.author, c.reader} {
			w.endorseFor(name, c.area)
		}
	}
	for _, c := range compartments {
		mark := "Secret-of-" + strings.ToUpper(c.area)
		fields := strings.Split(strings.ReplaceAll(fmt.Sprintf(c.fields, mark), "{3d}", format.WriteInstant(time.Now().Add(72*time.Hour))), "|")
		if c.area == "military" {
			fields = []string{"activity=survey", valley, tomorrow(1, 2), "description=" + mark, "contact=desk:line 2"}
		}
		id, err := w.desks["birch"].Say(t.Context(), Saying{By: w.author(c.author), Format: c.format, To: []string{"alder"}, Fields: fields})
		if err != nil {
			t.Fatalf("%s: %v", c.format, err)
		}
		w.until(c.area+" is at alder", func() bool {
			r, ok := w.desks["alder"].work.Record(id)
			s.entry[c.area] = 0
			if ok {
				s.entry[c.area] = r.Index
			}
			return ok
		})
		s.id[c.area], s.mark[c.area] = id, mark
		access, err := w.desks["alder"].OfficerAccess(t.Context(), w.author(c.reader), false)
		w.must(err)
		s.access[c.area] = access
	}
	return s
}

// endorseFor makes a key for one area, and endorses it.
func (w *world) endorseFor(name, area string) {
	w.t.Helper()
	author := w.author(name)
	r, err := registrar.Open(w.t.Context(), w.charter.Charter, "https://"+w.address, author.Party, identity.NewSigner(w.keys[author.Party+"/registrar/root"]), time.Now)
	w.must(err)
	defer r.Close()
	request, err := identity.NewRequest(w.t.Context(), identity.NewSigner(w.newKey(name)), w.charter.Mechanism, author, []string{area}, w.charter.Exercise)
	w.must(err)
	_, err = r.Endorse(w.t.Context(), request)
	w.must(err)
	w.until("the desk knows the key of "+name, func() bool { _, err := w.desks[author.Party].officerKey(author); return err == nil })
}

// call asks alder's API as the officer of an area, or as the desk itself with "".
func (s *compartmented) call(area, method, path, body string) (status int, answer string) {
	s.world.t.Helper()
	access := s.access[area]
	if area == "" {
		text, err := os.ReadFile(filepath.Join(s.world.dir, "alder", AccessFile))
		s.world.must(err)
		s.world.must(json.Unmarshal(text, &access))
	}
	r, err := http.NewRequestWithContext(s.world.t.Context(), method, access.URL+path, strings.NewReader(body))
	s.world.must(err)
	r.Header.Set("Authorization", "Bearer "+access.Token)
	got, err := http.DefaultClient.Do(r)
	s.world.must(err)
	defer got.Body.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(got.Body)
	s.world.must(err)
	return got.StatusCode, b.String()
}

// A visit is one call of a route about a statement.
type visit struct {
	path, body string // {id} and {entry} are the statement's
	one        bool   // it asks for that one statement: denied, logged and counted where it is of another area
}

// visits are how every route of the API is asked for what may be of another area. A
// route that is not here fails the test: whoever adds one says how it keeps areas apart.
var visits = map[string][]visit{
	"GET /v1/statements":             {{path: "/v1/statements?all=1&limit=1000"}, {path: "/v1/statements"}},
	"GET /v1/statements/{id}":        {{path: "/v1/statements/{id}", one: true}, {path: "/v1/statements/{entry}", one: true}},
	"GET /v1/search":                 {{path: "/v1/search?q=secret"}, {path: "/v1/search?q={id}"}, {path: "/v1/search?q=birch*"}},
	"GET /v1/sources/{id}":           {{path: "/v1/sources/{id}", one: true}, {path: "/v1/sources/{entry}", one: true}},
	"GET /v1/cases":                  {{path: "/v1/cases?group=1&ended=1"}},
	"GET /v1/cases/{id}":             {{path: "/v1/cases/{id}", one: true}},
	"GET /v1/projects":               {{path: "/v1/projects?all=1"}},
	"GET /v1/projects/{id}":          {{path: "/v1/projects/{id}", one: true}},
	"POST /v1/projects/window":       {{body: `{"id":"{id}"}`, one: true}},
	"GET /v1/accesses":               {{path: "/v1/accesses"}},
	"GET /v1/lists":                  {{path: "/v1/lists"}},
	"POST /v1/lists":                 {{path: "/v1/lists?kind=plain"}},
	"POST /v1/screen":                {{body: `{"about":"{id}"}`}},
	"POST /v1/screen/decide":         {{body: `{"id":"{id}"}`}},
	"GET /v1/exchanges":              {{path: "/v1/exchanges?all=1"}},
	"GET /v1/exchanges/{id}":         {{path: "/v1/exchanges/{id}", one: true}},
	"POST /v1/exchanges":             {{body: `{"exchange":"doc:x","text":"x","about":"{id}"}`, one: true}},
	"POST /v1/exchanges/check":       {{body: `{"id":"{id}","text":"x"}`, one: true}},
	"POST /v1/exchanges/{id}/signal": {{path: "/v1/exchanges/{id}/signal", body: `{}`, one: true}},
	"POST /v1/exchanges/{id}/prove":  {{path: "/v1/exchanges/{id}/prove", body: `{}`, one: true}},
	"GET /v1/sessions":               {{path: "/v1/sessions?all=1"}},
	"GET /v1/sessions/{name}":        {{path: "/v1/sessions/{id}", one: true}},
	"GET /v1/commitments":            {{path: "/v1/commitments?all=1"}},
	"GET /v1/commitments/{name}":     {{path: "/v1/commitments/{id}", one: true}},
	"GET /v1/lines":                  {{path: "/v1/lines?all=1"}},
	"GET /v1/questions":              {{path: "/v1/questions?all=1"}},
	"GET /v1/consents":               {{path: "/v1/consents"}},
	"POST /v1/forward":               {{body: `{"id":"{id}","to":"the ministry"}`, one: true}},
	"GET /v1/denials":                {{path: "/v1/denials"}},
	"GET /v1/drafts":                 {{path: "/v1/drafts"}},
	"DELETE /v1/drafts/{number}":     {{path: "/v1/drafts/77"}},
	"POST /v1/send":                  {{body: `{"format":"J32","about":"{id}","fields":[]}`, one: true}, {body: `{"format":"J14","preview":true,"fields":["activity=survey"]}`}},
	"POST /v1/accident":              {{body: `{}`}},
	"POST /v1/acts":                  {{body: `{"act":"ack","id":"{id}"}`, one: true}, {body: `{"act":"translate","id":"{id}","fields":[]}`, one: true}, {body: `{"act":"ask-consent","id":"{id}","fields":[]}`, one: true}},
	"POST /v1/second":                {{body: `{"id":"{id}","digest":"x"}`, one: true}},
	"POST /v1/second/decline":        {{body: `{"id":"{id}","reason":"x"}`, one: true}},
	"GET /v1/charter":                {{path: "/v1/charter"}},
	"GET /v1/serials":                {{path: "/v1/serials"}},
	"GET /v1/status":                 {{path: "/v1/status"}},
	"GET /v1/stats":                  {{path: "/v1/stats?all=1"}},
	"GET /v1/digest":                 {{path: "/v1/digest?audience=auditor"}, {path: "/v1/digest"}},
	"GET /v1/checkpoint":             {{path: "/v1/checkpoint"}},
	"POST /v1/checkpoint/compare":    {{body: "x"}},
	"GET /v1/evidence":               {{path: "/v1/evidence"}},
	"GET /v1/evidence/file":          {{path: "/v1/evidence/file?name=x"}},
	"GET /v1/calendar":               {{path: "/v1/calendar"}},
	"GET /v1/calendar.ics":           {{path: "/v1/calendar.ics"}},
	"GET /v1/line":                   {{path: "/v1/line"}},
	"GET /v1/areas":                  {{path: "/v1/areas"}},
	"GET /v1/watch":                  {{path: "/v1/watch"}},
	"GET /v1/handover":               {{path: "/v1/handover"}},
	"GET /v1/relief":                 {{path: "/v1/relief"}},
	"POST /v1/line/test":             {{body: `{}`}},
	"POST /v1/line/answer":           {{body: `{}`}},
	"POST /v1/handover":              {{body: `{}`}},
	"POST /v1/relief":                {{body: `{}`}},
	"POST /v1/carry/out":             {{path: "/v1/carry/out"}},
	"POST /v1/carry/in":              {{path: "/v1/carry/in"}},
	"POST /v1/tokens":                {{body: `{"as":"alder/watch/amal"}`}},
}

// ownWords are the routes that repeat what an officer has typed himself.
var ownWords = []string{"GET /v1/drafts", "GET /v1/denials"}

// Whatever an officer asks of the desk by whichever route, he learns nothing of a
// statement of an area that his key does not read: no text, author, format or area, nor
// that it is there; and asking for it is denied, logged and counted.
func TestCompartmentsOfTheDesk(t *testing.T) {
	s := newSecrets(t)
	alder := s.world.desks["alder"]
	table := &routes{}
	alder.register(table)
	for _, pattern := range table.patterns {
		if visits[pattern] == nil {
			t.Errorf("no row says how %s keeps areas apart", pattern)
		}
	}
	for pattern := range visits {
		if !slices.Contains(table.patterns, pattern) {
			t.Errorf("the row of %s is of no route", pattern)
		}
	}
	asked, denied := 0, 0
	for _, pattern := range table.patterns {
		method, path, _ := strings.Cut(pattern, " ")
		for _, v := range visits[pattern] {
			for _, of := range compartments {
				fill := strings.NewReplacer("{id}", s.id[of.area], "{entry}", fmt.Sprint(s.entry[of.area]))
				at := path
				if v.path != "" {
					at = fill.Replace(v.path)
				}
				for _, reader := range compartments {
					if reader.area == of.area {
						continue
					}
					before := s.denials()
					status, answer := s.call(reader.area, method, at, fill.Replace(v.body))
					asked++
					for _, hidden := range compartments {
						_, _, officer := cut3(hidden.author)
						if hidden.area == reader.area {
							continue
						}
						told := strings.NewReplacer(s.id[hidden.area], "", fmt.Sprintf("%q", s.id[hidden.area]), "").Replace(answer)
						if !slices.Contains(ownWords, pattern) && (hidden.area != of.area || !v.one) {
							told = answer
						}
						if strings.Contains(told, s.mark[hidden.area]) || strings.Contains(told, officer) || strings.Contains(told, s.id[hidden.area]) {
							t.Errorf("%s %s tells the officer of %s of %s: %d %.300s", method, at, reader.area, hidden.area, status, answer)
						}
					}
					if v.one {
						denied++
						if status < 300 || s.denials() != before+1 {
							t.Errorf("%s %s by the officer of %s: %d, and %d denials more are logged: %.300s", method, at, reader.area, status, s.denials()-before, answer)
						}
					}
				}
			}
		}
	}
	t.Logf("%d cross-area calls of %d routes told nothing; %d asked for one statement: all denied, logged and counted", asked, len(table.patterns), denied)
}

func (s *compartmented) denials() int {
	v, err := s.world.desks["alder"].Denials(s.world.t.Context(), identity.Author{}, 1)
	s.world.must(err)
	return v.Denied
}

func cut3(author string) (party, role, officer string) {
	parts := strings.Split(author, "/")
	return parts[0], parts[1], parts[2]
}

// Of another area an officer has what of any text that the desk itself has not: its
// entry and when it was ordered. In his own he reads all.
func TestCompartmentLooksWithheld(t *testing.T) {
	s := newSecrets(t)
	_, text := s.call("military", "GET", "/v1/statements?limit=1000&all=1", "")
	var list struct{ Statements []Item }
	s.world.must(json.Unmarshal([]byte(text), &list))
	for _, item := range list.Statements {
		for area, entry := range s.entry {
			if item.Index == nil || *item.Index != entry {
				continue
			}
			want := Item{Index: item.Index, Kind: KindWithheld, Status: KindWithheld, Logged: item.Logged, Standing: item.Standing}
			if got := fmt.Sprintf("%+v", item); area != "military" && got != fmt.Sprintf("%+v", want) {
				t.Errorf("of %s: %s", area, got)
			} else if area == "military" && item.ID != s.id[area] {
				t.Errorf("his own area: %s", got)
			}
		}
	}
	for area, id := range s.id {
		if status, answer := s.call(area, "GET", "/v1/statements/"+id, ""); status != 200 || !strings.Contains(answer, s.mark[area]) {
			t.Errorf("the officer of %s reads %d %s", area, status, answer)
		}
	}
	absent := strings.Repeat("f", 8)
	_, hidden := s.call("military", "GET", "/v1/statements/"+s.id["commercial"], "")
	_, none := s.call("military", "GET", "/v1/statements/"+absent, "")
	if strings.ReplaceAll(hidden, s.id["commercial"], absent) != none {
		t.Errorf("what is hidden and what is absent are answered as\n%s\n%s", hidden, none)
	}
}

// A token is one officer's: with it nobody is another, nor the desk; the desk's own is
// the desk's, and may ask for what an officer would read.
func TestOfficerToken(t *testing.T) {
	s := newSecrets(t)
	for _, test := range []struct {
		area, method, path, body string
		status                   int
	}{
		{"military", "GET", "/v1/watch?as=alder/commercial/carmi", "", 422},
		{"military", "POST", "/v1/acts", `{"as":"alder/commercial/carmi","act":"ack","id":"` + s.id["commercial"] + `"}`, 422},
		{"military", "POST", "/v1/tokens", `{"as":"alder/commercial/carmi"}`, 422},
		{"military", "POST", "/v1/carry/out", "", 422},
		{"military", "GET", "/v1/watch?as=alder/watch/mina", "", 200},
		{"military", "GET", "/v1/watch", "", 200},
		{"", "GET", "/v1/statements/" + s.id["commercial"], "", 200},
		{"", "GET", "/v1/statements/" + s.id["commercial"] + "?as=alder/watch/mina", "", 404},
	} {
		if status, answer := s.call(test.area, test.method, test.path, test.body); status != test.status {
			t.Errorf("%s %s: %d, want %d: %s", test.method, test.path, status, test.status, answer)
		}
	}
	mina := s.world.author("alder/watch/mina")
	old := s.access["military"]
	fresh, err := s.world.desks["alder"].OfficerAccess(t.Context(), mina, false)
	s.world.must(err)
	if status, _ := s.call("military", "GET", "/v1/watch", ""); status != 401 {
		t.Errorf("a token that was replaced: %d", status)
	}
	s.access["military"] = fresh
	s.world.reopen("alder")
	fresh.URL = s.world.desks["alder"].URL()
	s.access["military"] = fresh
	if status, answer := s.call("military", "GET", "/v1/watch", ""); status != 200 {
		t.Errorf("after a new start: %d %s", status, answer)
	}
	_, err = s.world.desks["alder"].OfficerAccess(t.Context(), mina, true)
	s.world.must(err)
	if status, _ := s.call("military", "GET", "/v1/watch", ""); status != 401 || old.Token == fresh.Token {
		t.Errorf("a token that was ended: %d", status)
	}
}
