package proof

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley/journal"
	"parley/mechanism"
	"parley/statement"
	"parley/store"
)

// MakeCopy is [MakeBundle] of exactly the statements named and what took them out of the
// gate: what others have said of them is not in it.
func MakeCopy(ctx context.Context, w *store.Working, j journal.Journal, origin string, ids []string) ([]byte, error) {
	return makeBundle(ctx, w, j, origin, nil, ids, selection{only: true})
}

// MakeOutside is [MakeBundle], or with released [MakeReleased], as party may show it to
// others: what is under another party's control, or may quote that, is not in it. Where
// that is so of a statement named, the error is a [rule.Refusal].
func MakeOutside(ctx context.Context, w *store.Working, j journal.Journal, origin string, checkpoint []byte, ids []string, party string, released bool) ([]byte, error) {
	for _, id := range withExchanges(w, ids) {
		if r, ok := w.Record(id); ok {
			if err := Outside(w, r, party); err != nil {
				return nil, err
			}
		}
	}
	return makeBundle(ctx, w, j, origin, checkpoint, ids, selection{released: released, outside: party})
}

// MakeRead is [MakeOutside] for one reader of party: what reads does not say yes to is in
// it only where every verifier needs it, which charters and key statements are. Where it
// does not of a statement named, or of another of its exchange, the error is
// [ErrUnread].
func MakeRead(ctx context.Context, w *store.Working, j journal.Journal, origin string, checkpoint []byte, ids []string, party string, reads func(*mechanism.Record) bool) ([]byte, error) {
	for _, id := range withExchanges(w, ids) {
		if r, ok := w.Record(id); ok {
			if !reads(r) {
				return nil, fmt.Errorf("make bundle: statement %s: %w", id, ErrUnread)
			}
			if err := Outside(w, r, party); err != nil {
				return nil, err
			}
		}
	}
	return makeBundle(ctx, w, j, origin, checkpoint, ids, selection{outside: party, reads: reads})
}

// ErrUnread is what a bundle for one reader fails with.
var ErrUnread = errors.New("it is not for the eyes of who asks")

// leaveUnread takes out what the reader may not read, and is not wanted by itself.
func (c *collection) leaveUnread(w *store.Working, reads func(*mechanism.Record) bool) {
	for index := range c.found {
		if r, ok := w.RecordAt(index); ok && !c.wanted[index] && !reads(r) {
			delete(c.found, index)
		}
	}
}

// leaveControlled takes out what a party may not show to others, and then what refers
// to that alone.
func (c *collection) leaveControlled(w *store.Working, party string) {
	gone := map[string]bool{}
	for index := range c.found {
		if r, ok := w.RecordAt(index); ok && Outside(w, r, party) != nil {
			gone[r.Claims.ID] = true
			delete(c.found, index)
		}
	}
	for index := range c.found {
		r, ok := w.RecordAt(index)
		if ok && !c.wanted[index] && len(r.Claims.Refs) > 0 && !slices.ContainsFunc(r.Claims.Refs, func(ref statement.Ref) bool { return !gone[ref.ID] }) {
			delete(c.found, index)
		}
	}
}

// leaveOthers takes out all that is not wanted by itself, but for what opens it.
func (c *collection) leaveOthers(w *store.Working) {
	for index := range c.found {
		r, ok := w.RecordAt(index)
		if !c.wanted[index] && ok && !slices.ContainsFunc(r.Claims.Refs, func(ref statement.Ref) bool { return mechanism.Opening(ref.Relation) }) {
			delete(c.found, index)
		}
	}
}

// A Copy is the word that a copy was made for a recipient.
type Copy struct {
	Entry     uint64   `json:"entry"`
	Statement string   `json:"statement"` // that was copied
	Recipient string   `json:"recipient"`
	By        string   `json:"by"`       // party/role/officer
	Consents  []string `json:"consents"` // of which parties
}

// concludeCopy names for whom a copy was made. Whoever made it says with whose consent;
// that is proven where the answers are there too, which the rules then held it to.
func (a *audit) concludeCopy(index uint64, s *statement.Statement) {
	claims, r := s.Claims(), &a.result
	if !strings.HasPrefix(claims.Format, mechanism.CopyMade+"/") {
		return
	}
	recipient, _ := s.Field("recipient")
	c := Copy{Entry: index, Statement: claims.Refs[0].ID, By: claims.Author.String(), Consents: claims.To}
	c.Recipient, _ = recipient.(string)
	r.Copies = append(r.Copies, c)
	consents := strings.Join(c.Consents, ", ")
	if slices.ContainsFunc(claims.Refs, func(ref statement.Ref) bool { return !a.view.ids[ref.ID] }) {
		r.proven("a copy of statement %s was made for %q by %s, entry %d; it is for nobody else", c.Statement, c.Recipient, c.By, index)
		r.notShown("that %s consented to the copy of entry %d: an answer that it names is not here", consents, index)
		return
	}
	r.proven("a copy of statement %s was made for %q by %s, with the consent of %s, entry %d; it is for nobody else", c.Statement, c.Recipient, c.By, consents, index)
}
