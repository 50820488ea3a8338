package digest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"parley/area"
	"parley/line"
	"parley/matter"
	"parley/stats"
)

// Form names the form of a page.
const Form = "parley.digest.v1"

// most bounds each of a page's lists; matters, those of one kind. What is beyond is
// counted in [Page.Beyond].
const most = 300

// A Page is one report of one ledger. Times are milliseconds since 1970. A member
// that says nothing is left out.
type Page struct {
	Form      string   `json:"form"`
	Mechanism string   `json:"mechanism"`
	Exercise  bool     `json:"exercise"`
	Edition   int      `json:"edition"` // of the charter after the newest entry
	Size      uint64   `json:"size"`    // entries that it was made from
	Root      string   `json:"root"`    // of the tree over them, standard base64
	At        int64    `json:"at"`      // hub's time of the newest entry: how things stand
	Audience  string   `json:"audience"`
	Areas     []string `json:"areas"`
	Span      string   `json:"span"` // day, week or month
	Zone      string   `json:"zone"` // whose midnight divides the days
	From      int64    `json:"from"`
	To        int64    `json:"to"` // excluded

	Paths    []Path     `json:"paths"`              // in the charter's order of parties
	Standing []Standing `json:"standing"`           // of the areas, in the charter's order
	Sent     []Sent     `json:"sent,omitempty"`     // in the period, by area and format
	Flash    []Flash    `json:"flash,omitempty"`    // of the period, oldest first
	Overdue  []Overdue  `json:"overdue,omitempty"`  // what the clock called in the period, oldest first
	Missed   []Missed   `json:"missed,omitempty"`   // link tests of the period, oldest first
	Declared []Declared `json:"declared,omitempty"` // of areas in the period, oldest first
	Open     []Open     `json:"open,omitempty"`     // by when it is due
	Matters  []Matter   `json:"matters,omitempty"`  // by kind, oldest first; those that go on, and those that ended in the period
	Beyond   Beyond     `json:"beyond,omitzero"`
	Figures  stats.Page `json:"figures"` // of the same areas and period
}

// A Path is how one party's line stands.
type Path struct {
	Party  string      `json:"party"`
	Colour line.Colour `json:"colour,omitempty"` // empty: not tested yet
	Since  int64       `json:"since,omitempty"`  // when what is missing was due first
	Cause  line.Cause  `json:"cause,omitempty"`
}

// A Standing is how an area stands, and by whose switches.
type Standing struct {
	Area     string      `json:"area"`
	Status   area.Status `json:"status"`
	Switches []Switch    `json:"switches,omitempty"` // the hardest first
}

// A Switch is a party's pause or restriction of an area, in force.
type Switch struct {
	Entry  uint64 `json:"entry"`
	Party  string `json:"party"`
	Kind   string `json:"kind"`
	Reason string `json:"reason"`
	From   int64  `json:"from"`
	Until  int64  `json:"until,omitempty"` // excluded; 0: until it is resumed
	Review int64  `json:"review,omitempty"`
}

// Declared is what a party declared of areas.
type Declared struct {
	Entry  uint64   `json:"entry"`
	At     int64    `json:"at"`
	Party  string   `json:"party"`
	Kind   string   `json:"kind"` // pause, restrict or resume
	Reason string   `json:"reason,omitempty"`
	Areas  []string `json:"areas"`
	From   int64    `json:"from,omitempty"`
	Until  int64    `json:"until,omitempty"`
}

// Sent counts the statements of one format.
type Sent struct {
	Area   string `json:"area"`
	Format string `json:"format"`
	By     []int  `json:"by"` // party, in the charter's order
}

// Overdue is what the hub's clock called: a step of a statement, or of a matter,
// which then has a kind.
type Overdue struct {
	At     int64       `json:"at"`
	Entry  uint64      `json:"entry"` // of the statement, or of the one that opened the matter
	Format string      `json:"format,omitempty"`
	Kind   matter.Kind `json:"kind,omitempty"`
	Name   string      `json:"name,omitempty"`
	Stage  string      `json:"stage"`
	Party  string      `json:"party,omitempty"` // who owed it
	Due    int64       `json:"due,omitempty"`
}

// Missed is a part of a link test, or of some in a row, that did not come.
type Missed struct {
	Entry uint64     `json:"entry"`
	Party string     `json:"party"`
	Part  string     `json:"part"`
	Cause line.Cause `json:"cause"`
	Due   int64      `json:"due,omitempty"`
	Tests int64      `json:"tests"`
}

// An Open statement is one of which a party has a step to do.
type Open struct {
	Entry      uint64 `json:"entry"`
	Format     string `json:"format"`
	Precedence string `json:"precedence"`
	Author     string `json:"author"` // party
	Area       string `json:"area"`
	Since      int64  `json:"since"` // when it reached whom it is addressed to
	Party      string `json:"party"` // whose turn it is
	Steps      []Step `json:"steps"` // the first to fall due first
}

// A Step is something to be done.
type Step struct {
	Stage string `json:"stage"`
	Due   int64  `json:"due,omitempty"`
}

// A Flash is a statement of the most urgent precedence, with its times.
type Flash struct {
	Entry    uint64  `json:"entry"`
	Format   string  `json:"format"`
	Author   string  `json:"author"` // party
	Logged   int64   `json:"logged"`
	Released int64   `json:"released,omitempty"`
	Reached  []Reach `json:"reached,omitempty"`
}

// A Reach is how far a FLASH came with an addressee; 0 for not at all.
type Reach struct {
	Party        string `json:"party"`
	Acknowledged int64  `json:"acknowledged,omitempty"`
	AckDue       int64  `json:"ackDue,omitempty"`
	Understood   int64  `json:"understood,omitempty"` // read back
	ReadbackDue  int64  `json:"readbackDue,omitempty"`
}

// A Matter is a case, a session, a commitment, a public line, an exchange or a
// project, as it stands now.
type Matter struct {
	Entry   uint64      `json:"entry"` // of the statement that opened it
	Kind    matter.Kind `json:"kind"`
	Name    string      `json:"name,omitempty"`
	Area    string      `json:"area"`
	Status  string      `json:"status"`
	Opened  int64       `json:"opened"`            // when that took effect
	Since   int64       `json:"since"`             // when it last changed
	Next    []Turn      `json:"next,omitempty"`    // none: it has ended
	Partial bool        `json:"partial,omitempty"` // some of it is withheld in what this was made from
}

// A Turn is what somebody is to do next.
type Turn struct {
	Party  string `json:"party"` // or "clock"
	Action string `json:"action"`
	By     int64  `json:"by,omitempty"`
}

// Beyond counts what the lists leave out.
type Beyond struct {
	Flash    int `json:"flash,omitempty"`
	Overdue  int `json:"overdue,omitempty"`
	Missed   int `json:"missed,omitempty"`
	Declared int `json:"declared,omitempty"`
	Open     int `json:"open,omitempty"`
	Matters  int `json:"matters,omitempty"`
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
