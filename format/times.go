package format

import "time"

// Times gives when what s says begins and ends, from the format's window field:
// a window, or an instant for both. Not ok where the format has none or s does
// not say.
func (f *Format) Times(s Source) (begins, ends time.Time, ok bool) {
	if f.Window == "" {
		return begins, ends, false
	}
	for _, v := range s.Fields() {
		text, isText := v.Value.(string)
		if v.Name != f.Window || !isText {
			continue
		}
		if begins, ends, ok = ReadWindow(text); ok {
			return begins, ends, true
		}
		begins, ok = ReadInstant(text)
		return begins, begins, ok
	}
	return begins, ends, false
}
