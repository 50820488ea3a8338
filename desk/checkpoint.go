package desk

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"parley/charter"
	"parley/ledger"
	"parley/rule"
	"parley/words"
)

// UnsignedCheckpoint is the rule for what no hub of this mechanism has signed.
const UnsignedCheckpoint = "checkpoint.unsigned"

// How another's checkpoint stands to this desk's replica.
const (
	CheckpointSame  = "same"  // it is for exactly as many entries, with the same root
	CheckpointOlder = "older" // the replica continues it
	CheckpointAhead = "ahead" // it is for more entries than the replica has: kept, and compared later
	CheckpointFork  = "fork"  // it is of another ledger: the proof is kept
)

// A CheckpointView is the newest checkpoint that the replica bears out.
type CheckpointView struct {
	Exercise bool     `json:"exercise"`
	Size     uint64   `json:"size"`
	Root     string   `json:"root"`     // standard base64
	Cosigned []string `json:"cosigned"` // parties whose witness has cosigned it
	Note     string   `json:"note"`     // C2SP signed note
	Compact  string   `json:"compact"`  // the same with the Ed25519 signatures of hub and witnesses alone, for a QR code
	Text     string   `json:"text"`     // in the reader's language
}

// Checkpoint gives the newest checkpoint that the replica bears out, with the
// cosignatures that are known on it.
func (d *Desk) Checkpoint(ctx context.Context, lang string) (*CheckpointView, error) {
	blocks := d.work.Blocks()
	if blocks == 0 {
		return nil, rule.Refuse(NotStarted, "let the desk reach the hub once", "this desk has not yet followed the ledger, so it has no checkpoint to show")
	}
	tip, err := d.journal.ReadOne(ctx, d.origin, blocks-1)
	if err != nil {
		return nil, err
	}
	note := tip.Checkpoint
	head, err := d.openCheckpoint(note)
	if err != nil {
		return nil, err
	}
	d.mu.Lock()
	heard := d.state.candidate
	d.mu.Unlock()
	if heard.head == head {
		note = heard.note
	}
	c := d.Charter()
	logKey, err := d.work.LogVerifier(head.Size)
	if err != nil {
		return nil, err
	}
	v := &CheckpointView{Exercise: c.Exercise, Size: head.Size, Root: base64.StdEncoding.EncodeToString(head.Root[:]), Note: string(note), Compact: string(ed25519Alone(logKey.VerifierKey(), c, note))}
	v.Cosigned = cosignedBy([]*charter.Charter{c}, note)
	v.Text = words.M("checkpoint.ours", "mechanism", c.Mechanism, "size", int64(head.Size), "root", words.Raw(words.LeftToRight(lang, v.Root)), "parties", parties(lang, v.Cosigned)).In(lang)
	return v, nil
}

func parties(lang string, all []string) words.Message {
	if len(all) == 0 {
		return words.M("checkpoint.nobody")
	}
	shown := make([]string, len(all))
	for i, party := range all {
		shown[i] = words.Isolate(lang, party)
	}
	return words.M("checkpoint.parties", "parties", words.Raw(strings.Join(shown, ", ")))
}

// ed25519Alone leaves the Ed25519 signatures of the hub and of witnesses alone, which fit
// into a QR code.
func ed25519Alone(logKey string, c *charter.Charter, note []byte) []byte {
	keep := []string{shortKeys([]string{logKey})}
	for _, p := range c.Parties {
		if p.Witness != "" {
			keep = append(keep, shortKeys([]string{p.Witness}))
		}
	}
	text, signatures := charter.Split(note)
	out := append(bytes.Clone(text), '\n')
	for line := range bytes.Lines(signatures) {
		name, encoded, _ := strings.Cut(strings.TrimPrefix(string(line), "— "), " ")
		raw, err := base64.StdEncoding.DecodeString(strings.TrimSuffix(encoded, "\n"))
		if err == nil && len(raw) > 4 && slices.Contains(keep, fmt.Sprintf("%s+%08x", name, binary.BigEndian.Uint32(raw))) {
			out = append(out, line...)
		}
	}
	return out
}

// cosignedBy names the parties of the editions whose witness has cosigned the note.
func cosignedBy(editions []*charter.Charter, note []byte) []string {
	all := []string{}
	keys, err := verifiers(editions)
	if err != nil {
		return all
	}
	for _, c := range editions {
		for _, p := range c.Parties {
			for _, key := range p.WitnessKeys() {
				witness, err := ledger.NewWitnesses([]string{key})
				if err != nil || slices.Contains(all, p.ID) {
					continue
				}
				for _, v := range keys {
					if _, cosigned, err := witness.Check(v, note); err == nil && len(cosigned) > 0 {
						all = append(all, p.ID)
						break
					}
				}
			}
		}
	}
	return all
}

// A Compared says how a checkpoint that another has shown stands to the replica.
type Compared struct {
	Exercise bool      `json:"exercise"`
	Outcome  string    `json:"outcome"`
	Size     uint64    `json:"size"` // of the other's checkpoint
	Root     string    `json:"root"` // standard base64
	Ours     uint64    `json:"ours"` // entries of the replica
	Cosigned []string  `json:"cosigned"`
	Evidence *Evidence `json:"evidence,omitempty"` // where it proves misbehaviour
	Text     string    `json:"text"`               // in the reader's language
}

