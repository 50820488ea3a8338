package desk

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"parley/ledger"
)

// A word is what the desk's witness has said last: up to here, at this time.
type word struct {
	size uint64
	root ledger.Hash
	at   int64 // seconds since 1970
}

func (w word) text() string {
	return fmt.Sprintf("cosigned %d %s %d\n", w.size, base64.StdEncoding.EncodeToString(w.root[:]), w.at)
}

func parseWord(text []byte) (w word, err error) {
	var root string
	if _, err := fmt.Sscanf(string(text), "cosigned %d %s %d\n", &w.size, &root, &w.at); err != nil {
		return w, fmt.Errorf("it is not a witness's mark: %q", text[:min(len(text), 120)])
	}
	raw, err := base64.StdEncoding.DecodeString(root)
	if err != nil || len(raw) != len(w.root) || copy(w.root[:], raw) == 0 || w.text() != string(text) {
		return w, fmt.Errorf("it is not a witness's mark: %q", text[:min(len(text), 120)])
	}
	return w, nil
}

// readMark holds the witness's store against the file that is kept apart from it.
// Where the file knows of a later word, the store is an old copy: the word is
// taken from the file, so that nothing is cosigned that does not extend it.
func (d *Desk) readMark(ctx context.Context) error {
	if d.config.Witness == nil {
		return nil
	}
	size, root, err := d.outbox.mark(ctx, markCosigned)
	if err != nil {
		return err
	}
	at, _, err := d.outbox.mark(ctx, markWord)
	if err != nil {
		return err
	}
	stored := word{size, root, int64(at)}
	d.state.word = stored
	if old, _, err := d.outbox.mark(ctx, d.markRolled()); err != nil {
		return err
	} else if old > 0 {
		d.state.rolledBack = old
	}
	if d.config.WitnessMark == "" {
		return nil
	}
	text, err := os.ReadFile(d.config.WitnessMark)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if size == 0 {
			return nil
		}
		return d.writeMark(stored)
	case err != nil:
		return err
	}
	kept, err := parseWord(text)
	if err != nil {
		return fmt.Errorf("read witness mark %s: %w", d.config.WitnessMark, err)
	}
	if kept.size <= size && kept.at <= stored.at {
		return nil
	}
	return d.learnWord(ctx, kept, d.config.WitnessMark)
}

// markRolled names the mark that says that the store was once behind what this
// witness key had cosigned. It goes with the key.
func (d *Desk) markRolled() string { return "rolled " + shortKeys(d.config.Witness.VerifierKeys()) }

// learnWord takes a word of this witness that its store does not know: nothing is
// cosigned but what extends it. Someone has put an old copy of the store in its
// place, or the key is used elsewhere; both are for people to look at.
func (d *Desk) learnWord(ctx context.Context, w word, source string) error {
	d.wording.Lock()
	defer d.wording.Unlock()
	d.mu.Lock()
	known := d.state.word
	d.mu.Unlock()
	if w.size <= known.size && w.at <= known.at {
		return nil
	}
	learned := word{known.size, known.root, max(known.at, w.at)}
	if w.size > known.size {
		learned.size, learned.root = w.size, w.root
	}
	if err := d.keepWord(ctx, ledger.Head{Size: learned.size, Root: learned.root}, time.Unix(learned.at, 0)); err != nil {
		return err
	}
	if err := d.outbox.setMark(ctx, d.markRolled(), max(w.size, 1), ledger.Hash{}); err != nil {
		return err
	}
	d.mu.Lock()
	d.state.rolledBack = max(w.size, 1)
	d.mu.Unlock()
	d.log.Error("ALARM: the witness's store is an old copy, or its key is used elsewhere: have the key replaced in the charter",
		"source", source, "cosigned", w.size, "at", time.Unix(w.at, 0).UTC().Format(time.RFC3339), "known", known.size)
	return nil
}

// writeMark replaces the mark's file, durably; nothing where there is none.
func (d *Desk) writeMark(w word) error {
	path := d.config.WitnessMark
	if path == "" {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".witness-*")
	if err != nil {
		return fmt.Errorf("write witness mark: %w", err)
	}
	_, err = f.WriteString(w.text())
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fmt.Errorf("write witness mark %s: %w", path, err)
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("write witness mark %s: %w", path, err)
	}
	defer folder.Close()
	return folder.Sync()
}
