package desk

import (
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"parley/base64url"
	"parley/identity"
	"parley/matter"
	"parley/rule"
	"parley/screening"
	"parley/trade"
	"parley/words"
)

// Rules of screening at a desk.
const (
	BadList   = "screen.bad-list"   // a list, or a table of ownership, that is not read
	NoLists   = "screen.no-lists"   // nothing to compare with
	BadNames  = "screen.bad-names"  // no names, or too many
	NoHit     = "screen.no-hit"     // a hit that was not shown, or is not one any more
	NoVerdict = "screen.no-verdict" // a decision without a verdict or a reason
)

// Bounds of one question.
const (
	maxNames   = 2000
	maxKept    = 20_000 // names that a desk keeps
	maxReason  = 2000   // bytes
	maxNameLen = 1000   // bytes
)

// A ScreenRequest is the body of POST /v1/screen.
type ScreenRequest struct {
	As     string   `json:"as"`
	Lang   string   `json:"lang"`
	Names  []string `json:"names"`
	For    string   `json:"for"`    // statement of a project: its parties are asked too, and all names are kept with it
	Owners string   `json:"owners"` // table of ownership, as [screening.ReadOwnership] takes it: its names are asked too
	Again  bool     `json:"again"`  // ask all kept names that the officer may read, and show those that need a decision
}

// A Screened is one name and what it is like.
type Screened struct {
	Name    string          `json:"name"`
	Project string          `json:"project,omitempty"` // with which it is kept
	Hits    []screening.Hit `json:"hits"`
	Partly  bool            `json:"partly,omitempty"` // not all of it could be compared: that nothing is like it says nothing
}

// open counts hits that no decision holds for.
func (s *Screened) open() (count int) {
	for _, h := range s.Hits {
		if h.Standing != screening.Decided {
			count++
		}
	}
	return count
}

// A ScreenView is what the lists in force say of names.
type ScreenView struct {
	Exercise  bool                  `json:"exercise"`
	Lists     []ListView            `json:"lists"`
	Names     []Screened            `json:"names"`
	Asked     int                   `json:"asked"`            // names
	Like      int                   `json:"like"`             // names with a hit
	Undecided int                   `json:"undecided"`        // hits that no decision holds for
	Partly    int                   `json:"partly,omitempty"` // names of which not all could be compared
	Ownership []screening.Judgement `json:"ownership,omitempty"`
	Fields    []string              `json:"fields,omitempty"` // what J51 says of it, but for what a person decides
	Text      string                `json:"text"`
}

// Screen compares names with the lists in force. Every hit is a question to a person;
// it decides nothing. Names are kept where they belong to a project.
func (d *Desk) Screen(ctx context.Context, q ScreenRequest, as identity.Author) (*ScreenView, error) {
	if _, err := d.trader(ctx, as); err != nil {
		return nil, err
	}
	index, lists, err := d.lists.inForce(ctx)
	if err != nil {
		return nil, err
	}
	if len(lists) == 0 {
		return nil, refusal(NoLists, q.Lang, words.M("screen.no-lists"), words.M("screen.no-lists-remedy", "command", typed(q.Lang, "parley lists import")))
	}
	now := d.config.Clock().UTC()
	v := &ScreenView{Exercise: d.Charter().Exercise, Lists: lists, Names: []Screened{}}
	ask, ownership, project, err := d.asking(ctx, q, as)
	if err != nil {
		return nil, err
	}
	listing := map[string]screening.Listing{}
	for i := range ask {
		s := &ask[i]
		made, err := d.lists.decisions(ctx, s.Name, s.Project, func(project string) bool { return d.readsProject(project, as) })
		if err != nil {
			return nil, err
		}
		s.Hits = append([]screening.Hit{}, index.Hits(s.Name, screening.Threshold, made)...)
		s.Partly = !screening.Whole(s.Name)
		v.Undecided += s.open()
		key := screening.NameKey(s.Name)
		if s.Partly {
			v.Partly++
			listing[key] = max(listing[key], screening.MaybeListed)
		}
		for _, h := range s.Hits {
			listing[key] = max(listing[key], h.Listing())
		}
		if slices.ContainsFunc(s.Hits, func(h screening.Hit) bool { return h.Standing != screening.Removed }) {
			v.Like++
		}
		if !q.Again || s.open() > 0 {
			v.Names = append(v.Names, *s)
		}
	}
	v.Asked = len(ask)
	if ownership != nil {
		v.Ownership = ownership.Judge(func(name string) screening.Listing { return listing[screening.NameKey(name)] })
	}
	if q.For != "" {
		var names []string
		for _, s := range ask {
			names = append(names, s.Name)
		}
		if err := d.lists.keep(ctx, project, names, as.String(), now); err != nil {
			return nil, err
		}
	}
	d.lists.show(v.Names, as)
	if !q.Again {
		v.Fields = resultFields(v)
	}
	v.Text = d.screenPage(v, q, now)
	return v, nil
}

// show remembers what was shown to an officer, so that he can decide it.
func (s *listStore) show(names []Screened, as identity.Author) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range names {
		for _, h := range n.Hits {
			if len(s.shown) >= maxShown {
				clear(s.shown)
			}
			s.shown[as.String()+" "+h.ID] = shown{h, n.Project}
		}
	}
}

