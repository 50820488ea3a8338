package mechanism

import (
	"slices"
	"strings"

	"parley/charter"
	"parley/delivery"
	"parley/format"
	"parley/rule"
	"parley/statement"
)

// Rules about what a release may withhold, as refusals name them.
const (
	WithheldForm  = "release.withheld" // the list is not in its one form, or not of this statement
	WithheldRules = "release.rules"    // what the rules go by, or the reader is bound by
	WithheldFloor = "release.floor"    // a critical field of the safety floor
	WithheldAll   = "release.nothing"  // nothing would be left to read
)

// Fields of a release.
const (
	withheldField = "withheld"
	criticalField = "critical"
	otherReason   = "other"
	noteField     = "note"
)

// A Part is a field of a message at the gate, or a paragraph of one ("item/2"), that
// its release may withhold by the digest that the author signed.
type Part struct {
	Name   string `json:"name"`
	Digest string `json:"digest"`
}

// A Redaction is what is known of a message whose text is here in part. It is kept
// while a block is decided, and never stored: a release that lists exactly what is
// missing comes in the block that hands the text over.
type Redaction struct {
	Missing []string // digests of the parts that are not here, sorted
	Release string   // identifier of its release; empty while none is known
	Extra   []string // missing, and not withheld by that release
	Open    []string // withheld by that release, and here

	facts *Facts // as far as the rest tells
	terms delivery.Terms
}

// Exact reports whether what is missing is what the release says.
func (r *Redaction) Exact() bool { return r.Release != "" && len(r.Extra)+len(r.Open) == 0 }

// redactionOf says what is known of a message that is here in part.
func redactionOf(ch *charter.Charter, c Case, f form) *Redaction {
	r := &Redaction{}
	for _, p := range c.Statement.Parts() {
		if !p.Open {
			r.Missing = append(r.Missing, statement.EncodeHash(p.Digest))
		}
	}
	slices.Sort(r.Missing)
	if content, _, ok := cuttable(ch, c.Statement.Claims(), f.contentName()); ok {
		r.facts = readFacts(nil, ch, c, f, content, nil) // of no matter
		r.terms = termsOf(ch, c, f, f.contentName(), r.facts)
	}
	return r
}

// contentName is the format whose fields a statement of that form carries; empty
// where that is withheld.
func (f form) contentName() string {
	if f.Borrows != "" {
		return f.content
	}
	return f.Ref()
}

// cuttable gives the formats of a message that may be released in part: the one whose
// fields it carries, and its own. What is of a matter may not: its parties live by what
// it says, and each must have the same state of it. Nor what the channel itself stands
// by, nor what is asked and answered of consent, nor a cancellation, which says nothing.
func cuttable(ch *charter.Charter, claims statement.Claims, contentName string) (content, own *format.Format, ok bool) {
	own, known := ch.Format(claims.Format)
	content, of := ch.Format(contentName)
	asked := of && (content.ID == ConsentAsk || content.ID == ConsentAnswer)
	return content, own, known && of && content.Matter == "" && content.Area != Service && !asked && !cancels(claims)
}

// partsOf gives what a release of the message may withhold; none where it must be
// released whole, or meets no gate.
func partsOf(ch *charter.Charter, c Case, facts *Facts, state *delivery.State) []Part {
	if facts == nil || !state.Waiting() || state.Mode == delivery.ModeEscrow {
		return nil
	}
	if _, _, ok := cuttable(ch, c.Statement.Claims(), facts.Content); !ok {
		return nil
	}
	var parts []Part
	for _, p := range c.Statement.Parts() {
		parts = append(parts, Part{p.Name, statement.EncodeHash(p.Digest)})
	}
	return parts
}

// A Withheld is one line of a release's list.
type Withheld = delivery.Withheld

// WithheldBy gives what a release lists as withheld, in its order.
func WithheldBy(release *statement.Statement) []Withheld {
	var all []Withheld
	for _, line := range list(release, withheldField) {
		digest, reason := format.CutPart(line)
		all = append(all, Withheld{Digest: digest, Reason: reason})
	}
	return all
}

