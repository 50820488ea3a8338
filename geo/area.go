package geo

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// A Shape is one of the kinds of [Area].
type Shape string

// The shapes.
const (
	Circle   Shape = "circle"   // all that is within Size of a point
	Polygon  Shape = "polygon"  // all that a ring of geodesics encloses
	Corridor Shape = "corridor" // all that is within half of Size of a line of geodesics, its ends round
)

const wantShape = "circle, polygon, corridor"

// Bounds of an area.
const (
	MaxPoints   = 100       // of a polygon or corridor
	MaxEdge     = 200_000   // metres of a polygon's or corridor's edge
	MaxReach    = 1_000_000 // metres from the first point to any other
	MaxRadius   = 500_000   // metres
	MaxWidth    = 100_000   // metres of a corridor, in full
	maxAreaText = 12_000    // bytes as typed
)

// An Area is a region as an officer gave it. Its edges are geodesics of WGS84.
// Areas come from [ParseArea] and [ParseAreaValue].
//
// A polygon's Points run counter-clockwise from the point that was typed first,
// whichever way they were typed, and do not repeat it at the end.
type Area struct {
	Shape  Shape
	Points []Point // the circle's centre, the polygon's ring, the corridor's middle line
	Size   int     // metres: the circle's radius, the corridor's full width; 0 in a polygon
	Metres int     // uncertainty of each point, 1 to 100,000
	Format string  // as in [Position]
	Typed  string  // the points as typed and in that order, parted by " / "
	Name   string  // free label; empty if none was given
}

// ParseArea is [Reader.ParseArea] with no theatre.
func ParseArea(text string) (Area, error) { return Reader{}.ParseArea(text) }

// ParseArea reads an area as officers type it:
//
//	circle FORMAT CENTRE r=2km ±50m; name
//	polygon FORMAT A / B / C ±50m; name
//	corridor FORMAT A / B w=500m ±50m; name
//
// FORMAT, the points, ± and name are those of [Reader.Parse]; the format is
// given once for all points, r is the radius and w the full width. A polygon
// may repeat its first point at the end; its points may run either way.
//
// Refused by name are a ring whose edges cross or touch, with the order in
// which they would not; a point that is given twice; a ring round a pole; a
// hole; and what exceeds the bounds above. Edges go the shorter way across the
// antimeridian like anywhere else. Whether edges cross is decided on the
// sphere, which is within 3 m of the geodesic in the longest edge, after
// rounding to 1 mm.
//
// Errors are [*Fault] or [*Ambiguous]; what either says to type is a whole area.
func (r Reader) ParseArea(text string) (Area, error) {
	if len(text) > maxAreaText {
		return Area{}, &Fault{Code: TooLong, Read: text[:maxText], Max: maxAreaText}
	}
	t, word := cutTyped(text)
	if f := checkName(t.name); f != nil {
		return Area{}, f
	}
	body, size := cutSize(t.coordinates)
	if size == "" {
		t.uncertainty, size = cutSize(t.uncertainty)
	}
	a := typedArea{shape: Shape(strings.ToLower(word)), size: size, tail: t.tail()}
	switch a.shape {
	case Circle, Polygon, Corridor:
	default:
		return Area{}, &Fault{Code: NoShape, Read: word, Want: wantShape}
	}
	word, coordinates := cutWord(body)
	format, f := parseFormat(word)
	if f != nil {
		a.points = splitPoints(body)
		return Area{}, a.undeclared(f)
	}
	a.format = format
	if coordinates == "" {
		return Area{}, &Fault{Code: NoCoordinates, Read: text}
	}
	if strings.Contains(coordinates, "//") || strings.Contains(strings.ToLower(coordinates), "hole") {
		return Area{}, &Fault{Code: Hole, Read: coordinates}
	}
	a.points = splitPoints(coordinates)
	if len(a.points) > MaxPoints+1 {
		return Area{}, &Fault{Code: TooManyPoints, Read: strconv.Itoa(len(a.points)), Max: MaxPoints}
	}
	points, least, err := a.read(r)
	if err != nil {
		return Area{}, err
	}
	area := Area{Shape: a.shape, Points: points, Format: format.String(), Name: t.name}
	if area.Size, f = a.metres(); f == nil {
		area.Metres, f = t.metres(least, format.kind == mgrs || format.kind == gars)
	}
	if f == nil {
		f = area.settle()
	}
	if f != nil {
		if f.Code == EdgesCross {
			f.Try = a.uncrossed(points)
		}
		return Area{}, f
	}
	area.Typed = strings.Join(a.points, pointGap)
	return area, nil
}

const pointGap = " / "

func splitPoints(text string) []string {
	points := strings.Split(text, "/")
	for i := range points {
		points[i] = strings.TrimSpace(points[i])
	}
	return points
}

