// Package proof makes and verifies what a party shows to others: the whole
// record as its desk holds it, or a bundle about a few statements.
//
// A verifier trusts nobody and asks no server. It starts from the charter, which
// all parties signed, replays with the same rules that hub and desk decide by,
// and ends in one of three ways that never look alike: proven, a [Result] that
// says in sentences what is proven and what is not shown; refuted, a [Refuted]
// that names what cannot be true and who answers for it; or any other error: it
// could not be checked.
//
// What is left out of a file cannot be seen in it. So where a text that is
// withheld could change the outcome, the accusation says so.
package proof

import (
	"errors"
	"fmt"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/store"
)

// A Result is what was proven. Beside an error it says no more than Exercise and whose
// charter it is, as far as one was read: an accusation quotes what is shown.
type Result struct {
	Mechanism  string
	Exercise   bool   // nothing in it is real
	Origin     string // the ledger's name
	Size       uint64 // entries that the newest checkpoint covers
	Root       ledger.Hash
	Statements uint64    // whose text is there, key statements and acts included
	Charters   uint64    // editions that are there
	Withheld   uint64    // entries whose text is not there
	InPart     uint64    // statements of which some of the text is withheld
	Purged     uint64    // statements whose text was destroyed when its time was over
	Keys       uint64    // endorsed keys, revoked ones too
	First      time.Time // the hub's time of the first and the last entry that is there
	Last       time.Time
	Proven     []string   // sentences, in the order of the ledger
	NotShown   []string   // sentences: what nobody may conclude from the file
	Exchanges  []Exchange // sealed exchanges that are there, oldest first

	Edition   int         // of the newest charter that is there
	Charter   string      // hash of the first, as [charter.EncodeHash]; empty where none was read
	Newest    string      // hash of the newest
	Parties   []string    // that signed it
	Anchored  bool        // it belongs to a charter that the verifier had from elsewhere
	Witnesses []Witnessed // what the parties have cosigned, in the charter's order
	Subjects  []Subject   // of a bundle, in the order of the ledger; nil for a record

	logKeys logKeys // of the editions there are
	rootAt  func(size uint64) (ledger.Hash, bool)
	Copies  []Copy // that were made for recipients outside, as far as the file names them
}

func (r *Result) proven(format string, args ...any) {
	r.Proven = append(r.Proven, fmt.Sprintf(format, args...))
}

func (r *Result) notShown(format string, args ...any) {
	r.NotShown = append(r.NotShown, fmt.Sprintf(format, args...))
}

// A Subject is a statement that a bundle is about, as far as the bundle shows it.
type Subject struct {
	Index  uint64    `json:"index"`
	Logged time.Time `json:"logged"`
	ID     string    `json:"id"`
	Author string    `json:"author"`
	Format string    `json:"format"`
	To     []string  `json:"to"`
	Status string    `json:"status,omitempty"` // of its delivery; empty for an act
}

// charter fills in whose rules the file goes by.
func (r *Result) charter(editions []store.Edition) {
	first, newest := editions[0].Signed, editions[len(editions)-1].Signed
	r.Edition, r.Charter, r.Newest = newest.Edition, charter.EncodeHash(first.Hash()), charter.EncodeHash(newest.Hash())
	for _, p := range newest.Parties {
		r.Parties = append(r.Parties, p.ID)
	}
}

// marked is the result of what could not be proven.
func marked(editions []store.Edition) (r Result) {
	if len(editions) > 0 {
		r.Exercise, r.Mechanism = editions[len(editions)-1].Signed.Exercise, editions[0].Signed.Mechanism
		r.charter(editions)
	}
	return r
}

// A Refuted is an accusation in one sentence: what is shown cannot be true, or
// it proves that the hub did what the charter forbids.
type Refuted struct {
	Sentence string
	Err      error // the cause, such as a [rule.Refusal]; nil where there is none besides
}

func (r *Refuted) Error() string { return r.Sentence }

// Unwrap gives the cause.
func (r *Refuted) Unwrap() error { return r.Err }

func refute(cause error, format string, args ...any) error {
	return &Refuted{fmt.Sprintf(format, args...), cause}
}

// anchor checks that the ledger is the one of a charter that the verifier has
// from elsewhere. That one may be any edition that is shown, or the next after
// the last: an edition names the hash of the one before. A nil charter leaves
// the question to the reader of the result.
func (r *Result) anchor(trusted *charter.Charter, editions []store.Edition) error {
	first, last := editions[0].Signed, editions[len(editions)-1].Signed
	if trusted == nil {
		r.notShown("that this is the charter you agreed to: compare its hash, %s for edition 1, with your own copy, or verify with it", charter.EncodeHash(first.Hash()))
		return nil
	}
	for _, e := range editions {
		if e.Signed.Hash() == trusted.Hash() {
			r.Anchored = true
			r.proven("the charter is the one you gave, edition %d of %s", trusted.Edition, trusted.Mechanism)
			return nil
		}
	}
	switch {
	case trusted.Previous == charter.EncodeHash(last.Hash()):
		r.Anchored = true
		r.proven("the charter you gave, edition %d, follows the last that is shown here", trusted.Edition)
		return nil
	case trusted.Mechanism == last.Mechanism && trusted.Edition > last.Edition:
		return fmt.Errorf("check the charter: edition %d was given and the last that is shown is %d; give one of the editions up to %d", trusted.Edition, last.Edition, last.Edition+1)
	}
	if trusted.Exercise != last.Exercise {
		return refute(nil, "the ledger says exercise %t and the charter you gave says exercise %t; exercise and live never mix", last.Exercise, trusted.Exercise)
	}
	return refute(nil, "this is the ledger of another charter: it begins under %s of %s, and the one you gave is %s of %s",
		charter.EncodeHash(first.Hash()), first.Mechanism, charter.EncodeHash(trusted.Hash()), trusted.Mechanism)
}

// checkOrigin checks the name under which the ledger is shown.
func checkOrigin(origin string, c *charter.Charter) error {
	if c.Hub.Origin != origin {
		return refute(nil, "it is presented as ledger %q, and its charter is that of ledger %q", origin, c.Hub.Origin)
	}
	return nil
}

// checkSigned checks that the hub signed the block's entries on top of the
// ledger that r reads, whatever their texts say.
func checkSigned(r *store.Working, b *ledger.Block) error {
	c := r.CharterAt(b.First)
	if c == nil {
		if b.Contents[0] == nil {
			return errors.New("the text of entry 0, the charter, is not there")
		}
		first, err := charter.Open(b.Contents[0])
		if err != nil {
			return fmt.Errorf("entry 0 is not a charter that all parties signed: %w", err)
		}
		c = first.Charter
	}
	verifier, err := ledger.NewVerifier(c.Hub.Key)
	if err != nil {
		return err
	}
	head, err := verifier.Open(b.Checkpoint)
	if err != nil {
		return err
	}
	_, root, err := ledger.Grow(b.First, r, b.Entries)
	switch {
	case err != nil:
		return err
	case head.Size != b.Size():
		return fmt.Errorf("its checkpoint is for %d entries, with this block there are %d", head.Size, b.Size())
	case head.Root != root:
		return fmt.Errorf("its checkpoint has root %x, the entries make %x", head.Root, root)
	}
	return nil
}
