package desk

import (
	"fmt"
	"sync"
	"testing"

	"parley/format"
	"parley/identity"
)

// lockable opens a party's desk anew with keys that can be locked one by one.
func lockable(w *world, party string) (lock func(name string, locked bool)) {
	var (
		mu     sync.Mutex
		locked = map[string]bool{}
	)
	w.close(party)
	config := w.config(party)
	whole := config.Signer
	config.Signer = func(name string) (identity.Signer, error) {
		mu.Lock()
		defer mu.Unlock()
		if locked[name] {
			return nil, fmt.Errorf("key %s: %w", name, identity.ErrLocked)
		}
		return whole(name)
	}
	d, err := Open(w.t.Context(), config)
	w.must(err)
	w.desks[party] = d
	return func(name string, on bool) {
		mu.Lock()
		locked[name] = on
		mu.Unlock()
		if !on {
			d.Unlocked()
		}
	}
}

// A statement whose author has locked the key goes on waiting for its second officer,
// who is told what to do; an officer whose own key is locked writes nothing.
func TestSecondAuthorLocked(t *testing.T) {
	w := newWorld(t, sensitive)
	lock := lockable(w, "alder")
	id := w.say(amal)
	lock(amal, true)
	if err := w.second(adam, id); ruleOf(err) != AuthorLocked {
		t.Fatalf("signed for an author who has locked: %v", err)
	}
	if sent, err := w.desks["alder"].Await(t.Context(), id); err != nil || sent.State != Waits || w.drafts("alder") != 0 {
		t.Errorf("after the refusal it stands as %+v, %v", sent, err)
	}
	if err := w.second(amal, id); ruleOf(err) != KeyLocked {
		t.Errorf("an officer whose key is locked: %v", err)
	}
	if _, err := w.desks["alder"].Watch(t.Context(), "en", w.author(amal)); ruleOf(err) != KeyLocked {
		t.Errorf("the watch of an officer whose key is locked: %v", err)
	}
	lock(amal, false)
	w.must(w.second(adam, id))
	w.receipt("alder", id)
}

// What an author queued and must sign anew waits, over a lock, until the key is there
// again; what others say meanwhile goes.
func TestResignLocked(t *testing.T) {
	w := newWorld(t)
	lock := lockable(w, "alder")
	ctx, alder := t.Context(), w.desks["alder"]
	w.stopHub()
	first := w.say(amal)
	id := w.say(amal)
	r, err := alder.outbox.get(ctx, first)
	w.must(err)
	w.must(alder.refuse(ctx, r, problemTo(refusal("x.y", "en", format.Absent(), format.Absent()))))
	lock(amal, true)
	if _, err := alder.resign(ctx, w.author(amal)); err == nil {
		t.Fatal("signed anew with a locked key")
	}
	w.startHub(nil)
	other := w.say(adam)
	w.receipt("alder", other)
	still, err := alder.outbox.get(ctx, id)
	if w.must(err); still.state != "queued" {
		t.Fatalf("while the key is locked it is %s", still.state)
	}
	lock(amal, false)
	w.receipt("alder", id)
	w.status("cedar", id, "submitted")
}
