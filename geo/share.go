package geo

// Meets says whether two bands, one over each footprint, may have a height in
// common, ends included: they do unless one is surely below the other. Levels of
// one reference are compared as they are. Others are where they may be over the
// ellipsoid, by [Level.OnW84], anywhere over the footprints; a height above ground
// that nobody has told may be anywhere, so that it meets every other reference.
//
// shared is what the bands have in common, or nil where that cannot be said
// because their levels are of different references.
func (b Band) Meets(c Band, over ...*Footprint) (shared *Band, meets bool) {
	if b.Upper.below(c.Lower, over) || c.Upper.below(b.Lower, over) {
		return nil, false
	}
	if b.Lower.Reference != c.Lower.Reference {
		return nil, true
	}
	both := Band{b.Lower, b.Upper}
	if c.Lower.tenths() > b.Lower.tenths() {
		both.Lower = c.Lower
	}
	switch {
	case c.Upper.Reference == Unlimited:
	case b.Upper.Reference == Unlimited:
		both.Upper = c.Upper
	case b.Upper.Reference != c.Upper.Reference:
		return nil, true
	case c.Upper.tenths() < b.Upper.tenths():
		both.Upper = c.Upper
	}
	return &both, true
}

// below says whether a level is surely below another, all over the footprints.
func (l Level) below(m Level, over []*Footprint) bool {
	switch {
	case l.Reference == Unlimited:
		return false
	case l.Reference == m.Reference:
		return l.tenths() < m.tenths()
	}
	ours, ok := l.spanOver(over)
	theirs, ok2 := m.spanOver(over)
	return ok && ok2 && ours.High < theirs.Low
}

// Between the corners of a footprint the geoid is no farther from what it is at
// one of them than a metre in 5 km, and than it is anywhere from anywhere.
const (
	geoidSlope = 5000.0
	geoidRange = 200.0
)

// spanOver is where a level may be over the footprints.
func (l Level) spanOver(over []*Footprint) (s Span, ok bool) {
	for _, f := range over {
		slack := min((f.parts[0].reach+f.radius)/geoidSlope, geoidRange)
		for _, p := range f.points {
			at, known := l.OnW84(p, nil)
			if !known {
				return Span{}, false
			}
			if at.Low -= slack; !ok || at.Low < s.Low {
				s.Low = at.Low
			}
			if at.High += slack; !ok || at.High > s.High {
				s.High = at.High
			}
			ok = true
		}
	}
	return s, ok
}
