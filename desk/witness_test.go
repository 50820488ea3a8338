package desk

import (
	"testing"

	"parley/ledger"
)

// A desk cosigns nothing that does not extend what it has cosigned, and
// remembers that before its cosignature leaves.
func TestCosign(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.receipt("alder", w.say("alder/watch/amal"))
	w.stopHub()
	w.close("alder")
	config := w.config("alder")
	witness := config.Witness
	config.Witness = nil // the test alone decides what is cosigned
	d, err := Open(ctx, config)
	w.must(err)
	w.desks["alder"] = d
	d.config.Witness = witness
	size := d.work.Size()
	root, _ := d.work.RootAt(size)
	older, _ := d.work.RootAt(size - 1)
	ask := func(size uint64, root ledger.Hash) candidate {
		note, err := w.signer.Sign(size, root)
		w.must(err)
		return candidate{head: ledger.Head{Origin: d.origin, Size: size, Root: root}, note: note}
	}
	for _, test := range []struct {
		name   string
		before ledger.Head // cosigned before
		ask    candidate
		left   bool   // the cosignature left, towards a hub that is away
		mark   uint64 // cosigned after
	}{
		{"grown", ledger.Head{Size: size - 1, Root: older}, ask(size, root), true, size},
		{"the same again", ledger.Head{Size: size, Root: root}, ask(size, root), true, size},
		{"smaller", ledger.Head{Size: size, Root: root}, ask(size-1, older), false, size},
		{"another root", ledger.Head{Size: size - 1, Root: older}, ask(size, ledger.Hash{1}), false, size - 1},
		{"a replica that is not what was cosigned", ledger.Head{Size: size - 1, Root: ledger.Hash{1}}, ask(size, root), false, size - 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			w.must(d.outbox.setMark(ctx, markCosigned, test.before.Size, test.before.Root))
			left, _ := d.cosignOne(ctx, test.ask) // the hub is away, so it always fails at the end
			mark, _, err := d.outbox.mark(ctx, markCosigned)
			w.must(err)
			if left != test.left || mark != test.mark {
				t.Errorf("left %v, cosigned up to %d; want %v, %d", left, mark, test.left, test.mark)
			}
		})
	}
}
