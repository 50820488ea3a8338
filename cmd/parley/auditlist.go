package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/matter"
	"parley/mechanism"
	"parley/stats"
	"parley/words"
)

// auditRows is how many rows a list has unless n= says otherwise.
const auditRows = 50

// A filter says which entries a list has.
type filter struct {
	author, format, area, status, to, text string
	from, until                            time.Time
	rows                                   int
}

func (a *auditor) filter(args []string) (f filter, err error) {
	f.rows = auditRows
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		switch name {
		case "author":
			f.author = value
		case "format":
			f.format = value
		case "area":
			f.area = value
		case "status":
			f.status = value
		case "to":
			f.to = value
		case "text":
			f.text = value
		case "from":
			f.from, err = auditTime(value)
		case "until":
			f.until, err = auditTime(value)
		case "n":
			f.rows, err = strconv.Atoi(value)
		default:
			err = errors.New(a.word("bad-filter", "what", a.code(arg)))
		}
		if err != nil {
			return f, err
		}
	}
	if f.text != "" && f.text != "known" && f.text != "withheld" || f.rows < 1 {
		return f, errors.New(a.word("bad-filter", "what", a.code(strings.Join(args, " "))))
	}
	return f, nil
}

func auditTime(value string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z", time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time such as 2026-11-24T15:00Z, and no day", value)
}

// takes reports whether a list has an entry; r is nil where its text is not here.
func (f *filter) takes(logged time.Time, r *mechanism.Record) bool {
	switch {
	case !f.from.IsZero() && logged.Before(f.from), !f.until.IsZero() && logged.After(f.until):
		return false
	case r == nil:
		return f.text != "known" && f.author+f.format+f.area+f.status+f.to == ""
	case f.text == "withheld" && r.Purged == 0:
		return false
	}
	c, status := r.Claims, ""
	if r.Delivery != nil {
		status = string(r.Delivery.Status)
	}
	return strings.HasPrefix(c.Author.String(), f.author) && strings.HasPrefix(c.Format, f.format) && (f.area == "" || c.Area == f.area) &&
		(f.status == "" || status == f.status) && (f.to == "" || slices.Contains(c.To, f.to))
}

// list writes a list of statements, of all entries, or of those without a text.
func (a *auditor) list(ctx context.Context, name string, args []string) error {
	f, err := a.filter(args)
	if err != nil {
		return err
	}
	if name == "withheld" {
		f.text = "withheld"
	}
	shown, rest := 0, 0
	for index := range a.result.Size {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r, known := a.RecordAt(index)
		if !known && (name == "ls" && f.text != "withheld" || a.work == nil) {
			continue // a bundle holds no other entries
		}
		var logged time.Time
		if known {
			logged = r.Logged
		} else if e, ok := a.work.EntryAt(index); ok {
			logged = e.Logged
		}
		if !f.takes(logged, r) || name == "withheld" && a.isCharter(index) {
			continue
		}
		if shown == f.rows {
			rest++
			continue
		}
		shown++
		a.row(index, logged, r, name == "withheld")
	}
	if shown == 0 {
		a.word1("none")
	}
	if rest > 0 {
		a.word1("rest", "count", a.number(uint64(rest)), "more", a.number(uint64(shown+rest)))
	}
	if a.work != nil {
		return a.work.Err()
	}
	return nil
}

func (a *auditor) isCharter(index uint64) bool {
	for _, e := range a.work.Editions() {
		if e.Index == index {
			return true
		}
	}
	return false
}

