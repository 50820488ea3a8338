package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/format"
	"parley/identity"
	"parley/ledger"
	"parley/mechanism"
	"parley/rule"
	"parley/statement"
	"parley/store"
	"parley/trade"
)

// A ListQuery says which page of the statements is meant. Each filter that is empty
// lets everything pass.
type ListQuery struct {
	Before *uint64 // gives what was ordered before this entry; nil: the newest
	Limit  int     // 1 to 300; 0: 40

	Area       string
	Party      string // of the author
	Format     string // "J14", or one edition, "J14/1"
	Precedence string
	Status     string // as [Item.Status] has it

	Acts   bool   // besides messages, what is done to them: acknowledgements, readbacks, keys, notes
	Unread bool   // besides what may be read, entries without a text; it has no effect beside a filter
	Brief  bool   // without the marks of what overlaps, as [Desk.Briefs]
	Lang   string // of titles and subjects; empty: English
}

// A ListItem is one line of a page.
type ListItem struct {
	Item
	Serial   string `json:"serial,omitempty"`
	Title    string `json:"title,omitempty"`    // the format's name in the language asked for; empty where there is no text
	Subject  string `json:"subject,omitempty"`  // what it says that one acts on, in one line, never cut; text from outside stands isolated in it
	Withheld int    `json:"withheld,omitempty"` // parts that were taken out
	Limited  bool   `json:"limited,omitempty"`  // it is for the named readers of a project: its subject is in no list
}

// A ListPage is one page of the statements.
type ListPage struct {
	Exercise bool       `json:"exercise"`
	Size     uint64     `json:"size"`             // entries that this desk had
	Unsent   []ListItem `json:"unsent,omitempty"` // on the first page: what is not in the ledger (queued, refused, waiting for a second officer), newest first, at most 100
	Items    []ListItem `json:"items"`            // newest first
	Next     *uint64    `json:"next,omitempty"`   // Before of the next page; nil: there is no more
}

const (
	pageItems  = 40
	MaxPage    = 300
	pageUnsent = 100
	pageLook   = 5 // times that the read model is asked for one page
)

// Page gives one page of what as may read, newest first; the zero Author is the desk
// itself. It needs no hub, reports nothing displayed, and costs the same however long
// the ledger is: a page may hold fewer items than its limit, or none, and still have a
// Next, which goes on where this one stopped looking. Items keep their place: pages of
// one Before differ by what was released since, never by what was ordered since.
//
// What may not be read is left out, or, with Unread, stands as an entry without a text,
// whatever it is. A project's text is in no subject where readers are named.
func (d *Desk) Page(ctx context.Context, q ListQuery, as identity.Author) (*ListPage, error) {
	ctx = reading(ctx, as)
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	if q.Limit == 0 {
		q.Limit = pageItems
	}
	if q.Limit < 1 || q.Limit > MaxPage {
		return nil, rule.Refuse(BadRequest, "", "limit is %d; want a number from 1 to %d", q.Limit, MaxPage)
	}
	if q.Lang == "" {
		q.Lang = format.Languages()[0]
	}
	p := &ListPage{Exercise: d.Charter().Exercise, Size: d.work.Size(), Items: []ListItem{}}
	if q.Before == nil {
		if p.Unsent, err = d.pageUnsent(ctx, &q, sees); err != nil {
			return nil, err
		}
	}
	filtered := q.Area+q.Party+q.Format+q.Precedence+q.Status != ""
	listing := store.Listing{Areas: d.areasSeen(sees), Acts: q.Acts, Unread: q.Unread && !filtered, Area: q.Area, Party: q.Party, Format: q.Format, Precedence: q.Precedence}
	next := p.Size
	if q.Before != nil {
		next = min(next, *q.Before)
	}
	blocks := blockCache{}
	for looked := 0; next > 0 && len(p.Items) < q.Limit && looked < pageLook && ctx.Err() == nil; looked++ {
		var found []uint64
		if found, next, err = d.work.Listed(ctx, listing, next, q.Limit-len(p.Items)); err != nil {
			return nil, err
		}
		for _, index := range found {
			item, err := d.itemFor(index, sees)
			if err != nil {
				return nil, err
			}
			if item.Kind == KindCharter && !q.Acts || q.Status != "" && item.Status != q.Status {
				continue
			}
			line, err := d.listItem(ctx, item, q.Lang, blocks)
			if err != nil {
				return nil, err
			}
			p.Items = append(p.Items, line)
		}
	}
	if next > 0 {
		p.Next = &next
	}
	if q.Brief {
		return p, ctx.Err()
	}
	if err := d.markPage(ctx, p.Items); err != nil {
		return nil, err
	}
	return p, ctx.Err()
}

// Lines gives the named entries as a page would, in the order asked for; an entry that
// as may not read, or that is none, stands without a text. At most 300.
func (d *Desk) Lines(ctx context.Context, entries []uint64, lang string, as identity.Author) ([]ListItem, error) {
	lines, err := d.Briefs(ctx, entries, lang, as)
	if err != nil {
		return nil, err
	}
	return lines, d.markPage(ctx, lines)
}

