package proof

import (
	"bufio"
	"bytes"
	"flag"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

var mutations = flag.Int("mutations", 60, "how many damaged copies of the record TestMutations judges")

// TestMutations damages a record of a thousand statements at random places, each
// copy once: no copy is proven beside the checkpoint that its reader has, and
// none makes the verifier fail in another way. `-mutations=10000` is the long
// form.
func TestMutations(t *testing.T) {
	record, texts := benchRecord(t)
	lines := slices.Collect(bytes.SplitAfterSeq(record, []byte("\n")))
	lines = slices.DeleteFunc(lines, func(line []byte) bool { return len(line) == 0 })
	var known []byte
	verify := func(text []byte) string {
		result, err := VerifyRecord(t.Context(), bytes.NewReader(text), nil)
		if err == nil && known != nil {
			err = result.CheckCheckpoint(known)
		}
		return outcome(err)
	}
	if got := verify(record); got != "proven" {
		t.Fatalf("the record itself: %s", got)
	}
	known = newest(t, record)
	if got := verify(record); got != "proven" {
		t.Fatalf("the record itself, beside its newest checkpoint: %s", got)
	}
	chance := rand.New(rand.NewPCG(6, 1))
	join := func(lines ...[]byte) []byte { return slices.Concat(lines...) }
	kinds := []struct {
		name   string
		damage func() []byte
	}{
		{"flip a bit", func() []byte {
			text := slices.Clone(record)
			text[chance.IntN(len(text))] ^= 1 << chance.IntN(8)
			return text
		}},
		{"drop bytes", func() []byte {
			at := chance.IntN(len(record))
			return join(record[:at], record[min(len(record), at+1+chance.IntN(400)):])
		}},
		{"duplicate bytes", func() []byte {
			at := chance.IntN(len(record))
			end := min(len(record), at+1+chance.IntN(400))
			return join(record[:end], record[at:end], record[end:])
		}},
		{"swap bytes", func() []byte {
			text := slices.Clone(record)
			for a, b := chance.IntN(len(text)), chance.IntN(len(text)); ; b = chance.IntN(len(text)) {
				if text[a] != text[b] {
					text[a], text[b] = text[b], text[a]
					return text
				}
			}
		}},
		{"truncate", func() []byte { return record[:chance.IntN(len(record))] }},
		{"drop a block", func() []byte {
			at := chance.IntN(len(lines))
			return join(slices.Delete(slices.Clone(lines), at, at+1)...)
		}},
		{"duplicate a block", func() []byte {
			at := chance.IntN(len(lines))
			return join(slices.Insert(slices.Clone(lines), chance.IntN(len(lines)+1), lines[at])...)
		}},
		{"reorder blocks", func() []byte {
			moved := slices.Clone(lines)
			a, b := chance.IntN(len(moved)), chance.IntN(len(moved)-1)
			if b >= a {
				b++
			}
			moved[a], moved[b] = moved[b], moved[a]
			return join(moved...)
		}},
		{"cut off blocks", func() []byte { return join(lines[:chance.IntN(len(lines))]...) }},
		{"show one text for another", func() []byte {
			a, b := chance.IntN(len(texts)), chance.IntN(len(texts)-1)
			if b >= a {
				b++
			}
			return bytes.Replace(record, texts[a], texts[b], 1)
		}},
	}
	counts := map[string][2]int{}
	for n := range *mutations {
		kind := kinds[n%len(kinds)]
		got := verify(kind.damage())
		count := counts[kind.name]
		switch {
		case strings.HasPrefix(got, "refuted"):
			count[0]++
		case strings.HasPrefix(got, "not checked"):
			count[1]++
		default:
			t.Errorf("%s, mutation %d: %s", kind.name, n, got)
		}
		counts[kind.name] = count
	}
	for _, kind := range kinds {
		t.Logf("%-26s refuted %d, not read %d", kind.name, counts[kind.name][0], counts[kind.name][1])
	}
}

// newest is the checkpoint of a record's last block.
func newest(t *testing.T, record []byte) []byte {
	t.Helper()
	lines := &recordLines{in: bufio.NewReader(bytes.NewReader(record))}
	if _, err := lines.head(); err != nil {
		t.Fatal(err)
	}
	var last []byte
	for b, err := range lines.blocks() {
		if err != nil {
			t.Fatal(err)
		}
		last = b.Checkpoint
	}
	return last
}
