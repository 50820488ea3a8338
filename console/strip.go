package console

import (
	"parley/desk"
	"parley/identity"
)

// A strip is what stands on top of every page: whether the channel lives, what is most
// urgent, and whose page this is. On a locked page it counts, and tells nothing.
type strip struct {
	Exercise bool
	Party    string
	Trouble  bool // it could not be made
	Status   desk.Status
	Paths    []desk.PathView
	Flash    int // tasks of FLASH for this party
	Tasks    int
	Alarms   int
	Locked   bool
	View     *desk.WatchView // of the officer; nil on a locked page
}

// strip is made once for a page.
func (v *visit) strip() (*strip, error) {
	if v.top != nil {
		return v.top, nil
	}
	view, err := v.console.desk.Watch(v.ctx, v.lang, v.officer)
	if err != nil {
		return nil, err
	}
	s := &strip{Exercise: view.Exercise, Party: view.Party, Status: view.Line.Status, Paths: view.Line.Paths, Tasks: len(view.Tasks) + len(view.Turns), Alarms: len(view.Alarms), View: view}
	first := v.console.firstPrecedence()
	for _, t := range view.Tasks {
		if t.Precedence == first {
			s.Flash++
		}
	}
	if v.officer == (identity.Author{}) {
		s.Locked, s.View = true, nil
	}
	v.top = s
	return s, nil
}

// firstPrecedence is the most urgent one of the charter.
func (k *Console) firstPrecedence() string {
	if all := k.desk.Charter().Precedences; len(all) > 0 {
		return all[0].ID
	}
	return ""
}
