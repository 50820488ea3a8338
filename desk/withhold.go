package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/delivery"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/words"
)

// gateRelease is the format that lets a statement through, whole or in part.
const gateRelease = "gate.release"

// A Cut is what the supervisor's release of a statement kept from its addressees, as
// far as this desk may know it: its author's side and the supervisor know the names of
// all parts, an addressee that of a paragraph alone, which its text shows the place of.
type Cut struct {
	Release  string    `json:"release"` // statement that lists the parts
	By       string    `json:"by"`
	At       time.Time `json:"at"` // hub's clock
	Whole    bool      `json:"whole"`
	Parts    []CutPart `json:"parts"`
	Critical bool      `json:"critical"` // a critical field is among them, so no readback counts as understood
	Note     string    `json:"note,omitempty"`
	Lines    []string  `json:"lines"` // all that, in the language asked for
}

// A CutPart is one part that was withheld.
type CutPart struct {
	Digest string `json:"digest"`         // as the author signed it
	Name   string `json:"name,omitempty"` // "item", "item/2"; empty where the digest hides it
	Reason string `json:"reason"`         // a code of the release's
}

// cutOf tells what was withheld of the statement at record, whose text here is s; nil
// where nothing was.
func (d *Desk) cutOf(ctx context.Context, record *mechanism.Record, s *statement.Statement, lang string) (*Cut, error) {
	state := record.Delivery
	if state == nil || len(state.Withheld) == 0 {
		return nil, nil //nolint:nilnil // it is whole
	}
	v := &Cut{At: state.Gated, Whole: s.Complete(), Critical: state.Uncompared}
	for _, w := range state.Withheld {
		part := CutPart{Digest: w.Digest, Reason: w.Reason}
		for _, p := range s.Parts() {
			if statement.EncodeHash(p.Digest) == w.Digest {
				part.Name = p.Name
			}
		}
		v.Parts = append(v.Parts, part)
	}
	by := words.Plain(state.Supervisor)
	if release, ok := d.work.RecordAt(state.Since); ok {
		v.Release, v.By = release.Claims.ID, release.Claims.Author.String()
		by = words.Plain(v.By)
		act, err := d.statementAt(ctx, state.Since)
		if err != nil {
			return nil, err
		}
		if f, ok := d.whole(act); ok {
			if field, ok := f.Field("note"); ok {
				if said, ok := act.Field("note"); ok {
					v.Note = strings.Join(field.Typed(said), "\n")
				}
			}
		}
	}
	p := &page{lang: lang}
	key, to := "withhold.reader", strings.Join(record.Claims.To, ", ")
	if v.Whole {
		key = "withhold.author"
	}
	v.Lines = append(v.Lines, words.M(key, "n", len(v.Parts), "by", by, "id", p.code(v.Release), "to", p.code(to)).In(lang))
	v.Lines = append(v.Lines, d.cutLines(v, lang)...)
	return v, nil
}

// cutLines says each part and why, and what follows.
func (d *Desk) cutLines(v *Cut, lang string) []string {
	var lines []string
	p := &page{lang: lang}
	for _, part := range v.Parts {
		reason := words.Raw(d.reason(part.Reason, lang))
		if part.Name == "" {
			lines = append(lines, "  "+words.M("withhold.field", "reason", reason).In(lang))
		} else {
			lines = append(lines, "  "+words.M("withhold.part", "name", p.code(part.Name), "reason", reason).In(lang))
		}
	}
	if v.Critical {
		lines = append(lines, "  "+words.M("withhold.critical").In(lang))
	}
	for note := range strings.SplitSeq(v.Note, "\n") {
		if note != "" {
			lines = append(lines, "  "+words.Isolate(lang, note))
		}
	}
	return lines
}

// reason is a release's reason code in words.
func (d *Desk) reason(code, lang string) string {
	if f, ok := d.Charter().Newest(gateRelease); ok {
		if field, ok := f.Field("withheld"); ok && slices.Contains(field.Choices, code) {
			return field.ChoiceNames[code].In(lang)
		}
	}
	return words.Isolate(lang, code)
}