// Briefs gives what [Desk.Lines] does without the marks of what overlaps, which take
// longest to find: for a page that does not show them and is read with every event.
func (d *Desk) Briefs(ctx context.Context, entries []uint64, lang string, as identity.Author) ([]ListItem, error) {
	ctx = reading(ctx, as)
	sees, err := d.eyes(ctx)
	if err != nil {
		return nil, err
	}
	if len(entries) > MaxPage {
		return nil, rule.Refuse(BadRequest, "", "%d entries are asked for; want at most %d", len(entries), MaxPage)
	}
	lines, blocks := make([]ListItem, 0, len(entries)), blockCache{}
	for _, index := range entries {
		item := Item{Index: &index}
		if index < d.work.Size() {
			if item, err = d.itemFor(index, sees); err != nil {
				return nil, err
			}
		}
		line, err := d.listItem(ctx, item, lang, blocks)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// areasSeen are the areas of all editions of the charter that sees says yes to, and that
// of the channel's own traffic.
func (d *Desk) areasSeen(sees func(area string) bool) []string {
	areas := []string{mechanism.Service}
	for _, e := range append(d.work.Editions(), store.Edition{Signed: d.config.Charter}) {
		for _, a := range e.Signed.Areas {
			if sees(a.ID) && !slices.Contains(areas, a.ID) {
				areas = append(areas, a.ID)
			}
		}
	}
	return areas
}

// pageUnsent gives what is not in the ledger and fits.
func (d *Desk) pageUnsent(ctx context.Context, q *ListQuery, sees func(area string) bool) ([]ListItem, error) {
	items, err := d.unsent(ctx, sees, q.Acts)
	if err != nil {
		return nil, err
	}
	var page []ListItem
	for _, u := range items {
		i := u.Item
		if q.Area != "" && i.Area != q.Area || q.Format != "" && i.Format != q.Format && !strings.HasPrefix(i.Format, q.Format+"/") ||
			q.Party != "" && !strings.HasPrefix(i.Author, q.Party+"/") || q.Precedence != "" && i.Precedence != q.Precedence || q.Status != "" && i.Status != q.Status {
			continue
		}
		if len(page) == pageUnsent {
			break
		}
		line := ListItem{Item: i, Limited: u.limited}
		d.subject(&line, u.statement, q.Lang)
		page = append(page, line)
	}
	return page, nil
}

// markPage adds the marks of what overlaps.
func (d *Desk) markPage(ctx context.Context, lines []ListItem) error {
	items := make([]Item, len(lines))
	for i := range lines {
		items[i] = lines[i].Item
	}
	if err := d.markOverlaps(ctx, items); err != nil {
		return err
	}
	for i := range lines {
		lines[i].Item = items[i]
	}
	return nil
}

// listItem adds to an entry what a list says of its text.
func (d *Desk) listItem(ctx context.Context, item Item, lang string, blocks blockCache) (ListItem, error) {
	line := ListItem{Item: item}
	if item.ID == "" || item.Index == nil {
		return line, nil
	}
	record, ok := d.work.Record(item.ID)
	if !ok {
		return line, nil
	}
	project, readers := d.readersOf(record.Claims, nil, 0)
	return d.lineOf(ctx, item, record, project != "" && trade.Limited(readers, d.party), lang, blocks)
}

// lineOf is listItem of a statement whose record is at hand; limited says that it is for a
// project's named readers.
func (d *Desk) lineOf(ctx context.Context, item Item, record *mechanism.Record, limited bool, lang string, blocks blockCache) (ListItem, error) {
	line := ListItem{Item: item, Serial: record.Claims.Serial.String(), Limited: limited}
	if f, ok := d.Charter().Format(item.Format); ok {
		line.Title = f.Names.In(lang)
	}
	if limited {
		return line, nil
	}
	if record.Purged != 0 {
		return line, nil
	}
	text, err := d.textOf(ctx, record, blocks)
	if err != nil {
		return line, err
	}
	s, err := statement.Parse(text)
	if err != nil {
		return line, fmt.Errorf("read entry %d: %w", record.Index, err)
	}
	d.subject(&line, s, lang)
	return line, nil
}

func (d *Desk) subject(line *ListItem, s *statement.Statement, lang string) {
	line.Serial, line.Withheld = s.Claims().Serial.String(), s.Withheld()
	if f, ok := d.whole(s); ok {
		line.Title = f.Names.In(lang)
		if !line.Limited {
			line.Subject = f.Brief(d.Charter().Setting(d.party), lang, s)
		}
	}
}

// A blockCache holds the blocks that one page was read from: what was ordered together
// mostly stands in one.
type blockCache map[uint64]*ledger.Block

// textOf is [Desk.Content] through a cache.
func (d *Desk) textOf(ctx context.Context, r *mechanism.Record, blocks blockCache) ([]byte, error) {
	b, ok := blocks[r.Height]
	if !ok {
		d.await(ctx, func() bool { return d.work.Blocks() > r.Height })
		var err error
		if b, err = d.journal.ReadOne(ctx, d.origin, r.Height); err != nil {
			return nil, fmt.Errorf("read entry %d: %w", r.Index, err)
		}
		const most = 8
		if len(blocks) == most {
			clear(blocks)
		}
		blocks[r.Height] = b
	}
	if r.Index >= b.First && r.Index < b.Size() {
		return b.Contents[r.Index-b.First], nil
	}
	for _, disclosed := range b.Disclosed {
		if disclosed.Index == r.Index {
			return disclosed.Content, nil
		}
	}
	return nil, fmt.Errorf("read entry %d: block %d, which should hold its text, does not", r.Index, r.Height)
}
