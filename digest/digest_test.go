package digest

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/area"
	"parley/charter"
	"parley/line"
	"parley/matter"
	"parley/words"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// full is a page of which every list says something.
func full() Page {
	at := noon.UnixMilli()
	p := Page{Form: Form, Mechanism: "quiet-orchard", Exercise: true, Edition: 1, Size: 412, Root: "AAAA", At: at, Audience: Auditor, Areas: []string{"service", "military", "diplomatic", "commercial"},
		Span: Day, Zone: "Etc/GMT-3", From: at - 15*3_600_000, To: at + 9*3_600_000}
	p.Paths = []Path{{Party: "alder", Colour: line.Green}, {"birch", line.Amber, at - 60_000, line.Operator}, {Party: "cedar"}}
	p.Standing = []Standing{{"military", area.Paused, []Switch{{9, "birch", area.Pause, "domestic", at - 1000, 0, at + 1000}}}, {"diplomatic", area.Open, nil}}
	p.Declared = []Declared{{9, at - 1000, "birch", area.Pause, "domestic", []string{"military"}, at - 1000, 0}}
	p.Missed = []Missed{{11, "birch", "human", line.Operator, at - 60_000, 1}}
	p.Sent = []Sent{{"military", "J14/1", []int{1, 2, 0}}}
	p.Flash = []Flash{{12, "J11/1", "alder", at - 9000, at - 8000, []Reach{{"birch", at - 7000, at, 0, at - 1}}}, {13, "J11/1", "birch", at - 9000, 0, []Reach{{Party: "alder", AckDue: at - 1}}}}
	p.Open = []Open{{12, "J11/1", "FLASH", "alder", "military", at - 8000, "birch", []Step{{"read-back", at - 1}, {"pass-on", at + 100}}}}
	p.Overdue = []Overdue{{at - 1, 12, "J11/1", "", "", "read-back", "birch", at - 2}, {at - 1, 20, "", matter.Commitment, "doc:commitment-1", "commitment-overdue", "alder", at - 2}}
	for i, kind := range kinds {
		p.Matters = append(p.Matters, Matter{Entry: uint64(20 + i), Kind: kind, Name: "doc:one", Area: "military", Status: "open", Opened: at - 9000, Since: at - 8000, Partial: i == 0, //nolint:gosec // small
			Next: []Turn{{"birch", "answer", at - 1}, {matter.Clock, "expire", 0}}})
	}
	p.Matters = append(p.Matters, Matter{Entry: 40, Kind: matter.Case, Area: "military", Status: "closed", Opened: at - 9000, Since: at - 8000})
	p.Beyond = Beyond{1, 2, 3, 4, 5, 6}
	return p
}

// A page says all that is in it in each language, and its JSON gives it again.
func TestReport(t *testing.T) {
	ch, err := charter.Template("quiet-orchard")
	if err != nil {
		t.Fatal(err)
	}
	p := full()
	for _, lang := range words.Languages() {
		for _, audience := range append(Audiences(ch), "") {
			for _, span := range []string{Day, Week, Month} {
				p.Audience, p.Span = audience, span
				r := p.Report(lang, ch)
				if len(r.Parts) != 9+len(kinds) || r.Language != lang || !r.Exercise {
					t.Errorf("%s, %s: %d parts", lang, span, len(r.Parts))
				}
				for _, part := range r.Parts {
					for i, row := range part.Rows {
						if len(row) != len(part.Columns) {
							t.Errorf("%s: row %d of %q has %d cells and %d columns", lang, i, part.Heading, len(row), len(part.Columns))
						}
					}
				}
				if text := r.Text(); !strings.Contains(text, p.Hash()[:8]) || !strings.Contains(text, "#40") {
					t.Errorf("%s: it lacks its hash or an entry:\n%s", lang, text)
				}
			}
		}
	}
	var again Page
	if err := json.Unmarshal(p.JSON(), &again); err != nil || !reflect.DeepEqual(p, again) {
		t.Errorf("%v: another page:\n%s\n%s", err, p.JSON(), again.JSON())
	}
}

// What a matter of a kind can stand as, and what is to be done in it, has words.
func TestWords(t *testing.T) {
	ch, err := charter.Template("quiet-orchard")
	if err != nil {
		t.Fatal(err)
	}
	p := full()
	w := newWriter(&p, "he", ch)
	said := func(what, code, text string) {
		if text == string(w.code(code)) {
			t.Errorf("%s %s has no words", what, code)
		}
	}
	for kind, all := range map[matter.Kind]string{
		matter.Case:       "reported clocked answered no-answer examined interim finding remedies closed withdrawn",
		matter.Session:    "called locked drafted cancelled not-locked adopted adopted-with-dissent",
		matter.Commitment: "proposed text-agreed in-force due overdue claimed contested met waived withdrawn",
		matter.PublicLine: "proposed locked released lapsed withdrawn",
		matter.Exchange:   "one-in both-in opening revealed lapsed-sealed",
		matter.Project:    "proposed review stopped condition objected not-agreed referred recommended approved licensed suspended in-force withdrawn refused lapsed expired revoked",
	} {
		for _, status := range strings.Fields(all) {
			said(string(kind), status, w.status(&Matter{Kind: kind, Status: status}))
		}
	}
	for kind, all := range map[matter.Kind]string{
		matter.Case:       "holding-answer answer meeting-call meeting meeting-answer meeting-over visit-offer visit visit-answer visit-over interim-finding final-finding finding-stands remedies",
		matter.Session:    "lock-agenda draft-minutes adopt-minutes session-lapse",
		matter.Commitment: "agree-text put-in-force keep meet accept-claim claim-again commitment-settled",
		matter.PublicLine: "agree-line line-release",
		matter.Exchange:   "deposit signal open",
		matter.Project:    "screen rescreen answer resolve meet-condition confirm-condition refer decide decide-superior license certify expire revoke",
	} {
		for _, action := range strings.Fields(all) {
			said(string(kind), action, w.action(kind, action))
		}
	}
}

func TestPeriods(t *testing.T) {
	east := time.FixedZone("", 3*3600)
	now := time.Date(2026, 11, 30, 22, 30, 0, 0, time.UTC) // 1 December in the east
	for _, test := range []struct {
		span, date string
		in         *time.Location
		from, to   string // empty: refused
	}{
		{Day, "", time.UTC, "2026-11-30T00:00:00Z", "2026-12-01T00:00:00Z"},
		{Day, "", east, "2026-11-30T21:00:00Z", "2026-12-01T21:00:00Z"},
		{Day, "2026-11-24", east, "2026-11-23T21:00:00Z", "2026-11-24T21:00:00Z"},
		{Week, "2026-11-24", time.UTC, "2026-11-18T00:00:00Z", "2026-11-25T00:00:00Z"},
		{Month, "", time.UTC, "2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z"},
		{Month, "", east, "2026-11-30T21:00:00Z", "2026-12-31T21:00:00Z"},
		{Month, "2026-11-24", east, "2026-10-31T21:00:00Z", "2026-11-30T21:00:00Z"},
		{"year", "", time.UTC, "", ""},
		{Day, "2026-11-31", time.UTC, "", ""},
	} {
		p, err := Question{Span: test.span, Date: test.date}.period(now, test.in)
		if test.from == "" {
			if err == nil {
				t.Errorf("%+v: not refused", test)
			}
			continue
		}
		if from, to := p.From.UTC().Format(time.RFC3339), p.To.UTC().Format(time.RFC3339); err != nil || from != test.from || to != test.to {
			t.Errorf("%+v: from %s to %s, %v", test, from, to, err)
		}
	}
}
