package desk

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"parley/format"
	"parley/ledger"
	"parley/rule"
)

// An EntryProof is one entry of the ledger and its proof in the newest checkpoint that
// this desk bears out. It says nothing of the text: every desk has every entry.
type EntryProof struct {
	Exercise bool
	Index    uint64
	Logged   time.Time // the hub's
	Hash     string    // SHA-256 of the text, standard base64
	Leaf     string    // of the entry, RFC 6962
	Path     []string  // hashes from the leaf to the root, likewise
	Size     uint64    // entries of the checkpoint
	Root     string
	Cosigned []string // parties whose witness has cosigned it
	Receipt  []byte   // c2sp.org/tlog-proof, whose end is the checkpoint
	Item     ListItem // as far as whoever asks may read it
}

// Entry gives an entry and proves it.
func (d *Desk) Entry(ctx context.Context, index uint64, lang string) (*EntryProof, error) {
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	if lang == "" {
		lang = format.Languages()[0]
	}
	at, err := d.Checkpoint(ctx, lang)
	if err != nil {
		return nil, err
	}
	entry, ok := d.work.EntryAt(index)
	if !ok || index >= at.Size {
		return nil, rule.Refuse(NotFound, "name one of those that there are", "there is no entry %d: this desk has %d", index, at.Size)
	}
	e := ledger.Entry{Time: entry.Logged, Content: ledger.Hash(entry.Hash)}
	p := &EntryProof{Exercise: at.Exercise, Index: index, Logged: entry.Logged, Hash: base64Of(entry.Hash), Leaf: base64Of(tlog.RecordHash(e.Bytes())), Size: at.Size, Root: at.Root, Cosigned: at.Cosigned, Path: []string{}}
	path, err := tlog.ProveRecord(int64(at.Size), int64(index), d.work) //nolint:gosec // entries
	if err != nil {
		return nil, fmt.Errorf("prove entry %d: %w", index, err)
	}
	for _, hash := range path {
		p.Path = append(p.Path, base64Of(hash))
	}
	if p.Receipt, err = ledger.NewReceipt(index, e, at.Size, []byte(at.Note), d.work); err != nil {
		return nil, err
	}
	item, err := d.itemFor(index, sees)
	if err != nil {
		return nil, err
	}
	p.Item, err = d.listItem(ctx, item, lang, blockCache{})
	return p, err
}

func base64Of[H ~[32]byte](hash H) string { return base64.StdEncoding.EncodeToString(hash[:]) }
