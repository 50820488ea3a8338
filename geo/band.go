package geo

import (
	"math"
	"strings"
)

// A Band is an altitude band, ends included. Bands come from [ParseBand] and
// [ParseBandValue].
type Band struct{ Lower, Upper Level }

const wantBand = "0 m SFC to 120 m SFC"

const maxBand = 100 // bytes as typed

// ParseBand reads LOWER to UPPER, or LOWER/UPPER. Each is a whole number of m
// or ft with its reference SFC (or AGL), MSL (or AMSL), W84 or STD; a flight
// level FLnnn; GND, which is 0 m SFC; or UNL, as the upper one. Neither unit
// nor reference is ever supplied. Case is ignored and Eastern Arabic and
// Persian digits are read like Latin ones.
//
// Levels of one reference must be in order. Those of two can be compared only
// over a place: see [Band.OnW84]. Errors are [*Fault].
func ParseBand(text string) (Band, error) {
	if len(text) > maxBand {
		return Band{}, &Fault{Code: TooLong, Read: text[:maxBand], Max: maxBand}
	}
	lower, upper, ok := strings.Cut(text, "/")
	if !ok {
		at := strings.Index(strings.ToLower(text), " to ")
		if at < 0 || len(strings.ToLower(text)) != len(text) {
			return Band{}, &Fault{Code: BadBand, Read: text, Want: wantBand}
		}
		lower, upper = text[:at], text[at+len(" to "):]
	}
	b, f := Band{}, (*Fault)(nil)
	if b.Lower, f = parseLevel(lower); f != nil {
		return Band{}, f
	}
	if b.Upper, f = parseLevel(upper); f != nil {
		return Band{}, f
	}
	switch {
	case b.Lower.Reference == Unlimited:
		return Band{}, &Fault{Code: BandEmpty, Read: text, Want: wantBand}
	case b.Lower.Reference == b.Upper.Reference && b.Lower.tenths() > b.Upper.tenths():
		return Band{}, &Fault{Code: BandOrder, Read: text, Try: b.Upper.String() + " to " + b.Lower.String()}
	}
	return b, nil
}

// String is the band's canonical text, such as "0 m SFC/120 m SFC",
// "FL100/FL200" or "0 m SFC/UNL".
func (b Band) String() string { return b.Lower.String() + "/" + b.Upper.String() }

// ParseBandValue accepts exactly what [Band.String] writes for a band that
// [ParseBand] can return. Errors are [*Fault].
func ParseBandValue(text string) (Band, error) {
	b, err := ParseBand(text)
	if err != nil {
		return Band{}, err
	}
	if b.String() != text {
		return Band{}, &Fault{Code: NotCanonical, Read: text, Want: b.String()}
	}
	return b, nil
}

// SameBand says whether a band read back is the same: its levels have the same
// references and differ by at most 1 m, which is what whole metres and feet
// leave between one height in both units.
func SameBand(a, b Band) bool { return sameLevel(a.Lower, b.Lower) && sameLevel(a.Upper, b.Upper) }

func sameLevel(a, b Level) bool {
	return a.Reference == b.Reference && abs(a.tenths()-b.tenths()) <= 10_000
}

// Ground is the lowest and the highest ground of a sector, in metres above
// mean sea level.
type Ground struct{ Lowest, Highest float64 }

// A Span is where a level may be or a band may reach, in metres above the
// WGS84 ellipsoid. High is +Inf where there is no limit.
type Span struct{ Low, High float64 }

// What is taken for possible where a level is converted.
const (
	GeoidError  = 1.0    // metres by which EGM96 may be off the sea
	LowestQNH   = 950.0  // hPa
	HighestQNH  = 1050.0 // hPa
	Temperature = 20.0   // kelvin by which the air may be warmer or colder than standard
)

// OnW84 returns the height over the ellipsoid that a level may have at p:
//
//   - W84: itself.
//   - MSL: with the geoid EGM96, 1 m more or less.
//   - STD: as MSL, for any pressure reduced to the sea from 950 to 1050 hPa, by
//     the standard atmosphere (ICAO Doc 7488), and heights up to 8 % more or
//     less, 4 % for each 10 K off standard temperature. Two flight levels shift
//     alike, so compare those with each other and not through here.
//   - SFC: over the lowest to the highest ground.
//
// ok is false for SFC where ground is nil: nobody knows.
func (l Level) OnW84(p Point, ground *Ground) (s Span, ok bool) {
	value := l.metres()
	switch l.Reference {
	case Unlimited:
		return Span{math.Inf(1), math.Inf(1)}, true
	case Ellipsoid:
		return Span{value, value}, true
	case SeaLevel:
		s = Span{value, value}
	case Pressure:
		const share = Temperature * 0.004
		low, high := value+standardShift(LowestQNH), value+standardShift(HighestQNH)
		s = Span{low - share*math.Abs(low), high + share*math.Abs(high)}
	case Surface:
		if ground == nil {
			return Span{}, false
		}
		s = Span{ground.Lowest + value, ground.Highest + value}
	}
	geoid := Geoid(p)
	return Span{s.Low + geoid - GeoidError, s.High + geoid + GeoidError}, true
}

// standardShift is how far, in metres, the surface of 1013.25 hPa lies over the
// sea where the pressure there is qnh: the standard atmosphere's height between
// the two.
func standardShift(qnh float64) float64 {
	return 288.15 / 0.0065 * (math.Pow(qnh/1013.25, 0.0065*287.05287/9.80665) - 1)
}

// OnW84 returns the outer bounds of the band at p, from where its lower level
// may be lowest to where its upper may be highest. ok is false where a level's
// is. Over an area take the least and the greatest of its points: the geoid
// slopes by less than 1 m in 5 km nearly everywhere.
func (b Band) OnW84(p Point, ground *Ground) (s Span, ok bool) {
	lower, known := b.Lower.OnW84(p, ground)
	upper, ok := b.Upper.OnW84(p, ground)
	return Span{lower.Low, upper.High}, ok && known
}
