package console

import (
	"html/template"
	"strings"

	"parley/format"
)

// A sayForm is a form for one format of the service, with its fields as the charter in
// force has them.
type sayForm struct {
	Action string // where it is posted
	Format string
	Fields []sayField
}

// A sayField is one field of it.
type sayField struct {
	Name, Label, Value string // Value is what was typed last, or what it begins with
	Help               template.HTML
	Codes              []code // of a closed list
	Many, Long, Need   bool
	Dir                string // ltr where codes, times and names are typed, else auto
}

// Has reports whether a code is among what was chosen.
func (f sayField) Has(code string) bool {
	for chosen := range strings.SplitSeq(f.Value, ",") {
		if strings.TrimSpace(chosen) == code {
			return true
		}
	}
	return false
}

// sayForm makes the form of a format, with the values that it begins with; those in
// fixed are not asked for.
func (k *Console) sayForm(v *visit, action, id string, begin, fixed map[string]string) *sayForm {
	f, ok := k.desk.Charter().Newest(id)
	if !ok {
		return nil
	}
	form := &sayForm{Action: action, Format: f.Ref()}
	for i := range f.Fields {
		field := &f.Fields[i]
		if _, set := fixed[field.Name]; set {
			continue
		}
		s := sayField{Name: field.Name, Label: field.Label.In(v.lang), Help: v.guide(field.Help), Dir: "auto", Need: field.Required, Value: begin[field.Name], Many: field.Type == format.List, Long: field.Type == format.Text}
		if typed, sent := v.r.PostForm["field."+field.Name]; sent {
			s.Value = strings.Join(typed, ", ")
		} else if v.r.Method == "POST" {
			s.Value = ""
		} else if asked := v.r.URL.Query().Get(field.Name); asked != "" {
			s.Value = asked
		}
		if field.Coded() {
			s.Dir = "ltr"
		}
		for _, c := range field.Codes() {
			s.Codes = append(s.Codes, code{c, field.CodeName(c, v.lang)})
		}
		form.Fields = append(form.Fields, s)
	}
	return form
}

// said are the fields that such a form has, and those that are fixed.
func (v *visit) said(fixed map[string]string) []string {
	var all []string
	for name, values := range v.r.PostForm {
		field, ok := strings.CutPrefix(name, "field.")
		value := strings.TrimSpace(strings.Join(values, ", "))
		if _, set := fixed[field]; ok && !set && value != "" {
			all = append(all, field+"="+value)
		}
	}
	for name, value := range fixed {
		all = append(all, name+"="+value)
	}
	return all
}
