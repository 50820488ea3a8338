// Package screening compares names with dated lists of sanctions, tells what is
// owned by those who are listed, and keeps apart what a machine found and what a
// person decided.
//
// A [List] is one edition of a publisher's list, read offline with [Read] and known
// by the hashes of its files. An [Index] of lists finds the entries whose names are
// like one that is asked, in Latin, Arabic or Hebrew script: every name part is
// turned into what is heard, so that no script is the right one, and sounds cost
// what the traditions of writing make of them. What two names have in common counts
// for more the fewer names have it.
//
// A hit decides nothing. A person decides each, and his [Decision] holds for that
// entry, as it stood, in that edition of the list: another edition asks anew and
// shows what was decided before. [Ownership.Judge] adds up shares by the rule of 50%
// in the aggregate and says where shares that nobody stated could change the answer.
package screening

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"
)

// Kinds of what a list names.
const (
	Person  = "person"
	Entity  = "entity"
	Vessel  = "vessel" // also aircraft
	Unknown = ""
)

// An Entry is what a list says of one person or entity, as far as it is compared.
type Entry struct {
	ID        string   `json:"id"`   // the list's own, unique in it
	Kind      string   `json:"kind"` // Person, Entity, Vessel or Unknown
	Names     []string `json:"names"`
	Born      []Years  `json:"born,omitempty"`      // of a person, as the list has it
	Countries []string `json:"countries,omitempty"` // of nationality, citizenship or address, as the list writes them
	Programs  []string `json:"programs,omitempty"`  // under which it is listed
}

// Years is a year of birth, or the span in which it lies, both ends included.
type Years struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Digest is a hash of all of e: another digest, another entry to decide about.
func (e *Entry) Digest() string {
	text, err := json.Marshal(e)
	if err != nil {
		panic(err) // plain fields
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// A List is one imported edition of a list.
type List struct {
	Header
	Entries []Entry
}

// A Header says which edition of which list it is.
type Header struct {
	Kind      string    `json:"kind"`      // one of [Kinds]
	Name      string    `json:"name"`      // such as "OFAC SDN"
	Version   string    `json:"version"`   // as the list or its importer states it; the day published where there is none
	Published time.Time `json:"published"` // day or instant, UTC
	Files     []File    `json:"files"`
	Count     int       `json:"entries"`
	Skipped   int       `json:"skipped"` // entries without a name that can be compared
}

// A File is one file of an edition.
type File struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // hexadecimal
	Size   int64  `json:"size"`
}

// Threshold is the score from which on a name is a hit. docs/screening.md says what
// it finds and what it does not.
const Threshold = 73
