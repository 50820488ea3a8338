package geo

import (
	"strconv"
	"strings"
)

// References of altitudes, in the words of AIXM 5.1.1 (CodeVerticalReference).
const (
	Surface   = "SFC" // height above the ground or water below
	SeaLevel  = "MSL" // altitude above mean sea level
	Ellipsoid = "W84" // height above the WGS84 ellipsoid
	Pressure  = "STD" // pressure altitude in the standard atmosphere, 1013.25 hPa
	Unlimited = "UNL" // no upper limit
)

// A Level is one end of a [Band].
type Level struct {
	Value     int64  // in Unit; 0 if unlimited
	Unit      string // m, ft, FL (hundreds of feet, with STD alone); empty if unlimited
	Reference string // SFC, MSL, W84, STD or UNL
}

// Bounds of a level in metres; of SFC the lower is 0.
const (
	minLevel = -500
	maxLevel = 100_000
)

const wantLevel = "0 m SFC, 400 ft MSL, 120 m W84, 10000 ft STD, FL100, GND, UNL"

// parseLevel reads NUMBER UNIT REFERENCE, FLnnn, GND or UNL, case ignored.
func parseLevel(text string) (Level, *Fault) {
	words := strings.ToUpper(strings.TrimSpace(latinDigits(text)))
	switch words {
	case "UNL", "UNLIMITED":
		return Level{Reference: Unlimited}, nil
	case "GND", "SFC":
		return Level{0, "m", Surface}, nil
	case "":
		return Level{}, &Fault{Code: BadLevel, Read: text, Want: wantLevel}
	}
	if digits, isFL := strings.CutPrefix(words, "FL"); isFL {
		value, rest, ok := cutInteger(strings.TrimSpace(digits))
		if !ok || value < 0 || rest != "" && strings.TrimSpace(rest) != Pressure {
			return Level{}, &Fault{Code: BadLevel, Read: text, Want: wantLevel}
		}
		return Level{value, "FL", Pressure}.checked(text)
	}
	value, rest, ok := cutInteger(words)
	if !ok {
		return Level{}, &Fault{Code: BadLevel, Read: text, Want: wantLevel}
	}
	rest = strings.TrimSpace(rest)
	unit, reference := cutWord(rest)
	switch unit {
	case "M":
		unit = "m"
	case "FT":
		unit = "ft"
	default:
		return Level{}, &Fault{Code: NoUnit, Read: text, Want: "m, ft"}
	}
	switch reference {
	case "AGL", "GND":
		reference = Surface
	case "AMSL":
		reference = SeaLevel
	case Surface, SeaLevel, Ellipsoid, Pressure:
	default:
		return Level{}, &Fault{Code: NoReference, Read: text, Want: "SFC, MSL, W84, STD"}
	}
	return Level{value, unit, reference}.checked(text)
}

// cutInteger takes a whole number off the front of text.
func cutInteger(text string) (value int64, rest string, ok bool) {
	end := 0
	if strings.HasPrefix(text, "-") {
		end = 1
	}
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	value, err := strconv.ParseInt(text[:end], 10, 64)
	return value, text[end:], err == nil
}

// checked refuses a level out of bounds.
func (l Level) checked(text string) (Level, *Fault) {
	low, high := int64(minLevel), int64(maxLevel)
	if l.Reference == Surface {
		low = 0
	}
	switch l.Unit {
	case "ft":
		low, high = low*3, high*3
	case "FL":
		low, high = 0, 999
	}
	if l.Value < low || l.Value > high {
		return Level{}, &Fault{Code: LevelRange, Read: text, Min: low, Max: high}
	}
	return l, nil
}

// String is the level's canonical text, such as "120 m SFC", "FL050" or "UNL".
func (l Level) String() string {
	switch {
	case l.Reference == Unlimited:
		return Unlimited
	case l.Unit == "FL":
		return string(appendPadded([]byte("FL"), l.Value, 3))
	}
	return strconv.FormatInt(l.Value, 10) + " " + l.Unit + " " + l.Reference
}

// tenths returns the level's value in tenths of a millimetre, exactly.
func (l Level) tenths() int64 {
	switch l.Unit {
	case "ft":
		return l.Value * 3048
	case "FL":
		return l.Value * 304_800
	}
	return l.Value * 10_000
}

func (l Level) metres() float64 { return float64(l.tenths()) / 10_000 }
