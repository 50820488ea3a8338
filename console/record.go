package console

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"parley/desk"
	"parley/rule"
	"parley/words"
)

// recordEntries is how many entries one page of the record has.
const recordEntries = 40

// A recordPage is what the desk knows of the ledger itself: how much there is, who has
// cosigned it, what was found against the hub, and the entries one after the other.
type recordPage struct {
	Status       desk.Status
	At           *desk.CheckpointView // nil: there is none yet
	Evidence     []desk.Evidence
	Verification desk.VerificationView
	Whole        bool // this officer may read every text, and so export them all
	Entries      *desk.ListPage
	Newest       bool   // it is the page of the newest entries
	Older        string // address of the next page
	Typed        string // another's checkpoint
	Compared     *desk.Compared
}

func (p *recordPage) next() string { return p.Older }

// Own is how this desk's own witness stands.
func (p *recordPage) Own() (own desk.WitnessStatus) {
	for _, w := range p.Status.Witnesses {
		if w.Party == p.Status.Party && !w.Outside {
			return w
		}
	}
	return own
}

// Percent is how much of a verification is done.
func (p *recordPage) Percent() uint64 {
	if p.Verification.Size == 0 {
		return 0
	}
	return min(100, p.Verification.Done*100/p.Verification.Size)
}

func (k *Console) record(v *visit) error {
	p, err := v.recordPage()
	if err != nil {
		return err
	}
	return v.show("record", p)
}

func (v *visit) recordPage() (*recordPage, error) {
	d, p := v.console.desk, &recordPage{Newest: true}
	var err error
	if p.Status, err = d.Status(v.ctx); err != nil {
		return nil, err
	}
	if p.Status.Size > 0 {
		if p.At, err = d.Checkpoint(v.ctx, v.lang); err != nil {
			return nil, err
		}
	}
	if p.Verification, err = d.Verification(v.ctx, v.lang); err != nil {
		return nil, err
	}
	if p.Whole, err = d.ReadsWhole(v.ctx); err != nil {
		return nil, err
	}
	p.Evidence = d.Evidence(v.lang)
	q := desk.ListQuery{Limit: min(v.most(recordEntries), desk.MaxPage), Acts: true, Unread: true, Lang: v.lang}
	if before := v.r.URL.Query().Get("before"); before != "" {
		n, err := strconv.ParseUint(before, 10, 63)
		if err != nil {
			return nil, rule.Refuse(desk.BadRequest, "go to the newest", "before is %q; want the number of an entry", before)
		}
		q.Before, p.Newest = &n, false
	}
	if p.Entries, err = d.Page(v.ctx, q, v.officer); err != nil {
		return nil, err
	}
	p.Entries.Unsent = nil // it is not in the record
	if next := p.Entries.Next; next != nil {
		p.Older = fmt.Sprintf("/record?before=%d#entries", *next)
	}
	return p, nil
}

// recordVerify has the record verified in the background.
func (k *Console) recordVerify(v *visit) error {
	if err := k.desk.StartVerification(); err != nil {
		return err
	}
	return v.see("/record#verification", "")
}

// recordCompare compares a checkpoint that another has shown, by whichever way.
func (k *Console) recordCompare(v *visit) error {
	typed := v.r.PostForm.Get("checkpoint")
	compared, refused := k.desk.Compare(v.ctx, []byte(typed), v.lang)
	p, err := v.recordPage()
	if err != nil {
		return err
	}
	p.Typed, p.Compared = typed, compared
	if refused != nil {
		return v.showRefused("record", p, refused)
	}
	return v.show("record", p)
}

// recordGo leads to the entry whose number was typed.
func (k *Console) recordGo(v *visit) error {
	typed := v.r.URL.Query().Get("entry")
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(typed), "#"), 10, 63)
	if err != nil {
		return rule.Refuse(desk.BadRequest, "write a number such as 12", "%q is not the number of an entry", typed)
	}
	http.Redirect(v.w, v.r, fmt.Sprintf("/record/%d", n), http.StatusSeeOther)
	return nil
}

// recordEntry shows one entry and its proof.
func (k *Console) recordEntry(v *visit) error {
	p, err := v.entryProof()
	if err != nil {
		return err
	}
	return v.show("record-entry", entryPage{p})
}

