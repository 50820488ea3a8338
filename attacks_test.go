package parley

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every attack of docs/attacks.md has tests, and they are there.
func TestAttacks(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("docs", "attacks.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile("`([a-z]+)\\.(Test[A-Za-z0-9]+)`")
	next := 1
	for line := range strings.SplitSeq(string(text), "\n") {
		cells := strings.Split(line, "|")
		number := 0
		if len(cells) == 7 {
			number, _ = strconv.Atoi(strings.TrimSpace(cells[1]))
		}
		if number > 0 && number != next {
			t.Errorf("attack %d stands where %d should", number, next)
		}
		tests := named.FindAllStringSubmatch(line, -1)
		if number > 0 {
			if next++; len(tests) == 0 {
				t.Errorf("attack %d has no test", number)
			}
		}
		for _, test := range tests {
			folder := test[1]
			if folder == "parley" {
				folder = filepath.Join("cmd", "parley")
			}
			files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, file := range files {
				source, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				found = found || strings.Contains(string(source), "func "+test[2]+"(t *testing.T)")
			}
			if !found {
				t.Errorf("docs/attacks.md names %s.%s, which is not there", test[1], test[2])
			}
		}
	}
	if next != 26 {
		t.Errorf("docs/attacks.md has %d attacks, want 25", next-1)
	}
}
