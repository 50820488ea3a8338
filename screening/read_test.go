package screening

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

var stated = Stated{Name: "EXERCISE-LIST", Version: "2026.11", Published: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}

func source(t testing.TB, name string) Source {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return Source{name, bytes.NewReader(text)}
}

func TestRead(t *testing.T) {
	for _, test := range []struct {
		kind, name, version, published string
		files                          []string
		skipped                        int
		entries                        []Entry
	}{
		{OFACXML, "EXERCISE-LIST", "2026.11", "2026-11-21T00:00:00Z", []string{"sdn.xml"}, 1, []Entry{
			{"9001", Person, []string{"Samir AL-DULBANI", "Sameer DOULBANI", "سمير الدلباني"}, []Years{{1959, 1963}, {1964, 1964}}, []string{"Lebanon"}, []string{"EXERCISE-1", "EXERCISE-2"}},
			{"9002", Entity, []string{"ZARQUN MARITIME LTD & CO."}, nil, []string{"Malta"}, []string{"EXERCISE-1"}},
			{"9003", Vessel, []string{"QUIET ORCHARD"}, nil, nil, nil},
		}},
		{OFACCSV, "OFAC SDN", "2026.11", "2026-11-24T00:00:00Z", []string{"sdn.csv", "alt.csv", "add.csv"}, 0, []Entry{
			{"9001", Person, []string{"AL-DULBANI, Samir", "DOULBANI, Sameer"}, []Years{{1964, 1964}, {1959, 1963}}, []string{"Lebanon"}, []string{"EXERCISE-1", "EXERCISE-2"}},
			{"9002", Entity, []string{"ZARQUN MARITIME LTD & CO."}, nil, []string{"Malta"}, []string{"EXERCISE-1"}},
			{"9003", Vessel, []string{"QUIET ORCHARD"}, nil, nil, []string{"EXERCISE-1"}},
		}},
		{EUXML, "EU consolidated financial sanctions", "170000", "2026-11-20T14:30:00Z", []string{"eu.xml"}, 0, []Entry{
			{"13", Person, []string{"Samir AL-DULBANI", "سمير الدلباني"}, []Years{{1964, 1964}, {1960, 1962}}, []string{"LB"}, []string{"EXR"}},
			{"14", Entity, []string{"Zarqun Maritime"}, nil, []string{"MT"}, []string{"EXR"}},
		}},
		{UNXML, "UN Security Council consolidated list", "2026.11", "2026-11-19T10:00:00Z", []string{"un.xml"}, 0, []Entry{
			{"6908001", Person, []string{"SAMIR HASAN AL-DULBANI", "سمير حسن الدلباني", "Sameer Doulbani", "Abu Hasan"}, []Years{{1960, 1965}, {1959, 1963}}, []string{"Lebanon", "Malta"}, []string{"Exercise"}},
			{"110001", Entity, []string{"ZARQUN MARITIME", "Zarqun Shipping"}, nil, []string{"Malta"}, []string{"Exercise"}},
		}},
		{Plain, "EXERCISE-LIST", "2026.11", "2026-11-24T00:00:00Z", []string{"plain.csv"}, 0, []Entry{
			{"X-1", Person, []string{"Samir al-Dulbani", "سمير الدلباني", "סמיר אלדולבני"}, []Years{{1961, 1961}, {1964, 1964}}, []string{"LB"}, nil},
			{"X-2", Entity, []string{"Zarqun Maritime"}, nil, []string{"MT"}, nil},
		}},
	} {
		t.Run(test.kind, func(t *testing.T) {
			var sources []Source
			for _, name := range test.files {
				sources = append(sources, source(t, name))
			}
			l, err := Read(test.kind, stated, sources...)
			if err != nil {
				t.Fatal(err)
			}
			if l.Name != test.name || l.Version != test.version || l.Published.Format(time.RFC3339) != test.published || l.Skipped != test.skipped || l.Count != len(test.entries) {
				t.Errorf("header %+v, want %s %s %s, %d skipped", l.Header, test.name, test.version, test.published, test.skipped)
			}
			if !reflect.DeepEqual(l.Entries, test.entries) {
				t.Errorf("entries %+v\nwant    %+v", l.Entries, test.entries)
			}
			for i, name := range test.files {
				text, _ := os.ReadFile(filepath.Join("testdata", name)) // read before
				if sum := sha256.Sum256(text); l.Files[i].SHA256 != hex.EncodeToString(sum[:]) || l.Files[i].Size != int64(len(text)) {
					t.Errorf("%s: %+v is not its hash and size", name, l.Files[i])
				}
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	sdn := func(middle string) string {
		return "<sdnList><publshInformation><Publish_Date>11/21/2026</Publish_Date></publshInformation>" + middle + "</sdnList>"
	}
	one := `<sdnEntry><uid>1</uid><lastName>A B</lastName></sdnEntry>`
	for _, test := range []struct{ kind, text, want string }{
		{"csv", "", "is not one of"},
		{OFACXML, sdn(""), "no entry of kind ofac-xml"},
		{OFACXML, sdn(one)[:150], "cut off"},
		{OFACXML, sdn(one + one), `identifier "1" is there twice`},
		{OFACXML, sdn(`<sdnEntry><lastName>A</lastName></sdnEntry>`), "no identifier"},
		{OFACXML, "<!DOCTYPE x [<!ENTITY a 'b'>]>" + sdn(one), "document type"},
		{OFACXML, sdn(strings.Repeat("<a>", 20)), "deeper than 16"},
		{OFACXML, sdn("<sdnEntry>" + strings.Repeat("<a/>", maxElements+1)), "more than 20000 elements"},
		{OFACXML, sdn("<sdnEntry><uid>1</uid><akaList>" + strings.Repeat("<aka><lastName>A</lastName></aka>", maxNames+1) + "</akaList></sdnEntry>"), "202 names"},
		{OFACXML, sdn("<sdnEntry><uid>" + strings.Repeat("1", 3*maxSpan)), "longer than"},
		{OFACXML, strings.Replace(sdn(one), "11/21/2026", "21 Nov", 1), `Publish_Date "21 Nov"`},
		{OFACXML, strings.Replace(sdn(one), "A B", "A \xff", 1), "not UTF-8"},
		{OFACXML, `<?xml version="1.0" encoding="windows-1252"?>` + sdn(one), "save the file as UTF-8"},
		{OFACXML, sdn("</x>"), "closes nothing"},
		{OFACXML, sdn("&x;"), "entity"},
		{OFACXML, sdn("<sdnEntry><uid>1</uid><lastName>A</lastName>" + one + "</sdnEntry>"), "inside another entry"},
		{Plain, "id,kind,names,born,countries\n1,person,\"A B,,\n2,person,C D,,\n3,person,\"E F\",,\n", "beyond its line"},
		{Plain, "id,kind,names,born,countries\r1,person,A B,,\r", "beyond its line"},
		{Plain, "id,kind,names,born,countries\n1,person,A B,,\r2,person,C D,,\n", "beyond its line"},
		{EUXML, `<export generationDate="x"/>`, "generationDate"},
		{UNXML, `<CONSOLIDATED_LIST dateGenerated=""/>`, "dateGenerated"},
		{Plain, "a,b,c,d,e\n", "the heading is"},
		{Plain, "id,kind,names,born,countries\nX,ship,A,,\n", `kind "ship"`},
		{Plain, "id,kind,names,born,countries\nX,person,A,young,\n", "no year"},
		{Plain, "id,kind,names,born,countries\nX,person\n", "2 columns, want 5"},
		{Plain, "id,kind,names,born,countries\n" + strings.Repeat("x", 3*maxSpan), "longer than"},
	} {
		if _, err := Read(test.kind, stated, Source{"list", strings.NewReader(test.text)}); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s %.60q: %v, want %q", test.kind, test.text, err, test.want)
		}
	}
	if _, err := (&hashing{r: strings.NewReader("x"), sum: sha256.New(), size: MaxFile}).Read(make([]byte, 8)); err == nil || !strings.Contains(err.Error(), "larger than 256 MiB") {
		t.Errorf("too large a file: %v", err)
	}
	full := &importing{list: &List{}, seen: make(map[string]bool, MaxEntries)}
	for i := range MaxEntries {
		full.seen[strconv.Itoa(i)] = true
	}
	if err := full.add(Entry{ID: "one more", Names: []string{"A B"}}); err == nil || !strings.Contains(err.Error(), "more than 500000 entries") {
		t.Errorf("too many entries: %v", err)
	}
	if _, err := Read(OFACCSV, stated, Source{"sdn.csv", strings.NewReader("")}, Source{"sdn.csv", strings.NewReader("")}); err == nil {
		t.Error("two SDN.CSV were read")
	}
	if _, err := Read(OFACCSV, stated, source(t, "sdn.csv"), Source{"alt.csv", strings.NewReader("1,1,aka,X,\n")}); err == nil || !strings.Contains(err.Error(), "different days") {
		t.Errorf("ALT.CSV of another day: %v", err)
	}
	if _, err := Read(Plain, Stated{Name: "L"}, source(t, "plain.csv")); err == nil || !strings.Contains(err.Error(), "-published") {
		t.Errorf("no date: %v", err)
	}
}

// An importer neither panics nor gives what its bounds forbid, whatever it reads.
func FuzzRead(f *testing.F) {
	kinds := Kinds()
	for _, kind := range kinds {
		name := map[string]string{OFACXML: "sdn.xml", OFACCSV: "sdn.csv", EUXML: "eu.xml", UNXML: "un.xml", Plain: "plain.csv"}[kind]
		text, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(0), text)
		for i := range kinds {
			if kinds[i] == kind {
				f.Add(uint8(i), text)
			}
		}
	}
	f.Fuzz(func(t *testing.T, k uint8, text []byte) {
		kind := kinds[int(k)%len(kinds)]
		l, err := Read(kind, stated, Source{"sdn.csv", bytes.NewReader(text)})
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, e := range l.Entries {
			if seen[e.ID] || len(e.Names) == 0 || len(e.Names) > maxNames || len(e.Born) > maxValues {
				t.Fatalf("entry %+v", e)
			}
			seen[e.ID] = true
		}
		if len(l.Entries) < 100 {
			for _, found := range NewIndex(l).Search(l.Entries[0].Names[0], 1) {
				if found.Score > whole {
					t.Fatalf("score %d", found.Score)
				}
			}
		}
	})
}
