package desk

import (
	"context"
	"path/filepath"

	"parley/fsck"
)

// checkNightly looks once a day whether the replica is still what was stored.
func (d *Desk) checkNightly(ctx context.Context) {
	model := filepath.Join(d.config.Dir, "store.db")
	fsck.Nightly(ctx, fsck.Folder{Journal: d.journal, Ledger: d.origin, Model: model, Scratch: model + ".fsck"}, d.config.At, d.config.Clock, d.checked)
}

// checked takes the outcome of a nightly check. What is damaged here accuses
// nobody else.
func (d *Desk) checked(report *fsck.Report, err error) {
	switch {
	case err != nil:
		d.log.Error("the nightly check of the replica could not be made", "error", err)
	case report.Sound():
		d.log.Info("nightly check: sound", "blocks", report.Blocks, "entries", report.Size)
	default:
		alarm := "this desk's own records are damaged; close it, see with `parley fsck`, and mend them as docs/operate.md tells: " + report.Alarm()
		d.alarm(alarm)
		d.log.Error("ALARM", "alarm", alarm)
	}
}
