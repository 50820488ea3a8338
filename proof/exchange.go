package proof

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/mechanism"
	"parley/sealed"
	"parley/statement"
)

// An Exchange is a sealed exchange as a file shows it.
type Exchange struct {
	Name     string          `json:"name"`
	ID       string          `json:"id"`               // of its first deposit
	End      string          `json:"end,omitempty"`    // sealed.Revealed or sealed.Lapsed; empty: it is not shown that it has ended
	Ended    time.Time       `json:"ended,omitzero"`   // when
	Missed   string          `json:"missed,omitempty"` // the stage at which it lapsed
	Missing  []string        `json:"missing,omitempty"`
	Deposits []DepositShown  `json:"deposits"`
	Contests []ContestJudged `json:"contests,omitempty"`
}

// A DepositShown is what a side has bound itself to.
type DepositShown struct {
	Party      string    `json:"party"`
	ID         string    `json:"id"`
	Index      uint64    `json:"index"`
	At         time.Time `json:"at"`
	Commitment string    `json:"commitment"`
}

// A ContestJudged is a contest and what it shows.
type ContestJudged struct {
	By      string         `json:"by"`
	Against string         `json:"against"`
	Verdict sealed.Verdict `json:"verdict,omitempty"` // empty: the file leaves out what would show it
}

// exchanged are the statements of exchanges that a replay has met, by identifier.
type exchanged map[string]*statement.Statement

// meet keeps a statement that is one of an exchange.
func (x exchanged) meet(s *statement.Statement, c *statement.Claims) {
	if strings.HasPrefix(c.Format, sealed.Opening+"/") || strings.HasPrefix(c.Format, sealed.Format+"/") {
		x[c.ID] = s
	}
}

func (x exchanged) read(id string) (*statement.Statement, error) {
	s, ok := x[id]
	if !ok {
		return nil, fmt.Errorf("statement %s is not shown", id)
	}
	return s, nil
}

// textsNotShown begins the sentence that [Result.CheckTexts] takes back.
const textsNotShown = "what the texts of sealed exchange %s"

// concludeExchanges says how each exchange stands.
func (r *Result) concludeExchanges(ch *charter.Charter, matters []*mechanism.Matter, entry func(id string) uint64, met exchanged) {
	for _, m := range matters {
		x, ok := m.State.(*sealed.State)
		if !ok {
			continue
		}
		shown := Exchange{Name: x.Exchange, ID: m.ID, End: x.End, Ended: x.Ends, Missed: x.Stage, Missing: x.Missing}
		var said []string
		for _, d := range x.Deposits {
			shown.Deposits = append(shown.Deposits, DepositShown{d.Party, d.ID, entry(d.ID), d.At, d.Commitment})
			said = append(said, fmt.Sprintf("%s deposited commitment %s at entry %d", d.Party, d.Commitment, entry(d.ID)))
		}
		deposits := strings.Join(said, ", ")
		switch x.End {
		case sealed.Revealed:
			r.proven("sealed exchange %s: %s; the hub released the openings of both in one act at %s", x.Exchange, deposits, stamp(x.Ends))
		case sealed.Lapsed:
			r.proven("sealed exchange %s: %s; it lapsed at %s because %s missed its %s, and no opening was released", x.Exchange, deposits, stamp(x.Ends), strings.Join(x.Missing, " and "), x.Stage)
		default:
			r.proven("sealed exchange %s: %s", x.Exchange, deposits)
			r.notShown("how sealed exchange %s ends", x.Exchange)
		}
		for _, c := range x.Contests {
			judged := ContestJudged{By: c.Party, Against: x.Other(c.Party)}
			judged.Verdict = r.judge(ch, x, judged, met)
			shown.Contests = append(shown.Contests, judged)
		}
		if x.End == sealed.Revealed {
			r.notShown(textsNotShown+" say, and that each is the one deposited: the two sides have compared them, and %s; whoever has a text with its salt can show it (`parley verify -texts`)", x.Exchange, contested(x))
		}
		r.Exchanges = append(r.Exchanges, shown)
	}
}

func contested(x *sealed.State) string {
	var by []string
	for _, c := range x.Contests {
		by = append(by, c.Party)
	}
	if len(by) == 0 {
		return "neither has contested the other's"
	}
	return strings.Join(by, " and ") + " contested the other's"
}

// judge opens what was contested with the identity published, and says what it is.
func (r *Result) judge(ch *charter.Charter, x *sealed.State, c ContestJudged, met exchanged) sealed.Verdict {
	e, err := mechanism.Evidence(ch, x, c.Against, met.read)
	if err != nil {
		r.notShown("whether %s opened in sealed exchange %s what it had deposited, which %s contests: %v", c.Against, x.Exchange, c.By, err)
		return ""
	}
	verdict, _, _ := sealed.Check(e)
	switch verdict {
	case sealed.Mismatched:
		r.proven("sealed exchange %s: %s opened another text than it had deposited, as %s contests", x.Exchange, c.Against, c.By)
	case sealed.Unopenable:
		r.proven("sealed exchange %s: %s opened what cannot be read with the key that %s had deposited, as %s contests", x.Exchange, c.Against, c.By, c.By)
	case sealed.Kept:
		r.proven("sealed exchange %s: %s opened what it had deposited; the contest of %s is without ground", x.Exchange, c.Against, c.By)
	default:
		r.notShown("what %s opened in sealed exchange %s: the identity published is not that of the key deposited", c.Against, x.Exchange)
	}
	return verdict
}

// CheckTexts holds texts that somebody shows to the deposits that the file proves.
// The error is a [Refuted] where a text is not the one deposited.
func (r *Result) CheckTexts(t *sealed.Texts) error {
	shown := map[string]int{}
	for _, s := range t.Texts {
		found := false
		for _, x := range r.Exchanges {
			for _, d := range x.Deposits {
				if d.ID != s.Deposit {
					continue
				}
				found = true
				if s.Commitment(sealed.Context{Mechanism: r.Mechanism, Exchange: x.Name, Party: d.Party}) != d.Commitment {
					return refute(nil, "the text shown for %s in sealed exchange %s is not the one that it deposited at entry %d", d.Party, x.Name, d.Index)
				}
				r.proven("sealed exchange %s: the text shown for %s, %d bytes, is the one that it deposited at entry %d, %s", x.Name, d.Party, len(s.Text), d.Index, stamp(d.At))
				shown[x.Name]++
			}
		}
		if !found {
			return fmt.Errorf("check texts of exchanges: deposit %q is not in the file", s.Deposit)
		}
	}
	for name, n := range shown {
		if n > 1 { // both sides' are shown now
			r.NotShown = slices.DeleteFunc(r.NotShown, func(s string) bool { return strings.HasPrefix(s, fmt.Sprintf(textsNotShown, name)) })
		}
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
