package hub

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"

	"parley/fsck"
	"parley/latch"
	"parley/ledger"
	"parley/rule"
	"parley/store"
)

// A Latch keeps the last checkpoint that this log has signed apart from the
// journal; [latch.File] is one. Swap wraps [latch.ErrMoved] where another
// checkpoint than old is stored.
type Latch interface {
	Load() []byte
	Swap(old, next []byte) error
	Doubt() latch.Doubt
}

// What to do where the hub signs nothing any more.
const (
	recoverRemedy = "stop the hub, take the blocks that it lacks from the desks' folders with `parley hub recover`, and start it again; docs/operate.md tells how"
	forkRemedy    = "stop every hub of this log, keep both checkpoints, and tell all parties; docs/operate.md tells how"
	rebuildRemedy = "stop the hub, see with `parley fsck` what is damaged, and mend it as docs/operate.md tells"
)

// begun holds the journal against the last checkpoint that was signed. A journal
// that ends before it was set back, and nothing is signed on it; one that goes on
// after it is that of a hub that died between the two.
func (h *Hub) begun() (err error) {
	size := h.work.Size()
	if h.root, err = ledger.RootAt(size, h.work); err != nil {
		return err
	}
	h.hearing.wait(h.toHear(size), h.config.Hear)
	l := h.config.Latch
	if l == nil {
		return nil
	}
	note := l.Load()
	if note == nil && size == 0 {
		return nil
	}
	doubt := l.Doubt()
	if note != nil {
		head, err := h.openHead(note)
		if err != nil {
			return fmt.Errorf("the last checkpoint kept is none of this log: %w", err)
		}
		if err := h.judge(head); err != nil {
			return err
		}
		h.latched = note
	}
	if doubt != "" {
		h.hearing.doubt()
		h.log.Error("ALARM", "alarm", fmt.Sprintf("the file of the last checkpoint is %s, so nobody here knows whether this hub has signed more than its journal has; the desks are asked, for longer than usual", doubt))
		return nil // the doubt stays until something is signed
	}
	return h.latch(size, h.root, h.signed.newestNote())
}

// judge holds a checkpoint of this log, however it came, against the ledger.
func (h *Hub) judge(head ledger.Head) error {
	size := h.work.Size()
	if head.Size > size {
		return rule.Refuse(Behind, recoverRemedy, "this hub's journal ends at entry %d, and it has signed a checkpoint for %d entries: it was restored from an old copy, or has lost what it had written. It signs nothing", size, head.Size)
	}
	root, ok := h.work.RootAt(head.Size)
	switch {
	case !ok:
		return fmt.Errorf("compare with the checkpoint for %d entries: %w", head.Size, h.work.Err())
	case root != head.Root:
		return rule.Refuse(Fork, forkRemedy, "this hub has signed two ledgers: root %s for %d entries, where its journal has %s. It signs nothing", encode(head.Root), head.Size, encode(root))
	}
	return nil
}

func encode(root ledger.Hash) string { return base64.StdEncoding.EncodeToString(root[:]) }

// latch keeps a checkpoint as the last that was signed. It belongs to the
// sequencer.
func (h *Hub) latch(size uint64, root ledger.Hash, note []byte) error {
	l := h.config.Latch
	if l == nil || bytes.Equal(h.latched, note) {
		return nil
	}
	err := l.Swap(h.latched, note)
	if err == nil || bytes.Equal(l.Load(), note) { // it failed, and was stored
		h.latched = note
		return nil
	}
	if !errors.Is(err, latch.ErrMoved) {
		return err
	}
	head, opened := h.openHead(l.Load())
	if opened != nil {
		return errors.Join(err, opened)
	}
	if head.Size == size && head.Root != root {
		return h.halt(rule.Refuse(Fork, forkRemedy, "another hub of this log has signed another ledger: root %s for %d entries, where this one has %s. It signs nothing", encode(head.Root), size, encode(root)))
	}
	if head.Size >= size {
		return h.halt(rule.Refuse(Behind, recoverRemedy, "a checkpoint of this log for %d entries exists, and this hub was about to sign one for %d: another hub of this log is running, or this one was restored from an old copy. It signs nothing", head.Size, size))
	}
	if err := h.judge(head); err != nil {
		return h.halt(err)
	}
	if err := l.Swap(l.Load(), note); err != nil {
		return err
	}
	h.latched = note
	return nil
}

// openHead reads a checkpoint that one of the log's keys has signed: those of the
// editions in the ledger, and those that this hub holds. What a key has signed
// beyond the edition that retired it is none of this log's: it may be a thief's.
func (h *Hub) openHead(note []byte) (ledger.Head, error) {
	head, _, err := h.openSigned(note)
	return head, err
}

// openSigned tells besides which key it was.
func (h *Hub) openSigned(note []byte) (head ledger.Head, key string, err error) {
	for _, key := range h.logKeys() {
		verifier, failed := ledger.NewVerifier(key)
		if failed != nil {
			return head, "", failed
		}
		if head, err = verifier.Open(note); err != nil {
			continue
		}
		if most, retired := h.retired(key); retired && head.Size > most {
			return ledger.Head{}, "", fmt.Errorf("read checkpoint for %d entries: it is signed by a log key that was retired with %d", head.Size, most)
		}
		return head, key, nil
	}
	return head, "", err
}

// retired tells of a log key that an edition in this ledger has replaced, and for how
// many entries it could sign at most.
func (h *Hub) retired(key string) (most uint64, retired bool) {
	editions := h.work.Editions()
	for i := len(editions) - 1; i >= 0; i-- {
		if editions[i].Signed.Hub.Key == key {
			break
		}
		most, retired = editions[i].Index+1, true
	}
	known := slices.ContainsFunc(editions, func(e store.Edition) bool { return e.Signed.Hub.Key == key })
	return most, known && retired
}

// logKeys are the log's keys that this hub knows, the newest first.
func (h *Hub) logKeys() []string {
	keys := []string{h.config.Signer.VerifierKey()}
	if h.config.Coming != nil {
		keys = append(keys, h.config.Coming.VerifierKey())
	}
	editions := h.work.Editions()
	for i := range editions {
		keys = append(keys, editions[len(editions)-1-i].Signed.Hub.Key)
	}
	keys = append(keys, h.config.Charter.Hub.Key)
	var distinct []string
	seen := map[string]bool{}
	for _, key := range keys {
		if !seen[key] {
			seen[key] = true
			distinct = append(distinct, key)
		}
	}
	return distinct
}

// checked takes the outcome of a nightly check. On what is damaged nothing is
// signed: what the rules decide by, or the tree, may be at fault.
func (h *Hub) checked(report *fsck.Report, err error) {
	switch {
	case err != nil:
		h.log.Error("ALARM", "alarm", fmt.Sprintf("the nightly check of the ledger could not be made: %v", err))
	case report.Sound():
		h.log.Info("nightly check: sound", "blocks", report.Blocks, "entries", report.Size, "root", encode(report.Root))
	default:
		h.halt(rule.Refuse(Broken, rebuildRemedy, "the hub's records are damaged, and it signs nothing on top of them: %s", report.Alarm())) //nolint:errcheck // it has said what there is to say
	}
}
