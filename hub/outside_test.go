package hub

import (
	"bufio"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/mirror"
)

// What is served to anybody is checkpoint and tiles, and only if the charter says
// so.
func TestPublic(t *testing.T) {
	w := newWorld(t)
	if _, err := w.hub.Public(); err == nil || !strings.Contains(err.Error(), "witness.public") {
		t.Errorf("without the charter's leave: %v", err)
	}
	w = newWorld(t, func(c *charter.Charter) { c.Witness.Public = true })
	w.accept(w.draft("alder/watch/amal", nil))
	handler, err := w.hub.Public()
	if err != nil {
		t.Fatal(err)
	}
	get := func(method, path string) *httptest.ResponseRecorder {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		return answer
	}
	if head, err := w.verifier.Open(get("GET", "/checkpoint").Body.Bytes()); err != nil || head.Size == 0 {
		t.Errorf("checkpoint of %v, %v", head, err)
	}
	for _, test := range []struct {
		method, path string
		want         int
	}{
		{"GET", "/tile/0/000.p/1", 200},
		{"GET", "/tile/entries/000.p/1", 200},
		{"GET", "/tile/0/000", 404},
		{"GET", "/tile/0/999.p/1", 404},
		{"GET", "/tile/../checkpoint", 307},
		{"GET", "/tile/-1/000.p/1", 404},
		{"GET", "/v1/feed?after=0", 404},
		{"GET", "/v1/charter", 404},
		{"GET", "/openapi.json", 404},
		{"GET", "/", 404},
		{"POST", "/checkpoint", 405},
		{"POST", "/v1/statements", 404},
	} {
		if got := get(test.method, test.path).Code; got != test.want {
			t.Errorf("%s %s: status %d, want %d", test.method, test.path, got, test.want)
		}
	}
}

// A witness that is no party's is asked to cosign, and its word is served with the
// checkpoint.
func TestOutside(t *testing.T) {
	key := newKey(t)
	cosigner, err := ledger.NewCosigner("neutral.example/witness", key)
	if err != nil {
		t.Fatal(err)
	}
	asked := make(chan string, 100)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := bufio.NewReader(r.Body)
		old, _ := body.ReadString('\n')
		asked <- r.URL.Path + " " + old
		for {
			line, err := body.ReadString('\n')
			if err != nil {
				return
			}
			if line == "\n" {
				break
			}
		}
		note, _ := io.ReadAll(body)
		cosigned, err := cosigner.Cosign(note, time.Now())
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Write(cosigned[len(note):]) //nolint:errcheck // a test
	}))
	defer server.Close()
	w := newWorld(t, func(c *charter.Charter) { c.Witness.Outside = []string{cosigner.VerifierKey()} })
	w.stop()
	outside, err := mirror.NewWitness(server.URL + " " + cosigner.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	w.config.Outside = []*mirror.Witness{outside}
	w.start(w.listen())
	if first := <-asked; first != "/add-checkpoint old 0\n" {
		t.Errorf("it was asked %q first", first)
	}
	witnesses, err := ledger.NewWitnesses([]string{cosigner.VerifierKey()})
	if err != nil {
		t.Fatal(err)
	}
	look, end := time.NewTicker(10*time.Millisecond), time.NewTimer(time.Minute)
	defer look.Stop()
	defer end.Stop()
	for {
		_, words, err := witnesses.Check(w.verifier, w.hub.signed.best())
		if err == nil && len(words) == 1 {
			return
		}
		select {
		case <-look.C:
		case <-end.C:
			t.Fatalf("the checkpoint has %v, %v; want the word of the witness outside", words, err)
		}
	}
}

func TestNewWitness(t *testing.T) {
	cosigner, err := ledger.NewCosigner("neutral.example/witness", newKey(t))
	if err != nil {
		t.Fatal(err)
	}
	vkey := cosigner.VerifierKey()
	for _, word := range []string{"", "https://w.example", "ftp://w.example " + vkey, "https://w.example " + vkey + "A", "https://u:p@w.example " + vkey, "https://w.example?x=1 " + vkey} {
		if _, err := mirror.NewWitness(word); err == nil {
			t.Errorf("%q is taken", word)
		}
	}
}
