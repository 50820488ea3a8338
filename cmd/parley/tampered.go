package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"

	"parley/ledger"
	"parley/misbehaviour"
	"parley/proof"
	"parley/statement"
)

// A tampering is a copy of the record that somebody has changed.
type tampering struct {
	what   string
	record [][]byte // lines
}

// tampered hands the auditor changed copies of a party's record, beside the newest
// checkpoint that it has seen, and has each refuted; and then a second ledger, signed
// with the hub's own key.
func (d *demo) tampered(ctx context.Context, record []byte) error {
	lines := slices.DeleteFunc(bytes.SplitAfter(record, []byte("\n")), func(line []byte) bool { return len(line) == 0 })
	var newest ledger.Block
	if err := newest.UnmarshalJSON(bytes.TrimSuffix(lines[len(lines)-1], []byte("\n"))); err != nil {
		return err
	}
	all, err := tamperings(lines)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "Somebody hands the auditor other copies of the same record:\n\n")
	for _, t := range all {
		result, err := proof.VerifyRecord(ctx, bytes.NewReader(slices.Concat(t.record...)), d.world.charter.Charter)
		if err == nil {
			err = result.CheckCheckpoint(newest.Checkpoint)
		}
		refuted, ok := errors.AsType[*proof.Refuted](err)
		if !ok {
			return fmt.Errorf("the auditor does not refute a record with %s: %w", t.what, err)
		}
		fmt.Fprintf(d.out, "  %s\n%s\n", t.what, wrap("refuted: "+refuted.Sentence, "    "))
	}
	said, err := d.forked(&newest)
	if err != nil {
		return err
	}
	fmt.Fprintf(d.out, "  the hub itself, which has the log's key, signs another past\n%s\n\n", wrap("proven: "+said, "    "))
	return nil
}

// tamperings makes the changed copies.
func tamperings(lines [][]byte) (all []tampering, err error) {
	var word, part, ack *tampering
	for at := 1; at < len(lines); at++ {
		var b ledger.Block
		if err := b.UnmarshalJSON(bytes.TrimSuffix(lines[at], []byte("\n"))); err != nil {
			return nil, err
		}
		for i, text := range b.Contents {
			if len(text) == 0 || text[0] == '{' {
				continue
			}
			s, err := statement.Parse(text)
			if err != nil {
				return nil, err
			}
			index := b.First + uint64(i)
			switch c := s.Claims(); {
			case ack == nil && strings.HasPrefix(c.Format, "J01/"):
				ack = &tampering{fmt.Sprintf("entry %d is left out, an acknowledgement by %s", index, c.Author), slices.Delete(slices.Clone(lines), at, at+1)}
			case word == nil && strings.HasPrefix(c.Format, "J11/") && s.Complete():
				forged, err := changedWord(text)
				if err != nil {
					return nil, err
				}
				word = &tampering{fmt.Sprintf("one letter of entry %d is changed, what %s said of an accident", index, c.Author), replaced(lines, text, forged)}
				disclosures := bytes.SplitAfter(text, []byte("~"))
				part = &tampering{fmt.Sprintf("one part of entry %d is left out, and no release says so", index), replaced(lines, text, slices.Concat(slices.Delete(slices.Clone(disclosures), 1, 2)...))}
			}
		}
	}
	if word == nil || ack == nil {
		return nil, errors.New("the record has no accident, or no acknowledgement, to tamper with")
	}
	middle := len(lines) / 2
	swapped := slices.Clone(lines)
	swapped[middle], swapped[middle+1] = swapped[middle+1], swapped[middle]
	return []tampering{*word, *part, *ack,
		{fmt.Sprintf("blocks %d and %d stand the other way round", middle-1, middle), swapped},
		{"the last twenty blocks are cut off", lines[:len(lines)-20]}}, nil
}

// replaced is the record with another text, wherever it stands.
func replaced(lines [][]byte, text, by []byte) [][]byte {
	changed := slices.Clone(lines)
	for i := range changed {
		changed[i] = bytes.ReplaceAll(changed[i], text, by)
	}
	return changed
}

// changedWord changes one letter in the first disclosure of a statement.
func changedWord(text []byte) ([]byte, error) {
	parts := bytes.Split(text, []byte("~"))
	disclosure, err := base64.RawURLEncoding.DecodeString(string(parts[1]))
	if err != nil {
		return nil, err
	}
	at := bytes.LastIndexFunc(disclosure, func(r rune) bool { return r >= 'a' && r < 'z' })
	if at < 0 {
		return nil, errors.New("the disclosure has no letter")
	}
	disclosure[at]++
	parts[1] = []byte(base64.RawURLEncoding.EncodeToString(disclosure))
	return bytes.Join(parts, []byte("~")), nil
}

// forked signs another root for the newest tree with the hub's key, and gives what a
// side's proof of that says.
func (d *demo) forked(newest *ledger.Block) (string, error) {
	key, err := d.world.rings[d.supervisor()].Private("hub/log")
	if err != nil {
		return "", err
	}
	liar, err := ledger.NewSigner(d.world.charter.Hub.Origin, key)
	if err != nil {
		return "", err
	}
	own := d.desks[d.cast[d.script.Cast[0]]]
	tree := &misbehaviour.Tree{Charters: []string{string(d.world.charter.Note)}, Checkpoint: newest.Checkpoint, Hashes: own.Work(), Head: ledger.Head{Origin: own.Origin(), Size: newest.Size()}}
	tree.Head.Root, _ = own.Work().RootAt(newest.Size())
	other := ledger.Head{Origin: own.Origin(), Size: tree.Head.Size - 1, Root: ledger.Hash{1}}
	note, err := liar.Sign(other.Size, other.Root)
	if err != nil {
		return "", err
	}
	file, err := tree.Against(other, note)
	if err != nil {
		return "", err
	}
	text, err := file.Bytes()
	if err != nil {
		return "", err
	}
	verdict, err := misbehaviour.Judge(text, d.world.charter.Charter)
	if err != nil || !verdict.Proven {
		return "", fmt.Errorf("a second ledger is not proven: %w", err)
	}
	return verdict.Sentence.In("en"), nil
}
