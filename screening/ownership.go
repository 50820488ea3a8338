package screening

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Bounds of an ownership table.
const (
	maxShares    = 5000
	maxOwnership = 4 << 20 // bytes
)

// A Percent is counted in hundredths of a percent.
type Percent int

// All of something, and Half, from which on it counts as its listed owners' own.
const (
	All  Percent = 100_00
	Half Percent = 50_00
)

func (p Percent) String() string {
	if p%100 == 0 {
		return strconv.Itoa(int(p / 100))
	}
	return fmt.Sprintf("%d.%02d", p/100, p%100)
}

// A Share is what one owner holds of another: at least From and at most To, which
// are one where it is stated.
type Share struct {
	Owner string  `json:"owner"`
	Owned string  `json:"owned"`
	From  Percent `json:"from"`
	To    Percent `json:"to"`
}

// An Ownership is a table of direct shares. Names that differ in case, marks or
// spaces alone are one; the names of the first row that has them are shown.
type Ownership struct {
	names  []string         // as first written
	places map[string]int   // by [NameKey]
	owners map[int][]holder // of each that is owned, in the order of the table
}

type holder struct {
	owner    int
	from, to Percent
}

// ReadOwnership reads a table of shares: comma separated, UTF-8, with the heading
// owner,owned,percent. A percent is 50, 33.34, a span such as 25-50, or empty where
// it is not known. Several rows of one owner and owned add up. Shares of more than
// 100 percent of one are refused.
func ReadOwnership(r io.Reader) (*Ownership, error) {
	rows := csv.NewReader(&utf8Reader{r: io.LimitReader(r, maxOwnership)})
	rows.FieldsPerRecord, rows.TrimLeadingSpace = 3, true
	o := &Ownership{places: map[string]int{}, owners: map[int][]holder{}}
	for count := 0; ; count++ {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read ownership: %w", err)
		}
		line, _ := rows.FieldPos(0)
		switch {
		case count == 0 && strings.Join(row, ",") != "owner,owned,percent":
			return nil, fmt.Errorf("read ownership: the heading is %q, want owner,owned,percent", strings.Join(row, ","))
		case count == 0:
			continue
		case count > maxShares:
			return nil, fmt.Errorf("read ownership: more than %d shares", maxShares)
		}
		from, to, err := parsePercent(row[2])
		if err == nil {
			err = o.add(row[0], row[1], from, to)
		}
		if err != nil {
			return nil, fmt.Errorf("read ownership, line %d: %w", line, err)
		}
	}
	if len(o.owners) == 0 {
		return nil, errors.New("read ownership: the table has no share in it")
	}
	return o, nil
}

// parsePercent reads a share. What is not known is from nothing to all.
func parsePercent(text string) (from, to Percent, err error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return 0, All, nil
	}
	low, high, span := strings.Cut(text, "-")
	if !span {
		high = low
	}
	from, errFrom := onePercent(low)
	to, errTo := onePercent(high)
	if errFrom != nil || errTo != nil || from > to {
		return 0, 0, fmt.Errorf("percent %q is not one such as 50, 33.34 or 25-50, or empty where it is not known", text)
	}
	return from, to, nil
}

func onePercent(text string) (Percent, error) {
	whole, part, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(text), "%"), ".")
	if len(part) > 2 || len(whole) > 3 || whole == "" {
		return 0, errors.New("too many digits")
	}
	n, err := strconv.ParseUint(whole+(part + "00")[:2], 10, 16)
	if err != nil || n > uint64(All) {
		return 0, errors.New("out of range")
	}
	return Percent(n), nil
}

func (o *Ownership) add(owner, owned string, from, to Percent) error {
	a, b := o.place(owner), o.place(owned)
	if a < 0 || b < 0 {
		return fmt.Errorf("owner %q, owned %q: both need a name of at most %d bytes", owner, owned, maxText)
	}
	var sum Percent
	i := -1
	for j, h := range o.owners[b] {
		sum += h.from
		if h.owner == a {
			i = j
		}
	}
	if sum+from > All {
		return fmt.Errorf("the shares of %q add up to more than 100 percent", owned)
	}
	if i < 0 {
		o.owners[b] = append(o.owners[b], holder{a, from, to})
		return nil
	}
	h := &o.owners[b][i]
	h.from, h.to = h.from+from, min(h.to+to, All)
	return nil
}

func (o *Ownership) place(name string) int {
	key := NameKey(name)
	if key == "" || len(name) > maxText {
		return -1
	}
	i, ok := o.places[key]
	if !ok {
		i = len(o.names)
		o.places[key], o.names = i, append(o.names, strings.Join(strings.Fields(name), " "))
	}
	return i
}

// Names gives every owner and everything owned, each once, in the table's order.
func (o *Ownership) Names() []string { return slices.Clone(o.names) }

func (o *Ownership) share(owned int, h holder) Share {
	return Share{o.names[h.owner], o.names[owned], h.from, h.to}
}
