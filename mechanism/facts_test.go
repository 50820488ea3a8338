package mechanism

import (
	"reflect"
	"testing"
	"time"

	"parley/statement"
)

func TestFacts(t *testing.T) {
	w := newWorld(t)
	at := func(hour int) time.Time { return time.Date(2026, 11, 27, hour, 0, 0, 0, time.UTC) }
	critical := func(window string) map[string]string {
		return map[string]string{"activity": "survey", "place": "geo:0.56,-17.95;u=50;as=dmm;typed=00%2033.600N%20017%2057.000W;name=valley%2C%20north%20end", "window": window}
	}
	s := w.shown(notice())
	late := notice()
	late.fields = with(late.fields, map[string]any{"window": "2026-11-25T07:00Z/2026-11-25T09:00Z"})
	replacement := w.shown(replaces(s))
	cancellation := w.must(cancelsIt(replacement))
	translation := w.must(draft{by: amal, format: "translation/1", refs: ref("translates", replacement), fields: map[string]any{"content": content, "language": "ar", "method": "human", "description": statement.Paragraphs{"طلعة مسح."}}})
	for _, test := range []struct {
		name string
		s    *statement.Statement
		want Facts
	}{
		{"notice", s, Facts{Content: content, Critical: critical("2026-11-27T07:00Z/2026-11-27T09:00Z"), Texts: []string{"description"}, Begins: at(7), Ends: at(9), Expires: at(9), LeadSeconds: 48 * 3600, PassOn: true}},
		{"late notice", w.must(late), Facts{Content: content, Critical: critical("2026-11-25T07:00Z/2026-11-25T09:00Z"), Texts: []string{"description"}, Begins: at(7).Add(-48 * time.Hour), Ends: at(9).Add(-48 * time.Hour), Expires: at(9).Add(-48 * time.Hour),
			LeadSeconds: 48 * 3600, LateNotice: true, PassOn: true}},
		{"replacement", replacement, Facts{Content: content, Critical: critical("2026-11-27T08:00Z/2026-11-27T09:00Z"), Texts: []string{"description"}, Begins: at(8), Ends: at(9), Expires: at(9), LeadSeconds: 48 * 3600, PassOn: true}},
		{"cancellation", cancellation, Facts{Content: content, Critical: critical("2026-11-27T08:00Z/2026-11-27T09:00Z"), Begins: at(8), Ends: at(9), Expires: at(9), PassOn: true}},
		{"translation", translation, Facts{Content: content}},
	} {
		got := *w.state(test.s).Facts
		if got.Parts = nil; !reflect.DeepEqual(got, test.want) { // of which the tests of releases know
			t.Errorf("%s: got %+v\nwant %+v", test.name, got, test.want)
		}
	}
	for i := range w.charter.Formats {
		if w.charter.Formats[i].Format == content {
			w.charter.Formats[i].LeadMinutes, w.charter.Formats[i].ExpiryHours = 96*60, 5
		}
	}
	tight := w.must(notice())
	if got := w.state(tight).Facts; got.LeadSeconds != 96*3600 || !got.LateNotice || got.Expires != w.state(tight).Logged.Add(5*time.Hour) {
		t.Errorf("the charter's tighter times: got %+v", got)
	}
}