// Compare takes a checkpoint that another has shown, over whichever path, and says how
// it stands to the replica. One that is ahead is kept and compared as soon as the
// replica is as far, also after a restart. One that disagrees makes the proof and
// raises the alarm. What the hub has not signed is refused: it proves nothing.
func (d *Desk) Compare(ctx context.Context, text []byte, lang string) (*Compared, error) {
	note := tidied(text)
	head, err := d.openSigned(note)
	if err != nil {
		return nil, rule.Refuse(UnsignedCheckpoint, "have it read, copied or scanned again: a checkpoint is three lines, an empty line and the lines of signatures", "this is not a checkpoint that the hub of %s has signed: %s", d.Charter().Mechanism, err)
	}
	c := d.Charter()
	v := &Compared{Exercise: c.Exercise, Size: head.Size, Root: base64.StdEncoding.EncodeToString(head.Root[:]), Cosigned: cosignedBy(d.editions(), note)}
	err = d.meet(ctx, shownCheckpoint{head: head, note: note, at: d.config.Clock()})
	v.Ours = d.work.Size()
	var a *accusation
	switch {
	case errors.As(err, &a):
		v.Outcome = CheckpointFork
		if a.kept != nil {
			found := a.kept.in(lang)
			v.Evidence = &found
		}
	case err != nil:
		return nil, err
	case head.Size > v.Ours:
		v.Outcome = CheckpointAhead
	case head.Size == v.Ours:
		v.Outcome = CheckpointSame
	default:
		v.Outcome = CheckpointOlder
	}
	if err == nil && head.Size <= v.Ours { // whose witness has cosigned it counts, whichever way that came
		if _, _, err := d.weigh(note); err != nil {
			d.log.Warn("the cosignatures on another's checkpoint are not noted", "error", err)
		}
	}
	file := ""
	if v.Evidence != nil {
		file = v.Evidence.File
	}
	v.Text = words.M("checkpoint."+v.Outcome, "size", int64(head.Size), "ours", int64(v.Ours), "parties", parties(lang, v.Cosigned), "file", words.Raw(words.LeftToRight(lang, file))).In(lang)
	if v.Outcome == CheckpointFork {
		v.Text += "\n" + words.M("misbehaviour.what-to-do").In(lang)
	}
	return v, nil
}

// tidied is text as a checkpoint is written, where it was typed or came by a way that
// changes line ends, spaces or dashes. What it means stays: the signature decides.
func tidied(text []byte) []byte {
	const most = 64 << 10
	text = bytes.TrimPrefix(text[:min(len(text), most)], []byte("\ufeff"))
	var out []string
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		for _, dash := range []string{"-- ", "– ", "- ", "â\u0080\u0094 ", "â€” "} {
			if rest, ok := strings.CutPrefix(line, dash); ok {
				line = "— " + rest
			}
		}
		out = append(out, line)
	}
	return []byte(strings.Trim(strings.Join(out, "\n"), "\n") + "\n")
}

// checkpointRoutes serves checkpoints and evidence.
func (d *Desk) checkpointRoutes(mux *routes) {
	mux.Handle("GET /v1/checkpoint", endpoint(func(r *http.Request) (any, error) {
		lang, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		return d.Checkpoint(r.Context(), lang)
	}))
	mux.Handle("POST /v1/checkpoint/compare", endpoint(func(r *http.Request) (any, error) {
		lang, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, rule.Refuse(BadRequest, "", "the checkpoint cannot be read: %s", err)
		}
		return d.Compare(r.Context(), text, lang)
	}))
	mux.Handle("GET /v1/evidence", endpoint(func(r *http.Request) (any, error) {
		lang, err := languageOf(r)
		if err != nil {
			return nil, err
		}
		return EvidenceList{d.Charter().Exercise, d.Evidence(lang), words.M("misbehaviour.what-to-do").In(lang)}, nil
	}))
	mux.Handle("GET /v1/evidence/file", endpoint(func(r *http.Request) (any, error) {
		if all, err := d.seesAll(r.Context()); err != nil || !all { // it may hold any text
			return nil, errors.Join(err, d.wholeDesk(r.Context(), "GET /v1/evidence/file"))
		}
		e, text, err := d.EvidenceFile(r.URL.Query().Get("name"), r.URL.Query().Get("raw") == "1")
		return EvidenceText{e.Name, text}, err
	}))
}

// An EvidenceText is the answer to GET /v1/evidence/file.
type EvidenceText struct {
	Name string `json:"name"`
	Text []byte `json:"text"` // as JSON has bytes: standard base64
}

// An EvidenceList is the answer to GET /v1/evidence.
type EvidenceList struct {
	Exercise bool       `json:"exercise"`
	Evidence []Evidence `json:"evidence"` // oldest first
	WhatToDo string     `json:"whatToDo"` // in the reader's language
}
