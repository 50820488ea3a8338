package desk

import (
	"context"

	"parley/format"
	"parley/statement"
	"parley/trade"
)

// An unsent item is not in the ledger.
type unsentItem struct {
	Item
	statement *statement.Statement
	limited   bool // it is for the named readers of a project
}

// unsent gives what was refused or waits in the outbox, and then what waits for a second
// officer, the newest of each first; without all, messages alone.
func (d *Desk) unsent(ctx context.Context, sees func(area string) bool, all bool) ([]unsentItem, error) {
	rows, err := d.unsettled(ctx)
	if err != nil {
		return nil, err
	}
	items := []unsentItem{}
	add := func(s *statement.Statement, state string, problem *Problem) {
		u := unsentItem{Item: itemOf(s.Claims()), statement: s}
		if !sees(u.Area) || !all && u.Kind != string(format.Message) {
			return
		}
		project, readers := d.readersOf(s.Claims(), s.Field, 0)
		u.Status, u.Problem, u.limited = state, problem, project != "" && trade.Limited(readers, d.party)
		if u.limited && problem != nil {
			problem.Detail, problem.Remedy, problem.Options = "", "", nil // they may quote it
		}
		items = append(items, u)
	}
	for _, r := range rows {
		if _, ordered := d.work.Record(r.id); ordered {
			continue
		}
		var problem *Problem
		if r.problem != nil {
			p := problemOf(r.problem.Err())
			problem = &p
		}
		add(r.statement, r.state, problem)
	}
	waiting, err := d.outbox.waiting(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range waiting {
		add(w.statement, Waits, nil)
	}
	return items, nil
}
