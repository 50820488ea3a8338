package charter

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"parley/format"
)

// Sealed is what the parties have agreed about sealed exchanges. 0 means the usual
// number, which [Charter.Sealed] gives.
type Sealed struct {
	OpeningMinutes int `json:"openingMinutes,omitempty"` // from when both may be opened until the exchange lapses sealed: 30
}

// Opening is that time.
func (s Sealed) Opening() time.Duration { return time.Duration(s.OpeningMinutes) * time.Minute }

// Sealed gives the charter's agreement on sealed exchanges, complete with the usual
// number.
func (c *Charter) Sealed() Sealed {
	var s Sealed
	if c.Clocks.Sealed != nil {
		s = *c.Clocks.Sealed
	}
	s.OpeningMinutes = cmp.Or(s.OpeningMinutes, 30)
	return s
}

const (
	sealedOpening = "exchange.open"
	sealedUnseal  = "gate.unseal"
)

// sealed checks that what waits in escrow has machines that open it, and that
// nothing else does: it would wait for ever.
func (k *checker) sealed(c *Charter) {
	k.between("clocks.sealed.openingMinutes", c.Sealed().OpeningMinutes, 1, 7*24*60)
	escrow := false
	for _, r := range c.Formats {
		id, _, _ := strings.Cut(r.Format, "/")
		switch field := fmt.Sprintf("formats[%s].gate", r.Format); {
		case id == sealedOpening && r.Gate != GateEscrow:
			k.add(field, r.Gate, "escrow: both openings of an exchange go at once, and before that nobody has either", "")
		case id != sealedOpening && r.Gate == GateEscrow:
			k.add(field, r.Gate, "escrow for "+sealedOpening+" alone: nothing would ever open this", "")
		}
		escrow = escrow || id == sealedOpening
	}
	if !escrow {
		return
	}
	for _, m := range []struct{ machine, sends string }{{"desk", sealedOpening}, {"hub", sealedUnseal}} {
		if r, ok := c.Role(m.machine); ok && !r.Allows(m.sends) {
			k.missing(fmt.Sprintf("roles[%s].may", m.machine), "the format "+m.sends+", which that machine sends by itself", "a sealed exchange would never open")
		}
	}
}

// sealedTimes writes what is agreed about sealed exchanges.
func (p *page) sealedTimes(s Sealed) {
	p.head("sealed")
	p.fact(1, "sealed.opening", p.span(s.OpeningMinutes*60))
}

var sealedLabels = map[string]format.Words{
	"sealed":         {"en": "Sealed exchanges", "ar": "التبادلات المختومة", "he": "חילופין סגורים"},
	"sealed.opening": {"en": "Both stay sealed where either has not opened within", "ar": "يبقى النصان مختومين إن لم يفتح أحد الطرفين خلال", "he": "שניהם נשארים סגורים אם אחד הצדדים לא פתח בתוך"},
}