func (v *visit) entryProof() (*desk.EntryProof, error) {
	n, err := strconv.ParseUint(v.r.PathValue("index"), 10, 63)
	if err != nil {
		return nil, notFound(v.r.URL.Path)
	}
	return v.console.desk.Entry(v.ctx, n, v.lang)
}

// recordReceipt gives the proof of an entry as a file (c2sp.org/tlog-proof).
func (k *Console) recordReceipt(v *visit) error {
	p, err := v.entryProof()
	if err != nil {
		return err
	}
	_, err = v.download(fmt.Sprintf("entry-%d.tlog-proof", p.Index), "text/plain; charset=utf-8").Write(p.Receipt)
	return err
}

// recordBundle gives the evidence about some statements as a file.
func (k *Console) recordBundle(v *visit) error {
	refs := strings.Fields(strings.ReplaceAll(strings.Join(v.r.URL.Query()["refs"], " "), ",", " "))
	for i := range refs {
		refs[i] = strings.TrimPrefix(refs[i], "#")
	}
	text, err := k.desk.Bundle(v.ctx, refs, v.lang, v.officer)
	if err != nil {
		return err
	}
	name := "bundle.json"
	if len(refs) == 1 {
		name = "bundle-" + url.PathEscape(refs[0]) + ".json"
	}
	_, err = v.download(name, "application/json").Write(text)
	return err
}

// recordFile gives the whole record as a file.
func (k *Console) recordFile(v *visit) error {
	file := v.download(k.desk.Charter().Mechanism+"-record.jsonl", "application/jsonl")
	return file.end(k.desk.WriteRecord(v.ctx, file))
}

// recordEvidence gives what was found against the hub as a file, to hand over.
func (k *Console) recordEvidence(v *visit) error {
	found, text, err := k.desk.EvidenceFor(v.ctx, v.r.PathValue("name"))
	if err != nil {
		return err
	}
	_, err = v.download(found.Name+".json", "application/json").Write(text)
	return err
}

const downloadPatience = time.Minute

// A download is a file that the browser keeps. It has begun once something is written;
// until then a page can still be shown in its place.
type download struct {
	v          *visit
	name, kind string
	begun      bool
}

func (v *visit) download(name, kind string) *download { return &download{v: v, name: name, kind: kind} }

func (f *download) Write(text []byte) (int, error) {
	if !f.begun {
		f.begun = true
		f.v.w.Header().Set("Content-Type", f.kind)
		f.v.w.Header().Set("Content-Disposition", `attachment; filename="`+strings.Map(plainName, f.name)+`"`)
	}
	// Who takes nothing of it for so long has gone away, and leaves it to others.
	http.NewResponseController(f.v.w).SetWriteDeadline(time.Now().Add(downloadPatience)) //nolint:errcheck // then it takes longer
	return f.v.w.Write(text)
}

// end has the browser see that a file that has begun is not whole.
func (f *download) end(err error) error {
	if err != nil && f.begun {
		var refused *rule.Refusal
		if !errors.As(err, &refused) {
			f.v.console.config.Log.Warn("a file was not written to its end", "file", f.name, "error", err)
		}
		panic(http.ErrAbortHandler)
	}
	return err
}

func plainName(r rune) rune {
	if r == '-' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
		return r
	}
	return '_'
}

// noted shows a signed note as it is, line by line, with nothing hidden in it.
func noted(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, words.Visible(strings.TrimSuffix(line, "\n")))
	}
	return strings.Join(lines, "\n")
}

// Note is the checkpoint with its signatures, as it is read out or sent.
func (p *recordPage) Note() string { return noted(p.At.Compact) }

// An entryPage is one entry and its proof.
type entryPage struct{ *desk.EntryProof }

// Note is the checkpoint that the proof leads to.
func (p entryPage) Note() string {
	_, note, _ := strings.Cut(string(p.Receipt), "\n\n")
	return noted(note)
}

// Last is the newest entry that there is.
func (p entryPage) Last() uint64 { return p.Size - 1 }

// Before and After are the entries beside it.
func (p entryPage) Before() uint64 { return p.Index - 1 }
func (p entryPage) After() uint64  { return p.Index + 1 }
