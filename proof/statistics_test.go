package proof

import (
	"errors"
	"strings"
	"testing"
	"time"

	"parley/charter"
	"parley/rule"
	"parley/statement"
	"parley/stats"
)

func monthOf(now time.Time) (stats.Period, error) { return stats.MonthOf(now), nil }

// The record of each party makes one page; a forged one makes none, nor does that of
// another charter.
func TestRecordStatistics(t *testing.T) {
	w := newWorld(t)
	play(w)
	count := func(text string, trusted *charter.Charter, period func(time.Time) (stats.Period, error)) (stats.Page, error) {
		c, err := RecordStatistics(t.Context(), strings.NewReader(text), trusted, period)
		return c.Page, err
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

// Whoever gives a record with a notice of its own left out gives another page of the
// same entries; that texts are withheld is told with it.
func TestRecordStatisticsWithheld(t *testing.T) {
	w := newWorld(t)
	play(w)
	count := func(text string) Counted {
		t.Helper()
		c, err := RecordStatistics(t.Context(), strings.NewReader(text), nil, monthOf)
		w.must(err)
		return c
	}
	whole := count(w.record("cedar"))
	blocks, left := w.feed("cedar"), 0
	for _, b := range blocks {
		for i, content := range b.Contents {
			if s, err := statement.Parse(content); err == nil && s.Claims().Author.Party == "alder" && s.Claims().Format == "J14/1" {
				b.Contents[i], left = nil, left+1
			}
		}
	}
	doctored := count(w.write(blocks))
	if left == 0 || doctored.Page.Size != whole.Page.Size || doctored.Page.Root != whole.Page.Root || doctored.Page.Hash() == whole.Page.Hash() {
		t.Fatalf("%d left out: %s\n%s", left, doctored.Page.JSON(), whole.Page.JSON())
	}
	if whole.Result.Withheld != 0 || doctored.Result.Withheld == 0 {
		t.Errorf("withheld: %d of the whole, %d of the other", whole.Result.Withheld, doctored.Result.Withheld)
	}
}
