package ledger

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
)

func TestBlockPurge(t *testing.T) {
	b := testBlock(t, 3, 5, 4)
	before := bytes.Clone(b.Bytes())
	purged, changed := b.Purge(Tombstone{8, 30}, Tombstone{4, 20}, Tombstone{7, 20}, Tombstone{99, 100})
	if !changed || purged.Hash() != b.Hash() {
		t.Error("a purged block has another hash")
	}
	if !bytes.Equal(b.Bytes(), before) {
		t.Error("purging a copy changed the block")
	}
	if want := []Tombstone{{4, 20}, {8, 30}}; !reflect.DeepEqual(purged.Purged, want) { // 7 is withheld here
		t.Errorf("it has the tombstones %v, want %v", purged.Purged, want)
	}
	if string(purged.Contents[3]) != string(Bare(b.Contents[3])) || string(purged.Disclosed[0].Content) != string(Bare(b.Disclosed[0].Content)) || string(purged.Contents[1]) != string(b.Contents[1]) {
		t.Errorf("its texts are %q and %v", purged.Contents, purged.Disclosed)
	}
	if again, changed := purged.Purge(Tombstone{4, 21}); changed || !reflect.DeepEqual(again.Purged, purged.Purged) {
		t.Error("a text was purged twice")
	}
	read, err := ParseBlock(purged.Bytes())
	if err != nil || !reflect.DeepEqual(read, purged) {
		t.Errorf("it is read as %+v, %v", read, err)
	}
	line, err := json.Marshal(purged)
	if err != nil {
		t.Fatal(err)
	}
	var fed Block
	if err := json.Unmarshal(line, &fed); err != nil || !reflect.DeepEqual(fed.Purged, purged.Purged) {
		t.Errorf("its line %s is read with the tombstones %v, %v", line, fed.Purged, err)
	}
	refused(t, json.Unmarshal(bytes.Replace(line, []byte(`[{"index":4,"by":20},{"index":8,"by":30}]`), []byte(`[]`), 1), new(Block)), "must not be empty")
	if by, ok := purged.PurgedBy(8); !ok || by != 30 {
		t.Errorf("entry 8 is purged by %d, %t", by, ok)
	}
	for _, test := range []struct {
		name  string
		spoil func(*Block)
		want  string
	}{
		{"text is here", func(b *Block) { b.Purged = []Tombstone{{6, 20}} }, "entry 6: it is purged, and its text is here"},
		{"disclosed text is here", func(b *Block) { b.Disclosed[0] = testBlock(t, 3, 5, 4).Disclosed[0] }, "entry 4: it is purged, and its text is here"},
		{"no text", func(b *Block) { b.Purged = []Tombstone{{7, 20}} }, "has no text of it"},
		{"twice", func(b *Block) { b.Purged = []Tombstone{{8, 30}, {8, 31}} }, "in order, each once"},
		{"by an earlier entry", func(b *Block) { b.Purged = []Tombstone{{8, 8}} }, "cannot be purged by entry 8"},
	} {
		spoilt, _ := testBlock(t, 3, 5, 4).Purge(Tombstone{8, 30}, Tombstone{4, 20})
		test.spoil(spoilt)
		refused(t, spoilt.Check(), test.want)
	}
}
