package format

import (
	"fmt"
	"slices"
	"strings"
)

// Whole gives a format that borrows together with the fields it borrows from the
// format content, which lookup finds ("J14/1"). A format that borrows nothing,
// or an empty content, gives f itself. The error says what cannot be borrowed.
//
// Borrowed critical fields and texts are optional: whether they fit the original
// is for the rules to say. Defaults are not borrowed: what is read back is entered,
// and what a replacement does not say is as the original has it.
func (f *Format) Whole(lookup func(ref string) (*Format, bool), content string) (*Format, error) {
	if f.Borrows == "" || content == "" {
		return f, nil
	}
	other, ok := lookup(content)
	switch {
	case !ok:
		return nil, fmt.Errorf("format %s takes fields of format %q, which is not in force", f.Ref(), content)
	case other.Borrows != "" || other.Kind != Message:
		return nil, fmt.Errorf("format %s cannot take fields of %s, which is no message with fields of its own", f.Ref(), content)
	}
	whole := *f
	whole.Borrows = ""
	whole.Fields = slices.Clone(f.Fields)
	if f.Borrows == BorrowsAll {
		whole.Sentence = Words{}
		for lang, own := range f.Sentence {
			whole.Sentence[lang] = strings.TrimSpace(own + " " + other.Sentence.In(lang))
		}
		whole.Volume = other.Volume
		whole.Window, whole.LeadMinutes, whole.ExpiryHours, whole.PassOn, whole.Safety = other.Window, other.LeadMinutes, other.ExpiryHours, other.PassOn, other.Safety
	}
	for _, field := range other.Fields {
		if _, clash := f.Field(field.Name); clash {
			continue
		}
		switch {
		case f.Borrows == BorrowsAll:
		case f.Borrows == BorrowsCritical && field.Critical, f.Borrows == BorrowsTexts && !field.Coded():
			field.Required, field.RequiredWhen = false, ""
		default:
			continue
		}
		field.Default = ""
		whole.Fields = append(whole.Fields, field)
	}
	return &whole, nil
}

// WholeOf is Whole for the content that s names.
func (f *Format) WholeOf(lookup func(ref string) (*Format, bool), s Source) (*Format, error) {
	return f.Whole(lookup, ContentOf(s))
}

// ContentOf gives the format that s says it takes fields of; empty for none.
func ContentOf(s Source) string {
	for _, v := range s.Fields() {
		if v.Name == ContentField {
			text, _ := v.Value.(string)
			return text
		}
	}
	return ""
}
