package desk

import (
	"context"
	"fmt"
	"path/filepath"
)

// PartyFile is the name of the file in a desk's folder that says whose desk it is, for
// programs that read the folder while the desk runs.
const PartyFile = "party"

// belongs refuses a folder of another mechanism, or of the same in exercise
// where this one is live or the reverse; a new folder is this one's from now on.
// It looks at the outbox too, since officers write before the hub was ever heard.
func (d *Desk) belongs(ctx context.Context) error {
	c := d.config.Charter
	if err := d.journal.Only(d.origin); err != nil {
		return err
	}
	if err := writePrivate(filepath.Join(d.config.Dir, PartyFile), []byte(d.party+"\n")); err != nil {
		return fmt.Errorf("write whose the folder is: %w", err)
	}
	if _, err := d.outbox.db.ExecContext(ctx, "INSERT INTO owner (one, mechanism, exercise) VALUES (1, ?, ?) ON CONFLICT DO NOTHING", c.Mechanism, c.Exercise); err != nil {
		return fmt.Errorf("write whose the folder is: %w", err)
	}
	var mechanism string
	var exercise bool
	if err := d.outbox.db.QueryRowContext(ctx, "SELECT mechanism, exercise FROM owner").Scan(&mechanism, &exercise); err != nil {
		return fmt.Errorf("read whose the folder is: %w", err)
	}
	switch {
	case exercise != c.Exercise:
		return fmt.Errorf("the data folder %s says exercise %t and the charter says exercise %t; exercise and live never mix: give each a folder of its own", d.config.Dir, exercise, c.Exercise)
	case mechanism != c.Mechanism:
		return fmt.Errorf("the data folder %s is of mechanism %q and the charter of %q; give each a folder of its own", d.config.Dir, mechanism, c.Mechanism)
	}
	return nil
}
