package format

import "time"

// ReplyBy gives until when s, submitted at that time, asks for a reply; not ok
// where it asks for none.
func (f *Format) ReplyBy(s Source, submitted time.Time) (by time.Time, ok bool) {
	text := textOf(s, f.Reply)
	if by, ok = ReadInstant(text); ok {
		return by, true
	}
	if within, ok := ReadDuration(text); ok {
		return submitted.Add(within), true
	}
	return time.Time{}, false
}

// EndsAt gives the time that the format's field Until names.
func (f *Format) EndsAt(s Source) (time.Time, bool) { return ReadInstant(textOf(s, f.Until)) }

func textOf(s Source, name string) string {
	for _, v := range s.Fields() {
		if text, ok := v.Value.(string); ok && name != "" && v.Name == name {
			return text
		}
	}
	return ""
}

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
