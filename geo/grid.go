package geo

import (
	"slices"
	"strconv"
	"strings"
)

// A kind is one family of formats.
type kind int

const (
	dd kind = iota + 1
	dmm
	dms
	mgrs
	utm
	gars
	epsg
)

// A format is what stands in front of coordinates; code is EPSG's.
type format struct {
	kind kind
	code int
}

var kindNames = [...]string{dd: "DD", dmm: "DMM", dms: "DMS", mgrs: "MGRS", utm: "UTM", gars: "GARS"}

const wantFormat = "DD, DMM, DMS, MGRS, UTM, GARS, EPSG:n"

func (f format) String() string {
	if f.kind == epsg {
		return "EPSG:" + strconv.Itoa(f.code)
	}
	return kindNames[f.kind]
}

// parts is how many numbers each coordinate of a format in degrees has, 0 for
// the other formats.
func (f format) parts() int {
	switch {
	case f.kind <= dms:
		return int(f.kind)
	case f.kind == epsg && f.code == 4326:
		return 1
	}
	return 0
}

// parseFormat reads a format's name, case ignored.
func parseFormat(name string) (format, *Fault) {
	for k := dd; k <= gars; k++ {
		if strings.EqualFold(name, kindNames[k]) {
			return format{kind: k}, nil
		}
	}
	if len(name) < 5 || !strings.EqualFold(name[:5], "EPSG:") {
		return format{}, &Fault{Code: UnknownFormat, Read: name, Want: wantFormat}
	}
	digits := name[5:]
	code, err := strconv.Atoi(digits)
	if err != nil || !knownEPSG(code) || strconv.Itoa(code) != digits {
		return format{}, &Fault{Code: EPSGUnknown, Read: name, Want: "EPSG:" + strings.Join(epsgNames(), ", ")}
	}
	return format{epsg, code}, nil
}

// Grids returns the formats in which a point can be written, in the order in
// which they are best shown. Of EPSG's codes it names those of single grids;
// 32601 to 32660 and 32701 to 32760, the zones of UTM, are known besides.
func Grids() []string {
	grids := slices.Clone(kindNames[dd:])
	for _, code := range singleEPSG {
		grids = append(grids, format{epsg, code}.String())
	}
	return grids
}

// KnownGrid says whether [Parse] and [Format] know a format, case ignored.
func KnownGrid(name string) bool {
	_, f := parseFormat(name)
	return f == nil
}
