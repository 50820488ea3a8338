package misbehaviour

import "testing"

// BenchmarkJudge judges each vector; most of the time goes into the charter.
func BenchmarkJudge(b *testing.B) {
	w, all := crimes(b)
	for _, c := range all {
		if c.name != "fork and witness" && c.name != "chain between" {
			continue
		}
		text := w.bytes(c.file)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				if _, err := Judge(text, w.charter.Charter); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(text)), "bytes")
		})
	}
}
