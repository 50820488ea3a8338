package stats

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"parley/charter"
	"parley/delivery"
)

// Form names the form of a page.
const Form = "parley.statistics.v1"

// FalseUrgent is the share, in percent, above which a party is said to misuse the
// most urgent precedence: for what is not of it by its format.
const FalseUrgent = 5

// A Page is the figures of one ledger in one period. Times are milliseconds since
// 1970, durations milliseconds. A member that says nothing is left out.
type Page struct {
	Form      string   `json:"form"`
	Mechanism string   `json:"mechanism"`
	Exercise  bool     `json:"exercise"`
	Edition   int      `json:"edition"` // of the charter after the newest entry
	Size      uint64   `json:"size"`    // entries that it was computed from
	Root      string   `json:"root"`    // of the tree over them, standard base64
	At        int64    `json:"at"`      // hub's time of the newest entry: what ages are counted to
	Month     string   `json:"month,omitempty"`
	From      int64    `json:"from"`
	To        int64    `json:"to"` // excluded
	Areas     []string `json:"areas"`
	Messages  int      `json:"messages"` // that count, of the period, but for link tests
	Parties   []Party  `json:"parties"`  // in the charter's order
}

// A Party is one party's column. What it did as an addressee stands with it; what
// the gate did with its statements stands with it and with the supervisor, whose
// time that was.
type Party struct {
	ID           string       `json:"id"`
	Beyond       []Figure     `json:"beyond,omitempty"` // in which it is beyond the charter's times
	Acknowledged []Timing     `json:"acknowledged,omitempty"`
	ReadBack     []Timing     `json:"readBack,omitempty"` // until it was understood
	FirstTry     Share        `json:"firstTry,omitzero"`  // readbacks that matched at the first try
	PassedOn     Share        `json:"passedOn,omitzero"`  // complete before the window, of what left the gate before it
	Gate         []Gate       `json:"gate,omitempty"`
	Ordered      Spread       `json:"ordered,omitzero"`  // from signature to entry, of what it sent; the author's clock and line count in it
	Overdue      []Count      `json:"overdue,omitempty"` // calls of the hub's clock, by stage
	Ladder       []Count      `json:"ladder,omitempty"`  // of these, by step reached
	Tests        Tests        `json:"tests,omitzero"`
	Availability Availability `json:"availability,omitzero"` // of a month alone
	LateNotices  Share        `json:"lateNotices,omitzero"`
	Cases        Cases        `json:"cases,omitzero"`
	Pauses       Pauses       `json:"pauses,omitzero"`
	RosterGaps   int          `json:"rosterGaps,omitempty"`
	Expired      Expired      `json:"expired,omitzero"`
	Sent         []Sent       `json:"sent,omitempty"`
	FalseUrgent  Share        `json:"falseUrgent,omitzero"` // of what it sent with the most urgent precedence, what its format is not
	Misused      bool         `json:"misused,omitempty"`    // above [FalseUrgent]
	Messages     int          `json:"messages"`             // that it sent
}

// A Figure names a figure that has a time by the charter.
type Figure struct {
	Of         string `json:"of"` // acknowledge, read-back, pass-on or gate
	Precedence string `json:"precedence,omitempty"`
	Mode       string `json:"mode,omitempty"` // of the gate
}

// A Spread is the quantiles of Count values by nearest rank: the p-quantile of n
// values in order is the one of rank p·n/100, rounded up, counted from 1.
type Spread struct {
	Count int   `json:"n"`
	P50   int64 `json:"p50"`
	P95   int64 `json:"p95"`
	Max   int64 `json:"max"`
}

// A Timing is how long an addressee took. What is missing counts with its age once
// it is overdue, and until then not at all. Late are those beyond the time that the
// charter of their day gave, less what the gate took beyond its share of it; Beyond
// says that the one of rank 95·n/100 is late.
type Timing struct {
	Precedence string `json:"precedence"`
	Allowed    int64  `json:"allowed"` // by the charter after the newest entry
	Submission Spread `json:"submission"`
	Release    Spread `json:"release"`
	Missing    int    `json:"missing,omitempty"`
	Late       int    `json:"late,omitempty"`
	Beyond     bool   `json:"beyond,omitempty"`
}

// A Gate is how long what was released had waited.
type Gate struct {
	Precedence string `json:"precedence"`
	Mode       string `json:"mode"`
	Allowed    int64  `json:"allowed"`
	Wait       Spread `json:"wait"`
	Automatic  int    `json:"automatic,omitempty"` // released by the clock
	Late       int    `json:"late,omitempty"`      // beyond the limit
	Beyond     bool   `json:"beyond,omitempty"`
}

