package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"parley/delivery"
	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/words"
)

// A verb is what an officer does to an earlier statement, and how that is said.
type verb struct {
	format   string
	relation string            // empty: the act's own
	fields   map[string]string // that the verb itself fills in
	carries  bool              // fields that are not written are those of the original
}

// verbs are the words officers use.
var verbs = map[string]verb{
	"ack": {format: "J01"}, "readback": {format: "J02"}, "pass": {format: "J03"},
	"replace":     {format: "J04", relation: "replaces", fields: map[string]string{"action": "replace"}, carries: true},
	"cancel":      {format: "J04", relation: "cancels", fields: map[string]string{"action": "cancel"}},
	"translate":   {format: "translation", relation: "translates"},
	"ask-consent": {format: mechanism.ConsentAsk, relation: "asks-consent"}, "answer-consent": {format: mechanism.ConsentAnswer, relation: "consents"},
	"hold": {format: "gate.hold"}, "release": {format: "gate.release"}, "return": {format: "gate.return"}, "annotate": {format: "gate.annotate"}, "withdraw": {format: "withdraw"},
}

// A Saying is what an officer writes, and how the desk is to answer.
type Saying struct {
	By         identity.Author `json:"by"`
	Verb       string          `json:"verb,omitempty"`       // of an act; set by [Desk.Act]
	Format     string          `json:"format,omitempty"`     // "J14" or "J14/1"; of a new statement
	Precedence string          `json:"precedence,omitempty"` // empty: the format's
	To         []string        `json:"to,omitempty"`         // empty: all others whom it concerns
	Fields     []string        `json:"fields"`               // "name=value", as the officer types them
	About      string          `json:"about,omitempty"`      // the earlier statement, as [Desk.Find] takes it; empty: none
	Late       string          `json:"late,omitempty"`       // when it was passed outside the channel, as the officer types it; empty: it was not
	Route      string          `json:"route,omitempty"`      // by which way, one of [statement.Routes]
	Lang       string          `json:"lang,omitempty"`       // of refusals that concern what was typed; empty: English
	Withhold   []string        `json:"withhold,omitempty"`   // of a release: "field=reason", "text/2=reason"; parts that the addressees do not get
	Keep       []string        `json:"keep,omitempty"`       // contested terms, by identifier, that the officer has chosen to keep
	Draft      int64           `json:"-"`                    // the kept draft that it comes from; 0: none
}

// Say signs and queues a new statement. What cannot be read is refused in the
// officer's language; what can be read in more than one way, and contested terms
// that the officer has not chosen to keep, are asked about: the refusal's Options
// say what could be written. What is refused is [Kept].
func (d *Desk) Say(ctx context.Context, q Saying) (id string, err error) {
	ctx = reading(ctx, q.By)
	if id, err = d.sayNew(ctx, q); err != nil {
		return "", d.keep(ctx, q, err)
	}
	return id, nil
}

func (d *Desk) sayNew(ctx context.Context, q Saying) (id string, err error) {
	f, ok := d.Charter().Newest(q.Format)
	if !ok {
		return "", rule.Refuse(NoFormat, "`parley charter show` lists those in force", "there is no format %q in force", q.Format)
	}
	if name, ok := verbOf(f, q.Fields); ok {
		if q.About == "" {
			return "", rule.Refuse(NoFormat, "name it with -re, or use `parley "+name+"`", "%s says something about an earlier statement", f.Ref())
		}
		return d.act(ctx, name, q)
	}
	var refs []statement.Ref
	if q.About != "" {
		ref, _, err := d.refer(ctx, q, "replies")
		if err != nil {
			return "", err
		}
		refs = append(refs, ref)
	}
	return d.say(ctx, f, q, refs)
}

// say reads the fields by f, whole as it is, and sends the statement.
func (d *Desk) say(ctx context.Context, f *format.Format, q Saying, refs []statement.Ref) (string, error) {
	values, err := d.typed(f, q)
	if err != nil {
		return "", err
	}
	return d.sendTyped(ctx, f, q, values, refs)
}

// sendTyped sends what was read of q as a statement of f.
func (d *Desk) sendTyped(ctx context.Context, f *format.Format, q Saying, values map[string]any, refs []statement.Ref) (string, error) {
	late, err := readLate(d.Charter().Setting(d.party), q)
	if err != nil {
		return "", err
	}
	return d.Send(ctx, Draft{By: q.By, Format: f.Ref(), Precedence: q.Precedence, To: q.To, Fields: values, Refs: refs, Late: late, Kept: q.Draft})
}

// typed reads what the officer typed into the values that are signed.
func (d *Desk) typed(f *format.Format, q Saying) (map[string]any, error) {
	values, err := f.Parse(d.Charter().Setting(d.party), q.Fields)
	if err != nil {
		return nil, fieldRefusal(err, q.Lang)
	}
	return values, d.complete(f, values, q)
}

// complete asks whether the values are a whole statement of f, in agreed words.
func (d *Desk) complete(f *format.Format, values map[string]any, q Saying) error {
	if err := f.Check(format.Values(values), cmp.Or(q.Precedence, f.Precedence)); err != nil {
		return fieldRefusal(err, q.Lang)
	}
	return contested(d.Charter().Setting(d.party), f, values, q)
}

