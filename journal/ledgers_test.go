package journal

import "testing"

func TestLedgerName(t *testing.T) {
	for _, name := range []string{"orchard.example/log", "a", ".hidden", "A=b", "é/ü", "x-1.y"} {
		if got, ok := ledgerName(fileName(name)); !ok || got != name {
			t.Errorf("ledgerName(fileName(%q)) = %q, %t", name, got, ok)
		}
	}
	for _, file := range []string{"", "a", "a.journal-wal", "a=2", "a=2.journal", "a=zz.journal", "a=61.journal", "A.journal"} {
		if got, ok := ledgerName(file); ok {
			t.Errorf("ledgerName(%q) = %q, want none", file, got)
		}
	}
}
