package proof

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/rule"
	"parley/stats"
)

func monthOf(now time.Time) (stats.Period, error) { return stats.MonthOf(now), nil }

// The record of each party makes one page; a forged one makes none, nor does that of
// another charter.
func TestRecordStatistics(t *testing.T) {
	w := newWorld(t)
	play(w)
	count := func(text string, trusted *charter.Charter, period func(time.Time) (stats.Period, error)) (stats.Page, error) {
		page, _, err := RecordStatistics(t.Context(), strings.NewReader(text), trusted, period)
		return page, err
	}
	var first string
	for _, party := range []string{"alder", "birch", "cedar"} {
		page, err := count(w.record(party), nil, monthOf)
		w.must(err)
		if page.Size != w.size() || page.Messages == 0 {
			t.Errorf("the record of %s: %s", party, page.JSON())
		}
		if first == "" {
			first = string(page.JSON())
		}
		if got := string(page.JSON()); got != first {
			t.Errorf("the record of %s makes another page:\n%s\n%s", party, first, got)
		}
	}
	text := w.record("birch")
	for name, test := range map[string]struct {
		text    string
		trusted *charter.Charter
		period  func(time.Time) (stats.Period, error)
		as      any
	}{
		"a block left out":   {strings.Replace(text, strings.SplitAfter(text, "\n")[2], "", 1), nil, monthOf, new(*Refuted)},
		"of another charter": {text, newWorld(t).draftCharter("elsewhere.example/log"), monthOf, new(*Refuted)},
		"a bad period":       {text, nil, func(now time.Time) (stats.Period, error) { return stats.ReadPeriod("soon", "", "", now) }, new(*rule.Refusal)},
	} {
		if _, err := count(test.text, test.trusted, test.period); !errors.As(err, test.as) {
			t.Errorf("%s: %v, want a %T", name, err, test.as)
		}
	}
	for name, text := range map[string]string{"nothing": "", "no record": "{}\n", "cut off": text[:len(text)-5]} {
		if _, err := count(text, nil, monthOf); err == nil {
			t.Errorf("%s makes a page", name)
		}
	}
}
