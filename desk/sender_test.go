package desk

import (
	"slices"
	"testing"
)

func nobody(string) bool { return false }

func TestPick(t *testing.T) {
	for _, test := range []struct {
		name string
		rows []*row
		want []int64
	}{
		{"nothing", nil, nil},
		{"in order", []*row{{seq: 1, author: "a"}, {seq: 2, author: "b"}, {seq: 3, author: "a"}}, []int64{1, 2, 3}},
		{"FLASH first", []*row{{seq: 1, author: "a"}, {seq: 2, author: "b", flash: true}}, []int64{2}},
		{"its own before FLASH", []*row{{seq: 1, author: "a"}, {seq: 2, author: "b"}, {seq: 3, author: "b", flash: true}}, []int64{2}},
		{"a run of one urgency", []*row{{seq: 1, author: "a", flash: true}, {seq: 2, author: "a"}, {seq: 3, author: "a", flash: true}}, []int64{1}},
		{"after, in one batch", []*row{{seq: 1, author: "d"}, {seq: 2, author: "a", after: 1}}, []int64{1, 2}},
		{"after, answered before", []*row{{seq: 2, author: "a", after: 1}}, []int64{2}},
		{"after another urgency", []*row{{seq: 1, author: "d"}, {seq: 2, author: "a", after: 1, flash: true}, {seq: 3, author: "b"}}, []int64{1}},
		{"behind what waits", []*row{{seq: 1, author: "d"}, {seq: 2, author: "d", flash: true}, {seq: 3, author: "a", after: 2, flash: true}, {seq: 4, author: "a", flash: true}}, []int64{1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []int64
			for _, r := range pick(test.rows, hasFlash(test.rows), nil, nobody) {
				got = append(got, r.seq)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("picked %d, want %d", got, test.want)
			}
		})
	}
	rows := []*row{{seq: 2, author: "a", after: 1}, {seq: 3, author: "b"}, {seq: 4, author: "c"}}
	got := pick(rows, false, map[int64]bool{1: true}, func(author string) bool { return author == "c" })
	if len(got) != 1 || got[0].seq != 3 {
		t.Errorf("picked %v; want the one that waits for no answer and whose author does not", got)
	}
	var many []*row
	for i := range 100 {
		many = append(many, &row{seq: int64(i + 1), author: "a", bytes: make([]byte, 100<<10)})
	}
	if got := pick(many, false, nil, nobody); len(got) != 30 {
		t.Errorf("picked %d of 100 KiB each, want the 30 that fit in one request", len(got))
	}
}
