package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"parley/desk"
	"parley/ledger"
	"parley/mechanism"
	"parley/words"
)

func rootText(root ledger.Hash) string { return base64.StdEncoding.EncodeToString(root[:]) }

// show writes a statement and what proves it.
func (a *auditor) show(ctx context.Context, ref string) error {
	r, err := a.find(ctx, ref)
	if err != nil {
		return err
	}
	s, err := a.Statement(ctx, r.Index)
	if err != nil {
		return err
	}
	c := r.Claims
	a.row(r.Index, r.Logged, r, false)
	if f, ok := a.charter.Format(c.Format); ok {
		fmt.Fprintln(a.out, f.Render(a.charter.Setting(""), a.lang, s))
	}
	say := func(key string, pairs ...any) { fmt.Fprintln(a.out, "  "+a.word(key, pairs...)) }
	if n := s.Withheld(); n > 0 {
		say("parts", "count", a.number(uint64(n)))
	}
	a.saySigner(say, s.KID(), c.Author.String(), r.Index)
	if kid := s.SecondKID(); kid != "" && a.work != nil {
		if k, ok := mechanism.FindKey(a.work, kid, r.Index); ok {
			say("second", "author", a.code(k.Author.String()))
		}
	}
	say("ordered", "entry", a.number(r.Index), "at", a.at(r.Logged), "block", a.number(r.Height))
	if err := a.sayProof(say, r); err != nil {
		return err
	}
	covered := false
	for _, w := range a.result.Witnesses {
		if w.Size > r.Index {
			covered = true
			say("covered", "party", a.code(w.Party), "size", a.number(w.Size), "at", a.at(w.Time), "algorithm", words.Raw(w.Algorithm))
		}
	}
	if !covered {
		say("uncovered")
	}
	a.saySeen(say, r)
	if r.Delivery != nil {
		say("status", "status", a.code(string(r.Delivery.Status)))
	}
	for _, old := range c.Refs {
		if o, ok := a.Record(old.ID); ok {
			say("refers", "relation", a.code(old.Relation), "entry", a.number(o.Index))
		}
	}
	for later, err := range a.records(ctx) {
		if err != nil {
			return err
		}
		for _, ref := range later.Claims.Refs {
			if ref.ID == c.ID {
				say("referred", "entry", a.number(later.Index), "author", a.code(later.Claims.Author.String()), "relation", a.code(ref.Relation))
			}
		}
	}
	return nil
}

func (a *auditor) saySigner(say func(string, ...any), kid, author string, index uint64) {
	if a.work == nil {
		return // what a bundle proves of keys, its sentences say
	}
	k, ok := mechanism.FindKey(a.work, kid, index)
	switch {
	case !ok:
		return
	case k.Endorsed == 0:
		say("signed-root", "author", a.code(author), "key", a.code(kid))
	default:
		say("signed-by", "author", a.code(author), "key", a.code(kid), "entry", a.number(k.Endorsed))
	}
	if k.Revoked > index {
		say("revoked", "entry", a.number(k.Revoked))
	}
}

// sayProof makes the inclusion proof of an entry anew and checks it.
func (a *auditor) sayProof(say func(string, ...any), r *mechanism.Record) error {
	if a.work == nil {
		return nil // each entry of a bundle was checked with its own
	}
	e, ok := a.work.EntryAt(r.Index)
	if !ok {
		return a.work.Err()
	}
	path, err := tlog.ProveRecord(int64(a.result.Size), int64(r.Index), a.work)
	if err != nil {
		return err
	}
	leaf := tlog.RecordHash(ledger.Entry{Time: e.Logged, Content: e.Hash}.Bytes())
	if err := tlog.CheckRecord(path, int64(a.result.Size), tlog.Hash(a.result.Root), int64(r.Index), leaf); err != nil {
		return fmt.Errorf("the proof of entry %d does not hold: %w", r.Index, err)
	}
	say("included", "size", a.number(a.result.Size), "count", a.number(uint64(len(path))))
	return nil
}

// maxCrossed is how many crossed statements are named.
const maxCrossed = 10

// saySeen says what the author had seen, and what crossed with it: messages to the
// author's party that came in between.
func (a *auditor) saySeen(say func(string, ...any), r *mechanism.Record) {
	seen := r.Claims.Seen.Size
	if seen > r.Index {
		return
	}
	say("seen", "size", a.number(seen), "count", a.number(r.Index-seen))
	named := 0
	for index := seen; index < r.Index && named < maxCrossed; index++ {
		other, ok := a.RecordAt(index)
		if ok && other.Delivery != nil && slices.Contains(other.Claims.To, r.Claims.Author.Party) {
			named++
			say("crossed", "entry", a.number(index), "author", a.code(other.Claims.Author.String()))
		}
	}
}

// showCase writes a case as every desk shows it.
func (a *auditor) showCase(ctx context.Context, ref string) error {
	r, err := a.find(ctx, ref)
	if err != nil {
		return err
	}
	all, err := a.matters(ctx, "case")
	if err != nil {
		return err
	}
	for _, m := range all {
		if m.Opened != r.Index && !slices.Contains(m.Moves, r.Index) {
			continue
		}
		v, err := desk.NewCaseView(ctx, a.audited, m, desk.CaseReader{Charter: a.charter, Lang: a.lang, Now: a.result.Last, Whole: true})
		if err != nil {
			return err
		}
		fmt.Fprint(a.out, v.Text)
		return nil
	}
	return errors.New(a.word("no-statement", "what", a.code(ref)))
}

// rootAt writes the root at a size, to be compared with a checkpoint from elsewhere.
func (a *auditor) rootAt(_ context.Context, size string) error {
	if a.work == nil {
		return errors.New(a.word("not-bundle"))
	}
	n, err := strconv.ParseUint(size, 10, 63)
	if err != nil || n > a.result.Size {
		return fmt.Errorf("%q is no size up to %d", size, a.result.Size)
	}
	root, ok := a.work.RootAt(n)
	if !ok {
		return a.work.Err()
	}
	a.word1("root", "size", a.number(n), "root", a.code(rootText(root)))
	return nil
}

// report writes the page for a lawyer.
func (a *auditor) report(_ context.Context, file string) error {
	if err := fresh(file); err != nil {
		return err
	}
	c := checking{path: a.path, trusted: a.trusted}
	if err := c.report(file, a.lang, &a.result, nil, a.out); err != nil {
		return err
	}
	a.word1("written", "file", a.code(file))
	return nil
}

// fresh refuses a file that is there: nothing is written over, the record least of all.
func fresh(file string) error {
	if file != "-" && exists(file) {
		return fmt.Errorf("%s is there already; name another file", file)
	}
	return nil
}

// export writes a bundle about statements, as the holder of the data folder may show it.
func (a *auditor) export(ctx context.Context, args []string) error {
	if len(args) < 2 || strings.HasPrefix(args[0], "-") {
		return errors.New("export takes a file and the statements")
	}
	if err := fresh(args[0]); err != nil {
		return err
	}
	if a.folder == nil {
		return errors.New(a.word("export-folder"))
	}
	if err := writeFile(args[0], func(w io.Writer) error { return writeBundle(ctx, w, a.folder, "", args[1:]) }); err != nil {
		return err
	}
	a.word1("written", "file", a.code(args[0]))
	return nil
}
