package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"parley/desk"
	"parley/identity"
	"parley/mechanism"
	"parley/proof"
	"parley/statement"
)

// Release looks at what the addressees will read, and then releases that.
func (s stage) Release(ctx context.Context, by identity.Author, about string, withhold, fields []string) (string, error) {
	q := desk.Saying{By: by, About: about, Fields: fields, Withhold: withhold, Lang: "en"}
	if _, err := s.desk(by).PreviewRelease(ctx, q); err != nil {
		return "", err
	}
	id, err := s.desk(by).Act(ctx, "release", q)
	if err != nil {
		return "", err
	}
	s.acted = id
	return id, s.receipted(ctx, by, id)
}

// expectedParts says whether a desk says of a statement what was withheld of it.
func (s stage) expectedParts(ctx context.Context, by identity.Author, id, what string) (shown string, is bool) {
	var count int
	if n, err := fmt.Sscanf(what, "withheld %d", &count); n != 1 || err != nil {
		return "", false
	}
	detail, err := s.desk(by).ShowTo(ctx, id, "en", by)
	if err != nil || detail.Cut == nil || len(detail.Cut.Parts) != count {
		return "", false
	}
	var lines []string
	for _, line := range detail.Cut.Lines {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines[0] + " " + strings.Join(lines[1:], "; "), true
}

// markInPart: of what was released in part, each addressee's desk has the rest under its
// author's signature, and nothing else in any of its files; its auditor finds the same.
func (d *demo) markInPart(ctx context.Context) (string, error) {
	statements, parts, files := 0, 0, 0
	for _, r := range d.records(d.supervisor()) {
		if r.Delivery == nil || len(r.Delivery.Withheld) == 0 {
			continue
		}
		whole, err := d.textOf(ctx, d.supervisor(), r)
		if err != nil {
			return "", err
		}
		for _, party := range r.Claims.To {
			if party == d.supervisor() {
				continue
			}
			own, ok := d.desks[party].Work().Record(r.Claims.ID)
			if !ok {
				return "", fmt.Errorf("entry %d was released and %s lacks it", r.Index, party)
			}
			rest, err := d.textOf(ctx, party, own)
			if err != nil {
				return "", err
			}
			key, known := mechanism.FindKey(d.desks[party].Work(), rest.KID(), r.Index)
			switch err := rest.Verify(key.Public); {
			case !known || err != nil:
				return "", fmt.Errorf("entry %d as %s has it is not signed by its author: %w", r.Index, party, err)
			case rest.Withheld() != len(r.Delivery.Withheld):
				return "", fmt.Errorf("entry %d as %s has it lacks %d parts, its release lists %d", r.Index, party, rest.Withheld(), len(r.Delivery.Withheld))
			}
			if files, err = searched(filepath.Join(d.world.dir, party, "desk"), missing(whole, rest)); err != nil {
				return "", fmt.Errorf("entry %d: %w", r.Index, err)
			}
			audited, err := proof.Replay(ctx, d.desks[party].Origin(), false, d.desks[party].Journal().Read(ctx, d.desks[party].Origin(), 0), d.world.charter.Charter, func(statement.Claims) bool { return false })
			if err != nil {
				return "", fmt.Errorf("the auditor of %s refutes its record: %w", party, err)
			}
			if found, ok := audited.Work.Record(r.Claims.ID); !ok || !found.InPart() || len(found.Delivery.Withheld) != len(r.Delivery.Withheld) {
				return "", fmt.Errorf("the auditor of %s does not find entry %d in part", party, r.Index)
			}
		}
		statements++
		parts += len(r.Delivery.Withheld)
	}
	if statements == 0 {
		return "", errors.New("nothing was released in part")
	}
	return fmt.Sprintf("released in part: %d; its addressee's desk verified its author's signature over the rest, has nothing of the %d parts withheld in any of its %d files, and its auditor finds that just these are missing", statements, parts, files), nil
}

// textOf gives a statement as a party's desk has it.
func (d *demo) textOf(ctx context.Context, party string, r *mechanism.Record) (*statement.Statement, error) {
	text, err := d.desks[party].Content(ctx, r.Index)
	if err != nil {
		return nil, err
	}
	return statement.Parse(text)
}

// missing gives the disclosures that whole has and rest has not.
func missing(whole, rest *statement.Statement) []string {
	left := map[string]bool{}
	for _, text := range strings.Split(string(rest.Bytes()), "~") {
		left[text] = true
	}
	var gone []string
	for _, text := range strings.Split(string(whole.Bytes()), "~") {
		if !left[text] {
			gone = append(gone, text)
		}
	}
	return gone
}

// searched reads every file of a folder and reports one that holds a piece of any of
// the disclosures: their salts are in nothing else.
func searched(folder string, disclosures []string) (files int, err error) {
	err = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // a journal's scratch file may be gone again
			return err
		}
		for _, d := range disclosures {
			if strings.Contains(string(text), d[3:27]) || strings.Contains(string(text), d[12:36]) {
				return fmt.Errorf("%s holds what was withheld", name)
			}
		}
		files++
		return nil
	})
	return files, err
}
