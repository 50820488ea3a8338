package misbehaviour

import (
	"slices"
	"strings"
	"time"

	"parley/charter"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/statement"
	"parley/words"
)

func entryName(index uint64) words.Raw { return words.Raw(mechanism.EntryName(index)) }

// take gives the items, which must be that many, each with its entry and, where texts
// are asked for, its text.
func (j *judge) take(n int, texts bool) ([]item, error) {
	if len(j.items) != n {
		return nil, refute("items", "n", n)
	}
	for i, it := range j.items {
		if j.file.Items[i].Entry == "" || texts && it.statement == nil {
			return nil, refute("items", "n", n)
		}
	}
	return j.items, nil
}

// twice: one text has two entries.
func (j *judge) twice() error {
	it, err := j.take(2, false)
	if err != nil {
		return err
	}
	if it[0].entry.Content != it[1].entry.Content {
		return refute("rules", "entry", entryName(it[1].index))
	}
	j.accuseHub(j.last())
	return j.prove("twice", "a", entryName(it[0].index), "b", entryName(it[1].index), "hash", EncodeHash(it[0].entry.Content))
}

// identifier: one identifier has two texts.
func (j *judge) identifier() error {
	it, err := j.take(2, true)
	if err != nil {
		return err
	}
	id := it[0].statement.Claims().ID
	if id != it[1].statement.Claims().ID || it[0].entry.Content == it[1].entry.Content {
		return refute("rules", "entry", entryName(it[1].index))
	}
	j.accuseHub(j.last())
	return j.prove("identifier", "a", entryName(it[0].index), "b", entryName(it[1].index), "id", id)
}

// chain: an author's statements, as ordered, cannot follow each other. The hub must
// order each right after the one that it names, with the next serial.
func (j *judge) chain() error {
	it, err := j.take(len(j.items), true)
	if err != nil {
		return err
	}
	for _, other := range it[1:] {
		if other.statement.Claims().Author != it[0].statement.Claims().Author {
			return refute("rules", "entry", entryName(other.index))
		}
	}
	key := ""
	switch len(it) {
	case 1:
		c := it[0].statement.Claims()
		if c.Serial.Day != c.Time.UTC().Format(time.DateOnly) {
			key = "chain-day"
		}
	case 2:
		key = linkOf(it[1].statement).Breaks(linkOf(it[0].statement))
	case 3:
		if it[2].statement.Claims().Prev == statement.EncodeHash(it[0].statement.Hash()) {
			key = "chain-between"
		}
	}
	if key == "" {
		return refute("rules", "entry", entryName(it[len(it)-1].index))
	}
	j.accuseHub(j.last())
	last := it[len(it)-1]
	first := it[0].statement.Claims()
	pairs := []any{"author", first.Author.String(), "a", entryName(it[0].index), "b", entryName(last.index),
		"serial", first.Serial.String(), "other", last.statement.Claims().Serial.String()}
	if len(it) == 3 {
		pairs = append(pairs, "between", entryName(it[1].index))
	}
	return j.prove(key, pairs...)
}

// A Link is a statement's place among its author's own.
type Link struct {
	Hash   ledger.Hash
	Claims statement.Claims
}

func linkOf(s *statement.Statement) Link { return Link{s.Hash(), s.Claims()} }

// Breaks names what keeps b from being ordered after a, which is of the same author;
// empty where nothing does. Others may stand between.
func (b Link) Breaks(a Link) string {
	want := statement.Serial{Day: b.Claims.Serial.Day, Number: 1}
	if a.Claims.Serial.Day == b.Claims.Serial.Day {
		want.Number = a.Claims.Serial.Number + 1
	}
	next := b.Claims.Prev == statement.EncodeHash(a.Hash)
	was, is := a.Claims.Serial, b.Claims.Serial
	switch {
	case a.Claims.Prev == statement.EncodeHash(b.Hash):
		return "chain-later"
	case b.Claims.Prev == "":
		return "chain-first"
	case a.Claims.Prev == b.Claims.Prev:
		return "chain-same"
	case is.Day < was.Day, is.Day == was.Day && is.Number <= was.Number:
		return "chain-back"
	case next && is != want:
		return "chain-serial"
	case !next && was.Day == is.Day && is == want:
		return "chain-skip"
	case b.Claims.Seen.Size < a.Claims.Seen.Size:
		return "chain-seen"
	}
	return ""
}

// seen: a statement was ordered that had seen more entries than there were, or another
// ledger.
func (j *judge) seen() error {
	it, err := j.take(1, true)
	if err != nil {
		return err
	}
	c := it[0].statement.Claims()
	author, entry, n := c.Author.String(), entryName(it[0].index), int64(min(c.Seen.Size, 1<<62))
	if c.Seen.Size > it[0].index {
		j.accuseHub(j.last())
		return j.prove("seen-future", "entry", entry, "author", author, "n", n)
	}
	root, err := j.prefix(c.Seen.Size)
	if err != nil {
		return err
	}
	if root == c.Seen.Root {
		return refute("rules", "entry", entry)
	}
	j.accuseHub(j.last())
	j.verdict.More = append(j.verdict.More, words.M("misbehaviour.seen-why", "author", author))
	return j.prove("seen-other", "entry", entry, "author", author, "n", n, "a", EncodeHash(c.Seen.Root), "b", EncodeHash(root))
}

