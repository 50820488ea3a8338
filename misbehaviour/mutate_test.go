package misbehaviour

import (
	"math/rand/v2"
	"testing"
)

// A file in which a byte was changed, dropped or doubled, that was cut off, or that
// has a part of another file, proves nothing, unless what it says is untouched: an
// unsigned line of a checkpoint is nobody's.
func TestMutations(t *testing.T) {
	w, all := crimes(t)
	random := rand.New(rand.NewPCG(6, 2))
	for _, c := range all {
		text := w.bytes(c.file)
		was, err := Judge(text, w.charter.Charter)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for range 8 {
			changed := append([]byte(nil), text...)
			at := random.IntN(len(changed))
			switch random.IntN(5) {
			case 0:
				changed[at] ^= 1 << random.IntN(8)
			case 1:
				changed[at] = "01AZaz+/~. \n"[random.IntN(12)]
			case 2:
				changed = append(changed[:at], changed[at+1:]...)
			case 3:
				changed = append(changed[:at+1], changed[at:]...)
			case 4:
				changed = changed[:at]
			}
			if string(changed) == string(text) {
				continue
			}
			if v, err := Judge(changed, w.charter.Charter); err == nil && v.Proven && v.Sentence.In("en") != was.Sentence.In("en") {
				t.Errorf("%s: byte %d changed, and it proves: %s", c.name, at, v.Sentence.In("en"))
			}
		}
	}
}

// Files that are put together of parts of others prove nothing but what those prove.
func TestCrossed(t *testing.T) {
	w, all := crimes(t)
	proven := map[string]bool{}
	for _, c := range all {
		if v, err := Judge(w.bytes(c.file), w.charter.Charter); err == nil {
			proven[v.Sentence.In("en")] = true
		}
	}
	for i, a := range all {
		for k, b := range all {
			if (i*7+k)%41 != 0 { // all pairs take a minute
				continue
			}
			for n := range 6 {
				f := *a.file
				switch n {
				case 0:
					f.Kind = b.file.Kind
				case 1:
					f.Checkpoints = b.file.Checkpoints
				case 2:
					f.Items = b.file.Items
				case 3:
					f.Prefix, f.Consistency = b.file.Prefix, b.file.Consistency
				case 4:
					f.Receipt, f.Key, f.Answer = b.file.Receipt, b.file.Key, b.file.Answer
				case 5:
					f.Items = append(append([]Item(nil), a.file.Items...), b.file.Items...)
				}
				text, err := f.Bytes()
				if err != nil {
					continue
				}
				v, err := Judge(text, w.charter.Charter)
				if err == nil && v.Proven && !proven[v.Sentence.In("en")] && f.Kind != Fork && f.Kind != Dropped {
					t.Errorf("%s with part %d of %s proves: %s", a.name, n, b.name, v.Sentence.In("en"))
				}
			}
		}
	}
}

// Parse accepts one spelling, and no input makes it or the judge panic.
func FuzzJudge(f *testing.F) {
	w, all := crimes(f)
	for _, c := range all {
		f.Add(w.bytes(c.file))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Parse(text)
		if err != nil {
			return
		}
		if again, err := file.Bytes(); err != nil || string(again) != string(text) {
			t.Errorf("it is written differently: %v", err)
		}
		Judge(text, w.charter.Charter) //nolint:errcheck // it must not panic
	})
}