// A Share is Count of Of.
type Share struct {
	Count int `json:"count"`
	Of    int `json:"of"`
}

// A Count is how often something was.
type Count struct {
	Of string `json:"of"`
	N  int    `json:"n"`
}

// Tests are what became of a party's link tests.
type Tests struct {
	Started  int     `json:"started"`
	Answered int     `json:"answered"`
	Machine  int     `json:"machine"`          // missed by the machine
	Person   int     `json:"person"`           // missed by the person
	Causes   []Count `json:"causes,omitempty"` // "machine/network"
}

// Availability is how long in Whole the path could not be relied on.
type Availability struct {
	Out   int64 `json:"out"`
	Whole int64 `json:"whole"`
}

// Cases are the incidents that a party reported before the period's end and on
// which there is no finding, by their age at the newest entry.
type Cases struct {
	Day       int `json:"day"`       // under 24 h
	TwoDays   int `json:"twoDays"`   // under 48 h
	ThreeDays int `json:"threeDays"` // under 72 h
	Older     int `json:"older"`
}

// Pauses are the pauses that a party declared in the period, and how long any of
// its areas was paused in it.
type Pauses struct {
	Declared int     `json:"declared"`
	Paused   int64   `json:"paused"`
	Reasons  []Count `json:"reasons,omitempty"`
}

// Expired are the statements to a party whose time ended before it had them, or
// before anyone acknowledged them.
type Expired struct {
	Undelivered    int `json:"undelivered"`
	Unacknowledged int `json:"unacknowledged"`
}

// Sent is what a party sent with one precedence, and of it what its format puts
// below or above that.
type Sent struct {
	Precedence string `json:"precedence"`
	Count      int    `json:"n"`
	Above      int    `json:"above,omitempty"` // more urgent than its format
	Below      int    `json:"below,omitempty"`
}

// Page gives the figures of all that was added.
func (f *Fold) Page() Page {
	in := &f.in
	p := Page{Form: Form, Mechanism: f.charter.Mechanism, Exercise: f.charter.Exercise, Edition: f.charter.Edition, Size: in.Size, Root: base64.StdEncoding.EncodeToString(in.Root[:]),
		At: in.Now.UnixMilli(), Month: in.Period.Month, From: in.Period.From.UnixMilli(), To: in.Period.To.UnixMilli(), Messages: f.messages, Areas: []string{}}
	for _, a := range f.charter.Areas {
		if f.open(a.ID, in.Size) {
			p.Areas = append(p.Areas, a.ID)
		}
	}
	for _, t := range f.tallies {
		p.Parties = append(p.Parties, f.column(t))
	}
	return p
}

// JSON writes the page in its one form: the members in their order, without space,
// and a newline.
func (p Page) JSON() []byte {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings and whole numbers: cannot fail
	}
	return append(text, '\n')
}

// Hash is the SHA-256 of the page's JSON in hexadecimal, eight digits a group, for
// comparing by voice.
func (p Page) Hash() string {
	sum := sha256.Sum256(p.JSON())
	digits := hex.EncodeToString(sum[:])
	var groups []string
	for len(digits) > 0 {
		groups, digits = append(groups, digits[:8]), digits[8:]
	}
	return strings.Join(groups, " ")
}

// openCases counts a party's open cases by age. A case that is known by two
// identifiers counts once.
func (f *Fold) openCases(party string) Cases {
	var all Cases
	seen := map[*incident]bool{}
	for _, c := range f.cases {
		if !c.open() || c.party != party || seen[c] || !c.since.Before(f.in.Period.To) {
			continue
		}
		seen[c] = true
		switch days := f.in.Now.Sub(c.since) / (24 * time.Hour); {
		case days < 1:
			all.Day++
		case days < 2:
			all.TwoDays++
		case days < 3:
			all.ThreeDays++
		default:
			all.Older++
		}
	}
	return all
}

