package desk

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"parley/format"
	"parley/rule"
	"parley/words"
)

// Asked is the state of a [Sent] that has still questions to answer.
const Asked = "asked"

// Unsent says that an own accident was written down and not sent yet.
const Unsent = "desk.unsent"

// An AccidentRequest is the body of POST /v1/accident.
type AccidentRequest struct {
	As      string   `json:"as"`      // party/role/officer
	To      []string `json:"to"`      // empty: all other sides
	Fields  []string `json:"fields"`  // "name=value"; a choice may be its number; "contact=" leaves the default out
	Lang    string   `json:"lang"`    // of questions, page and refusals; empty: English
	Keep    []string `json:"keep"`    // contested terms to keep, by identifier
	Draft   int64    `json:"draft"`   // kept draft to go on with; 0: a new one
	Preview bool     `json:"preview"` // ask also what has a default, show the page and sign nothing
	Wait    int      `json:"wait"`    // seconds to wait for the hub's answer, at most 60
}

// An AccidentAnswer is the answer to it: what is still to be asked, in order, or
// what became of the statement.
type AccidentAnswer struct {
	Sent
	Fields []string   `json:"fields"`          // as they stand, defaults included
	Open   []Question `json:"open"`            // to answer before it can be sent
	Later  []Question `json:"later"`           // what may follow, as a replacement
	Draft  int64      `json:"draft,omitempty"` // under which it is kept; 0: nothing was written, or it was sent
}

// A Question is one field that a person is still to fill in.
type Question struct {
	Field   string   `json:"field"`
	Label   string   `json:"label"`
	Help    string   `json:"help"`
	Choices []Choice `json:"choices,omitempty"` // numbered from 1; readings of what was typed, or a closed list
	Default string   `json:"default,omitempty"` // what to type to accept it
	Fault   string   `json:"fault,omitempty"`   // why what was typed does not do
}

// A Choice is one answer that is sure to be understood.
type Choice struct {
	Typed string `json:"typed"`
	Label string `json:"label"`
}

// Accident says that something of this party's own is out of control, in as few
// steps as there are: what is required and not written is asked for, the place,
// the time and the rest are read as in any statement, and the contact is the one
// that this party last gave unless another is written. With nothing open it is
// signed and queued as [Desk.Say] does, else, and with preview, what was written
// stays as a draft, which each further call takes up by its number.
func (d *Desk) Accident(ctx context.Context, q Saying, preview bool) (AccidentAnswer, error) {
	f, ok := d.Charter().Newest(format.AccidentFormat)
	if !ok {
		return AccidentAnswer{}, rule.Refuse(NoFormat, "`parley charter show` lists those in force", "there is no format %q in force", format.AccidentFormat)
	}
	if err := d.takeUp(ctx, f, &q); err != nil {
		return AccidentAnswer{}, err
	}
	if _, err := d.key(q.By); err != nil { // better now than after all the questions
		if len(q.Fields) > 0 {
			q.Format = f.Ref()
			err = d.keep(ctx, q, err)
		}
		return AccidentAnswer{}, err
	}
	q.Format = f.Ref()
	q.Fields = numbered(f, q.Fields)
	written := q
	later := d.later(ctx, f, &q)
	q.Fields = slices.DeleteFunc(slices.Clone(q.Fields), func(arg string) bool { return strings.HasSuffix(arg, "=") }) // left out on purpose
	questions, err := d.unanswered(f, &q, preview)
	if err != nil {
		return AccidentAnswer{}, d.keep(ctx, written, err)
	}
	answer := AccidentAnswer{Sent: Sent{State: Asked, Exercise: d.Charter().Exercise}, Open: questions, Later: later, Fields: q.Fields}
	refused := refusal(Unsent, q.Lang, words.M("accident.open", "fields", words.Raw(labels(questions))), words.Message{})
	if len(questions) == 0 {
		if !preview {
			answer.ID, err = d.Say(ctx, q)
			return answer, err
		}
		answer.State = Previewed
		if answer.Page, err = d.Preview(ctx, q); err != nil {
			return AccidentAnswer{}, d.keep(ctx, written, err)
		}
		refused = refusal(Unsent, q.Lang, words.M("accident.unsent"), words.Message{})
	}
	if len(written.Fields) > 0 {
		var kept *Kept
		if errors.As(d.keep(ctx, written, refused), &kept) {
			answer.Draft = kept.Draft
		}
	}
	return answer, nil
}

// takeUp puts what a kept draft says under what is written anew.
func (d *Desk) takeUp(ctx context.Context, f *format.Format, q *Saying) error {
	if q.Draft == 0 {
		return nil
	}
	kept, err := d.outbox.draft(ctx, q.Draft)
	if err != nil {
		return err
	}
	own := false
	if kept != nil && kept.Saying.Verb == "" {
		of, ok := d.Charter().Newest(kept.Saying.Format) // "J11" or "J11/1", as it was typed
		own = ok && of.Ref() == f.Ref()
	}
	if !own {
		return rule.Refuse(NotFound, "`parley drafts` lists them", "this desk keeps no draft %d of an own accident", q.Draft)
	}
	q.Fields = rewritten(kept.Saying, q.Fields)
	q.Keep = append(slices.Clone(kept.Saying.Keep), q.Keep...)
	if len(q.To) == 0 {
		q.To = kept.Saying.To
	}
	if q.Late == "" && q.Route == "" {
		q.Late, q.Route = kept.Saying.Late, kept.Saying.Route
	}
	q.Precedence = cmp.Or(q.Precedence, kept.Saying.Precedence)
	return nil
}

