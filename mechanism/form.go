package mechanism

import (
	"errors"
	"slices"
	"strings"

	"parley/charter"
	"parley/format"
	"parley/rule"
	"parley/statement"
)

// A form is what a statement's fields are held against.
type form struct {
	*format.Format                // as the statement claims it
	content        string         // the format it borrows fields of; empty where it borrows none or that is withheld
	whole          *format.Format // with the fields that it borrows
}

// formOf composes the format that s claims. A cancellation borrows no fields: it
// puts nothing in the place of what it cancels.
func formOf(ch *charter.Charter, s *statement.Statement, f *format.Format) (form, error) {
	own := form{Format: f, whole: f}
	if f.Borrows == "" {
		return own, nil
	}
	own.content = text(s, format.ContentField)
	if own.content == "" || cancels(s.Claims()) {
		return own, nil
	}
	whole, err := f.Whole(ch.Format, own.content)
	if err != nil {
		return form{}, fieldRefusal(err)
	}
	own.whole = whole
	return own, nil
}

// cancels reports whether a statement cancels another.
func cancels(claims statement.Claims) bool {
	return slices.ContainsFunc(claims.Refs, func(r statement.Ref) bool { return r.Relation == "cancels" })
}

// gateFormat gives the format by whose gate a message leaves: for one that
// borrows fields the one it borrows them of, so that neither a correction nor a
// translation passes where the original would wait. It is read from the field,
// and not from the original's record, because the hub routes the feeds by the
// statement and the charter alone; [Decide] holds the field to the record.
func gateFormat(f *format.Format, s *statement.Statement) string {
	if f.Borrows == "" {
		return s.Claims().Format
	}
	return text(s, format.ContentField)
}

// fieldRefusal gives what package format says of a field as a refusal.
func fieldRefusal(err error) error {
	var bad *format.FieldError
	if errors.As(err, &bad) {
		return rule.Refuse(BadField, bad.Advice("en"), "%s", bad.Sentence("en"))
	}
	return rule.Refuse(BadField, "", "%s", err)
}

// identifier gives a format's identifier without its edition.
func identifier(formatRef string) string {
	id, _, _ := strings.Cut(formatRef, "/")
	return id
}
