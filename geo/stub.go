package geo

import "errors"

var errStub = errors.New("not written yet")

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
