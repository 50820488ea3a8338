package format

import (
	"fmt"
	"slices"
)

// Lines gives all that s says, for people to find it by: the format's name and each
// value, as it was signed and as it is shown in each language, without labels.
func (f *Format) Lines(setting *Setting, s Source) []string {
	var lines []string
	add := func(more ...string) {
		for _, line := range more {
			if line != "" && !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	for _, lang := range Languages() {
		add(f.Names.In(lang))
	}
	for _, v := range s.Fields() {
		field, known := f.Field(v.Name)
		if !known {
			add(unknown(Languages()[0], v.Value)...)
			continue
		}
		switch value := v.Value.(type) {
		case string, []string, int64:
			add(fmt.Sprint(value))
		}
		for _, lang := range Languages() {
			add(field.Show(setting, lang, v.Value)...)
		}
	}
	return lines
}

// Signed gives the value of each field as it is shown in one language, without its
// label, line by line.
func (f *Format) Signed(setting *Setting, lang string, s Source) []string {
	var lines []string
	for _, v := range s.Fields() {
		if field, known := f.Field(v.Name); known {
			lines = append(lines, field.Show(setting, lang, v.Value)...)
		} else {
			lines = append(lines, unknown(lang, v.Value)...)
		}
	}
	return lines
}
