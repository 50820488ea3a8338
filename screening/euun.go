package screening

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// readEU reads the European Union's consolidated list of financial sanctions, in
// the XML format of schema 1.1: all that is compared is in attributes.
func readEU(r *importing, sources []Source) error {
	r.list.Name = "EU consolidated financial sanctions"
	return walkXML(sources[0].Text, []string{"sanctionEntity"}, func(path string, e *element) error {
		if path != "export" {
			return nil
		}
		at, err := parseTime(e.attrs["generationDate"])
		if err != nil {
			return fmt.Errorf("generationDate %w", err)
		}
		r.list.Published, r.list.Version = at, e.attrs["globalFileId"]
		return nil
	}, func(e *element) error {
		out := Entry{ID: e.attrs["logicalId"]}
		switch subject := e.child("subjectType").attrs; {
		case subject["classificationCode"] == "P" || subject["code"] == "person":
			out.Kind = Person
		case subject["classificationCode"] == "E" || subject["code"] == "enterprise":
			out.Kind = Entity
		}
		e.each("nameAlias", func(n *element) {
			name := n.attrs["wholeName"]
			if name == "" {
				name = join(n.attrs["firstName"], n.attrs["middleName"], n.attrs["lastName"])
			}
			out.Names = append(out.Names, name)
		})
		e.each("birthdate", func(b *element) {
			if y, ok := euYears(b.attrs); ok {
				out.Born = append(out.Born, y)
			}
			out.Countries = append(out.Countries, euCountry(b.attrs))
		})
		e.each("citizenship", func(c *element) { out.Countries = append(out.Countries, euCountry(c.attrs)) })
		e.each("address", func(c *element) { out.Countries = append(out.Countries, euCountry(c.attrs)) })
		e.each("regulation", func(g *element) { out.Programs = append(out.Programs, g.attrs["programme"]) })
		return r.add(out)
	})
}

// euCountry gives a country's code; 00 is one that is not known.
func euCountry(attrs map[string]string) string {
	if code := attrs["countryIso2Code"]; code != "" && code != "00" {
		return code
	}
	return ""
}

func euYears(attrs map[string]string) (Years, bool) {
	from, errFrom := strconv.Atoi(attrs["yearRangeFrom"])
	to, errTo := strconv.Atoi(attrs["yearRangeTo"])
	if errFrom == nil && errTo == nil && from <= to {
		return yearsIn(fmt.Sprint(from, " ", to))
	}
	text := attrs["year"]
	if text == "" {
		text = attrs["birthdate"]
	}
	if attrs["circa"] == "true" {
		text = "circa " + text
	}
	return yearsIn(text)
}

// readUN reads the consolidated list of the United Nations Security Council.
func readUN(r *importing, sources []Source) error {
	r.list.Name = "UN Security Council consolidated list"
	return walkXML(sources[0].Text, []string{"INDIVIDUAL", "ENTITY"}, func(path string, e *element) error {
		if path != "CONSOLIDATED_LIST" {
			return nil
		}
		at, err := parseTime(e.attrs["dateGenerated"])
		if err != nil {
			return fmt.Errorf("dateGenerated %w", err)
		}
		r.list.Published = at
		return nil
	}, func(e *element) error {
		out := Entry{ID: e.value("DATAID"), Kind: map[bool]string{true: Person, false: Entity}[e.name == "INDIVIDUAL"]}
		out.Names = append(out.Names, join(e.value("FIRST_NAME"), e.value("SECOND_NAME"), e.value("THIRD_NAME"), e.value("FOURTH_NAME")), e.value("NAME_ORIGINAL_SCRIPT"))
		for _, alias := range []string{"INDIVIDUAL_ALIAS", "ENTITY_ALIAS"} {
			e.each(alias, func(a *element) {
				for name := range strings.SplitSeq(a.value("ALIAS_NAME"), ";") {
					out.Names = append(out.Names, name)
				}
			})
		}
		e.each("NATIONALITY", func(n *element) { n.each("VALUE", func(v *element) { out.Countries = append(out.Countries, v.text) }) })
		for _, address := range []string{"INDIVIDUAL_ADDRESS", "ENTITY_ADDRESS"} {
			e.each(address, func(a *element) { out.Countries = append(out.Countries, a.value("COUNTRY")) })
		}
		e.each("INDIVIDUAL_DATE_OF_BIRTH", func(d *element) {
			text := join(d.value("YEAR"), d.value("FROM_YEAR"), d.value("TO_YEAR"), d.value("DATE"))
			if d.value("TYPE_OF_DATE") == "APPROXIMATELY" {
				text = "circa " + text
			}
			if y, ok := yearsIn(text); ok {
				out.Born = append(out.Born, y)
			}
		})
		out.Programs = append(out.Programs, e.value("UN_LIST_TYPE"))
		return r.add(out)
	})
}

// parseTime reads a publication time as the lists write it. One without a zone is
// taken as UTC.
func parseTime(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05.999-0700", time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date", text)
}
