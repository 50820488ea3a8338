package format

import (
	"fmt"
	"strings"

	"parley/words"
)

// Field types. The value that is signed is a string where nothing else is said;
// each type's file tells its forms.
const (
	Line        = "line"        // one line of text, not empty
	Text        = "text"        // statement.Paragraphs: free text
	Instant     = "instant"     // a time in UTC, to the minute or second
	Window      = "window"      // two instants
	Duration    = "duration"    // days, hours and minutes
	Place       = "place"       // a position with its uncertainty
	Area        = "area"        // a circle, a polygon or a corridor
	Altitude    = "altitude"    // a band between two altitudes with their references
	Quantity    = "quantity"    // a number with its unit
	Choice      = "choice"      // one of Choices
	Role        = "role"        // a role, or a party's role: who, but no person
	Contact     = "contact"     // how to reach them
	Hash        = "hash"        // 32 bytes, base64url without padding
	Reliability = "source"      // reliability of a source, A to F
	Credibility = "credibility" // credibility of information, 1 to 6
	TLP         = "tlp"         // with whom it may be shared
	UseMark     = "use-mark"    // what it may be used for
	Parties     = "parties"     // []string: parties that it may be released to
	Money       = "money"       // a band of value with its currency
	Reference   = "reference"   // an earlier statement or a document
	FormatRef   = "format"      // a format's reference
	Integer     = "integer"     // int64: from Min to Max
	Flag        = "flag"        // bool
	Part        = "part"        // a part of another statement that is withheld, and why
	Opaque      = "opaque"      // what one program has written for another
	List        = "list"        // []string: values of type Items, none twice
)

// A fieldType is how the values of one type are read, held to their canonical
// form, shown and compared.
type fieldType interface {
	// declared reports what is wrong with the declaration of a field.
	declared(field *Field) error
	accepts(field *Field) words.Message
	// parse reads what an officer typed, which is not empty.
	parse(s *Setting, field *Field, typed string) (any, *fault)
	// check holds a signed value to its one form.
	check(field *Field, value any) *fault
	// count is how many words a value adds to the statement's length.
	count(field *Field, value any) int
	// brief shows a value in one line, for a sentence.
	brief(s *Setting, field *Field, lang string, value any) string
	// show shows it whole: the first line, then its echoes.
	show(s *Setting, field *Field, lang string, value any) []string
	// same reports whether again says what original says.
	same(field *Field, original, again string) bool
	// differ says the difference of two values that are not the same.
	differ(s *Setting, field *Field, original, again string) words.Message
	// schema is the JSON Schema of the canonical value.
	schema(field *Field) map[string]any
}

var types = map[string]fieldType{
	Line: lineType{}, Text: textType{}, Instant: instantType{}, Window: windowType{}, Duration: durationType{}, Place: placeType{}, Area: areaType{},
	Altitude: altitudeType{}, Quantity: quantityType{}, Choice: choiceType{}, Role: roleType{}, Contact: contactType{}, Hash: hashType{},
	Reliability: sourceType, Credibility: credibilityType, TLP: tlpType, UseMark: useMarkType, Parties: partiesType{}, Money: moneyType{},
	Reference: referenceType{}, FormatRef: formatType{}, Integer: integerType{}, Flag: flagType{}, Opaque: opaqueType{}, Part: partType{}, List: listType{},
}

// stringType is what types have in common whose value is one string.
type stringType struct{}

func (stringType) declared(*Field) error { return nil }
func (stringType) count(*Field, any) int { return 0 }

func (stringType) brief(_ *Setting, _ *Field, lang string, value any) string {
	return words.Isolate(lang, fmt.Sprint(value))
}

func (stringType) show(_ *Setting, _ *Field, lang string, value any) []string {
	return []string{words.Isolate(lang, fmt.Sprint(value))}
}

func (stringType) same(_ *Field, original, again string) bool { return original == again }

func (stringType) differ(s *Setting, _ *Field, original, again string) words.Message {
	return s.differs("differ.plain", "again", again, "original", original)
}

// checkCanonical holds a value to being the one string that read makes of it.
func checkCanonical(value any, read func(string) (string, *fault)) *fault {
	s, ok := value.(string)
	if !ok {
		return notString(value)
	}
	if strings.TrimSpace(s) == "" {
		return faulty("remedy.something")
	}
	canonical, why := read(s)
	if why == nil && canonical != s {
		why = faulty("remedy.instead", "canonical", canonical)
	}
	return why
}

func notString(value any) *fault { return faulty("remedy.type-string", "type", goType(value)) }
