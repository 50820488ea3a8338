package proof

import (
	"bytes"
	"crypto/ed25519"
	"testing"

	"parley/statement"
)

// benchRecord is a record of some thousand notices in blocks of 50.
func benchRecord(b testing.TB) (record []byte, texts [][]byte) {
	w := newWorld(b)
	play(w)
	for range 20 {
		var block [][]byte
		seen := w.seen
		for range 50 {
			s := w.draft("alder/watch/amal", func(d *draft) {
				d.claims.Seen = seen
				d.claims.ID = statement.NewID(w.now, [10]byte{8: byte(w.salts >> 8), 9: byte(w.salts)})
			})
			c := s.Claims()
			w.heads[c.Author.String()].Hash, w.heads[c.Author.String()].Serial = s.Hash(), c.Serial
			block = append(block, s.Bytes())
		}
		w.order(block...)
		texts = append(texts, block...)
	}
	return []byte(w.record("cedar")), texts
}

// BenchmarkVerifyRecord is a whole replay, for each statement. Beside
// [BenchmarkVerifyAlone] it shows what rules, order and tree cost.
func BenchmarkVerifyRecord(b *testing.B) {
	record, texts := benchRecord(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := VerifyRecord(b.Context(), bytes.NewReader(record), nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(texts)), "ns/statement")
}

// BenchmarkVerifyAlone parses each statement and verifies its signature, on one
// core.
func BenchmarkVerifyAlone(b *testing.B) {
	_, texts := benchRecord(b)
	key := keyOf("alder/watch/amal").Public().(ed25519.PublicKey)
	b.ReportAllocs()
	for b.Loop() {
		for _, text := range texts {
			s, err := statement.Parse(text)
			if err != nil {
				b.Fatal(err)
			}
			if err := s.Verify(key); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(texts)), "ns/statement")
}
