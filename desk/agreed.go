package desk

import (
	"context"

	"parley/identity"
)

// Sessions lists the sessions that as may read; with all, those too that have ended.
func (d *Desk) Sessions(ctx context.Context, lang string, as identity.Author, all bool) (*SessionsView, error) {
	return seenBy(d, as, func(sees func(string) bool) (*SessionsView, error) { return d.sessions(ctx, lang, all, sees) })
}

// Commitments lists the register of commitments.
func (d *Desk) Commitments(ctx context.Context, lang string, as identity.Author, all bool) (*CommitmentsView, error) {
	return seenBy(d, as, func(sees func(string) bool) (*CommitmentsView, error) { return d.commitments(ctx, lang, all, sees) })
}

// PublicLines lists the words that both sides may say in public.
func (d *Desk) PublicLines(ctx context.Context, lang string, as identity.Author, all bool) (*PublicLinesView, error) {
	return seenBy(d, as, func(sees func(string) bool) (*PublicLinesView, error) { return d.publicLines(ctx, lang, all, sees) })
}

// Questions lists diplomatic questions and their answers.
func (d *Desk) Questions(ctx context.Context, lang string, as identity.Author, all bool) (*QuestionsView, error) {
	return seenBy(d, as, func(sees func(string) bool) (*QuestionsView, error) { return d.questions(ctx, lang, all, sees) })
}

func seenBy[V any](d *Desk, as identity.Author, show func(sees func(string) bool) (*V, error)) (*V, error) {
	sees, err := d.seenBy(as)
	if err != nil {
		return nil, err
	}
	return show(sees)
}
