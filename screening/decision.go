package screening

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What a person decides about a hit.
const (
	Same  = "same"  // the name asked is the listed one
	Other = "other" // it is somebody else's
)

// Where a hit stands.
const (
	New       = "new"       // nobody has decided it
	Decided   = "decided"   // and the decision holds
	Unchanged = "unchanged" // decided by another edition of the list, where the entry stood as it does
	Changed   = "changed"   // decided of an entry that reads otherwise now
	Removed   = "removed"   // decided to be the same, and no longer a hit of the list in force
)

// NameKey is what two writings of a name have in common that differ in case, marks
// and spaces alone. It is empty for a name of nothing else.
func NameKey(name string) string {
	return strings.Join(strings.Fields(fold(clip(name))), " ")
}

// Hash is of the list's files as they were imported: of a single file its SHA-256, of
// several that of the lines which sha256sum prints of them, in the order of Files.
func (h *Header) Hash() [sha256.Size]byte {
	var sum [sha256.Size]byte
	if len(h.Files) == 1 {
		hex.Decode(sum[:], []byte(h.Files[0].SHA256)) //nolint:errcheck // Read made it
		return sum
	}
	var lines strings.Builder
	for _, f := range h.Files {
		fmt.Fprintf(&lines, "%s  %s\n", f.SHA256, f.Name)
	}
	return sha256.Sum256([]byte(lines.String()))
}

// A Decision is what one person decided about one hit. It holds for the entry as it
// stood, in the edition of the list that it names.
type Decision struct {
	Hit         string    `json:"hit"`
	Asked       string    `json:"asked"` // the name that was compared
	List        string    `json:"list"`  // its name
	Version     string    `json:"version"`
	Hash        string    `json:"hash"`  // of its files, hexadecimal
	Entry       string    `json:"entry"` // identifier in the list
	EntryNames  []string  `json:"entryNames"`
	EntryDigest string    `json:"entryDigest"`
	Verdict     string    `json:"verdict"` // Same or Other
	Reason      string    `json:"reason"`
	By          string    `json:"by"` // party/role/officer
	At          time.Time `json:"at"`
}

// A Hit is an entry that a name is like, and what was decided about that.
type Hit struct {
	ID       string    `json:"id"`
	Asked    string    `json:"asked"`
	List     string    `json:"list"`
	Version  string    `json:"version"`
	Hash     string    `json:"hash"`
	Entry    Entry     `json:"entry"`
	Like     string    `json:"like"` // the entry's name that is the most alike
	Score    int       `json:"score"`
	Parts    []Alike   `json:"parts"`
	Standing string    `json:"standing"`
	Last     *Decision `json:"last,omitempty"` // the newest about this name and entry, whether it holds or not
}

// Listing says whether h counts as listed: only a decision that holds clears it.
func (h *Hit) Listing() Listing {
	switch {
	case h.Standing == Removed:
		return NotListed
	case h.Standing == Decided && h.Last.Verdict == Other:
		return NotListed
	case h.Standing == Decided:
		return Listed
	}
	return MaybeListed
}

// hitID names what a decision is about: one name, one entry of one list.
func hitID(name, list, entry string) string {
	sum := sha256.Sum256([]byte(NameKey(name) + "\x00" + list + "\x00" + entry))
	return hex.EncodeToString(sum[:6])
}

// Hits looks a name up and says of each hit where it stands, by the decisions made
// about that name, the oldest first. What was decided to be the same and is no hit of
// the lists now comes last, as Removed.
func (x *Index) Hits(name string, threshold int, decisions []Decision) []Hit {
	last := map[string]*Decision{}
	for i := range decisions {
		last[decisions[i].Hit] = &decisions[i]
	}
	var hits []Hit
	found := map[string]bool{}
	for _, f := range x.Search(name, threshold) {
		hash := f.List.Hash()
		h := Hit{ID: hitID(name, f.List.Name, f.Entry.ID), Asked: name, List: f.List.Name, Version: f.List.Version, Hash: hex.EncodeToString(hash[:]), Entry: *f.Entry, Like: f.Entry.Names[f.Name], Score: f.Score, Parts: f.Parts, Standing: New}
		if d := last[h.ID]; d != nil {
			h.Last = d
			switch {
			case d.EntryDigest != f.digest:
				h.Standing = Changed
			case d.Hash != h.Hash:
				h.Standing = Unchanged
			default:
				h.Standing = Decided
			}
		}
		hits = append(hits, h)
		found[h.ID] = true
	}
	gone := 0
	for _, d := range last {
		if !found[d.Hit] && d.Verdict == Same && NameKey(d.Asked) == NameKey(name) {
			hits = append(hits, Hit{ID: d.Hit, Asked: name, List: d.List, Version: d.Version, Hash: d.Hash, Entry: Entry{ID: d.Entry, Names: d.EntryNames}, Standing: Removed, Last: d})
			gone++
		}
	}
	slices.SortFunc(hits[len(hits)-gone:], func(a, b Hit) int { return cmp.Compare(a.ID, b.ID) })
	return hits
}

// Decide makes a person's decision about a hit.
func (h *Hit) Decide(verdict, reason, by string, at time.Time) Decision {
	return Decision{Hit: h.ID, Asked: h.Asked, List: h.List, Version: h.Version, Hash: h.Hash, Entry: h.Entry.ID, EntryNames: h.Entry.Names, EntryDigest: h.Entry.Digest(), Verdict: verdict, Reason: reason, By: by, At: at}
}
