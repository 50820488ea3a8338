package geo

// Bounds of an uncertainty, in metres.
const (
	MinMetres = 1
	MaxMetres = 100_000
)

// A Position is a place as an officer gave it: the point, how well it is
// known, and the coordinates as typed. Positions come from [Parse] and
// [ParsePosition].
type Position struct {
	Point  Point
	Metres int    // radius of uncertainty, 1 to 100,000
	Format string // as declared, upper case: DD, DMM, DMS, MGRS, UTM, GARS or EPSG:code
	Typed  string // the coordinates as typed, outer spaces apart
	Name   string // free label; empty if none was given
}

// A Reader reads what officers type. The zero value is ready for use.
type Reader struct {
	// Theatre is where positions are expected; nil for anywhere. A position
	// outside it whose latitude and longitude, swapped, lie inside is asked
	// about. "outside" typed behind the coordinates says that it is meant.
	Theatre *Box
}

// Parse is [Reader.Parse] with no theatre.
func Parse(text string) (Position, error) { return Reader{}.Parse(text) }
