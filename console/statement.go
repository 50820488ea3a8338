package console

import (
	"maps"
	"slices"
	"strings"

	"parley/desk"
)

// statement shows one statement.
func (k *Console) statement(v *visit) error {
	d, err := k.desk.ShowTo(v.ctx, v.r.PathValue("ref"), v.lang, v.officer)
	if err != nil {
		return err
	}
	return v.show("statement", d)
}

// act does one of the desk's verbs to a statement, with the fields that the form has as
// "field.NAME".
func (k *Console) act(v *visit) error {
	ref, verb := v.r.PathValue("ref"), v.r.PathValue("verb")
	q := desk.Saying{By: v.officer, About: ref, Lang: v.lang, Fields: v.fields(), Keep: v.r.PostForm["keep"]}
	id, err := k.desk.Act(v.ctx, verb, q)
	if err != nil {
		d, unread := k.desk.ShowTo(v.ctx, ref, v.lang, v.officer)
		if unread != nil {
			return err
		}
		return v.showRefused("statement", d, err)
	}
	return v.see("/s/"+ref, v.say("console.signed", "id", id))
}

// fields are what a form has for the fields of a statement, as "name=value".
func (v *visit) fields() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(v.r.PostForm)) {
		field, ok := strings.CutPrefix(name, "field.")
		if !ok {
			continue
		}
		for _, value := range v.r.PostForm[name] {
			if value != "" {
				all = append(all, field+"="+value)
			}
		}
	}
	return all
}
