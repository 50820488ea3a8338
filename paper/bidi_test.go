package paper

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The conformance test of Unicode Annex 9, as go-text carries it; the cases
// with embeddings and overrides are left out, since no text has them here.
func TestBidiConformance(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/go-text/typesetting").Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(filepath.Join(strings.TrimSpace(string(out)), "bidi", "test", "BidiCharacterTest.txt"))
	if err != nil {
		t.Skipf("the module has no test data here: %v", err)
	}
	defer file.Close()
	tried, failed, row := 0, 0, 0
	for scan := bufio.NewScanner(file); scan.Scan(); {
		row++
		fields := strings.Split(scan.Text(), ";")
		if len(fields) < 5 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		var runes []rune
		embedded := false
		for _, hex := range strings.Fields(fields[0]) {
			n, err := strconv.ParseUint(hex, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			runes = append(runes, rune(n))
			embedded = embedded || n >= 0x202a && n <= 0x202e
		}
		base, _ := strconv.Atoi(fields[2])
		if embedded {
			continue
		}
		tried++
		got := levels(runes, direction(base))
		for i, want := range strings.Fields(fields[3]) {
			if want != "x" && want != strconv.Itoa(int(got[i])) {
				if failed++; failed < 10 {
					t.Errorf("row %d: %U in direction %d: level %d at %d, want %s", row, runes, base, got[i], i, want)
				}
				break
			}
		}
	}
	if failed > 0 || tried < 1000 {
		t.Errorf("%d of %d cases failed", failed, tried)
	}
	t.Logf("%d cases", tried)
}
