package desk

import (
	"context"

	"parley/identity"
)

// As gives a context in which the desk is asked, and acts, in the name of one officer
// and of nobody else, as with a token of his own: he reads what his key reads, and what
// is denied to him is logged. It does not check who is there: the caller has.
func (d *Desk) As(ctx context.Context, officer identity.Author) context.Context {
	return context.WithValue(ctx, readerKey{}, reader{officer, true, d})
}

// Changed gives a channel that is closed when something of what the desk shows has
// changed: the replica, the outbox, who has cosigned, whether the hub is reached. Take
// it before looking, and nothing is missed. Time alone closes nothing, though it makes
// what is due late.
func (d *Desk) Changed() <-chan struct{} { return d.news.wait() }

// Party is whose desk it is.
func (d *Desk) Party() string { return d.party }

// Signs reports whether the desk can sign as an officer now: its key is at hand, and
// neither revoked nor unknown to the ledger.
func (d *Desk) Signs(officer identity.Author) bool {
	key, err := d.officerKey(officer)
	return err == nil && key.Revoked == 0
}
