package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

// maxDifferences is how many differences are told of one read model.
const maxDifferences = 8

// tables are the read model's, each with its key and what a row of it is called.
var tables = []struct{ name, key, row string }{
	{"tree", "chunk", "row %v of the tree's hashes"},
	{"entry", "idx", "entry %v"},
	{"charter", "edition", "edition %v of the charter"},
	{"key", "kid", "key %v"},
	{"author", "name", "the last statement of %v"},
	{"board", "one", "the state of the line, the areas and the watch"},
	{"matter", "id", "matter %v"},
}

// A Comparison compares a read model, which may be in use, with one made anew from
// the journal. It sees the first as it stood when the comparison began.
type Comparison struct {
	db       *sql.DB
	conn     *sql.Conn
	progress Progress
	broken   error // the read model cannot be read at all
}

// Compare begins to compare the read model at model with the one at fresh, which
// the caller still has to bring as far as [Comparison.Progress] says.
func Compare(ctx context.Context, model, fresh string) (*Comparison, error) {
	c := &Comparison{}
	fail := func(err error) (*Comparison, error) {
		return nil, errors.Join(fmt.Errorf("compare read model %s: %w", model, err), c.Close())
	}
	var err error
	if c.db, err = sql.Open("sqlite", "file:"+(&url.URL{Path: fresh}).EscapedPath()+"?_pragma=busy_timeout(10000)"); err != nil {
		return fail(err)
	}
	if c.conn, err = c.db.Conn(ctx); err != nil {
		return fail(err)
	}
	if _, err := c.conn.ExecContext(ctx, "ATTACH DATABASE ? AS old", "file:"+(&url.URL{Path: model}).EscapedPath()+"?mode=rw"); err != nil {
		c.broken = err
		return c, ctx.Err()
	}
	if _, err := c.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return fail(err)
	}
	err = c.conn.QueryRowContext(ctx, "SELECT ledger, blocks, size FROM old.progress").Scan(&c.progress.Ledger, &c.progress.Blocks, &c.progress.Size)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		c.broken = err
	}
	return c, ctx.Err()
}

// Progress is how far the read model had followed the journal when the comparison
// began.
func (c *Comparison) Progress() Progress { return c.progress }

// Close ends the comparison.
func (c *Comparison) Close() error {
	var errs []error
	if c.conn != nil {
		errs = append(errs, c.conn.Close())
	}
	if c.db != nil {
		errs = append(errs, c.db.Close())
	}
	return errors.Join(errs...)
}

// Differences tells in what the read model is not the one made anew: none, if it is
// right. An error means that it could not be compared.
func (c *Comparison) Differences(ctx context.Context) ([]string, error) {
	if c.broken != nil {
		return []string{fmt.Sprintf("it cannot be read: %v", c.broken)}, nil
	}
	all, err := c.integrity(ctx)
	if err != nil || len(all) > 0 {
		return all, err
	}
	behind, err := c.purgedMeanwhile(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tables {
		if behind && t.name == "entry" {
			continue // as it stood, it cannot be made of what is left; the next comparison can
		}
		found, err := c.table(ctx, t.name, t.key, t.row)
		if err != nil && ctx.Err() == nil {
			found, err = []string{fmt.Sprintf("table %s cannot be read: %v", t.name, err)}, nil
		}
		if err != nil {
			return nil, err
		}
		if all = append(all, found...); len(all) >= maxDifferences {
			return all[:maxDifferences], nil
		}
	}
	return all, nil
}

// purgedMeanwhile reports whether the journal lacks texts that were purged after the
// read model stood as it is compared.
func (c *Comparison) purgedMeanwhile(ctx context.Context) (bool, error) {
	var n int
	err := c.conn.QueryRowContext(ctx, "SELECT count(*) FROM main.entry WHERE purged >= ?", c.progress.Size).Scan(&n)
	return n > 0, err
}

// integrity has SQLite look at the file's own structure.
func (c *Comparison) integrity(ctx context.Context) ([]string, error) {
	rows, err := c.conn.QueryContext(ctx, fmt.Sprintf("PRAGMA old.integrity_check(%d)", maxDifferences))
	if err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		return []string{fmt.Sprintf("it cannot be read: %v", err)}, nil
	}
	defer rows.Close()
	var found []string
	for rows.Next() {
		var said string
		if err := rows.Scan(&said); err != nil {
			return nil, err
		}
		if said != "ok" {
			found = append(found, "its file is damaged: "+strings.ReplaceAll(said, "\n", "; "))
		}
	}
	if err := rows.Err(); err != nil && ctx.Err() == nil {
		found = append(found, fmt.Sprintf("it cannot be read: %v", err))
	}
	return found, ctx.Err()
}

