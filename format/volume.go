package format

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Volume names the fields that say where, when and how high what a statement
// says takes place, so that it can be compared with others. All of them are
// critical: what is compared is what is read back. No page shows it.
type Volume struct {
	Windows []string `json:"windows"`         // windows or instants; one that is not said is passed over
	Until   string   `json:"until,omitempty"` // the instant that the first of Windows, an instant, lasts to; not said: nobody knows
	Areas   []string `json:"areas"`           // areas or places: all that are said, together
	Band    string   `json:"band,omitempty"`  // the altitude; not said: any
}

// maxVolume bounds a volume's windows, and its areas.
const maxVolume = 4

// declaredVolume checks that a volume's fields are of its types.
func (f *Format) declaredVolume() error {
	v := f.Volume
	switch {
	case v == nil:
		return nil
	case f.Kind != Message:
		return errors.New("volume: it is a message's")
	case len(v.Windows) == 0 || len(v.Areas) == 0 || len(v.Windows) > maxVolume || len(v.Areas) > maxVolume:
		return fmt.Errorf("volume: want 1 to %d windows, and as many areas", maxVolume)
	}
	of := func(name string, types ...string) error {
		field, ok := f.Field(name)
		if !ok || !field.Critical || !slices.Contains(types, field.Type) {
			return fmt.Errorf("volume: %q: want a critical field of type %s", clip(name), strings.Join(types, " or "))
		}
		return nil
	}
	var faults []error
	for _, name := range v.Windows {
		faults = append(faults, of(name, Window, Instant))
	}
	for _, name := range v.Areas {
		faults = append(faults, of(name, Area, Place))
	}
	if v.Band != "" {
		faults = append(faults, of(v.Band, Altitude))
	}
	if first, ok := f.Field(v.Windows[0]); v.Until != "" && ok {
		faults = append(faults, of(v.Until, Instant))
		if first.Type != Instant {
			faults = append(faults, fmt.Errorf("volume: until %q: want an instant as first of the windows", clip(v.Until)))
		}
	}
	return errors.Join(faults...)
}
