package hub

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/base64url"
	"parley/carry"
	"parley/delivery"
	"parley/identity"
	"parley/mechanism"
	"parley/statement"
)

// hubVisits are how each route of the hub is asked; one that is not here fails the
// test. The feed and what is carried are looked at line by line below.
var hubVisits = map[string]string{
	"POST /v1/statements": "x\n", "GET /v1/feed": "", "GET /checkpoint": "", "GET /tile/": "entries/000", "POST /v1/cosignatures": "x", "POST /v1/held": "", "POST /v1/carried": "x", "POST /v1/charter": "x",
}

// Of what is of an area that a desk's key does not read, and of what is another party's,
// the hub gives an entry and nothing else, by whichever route: neither text nor author,
// format, area or identifier.
func TestCompartmentsOfTheHub(t *testing.T) {
	w := newWorld(t)
	const author, other, narrow, reader = "birch/analyst/inaya", "birch/analyst/dunya", "alder/desk/mina", "alder/watch/nora"
	for _, name := range []string{author, other, narrow, reader} {
		w.keys[name] = newKey(t)
	}
	w.endorse(author)
	w.endorse(other)
	for _, name := range []string{narrow, reader} {
		s := w.narrowed(name, "military")
		results, err := w.client("alder/registrar/root").Submit(t.Context(), s.Bytes())
		if err != nil || results[0].Problem != nil {
			t.Fatal(err, results)
		}
		c := s.Claims()
		w.heads[c.Author.String()] = &mechanism.Head{Hash: s.Hash(), Serial: c.Serial}
	}
	secret := func(name, mark string, to ...string) *statement.Statement {
		s := w.draft(name, func(d *draft) {
			d.claims.Format, d.claims.Area, d.claims.To = "J32/1", "intelligence", to
			d.fields = map[string]any{"question": statement.Paragraphs{mark}, "use": "public-line", "latest": "2100-01-01T00:00Z"}
		})
		w.accept(s)
		return s
	}
	withheld := secret(author, "Secret-of-an-area", "alder")
	w.accept(w.act("cedar/gate/chen", "gate.release/1", "releases", withheld, "alder", "birch"))
	others := secret(other, "Secret-of-others", "cedar")
	size := w.seen.Size
	// A statement travels as its signed parts, each in base64: its claims, then its fields.
	marks := func(s *statement.Statement) []string {
		parts := strings.FieldsFunc(string(s.Bytes()), func(r rune) bool { return r == '.' || r == '~' })
		return append(parts[1:], s.Claims().ID, s.Claims().Author.Officer, s.Claims().Format, "Secret-of", `"intelligence"`)
	}
	check := func(what, told string, s *statement.Statement) {
		t.Helper()
		all := marks(s)
		if strings.Contains(told, "quiet-orchard") { // it has the charter, which names formats and areas for all
			all = all[:len(all)-4]
		}
		for _, mark := range all {
			if strings.Contains(told, mark) {
				t.Errorf("%s tells %s: %.300s", what, mark, told)
			}
		}
	}
	whole := ""
	for _, line := range w.lines("alder/desk/one", size) {
		whole += string(line)
	}
	if !strings.Contains(whole, marks(withheld)[0]) || !strings.Contains(whole, marks(withheld)[2]) { // or nothing below would be seen
		t.Fatal("a desk that reads every area is not given the statement")
	}
	for _, row := range []struct {
		name   string
		hidden *statement.Statement
	}{{narrow, withheld}, {narrow, others}, {"alder/desk/one", others}} {
		feed := ""
		for _, line := range w.lines(row.name, size) {
			feed += string(line)
		}
		check("the feed of "+row.name, feed, row.hidden)
		for _, r := range w.hub.routes() {
			pattern := r.method + " " + r.path
			body, ok := hubVisits[pattern]
			if !ok {
				t.Errorf("no row says how %s keeps areas apart", pattern)
			}
			if r.path == "/v1/feed" {
				continue // above; it does not end
			}
			path := r.path
			if r.method == http.MethodGet {
				path, body = path+body, ""
			}
			check(pattern+" as "+row.name, w.asked(row.name, r.method, path, body), row.hidden)
		}
		check("what is carried for "+row.name, w.carriedFor(row.name), row.hidden)
	}
	// Nor does a refusal tell: what is hidden is as what does not exist.
	seen := w.draft(reader, func(d *draft) {
		d.claims.Format, d.claims.To = "J01/1", []string{"birch"}
		d.claims.Refs = []statement.Ref{{Relation: "acknowledges", ID: withheld.Claims().ID, Hash: withheld.Hash()}}
		d.fields = nil
	})
	refusal := w.refused("alder", seen.Bytes())
	if refusal.Rule != delivery.UnknownStatement {
		t.Errorf("an acknowledgement of what he may not read: %v", refusal)
	}
	check("the refusal", refusal.Error(), withheld)
	if len(hubVisits) != len(w.hub.routes()) {
		t.Errorf("%d rows for %d routes", len(hubVisits), len(w.hub.routes()))
	}
}

// narrowed endorses a key for some areas alone.
func (w *world) narrowed(name string, areas ...string) *statement.Statement {
	w.t.Helper()
	author, err := identity.ParseAuthor(name)
	if err != nil {
		w.t.Fatal(err)
	}
	request, err := identity.NewRequest(w.t.Context(), identity.NewSigner(w.keys[name]), w.charter.Mechanism, author, areas, w.charter.Exercise)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.endorsement(name, w.keys[name], func(d *draft) {
		d.fields = map[string]any{"holder": request.Author, "key": request.Key, "areas": request.Areas, "proof": request.Proof}
	})
}

// asked calls the hub's API as a desk.
func (w *world) asked(name, method, path, body string) string {
	w.t.Helper()
	author, err := identity.ParseAuthor(name)
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := identity.NewToken(w.t.Context(), identity.NewSigner(w.keys[name]), author, w.charter.Mechanism, w.now(), rand.Text())
	if err != nil {
		w.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	w.hub.Handler().ServeHTTP(answer, r)
	return answer.Body.String()
}

// carriedFor gives what is brought back to a desk without a line.
func (w *world) carriedFor(name string) string {
	w.t.Helper()
	author, err := identity.ParseAuthor(name)
	if err != nil {
		w.t.Fatal(err)
	}
	key := identity.NewSigner(w.keys[name])
	request := &carry.Request{Mechanism: w.charter.Mechanism, Exercise: w.charter.Exercise, Author: author, Made: w.now(), Nonce: base64url.Encode([]byte(rand.Text())[:16]), Feed: true}
	if err := request.Sign(w.t.Context(), key); err != nil {
		w.t.Fatal(err)
	}
	answer, err := w.client(name).Carried(w.t.Context(), request.Bytes(), 0)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(answer)
}
