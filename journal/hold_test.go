package journal

import (
	"path/filepath"
	"strings"
	"testing"
)

// One at a time holds a file, and after it is let go the next one may.
func TestHold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a #?%.lock")
	first, err := Hold(path)
	if err != nil {
		t.Fatal(err)
	}
	if second, err := Hold(path); err == nil || !strings.Contains(err.Error(), "is another program running on this folder?") {
		t.Errorf("held twice: %v, %v", second, err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Hold(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
