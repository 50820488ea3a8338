package desk

import (
	"context"
	"errors"

	"parley/format"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
)

// verbs are the acts of officers by the word they use.
var verbs = map[string]string{"ack": "J01", "hold": "gate.hold", "release": "gate.release", "return": "gate.return", "withdraw": "withdraw"}

// Act signs and queues an officer's act on a statement: ack, hold, release,
// return or withdraw, with the act's fields as "name=value". ref is as
// [Desk.Find] takes it.
func (d *Desk) Act(ctx context.Context, by identity.Author, verb, ref string, fields []string) (id string, err error) {
	name, ok := verbs[verb]
	if !ok {
		return "", rule.Refuse(BadRequest, "use ack, hold, release, return or withdraw", "%q is not an act", verb)
	}
	target, err := d.Find(ctx, ref)
	if err != nil && d.refresh(ctx) {
		target, err = d.Find(ctx, ref)
	}
	if err != nil {
		return "", err
	}
	f, _ := format.Catalogue().Newest(name)
	values, err := f.Parse(fields)
	if err != nil {
		return "", fieldRefusal(err)
	}
	record, ok := d.work.Record(target)
	if !ok {
		return "", rule.Refuse(NotFound, "wait for its receipt; `parley ls` shows it", "statement %s is not in the ledger yet, so nothing can be done to it", target)
	}
	return d.Send(ctx, Draft{By: by, Format: name, Fields: values, Refs: []statement.Ref{{Relation: f.Relation, ID: target, Hash: record.Hash}}})
}

// Say signs and queues what an officer writes: fields as "name=value".
func (d *Desk) Say(ctx context.Context, by identity.Author, formatRef, precedence string, to, fields []string) (id string, err error) {
	f, ok := format.Catalogue().Newest(formatRef)
	if !ok {
		return "", rule.Refuse(NoFormat, "`parley charter show` lists those in force", "there is no format %q", formatRef)
	}
	values, err := f.Parse(fields)
	if err != nil {
		return "", fieldRefusal(err)
	}
	return d.Send(ctx, Draft{By: by, Format: f.Ref(), Precedence: precedence, To: to, Fields: values})
}

// fieldRefusal gives what Parse says as the refusal that the rules would make.
func fieldRefusal(err error) error {
	var bad *format.FieldError
	if errors.As(err, &bad) {
		return rule.Refuse(mechanism.BadField, bad.Remedy, "%s", bad.Sentence())
	}
	return rule.Refuse(mechanism.BadField, "", "%s", err)
}
