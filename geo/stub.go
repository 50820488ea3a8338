package geo

import "errors"

var errStub = errors.New("not written yet")

// A Shape is one of the kinds of [Area].
type Shape string

// The shapes.
const (
	Circle   Shape = "circle"
	Polygon  Shape = "polygon"
	Corridor Shape = "corridor"
)

// An Area is a region as an officer gave it.
type Area struct {
	Shape  Shape
	Points []Point // circle: the centre; polygon: counter-clockwise, not closed; corridor: its middle line
	Size   int     // circle: radius; corridor: full width; metres; polygon: 0
	Metres int
	Format string
	Typed  string // points as typed, parted by " / "
	Name   string
}

// ParseArea reads what an officer types.
func (r Reader) ParseArea(text string) (Area, error) { return Area{}, errStub }

// ParseArea is [Reader.ParseArea] with no theatre.
func ParseArea(text string) (Area, error) { return Reader{}.ParseArea(text) }

// String is the canonical text.
func (a Area) String() string { return "" }

// ParseAreaValue accepts exactly what [Area.String] writes.
func ParseAreaValue(text string) (Area, error) { return Area{}, errStub }

// A PlaceComparison says how well a place read back agrees.
type PlaceComparison struct {
	Apart  float64 // metres
	Within float64 // metres that are allowed: the coarser of the two uncertainties
	Match  bool    // Apart is at most Within
}

// ComparePlaces compares a place with what was read back.
func ComparePlaces(a, b Position) PlaceComparison { return PlaceComparison{} }

// An AreaComparison says how well an area read back agrees.
type AreaComparison struct {
	Difference float64 // square metres in one area and not in the other
	Share      float64 // Difference over the area of the union, 0 to 1
	Apart      float64 // metres: greatest distance from either boundary to the other
	Within     float64 // metres that are allowed: the coarser of the two uncertainties
	Match      bool    // Apart is at most Within
}

// CompareAreas compares an area with what was read back.
func CompareAreas(a, b Area) AreaComparison { return AreaComparison{} }

// A Level is one end of a band.
type Level struct {
	Value     int64
	Unit      string // m, ft or FL; empty with UNL
	Reference string // SFC, MSL, W84, STD or UNL
}

// A Band is an altitude band, ends included.
type Band struct{ Lower, Upper Level }

// ParseBand reads LOWER to UPPER.
func ParseBand(text string) (Band, error) { return Band{}, errStub }

// String is the canonical text, such as "0 m SFC/120 m SFC".
func (b Band) String() string { return "" }

// ParseBandValue accepts exactly what [Band.String] writes.
func ParseBandValue(text string) (Band, error) { return Band{}, errStub }
