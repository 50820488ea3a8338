package screening

import (
	"fmt"
	"strings"
)

// readPlain reads parley's own format, for the list of a charter or an exercise:
// comma separated, UTF-8, with this heading, several values of one kind parted by
// semicolons:
//
//	id,kind,names,born,countries
//	X-1,person,Samir al-Dulbani;سمير الدلباني,1961,LB
//	X-2,entity,Zarqun Maritime,,
func readPlain(r *importing, sources []Source) error {
	heading := false
	return readRows(&sources[0], 5, func(row []string) error {
		if !heading {
			if got := strings.Join(row, ","); got != "id,kind,names,born,countries" {
				return fmt.Errorf("the heading is %q, want id,kind,names,born,countries", got)
			}
			heading = true
			return nil
		}
		e := Entry{ID: row[0], Kind: row[1], Names: strings.Split(row[2], ";"), Countries: strings.Split(row[4], ";")}
		switch e.Kind {
		case Person, Entity, Vessel, Unknown:
		default:
			return fmt.Errorf("kind %q is not one of person, entity, vessel", e.Kind)
		}
		for text := range strings.SplitSeq(row[3], ";") {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			y, ok := yearsIn(text)
			if !ok {
				return fmt.Errorf("born %q has no year in it, such as 1961 or 1960-1962", text)
			}
			e.Born = append(e.Born, y)
		}
		return r.add(e)
	})
}
