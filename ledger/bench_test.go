package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
)

// benchBlock has n statements of about 1.5 KiB.
func benchBlock(b *testing.B, n int) *Block {
	block := &Block{Checkpoint: testCheckpoint(b, n)}
	for i := range n {
		text := append(testText(i), bytes.Repeat([]byte("ZGlzY2xvc3VyZQ~"), 100)...)
		e := testEntry(i)
		block.Entries, block.Contents = append(block.Entries, e), append(block.Contents, text)
	}
	return block
}

func BenchmarkBlockBytes(b *testing.B) {
	for _, n := range []int{1, 16, 128} {
		block := benchBlock(b, n)
		encoded := block.Bytes()
		line, err := json.Marshal(block)
		if err != nil {
			b.Fatal(err)
		}
		for _, bench := range []struct {
			name string
			do   func() error
		}{
			{"bytes", func() error { block.Bytes(); return nil }},
			{"hash", func() error { block.Hash(); return nil }},
			{"check", block.Check},
			{"parse", func() error { _, err := ParseBlock(encoded); return err }},
			{"write-json", func() error { _, err := block.MarshalJSON(); return err }},
			{"read-json", func() error { return new(Block).UnmarshalJSON(line) }},
		} {
			b.Run(fmt.Sprintf("%s/%d", bench.name, n), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(encoded)))
				for b.Loop() {
					if err := bench.do(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
