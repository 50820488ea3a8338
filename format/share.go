package format

// A Share counts fields of formats that carry safety content.
type Share struct {
	Coded, All         int // fields
	CodedMust, AllMust int // of them, those that are required
}

// CodedShare counts over formats how much of the safety content reads the same in
// every language with no translator: the fields of formats marked safety, each
// as often as a format has it.
func CodedShare(formats ...*Format) Share {
	var s Share
	for _, f := range formats {
		if !f.Safety {
			continue
		}
		for i := range f.Fields {
			field := &f.Fields[i]
			s.All++
			if field.Required {
				s.AllMust++
			}
			if field.Coded() {
				s.Coded++
				if field.Required {
					s.CodedMust++
				}
			}
		}
	}
	return s
}

// Percent is the share of coded fields, rounded down.
func (s Share) Percent() int {
	if s.All == 0 {
		return 0
	}
	return 100 * s.Coded / s.All
}
