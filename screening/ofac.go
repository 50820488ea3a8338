package screening

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// readOFAC reads the SDN list in its XML format (SDN.XML, and the consolidated
// non-SDN list, which has the same).
func readOFAC(r *importing, sources []Source) error {
	return walkXML(sources[0].Text, []string{"sdnEntry"}, func(path string, e *element) error {
		if path != "sdnList/publshInformation/Publish_Date" {
			return nil
		}
		at, err := time.Parse("01/02/2006", e.text)
		if err != nil {
			return fmt.Errorf("Publish_Date %q is not month/day/year", e.text)
		}
		r.list.Published = at
		return nil
	}, func(e *element) error {
		out := Entry{ID: e.value("uid"), Kind: ofacKind(e.value("sdnType"))}
		out.Names = append(out.Names, join(e.value("firstName"), e.value("lastName")))
		e.child("akaList").each("aka", func(aka *element) {
			out.Names = append(out.Names, join(aka.value("firstName"), aka.value("lastName")))
		})
		e.child("programList").each("program", func(p *element) { out.Programs = append(out.Programs, p.text) })
		for _, list := range [][2]string{{"nationalityList", "nationality"}, {"citizenshipList", "citizenship"}, {"addressList", "address"}} {
			e.child(list[0]).each(list[1], func(c *element) { out.Countries = append(out.Countries, c.value("country")) })
		}
		e.child("dateOfBirthList").each("dateOfBirthItem", func(d *element) {
			if y, ok := yearsIn(d.value("dateOfBirth")); ok {
				out.Born = append(out.Born, y)
			}
		})
		return r.add(out)
	})
}

func ofacKind(text string) string {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "individual":
		return Person
	case "entity", "-0-", "":
		return Entity
	case "vessel", "aircraft":
		return Vessel
	}
	return Unknown
}

// readOFACTables reads the SDN list as comma separated tables without headings:
// SDN.CSV, and where they are given ALT.CSV and ADD.CSV (the files' names say which
// is which). "-0-" is no value. The tables do not say when they were published.
func readOFACTables(r *importing, sources []Source) error {
	r.list.Name = "OFAC SDN"
	tables := map[string]*Source{}
	for i := range sources {
		name := strings.ToUpper(strings.TrimSuffix(strings.ToLower(sources[i].Name), ".csv"))
		for _, table := range []string{"SDN", "ALT", "ADD"} {
			if name == table && tables[table] == nil {
				tables[table] = &sources[i]
			}
		}
	}
	if tables["SDN"] == nil || len(tables) != len(sources) {
		return errors.New("want SDN.CSV, and with it ALT.CSV and ADD.CSV, by these names")
	}
	var entries []Entry
	at := map[string]int{}
	if err := readRows(tables["SDN"], 12, func(row []string) error {
		e := Entry{ID: row[0], Kind: ofacKind(row[2]), Names: []string{row[1]}, Programs: strings.Split(strings.Trim(row[3], "[]"), "] [")}
		for _, remark := range strings.Split(row[11], ";") {
			remark = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(remark), "."))
			if date, ok := strings.CutPrefix(strings.TrimPrefix(remark, "alt. "), "DOB "); ok {
				if y, ok := yearsIn(date); ok {
					e.Born = append(e.Born, y)
				}
			}
			for _, of := range []string{"nationality ", "citizen "} {
				if country, ok := strings.CutPrefix(strings.TrimPrefix(remark, "alt. "), of); ok {
					e.Countries = append(e.Countries, country)
				}
			}
		}
		if _, twice := at[e.ID]; twice {
			return fmt.Errorf("identifier %q is there twice", e.ID)
		}
		if at[e.ID] = len(entries); len(entries) >= MaxEntries {
			return fmt.Errorf("the list has more than %d entries", MaxEntries)
		}
		entries = append(entries, e)
		return nil
	}); err != nil {
		return err
	}
	for _, table := range []string{"ALT", "ADD"} {
		err := readRows(tables[table], map[string]int{"ALT": 5, "ADD": 6}[table], func(row []string) error {
			i, known := at[row[0]]
			if !known {
				return fmt.Errorf("%s.CSV is about entry %q, which is not in SDN.CSV; the files are of different days", table, row[0])
			}
			if e := &entries[i]; table == "ALT" {
				if e.Names = append(e.Names, row[3]); len(e.Names) > maxNames {
					return fmt.Errorf("entry %q has more than %d names", e.ID, maxNames)
				}
			} else if len(e.Countries) < maxValues {
				e.Countries = append(e.Countries, row[4])
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, e := range entries {
		if err := r.add(e); err != nil {
			return err
		}
	}
	return nil
}

// readRows reads a table of at least columns columns.
func readRows(s *Source, columns int, row func([]string) error) error {
	if s == nil {
		return nil
	}
	text := &utf8Reader{r: s.Text}
	rows := csv.NewReader(text)
	rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = -1, true, true
	for {
		text.since = 0
		fields, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		line, _ := rows.FieldPos(0)
		if len(fields) == 1 && strings.Trim(fields[0], "\x1a \r") == "" { // the end mark of old systems
			continue
		}
		if len(fields) < columns {
			return fmt.Errorf("%s, line %d: %d columns, want %d", s.Name, line, len(fields), columns)
		}
		kept := make([]string, len(fields))
		for i, f := range fields {
			if strings.ContainsAny(f, "\r\n") { // the entries that it went over would be missing
				return fmt.Errorf("%s, line %d: a value goes on beyond its line; a quotation mark is missing, or the lines do not end as they should", s.Name, line)
			}
			if f = clip(f); f != "-0-" {
				kept[i] = f
			}
		}
		if err := row(kept); err != nil {
			return fmt.Errorf("%s, line %d: %w", s.Name, line, err)
		}
	}
}
