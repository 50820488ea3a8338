// Package mechanism composes the rules: one verified content of the ledger in,
// what it changes out.
//
// [Decide] is the only way a statement becomes part of a mechanism. It is pure:
// what it needs to know comes through a [View], and what follows is a [Change]
// that the caller stores. The hub asks it before it orders a statement; every
// desk and every auditor asks it again for each entry they read, at the index
// and the time the entry carries, and so finds a hub that let through what the
// charter refuses.
//
// The hub sees every content (its View is complete). A desk sees what its party
// may read; it then checks what can be checked of an author's chain from the
// entries, which nobody withholds.
package mechanism

import (
	"crypto/ed25519"
	"crypto/sha256"
	"slices"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/identity"
	"parley/matter"
	"parley/statement"
)

// A Hash is a SHA-256.
type Hash = [sha256.Size]byte

// A Key is an officer's or a machine's public key as the ledger knows it.
type Key struct {
	ID       string // RFC 7638 thumbprint
	Public   ed25519.PublicKey
	Author   identity.Author
	Areas    []string // compartments it may read and write, besides service
	Endorsed uint64   // index of the endorsement; 0 for a charter's root key
	Revoked  uint64   // index of the revocation; 0 while it is good
}

// ValidAt reports whether the key was endorsed before and not revoked before
// index. Order settles every race.
func (k *Key) ValidAt(index uint64) bool {
	return (k.Endorsed < index) && (k.Revoked == 0 || index <= k.Revoked)
}

// Sees reports whether the key's compartments include area.
func (k *Key) Sees(area string) bool {
	return area == Service || k.Author.Role == Registrar || slices.Contains(k.Areas, area)
}

// Service is the area of the channel's own traffic, open to every key.
const Service = "service"

// Registrar, Desk and Hub are the roles that the mechanism itself gives a
// meaning to: the holder of a party's root key, a party's desk, the hub.
const (
	Registrar = "registrar"
	Desk      = "desk"
	Hub       = "hub"
)

// A Head is the newest accepted statement of one author.
type Head struct {
	Index  uint64
	Hash   Hash
	Serial statement.Serial
	Seen   uint64 // size of the newest checkpoint the author has signed to have seen
}

// A Record is an accepted statement. Callers do not change what a View hands
// out; Decide clones what it changes.
type Record struct {
	Index    uint64
	Hash     Hash
	Height   uint64 // of the block that holds the text, in the journal it is read from
	Claims   statement.Claims
	Logged   time.Time       // the entry's time
	Delivery *delivery.State // nil for the acts and key statements of the machinery
	Facts    *Facts          // of a message; nil where some of its text is withheld here and no release says so, or purged
	Purged   uint64          // entry by which its text is destroyed, which may be still to come; 0 for none
	// Redaction is of a message that is here in part, while its block is decided.
	Redaction *Redaction
}

// Visible reports whether party may read the record's text as things stand.
func (r *Record) Visible(party, supervisor string) bool {
	if r.Delivery != nil {
		return r.Delivery.Visible(party)
	}
	return party == supervisor || party == r.Claims.Author.Party || slices.Contains(r.Claims.To, party)
}

// A View is what is known before a content is decided. Its methods answer from
// the ledger up to, and without, the content in question. An implementation
// that can fail remembers its first error and gives the zero answer; its owner
// asks for the error before it uses a decision.
type View interface {
	Complete() bool // every content is known: this is the hub or its record
	Size() uint64
	CharterAt(index uint64) *charter.Charter
	Key(kid string) (Key, bool) // endorsed keys; not the charter's roots
	Head(author string) (Head, bool)
	Record(id string) (*Record, bool)
	IndexOf(hash Hash) (uint64, bool)
	TimeAt(index uint64) (time.Time, bool)
	RootAt(size uint64) (Hash, bool)
	// Board is how the channel stands; nil where that is not known here.
	Board() *Board
	// Owed gives the statements of which party has something to do, by index.
	Owed(party string) []Owed
	// Matter gives the matter that the statement with that identifier opened, and
	// MatterNamed the first of that kind and name which all of parties are party to:
	// one name may stand for two matters that nobody can read both of.
	Matter(id string) (*Matter, bool)
	MatterNamed(kind matter.Kind, name string, parties ...string) (*Matter, bool)
	// Withheld reports whether an entry before index has that hash and its text
	// is not known here. Where the View is complete there is none.
	Withheld(hash Hash, index uint64) bool
}

// An Owed is a statement of which a party has something to do.
type Owed struct {
	Index uint64
	Since uint64 // index of the entry from which on the party can know of it
	Area  string
	// Unknown says that some of it is not here, so that something may be owed that
	// is not, and the other way round.
	Unknown bool
}

// OwedBy gives what a record that party owes something about is listed as.
func (r *Record) OwedBy(party string) Owed {
	o := Owed{Index: r.Index, Since: r.Index, Area: r.Claims.Area, Unknown: r.Facts == nil}
	if r.Delivery.Status == delivery.Released && party != r.Claims.Author.Party {
		o.Since = max(o.Since, r.Delivery.Since)
	}
	return o
}

// A Change is what one content changes. All of it is stored, or none.
type Change struct {
	Record  *Record   // the statement itself
	Head    *Head     // its author's new head; nil where it is older than the known one
	Key     *Key      // endorsed, or revoked
	Touched []*Record // records with a new delivery state
	Board   *Board    // the channel's new standing; nil where it stays
	Matters []*Matter // matters with a new state, or new ones
	Opened  []*Record // records whose text their addressees may read from here on
}

// FindKey looks a key up as of index: endorsed keys, then the charter's roots.
func FindKey(v View, kid string, index uint64) (Key, bool) {
	if key, ok := v.Key(kid); ok {
		return key, true
	}
	c := v.CharterAt(index)
	if c == nil {
		return Key{}, false
	}
	for _, p := range c.Parties {
		for _, root := range p.Roots {
			public, err := identity.ParseKey(root)
			if err == nil && identity.Thumbprint(public) == kid {
				return Key{ID: kid, Public: public, Author: identity.Author{Party: p.ID, Role: Registrar, Officer: "root"}}, true
			}
		}
	}
	return Key{}, false
}