// Act signs and queues what an officer does to an earlier statement; name is
// one of [Verbs], and q.About the statement. What is refused is [Kept] where the
// officer has written fields.
func (d *Desk) Act(ctx context.Context, name string, q Saying) (id string, err error) {
	ctx = reading(ctx, q.By)
	if id, err = d.act(ctx, name, q); err == nil {
		return id, nil
	}
	if q.Verb = name; len(q.Fields)+len(q.Withhold) == 0 {
		return "", err
	}
	return "", d.keep(ctx, q, err)
}

func (d *Desk) act(ctx context.Context, name string, q Saying) (id string, err error) {
	v, ok := verbs[name]
	if !ok {
		return "", rule.Refuse(BadRequest, "use "+strings.Join(Verbs(), ", "), "%q is not an act", name)
	}
	f, ok := d.Charter().Newest(v.format)
	if !ok {
		return "", rule.Refuse(NoFormat, "`parley charter show` lists those in force", "format %s is not in force", v.format)
	}
	relation := v.relation
	if relation == "" {
		relation = f.Relation
	}
	ref, original, err := d.refer(ctx, q, relation)
	if err != nil {
		return "", err
	}
	if err = d.stands(q.By, relation, original.Claims()); err != nil && d.refresh(ctx) {
		err = d.stands(q.By, relation, original.Claims())
	}
	if err != nil {
		return "", err
	}
	if len(q.Withhold) > 0 {
		if name != "release" {
			return "", rule.Refuse(BadRequest, "leave -withhold out", "a %s withholds nothing", name)
		}
		record, _ := d.work.Record(ref.ID)
		if _, err := d.withholding(record, original, &q); err != nil {
			return "", err
		}
	}
	for name, value := range v.fields {
		if err := fill(&q, name, value); err != nil {
			return "", err
		}
	}
	if f.Borrows != "" {
		content := original.Claims().Format
		if of := format.ContentOf(original); of != "" {
			content = of
		}
		if err := fill(&q, format.ContentField, content); err != nil {
			return "", err
		}
		if name == "cancel" { // it puts nothing in the place of what it cancels
			return d.say(ctx, f, q, []statement.Ref{ref})
		}
		if f, err = f.Whole(d.Charter().Format, content); err != nil {
			return "", rule.Refuse(mechanism.BadRef, "", "%s", err)
		}
		if name == "readback" {
			err = d.missing(f, ref.ID, q)
		} else if name == "translate" {
			err = d.untranslated(f, original, q)
		}
		if err != nil {
			return "", err
		}
	}
	if v.carries {
		return d.replace(ctx, f, q, ref, original)
	}
	return d.say(ctx, f, q, []statement.Ref{ref})
}

// Verbs lists what officers can do to an earlier statement.
func Verbs() []string {
	return []string{"ack", "readback", "pass", "replace", "cancel", "translate", "hold", "release", "return", "annotate", "withdraw", "ask-consent", "answer-consent"}
}

// verbOf gives the verb of a format that says something about an earlier
// statement: what an officer types as a word, a paper form names by its format.
func verbOf(f *format.Format, fields []string) (name string, ok bool) {
	for _, name := range Verbs() {
		v := verbs[name]
		if v.format != f.ID {
			continue
		}
		if action := v.fields["action"]; action == "" || slices.Contains(fields, "action="+action) {
			return name, true
		}
	}
	return "", false
}

// fill adds a field that a verb fills in by itself; what an officer has typed
// there must be the same.
func fill(q *Saying, name, value string) error {
	for _, arg := range q.Fields {
		if typed, ok := strings.CutPrefix(arg, name+"="); ok && !strings.EqualFold(typed, value) {
			return rule.Refuse(mechanism.BadContent, "leave it out, or look whether it is the statement that is meant", "%s is %q and must be %q for that statement", name, typed, value)
		}
	}
	q.Fields = slices.DeleteFunc(slices.Clone(q.Fields), func(arg string) bool { return strings.HasPrefix(arg, name+"=") })
	q.Fields = append(q.Fields, name+"="+value)
	return nil
}

// refer finds the earlier statement that an officer names, and may read.
func (d *Desk) refer(ctx context.Context, q Saying, relation string) (statement.Ref, *statement.Statement, error) {
	sees, err := d.eyes(ctx)
	if err != nil {
		return statement.Ref{}, nil, err
	}
	if _, _, err := d.find(ctx, q.About, sees); err != nil {
		d.refresh(ctx)
	}
	target, err := d.Find(ctx, q.About)
	if err != nil {
		return statement.Ref{}, nil, err
	}
	record, ok := d.work.Record(target)
	if !ok {
		return statement.Ref{}, nil, rule.Refuse(NotFound, "wait for its receipt; `parley ls` shows it", "statement %s is not in the ledger yet, so nothing can be done to it", target)
	}
	s, err := d.statementAt(ctx, record.Index)
	if err != nil {
		return statement.Ref{}, nil, err
	}
	if q.By != s.Claims().Author { // who wrote it can always take it back
		err = d.mayAct(ctx, s, q.By, q.Lang)
	}
	return statement.Ref{Relation: relation, ID: target, Hash: record.Hash}, s, err
}

