package desk

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/format"
	"parley/identity"
	"parley/ledger"
)

// chatty has witnesses speak every second, and alarms after a minute.
func chatty(c *charter.Charter) { c.Witness.FreshSeconds, c.Witness.AlarmSeconds = 1, 60 }

func (w *world) statusOf(party string) Status {
	w.t.Helper()
	s, err := w.desks[party].Status(w.t.Context())
	w.must(err)
	return s
}

func witnessOf(s Status, party string) WitnessStatus {
	for _, w := range s.Witnesses {
		if w.Party == party {
			return w
		}
	}
	return WitnessStatus{}
}

// One desk is off for hours. The channel goes on; every page says who it is and
// since when, also after a restart; and when it comes back, all is confirmed.
func TestWitnessOff(t *testing.T) {
	w := newWorld(t, chatty)
	w.receipt("alder", w.say("alder/watch/amal"))
	w.until("all is confirmed", func() bool { s := w.statusOf("alder"); return s.Confirmed == s.Size && s.Size > 0 })
	last := witnessOf(w.statusOf("alder"), "birch").Last
	w.close("birch")
	w.ahead.Add(int64(3 * time.Hour))
	id := w.say("alder/watch/amal")
	w.receipt("alder", id)
	w.until("birch is late, with an alarm", func() bool {
		b := witnessOf(w.statusOf("alder"), "birch")
		return b.State == WitnessLate && b.Alarm && b.Lag > 0 && b.Needed && !b.Last.Before(last)
	})
	w.until("cedar is not", func() bool { return witnessOf(w.statusOf("alder"), "cedar").State == WitnessFresh })
	detail, err := w.desks["alder"].Show(t.Context(), id, "en")
	w.must(err)
	if s := w.statusOf("alder"); detail.Confirmed || s.Alarm != "" || !s.Frozen.IsZero() {
		t.Errorf("confirmed %v, alarm %q, frozen %v", detail.Confirmed, s.Alarm, s.Frozen)
	}
	want := map[string]string{"en": "Birch has not cosigned what is new since ", "ar": "لم يشارك في توقيع الجديد منذ ", "he": "לא חתם במשותף על החדש מאז "}
	for _, lang := range format.Languages() {
		floor, err := w.desks["alder"].Watch(t.Context(), lang, identity.Author{})
		w.must(err)
		line, err := w.desks["alder"].Line(t.Context(), lang)
		w.must(err)
		if !strings.Contains(floor.Text, want[lang]) || !strings.Contains(line.Text, "3h00m") && !strings.Contains(line.Text, "3h") {
			t.Errorf("%s: the watch floor and the line page are\n%s\n%s", lang, floor.Text, line.Text)
		}
	}

	w.close("alder")
	w.open("alder")
	if s := w.statusOf("alder"); witnessOf(s, "birch").State != WitnessLate || s.Confirmed == 0 {
		t.Errorf("after a restart: %+v", s)
	}
	w.open("birch")
	w.until("all is confirmed again", func() bool {
		s := w.statusOf("alder")
		return s.Confirmed == s.Size && !witnessOf(s, "birch").Alarm && witnessOf(s, "birch").State == WitnessFresh
	})
	if detail, err = w.desks["alder"].Show(t.Context(), id, "en"); err != nil || !detail.Confirmed {
		t.Errorf("confirmed %v, %v", detail.Confirmed, err)
	}
}

// Nothing is said, and still every witness speaks again, with a later time.
func TestFreshWhenIdle(t *testing.T) {
	w := newWorld(t, chatty)
	w.receipt("alder", w.say("alder/watch/amal"))
	w.until("all is confirmed", func() bool { s := w.statusOf("alder"); return s.Confirmed == s.Size && s.Size > 0 })
	before := w.statusOf("alder")
	w.until("both have spoken twice since, by both algorithms", func() bool {
		s := w.statusOf("alder")
		for _, party := range []string{"alder", "birch"} {
			for i, k := range witnessOf(s, party).Keys {
				if k.Last.Sub(witnessOf(before, party).Keys[i].Last) < 2*time.Second {
					return false
				}
			}
		}
		return true
	})
}