// withholds reads what a release keeps from the addressees of old, and gives old with
// what is known of it from then on. A desk that has old in part learns here that just
// this was to be missing, or keeps what differs; one that has it whole, and the hub,
// hold the list to what may be withheld.
func withholds(ch *charter.Charter, c Case, old *Record) (*Record, *delivery.Cut, error) {
	listed := WithheldBy(c.Statement)
	critical, _ := c.Statement.Field(criticalField)
	if err := checkList(c.Statement, listed, critical == true); err != nil {
		return nil, nil, err
	}
	cut := &delivery.Cut{Withheld: listed, Critical: critical == true, Terms: old.Delivery.Terms}
	switch {
	case old.Redaction != nil:
		old = old.redacted(c.Statement.Claims().ID, listed)
		if old.Redaction.Exact() && old.Redaction.facts != nil {
			gate := cut.Terms.Gate
			old.Facts, cut.Terms = old.Redaction.facts, old.Redaction.terms
			cut.Terms.Gate = gate
		}
	case len(listed) == 0:
		return old, nil, nil
	case old.Facts != nil:
		if err := checkCut(ch, old, listed, cut.Critical); err != nil {
			return nil, nil, err
		}
	}
	if cut.Critical {
		cut.Terms = cut.Terms.Uncompared()
	}
	return old, cut, nil
}

// redacted compares what is missing with what its release lists.
func (r *Record) redacted(release string, listed []Withheld) *Record {
	next, red := *r, *r.Redaction
	red.Release, red.Extra, red.Open = release, nil, nil
	for _, digest := range red.Missing {
		if !slices.ContainsFunc(listed, func(w Withheld) bool { return w.Digest == digest }) {
			red.Extra = append(red.Extra, digest)
		}
	}
	for _, w := range listed {
		if !slices.Contains(red.Missing, w.Digest) {
			red.Open = append(red.Open, w.Digest)
		}
	}
	next.Redaction = &red
	return &next
}

// checkList holds the list of a release to its one form.
func checkList(release *statement.Statement, listed []Withheld, critical bool) error {
	claims := release.Claims()
	bad := func(remedy, sentence string, args ...any) error {
		return rule.Refuse(WithheldForm, remedy, sentence, args...)
	}
	_, has := release.Field(withheldField)
	switch {
	case !has && critical:
		return bad("leave "+criticalField+" out", "the release says that a critical field is withheld and lists nothing")
	case !has:
		return nil
	case len(listed) == 0:
		return bad("leave "+withheldField+" out", "the release lists nothing as withheld; one that is whole has no such field")
	case len(claims.Refs) != 1:
		return bad("release each by itself", "a release that withholds is of one statement; this one is of %d", len(claims.Refs))
	}
	for i := range listed {
		if i > 0 && listed[i-1].Digest >= listed[i].Digest {
			return bad("sort the digests, and name each once", "digest %s does not come after %s", listed[i].Digest, listed[i-1].Digest)
		}
		if _, noted := release.Field(noteField); listed[i].Reason == otherReason && !noted && release.Complete() {
			return bad("write a note, or choose another reason", "a part is withheld for the reason other, and no note says which")
		}
	}
	return nil
}

// checkCut holds the list to the statement that is released, and to what may be
// withheld of it.
func checkCut(ch *charter.Charter, old *Record, listed []Withheld, critical bool) error {
	content, own, ok := cuttable(ch, old.Claims, old.Facts.Content)
	if !ok || len(old.Facts.Parts) == 0 {
		return wholeOnly(old.Claims)
	}
	var names []string
	for _, w := range listed {
		i := slices.IndexFunc(old.Facts.Parts, func(p Part) bool { return p.Digest == w.Digest })
		if i < 0 {
			return rule.Refuse(WithheldForm, "list digests of the statement that is released", "digest %s is of no part of statement %s", w.Digest, old.Claims.ID)
		}
		names = append(names, old.Facts.Parts[i].Name)
	}
	includes := false
	for _, name := range names {
		field, paragraph := fieldOf(name)
		if paragraph && slices.Contains(names, field) {
			return rule.Refuse(WithheldForm, "list the whole text, or its paragraphs", "paragraph %s is listed beside the text that it is of", name)
		}
		is, err := mayWithhold(content, own, old.Claims.ID, field)
		if err != nil {
			return err
		}
		includes = includes || is
	}
	switch {
	case includes != critical:
		return rule.Refuse(WithheldForm, "say it where it is so, and only there", "the release says critical %t, and of what it withholds of statement %s it is %t", critical, old.Claims.ID, includes)
	case !leaves(old.Facts.Parts, names):
		return rule.Refuse(WithheldAll, "return it with a reason, or release some of it", "nothing of statement %s would be left to read", old.Claims.ID)
	}
	return nil
}

func wholeOnly(claims statement.Claims) error {
	return rule.Refuse(WithheldRules, "release it whole, hold it, or return it", "statement %s, of format %s, can be released whole only: the rules go by what it says, and each party must have the same of it", claims.ID, claims.Format)
}

