package desk

import (
	"context"
	"fmt"

	"parley/format"
	"parley/rule"
)

// Previewed is the state of a [Sent] that was only looked at.
const Previewed = "previewed"

// Preview gives the page that a new statement would be: times in every side's
// zone, places in every agreed grid, what may be taken for something else. It
// refuses and asks as [Desk.Say] does, signs nothing and keeps no draft.
func (d *Desk) Preview(_ context.Context, q Saying) (string, error) {
	f, ok := d.Charter().Newest(q.Format)
	if !ok || f.Borrows != "" {
		return "", rule.Refuse(NoFormat, "`parley charter show` lists those in force", "there is no format %q whose page can be shown before it is signed", q.Format)
	}
	values, err := d.typed(f, q)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s  %s\n\n%s", f.Ref(), f.Names.In(q.Lang), f.Render(d.Charter().Setting(d.party), q.Lang, format.Values(values))), nil
}
