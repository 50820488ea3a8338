// Package zone holds the IANA time zones that all parties read from one table.
//
// A system's own table may be years old, and then two honest parties turn one
// local time into two instants. Nothing here looks at the system.
package zone

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"
)

// Version is the release of the IANA time zone database that [Load] reads.
const Version = "2025c"

// The table is the one that Go ships; Version names what its update.bash says.
//
//go:generate cp $GOROOT/lib/time/zoneinfo.zip zoneinfo.zip
//go:embed zoneinfo.zip
var archive []byte

// table maps each name to its data in TZif form (RFC 9636).
var table = sync.OnceValue(func() map[string][]byte {
	reader, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		panic(fmt.Sprintf("embedded zoneinfo.zip: %v", err))
	}
	zones := make(map[string][]byte, len(reader.File))
	for _, file := range reader.File {
		if file.FileInfo().IsDir() {
			continue
		}
		data, err := readAll(file)
		if err != nil {
			panic(fmt.Sprintf("embedded zoneinfo.zip: %s: %v", file.Name, err))
		}
		zones[file.Name] = data
	}
	return zones
})

func readAll(file *zip.File) ([]byte, error) {
	body, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(body)
}

// Load returns the zone of an IANA name such as "Africa/Sao_Tome" or "UTC".
// The name's case counts. "Local" and the empty name, which mean whatever the
// machine at hand is set to, are unknown here.
func Load(name string) (*time.Location, error) {
	data, ok := table()[name]
	if !ok {
		return nil, fmt.Errorf("time zone %q is not in the IANA database %s; write a name such as Africa/Sao_Tome or UTC", name, Version)
	}
	location, err := time.LoadLocationFromTZData(name, data)
	if err != nil {
		return nil, fmt.Errorf("time zone %q of the IANA database %s: %w", name, Version, err)
	}
	return location, nil
}

// Names returns every name that [Load] knows, sorted.
func Names() []string {
	zones := table()
	names := make([]string, 0, len(zones))
	for name := range zones {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
