package format

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley/statement"
	"parley/words"
)

// gates are the modes that a format may start a charter with.
var gates = []string{"none", "notify", "auto-release", "review", "escrow"}

// Declared reports what is wrong with a format as it is declared, so that the
// code may rely on the rest: names, kinds, limits, choices and their names, the
// fields that others refer to, the sentence's placeholders, and an example that
// is accepted. It does not look at the quality of the words.
func (f *Format) Declared() error {
	if ref, why := readRef(f.Ref()); why != nil || ref != f.Ref() { // or no field could name it
		return fmt.Errorf("id %q, edition %d: want at most 32 letters, digits, points and hyphens, first a letter but j, and a number from 1 to 9999", clip(f.ID), f.Edition)
	}
	if err := f.declaredHead(); err != nil {
		return err
	}
	const most = 60 // with the borrowed ones, a statement still fits its 64 disclosures
	if len(f.Fields) > most {
		return fmt.Errorf("%d fields: want at most %d", len(f.Fields), most)
	}
	for i := range f.Fields {
		if err := f.Fields[i].declaredIn(f, i); err != nil {
			return fmt.Errorf("field %q: %w", clip(f.Fields[i].Name), err)
		}
	}
	if err := f.declaredWindow(); err != nil {
		return err
	}
	if err := f.declaredVolume(); err != nil {
		return err
	}
	if err := f.declaredAccident(); err != nil {
		return err
	}
	return f.declaredSentence()
}

func (f *Format) declaredHead() error {
	relations := f.Relations
	if f.Kind == Act {
		relations = []string{f.Relation}
	}
	switch {
	case !slices.Contains([]Kind{Message, Act, Key, Note}, f.Kind):
		return fmt.Errorf("kind %q is unknown", clip(string(f.Kind)))
	case !slices.Contains(gates, f.Gate):
		return fmt.Errorf("gate %q: want one of %s", clip(f.Gate), strings.Join(gates, ", "))
	case (f.Kind == Act) != (f.Relation != ""):
		return errors.New("an act, and nothing else, has a relation")
	case len(f.Relations) > 0 && f.Kind != Message && f.Kind != Note:
		return errors.New("relations are a message's or a note's; an act has one relation")
	case f.Own && (f.Everyone || f.Kind != Note):
		return errors.New("a note alone can be for its own party, and then it goes to nobody else")
	case (f.Reply != "" || f.Quiet) && f.Kind != Message:
		return errors.New("only a message asks for a reply, or for no acknowledgement")
	case f.Matter != "" && (f.Kind != Message || f.Borrows != ""):
		return errors.New("only a message with fields of its own is of a matter")
	case f.Refers != 0 && (f.Refers != 1 || len(f.Relations) == 0):
		return fmt.Errorf("refers is %d: want 1 or nothing, and the relations that it may use", f.Refers)
	case slices.ContainsFunc(f.From, func(kind string) bool { return kind != "side" && kind != "supervisor" }):
		return fmt.Errorf("from is %q: want side and supervisor", f.From)
	case f.LeadMinutes < 0 || f.ExpiryHours < 0 || f.LeadMinutes > 60*24*366 || f.ExpiryHours > 24*3660:
		return errors.New("lead and expiry: want at least nothing, and at most a year and ten years")
	case !slices.Contains([]string{"", BorrowsCritical, BorrowsAll, BorrowsTexts}, f.Borrows):
		return fmt.Errorf("borrows %q: want critical, all or texts", clip(f.Borrows))
	case f.Names["en"] == "" || f.Help["en"] == "":
		return errors.New("it needs names and help in English at least")
	}
	if err := shownWords(f.Names, f.Help, f.Sentence); err != nil {
		return err
	}
	for i, r := range relations {
		if r == "" || strings.ContainsAny(r, " /") || slices.Contains(relations[:i], r) {
			return fmt.Errorf("relation %q: want words, none twice", clip(r))
		}
	}
	if f.Borrows != "" {
		if field, ok := f.Field(ContentField); !ok || field.Type != FormatRef {
			return fmt.Errorf("a format that borrows needs the field %s, of type %s", ContentField, FormatRef)
		}
	}
	return nil
}

// maxSaid bounds each text that a format says, in bytes.
const maxSaid = 1000

// shownWords reports words that a page could not show as they are: they stand on
// it without an isolate, so that one that turns the line round would turn round
// what others have signed.
func shownWords(all ...Words) error {
	for _, w := range all {
		for _, lang := range slices.Sorted(maps.Keys(w)) {
			if text := w[lang]; len(text) > maxSaid || words.Visible(text) != text {
				return fmt.Errorf("%q in %s: want at most %d bytes, and no character that does not show", words.Visible(clip(text)), clip(lang), maxSaid)
			}
		}
	}
	return nil
}

func (f *Format) declaredWindow() error {
	if field, ok := f.Field(f.Reply); f.Reply != "" && (!ok || field.Type != Instant && field.Type != Duration) {
		return fmt.Errorf("reply %q: want a field of type instant or duration", f.Reply)
	}
	if field, ok := f.Field(f.Until); f.Until != "" && (!ok || field.Type != Instant || f.Window != "") {
		return fmt.Errorf("until %q: want a field of type instant, in a format without a window", f.Until)
	}
	if f.Window == "" {
		if f.LeadMinutes > 0 || f.PassOn {
			return errors.New("lead and passOn look at a window, which it does not name")
		}
		return nil
	}
	field, ok := f.Field(f.Window)
	if !ok || field.Type != Window && field.Type != Instant {
		return fmt.Errorf("window %q: want a field of type window or instant", f.Window)
	}
	return nil
}