// The hub answers, and nobody else is heard of: the line is frozen, as far as
// this desk can tell.
func TestFrozen(t *testing.T) {
	w := newWorld(t, chatty)
	w.receipt("alder", w.say("alder/watch/amal"))
	w.until("all is confirmed", func() bool { s := w.statusOf("alder"); return s.Confirmed == s.Size && s.Size > 0 })
	w.close("birch")
	w.close("cedar")
	w.ahead.Add(int64(time.Hour))
	w.until("alder's line is frozen", func() bool {
		s := w.statusOf("alder")
		return !s.Frozen.IsZero() && w.now().Sub(s.Frozen) > 50*time.Minute
	})
	floor, err := w.desks["alder"].Watch(t.Context(), "en", identity.Author{})
	w.must(err)
	if !strings.Contains(floor.Text, "The line is frozen since ") {
		t.Errorf("the watch floor says\n%s", floor.Text)
	}
}

// A witness's store is put back from yesterday. By the file that is kept apart, or
// by its own word on the hub's checkpoint, it learns what it has cosigned, cosigns
// nothing else, and says that its key is to be replaced.
func TestWitnessRolledBack(t *testing.T) {
	for _, apart := range []bool{true, false} {
		w := newWorld(t, chatty)
		w.close("birch")
		config := w.config("birch")
		if apart {
			config.WitnessMark = filepath.Join(w.dir, "birch.mark")
		}
		birch, err := Open(t.Context(), config)
		w.must(err)
		w.desks["birch"] = birch
		confirm := func() uint64 {
			size := w.statusOf("alder").Size
			w.until("all is confirmed", func() bool { s := w.statusOf("alder"); return s.Size > 0 && s.Confirmed >= size })
			return size
		}
		w.receipt("alder", w.say("alder/watch/amal"))
		old := confirm()
		w.close("birch")
		yesterday := t.TempDir()
		w.must(os.CopyFS(yesterday, os.DirFS(config.Dir)))
		birch, err = Open(t.Context(), config)
		w.must(err)
		w.desks["birch"] = birch
		w.receipt("alder", w.say("alder/watch/amal"))
		if confirm() <= old {
			t.Fatal("nothing new was cosigned")
		}
		cosigned, root, err := birch.outbox.mark(t.Context(), markCosigned)
		w.must(err)
		w.close("birch")
		w.must(os.RemoveAll(config.Dir))
		w.must(os.CopyFS(config.Dir, os.DirFS(yesterday)))
		if apart {
			w.stopHub() // nobody tells it
		}
		birch, err = Open(t.Context(), config)
		w.must(err)
		w.desks["birch"] = birch
		w.until("it knows that its store is old", func() bool { return w.statusOf("birch").RolledBack == cosigned })
		if size, again, err := birch.outbox.mark(t.Context(), markCosigned); err != nil || size < cosigned || size == cosigned && again != root {
			t.Errorf("its mark is %d %x, %v; it had cosigned %d %x", size, again, err, cosigned, root)
		}
		if left, err := birch.cosignOne(t.Context(), candidate{head: ledger.Head{Origin: birch.origin, Size: old + 1, Root: ledger.Hash{1}}}); left {
			t.Errorf("a fork of that was cosigned, %v", err)
		}
		floor, err := birch.Watch(t.Context(), "en", identity.Author{})
		w.must(err)
		if !strings.Contains(floor.Text, "Have the witness key replaced in the charter") {
			t.Errorf("the watch floor says\n%s", floor.Text)
		}
		w.close("birch")
		birch, err = Open(t.Context(), config)
		w.must(err)
		w.desks["birch"] = birch
		if got := w.statusOf("birch").RolledBack; got != cosigned {
			t.Errorf("after a restart it says %d", got)
		}
	}
}

// A witness's mark has one spelling.
func FuzzWord(f *testing.F) {
	f.Add([]byte(word{7, ledger.Hash{1}, 1700000000}.text()))
	f.Add([]byte("cosigned 07 AA== 1\n"))
	f.Add([]byte("cosigned 1 "))
	f.Fuzz(func(t *testing.T, text []byte) {
		if w, err := parseWord(text); err == nil && w.text() != string(text) {
			t.Errorf("%q is read and written as %q", text, w.text())
		}
	})
}
