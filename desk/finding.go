package desk

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/charter"
	"parley/format"
	"parley/identity"
	"parley/ledger"
	"parley/matter"
	"parley/search"
	"parley/statement"
	"parley/store"
	"parley/trade"
)

const (
	// SearchFile is the name of the file in a desk's folder that holds its search index. It
	// is derived from the journal: without it, it is made anew.
	SearchFile = "search.db"

	indexBatch = 256 // statements written at once
	indexRetry = 5 * time.Second
)

// A finder keeps the search index behind the replica.
type finder struct {
	index *search.Index

	mu     sync.Mutex  // held from reading texts in the journal to writing their words, and while texts are destroyed
	broken atomic.Bool // the file is damaged, and to be made anew
}

func (d *Desk) openFinder() (err error) {
	d.finder.index, err = search.Open(filepath.Join(d.config.Dir, SearchFile))
	return err
}

// keepFinding brings the index up to the replica, and then whenever that grows.
func (d *Desk) keepFinding(ctx context.Context) {
	for {
		grown := d.grown.wait()
		var again <-chan time.Time
		if err := d.findable(ctx); err != nil && ctx.Err() == nil {
			d.log.Error("search index not written; it is tried again", "error", err)
			d.finder.broken.Store(search.Damaged(err))
			again = time.After(indexRetry)
		}
		select {
		case <-ctx.Done():
			return
		case <-grown:
		case <-again:
		}
	}
}

// findable indexes what the replica has and the index has not.
func (d *Desk) findable(ctx context.Context) error {
	for ctx.Err() == nil {
		more, err := d.indexSome(ctx)
		if err != nil || !more {
			return err
		}
	}
	return ctx.Err()
}

// indexSome indexes one batch, and reports whether there is more.
func (d *Desk) indexSome(ctx context.Context) (more bool, err error) {
	d.finder.mu.Lock() // a text that is destroyed meanwhile is not written after that
	defer d.finder.mu.Unlock()
	if d.finder.broken.Load() {
		if err := d.finder.index.Reset(); err != nil {
			return false, err
		}
		d.finder.broken.Store(false)
	}
	mark, err := d.indexed(ctx)
	if err != nil {
		return false, err
	}
	blocks := d.work.Blocks()
	if mark.Blocks >= blocks {
		return false, nil
	}
	c := d.Charter()
	setting := c.Setting(d.party)
	var docs []search.Doc
	for b, err := range d.journal.Read(ctx, d.origin, mark.Blocks) {
		if err != nil {
			return false, err
		}
		if b.Height >= blocks {
			break
		}
		for i, text := range b.Contents {
			docs = d.addDoc(docs, c, setting, b.First+uint64(i), text)
		}
		for _, disclosed := range b.Disclosed {
			docs = d.addDoc(docs, c, setting, disclosed.Index, disclosed.Content)
		}
		mark = search.Mark{Ledger: d.origin, Blocks: b.Height + 1, Size: b.Size(), Tip: b.Hash()}
		if len(docs) >= indexBatch {
			break
		}
	}
	return mark.Blocks < blocks, d.finder.index.Put(ctx, docs, &mark)
}

// indexed tells how far the index is. One of another ledger, or of a journal that has
// been put back since, is thrown away.
func (d *Desk) indexed(ctx context.Context) (mark search.Mark, err error) {
	if mark, err = d.finder.index.Mark(ctx); err != nil || mark.Blocks == 0 {
		return mark, err
	}
	if mark.Ledger == d.origin && mark.Blocks <= d.work.Blocks() {
		if tip, err := d.journal.ReadOne(ctx, d.origin, mark.Blocks-1); err != nil || tip.Hash() == ledger.Hash(mark.Tip) {
			return mark, err
		}
	}
	return search.Mark{}, d.finder.index.Reset()
}

// Indexed tells how many entries of the replica were looked through for the search index,
// and how many there are.
func (d *Desk) Indexed(ctx context.Context) (indexed, size uint64, err error) {
	mark, err := d.finder.index.Mark(ctx)
	return mark.Size, d.work.Size(), err
}

// addDoc adds what a text is found by, where it is one that persons look for: what
// machines say, deliveries and the clock's notes, is not.
func (d *Desk) addDoc(docs []search.Doc, c *charter.Charter, setting *format.Setting, index uint64, text []byte) []search.Doc {
	if text == nil || text[0] == '{' {
		return docs
	}
	s, err := statement.Parse(text)
	if err != nil {
		return docs // cannot be: it was verified before it was stored
	}
	if role, ok := c.Role(s.Claims().Author.Role); !ok || role.Machine {
		return docs
	}
	return append(docs, d.docOf(setting, index, s))
}

func (d *Desk) docOf(setting *format.Setting, index uint64, s *statement.Statement) search.Doc {
	claims := s.Claims()
	words := search.Words(claims.ID)
	for _, part := range []string{claims.Serial.String(), claims.Author.String(), claims.Format, claims.Precedence} {
		words = append(words, search.Words(part)...)
	}
	const most = 100_000 // words of one statement
	if f, ok := d.whole(s); ok {
		for _, line := range f.Lines(setting, s) {
			if len(words) < most {
				words = append(words, search.Words(line)...)
			}
		}
	}
	project, _ := d.namedOf(claims, s.Field, 0)
	return search.Doc{Entry: index, Area: shelf(claims.Area, project), Words: words[:min(most, len(words))]}
}

// shelf names the part of the index that has what is of an area and of a project: each
// project has one of its own, for who reads it is named with it.
func shelf(area, project string) string {
	if project == "" {
		return area
	}
	return area + "/" + project
}

// shelves are those parts of the index in which everything is for the eyes of as, as far
// as is known now who reads what.
func (d *Desk) shelves(ctx context.Context, as identity.Author, sees func(area string) bool) ([]string, error) {
	areas := d.areasSeen(sees)
	all := slices.Clone(areas)
	projects, err := d.work.Matters(ctx, matter.Project, false)
	if err != nil {
		return nil, err
	}
	for _, m := range projects {
		s, ok := m.State.(*trade.State)
		if !ok {
			continue
		}
		readers := d.readersHere(s.Readers)
		limited := trade.Limited(readers, d.party)
		for _, area := range areas {
			if !limited || d.reads(readers, area, as, format.Languages()[0]) == nil {
				all = append(all, shelf(area, m.ID))
			}
		}
	}
	return all, nil
}

// unfind leaves in the index, of texts that are destroyed, what is left of them.
func (d *Desk) unfind(ctx context.Context, gone []store.Destroyed) error {
	d.finder.mu.Lock()
	defer d.finder.mu.Unlock()
	mark, err := d.finder.index.Mark(ctx)
	if err != nil {
		return err
	}
	setting := d.Charter().Setting(d.party)
	var docs []search.Doc
	for _, g := range gone {
		if g.Index >= mark.Size {
			continue
		}
		text, err := d.Content(ctx, g.Index)
		if err != nil {
			return err
		}
		if text == nil {
			continue
		}
		s, err := statement.Parse(ledger.Bare(text))
		if err != nil {
			return fmt.Errorf("read entry %d: %w", g.Index, err)
		}
		docs = append(docs, d.docOf(setting, g.Index, s))
	}
	if len(docs) == 0 {
		return nil
	}
	err = d.finder.index.Erase(ctx, docs)
	if search.Damaged(err) { // then all of it goes, and is made anew
		d.grown.raise()
		return d.finder.index.Reset()
	}
	return err
}
