// Package format knows what each kind of statement says: its fields, their
// types, and what a person reads beside them in each language.
//
// The catalogue is data. One JSON file under data/ is one edition of one
// [Format]; the types of its fields are code, one file each. A statement claims
// its format as "ID/edition", such as "J14/1". An edition never changes once it
// is in force anywhere: a new reading of a field is a new edition in a new file.
//
// A value has two forms. An officer types it in one of many ways; [Format.Parse]
// turns that into the one canonical form that is signed, or refuses it, or, where
// it can be read in more than one way, asks which is meant. [Format.Check] holds
// a signed value to its canonical form, so that nothing has two encodings.
// [Format.Render] shows it in each language, with times in each side's zone and
// places in each agreed grid; [Compare] says whether what was read back is the
// same, by type: instant by instant, place within its uncertainty.
//
// A format says nothing of what the gate does with it: that is the charter's to
// say. Precedence, gate mode and times here are what a new charter starts from.
package format

import (
	"slices"
	"strconv"
)

// Kind tells what a format's statements are for.
type Kind string

// The kinds of formats.
const (
	Message Kind = "message" // what officers tell each other; goes through the gate
	Act     Kind = "act"     // what is done to an earlier statement, such as an acknowledgement
	Key     Kind = "key"     // endorses or revokes a key
	Note    Kind = "note"    // what the hub's clock finds, or a watch hands over: no gate, and nothing is done to it
)

// What a format borrows from the one that its field [ContentField] names.
const (
	BorrowsCritical = "critical" // the critical fields, all of them optional: to read back
	BorrowsAll      = "all"      // every field: to replace
	BorrowsTexts    = "texts"    // the free texts and lines, all of them optional: to translate
)

// ContentField is the field by which a format that borrows says from which.
const ContentField = "content"

// Words are the same words in several languages, by language code. The
// catalogue has "en", "ar" and "he" throughout.
type Words map[string]string

// In gives the words in lang, or in English where lang has none.
func (w Words) In(lang string) string {
	if s := w[lang]; s != "" {
		return s
	}
	return w["en"]
}

// A Format is one edition of one kind of statement. It belongs to the
// catalogue, or to a charter: callers do not change it.
type Format struct {
	ID          string            `json:"id"`
	Edition     int               `json:"edition"`
	Kind        Kind              `json:"kind"`
	Area        string            `json:"area,omitempty"`        // empty: the area of the statement it refers to
	Precedence  string            `json:"precedence,omitempty"`  // default; empty: that of the statement it refers to
	Gate        string            `json:"gate"`                  // default gate mode
	Floor       bool              `json:"floor,omitempty"`       // of the safety floor, which no switch may pause
	Safety      bool              `json:"safety,omitempty"`      // carries safety content: counted by [CodedShare]
	From        []string          `json:"from,omitempty"`        // kinds of party that may send it; empty: all
	LeadMinutes int               `json:"leadMinutes,omitempty"` // from entering the ledger to the window's begin; less is late
	ExpiryHours int               `json:"expiryHours,omitempty"` // from entering the ledger; 0: with its window, or never
	Window      string            `json:"window,omitempty"`      // the field that lead, expiry and passing on look at
	PassOn      bool              `json:"passOn,omitempty"`      // wants to be passed on before the window begins
	Until       string            `json:"until,omitempty"`       // the instant field that it ends with, where it has no window
	Reply       string            `json:"reply,omitempty"`       // asks for a reply by this field, an instant or a duration from submission
	Quiet       bool              `json:"quiet,omitempty"`       // asks for no acknowledgement
	Everyone    bool              `json:"everyone,omitempty"`    // goes to every other party
	Own         bool              `json:"own,omitempty"`         // goes to nobody: its own party and the supervisor read it
	Relation    string            `json:"relation,omitempty"`    // acts: how it refers to the statements it is about
	Relations   []string          `json:"relations,omitempty"`   // messages: how it may refer to earlier ones
	Refers      int               `json:"refers,omitempty"`      // 1: it must refer to exactly one statement
	Borrows     string            `json:"borrows,omitempty"`     // what it also takes of another format's fields
	Matter      string            `json:"matter,omitempty"`      // messages: the kind of matter that they open, or speak about
	Volume      *Volume           `json:"volume,omitempty"`      // where, when and how high what it says takes place
	OwnAccident *OwnAccident      `json:"ownAccident,omitempty"` // when it may describe an accident of its author's side
	Names       Words             `json:"names"`
	Help        Words             `json:"help"`
	Sentence    Words             `json:"sentence,omitempty"` // what it says in a sentence or two, see sentence.go
	Fields      []Field           `json:"fields"`
	Example     map[string]string `json:"example,omitempty"` // as an officer would type it
}

// Ref is how a statement claims the format: "J14/1".
func (f *Format) Ref() string { return f.ID + "/" + strconv.Itoa(f.Edition) }

// Field gives the field of that name.
func (f *Format) Field(name string) (*Field, bool) {
	i := slices.IndexFunc(f.Fields, func(field Field) bool { return field.Name == name })
	if i < 0 {
		return nil, false
	}
	return &f.Fields[i], true
}

func (f *Format) fieldNames() []string {
	names := make([]string, len(f.Fields))
	for i := range f.Fields {
		names[i] = f.Fields[i].Name
	}
	return names
}
