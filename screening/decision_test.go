package screening

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"
)

func edition(t *testing.T, version, rows string) *List {
	t.Helper()
	l, err := Read(Plain, Stated{Name: "EXERCISE-LIST", Version: version, Published: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}, Source{"list.csv", strings.NewReader("id,kind,names,born,countries\n" + rows + "#" + version + ",,Someone Else,,\n")})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// A decision holds for one entry as it stood in one edition.
func TestDecisions(t *testing.T) {
	const dulbani = "1,person,Samir al-Dulbani,1961,\n"
	first := NewIndex(edition(t, "1", dulbani))
	asked := "سمير الدلباني"
	hits := first.Hits(asked, Threshold, nil)
	if len(hits) != 1 || hits[0].Standing != New || hits[0].Listing() != MaybeListed {
		t.Fatalf("hits %+v", hits)
	}
	at := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	other, same := hits[0].Decide(Other, "born 1990", "cedar/gate/ilex", at), hits[0].Decide(Same, "same birth year", "cedar/gate/ilex", at)
	if hash := first.lists[0].Hash(); other.Hash != hex.EncodeToString(hash[:]) || other.Version != "1" || other.EntryDigest != hits[0].Entry.Digest() || other.By != "cedar/gate/ilex" {
		t.Errorf("decision %+v", other)
	}
	for _, test := range []struct {
		name, rows, version string
		asked               string
		made                []Decision
		standing            string
		listing             Listing
	}{
		{"decided other", dulbani, "1", asked, []Decision{other}, Decided, NotListed},
		{"decided same", dulbani, "1", asked, []Decision{same}, Decided, Listed},
		{"the last counts", dulbani, "1", asked, []Decision{same, other}, Decided, NotListed},
		{"same name, other spaces", dulbani, "1", "  سمير  الدلباني ", []Decision{other}, Decided, NotListed},
		{"another writing is another name", dulbani, "1", "Samir al-Dulbani", []Decision{other}, New, MaybeListed},
		{"another edition", dulbani, "2", asked, []Decision{other}, Unchanged, MaybeListed},
		{"the entry was changed", "1,person,Samir al-Dulbani,1990,\n", "2", asked, []Decision{other}, Changed, MaybeListed},
		{"the entry has one more name", "1,person,Samir al-Dulbani;S. Dulbani,1961,\n", "2", asked, []Decision{same}, Changed, MaybeListed},
		{"another entry", "2,person,Samir al-Dulbani,1961,\n", "2", asked, []Decision{other}, New, MaybeListed},
		{"taken off the list", "", "2", asked, []Decision{same}, Removed, NotListed},
		{"taken off, and was not him", "", "2", asked, []Decision{other}, "", 0},
	} {
		hits := NewIndex(edition(t, test.version, test.rows)).Hits(test.asked, Threshold, test.made)
		switch {
		case test.standing == "":
			if len(hits) != 0 {
				t.Errorf("%s: %+v", test.name, hits)
			}
		case len(hits) != 1 || hits[0].Standing != test.standing || hits[0].Listing() != test.listing:
			t.Errorf("%s: %+v, want %s", test.name, hits, test.standing)
		}
	}
}

func TestHash(t *testing.T) {
	h := Header{Files: []File{{Name: "a", SHA256: "00"}, {Name: "b", SHA256: "01"}}}
	// printf '00  a\n01  b\n' | sha256sum
	if got := fmt.Sprintf("%x", h.Hash()); got != "dea72421b0f5a665e8adbf499cd63d0ce13a6449e4eea7a10c7ea50b5f558b34" {
		t.Errorf("hash %s", got)
	}
}
