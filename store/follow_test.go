package store

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// What is committed is in the database one interval later at the latest, after
// any length of silence, and a failure is reported and tried again after as long.
func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		db, err := Open(filepath.Join(t.TempDir(), "store.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		w, err := New(t.Context(), db, "orchard.example/log", false)
		if err != nil {
			t.Fatal(err)
		}
		const interval = 250 * time.Millisecond
		written := func(after time.Duration, want bool) {
			t.Helper()
			<-time.After(after)
			synctest.Wait()
			if got := w.Unwritten() == 0; got != want {
				t.Errorf("written is %v, want %v", got, want)
			}
		}
		add(t, w, 1) // before Follow begins
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		var failed []time.Time
		go func() {
			w.Follow(ctx, interval, func(error) { failed = append(failed, time.Now()) })
			close(ended)
		}()
		written(interval, true)
		<-time.After(24 * time.Hour)
		add(t, w, 1)
		<-time.After(interval / 2)
		add(t, w, 1)
		written(interval/2, true)

		if _, err := db.write.Exec("ALTER TABLE progress RENAME TO away"); err != nil {
			t.Fatal(err)
		}
		add(t, w, 1)
		<-time.After(10*interval + interval/2)
		if _, err := db.write.Exec("ALTER TABLE away RENAME TO progress"); err != nil {
			t.Fatal(err)
		}
		written(interval, true)
		var stored Progress
		if stored, err = db.Progress(t.Context()); err != nil || stored.Size != w.Size() {
			t.Errorf("%d entries are in the database, want %d: %v", stored.Size, w.Size(), err)
		}
		if len(failed) != 10 {
			t.Errorf("%d failures in ten intervals and a half", len(failed))
		}
		for i := 1; i < len(failed); i++ {
			if pause := failed[i].Sub(failed[i-1]); pause != interval {
				t.Errorf("tried again after %s, want %s", pause, interval)
			}
		}

		stop()
		<-ended
	})
}

// After a write that failed the next one writes all that is committed: what failed,
// and what came after it. Until then all of that is unwritten.
func TestFlushAfterFailure(t *testing.T) {
	db, err := Open(filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w, err := New(t.Context(), db, "orchard.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	add(t, w, 7)
	if err := w.Flush(ended); err == nil {
		t.Fatal("it was written although its time was over")
	}
	add(t, w, 2)
	if n := w.Unwritten(); n != 9 {
		t.Errorf("%d entries unwritten, want 9", n)
	}
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := w.Unwritten(); n != 0 {
		t.Errorf("%d entries unwritten, want none", n)
	}
	again, err := New(t.Context(), db, "orchard.example/log", false)
	if err != nil {
		t.Fatal(err)
	}
	same(t, w, again)
}
