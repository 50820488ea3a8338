package desk

import (
	"context"
	"slices"

	"parley/format"
	"parley/statement"
)

// prerequisite gives the outbox's report that an act must not overtake.
func (d *Desk) prerequisite(ctx context.Context, f *format.Format, refs []statement.Ref) (int64, error) {
	if f.Kind != format.Act || !slices.Contains([]string{"acknowledges", "reads-back", "passes-on"}, f.Relation) {
		return 0, nil
	}
	var after int64
	for _, ref := range refs {
		seq, err := d.outbox.reported(ctx, ref.ID, "displays")
		if err != nil {
			return 0, err
		}
		after = max(after, seq)
	}
	return after, nil
}
