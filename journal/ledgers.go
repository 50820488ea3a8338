package journal

import (
	"encoding/hex"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Ledgers names the ledgers that the journal has files of, sorted.
func (s *SQLite) Ledgers() ([]string, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, fmt.Errorf("list ledgers: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if name, ok := ledgerName(entry.Name()); ok && !entry.IsDir() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Only reports, as an error, that the journal has another ledger than name: a
// data folder is one mechanism's, and an exercise's is no live one's.
func (s *SQLite) Only(name string) error {
	names, err := s.Ledgers()
	if err != nil {
		return err
	}
	for _, other := range names {
		if other != name {
			return fmt.Errorf("the data folder %s holds ledger %q and the charter names ledger %q; each mechanism has a folder of its own, and exercise and live never mix", s.dir, other, name)
		}
	}
	return nil
}

// ledgerName is the inverse of fileName.
func ledgerName(file string) (string, bool) {
	rest, ok := strings.CutSuffix(file, ".journal")
	var name []byte
	for ok && rest != "" {
		if rest[0] != '=' {
			name, rest = append(name, rest[0]), rest[1:]
			continue
		}
		if len(rest) < 3 {
			return "", false
		}
		c, err := hex.DecodeString(rest[1:3])
		if err != nil {
			return "", false
		}
		name, rest = append(name, c[0]), rest[3:]
	}
	return string(name), ok && fileName(string(name)) == file
}
