package format

import (
	"maps"
	"strings"
	"testing"

	"parley/statement"
)

// exemplar gives a format and its example as it is signed.
func exemplar(t testing.TB, ref string) (*Format, Values) {
	t.Helper()
	f, ok := Catalogue().Lookup(ref)
	if !ok {
		t.Fatalf("no format %s", ref)
	}
	values, err := f.Exemplar(Catalogue().Lookup, nil)
	if err != nil {
		t.Fatal(err)
	}
	return f, values
}

func with(v Values, name string, value any) Values {
	v = maps.Clone(v)
	if v[name] = value; value == nil {
		delete(v, name)
	}
	return v
}

func text(n int) statement.Paragraphs {
	return statement.Paragraphs{strings.TrimSpace(strings.Repeat("word ", n))}
}

// Each row is one thing that makes a whole statement wrong, and the sentence.
func TestCheck(t *testing.T) {
	notice, good := exemplar(t, "J14/1")
	for _, row := range []struct {
		name, precedence string
		fields           Values
		want             string // how the error begins; empty where it is accepted
	}{
		{"good", "PRIORITY", good, ""},
		{"missing", "PRIORITY", with(good, "window", nil), "format J14/1, field window: nothing was written; accepted: start/end"},
		{"unknown", "PRIORITY", with(good, "target", "x"), `format J14/1, field target: read "target"; accepted: the fields activity, `},
		{"optional left out", "PRIORITY", with(good, "description", nil), ""},
		{"another type", "PRIORITY", with(good, "activity", int64(4)), `format J14/1, field activity: read "4"; accepted: one of `},
		{"text for a choice", "PRIORITY", with(good, "activity", text(1)), `format J14/1, field activity: read "word"; accepted: one of `},
		{"too many words", "PRIORITY", with(good, "description", text(151)), `format J14/1, field description: read "151 words"; accepted: text of at most 150 words`},
	} {
		err := notice.Check(row.fields, row.precedence)
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.HasPrefix(err.Error(), row.want)) {
			t.Errorf("%s: got %v, want %s", row.name, err, row.want)
		}
	}
	hold, _ := Catalogue().Lookup("gate.hold/1")
	if err := hold.Check(Values{"reason": "other"}, "ROUTINE"); err == nil || !strings.Contains(err.Error(), "field note: nothing was written") {
		t.Errorf("a hold for another reason without a note: %v", err)
	}
	withheld := with(good, "description", statement.Text{{Withheld: true}})
	if err := notice.Check(withheld, "PRIORITY"); err != nil {
		t.Errorf("a withheld paragraph is no fault of the form: %v", err)
	}
}

// Words are counted wherever a person can write freely, and however long.
func TestWordsCounted(t *testing.T) {
	line := strings.TrimSpace(strings.Repeat("word ", 20))
	for _, test := range []struct {
		field Field
		value any
		want  int
	}{
		{Field{Type: Line}, line, 20},
		{Field{Type: Line}, strings.ReplaceAll(line, " ", "_"), 4},
		{Field{Type: Text}, statement.Paragraphs{line, "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一"}, 22},
		{Field{Type: List, Items: Line}, []string{line, "and one more"}, 23},
		{Field{Type: List, Items: Contact}, []string{"desk:line 2", "tel:+963115550101"}, 2},
		{Field{Type: Contact}, "desk:" + line, 20},
		{Field{Type: Reference}, "doc:" + line, 20},
		{Field{Type: Reference}, "notam:A1234/26", 0},
		{Field{Type: Place}, "geo:35,32;u=1;as=dd;typed=35.0%2032.0;name=by%20the%20well", 3},
	} {
		if got := types[test.field.Type].count(&test.field, test.value); got != test.want {
			t.Errorf("%s %q: counted %d words, want %d", test.field.Type, test.value, got, test.want)
		}
	}
}

// What stands in a list is one value, on the page and on paper.
func TestListComma(t *testing.T) {
	field := &Field{Name: "items", Type: List, Items: Line}
	for _, item := range []string{"north, south", "شمال، جنوب"} {
		if why := types[List].check(field, []string{item}); why == nil {
			t.Errorf("%q is one value, and reads as two", item)
		}
	}
}

// FLASH and IMMEDIATE are short in all fields together, names of places too.
func TestShortWords(t *testing.T) {
	item, good := exemplar(t, "J31/1")
	good = with(good, "item", text(ShortWords+1))
	if f, _ := item.Field("item"); f.MaxWords > 0 {
		t.Fatalf("J31's item is limited to %d words, which this test does not expect", f.MaxWords)
	}
	for precedence, short := range map[string]bool{"FLASH": true, "IMMEDIATE": true, "PRIORITY": false, "ROUTINE": false} {
		if err := item.Check(good, precedence); (err != nil) != short {
			t.Errorf("%s with %d words: %v", precedence, ShortWords+1, err)
		} else if short && !strings.Contains(err.Error(), "say what must be done now, and send the rest as PRIORITY") {
			t.Errorf("%s: %v", precedence, err)
		}
	}
}

// Several faults are all told, each in each language.
func TestFieldErrors(t *testing.T) {
	notice, good := exemplar(t, "J14/1")
	err := notice.Check(with(with(good, "window", nil), "activity", "invasion"), "PRIORITY")
	all := FieldErrors(err)
	if len(all) != 2 || all[0].Field != "activity" && all[0].Field != "window" {
		t.Fatalf("faults %v, want two", err)
	}
	for _, e := range all {
		if e.In("ar") == e.In("en") || e.In("he") == e.In("en") {
			t.Errorf("%s is said in one language: %s", e.Field, e.In("he"))
		}
	}
}

// The validation of a typical notice, as the hub does it for each statement.
func BenchmarkCheckNotice(b *testing.B) {
	notice, good := exemplar(b, "J14/1")
	fields := signedOrder(good)
	b.ReportAllocs()
	for b.Loop() {
		if err := notice.Check(fields, "PRIORITY"); err != nil {
			b.Fatal(err)
		}
	}
}

// signedOrder gives fields as a statement holds them.
type fieldList []statement.Field

func (l fieldList) Fields() []statement.Field { return l }

func signedOrder(v Values) fieldList { return v.Fields() }
