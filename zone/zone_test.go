package zone

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The copy must be Go's own for the release that Version names; under another
// release of Go the two may differ and the test says so.
func TestArchiveIsGos(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("no go command to ask for GOROOT: %v", err)
	}
	folder := filepath.Join(strings.TrimSpace(string(out)), "lib", "time")
	script, err := os.ReadFile(filepath.Join(folder, "update.bash"))
	if err != nil {
		t.Skipf("this Go comes without its time zone script: %v", err)
	}
	if !strings.Contains(string(script), "DATA="+Version+"\n") {
		t.Skipf("this Go ships another release than %s", Version)
	}
	theirs, err := os.ReadFile(filepath.Join(folder, "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(archive, theirs) {
		t.Errorf("zoneinfo.zip is not the %s of this Go; run go generate ./zone", Version)
	}
}

func TestLoad(t *testing.T) {
	for _, test := range []struct {
		name        string
		month       time.Month
		wantSeconds int
	}{
		{"UTC", time.January, 0},
		{"Africa/Sao_Tome", time.January, 0},
		{"Asia/Damascus", time.January, 3 * 3600}, // all year since October 2022
		{"Asia/Damascus", time.July, 3 * 3600},
		{"Asia/Beirut", time.January, 2 * 3600},
		{"Asia/Beirut", time.July, 3 * 3600},
	} {
		location, err := Load(test.name)
		if err != nil {
			t.Errorf("Load(%q): %v", test.name, err)
			continue
		}
		if location.String() != test.name {
			t.Errorf("Load(%q) is named %q", test.name, location)
		}
		_, got := time.Date(2026, test.month, 6, 12, 0, 0, 0, time.UTC).In(location).Zone()
		if got != test.wantSeconds {
			t.Errorf("%s on 6 %s 2026 is %d s from UTC, want %d", test.name, test.month, got, test.wantSeconds)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, name := range []string{"", "Local", "local", "utc", "Africa", "Africa/", "../zone", "Africa/Sao_Tome/", "Mars/Olympus"} {
		if location, err := Load(name); err == nil {
			t.Errorf("Load(%q) = %v, want an error", name, location)
		}
	}
}

func TestEveryNameLoads(t *testing.T) {
	names := Names()
	if len(names) < 400 {
		t.Fatalf("%d names, want the whole database", len(names))
	}
	for _, name := range names {
		if _, err := Load(name); err != nil {
			t.Error(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := Load("Asia/Damascus"); err != nil {
			b.Fatal(err)
		}
	}
}