// leaves reports whether something is left to read.
func leaves(parts []Part, withheld []string) bool {
	return slices.ContainsFunc(parts, func(p Part) bool {
		field, paragraph := fieldOf(p.Name)
		text := !paragraph && slices.ContainsFunc(parts, func(o Part) bool { return strings.HasPrefix(o.Name, p.Name+"/") })
		return !text && field != format.ContentField && !slices.Contains(withheld, p.Name) && !slices.Contains(withheld, field)
	})
}

// mayWithhold reports whether a field of a message is critical, or why it may not be
// withheld.
func mayWithhold(content, own *format.Format, id, name string) (critical bool, err error) {
	field, ok := content.Field(name)
	if !ok {
		field, ok = own.Field(name)
	}
	switch {
	case !ok:
		return false, rule.Refuse(WithheldForm, "", "format %s has no field %s", own.Ref(), name)
	case own.Borrows != "" && (name == format.ContentField || name == "action"),
		name == content.Window, name == content.Until, name == content.Reply:
		return false, rule.Refuse(WithheldRules, "release it with that field, hold it, or return it", "the rules and clocks go by %s of statement %s: nobody's time runs by what he cannot read", name, id)
	case field.Type == format.TLP, field.Type == format.UseMark, field.Type == format.Parties, name == "originator-control":
		return false, rule.Refuse(WithheldRules, "release it with that field, hold it, or return it", "%s of statement %s says what its reader may do with it, and nobody is bound by what he cannot read", name, id)
	case field.Critical && (content.Floor || own.Floor):
		return false, rule.Refuse(WithheldFloor, "release it with that field, or hold it with a reason", "%s of statement %s is critical, and the format is of the safety floor", name, id)
	}
	return field.Critical, nil
}

// MayWithhold reports why the part of a statement of the message r with that name may
// not be withheld; a desk asks it before it writes a release. critical says that it is
// to be read back.
func MayWithhold(ch *charter.Charter, r *Record, name string) (critical bool, err error) {
	field, _ := fieldOf(name)
	if r.Facts != nil {
		if content, own, ok := cuttable(ch, r.Claims, r.Facts.Content); ok && len(r.Facts.Parts) > 0 {
			return mayWithhold(content, own, r.Claims.ID, field)
		}
	}
	return false, wholeOnly(r.Claims)
}

func fieldOf(part string) (field string, paragraph bool) {
	field, _, paragraph = strings.Cut(part, "/")
	return field, paragraph
}

// WithheldNames gives, for those who have a message whole, the names of what its
// release withheld, in the order of the list.
func (r *Record) WithheldNames() []string {
	var names []string
	if r.Delivery == nil || r.Facts == nil || len(r.Facts.Parts) == 0 {
		return nil
	}
	for _, w := range r.Delivery.Withheld {
		for _, p := range r.Facts.Parts {
			if p.Digest == w.Digest {
				names = append(names, p.Name)
			}
		}
	}
	return names
}

// InPart reports whether the reader has the message as its release cut it.
func (r *Record) InPart() bool {
	return r.Facts != nil && len(r.Facts.Parts) == 0 && r.Delivery != nil && len(r.Delivery.Withheld) > 0
}

// tells reports whether a message says something under that name to party, as far as is
// known here: who did not get a field cannot find out by trying whether there is one.
func (r *Record) tells(party, name string) bool {
	whole := r.Delivery.Author.Party == party || r.Delivery.Supervisor == party
	if r.Facts == nil || whole && r.InPart() {
		return true // the reader cannot tell
	}
	return slices.Contains(r.Facts.Texts, name) && (whole || !slices.Contains(r.WithheldNames(), name))
}

// saysWithheld gives a field of a translation that its original's release withheld
// whole; empty where there is none, or the reader cannot tell.
func saysWithheld(c Case, about *Record) string {
	for _, name := range about.WithheldNames() {
		if _, said := c.Statement.Field(name); said {
			return name
		}
	}
	return ""
}

// comparable gives the critical fields of a released message that all who may read it
// can compare: a cancellation of it is read back by them.
func (r *Record) comparable() map[string]string {
	withheld := r.WithheldNames()
	if len(withheld) == 0 {
		return r.Facts.Critical
	}
	var left map[string]string
	for name, value := range r.Facts.Critical {
		if slices.Contains(withheld, name) {
			continue
		}
		if left == nil {
			left = map[string]string{}
		}
		left[name] = value
	}
	return left
}
