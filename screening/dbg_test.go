package screening

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestDbg(t *testing.T) {
	text, _ := os.ReadFile("/tmp/pairs.txt")
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		a, b, ok := strings.Cut(line, " | ")
		if !ok {
			continue
		}
		x := NewIndex(&List{Entries: []Entry{{ID: "1", Names: []string{b}}}})
		fmt.Println(line)
		for _, f := range x.Search(a, 1) {
			fmt.Println("   ", f.Score, f.Parts)
		}
		pa, pb := partsOf(a), partsOf(b)
		c := comparer{tables: costTables(), merged: mergeTable()}
		for i := range pa {
			for j := range pb {
				fmt.Print(" ", pa[i].text, "/", pb[j].text, "=", c.like(&pa[i], &pb[j]))
			}
		}
		fmt.Println()
	}
}