// stands asks whether a statement is one that relation can supersede or
// translate, before the officer is asked for fields that would not help.
func (d *Desk) stands(by identity.Author, relation string, original statement.Claims) error {
	if err := mechanism.CheckTranslated(d.Charter(), original, relation); err != nil {
		return err
	}
	record, ok := d.work.Record(original.ID)
	if !ok || record.Delivery == nil || !mechanism.Supersedes(relation) {
		return nil
	}
	_, err := record.Delivery.Decide(by, delivery.Propose{To: original.To}, d.config.Clock())
	return err
}

// missing asks for what a readback has still to enter. It names fields, never
// their values: what is read back is entered without sight of the original.
func (d *Desk) missing(whole *format.Format, id string, q Saying) error {
	record, ok := d.work.Record(id)
	if !ok || record.Facts == nil {
		return nil // the rules have the word
	}
	var absent []string
	for i := range whole.Fields {
		field := &whole.Fields[i]
		if _, asked := record.Facts.Critical[field.Name]; !asked {
			continue
		}
		if !slices.ContainsFunc(q.Fields, func(arg string) bool { return strings.HasPrefix(arg, field.Name+"=") }) {
			absent = append(absent, words.LeftToRight(q.Lang, field.Name+"=…")+" ("+field.Label.In(q.Lang)+")")
		}
	}
	switch {
	case len(record.Facts.Critical) == 0:
		return refusal(mechanism.BadRef, q.Lang, words.M("desk.readback-nothing", "id", id), words.M("desk.readback-nothing-remedy", "command", "`parley ack`"))
	case len(absent) > 0:
		return refusal(mechanism.BadField, q.Lang, words.M("desk.readback", "format", record.Facts.Content, "fields", words.Raw(strings.Join(absent, ", "))), words.M("desk.readback-remedy"))
	}
	return nil
}

// untranslated asks a translation for a text that the original has.
func (d *Desk) untranslated(whole *format.Format, original *statement.Statement, q Saying) error {
	var texts []string
	for i := range whole.Fields {
		field := &whole.Fields[i]
		if _, has := original.Field(field.Name); !has || field.Coded() {
			continue
		}
		if slices.ContainsFunc(q.Fields, func(arg string) bool { return strings.HasPrefix(arg, field.Name+"=") }) {
			return nil
		}
		texts = append(texts, words.LeftToRight(q.Lang, field.Name+"=…")+" ("+field.Label.In(q.Lang)+")")
	}
	c := original.Claims()
	if len(texts) == 0 {
		return refusal(mechanism.BadRef, q.Lang, words.M("desk.translate-nothing", "id", c.ID), words.Message{})
	}
	return refusal(mechanism.BadField, q.Lang, words.M("desk.translate", "format", c.Format, "fields", words.Raw(strings.Join(texts, ", "))), words.Message{})
}

// Contested says that an officer wrote a word that the charter marks so.
const Contested = "glossary.contested"

// contested asks about the contested terms that the officer has not chosen to
// keep.
func contested(setting *format.Setting, f *format.Format, values map[string]any, q Saying) error {
	for _, c := range setting.Contests(f, format.Values(values)) {
		if slices.Contains(q.Keep, c.Term.ID) {
			continue
		}
		agreed, keep := setting.Agreed(c), "-keep "+c.Term.ID
		asked := refusal(Contested, q.Lang, words.M("desk.contested", "field", c.Field, "found", c.Found, "term", c.Term.ID, "agreed", strings.Join(agreed, ", ")),
			words.M("desk.contested-remedy", "keep", keep))
		asked.Options = append(slices.Clone(agreed), keep)
		return asked
	}
	return nil
}

// refusal is one in the officer's language.
func refusal(ruleID, lang string, sentence, remedy words.Message) *rule.Refusal {
	return &rule.Refusal{Rule: ruleID, Sentence: sentence.In(lang), Remedy: remedy.In(lang)}
}

// fieldRefusal gives what the format says in lang as the refusal that the rules
// would make.
func fieldRefusal(err error, lang string) error {
	all := format.FieldErrors(err)
	if len(all) == 0 {
		return rule.Refuse(mechanism.BadField, "", "%s", err)
	}
	refused := &rule.Refusal{Rule: mechanism.BadField}
	var sentences []string
	for _, e := range all {
		if len(all) > 1 { // each with its own remedy
			sentences = append(sentences, e.In(lang))
		} else {
			sentences, refused.Remedy = append(sentences, e.Sentence(lang)), e.Advice(lang)
		}
		for _, r := range e.Readings {
			refused.Options = append(refused.Options, e.Field+"="+r.Typed)
		}
		if len(e.Readings) > 0 {
			refused.Rule = Ambiguity
		}
	}
	refused.Sentence = strings.Join(sentences, "\n")
	return refused
}

// Ambiguity says that what was typed can be read in more than one way.
const Ambiguity = "format.ambiguous"
