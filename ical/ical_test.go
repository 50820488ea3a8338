package ical

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	other "github.com/emersion/go-ical"
)

var update = flag.Bool("update", false, "write testdata anew")

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func meeting(uid, summary string) Item {
	return Item{UID: uid, Sequence: 41, Changed: noon, Kind: Meeting, Status: Tentative, Starts: noon.Add(48 * time.Hour), Ends: noon.Add(50 * time.Hour), Summary: summary, Detail: "parley show 41"}
}

func due(uid, summary string) Item {
	return Item{UID: uid, Sequence: 7, Changed: noon, Kind: Due, Status: Confirmed, Starts: noon.Add(24 * time.Hour), Summary: summary, Detail: "parley show 7"}
}

// again reads a calendar with the other implementation, and holds each line to what
// RFC 5545 asks.
func again(t testing.TB, text []byte) *other.Calendar {
	t.Helper()
	for line := range strings.SplitSeq(strings.TrimSuffix(string(text), "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") || line == "" {
			t.Fatalf("line %q: %d bytes, at most 75 of whole characters are allowed", line, len(line))
		}
	}
	d := other.NewDecoder(bytes.NewReader(text))
	cal, err := d.Decode()
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	if _, err := d.Decode(); err == nil {
		t.Fatal("there is a second calendar in the file")
	}
	if err := other.NewEncoder(&bytes.Buffer{}).Encode(cal); err != nil { // which checks how often each property is there
		t.Fatal(err)
	}
	return cal
}

func textOf(t testing.TB, c *other.Component, name string) string {
	t.Helper()
	text, err := c.Props.Text(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Another implementation reads what was written; a golden file shows it.
func TestCalendar(t *testing.T) {
	c := Calendar{Name: "تمرين البستان الهادئ", Lang: "ar", Mark: "تمرين", Items: []Item{meeting("s1", "جلسة \u2066doc:session-1\u2069؛ جدول الأعمال لم يُقفل بعد, والنافذة قائمة"), due("c1", "Adoption of the minutes; Alder, \\ slash: \"quoted\"")}}
	text, err := c.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	cal := again(t, text)
	events := cal.Events()
	if len(events) != 2 || textOf(t, cal.Component, "METHOD") != "PUBLISH" || textOf(t, cal.Component, "X-WR-CALNAME") != "تمرين تمرين البستان الهادئ تمرين" {
		t.Fatalf("read again:\n%s", text)
	}
	first, second := events[0], events[1]
	if got := textOf(t, first.Component, "SUMMARY"); got != "تمرين "+c.Items[1].Summary+" تمرين" {
		t.Errorf("summary %q", got)
	}
	if got := textOf(t, second.Component, "SUMMARY"); got != "تمرين "+c.Items[0].Summary+" تمرين" {
		t.Errorf("summary %q", got)
	}
	starts, err := second.DateTimeStart(time.UTC)
	ends, err2 := second.DateTimeEnd(time.UTC)
	if err != nil || err2 != nil || !starts.Equal(c.Items[0].Starts) || !ends.Equal(c.Items[0].Ends) {
		t.Errorf("the meeting is from %s to %s: %v, %v", starts, ends, err, err2)
	}
	if _, has := first.Props["DTEND"]; has || textOf(t, first.Component, "UID") != "c1" || first.Props.Get("SEQUENCE").Value != "7" {
		t.Errorf("what is due:\n%s", text)
	}
	slices.Reverse(c.Items)
	if same, err := c.Bytes(); err != nil || !bytes.Equal(same, text) {
		t.Errorf("in another order: %v\n%s", err, same)
	}
	c.Items[1].UID = c.Items[0].UID
	if _, err := c.Bytes(); err == nil {
		t.Error("two items of one identifier were written")
	}
	file := filepath.Join("testdata", "calendar.ics")
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(text, want) {
		t.Errorf("%v\n%s", err, text)
	}
}

// No calendar without items is refused by who reads it.
func TestEmpty(t *testing.T) {
	text, err := Calendar{Name: "empty", Lang: "en"}.Bytes()
	if err != nil || !strings.HasPrefix(string(text), "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(string(text), "END:VCALENDAR\r\n") {
		t.Fatalf("%v\n%s", err, text)
	}
	if cal, err := other.NewDecoder(bytes.NewReader(text)).Decode(); err != nil || len(cal.Children) != 0 {
		t.Errorf("read again: %v, %v", cal, err)
	}
}

// Whatever stands in a text, it is one text of one event.
func FuzzHostile(f *testing.F) {
	for _, text := range []string{"plain", "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil", "a\rb\nc\u2028d\u0085e", "\\n\\;\\,\\\\", strings.Repeat("long ", 100), strings.Repeat("ل", 500),
		"evil\u202etxt.exe", "\xff\xfe", "<a href=\"x\">y</a>", "\u2066isolated\u2069", " leading", "a,b;c:d\"e", "\x00"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, hostile string) {
		if hostile == "" {
			t.Skip("it has no such identifier")
		}
		c := Calendar{Name: hostile, Lang: "en", Mark: "EXERCISE", Items: []Item{{UID: hostile, Sequence: 1, Changed: noon, Kind: Due, Status: Confirmed, Starts: noon, Summary: hostile, Detail: hostile}}}
		text, err := c.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		cal := again(t, text)
		if len(cal.Children) != 1 || len(cal.Children[0].Children) != 0 {
			t.Fatalf("%q wrote\n%s", hostile, text)
		}
		want := "EXERCISE " + clean(hostile) + " EXERCISE"
		if got := textOf(t, cal.Children[0], "SUMMARY"); got != want {
			t.Fatalf("summary %q, want %q, in\n%s", got, want, text)
		}
		if strings.ContainsAny(want, "\r\n\u2028\u2029\u202e") {
			t.Fatalf("%q shows as %q", hostile, want)
		}
	})
}
