package desk

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/identity"
	"parley/matter"
	"parley/mechanism"
)

// Two officers of each side answer the same matters at once while everybody reads all
// pages and the ledger is exported: nothing is answered twice, what was overtaken is
// shown as such, and all desks have the same.
func TestAgreedByManyAtOnce(t *testing.T) {
	w := newWorld(t, talking)
	var calls []string
	for i := range 2 {
		window := "window=" + instantIn(w, time.Hour) + "/" + instantIn(w, 2*time.Hour)
		calls = append(calls, w.saidBy("cedar/gate/chen", "J41", "", "kind=call", fmt.Sprintf("session=doc:session-%d", i), "items=incident", "attendance=alder/diplomat, birch/diplomat", "form=full", window, "mode=remote", "link=Room 2"))
	}
	var over atomic.Bool
	var readers, officers sync.WaitGroup
	for party, d := range w.desks {
		mux := &routes{}
		d.agreedRoutes(mux)
		readers.Go(func() {
			for ; !over.Load(); <-time.After(20 * time.Millisecond) {
				for _, path := range []string{"/v1/sessions", "/v1/sessions/session-1", "/v1/commitments", "/v1/lines"} {
					answer := httptest.NewRecorder()
					mux.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path+"?lang=en", http.NoBody))
					if answer.Code != http.StatusOK {
						t.Errorf("GET %s at %s: %d %s", path, party, answer.Code, answer.Body)
					}
				}
				if _, err := d.Watch(t.Context(), "en", identity.Author{}); err != nil {
					t.Error(err)
				}
				for _, err := range d.Journal().Read(t.Context(), d.Origin(), 0) {
					if err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	var mu sync.Mutex
	sent := map[string][]string{} // by call
	for _, name := range []string{"alder/watch/amal", "alder/watch/adam", "birch/watch/basil", "birch/watch/dalia"} {
		officers.Go(func() {
			by := w.author(name)
			for i, call := range calls {
				id, err := w.desks[by.Party].Say(t.Context(), Saying{By: by, Format: "J41", About: call, Fields: []string{"kind=lock", fmt.Sprintf("session=doc:session-%d", i)}})
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				mu.Lock()
				sent[call] = append(sent[call], id)
				mu.Unlock()
			}
		})
	}
	officers.Wait()
	for _, call := range calls {
		for _, id := range sent[call] {
			w.release(id)
		}
	}
	over.Store(true)
	readers.Wait()
	w.level()
	want, err := w.desks["cedar"].work.Matters(t.Context(), matter.Session, false)
	w.must(err)
	for party, d := range w.desks {
		w.until(party+" has the same", func() bool {
			got, err := d.work.Matters(t.Context(), matter.Session, false)
			return err == nil && reflect.DeepEqual(got, want)
		})
	}
	for _, m := range want {
		if len(m.Moves) != 3 || len(m.Voids) != 2 || slices.ContainsFunc(m.Voids, func(v mechanism.Void) bool { return v.Rule == "" }) {
			t.Errorf("%s has %d statements, overtaken are %+v", m.State.Name(), len(m.Moves), m.Voids)
		}
	}
}
