package desk

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"parley/identity"
	"parley/rule"
	"parley/screening"
	"parley/words"
)

// A ListsView is the lists on this desk, the newest first.
type ListsView struct {
	Exercise bool       `json:"exercise"`
	Lists    []ListView `json:"lists"`
	Text     string     `json:"text"`
}

// Lists shows the lists on this desk to an officer of the area.
func (d *Desk) Lists(ctx context.Context, lang string, as identity.Author) (*ListsView, error) {
	if _, err := d.trader(ctx, as); err != nil {
		return nil, err
	}
	all, err := d.lists.all(ctx)
	if err != nil {
		return nil, err
	}
	v := &ListsView{Exercise: d.Charter().Exercise, Lists: all}
	p := d.newPage(lang, d.config.Clock().UTC())
	p.say(0, "screen.lists")
	if len(all) == 0 {
		p.say(2, "screen.none")
	}
	for i := range all {
		p.edition(&all[i])
	}
	v.Text = p.String()
	return v, nil
}

func (p *page) edition(l *ListView) {
	key := "screen.list"
	if !l.InForce {
		key = "screen.list-before"
	}
	p.say(2, key, "list", l.Name, "version", l.Version, "published", p.code(l.Published.Format(time.DateOnly)), "count", l.Count, "skipped", l.Skipped)
	p.say(4, "screen.list-by", "at", p.at(l.Imported), "officer", p.code(l.By), "hash", p.code(l.Hash))
}

// An ImportView says what the import of an edition changed.
type ImportView struct {
	Exercise bool     `json:"exercise"`
	List     ListView `json:"list"`
	Already  bool     `json:"already"` // it was in force before
	New      int      `json:"new"`     // entries against the edition before
	Changed  int      `json:"changed"`
	Gone     int      `json:"gone"`
	Kept     int      `json:"kept"`      // names that were compared again
	Undecide int      `json:"undecided"` // their hits that no decision holds for now
	Text     string   `json:"text"`
}

// maxAhead is how far ahead of the desk's clock a list may be said to be published.
const maxAhead = 48 * time.Hour

// ImportList reads an edition of a list, and puts it in force in the place of the one
// before. An edition that was published before that is refused: a list does not go
// back. All decisions about the list's hits ask for a person again.
func (d *Desk) ImportList(ctx context.Context, lang, kind string, stated screening.Stated, sources []screening.Source, as identity.Author) (*ImportView, error) {
	if _, err := d.trader(ctx, as); err != nil {
		return nil, err
	}
	l, err := screening.Read(kind, stated, sources...)
	if err != nil {
		return nil, rule.Refuse(BadList, "take the file as the publisher gives it, and name its kind", "%s", err)
	}
	now := d.config.Clock().UTC()
	if ahead := l.Published.Sub(now); ahead > maxAhead {
		return nil, rule.Refuse(BadList, "look at the file's date and at -published; a list does not go back, so this one would bar all that come", "%s is said to be published on %s, which is %d days ahead", l.Name, l.Published.Format(time.DateOnly), int(ahead.Hours()/24))
	}
	hash := l.Hash()
	v := &ImportView{Exercise: d.Charter().Exercise, List: ListView{Header: l.Header, Hash: hex.EncodeToString(hash[:]), Imported: now, By: as.String(), InForce: true}}
	all, err := d.lists.all(ctx)
	if err != nil {
		return nil, err
	}
	for _, before := range all {
		if before.Name != l.Name {
			continue
		}
		if v.Already = before.InForce && before.Hash == v.List.Hash; v.Already {
			v.List = before
			break
		}
		if before.Hash == v.List.Hash || before.InForce && l.Published.Before(before.Published) {
			return nil, refusal(BadList, lang, words.M("screen.older", "list", l.Name, "version", l.Version, "published", words.Raw(l.Published.Format(time.DateOnly))), words.M("screen.older-remedy"))
		}
	}
	if !v.Already {
		if err := d.replaceList(ctx, l, v, as, now); err != nil {
			return nil, err
		}
	}
	if kept, err := d.Screen(ctx, ScreenRequest{Lang: lang, Again: true}, as); err == nil {
		v.Kept, v.Undecide = kept.Asked, kept.Undecided
	} else {
		return nil, fmt.Errorf("compare the kept names again: %w", err)
	}
	p := d.newPage(lang, now)
	p.edition(&v.List)
	if v.Already {
		p.say(0, "screen.already")
	} else {
		p.say(0, "screen.imported", "new", v.New, "changed", v.Changed, "gone", v.Gone)
	}
	if v.Kept > 0 {
		p.say(0, "screen.again", "names", v.Kept, "hits", v.Undecide, "command", typed(lang, "parley screen -again"))
	}
	v.Text = p.String()
	return v, nil
}

// replaceList puts an edition in force and counts what it changes.
func (d *Desk) replaceList(ctx context.Context, l *screening.List, v *ImportView, as identity.Author, now time.Time) error {
	before, err := d.lists.load(ctx, l.Name)
	if err != nil {
		return err
	}
	if before == nil {
		before = &screening.List{}
	}
	digests := make(map[string]string, len(before.Entries))
	for i := range before.Entries {
		digests[before.Entries[i].ID] = before.Entries[i].Digest()
	}
	for i := range l.Entries {
		switch was := digests[l.Entries[i].ID]; was {
		case "":
			v.New++
		case l.Entries[i].Digest():
		default:
			v.Changed++
		}
		delete(digests, l.Entries[i].ID)
	}
	v.Gone = len(digests)
	return d.lists.add(ctx, l, as.String(), now)
}