func (a *auditor) row(index uint64, logged time.Time, r *mechanism.Record, aged bool) {
	switch {
	case aged && r != nil:
		a.word1("purged", "entry", a.number(index), "by", a.number(r.Purged), "author", a.code(r.Claims.Author.String()), "format", a.code(r.Claims.Format))
	case aged:
		fmt.Fprintf(a.out, "%s  %s\n", a.code(fmt.Sprintf("%8d", index)), a.word("for", "at", a.at(logged), "long", a.code(a.result.Last.Sub(logged).Round(time.Second).String())))
	case r == nil && a.isCharter(index):
		fmt.Fprintf(a.out, "%s  %s\n", a.code(fmt.Sprintf("%8d  %s", index, logged.Format("2006-01-02 15:04:05Z"))), a.word("charter"))
	case r == nil:
		fmt.Fprintf(a.out, "%s  %s\n", a.code(fmt.Sprintf("%8d  %s", index, logged.Format("2006-01-02 15:04:05Z"))), a.word("withheld-text"))
	default:
		status := "-"
		if r.Delivery != nil {
			status = string(r.Delivery.Status)
		}
		c := r.Claims
		fmt.Fprintln(a.out, a.code(fmt.Sprintf("%8d  %s  %-18s %-9s %-22s %-10s %-12s %s", index, logged.Format("2006-01-02 15:04:05Z"), c.Format, c.Precedence, c.Author, status, strings.Join(c.To, ","), c.ID)))
	}
}

// search lists the statements with these words in a field, whatever their letters' case.
func (a *auditor) search(ctx context.Context, text string) error {
	if text == "" {
		return errors.New("search takes words")
	}
	wanted, found := strings.ToLower(text), 0
	for r, err := range a.records(ctx) {
		if err != nil {
			return err
		}
		s, err := a.Statement(ctx, r.Index)
		if err != nil {
			return err
		}
		for _, field := range s.Fields() {
			if strings.Contains(strings.ToLower(fmt.Sprint(field.Value)), wanted) {
				if found++; found <= auditRows {
					a.row(r.Index, r.Logged, r, false)
				}
				break
			}
		}
	}
	switch {
	case found == 0:
		a.word1("none")
	case found > auditRows:
		a.word1("rest", "count", a.number(uint64(found-auditRows)), "more", a.number(uint64(found)))
	}
	return nil
}

func (a *auditor) listMatters(ctx context.Context, casesAlone bool) error {
	kind := matter.Kind("")
	if casesAlone {
		kind = matter.Case
	}
	all, err := a.matters(ctx, kind)
	if err != nil {
		return err
	}
	for _, m := range all {
		var next []string
		for _, n := range m.State.Next(m.Rules) {
			next = append(next, n.Party+":"+n.Action)
		}
		fmt.Fprintln(a.out, a.code(strings.TrimRight(fmt.Sprintf("%8d  %-12s %-20s %-14s %s  %s", m.Opened, m.Kind, m.State.Name(), m.Area, m.State.Ended(), strings.Join(next, " ")), " ")))
	}
	if len(all) == 0 {
		a.word1("none")
	}
	return nil
}

// keys lists those that were good at an entry, or all.
func (a *auditor) keys(args []string) error {
	if a.work == nil {
		return errors.New(a.word("not-bundle"))
	}
	at, err := a.result.Size, error(nil)
	if len(args) > 0 {
		if at, err = strconv.ParseUint(args[0], 10, 63); err != nil || at > a.result.Size {
			return fmt.Errorf("%q is no entry up to %d", args[0], a.result.Size)
		}
	}
	for _, k := range a.work.Keys() {
		if !k.ValidAt(at) {
			continue
		}
		fmt.Fprintln(a.out, a.code(fmt.Sprintf("%-24s %s  %d  %s", k.Author, k.ID, k.Endorsed, strings.Join(k.Areas, ","))))
	}
	return nil
}

func (a *auditor) stats(ctx context.Context, args []string) error {
	if a.work == nil {
		return errors.New(a.word("not-bundle"))
	}
	month := ""
	if len(args) > 0 {
		month = args[0]
	}
	page, err := a.work.Statistics(ctx, nil, func(now time.Time) (stats.Period, error) { return stats.ReadPeriod(month, "", "", now) }, a.text)
	if err != nil {
		return err
	}
	fmt.Fprint(a.out, page.Text(a.lang, a.charter, false))
	return nil
}

func (a *auditor) checkpoints() {
	a.word1("root", "size", a.number(a.result.Size), "root", a.code(rootText(a.result.Root)))
	for _, w := range a.result.Witnesses {
		a.word1("covered", "party", a.code(w.Party), "size", a.number(w.Size), "at", a.at(w.Time), "algorithm", words.Raw(w.Algorithm))
	}
}
