package screening

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// Kinds of list files, as `parley lists import -kind` takes them.
const (
	OFACXML = "ofac-xml" // SDN.XML, also CONSOLIDATED.XML
	OFACCSV = "ofac-csv" // SDN.CSV, ALT.CSV and ADD.CSV together
	EUXML   = "eu-xml"   // consolidated financial sanctions, schema 1.1
	UNXML   = "un-xml"   // Security Council consolidated list
	Plain   = "plain"    // parley's own CSV, of a charter or an exercise
)

// Kinds lists them.
func Kinds() []string { return []string{OFACXML, OFACCSV, EUXML, UNXML, Plain} }

// A Source is one file to import.
type Source struct {
	Name string // of the file, without its folder
	Text io.Reader
}

// A Stated is what the importing person says of a list. What the file says itself
// stands above it.
type Stated struct {
	Name      string
	Version   string
	Published time.Time
}

// Read imports one edition of a list from its files, and hashes them as they are.
// It believes nothing in them: what is larger, deeper or longer than any list is
// refused, and so is what is no UTF-8, is cut off, defines entities, or gives two
// entries one identifier. What it cannot compare (an entry without a name in
// Latin, Arabic or Hebrew script) is counted in Skipped. It does not check that a
// file is the publisher's: compare its hash with one that came by another way.
func Read(kind string, stated Stated, sources ...Source) (*List, error) {
	read := map[string]func(*importing, []Source) error{OFACXML: readOFAC, OFACCSV: readOFACTables, EUXML: readEU, UNXML: readUN, Plain: readPlain}[kind]
	if read == nil {
		return nil, fmt.Errorf("list kind %q is not one of %s", kind, strings.Join(Kinds(), ", "))
	}
	if want := 1; kind != OFACCSV && len(sources) != want {
		return nil, fmt.Errorf("a list of kind %s is one file, not %d", kind, len(sources))
	}
	r := &importing{list: &List{Header: Header{Kind: kind}}, seen: map[string]bool{}}
	hashed := make([]*hashing, len(sources))
	for i, s := range sources {
		hashed[i] = &hashing{r: s.Text, sum: sha256.New()}
		sources[i].Text = hashed[i]
	}
	if err := read(r, sources); err != nil {
		return nil, fmt.Errorf("read list of kind %s: %w", kind, err)
	}
	l := r.list
	for i, h := range hashed {
		if _, err := io.Copy(io.Discard, h); err != nil { // what follows the last element is hashed too
			return nil, fmt.Errorf("read %s: %w", sources[i].Name, err)
		}
		l.Files = append(l.Files, File{Name: sources[i].Name, SHA256: hex.EncodeToString(h.sum.Sum(nil)), Size: h.size})
	}
	if l.Name == "" {
		l.Name = stated.Name
	}
	if l.Published.IsZero() {
		l.Published = stated.Published
	}
	if l.Version == "" {
		l.Version = stated.Version
	}
	if l.Version == "" && !l.Published.IsZero() {
		l.Version = l.Published.UTC().Format(time.DateOnly)
	}
	switch {
	case len(l.Entries) == 0:
		return nil, fmt.Errorf("there is no entry of kind %s in it; is it a file of that kind?", kind)
	case l.Published.IsZero():
		return nil, errors.New("the file does not say when it was published; say so with -published 2026-11-24")
	case l.Name == "":
		return nil, errors.New("the file does not say which list it is; say so with -list NAME")
	}
	l.Count = len(l.Entries)
	return l, nil
}

// hashing hashes what is read, and refuses what is too much.
type hashing struct {
	r   io.Reader
	sum interface {
		Write([]byte) (int, error)
		Sum([]byte) []byte
	}
	size int64
}

func (h *hashing) Read(p []byte) (int, error) {
	n, err := h.r.Read(p)
	h.sum.Write(p[:n]) //nolint:errcheck // a hash does not fail
	if h.size += int64(n); h.size > MaxFile {
		return 0, fmt.Errorf("the file is larger than %d MiB; no list is", MaxFile>>20)
	}
	return n, err
}

// An importing is a list while it is read.
type importing struct {
	list *List
	seen map[string]bool
}

// add takes an entry in.
func (r *importing) add(e Entry) error {
	if e.ID == "" {
		return errors.New("an entry has no identifier")
	}
	if r.seen[e.ID] {
		return fmt.Errorf("identifier %q is there twice", e.ID)
	}
	if r.seen[e.ID] = true; len(r.seen) > MaxEntries {
		return fmt.Errorf("the list has more than %d entries", MaxEntries)
	}
	if len(e.Names) > maxNames {
		return fmt.Errorf("entry %q has %d names, at most %d are read", e.ID, len(e.Names), maxNames)
	}
	var names []string
	for _, name := range e.Names {
		if name = clip(name); len(partsOf(name)) > 0 && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		r.list.Skipped++
		return nil
	}
	e.Names, e.Countries, e.Programs = names, tidy(e.Countries), tidy(e.Programs)
	if len(e.Born) > maxValues {
		e.Born = e.Born[:maxValues]
	}
	r.list.Entries = append(r.list.Entries, e)
	return nil
}

// tidy gives values once each, without empty ones, in their order.
func tidy(values []string) (all []string) {
	for _, v := range values {
		if v = clip(v); v != "" && !slices.Contains(all, v) && len(all) < maxValues {
			all = append(all, v)
		}
	}
	return all
}

// join joins what there is of a name's parts.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}

// yearsIn finds the years in a date as lists write it: 1962, 12 Mar 1962, circa
// 1962, 1960 to 1965, 1962-03-12.
func yearsIn(text string) (Years, bool) {
	var found []int
	for i := 0; i < len(text); {
		j := i
		for j < len(text) && text[j] >= '0' && text[j] <= '9' {
			j++
		}
		if j-i == 4 {
			year := int(text[i]-'0')*1000 + int(text[i+1]-'0')*100 + int(text[i+2]-'0')*10 + int(text[i+3]-'0')
			if year >= 1850 && year <= 2150 {
				found = append(found, year)
			}
		}
		i = max(j, i+1)
	}
	if len(found) == 0 {
		return Years{}, false
	}
	y := Years{slices.Min(found), slices.Max(found)}
	if strings.Contains(strings.ToLower(text), "circa") || strings.Contains(strings.ToLower(text), "approx") {
		y.From, y.To = y.From-2, y.To+2
	}
	return y, true
}