// clock: the author's time and the hub's cannot both be true, by more than any charter
// can allow. By less it is shown, as an edition that is left out may allow more.
func (j *judge) clock() error {
	it, err := j.take(len(j.items), false)
	if err != nil {
		return err
	}
	last := it[len(it)-1]
	if last.statement == nil || len(it) > 2 {
		return refute("items", "n", 1)
	}
	c := last.statement.Claims()
	key, early, late, about := "clock-ahead", last.entry.Time, c.Time, last
	if len(it) == 2 {
		if c.Seen.Size == 0 || it[0].index != c.Seen.Size-1 {
			return refute("items", "n", 2)
		}
		key, early, late, about = "clock-behind", c.Time, it[0].entry.Time, it[0]
	}
	allowed := time.Duration(j.editions[len(j.editions)-1].Limits.AheadSeconds) * time.Second
	if !late.After(early.Add(allowed)) {
		return refute("rules", "entry", entryName(last.index))
	}
	j.accuseHub(j.last())
	pairs := []any{"entry", entryName(last.index), "author", c.Author.String(), "a", c.Time.UTC().Format(timeLayout), "b", about.entry.Time.Format(timeLayout), "other", entryName(about.index)}
	err = j.prove(key, pairs...)
	if !late.After(early.Add(charter.MaxAheadSeconds * time.Second)) {
		j.verdict.Proven = false
		j.verdict.NotShown = append(j.verdict.NotShown, words.M("misbehaviour.clock-allowed", "n", int64(allowed/time.Second)))
	}
	return err
}

// hubTime: an entry has a time before that of one before it.
func (j *judge) hubTime() error {
	it, err := j.take(2, false)
	if err != nil {
		return err
	}
	if !it[1].entry.Time.Before(it[0].entry.Time) {
		return refute("rules", "entry", entryName(it[1].index))
	}
	j.accuseHub(j.last())
	return j.prove("hub-time", "a", entryName(it[0].index), "b", entryName(it[1].index), "t", it[0].entry.Time.Format(timeLayout), "u", it[1].entry.Time.Format(timeLayout))
}

// signature: a statement names a key, by its thumbprint, that has not signed it.
func (j *judge) signature() error {
	it, err := j.take(1, true)
	if err != nil {
		return err
	}
	key, err := identity.ParseKey(j.file.Key)
	s := it[0].statement
	if err != nil || identity.Thumbprint(key) != s.KID() {
		return refute("key", "kid", s.KID())
	}
	if s.Verify(key) == nil {
		return refute("rules", "entry", entryName(it[0].index))
	}
	j.accuseHub(j.last())
	return j.prove("signature", "entry", entryName(it[0].index), "author", s.Claims().Author.String(), "kid", s.KID())
}

// mechanism: a statement of another channel was ordered, or one whose mark is not the
// charter's. No edition changes either.
func (j *judge) mechanism() error {
	it, err := j.take(1, true)
	if err != nil {
		return err
	}
	c := it[0].statement.Claims()
	key := "mechanism"
	switch {
	case c.Mechanism != j.verdict.Mechanism:
	case c.Exercise && !j.verdict.Exercise:
		key = "exercise"
	case !c.Exercise && j.verdict.Exercise:
		key = "live"
	default:
		return refute("rules", "entry", entryName(it[0].index))
	}
	j.accuseHub(j.last())
	return j.prove(key, "entry", entryName(it[0].index), "author", c.Author.String(), "other", c.Mechanism)
}

// revokedKey: a statement was ordered after the revocation of its key. A key is
// endorsed once, so nothing in between can have brought it back; and if the revocation
// was none, the hub should not have ordered that.
func (j *judge) revokedKey() error {
	it, err := j.take(2, true)
	if err != nil {
		return err
	}
	revocation, s := it[0].statement, it[1].statement
	kid, _ := revocation.Field("kid")
	format, _, _ := strings.Cut(revocation.Claims().Format, "/")
	if format != "key.revoke" || kid != any(s.KID()) || s.Claims().Author.Role == mechanism.Registrar || slices.Contains(j.roots(), s.KID()) {
		return refute("rules", "entry", entryName(it[1].index))
	}
	j.accuseHub(j.last())
	return j.prove("revoked-key", "a", entryName(it[0].index), "b", entryName(it[1].index), "kid", s.KID(), "author", s.Claims().Author.String())
}

// roots are the thumbprints of the root keys of all editions.
func (j *judge) roots() []string {
	var all []string
	for _, e := range j.editions {
		for _, p := range e.Parties {
			for _, root := range p.Roots {
				if key, err := identity.ParseKey(root); err == nil {
					all = append(all, identity.Thumbprint(key))
				}
			}
		}
	}
	return all
}