// table walks both tables by their key.
func (c *Comparison) table(ctx context.Context, name, key, called string) (found []string, err error) {
	var sides [2]*sql.Rows
	for i, schema := range []string{"main", "old"} {
		if sides[i], err = c.conn.QueryContext(ctx, "SELECT "+key+", * FROM "+schema+"."+name+" ORDER BY "+key); err != nil {
			return nil, err
		}
		defer sides[i].Close()
	}
	columns, err := sides[0].Columns()
	if err != nil {
		return nil, err
	}
	fresh, more, err := next(sides[0], len(columns))
	old, moreOld := []any(nil), false
	if err == nil {
		old, moreOld, err = next(sides[1], len(columns))
	}
	say := func(row []any, form string, args ...any) {
		what := called
		if strings.Contains(called, "%") {
			what = fmt.Sprintf(called, row[0])
		}
		found = append(found, what+" "+fmt.Sprintf(form, args...))
	}
	for err == nil && (more || moreOld) && len(found) < maxDifferences {
		order := compareKeys(fresh, old, more, moreOld)
		switch {
		case order < 0:
			say(fresh, "is missing")
		case order > 0:
			say(old, "is there, and the journal has no such thing")
		default:
			for i := 1; i < len(columns); i++ {
				if !sameValue(fresh[i], old[i]) {
					say(fresh, "is not what the journal makes it (%s)", columns[i])
					break
				}
			}
		}
		if order <= 0 {
			fresh, more, err = next(sides[0], len(columns))
		}
		if order >= 0 && err == nil {
			old, moreOld, err = next(sides[1], len(columns))
		}
	}
	return found, err
}

func next(rows *sql.Rows, columns int) ([]any, bool, error) {
	if !rows.Next() {
		return nil, false, rows.Err()
	}
	row, into := make([]any, columns), make([]any, columns)
	for i := range row {
		into[i] = &row[i]
	}
	return row, true, rows.Scan(into...)
}

// compareKeys orders two rows by their keys, a side that has ended last.
func compareKeys(a, b []any, more, moreOld bool) int {
	switch {
	case !more:
		return 1
	case !moreOld:
		return -1
	}
	switch x := a[0].(type) {
	case int64:
		if y, ok := b[0].(int64); ok {
			return int(min(max(x-y, -1), 1))
		}
	case string:
		if y, ok := b[0].(string); ok {
			return strings.Compare(x, y)
		}
	}
	return 0 // another type: the columns differ too
}

// sameValue compares two values; of JSON, what it says.
func sameValue(a, b any) bool {
	if reflect.DeepEqual(a, b) {
		return true
	}
	x, y := text(a), text(b)
	if len(x) == 0 || len(y) == 0 || x[0] != '{' || y[0] != '{' {
		return false
	}
	var u, v any
	return json.Unmarshal(x, &u) == nil && json.Unmarshal(y, &v) == nil && reflect.DeepEqual(bare(u), bare(v))
}

func text(v any) []byte {
	switch v := v.(type) {
	case []byte:
		return bytes.Clone(v)
	case string:
		return []byte(v)
	}
	return nil
}

// bare leaves out what is empty, which is written or not as a state was read back
// or never left the memory.
func bare(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for k, inner := range v {
			if inner = bare(inner); inner != nil {
				out[k] = inner
			}
		}
		if len(out) == 0 {
			return nil
		}
		return out
	case []any:
		if len(v) == 0 {
			return nil
		}
		out := make([]any, len(v))
		for i := range v {
			out[i] = bare(v[i])
		}
		return out
	case string:
		if v == "" {
			return nil
		}
	}
	return v
}
