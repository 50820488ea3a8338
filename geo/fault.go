package geo

import (
	"fmt"
	"strings"
)

// A Code names one cause for which text was refused. Codes are stable: callers
// make sentences from them in their own languages.
type Code string

// The causes. Fields of [Fault] that a cause fills besides Read are named in
// brackets.
const (
	NoFormat         Code = "no-format"         // no FORMAT in front; [Want, Try where only one format fits]
	UnknownFormat    Code = "unknown-format"    // FORMAT is none that this package knows; [Want]
	NoCoordinates    Code = "no-coordinates"    // nothing stands where the coordinates should
	BadCharacter     Code = "bad-character"     // Read holds the character, quoted as U+XXXX where it cannot be seen
	BadCoordinates   Code = "bad-coordinates"   // not two coordinates in the declared form; [Want, Try where another format fits]
	TooFine          Code = "too-fine"          // more than nine decimals
	Comma            Code = "comma"             // a comma between digits: decimals or a separator? [Try]
	NoHemisphere     Code = "no-hemisphere"     // N or S and E or W are compulsory in DMM and DMS
	TwoHemispheres   Code = "two-hemispheres"   // the letters do not name one latitude and one longitude
	SignAndLetter    Code = "sign-and-letter"   // both a sign and a hemisphere letter, or a sign outside DD
	MinutesRange     Code = "minutes-60"        // minutes of 60 and over
	SecondsRange     Code = "seconds-60"        // seconds of 60 and over
	LatitudeRange    Code = "lat-range"         // beyond 90 degrees
	LongitudeRange   Code = "lon-range"         // beyond 180 degrees
	NoUncertainty    Code = "no-uncertainty"    // no ±METRES; [Want]
	BadUncertainty   Code = "bad-uncertainty"   // not a number with m or km behind it; [Want]
	UncertaintyRange Code = "uncertainty-range" // outside Min to Max metres, for this format; [Min, Max]
	MGRSLetter       Code = "bad-mgrs-letter"   // a letter that this zone or band does not have
	MGRSDigits       Code = "mgrs-odd-digits"   // not an even number of digits, or two groups of unequal length
	MGRSRange        Code = "mgrs-range"        // over ten digits, or a square that its band does not touch
	UTMNoZone        Code = "utm-no-zone"       // no zone number and letter in front; [Want]
	UTMZone          Code = "utm-zone"          // zone not 1 to 60, or a letter that is no band
	UTMRange         Code = "utm-range"         // easting or northing outside the zone
	UTMBand          Code = "utm-band"          // the point does not lie in the band whose letter was given; [Try]
	GARSCell         Code = "gars-cell"         // not a cell of GARS
	EPSGUnknown      Code = "epsg-unknown"      // a code that this package cannot convert; [Want]
	EPSGRange        Code = "epsg-range"        // outside the area for which the code is defined; [Try where swapped axes fit]
	BadName          Code = "bad-name"          // name too long, or with characters that cannot be seen
	TooLong          Code = "too-long"          // more text than anyone types; [Max bytes]
	NotCanonical     Code = "not-canonical"     // a signed value that String does not write
	TypedDiffers     Code = "typed-differs"     // a signed value whose typed coordinates give another point
	NoShape          Code = "no-shape"          // none of circle, polygon, corridor in front; [Want]
	NoSize           Code = "no-size"           // no r=SIZE in a circle, or no w=SIZE in a corridor; [Want]
	SizeRange        Code = "size-range"        // radius or width outside Min to Max metres; [Min, Max]
	ExtraSize        Code = "extra-size"        // a size that this shape does not have
	TooFewPoints     Code = "too-few-points"    // [Min]
	TooManyPoints    Code = "too-many-points"   // [Max]
	RepeatedPoint    Code = "repeated-point"    // points At and With are the same or not 1 m apart
	EdgesCross       Code = "edges-cross"       // edges At and With cross or touch (edge n leads from point n to the next); [Try, an order that does not cross]
	EdgeTooLong      Code = "edge-too-long"     // the edge from point At is longer than Max metres; [Max]
	AreaTooWide      Code = "area-too-wide"     // point At lies more than Max metres from the first; [Max]
	RingRoundPole    Code = "ring-pole"         // a ring with a pole inside or on it
	Hole             Code = "hole"              // a ring inside a ring
	BadBand          Code = "bad-band"          // not LOWER to UPPER; [Want]
	BadLevel         Code = "bad-level"         // not a level; [Want]
	NoReference      Code = "no-reference"      // an altitude without SFC, MSL, W84 or STD; [Want]
	NoUnit           Code = "no-unit"           // an altitude without m or ft; [Want]
	LevelRange       Code = "level-range"       // a level outside Min to Max of its unit; [Min, Max]
	BandOrder        Code = "band-order"        // the lower level is above the upper; [Try]
	BandEmpty        Code = "band-empty"        // UNL as the lower level
)

// A Fault says why text was refused.
type Fault struct {
	Code     Code
	Read     string // what was read and refused, as typed
	Want     string // what is accepted, in symbols; empty where Code says it all
	Try      string // what to type instead, where that is known; never a guess of the meaning
	Min, Max int64  // bounds, where Code names them
	At, With int    // points or edges, counted from 1, where Code names them
}

// Error is for logs; officers read the caller's sentence for Code.
func (f *Fault) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %q", strings.ReplaceAll(string(f.Code), "-", " "), f.Read)
	if f.At != 0 && f.With != 0 {
		fmt.Fprintf(&b, " (%d and %d)", f.At, f.With)
	} else if f.At != 0 {
		fmt.Fprintf(&b, " (%d)", f.At)
	}
	switch {
	case f.Min != 0 && f.Max != 0:
		fmt.Fprintf(&b, ", want %d to %d", f.Min, f.Max)
	case f.Min != 0:
		fmt.Fprintf(&b, ", want at least %d", f.Min)
	case f.Max != 0:
		fmt.Fprintf(&b, ", want at most %d", f.Max)
	}
	if f.Want != "" {
		fmt.Fprintf(&b, ", want %s", f.Want)
	}
	if f.Try != "" {
		fmt.Fprintf(&b, "; type %q", f.Try)
	}
	return b.String()
}

// A Reading is one thing that ambiguous text may mean.
type Reading struct {
	Format string // as in [Position.Format]
	Typed  string // what to type to mean it; it has this reading alone
	Point  Point
}

// Ambiguous is the answer to text that can be read in more than one way. The
// caller shows the readings and asks; it never picks one.
type Ambiguous struct {
	Read     string
	Readings []Reading // at least two, of different points
	Apart    float64   // metres between the two readings farthest apart
}

// Error is for logs; officers read the caller's sentence.
func (a *Ambiguous) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q can be read in %d ways, up to %.0f m apart:", a.Read, len(a.Readings), a.Apart)
	for i, r := range a.Readings {
		if i > 0 {
			b.WriteString(" or")
		}
		fmt.Fprintf(&b, " %q", r.Typed)
	}
	return b.String()
}
