package console

import (
	"slices"
	"time"

	"parley/delivery"
	"parley/desk"
)

// What of the own statements and of what is near stands on the watch floor.
const (
	floorSent = 8
	floorNear = 8
	floorTime = 24 * time.Hour
)

// A floor is what stands on the watch floor beside the strip's view.
type floor struct {
	Sent []sent       // own messages, newest first
	Near []desk.Sight // what takes place soon or now, the next first
}

// A sent is an own message and how far it has come.
type sent struct {
	desk.ListItem
	Delivery *delivery.State // nil: not in the ledger yet
}

// floor shows what needs a hand now, and how the channel stands.
func (k *Console) floor(v *visit) error {
	var f floor
	own, err := k.desk.Page(v.ctx, desk.ListQuery{Party: k.desk.Party(), Limit: floorSent, Lang: v.lang}, v.officer)
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
	near, err := k.desk.Picture(v.ctx, desk.PictureQuery{From: v.now, To: v.now.Add(floorTime), Lang: v.lang}, v.officer)
	if err != nil {
		return err
	}
	for _, s := range near.Sights {
		if s.Notice {
			f.Near = append(f.Near, s)
		}
	}
	slices.SortStableFunc(f.Near, func(a, b desk.Sight) int { return a.Times[0].Begins.Compare(b.Times[0].Begins) })
	f.Near = f.Near[:min(len(f.Near), floorNear)]
	return v.show("floor", f)
}
