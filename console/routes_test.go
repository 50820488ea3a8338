package console_test

import (
	"regexp"
	"strings"
	"testing"

	"parley/console"
)

// ways are the routes that need no officer.
var ways = []string{"GET /enter", "GET /unlock", "GET /a/console.css", "GET /a/nothing", "GET /nothing", "POST /unlock", "POST /lock", "POST /settings", "POST /invitations", "POST /nothing"}

// stands says what stands for the wildcards of routes: for one everywhere, or for that of
// one pattern. REF is a statement, ENTRY its place in the ledger.
var stands = map[string][]string{
	"{$}":        {""},
	"{ref}":      {"REF"},
	"{index}":    {"ENTRY", "99999", "x"},
	"{n}":        {"99"},
	"{name}":     {"none"},
	"{format}":   {"J14", "J11", "J20", "J40", "J03", "none"},
	"{register}": {"cases", "sessions", "commitments", "public-lines", "questions", "exchanges", "projects", "consents", "calendar", "digest", "line", "areas", "none"},

	"GET /s/{ref}/{verb}":           {"ack", "readback", "pass", "translate", "replace", "cancel", "withdraw", "annotate", "ask-consent", "answer-consent", "reply", "none"},
	"POST /s/{ref}/{verb}":          {"ack", "none"},
	"POST /gate/{ref}/{verb}":       {"release", "hold", "return", "annotate", "none"},
	"GET /matters/{register}/{ref}": {"cases", "exchanges", "projects", "none"},
}

// asked are the queries of patterns, beside none.
var asked = map[string][]string{
	"GET /compose/reading":    {"format=J14&field=place&value=REF", "format=none"},
	"GET /statements":         {"direction=in", "direction=out", "party=alder", "party=birch", "format=J14", "area=military", "before=ENTRY"},
	"GET /search":             {"q=REF", "q=quincunx", "q=sallowfield", "q=ENTRY", "q=J14"},
	"GET /compose/{format}":   {"re=REF", "draft=1"},
	"GET /compose":            {"re=REF"},
	"GET /accident":           {"draft=1"},
	"GET /screening":          {"for=REF"},
	"GET /record":             {"before=ENTRY"},
	"GET /record/go":          {"entry=REF", "entry=%23ENTRY"},
	"GET /record/bundle":      {"refs=REF", "refs=ENTRY"},
	"GET /statistics":         {"area=military"},
	"GET /areas":              {"switch=pause&areas=military"},
	"GET /timeline":           {"from=2026-11-23T00:00Z&to=2026-11-26T00:00Z", "csv=sights"},
	"GET /map":                {"from=2026-11-23T00:00Z&to=2026-11-26T00:00Z"},
	"GET /map.geojson":        {"from=2026-11-23T00:00Z&to=2026-11-26T00:00Z"},
	"GET /matters/{register}": {"all=1"},
	"GET /s/{ref}":            {"in=ar"},
}

var wildcard = regexp.MustCompile(`\{[a-z$]+\}`)

// addresses are the addresses of all routes behind the lock that take a method, about
// what the replacer puts for REF and ENTRY. A route that comes is among them; where it
// has a wildcard that nothing stands for, the test fails.
func addresses(t testing.TB, k *console.Console, method string, about *strings.Replacer) (all []string) {
	t.Helper()
	for _, pattern := range k.Patterns() {
		verb, path, _ := strings.Cut(pattern, " ")
		if verb != method {
			continue
		}
		these := []string{path}
		for wildcard.MatchString(these[0]) {
			card := wildcard.FindString(these[0])
			values, ok := stands[pattern]
			if !ok || card != "{verb}" && card != "{register}" {
				values, ok = stands[card]
			}
			if !ok {
				t.Fatalf("nothing stands for %s of route %q; say what in stands", card, pattern)
			}
			var more []string
			for _, address := range these {
				for _, value := range values {
					more = append(more, strings.Replace(address, card, value, 1))
				}
			}
			these = more
		}
		for _, address := range these {
			all = append(all, about.Replace(address))
			for _, query := range asked[pattern] {
				all = append(all, about.Replace(address+"?"+query))
			}
		}
	}
	return all
}
