package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"

	"parley/charter"
	"parley/ledger"
	"parley/matter"
	"parley/mechanism"
	"parley/proof"
	"parley/statement"
	"parley/store"
)

// An audited is what an auditor looks at: a record or a data folder that was
// replayed, or a bundle. It is never changed.
type audited struct {
	result  proof.Result
	charter *charter.Charter
	work    *store.Working // nil for a bundle
	shown   *proof.Shown   // nil but for a bundle
	texts   *textFile      // of a record or a folder
	folder  *folder        // nil but for a data folder
	close   func() error
}

// openAudited verifies what is at path and keeps it open.
func openAudited(ctx context.Context, path string, trusted *charter.Charter, told *progress) (*audited, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		f, err := openFolder(path)
		if err != nil {
			return nil, err
		}
		told.of(ctx, f)
		a, err := replayAudited(ctx, f.ledger, f.hub, told.watch(f.Read(ctx, f.ledger, 0)), trusted)
		if err != nil {
			return a, errors.Join(err, f.Close())
		}
		rest := a.close
		a.folder, a.close = f, func() error { return errors.Join(rest(), f.Close()) }
		return a, nil
	}
	beginning, err := beginningOf(path)
	if err != nil {
		return nil, err
	}
	if proof.IsBundle(beginning) {
		text, err := readBundle(path)
		if err != nil {
			return nil, err
		}
		shown, result, err := proof.OpenBundle(ctx, text, trusted)
		a := &audited{result: result, shown: shown, close: func() error { return nil }}
		if err == nil {
			a.charter = shown.Charter()
		}
		return a, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	origin, blocks, err := proof.OpenRecord(told.read(file, info.Size()))
	if err != nil {
		return nil, err
	}
	return replayAudited(ctx, origin, false, told.watch(blocks), trusted)
}

func replayAudited(ctx context.Context, origin string, complete bool, blocks iter.Seq2[*ledger.Block, error], trusted *charter.Charter) (*audited, error) {
	texts, err := newTextFile()
	if err != nil {
		return nil, err
	}
	r, result, err := proof.ReplayEach(ctx, origin, complete, blocks, trusted, texts.put)
	if err == nil {
		err = texts.out.Flush()
	}
	if err != nil {
		return &audited{result: result}, errors.Join(err, texts.file.Close())
	}
	return &audited{result: result, charter: r.CharterAt(r.Size()), work: r, texts: texts, close: func() error { return errors.Join(r.Close(), texts.file.Close()) }}, nil
}

// Record finds a statement by its identifier.
func (a *audited) Record(id string) (*mechanism.Record, bool) {
	if a.shown != nil {
		return a.shown.Record(id)
	}
	return a.work.Record(id)
}

// RecordAt finds the statement of an entry.
func (a *audited) RecordAt(index uint64) (*mechanism.Record, bool) {
	if a.shown != nil {
		return a.shown.RecordAt(index)
	}
	return a.work.RecordAt(index)
}

// Statement reads the text of an entry.
func (a *audited) Statement(ctx context.Context, index uint64) (*statement.Statement, error) {
	if a.shown != nil {
		return a.shown.Statement(ctx, index)
	}
	return a.texts.get(index)
}

// text reads the text of a record, as statistics ask for it.
func (a *audited) text(r *mechanism.Record) (*statement.Statement, error) {
	return a.Statement(context.Background(), r.Index)
}

// records gives the statements that are there, by index.
func (a *audited) records(ctx context.Context) iter.Seq2[*mechanism.Record, error] {
	return func(yield func(*mechanism.Record, error) bool) {
		for index := range a.result.Size {
			if ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			if r, ok := a.RecordAt(index); ok && !yield(r, nil) {
				return
			}
		}
		if a.work != nil && a.work.Err() != nil {
			yield(nil, a.work.Err())
		}
	}
}

func (a *audited) matters(ctx context.Context, kind matter.Kind) ([]*mechanism.Matter, error) {
	if a.shown == nil {
		return a.work.Matters(ctx, kind, false)
	}
	if kind != "" {
		return a.shown.Matters(kind), nil
	}
	var all []*mechanism.Matter
	for _, k := range []matter.Kind{matter.Case, matter.Session, matter.Commitment, matter.PublicLine, matter.Exchange, matter.Project} {
		all = append(all, a.shown.Matters(k)...)
	}
	return all, nil
}

// A textFile holds the texts of what was replayed, in a temporary file that nobody
// else can open.
type textFile struct {
	file *os.File
	out  *bufio.Writer
	at   int64
	ends []span // by index; an empty one where no text is known
	err  error
}

type span struct{ begin, end int64 }

func newTextFile() (*textFile, error) {
	file, err := os.CreateTemp("", "parley-audit-")
	if err != nil {
		return nil, err
	}
	os.Remove(file.Name()) //nolint:errcheck // where it cannot be removed while open, it stays until it is closed
	return &textFile{file: file, out: bufio.NewWriterSize(file, 1<<16)}, nil
}

func (t *textFile) put(index uint64, s *statement.Statement) {
	for uint64(len(t.ends)) <= index {
		t.ends = append(t.ends, span{})
	}
	n, err := t.out.Write(s.Bytes())
	if err != nil && t.err == nil {
		t.err = err
	}
	t.ends[index] = span{t.at, t.at + int64(n)}
	t.at += int64(n)
}

func (t *textFile) get(index uint64) (*statement.Statement, error) {
	if t.err != nil {
		return nil, fmt.Errorf("read the text of entry %d: %w", index, t.err)
	}
	if index >= uint64(len(t.ends)) || t.ends[index].end == 0 {
		return nil, fmt.Errorf("the text of entry %d is not here", index)
	}
	text := make([]byte, t.ends[index].end-t.ends[index].begin)
	if _, err := t.file.ReadAt(text, t.ends[index].begin); err != nil {
		return nil, fmt.Errorf("read the text of entry %d: %w", index, err)
	}
	return statement.Parse(text)
}