// asking gathers the names to be asked, each once, and the project that they are for.
func (d *Desk) asking(ctx context.Context, q ScreenRequest, as identity.Author) (ask []Screened, ownership *screening.Ownership, project string, err error) {
	if q.Again {
		if q.For != "" || q.Owners != "" || len(q.Names) > 0 {
			return nil, nil, "", rule.Refuse(BadRequest, "ask for these names by themselves", "all kept names are asked again, and no others with them")
		}
		ask, err = d.askingAgain(ctx, q.Lang, as)
		return ask, nil, "", err
	}
	names := q.Names
	if q.For != "" {
		var parties []string
		if project, parties, err = d.partiesOf(ctx, q.For, q.Lang, as); err != nil {
			return nil, nil, "", err
		}
		kept, err := d.lists.kept(ctx, project, false)
		if err != nil {
			return nil, nil, "", err
		}
		names = slices.Concat(names, parties, kept[project])
	}
	if q.Owners != "" {
		if ownership, err = screening.ReadOwnership(strings.NewReader(q.Owners)); err != nil {
			return nil, nil, "", rule.Refuse(BadList, "write owner,owned,percent on its first line and one share on each other", "%s", err)
		}
		names = slices.Concat(names, ownership.Names())
	}
	if ask, err = asked(nil, names, project, q.Lang, maxNames); err == nil && len(ask) == 0 {
		err = refusal(BadNames, q.Lang, words.M("screen.no-names"), words.Message{})
	}
	return ask, ownership, project, err
}

func (d *Desk) askingAgain(ctx context.Context, lang string, as identity.Author) (ask []Screened, err error) {
	kept, err := d.lists.kept(ctx, "", true)
	if err != nil {
		return nil, err
	}
	for _, project := range slices.Sorted(maps.Keys(kept)) {
		if d.readsProject(project, as) {
			if ask, err = asked(ask, kept[project], project, lang, maxKept); err != nil {
				return nil, err
			}
		}
	}
	return ask, nil
}

// asked appends names, each once, to at most limit.
func asked(ask []Screened, names []string, project, lang string, limit int) ([]Screened, error) {
	seen := map[string]bool{}
	for _, name := range names {
		key := screening.NameKey(name)
		if key == "" || seen[key] {
			continue
		}
		if len(name) > maxNameLen || len(ask) == limit {
			return nil, refusal(BadNames, lang, words.M("screen.too-much", "names", fmt.Sprint(limit), "bytes", fmt.Sprint(maxNameLen)), words.Message{})
		}
		seen[key] = true
		ask = append(ask, Screened{Name: name, Project: project})
	}
	return ask, nil
}

// partiesOf gives the project that a statement belongs to, and the parties that it
// names. The reading is logged as any other.
func (d *Desk) partiesOf(ctx context.Context, ref, lang string, as identity.Author) (project string, parties []string, err error) {
	detail, record, err := d.detail(ctx, ref, lang)
	if err != nil {
		return "", nil, err
	}
	if err := d.admitShown(ctx, detail, record, as, lang); err != nil {
		return "", nil, err
	}
	if record == nil || record.Facts == nil || record.Facts.Kind != matter.Project {
		return "", nil, rule.Refuse(NotFound, "`parley projects` lists them", "statement %s is of no project", ref)
	}
	project = record.Facts.Matter
	if m, ok := d.work.Matter(project); ok {
		if s, ok := m.State.(*trade.State); ok {
			record, _ = d.work.Record(s.Text) // the text that stands
		}
	}
	if record != nil && record.Facts != nil && record.Facts.Move != nil {
		parties = record.Facts.Move.All("parties")
	}
	return project, parties, nil
}

// readsProject says whether an officer may read a project; nothing is logged, since
// nothing of it but its names is shown. What is of no project every officer of the
// area may read.
func (d *Desk) readsProject(project string, as identity.Author) bool {
	if project == "" {
		return true
	}
	m, ok := d.work.Matter(project)
	if !ok {
		return false
	}
	s, ok := m.State.(*trade.State)
	return ok && trade.Reads(d.readersHere(s.Readers), as)
}

// resultFields gives the fields of J51 that follow from what was compared. What was
// decided, and by whom, is not among them.
func resultFields(v *ScreenView) []string {
	var names, hashes []string
	oldest := v.Lists[0].Published
	for _, l := range v.Lists {
		raw, _ := hex.DecodeString(l.Hash) // as it was written
		names, hashes = append(names, strings.ReplaceAll(l.Name+" "+l.Version, ",", " ")), append(hashes, base64url.Encode(raw))
		if l.Published.Before(oldest) {
			oldest = l.Published
		}
	}
	fields := []string{"lists=" + strings.Join(names, ", "), "as-of=" + oldest.Format("2006-01-02T15:04Z"), "list-hashes=" + strings.Join(hashes, ", "), fmt.Sprintf("hits=%d", v.Like)}
	if len(v.Ownership) > 0 {
		var most screening.Percent
		for _, j := range v.Ownership {
			most = max(most, j.From)
		}
		fields = append(fields, fmt.Sprintf("listed-share=%d", most/100))
	}
	return fields
}
