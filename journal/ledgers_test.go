package journal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOnly(t *testing.T) {
	dir := t.TempDir()
	j, err := OpenSQLite(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if err := j.Only("a/log"); err != nil {
		t.Errorf("an empty folder: %v", err)
	}
	for _, test := range []struct {
		add  string
		want string
	}{
		{"a/log", ""},
		{"b/log", `holds ledger "b/log" and the charter names ledger "a/log"`},
	} {
		if err := os.WriteFile(filepath.Join(dir, fileName(test.add)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		err := j.Only("a/log")
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("with %s: %v, want %q", test.add, err, test.want)
		}
	}
}
