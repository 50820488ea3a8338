package hub

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"parley/identity"
)

// get calls the API as name.
func (w *world) get(name, path string) *httptest.ResponseRecorder {
	w.t.Helper()
	author, err := identity.ParseAuthor(name)
	if err != nil {
		w.t.Fatal(err)
	}
	token, err := identity.NewToken(w.t.Context(), identity.NewSigner(w.keys[name]), author, w.charter.Mechanism, w.now(), rand.Text())
	if err != nil {
		w.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(w.t.Context(), "GET", path, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	answer := httptest.NewRecorder()
	w.hub.Handler().ServeHTTP(answer, r)
	return answer
}

// The tiles that the hub serves make the root of its checkpoint.
func TestTiles(t *testing.T) {
	w := newWorld(t)
	w.accept(w.draft("alder/watch/amal", nil))
	size := int64(w.seen.Size)
	answer := w.get("birch/desk/one", fmt.Sprintf("/tile/0/000.p/%d", size))
	if answer.Code != http.StatusOK || answer.Body.Len() != int(size)*tlog.HashSize {
		t.Fatalf("status %d, %d bytes; want %d hashes", answer.Code, answer.Body.Len(), size)
	}
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var hashes []tlog.Hash
		for _, i := range indexes {
			hashes = append(hashes, stored[i])
		}
		return hashes, nil
	})
	for i := range size {
		leaf := tlog.Hash(answer.Body.Bytes()[i*tlog.HashSize:][:tlog.HashSize])
		hashes, err := tlog.StoredHashesForRecordHash(i, leaf, reader)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, hashes...)
	}
	if root, err := tlog.TreeHash(size, reader); err != nil || [32]byte(root) != w.seen.Root {
		t.Errorf("the tile's leaves make root %v, %v; the checkpoint says %x", root, err, w.seen.Root)
	}
	if answer := w.get("birch/desk/one", "/tile/entries/000.p/1"); answer.Code != http.StatusOK {
		t.Errorf("entries: status %d: %s", answer.Code, answer.Body)
	}
	for _, path := range []string{"/tile/0/001", "/tile/9/000", "/tile/0/000.p/200", "/tile/x", "/tile/"} {
		if answer := w.get("birch/desk/one", path); answer.Code != http.StatusNotFound || answer.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: status %d, want a problem document with 404", path, answer.Code)
		}
	}
}

// The description of the API names every route.
func TestOpenAPI(t *testing.T) {
	w := newWorld(t)
	answer := w.get("birch/desk/one", "/openapi.json")
	for _, want := range []string{`"openapi":"3.1.0"`, `"/v1/statements"`, `"/v1/feed"`, `"/checkpoint"`, `"/tile/{tile}"`, `"/v1/cosignatures"`, `"/v1/charter"`} {
		if !strings.Contains(answer.Body.String(), want) {
			t.Errorf("it does not have %s", want)
		}
	}
}
