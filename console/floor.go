package console

import (
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/delivery"
	"parley/desk"
)

// What of the own statements and of what is near stands on the watch floor.
const (
	floorTask = 28
	floorSaid = 2 // precedences, the most urgent first, whose tasks say what they are about: so many that a screen still holds twenty tasks
	floorSent = 8
	floorNear = 8
	floorTime = 24 * time.Hour
)

// A floor is what stands on the watch floor beside the strip's view.
type floor struct {
	Tasks []task       // what needs this party's hand, the first to fall due first
	More  int          // tasks beyond these
	Sent  []sent       // own messages, newest first
	Near  []desk.Sight // what takes place soon or now, the next first
}

// A task is what is owed, and what it is about.
type task struct {
	desk.Task
	By      string // the author's party
	Subject string // of the most urgent; empty else
}

// A sent is an own message and how far it has come.
type sent struct {
	desk.ListItem
	Delivery *delivery.State // nil: not in the ledger yet
}

// floor shows what needs a hand now, and how the channel stands.
func (k *Console) floor(v *visit) error {
	var f floor
	if err := f.tasks(v); err != nil {
		return err
	}
	own, err := k.desk.Page(v.ctx, desk.ListQuery{Party: k.desk.Party(), Brief: true, Limit: floorSent, Lang: v.lang}, v.officer)
	if err != nil {
		return err
	}
	for _, item := range own.Items {
		s := sent{ListItem: item}
		if r, ok := k.desk.Work().Record(item.ID); ok {
			s.Delivery = r.Delivery
		}
		f.Sent = append(f.Sent, s)
	}
	near, err := k.desk.Picture(v.ctx, desk.PictureQuery{From: v.now, To: v.now.Add(floorTime), Next: floorNear, Lang: v.lang}, v.officer)
	if err != nil {
		return err
	}
	f.Near = near.Sights
	return v.show("floor", f)
}

// tasks takes the first of the strip's tasks and reads their subjects.
func (f *floor) tasks(v *visit) error {
	top, err := v.strip()
	if err != nil {
		return err
	}
	owed := top.View.Tasks[:min(len(top.View.Tasks), v.most(floorTask))]
	f.More = len(top.View.Tasks) - len(owed)
	precedences := v.console.desk.Charter().Precedences
	said := precedences[:min(len(precedences), floorSaid)]
	var urgent []uint64
	for _, t := range owed {
		party, _, _ := strings.Cut(t.Author, "/")
		f.Tasks = append(f.Tasks, task{Task: t, By: party})
		if slices.ContainsFunc(said, func(p charter.Precedence) bool { return p.ID == t.Precedence }) {
			urgent = append(urgent, t.Index)
		}
	}
	lines, err := v.console.desk.Briefs(v.ctx, urgent, v.lang, v.officer)
	if err != nil {
		return err
	}
	for _, line := range lines {
		for i := range f.Tasks {
			if f.Tasks[i].Index == *line.Index {
				f.Tasks[i].Subject = line.Subject
			}
		}
	}
	return nil
}
