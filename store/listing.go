package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/mechanism"
)

// A Listing says which entries [Working.Listed] gives. Of a text that may be read, each
// of Area, Party, Format and Precedence that is not empty must fit.
type Listing struct {
	Areas      []string // whose statements may be read
	Acts       bool     // besides messages: acts, keys and notes
	Unread     bool     // besides what may be read: entries without a text, and those of other areas, whatever they are
	Area       string
	Party      string // of the author
	Format     string // "J14", or one edition of it, "J14/1"
	Precedence string
}

// listLook is how many entries one call looks at where no index helps.
const listLook = 4000

// Listed gives the entries before before that fit, newest first, at most limit. It looks
// no farther than is bounded: next is where to go on, 0 where there is no more.
func (w *Working) Listed(ctx context.Context, q Listing, before uint64, limit int) (indexes []uint64, next uint64, err error) {
	w.mu.RLock()
	before = min(before, w.size)
	fresh := map[uint64]bool{} // whether it fits
	for _, l := range w.layers(false) {
		for index, r := range l.numbers {
			if _, newer := fresh[index]; !newer {
				fresh[index] = q.fits(r)
			}
		}
		for index := range l.entries {
			if _, known := fresh[index]; !known {
				fresh[index] = q.Unread
			}
		}
	}
	w.mu.RUnlock()
	from := uint64(0)
	if (q.Acts || q.Unread) && before > listLook {
		from = before - listLook
	}
	for index, fits := range fresh {
		if fits && index >= from && index < before {
			indexes = append(indexes, index)
		}
	}
	full := false // the database may have more
	if w.db != nil {
		query, args := q.query(from, before)
		rows, err := w.db.read.QueryContext(ctx, query, args...)
		if err != nil {
			return nil, 0, fmt.Errorf("list entries before %d: %w", before, err)
		}
		defer rows.Close()
		for found := 0; rows.Next(); found++ {
			var index uint64
			if err := rows.Scan(&index); err != nil {
				return nil, 0, fmt.Errorf("list entries before %d: %w", before, err)
			}
			if full = found == limit; full {
				break
			}
			if _, newer := fresh[index]; newer {
				found--
				continue
			}
			indexes = append(indexes, index)
		}
		if err := rows.Err(); err != nil {
			return nil, 0, fmt.Errorf("list entries before %d: %w", before, err)
		}
	}
	slices.Sort(indexes)
	slices.Reverse(indexes)
	switch {
	case len(indexes) > limit:
		return indexes[:limit], indexes[limit-1], nil
	case full:
		return indexes, indexes[len(indexes)-1], nil
	}
	return indexes, from, nil
}

// fits reports whether a statement is to be listed.
func (q *Listing) fits(r *mechanism.Record) bool {
	c := r.Claims
	if !slices.Contains(q.Areas, c.Area) {
		return q.Unread
	}
	return (q.Acts || r.Delivery != nil) && (q.Area == "" || c.Area == q.Area) && (q.Party == "" || c.Author.Party == q.Party) &&
		(q.Precedence == "" || c.Precedence == q.Precedence) && (q.Format == "" || c.Format == q.Format || strings.HasPrefix(c.Format, q.Format+"/"))
}

// query is fits for what is stored.
func (q *Listing) query(from, before uint64) (query string, args []any) {
	var read []string
	where := func(condition string, values ...any) {
		read, args = append(read, condition), append(args, values...)
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(q.Areas)), ", ")
	areas := make([]any, len(q.Areas))
	for i, a := range q.Areas {
		areas[i] = a
	}
	index := ""
	if !q.Acts {
		where("status IS NOT NULL")
		if !q.Unread {
			index = " INDEXED BY entry_message"
		}
	}
	where("area IN ("+marks+")", areas...)
	if q.Area != "" {
		where("area = ?", q.Area)
	}
	if q.Party != "" {
		where("author >= ? AND author < ?", q.Party+"/", q.Party+"0") // "0" follows "/"
	}
	if q.Format != "" {
		where("(format = ? OR format >= ? AND format < ?)", q.Format, q.Format+"/", q.Format+"0")
	}
	if q.Precedence != "" {
		where("precedence = ?", q.Precedence)
	}
	condition := strings.Join(read, " AND ")
	if q.Unread {
		condition = "(" + condition + " OR area IS NULL OR area NOT IN (" + marks + "))"
		args = append(args, areas...)
	}
	return "SELECT idx FROM entry" + index + " WHERE " + condition + " AND idx >= ? AND idx < ? ORDER BY idx DESC", append(args, from, before)
}
