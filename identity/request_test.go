package identity

import (
	"slices"
	"strings"
	"testing"
)

func testRequest(t *testing.T) Request {
	t.Helper()
	r, err := NewRequest(t.Context(), NewSigner(amal), "paris-2026", Author{"israel", "watch", "amal"}, []string{"military", "intelligence"}, false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The proof binds every part of the request.
func TestRequestCheck(t *testing.T) {
	other := NewSigner(keyOf(1))
	for _, test := range []struct {
		name   string
		change func(*Request)
		want   string // empty where it is accepted
	}{
		{"as made", func(*Request) {}, ""},
		{"other mechanism", func(r *Request) { r.Mechanism = "quiet-orchard" }, "not a signature"},
		{"other author", func(r *Request) { r.Author = "israel/watch/boris" }, "not a signature"},
		{"other key", func(r *Request) { r.Key = EncodeKey(other.Public()) }, "not a signature"},
		{"more areas", func(r *Request) { r.Areas = append(slices.Clone(r.Areas), "service") }, "not a signature"},
		{"fewer areas", func(r *Request) { r.Areas = r.Areas[:1] }, "not a signature"},
		{"one area of two", func(r *Request) { r.Areas = []string{"intelligence,military"} }, "area"},
		{"areas not sorted", func(r *Request) { r.Areas = []string{"military", "intelligence"} }, "sorted"},
		{"area twice", func(r *Request) { r.Areas = []string{"military", "military"} }, "each once"},
		{"exercise", func(r *Request) { r.Exercise = true }, "not a signature"},
		{"no proof", func(r *Request) { r.Proof = "" }, "not a signature"},
		{"proof with a line end", func(r *Request) { r.Proof += "\n" }, "line end"},
		{"bad mechanism", func(r *Request) { r.Mechanism = "" }, "mechanism"},
		{"bad author", func(r *Request) { r.Author = "israel" }, "author"},
		{"small-order key", func(r *Request) { r.Key = EncodeKey(make([]byte, 32)) }, "small order"},
	} {
		r := testRequest(t)
		test.change(&r)
		err := r.Check()
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q in it", test.name, err, test.want)
		}
	}
}

func TestNewRequestRefuses(t *testing.T) {
	a := Author{"israel", "watch", "amal"}
	if _, err := NewRequest(t.Context(), NewSigner(amal), "paris-2026", Author{}, nil, false); err == nil {
		t.Error("a request for nobody is made")
	}
	if _, err := NewRequest(t.Context(), NewSigner(amal), "paris-2026", a, []string{"military", "military"}, false); err == nil {
		t.Error("a request with an area twice is made")
	}
	if _, err := NewRequest(t.Context(), NewSigner(amal), "paris-2026", a, nil, true); err != nil {
		t.Error(err)
	}
}
