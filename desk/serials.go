package desk

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"sort"
	"strings"
	"time"

	"parley/rule"
	"parley/statement"
)

// A Span is a run of serials, both ends included.
type Span struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

// A Gap is a run of serials of which the desk has no text: withheld at the gate or
// from this party's areas, or not yet here. Of its last one the next statement
// names the hash, so the desk can tell whether it stands in the ledger.
type Gap struct {
	Span
	Entry  *uint64   `json:"entry,omitempty"` // of the last one; none where the replica has no such entry
	Logged time.Time `json:"logged,omitzero"` // of that entry
}

// Serials are the numbers of one author's statements of one day.
type Serials struct {
	Author  string `json:"author"`  // party/role/officer
	Own     bool   `json:"own"`     // of the desk's party
	Machine bool   `json:"machine"` // no officer: much of what it says is for one party alone
	Have    []Span `json:"have"`
	Missing []Gap  `json:"missing,omitempty"` // before the highest that is here; of later ones nobody but the author and the hub knows
	Waiting []Span `json:"waiting,omitempty"` // in this desk's outbox
}

// serialLook bounds how many entries are looked at.
const serialLook = 200_000

// Serials tells, for every author of whom this desk has a statement of the UTC day
// (2006-01-02), which numbers it has, which are missing before the highest, and,
// of its own side, which wait in the outbox. It says nothing that does not follow
// from the texts that it has. It needs no hub.
func (d *Desk) Serials(ctx context.Context, day string) ([]Serials, error) {
	from, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return nil, rule.Refuse(BadRequest, "write it as 2026-11-24", "%q is not a date", day)
	}
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	limits := d.Charter().Limits
	from = from.Add(-time.Duration(limits.AheadSeconds) * time.Second)
	until := from.Add(24*time.Hour + 2*time.Duration(limits.AheadSeconds)*time.Second + time.Duration(limits.LateHours)*time.Hour)
	size := d.work.Size()
	begin := uint64(sort.Search(int(size), func(i int) bool {
		entry, ok := d.work.EntryAt(uint64(i))
		return !ok || !entry.Logged.Before(from)
	}))
	authors := map[string]*serialSet{}
	for i := begin; i < size && i-begin < serialLook && ctx.Err() == nil; i++ {
		record, ok := d.work.RecordAt(i)
		if !ok || !sees(record.Claims.Area) {
			continue
		}
		if record.Logged.After(until) {
			break
		}
		if c := record.Claims; c.Serial.Day == day {
			setOf(authors, c.Author.String()).have[c.Serial.Number] = c.Prev
		}
	}
	if err := d.waitingSerials(ctx, day, authors, sees); err != nil {
		return nil, err
	}
	all := []Serials{}
	for author, set := range authors {
		all = append(all, d.serials(author, set))
	}
	slices.SortFunc(all, func(a, b Serials) int { // people first
		if a.Machine != b.Machine {
			if b.Machine {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Author, b.Author)
	})
	return all, ctx.Err()
}

// A serialSet is what is known of one author's numbers, with what each names as
// the statement before.
type serialSet struct{ have, waiting map[int]string }

func setOf(authors map[string]*serialSet, author string) *serialSet {
	if authors[author] == nil {
		authors[author] = &serialSet{map[int]string{}, map[int]string{}}
	}
	return authors[author]
}

func (d *Desk) waitingSerials(ctx context.Context, day string, authors map[string]*serialSet, sees func(area string) bool) error {
	for after := int64(0); ; {
		rows, err := d.outbox.queued(ctx, after, maxWindow)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			c := r.statement.Claims()
			if _, ordered := d.work.Record(c.ID); c.Serial.Day == day && !ordered && sees(c.Area) {
				setOf(authors, r.author).waiting[c.Serial.Number] = c.Prev
			}
			after = r.seq
		}
	}
}

func (d *Desk) serials(author string, set *serialSet) Serials {
	s := Serials{Author: author, Own: strings.HasPrefix(author, d.party+"/"), Have: spans(set.have), Waiting: spans(set.waiting)}
	if parts := strings.Split(author, "/"); len(parts) == 3 {
		role, _ := d.Charter().Role(parts[1])
		s.Machine = role.Machine
	}
	next := 1
	for _, span := range s.Have {
		if span.First > next {
			gap := Gap{Span: Span{next, span.First - 1}}
			if index, logged, ok := d.entryBefore(set.have[span.First]); ok {
				gap.Entry, gap.Logged = &index, logged
			}
			if !waits(s.Waiting, gap.Span) {
				s.Missing = append(s.Missing, gap)
			}
		}
		next = span.Last + 1
	}
	return s
}

// waits reports whether all of a span is in the outbox.
func waits(waiting []Span, span Span) bool {
	return slices.ContainsFunc(waiting, func(w Span) bool { return w.First <= span.First && span.Last <= w.Last })
}

// entryBefore finds the entry with the hash that a statement names as the one
// before.
func (d *Desk) entryBefore(prev string) (index uint64, logged time.Time, ok bool) {
	hash := statement.DecodeHash(prev)
	if index, ok = d.work.IndexOf(hash); !ok {
		return 0, time.Time{}, false
	}
	logged, ok = d.work.TimeAt(index)
	return index, logged, ok
}

func spans(numbers map[int]string) []Span {
	all := []Span{}
	for _, n := range slices.Sorted(maps.Keys(numbers)) {
		if last := len(all) - 1; last >= 0 && all[last].Last == n-1 {
			all[last].Last = n
			continue
		}
		all = append(all, Span{n, n})
	}
	return all
}

func (d *Desk) apiSerials(r *http.Request) (any, error) {
	day := r.URL.Query().Get("day")
	if day == "" {
		day = d.config.Clock().UTC().Format(time.DateOnly)
	}
	serials, err := d.Serials(r.Context(), day)
	return SerialsView{day, serials}, err
}

// A SerialsView is the answer to GET /v1/serials.
type SerialsView struct {
	Day     string    `json:"day"`
	Serials []Serials `json:"serials"`
}