// numbered turns the numbers of choices, in any digits, into their codes.
func numbered(f *format.Format, fields []string) []string {
	fields = slices.Clone(fields)
	for i, arg := range fields {
		name, typed, _ := strings.Cut(arg, "=")
		field, ok := f.Field(name)
		if !ok || field.Type != format.Choice {
			continue
		}
		if n, err := strconv.Atoi(strings.Map(latin, strings.TrimSpace(typed))); err == nil && n >= 1 && n <= len(field.Choices) {
			fields[i] = name + "=" + field.Choices[n-1]
		}
	}
	return fields
}

// latin gives the Latin digit of an Arabic one.
func latin(r rune) rune {
	switch {
	case r >= '٠' && r <= '٩':
		return r - '٠' + '0'
	case r >= '۰' && r <= '۹':
		return r - '۰' + '0'
	}
	return r
}

// unanswered finds what is still to be asked, in the format's order, and fills the
// time in where nobody is asked for it. Its error is a refusal that no single
// field can answer.
func (d *Desk) unanswered(f *format.Format, q *Saying, preview bool) ([]Question, error) {
	if !preview && !names(q.Fields, "seen-at") {
		q.Fields = append(slices.Clone(q.Fields), "seen-at="+format.WriteInstant(d.config.Clock()))
	}
	values, err := f.Parse(d.Charter().Setting(d.party), q.Fields)
	faults := format.FieldErrors(err)
	if err == nil {
		faults = format.FieldErrors(f.Check(format.Values(values), cmp.Or(q.Precedence, f.Precedence)))
	} else if len(faults) == 0 {
		return nil, fieldRefusal(err, q.Lang)
	}
	for _, e := range faults {
		if _, known := f.Field(e.Field); !known {
			return nil, fieldRefusal(e, q.Lang)
		}
	}
	open := []Question{}
	for i := range f.Fields {
		field := &f.Fields[i]
		at := slices.IndexFunc(faults, func(e *format.FieldError) bool { return e.Field == field.Name })
		written := names(q.Fields, field.Name)
		switch {
		case written && at >= 0:
			open = append(open, faulty(field, faults[at], q.Lang))
		case !written && (at >= 0 || field.Required && field.Default == ""):
			question := questionOf(field, q.Lang)
			if field.Type == format.Instant {
				question.Default = format.WriteInstant(d.config.Clock())
			}
			open = append(open, question)
		}
	}
	return open, nil
}

// names reports whether a field is written.
func names(fields []string, name string) bool {
	return slices.ContainsFunc(fields, func(arg string) bool { return strings.HasPrefix(arg, name+"=") })
}

func questionOf(field *format.Field, lang string) Question {
	question := Question{Field: field.Name, Label: field.Label.In(lang), Help: field.Help.In(lang)}
	if field.Type == format.Choice {
		for _, code := range field.Choices {
			question.Choices = append(question.Choices, Choice{code, field.CodeName(code, lang)})
		}
	}
	return question
}

// faulty asks again for what was typed: which reading is meant, or anew.
func faulty(field *format.Field, e *format.FieldError, lang string) Question {
	question := questionOf(field, lang)
	question.Fault = e.In(lang)
	if len(e.Readings) == 0 {
		return question
	}
	question.Choices = nil
	for _, r := range e.Readings {
		question.Choices = append(question.Choices, Choice{r.Typed, r.Means.In(lang)})
	}
	return question
}

func labels(questions []Question) string {
	var all []string
	for _, q := range questions {
		all = append(all, q.Label)
	}
	return strings.Join(all, ", ")
}

// later fills in the contact that this party last gave, where none is written,
// and lists what is not said.
func (d *Desk) later(ctx context.Context, f *format.Format, q *Saying) []Question {
	if !names(q.Fields, "contact") {
		if contact := d.lastContact(ctx); contact != "" {
			q.Fields = append(slices.Clone(q.Fields), "contact="+contact)
		}
	}
	rest := []Question{}
	for i := range f.Fields {
		if field := &f.Fields[i]; !field.Required && !names(q.Fields, field.Name) {
			rest = append(rest, questionOf(field, q.Lang))
		}
	}
	return rest
}

// lastContact gives the contact of this party's newest message that has one, or
// the first of its newest duty roster; empty where neither is among the newest
// entries.
func (d *Desk) lastContact(ctx context.Context) string {
	const look = 2000 // entries looked at
	size := d.work.Size()
	for n := uint64(0); n < min(size, look) && ctx.Err() == nil; n++ {
		record, ok := d.work.RecordAt(size - 1 - n)
		if !ok || record.Claims.Author.Party != d.party {
			continue
		}
		f, ok := d.Charter().Format(record.Claims.Format)
		if !ok || f.Kind != format.Message {
			continue
		}
		s, err := d.statementAt(ctx, record.Index)
		if err != nil {
			continue // it is only a default
		}
		if value, has := s.Field("contact"); has {
			if text, is := value.(string); is {
				return text
			}
		}
		if value, has := s.Field("contacts"); has {
			if list, is := value.([]string); is && len(list) > 0 {
				return list[0]
			}
		}
	}
	return ""
}

func (d *Desk) apiAccident(r *http.Request) (any, error) {
	var q AccidentRequest
	by, err := read(r, &q, func() string { return q.As })
	if err != nil {
		return nil, err
	}
	if q.Draft < 0 {
		return nil, rule.Refuse(BadRequest, "`parley drafts` lists them", "%d is not the number of a draft", q.Draft)
	}
	answer, err := d.Accident(r.Context(), Saying{By: by, To: q.To, Fields: q.Fields, Lang: q.Lang, Keep: q.Keep, Draft: q.Draft}, q.Preview)
	if err != nil || answer.ID == "" {
		return answer, err
	}
	answer.Sent, err = d.answer(r.Context(), answer.ID, q.Lang, q.Wait)
	return answer, err
}
