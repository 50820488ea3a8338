package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A small file system of its own is filled to the last byte.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=3m"); err != nil {
		t.Skipf("mount a small file system: %v (needs root)", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, bytes.Repeat([]byte{1}, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	testFull(t, openSQLite(t, filepath.Join(dir, "journal")), func() {
		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
	})
}