// cutSize takes r=SIZE or w=SIZE off the end of text.
func cutSize(text string) (body, size string) {
	for i := len(text) - 2; i > 0; i-- {
		c := text[i] | 0x20
		if text[i+1] == '=' && text[i-1] == ' ' && 'a' <= c && c <= 'z' {
			return strings.TrimSpace(text[:i]), string(c) + strings.TrimSpace(text[i+1:])
		}
	}
	return text, ""
}

// A typedArea is an officer's text taken apart.
type typedArea struct {
	shape  Shape
	format format
	points []string
	size   string // r=SIZE, w=SIZE or empty
	tail   string
}

// text writes the area to type with other points.
func (a *typedArea) text(format string, points []string) string {
	text := string(a.shape) + " " + format + " " + strings.Join(points, pointGap)
	if a.size != "" {
		text += " " + a.size
	}
	return text + a.tail
}

// read reads the points and takes "outside" off their texts. A question about
// one of them becomes one about the whole text.
func (a *typedArea) read(r Reader) (points []Point, least int, err error) {
	points = make([]Point, 0, len(a.points))
	bare := slices.Clone(a.points)
	for i, text := range a.points {
		if text == "" {
			return nil, 0, &Fault{Code: NoCoordinates, Read: strings.Join(a.points, pointGap), At: i + 1}
		}
		text, meant := cutOutside(text)
		p, smallest, err := r.point(a.format, text, "", meant)
		var several *Ambiguous
		var fault *Fault
		if errors.As(err, &several) {
			for j := range several.Readings {
				several.Readings[j].Typed = a.replaced(i, several.Readings[j].Typed)
			}
			return nil, 0, several
		} else if errors.As(err, &fault) {
			fault.At = i + 1
			if fault.Try != "" {
				fault.Try = a.replaced(i, fault.Try)
			}
			return nil, 0, fault
		} else if err != nil {
			return nil, 0, err
		}
		bare[i] = text
		points = append(points, p)
		least = max(least, smallest)
	}
	a.points = bare
	return points, least, nil
}

// replaced writes the area with another text, FORMAT and coordinates, of point i.
func (a *typedArea) replaced(i int, typed string) string {
	format, coordinates, _ := strings.Cut(typed, " ")
	points := slices.Clone(a.points)
	points[i] = coordinates
	return a.text(format, points)
}

// undeclared answers for points without a format with the readings that all of
// them have.
func (a *typedArea) undeclared(f *Fault) error {
	var found []Reading
	for i, text := range a.points {
		of := readings(text, "")
		if i == 0 {
			found = of
			continue
		}
		kept := found[:0]
		for _, r := range found {
			for _, other := range of {
				if other.Format == r.Format {
					r.Typed += pointGap + strings.TrimPrefix(other.Typed, other.Format+" ")
					kept = append(kept, r)
					break
				}
			}
		}
		found = kept
	}
	for i := range found {
		found[i].Typed = string(a.shape) + " " + found[i].Typed
		if a.size != "" {
			found[i].Typed += " " + a.size
		}
		found[i].Typed += a.tail
	}
	whole := strings.Join(a.points, pointGap)
	switch {
	case len(found) > 1:
		return ambiguous(whole, found)
	case len(found) == 1:
		return &Fault{Code: NoFormat, Read: whole, Want: wantFormat, Try: found[0].Typed}
	case f.Code == UnknownFormat && (f.Read == "" || !letters(f.Read)):
		return &Fault{Code: NoFormat, Read: whole, Want: wantFormat}
	}
	return f
}

// metres reads the size that the shape must have.
func (a *typedArea) metres() (int, *Fault) {
	letter, most := "", int64(0)
	switch a.shape {
	case Circle:
		letter, most = "r=", MaxRadius
	case Corridor:
		letter, most = "w=", MaxWidth
	}
	switch {
	case letter == "" && a.size == "":
		return 0, nil
	case letter == "" || a.size != "" && a.size[:2] != letter:
		return 0, &Fault{Code: ExtraSize, Read: a.size, Want: letter}
	case a.size == "":
		return 0, &Fault{Code: NoSize, Read: string(a.shape), Want: letter + "2km"}
	}
	metres, ok := parseMetres(strings.TrimSpace(a.size[2:]))
	if !ok {
		return 0, &Fault{Code: NoSize, Read: a.size, Want: letter + "2km"}
	}
	if metres < 1 || metres > most {
		return 0, &Fault{Code: SizeRange, Read: a.size, Min: 1, Max: most}
	}
	return int(metres), nil
}

// uncrossed writes the points in an order in which the ring does not cross
// itself, or nothing where none is found.
func (a *typedArea) uncrossed(points []Point) string {
	typed := a.points
	if n := len(points); points[0] == points[n-1] {
		points, typed = points[:n-1], typed[:n-1]
	}
	order := simpleOrder(points)
	if order == nil {
		return ""
	}
	again := make([]string, len(order))
	for i, j := range order {
		again[i] = typed[j]
	}
	return a.text(a.format.String(), again)
}
