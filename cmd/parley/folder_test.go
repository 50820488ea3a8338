package main

import (
	"strings"
	"testing"
)

// While a desk runs its read model is not made anew under it; what only reads its
// folder may go on.
func TestRebuildOfARunningDesk(t *testing.T) {
	o := newOffice(t)
	dir := o.desk("alder")
	if status, out, stderr := parley(t, "rebuild", "-dir", dir); status != 1 || out != "" || !strings.Contains(stderr, "is another program running on this folder?") || !strings.Contains(stderr, "stop the program first") {
		t.Errorf("rebuild: status %d, %s%s", status, out, stderr)
	}
	if status, _, stderr := parley(t, "verify", "-charter", o.world.file, dir); status != 0 {
		t.Errorf("verify: status %d, %s", status, stderr)
	}
}
