package desk

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The API answers only on loopback, to its own name and to whoever can read the
// token's file.
func TestAPI(t *testing.T) {
	w := newWorld(t)
	d := w.desks["alder"]
	file := filepath.Join(w.dir, "alder", AccessFile)
	info, err := os.Stat(file)
	w.must(err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("%s has mode %v", AccessFile, info.Mode())
	}
	text, err := os.ReadFile(file)
	w.must(err)
	var access Access
	w.must(json.Unmarshal(text, &access))
	call := func(method, path, body string, change func(*http.Request)) (int, Problem, []byte) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, access.URL+path, strings.NewReader(body))
		w.must(err)
		r.Header.Set("Authorization", "Bearer "+access.Token)
		if change != nil {
			change(r)
		}
		answer, err := http.DefaultClient.Do(r)
		w.must(err)
		defer answer.Body.Close()
		var b bytes.Buffer
		_, err = b.ReadFrom(answer.Body)
		w.must(err)
		var p Problem
		if answer.StatusCode >= 300 {
			json.Unmarshal(b.Bytes(), &p) //nolint:errcheck // not every refusal is a problem document
		}
		return answer.StatusCode, p, b.Bytes()
	}
	for _, test := range []struct {
		name, method, path, body string
		change                   func(*http.Request)
		status                   int
		rule                     string
	}{
		{"status", "GET", "/v1/status", "", nil, 200, ""},
		{"no token", "GET", "/v1/status", "", func(r *http.Request) { r.Header.Del("Authorization") }, 401, Unauthorized},
		{"wrong token", "GET", "/v1/status", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") }, 401, Unauthorized},
		{"another name for it", "GET", "/v1/status", "", func(r *http.Request) { r.Host = "attacker.example" }, 400, BadRequest},
		{"from a page elsewhere", "POST", "/v1/send", "{}", func(r *http.Request) { r.Header.Set("Origin", "https://attacker.example") }, 403, ""},
		{"limit", "GET", "/v1/statements?limit=0", "", nil, 400, BadRequest},
		{"language", "GET", "/v1/statements/1?lang=fr", "", nil, 400, BadRequest},
		{"language of the figures", "GET", "/v1/stats?lang=fr", "", nil, 400, BadRequest},
		{"period", "GET", "/v1/stats?month=2026-13", "", nil, 422, "stats.period"},
		{"report", "GET", "/v1/digest?span=week&lang=he", "", nil, 200, ""},
		{"audience of a report", "GET", "/v1/digest?audience=public", "", nil, 422, "digest.audience"},
		{"unknown statement", "GET", "/v1/statements/abc", "", nil, 404, NotFound},
		{"not JSON", "POST", "/v1/send", "x", nil, 400, BadRequest},
		{"unknown member", "POST", "/v1/send", `{"as":"alder/watch/amal","by":"x"}`, nil, 400, BadRequest},
		{"no author", "POST", "/v1/send", `{"format":"J14"}`, nil, 400, BadRequest},
		{"no such act", "POST", "/v1/acts", `{"as":"alder/watch/amal","act":"burn","id":"1"}`, nil, 400, BadRequest},
		{"second to nothing", "POST", "/v1/second", `{"as":"alder/watch/adam","id":"019390c5","digest":""}`, nil, 404, NotFound},
		{"second by nobody", "POST", "/v1/second", `{"id":"1","digest":""}`, nil, 400, BadRequest},
		{"second with another member", "POST", "/v1/second", `{"as":"alder/watch/adam","reason":"x"}`, nil, 400, BadRequest},
		{"decline nothing", "POST", "/v1/second/decline", `{"as":"alder/watch/adam","id":"019390c5","reason":"x"}`, nil, 404, NotFound},
		{"late without a route", "POST", "/v1/send", `{"as":"alder/watch/amal","format":"J14","late":"2026-11-24T06:00Z"}`, nil, 422, "format.field"},
		{"a rule's refusal", "POST", "/v1/send", `{"as":"alder/watch/amal","format":"J14","fields":["activity=survey"]}`, nil, 422, "format.field"},
	} {
		t.Run(test.name, func(t *testing.T) {
			status, p, text := call(test.method, test.path, test.body, test.change)
			if status != test.status || p.Rule != test.rule {
				t.Errorf("%d %q, want %d %q: %s", status, p.Rule, test.status, test.rule, text)
			}
		})
	}
	question, err := json.Marshal(SendRequest{As: "alder/watch/amal", Format: "j14", Fields: notice, Wait: 20})
	w.must(err)
	status, _, text := call("POST", "/v1/send", string(question), nil)
	var sent Sent
	w.must(json.Unmarshal(text, &sent))
	if status != 200 || sent.State != Accepted || sent.Gate != "submitted" {
		t.Errorf("sent: %d %s", status, text)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	delete(w.desks, "alder")
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("%s is there after the desk was closed: %v", AccessFile, err)
	}
	config := w.config("alder")
	config.Listen = "0.0.0.0:0"
	if d, err := Open(t.Context(), config); err == nil {
		d.Close()
		t.Error("the API listens beyond loopback")
	}
}
