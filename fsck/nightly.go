package fsck

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// look is how often a nightly check looks at the clock, which may be set.
const look = time.Minute

// Nightly checks the folder once a day, as the clock passes at after midnight UTC,
// until ctx ends, and gives each outcome to tell.
func Nightly(ctx context.Context, f Folder, at time.Duration, clock func() time.Time, tell func(*Report, error)) {
	f.Gentle = true
	next := following(clock(), at)
	for {
		now := clock()
		if wait := next.Sub(now); wait > 24*time.Hour { // the clock was set back
			next = following(now, at)
		}
		timer := time.NewTimer(min(look, max(next.Sub(now), time.Millisecond)))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		if clock().Before(next) {
			continue
		}
		report, err := Check(ctx, f)
		if ctx.Err() != nil {
			return
		}
		tell(report, err)
		next = following(clock(), at)
	}
}

// following is the first moment after now that is at after a midnight.
func following(now time.Time, at time.Duration) time.Time {
	next := now.UTC().Truncate(24 * time.Hour).Add(at)
	for !next.After(now) {
		next = next.Add(24 * time.Hour)
	}
	return next
}

// ParseAt reads the time of day of a nightly check, "03:00"; "off" is none, for
// which it gives a negative one.
func ParseAt(text string) (time.Duration, error) {
	if text == "off" {
		return -1, nil
	}
	t, err := time.Parse("15:04", text)
	if err != nil {
		return 0, fmt.Errorf("the time of the nightly check is %q; give hours and minutes in UTC, such as 03:00, or off", text)
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, nil
}

// Alarm says what was found in one text.
func (r *Report) Alarm() string { return strings.Join(r.Findings, "; ") }