// column makes a party's column of its tally.
func (f *Fold) column(t *tally) Party {
	c := Party{ID: t.party.ID, FirstTry: Share{t.first, t.tried}, PassedOn: t.passOn, LateNotices: t.notices, Cases: f.openCases(t.party.ID), RosterGaps: t.gaps, Expired: t.expired,
		FalseUrgent: t.urgent, Misused: t.urgent.Count*100 > FalseUrgent*t.urgent.Of}
	for _, p := range f.charter.Precedences {
		if s := t.sent[p.ID]; s != nil {
			s.Precedence = p.ID
			c.Sent, c.Messages = append(c.Sent, *s), c.Messages+s.Count
		}
		if w := t.acks[p.ID]; w != nil && len(w.submission) > 0 {
			c.Acknowledged = append(c.Acknowledged, w.timing(p.ID, p.AckSeconds))
		}
		if w := t.reads[p.ID]; w != nil && len(w.submission) > 0 {
			c.ReadBack = append(c.ReadBack, w.timing(p.ID, p.ReadbackSeconds))
		}
		for _, mode := range []string{delivery.ModeAutoRelease, delivery.ModeReview, delivery.ModeEscrow} {
			if w := t.gates[gateKey{p.ID, mode}]; w != nil {
				c.Gate = append(c.Gate, Gate{p.ID, mode, charter.Seconds(p.GateSeconds).Milliseconds(), spread(w.submission), w.automatic, w.late, beyond(w.late, len(w.submission))})
			}
		}
	}
	for _, stage := range slices.Sorted(maps.Keys(t.calls)) {
		c.Overdue = append(c.Overdue, Count{string(stage), t.calls[stage]})
	}
	for _, step := range slices.Sorted(maps.Keys(t.ladder)) {
		c.Ladder = append(c.Ladder, Count{strconv.Itoa(step), t.ladder[step]})
	}
	c.Ordered = spread(t.ordered)
	c.Tests, c.Availability, c.Pauses = t.tests(), f.availability(t.party.ID), f.paused(t.party.ID)
	c.Beyond = c.figures(t.party.ID == f.supervisor)
	return c
}

func (t *times) timing(precedence string, seconds int) Timing {
	return Timing{precedence, charter.Seconds(seconds).Milliseconds(), spread(t.submission), spread(t.release), t.missing, t.late, beyond(t.late, len(t.submission))}
}

func (t *tally) tests() Tests {
	all := Tests{Started: t.started, Answered: t.answered}
	for k, n := range t.missed {
		if k.part == "human" {
			all.Person += n
		} else {
			all.Machine += n
		}
		all.Causes = append(all.Causes, Count{k.part + "/" + string(k.cause), n})
	}
	slices.SortFunc(all.Causes, func(a, b Count) int { return strings.Compare(a.Of, b.Of) })
	return all
}

// availability is that of a whole month, as package line counts it.
func (f *Fold) availability(party string) Availability {
	if f.in.Period.Month == "" || f.in.Board == nil {
		return Availability{}
	}
	out, whole := f.in.Board.Line.Path(party).Outage(f.in.Period.Month, f.in.Board.Line.Begun, f.in.Now)
	return Availability{out.Milliseconds(), whole.Milliseconds()}
}

// paused adds up when any of a party's areas was paused.
func (f *Fold) paused(party string) Pauses {
	var all Pauses
	var own []pause
	reasons, seen := map[string]int{}, map[string]bool{}
	for _, p := range f.pauses {
		if p.party != party {
			continue
		}
		if f.in.Period.holds(p.declared) && !seen[p.statement] {
			seen[p.statement] = true
			all.Declared++
			reasons[p.reason]++
		}
		end := f.in.Period.To
		if f.in.Now.Before(end) {
			end = f.in.Now
		}
		if p.until.IsZero() || end.Before(p.until) {
			p.until = end
		}
		if p.from.Before(f.in.Period.From) {
			p.from = f.in.Period.From
		}
		if p.from.Before(p.until) {
			own = append(own, p)
		}
	}
	slices.SortFunc(own, func(a, b pause) int { return a.from.Compare(b.from) })
	var covered time.Time
	for _, p := range own {
		if covered.After(p.from) {
			p.from = covered
		}
		if p.until.After(p.from) {
			all.Paused += p.until.Sub(p.from).Milliseconds()
			covered = p.until
		}
	}
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		all.Reasons = append(all.Reasons, Count{reason, reasons[reason]})
	}
	return all
}

// figures lists in what a party is beyond its times. The gate's are the
// supervisor's alone.
func (c *Party) figures(supervisor bool) []Figure {
	var all []Figure
	for _, t := range c.Acknowledged {
		if t.Beyond {
			all = append(all, Figure{Of: string(delivery.StageAcknowledge), Precedence: t.Precedence})
		}
	}
	for _, t := range c.ReadBack {
		if t.Beyond {
			all = append(all, Figure{Of: string(delivery.StageReadback), Precedence: t.Precedence})
		}
	}
	if beyond(c.PassedOn.Of-c.PassedOn.Count, c.PassedOn.Of) {
		all = append(all, Figure{Of: string(delivery.StagePassOn)})
	}
	for _, g := range c.Gate {
		if supervisor && g.Beyond {
			all = append(all, Figure{Of: string(delivery.StageGate), Precedence: g.Precedence, Mode: g.Mode})
		}
	}
	return all
}