// withholding turns what an officer wants withheld of the statement at record into the
// fields of its release. Each is a field or a paragraph with a reason behind it,
// "item/1=source"; without one it is "other", which the note must explain.
func (d *Desk) withholding(record *mechanism.Record, original *statement.Statement, q *Saying) ([]CutPart, error) {
	f, _ := d.Charter().Newest(gateRelease)
	field, ok := f.Field("withheld")
	if !ok {
		return nil, rule.Refuse(NoFormat, "amend the charter", "the release that is in force, %s, withholds nothing", f.Ref())
	}
	var parts []CutPart
	critical := false
	for _, asked := range q.Withhold {
		name, reason, _ := strings.Cut(asked, "=")
		if reason == "" {
			reason = "other"
		}
		i := slices.IndexFunc(original.Parts(), func(p statement.Part) bool { return p.Name == name && p.Open })
		if i < 0 || !slices.Contains(field.Choices, reason) {
			return nil, d.noPart(record, original, field, asked, q.Lang)
		}
		is, err := mechanism.MayWithhold(d.Charter(), record, name)
		if err != nil {
			return nil, err
		}
		critical = critical || is
		parts = append(parts, CutPart{statement.EncodeHash(original.Parts()[i].Digest), name, reason})
	}
	slices.SortFunc(parts, func(a, b CutPart) int { return strings.Compare(a.Digest, b.Digest) })
	list := make([]string, len(parts))
	for i, p := range parts {
		list[i] = p.Digest + " " + p.Reason
	}
	if err := fill(q, "withheld", strings.Join(list, ", ")); err != nil {
		return nil, err
	}
	if critical {
		return parts, fill(q, "critical", "yes")
	}
	return parts, nil
}

// noPart says which parts there are, and which reasons.
func (d *Desk) noPart(record *mechanism.Record, original *statement.Statement, field *format.Field, asked, lang string) error {
	p := &page{lang: lang}
	var names []string
	example := "field/1"
	for _, part := range original.Parts() {
		if _, err := mechanism.MayWithhold(d.Charter(), record, part.Name); err != nil {
			continue
		}
		names = append(names, part.Name)
		if _, paragraph := part.Of(); paragraph {
			example = part.Name
		}
	}
	slices.Sort(names)
	return refusal(mechanism.WithheldForm, lang, words.M("withhold.no-part", "id", p.code(record.Claims.ID), "name", clip(asked), "parts", p.code(strings.Join(names, ", "))),
		words.M("withhold.no-part-remedy", "example", p.code(example+"="+field.Choices[0]), "reasons", p.code(strings.Join(field.Choices, ", "))))
}

// PreviewRelease gives the page that the addressees of a statement will read if it is
// released without the parts of q.Withhold: those alone are here named. It signs nothing.
func (d *Desk) PreviewRelease(ctx context.Context, q Saying) (string, error) {
	_, original, err := d.refer(ctx, q, "releases")
	if err != nil {
		return "", err
	}
	record, ok := d.work.Record(original.Claims().ID)
	if !ok || record.Delivery == nil {
		return "", rule.Refuse(mechanism.BadRef, "refer to the statement itself", "statement %s is no message, and passes no gate", original.Claims().ID)
	}
	if _, err := record.Delivery.Decide(q.By, delivery.Release{}, d.config.Clock()); err != nil {
		return "", err
	}
	p := &page{lang: q.Lang}
	to := p.code(strings.Join(record.Claims.To, ", "))
	head := words.M("withhold.whole", "to", to).In(q.Lang)
	if len(q.Withhold) > 0 {
		parts, err := d.withholding(record, original, &q)
		if err != nil {
			return "", err
		}
		digests := make([][32]byte, len(parts))
		v := &Cut{Parts: parts}
		for i, part := range parts {
			digests[i] = statement.DecodeHash(part.Digest)
			critical, _ := mechanism.MayWithhold(d.Charter(), record, part.Name)
			v.Critical = v.Critical || critical
		}
		if original, err = original.Withhold(digests...); err != nil {
			return "", rule.Refuse(mechanism.WithheldForm, "name each part once, and no paragraph of a text that is named", "%s", err)
		}
		head = strings.Join(append([]string{words.M("withhold.preview", "n", len(parts), "to", to).In(q.Lang)}, d.cutLines(v, q.Lang)...), "\n")
	}
	f, ok := d.whole(original)
	if !ok {
		return "", rule.Refuse(NoFormat, "", "format %s is not in force", original.Claims().Format)
	}
	return fmt.Sprintf("%s\n\n%s  %s\n\n%s", head, f.Ref(), f.Names.In(q.Lang), f.Render(d.Charter().Setting(record.Claims.To[0]), q.Lang, original)), nil
}

// mayPreview refuses a preview of what is no release, before anything is read.
func mayPreview(act string, by identity.Author) error {
	if act != "release" {
		return rule.Refuse(BadRequest, "ask for the preview of a release", "%s asks for a preview of %q, which has none", by, act)
	}
	return nil
}