func (field *Field) declaredIn(f *Format, i int) error {
	if err := statement.CheckField(field.Name); err != nil {
		return err
	}
	t, known := types[field.Type]
	switch {
	case slices.Contains(f.fieldNames()[:i], field.Name):
		return errors.New("it is there already")
	case !known:
		return fmt.Errorf("type %q is unknown", clip(field.Type))
	case len(field.Choices) > 0 && !slices.Contains([]string{Choice, Part}, field.Type) && (field.Type != List || !slices.Contains([]string{Choice, Part}, field.Items)):
		return errors.New("a choice or a part, and nothing else, has choices")
	case len(field.Units) > 0 && field.Type != Quantity:
		return errors.New("a quantity, and nothing else, has units")
	case field.Critical && slices.Contains([]string{Text, List, Parties, Integer, Flag}, field.Type):
		return fmt.Errorf("a %s cannot be critical: its value is not one string", field.Type)
	case field.Min < 0 && field.Type != Integer || field.Max < 0 || field.MaxWords < 0 || field.Max > 0 && field.Min > field.Max:
		return errors.New("its limits do not make sense")
	case field.Label["en"] == "" || field.Help["en"] == "":
		return errors.New("it needs a label and help in English at least")
	}
	said := []Words{field.Label, field.Help}
	for c, names := range field.ChoiceNames {
		if !slices.Contains(field.Choices, c) {
			return fmt.Errorf("choice name %q is of no choice", clip(c))
		}
		said = append(said, names)
	}
	if err := shownWords(said...); err != nil {
		return err
	}
	if when, _, _ := strings.Cut(field.RequiredWhen, "="); when != "" && !slices.Contains(f.fieldNames(), when) {
		return fmt.Errorf("required when %q, which is no field", clip(when))
	}
	if err := t.declared(field); err != nil {
		return err
	}
	if field.Default != "" {
		value, err := f.ParseField(nil, field, field.Default)
		if err == nil {
			if why := t.check(field, value); why != nil {
				err = field.fault(f, field.Default, why)
			}
		}
		if err != nil {
			return fmt.Errorf("its default: %w", err)
		}
	}
	return nil
}

// declaredSentence checks that the sentence of each language can be filled.
func (f *Format) declaredSentence() error {
	for lang := range f.Sentence {
		must, may, err := placeholders(f.Sentence[lang])
		if err != nil {
			return err
		}
		for _, name := range must {
			if field, ok := f.Field(name); !ok || !field.Required {
				return fmt.Errorf("sentence in %s: {%s} is no required field; put what may be missing in square brackets", lang, name)
			}
		}
		for _, name := range may {
			if _, ok := f.Field(name); !ok {
				return fmt.Errorf("sentence in %s: {%s} is no field", lang, clip(name))
			}
		}
	}
	return nil
}

// Complete reports what a shipped format lacks that a charter's own may lack:
// every word in every language, a sentence that says every required coded field,
// and an example that is accepted as typed.
func (f *Format) Complete(lookup func(ref string) (*Format, bool)) []error {
	var faults []error
	lacks := func(what string, w map[string]string) {
		for _, lang := range Languages() {
			if strings.TrimSpace(w[lang]) == "" {
				faults = append(faults, fmt.Errorf("%s: %s is missing in %s", f.Ref(), what, lang))
			} else if words.Visible(w[lang]) != w[lang] {
				faults = append(faults, fmt.Errorf("%s: %s in %s has a character that does not show", f.Ref(), what, lang))
			}
		}
	}
	lacks("its name", f.Names)
	lacks("its help", f.Help)
	for i := range f.Fields {
		field := &f.Fields[i]
		lacks("the label of "+field.Name, field.Label)
		lacks("the help of "+field.Name, field.Help)
		for _, c := range field.Choices {
			lacks("the name of "+field.Name+"="+c, field.ChoiceNames[c])
		}
	}
	if f.Kind != Message {
		return faults
	}
	lacks("its sentence", f.Sentence)
	for lang, template := range f.Sentence {
		must, _, _ := placeholders(template)
		for i := range f.Fields {
			if field := &f.Fields[i]; field.Required && field.Coded() && field.Type != FormatRef && !slices.Contains(must, field.Name) {
				faults = append(faults, fmt.Errorf("%s: its sentence in %s does not say %s", f.Ref(), lang, field.Name))
			}
		}
	}
	if _, err := f.Exemplar(lookup, nil); err != nil {
		faults = append(faults, fmt.Errorf("%s: its example: %w", f.Ref(), err))
	}
	return faults
}

// Exemplar gives the format's example as it would be signed. The error says why
// it is not accepted.
func (f *Format) Exemplar(lookup func(ref string) (*Format, bool), s *Setting) (Values, error) {
	whole, err := f.Whole(lookup, f.Example[ContentField])
	if err != nil {
		return nil, err
	}
	var args []string
	for i := range whole.Fields {
		if typed, ok := f.Example[whole.Fields[i].Name]; ok {
			args = append(args, whole.Fields[i].Name+"="+typed)
		}
	}
	if len(args) < len(f.Example) {
		return nil, errors.New("it has a field that the format has not")
	}
	values, err := whole.Parse(s, args)
	if err != nil {
		return nil, err
	}
	return values, whole.Check(Values(values), f.Precedence)
}
