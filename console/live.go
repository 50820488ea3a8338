package console

import (
	"fmt"
	"net/http"
	"time"
)

// Bounds of how often a window is told that something changed, and that it still hears.
const (
	livePause = 30 * time.Millisecond
	liveBeat  = 10 * time.Second
)

// live tells that the desk has changed, over server-sent events (HTML Living Standard,
// section 9.2), and nothing of what: who has a session reads that again. A locked session
// is told only that it was locked or unlocked: what happens at the desk, and when, is for
// who may read it.
func (k *Console) live(w http.ResponseWriter, r *http.Request) {
	s := k.doors.of(r)
	if s == nil {
		http.Error(w, "no session", http.StatusUnauthorized)
		return
	}
	control := http.NewResponseController(w)
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, "retry: 1000\n\n")
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	for {
		open, turned := s.state()
		news := k.desk.Changed()
		if !open {
			news = nil
		}
		if control.SetWriteDeadline(time.Now().Add(30*time.Second)) != nil || control.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-beat.C:
			if k.doors.of(r) == nil {
				return
			}
			fmt.Fprint(w, "event: beat\ndata: \n\n")
		case <-turned:
			if k.doors.of(r) == nil {
				return
			}
			fmt.Fprint(w, "event: changed\ndata: \n\n")
		case <-news:
			fmt.Fprint(w, "event: changed\ndata: \n\n")
			if control.Flush() != nil {
				return
			}
			pause := time.NewTimer(livePause) // what comes in it is told together
			select {
			case <-pause.C:
			case <-r.Context().Done():
				pause.Stop()
				return
			}
			// Taken before the pause, news says nothing of what came in it.
			if open, _ := s.state(); !open {
				continue
			}
			fmt.Fprint(w, "event: changed\ndata: \n\n")
		}
	}
}
