package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/casefile"
	"parley/desk"
	"parley/identity"
	"parley/matter"
)

// Deposit seals a text for an exchange, and waits for its second officer.
func (s stage) Deposit(ctx context.Context, by identity.Author, fields []string) (string, error) {
	q := desk.Deposit{By: by}
	known := map[string]*string{"exchange": &q.Exchange, "text": &q.Text, "deadline": &q.Deadline, "open-rule": &q.OpenRule}
	for _, field := range fields {
		name, value, ok := strings.Cut(field, "=")
		if !ok || known[name] == nil {
			return "", fmt.Errorf("a deposit has no field %q", field)
		}
		*known[name] = value
	}
	id, err := s.desk(by).Deposit(ctx, q)
	if err != nil {
		return "", err
	}
	return id, s.receipted(ctx, by, id)
}

// window asks once whether the works window of a project is free.
func (s stage) window(ctx context.Context, by identity.Author, id string, free bool) (string, error) {
	answer, err := s.desk(by).Window(ctx, id, "en", by)
	if err == nil && answer.Free != free {
		err = fmt.Errorf("the desk of %s answers %q", by.Party, strings.TrimSpace(answer.Text))
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(answer.Text), nil
}

// expectedOfMatter says whether the matter of a statement is what a scenario
// expects: "matter STATUS", or "visit STATUS" of a case's newest visit.
func (s stage) expectedOfMatter(by identity.Author, id, what string) (shown string, is bool) {
	kind, status, ok := strings.Cut(what, " ")
	r, known := s.desk(by).Work().Record(id)
	if !ok || !known || r.Facts == nil {
		return "", false
	}
	m, ok := s.desk(by).Work().Matter(r.Facts.Matter)
	if !ok {
		return "", false
	}
	if c, ok := m.State.(*casefile.State); ok && kind == "visit" {
		for _, v := range c.Visits {
			if v.Status == status {
				return fmt.Sprintf("VISIT %s: %s to %s", strings.ToUpper(status), v.Terms.Start.Format("2006-01-02T15:04Z"), v.Terms.End.Format("15:04Z")), true
			}
		}
		return "", false
	}
	if kind != "matter" || statusOf(m.State) != status {
		return "", false
	}
	shown = fmt.Sprintf("%s #%d: %s", m.Kind, m.Opened, strings.ToUpper(status))
	for _, n := range m.State.Next(m.Rules) {
		if n.By.IsZero() {
			shown += fmt.Sprintf("; next %s: %s", n.Party, n.Action)
		} else {
			shown += fmt.Sprintf("; next %s: %s by %s", n.Party, n.Action, n.By.Format("2006-01-02T15:04Z"))
		}
	}
	return shown, true
}

// statusOf is the one word for how a matter stands.
func statusOf(state matter.State) string {
	switch s := state.(type) {
	case interface{ Stage() string }:
		return s.Stage()
	case interface{ Status() string }:
		return s.Status()
	}
	return state.Ended()
}

// expectedOfExchange says whether a desk can open neither text of an exchange, or
// shows both, and which lines they have in common.
func (s stage) expectedOfExchange(ctx context.Context, by identity.Author, id, what string) (shown string, is bool) {
	if what != "exchange sealed" && what != "exchange opened" {
		return "", false
	}
	v, err := s.desk(by).Exchange(ctx, id, "en", 0)
	if err != nil {
		return "", false
	}
	var opened [][]string
	for _, side := range v.Sides {
		if side.Opened != nil {
			opened = append(opened, strings.Split(*side.Opened, "; "))
		}
	}
	if what == "exchange sealed" {
		return fmt.Sprintf("SEALED: %d of %d deposits are in, and this desk can open none", in(v), len(v.Sides)), len(opened) == 0 && v.Ended.IsZero()
	}
	if len(opened) < 2 {
		return "", false
	}
	for i, side := range v.Sides {
		said := strings.ToUpper(s.parts[side.Party])
		if side.Verdict != "" {
			said += ", " + string(side.Verdict) + " to what it had sealed"
		}
		shown += said + ": " + strings.Join(opened[i], ", ") + ". "
	}
	var common []string
	for _, line := range opened[0] {
		if slices.Contains(opened[1], line) {
			common = append(common, line)
		}
	}
	return shown + "In both: " + strings.Join(common, ", "), true
}

// in counts the deposits of an exchange.
func in(v *desk.ExchangeView) (n int) {
	for _, side := range v.Sides {
		if side.Deposit != "" {
			n++
		}
	}
	return n
}
