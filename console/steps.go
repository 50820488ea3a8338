package console

import (
	"time"

	"parley/delivery"
)

// A reached is one of the five steps by which a statement reaches an addressee. Each is
// another thing than the one before: none of them is agreement.
type reached struct {
	Step  string // words "console.step.STEP" say it
	State string // done, wrong, owed, or none: not reached, and not owed
	By    string // officer; empty: a machine, or nobody yet
	At    time.Time
}

// steps are the five of one addressee.
func steps(s *delivery.State, r delivery.Reach) []reached {
	mark := func(step string, at time.Time) reached {
		if at.IsZero() {
			return reached{Step: step, State: "none"}
		}
		return reached{Step: step, State: "done", At: at}
	}
	all := []reached{mark("delivered", r.Delivered), mark("displayed", r.Displayed), {Step: "acknowledged", State: "none"}, {Step: "readback", State: "none"}, mark("passed", r.PassedOnAt())}
	if n := len(r.Acks); n > 0 {
		all[2] = reached{"acknowledged", "done", r.Acks[0].By.String(), r.Acks[0].At}
	}
	if n := len(r.Readbacks); n > 0 {
		last := r.Readbacks[n-1]
		all[3] = reached{"readback", "done", last.By.String(), last.At}
		if !last.Match {
			all[3].State = "wrong"
		}
	}
	if n := len(r.Passed); n > 0 {
		all[4].By = r.Passed[n-1].By.String()
		if all[4].State == "none" {
			all[4].State, all[4].At = "wrong", r.Passed[n-1].At // some still wait for it
		}
	}
	for _, owed := range s.Unmet(r.Party) {
		for i, stage := range []delivery.Stage{"", "", delivery.StageAcknowledge, delivery.StageReadback, delivery.StagePassOn} {
			if owed.Stage == stage && all[i].State == "none" {
				all[i].State, all[i].At = "owed", owed.At
			}
		}
	}
	return all
}
