package geo

import (
	"strconv"
	"strings"
)

// String is the area's canonical text, one of
//
//	circle:LAT,LON;r=METRES;u=METRES;edges=geodesic;as=FORMAT;typed=POINT;name=NAME
//	polygon:LAT,LON/LAT,LON/LAT,LON;u=METRES;edges=geodesic;as=FORMAT;typed=POINTS;name=NAME
//	corridor:LAT,LON/LAT,LON;w=METRES;u=METRES;edges=geodesic;as=FORMAT;typed=POINTS;name=NAME
//
// with parameters written as in [Position.String].
func (a Area) String() string {
	dst := make([]byte, 0, 128+len(a.Typed)*3/2+24*len(a.Points))
	dst = append(append(dst, a.Shape...), ':')
	for i, p := range a.Points {
		if i > 0 {
			dst = append(dst, '/')
		}
		dst = p.append(dst)
	}
	switch a.Shape {
	case Circle:
		dst = strconv.AppendInt(append(dst, ";r="...), int64(a.Size), 10)
	case Corridor:
		dst = strconv.AppendInt(append(dst, ";w="...), int64(a.Size), 10)
	}
	dst = strconv.AppendInt(append(dst, ";u="...), int64(a.Metres), 10)
	dst = append(dst, edges...)
	return string(appendAs(dst, a.Format, a.Typed, a.Name))
}

const edges = ";edges=geodesic"

// ParseAreaValue accepts exactly what [Area.String] writes for an area that
// [ParseArea] can return. The typed points are read again, and a text in which
// they do not give the points is refused. Errors are [*Fault].
func ParseAreaValue(text string) (Area, error) {
	bad := &Fault{Code: NotCanonical, Read: text, Want: "SHAPE:LAT,LON;u=METRES" + edges + ";as=FORMAT;typed=POINTS;name=NAME"}
	if len(text) > 4*maxAreaText {
		return Area{}, &Fault{Code: TooLong, Read: text[:maxText], Max: 4 * maxAreaText}
	}
	at := strings.Index(text, edges)
	if at < 0 {
		return Area{}, bad
	}
	f, typed, name, ok := cutAs(strings.TrimPrefix(text[at+len(edges):], ";"))
	if !ok {
		return Area{}, bad
	}
	head, sizes, _ := strings.Cut(text[:at], ";")
	shape, _, _ := strings.Cut(head, ":")
	a := Area{Shape: Shape(shape), Format: f.String(), Typed: typed, Name: name}
	size, metres, _ := strings.Cut(sizes, ";")
	most := 0
	switch a.Shape {
	case Circle:
		most = MaxRadius
	case Corridor:
		most = MaxWidth
	case Polygon:
		size, metres = "", sizes
	default:
		return Area{}, bad
	}
	if most > 0 {
		if len(size) < 3 {
			return Area{}, bad
		}
		a.Size, _ = strconv.Atoi(size[2:])
		if a.Size < 1 || a.Size > most {
			return Area{}, &Fault{Code: SizeRange, Read: size, Min: 1, Max: int64(most)}
		}
	}
	a.Metres, _ = strconv.Atoi(strings.TrimPrefix(metres, "u="))
	least := 0
	for point := range strings.SplitSeq(typed, pointGap) {
		p, smallest, err := readTyped(f, point)
		if err != nil || len(a.Points) > MaxPoints {
			return Area{}, &Fault{Code: TypedDiffers, Read: typed}
		}
		a.Points = append(a.Points, p)
		least = max(least, smallest)
	}
	if a.Metres < least || a.Metres > MaxMetres {
		return Area{}, &Fault{Code: UncertaintyRange, Read: metres, Min: int64(least), Max: MaxMetres}
	}
	if fault := checkName(name); fault != nil {
		return Area{}, fault
	}
	if fault := a.settle(); fault != nil {
		return Area{}, fault
	}
	if a.String() != text {
		return Area{}, bad
	}
	return a, nil
}
