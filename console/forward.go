package console

import (
	"slices"
	"strings"
	"time"

	"parley/desk"
	"parley/identity"
	"parley/mechanism"
	"parley/rule"
)

// A forwarding is the page on which a statement under another's control is taken out of
// the channel: whose consent that needs, what has been asked, and what may be done.
type forwarding struct {
	*desk.Detail
	Control   []controlled
	Asked     []desk.ConsentView // this party's requests about it
	Copyable  []string           // recipients for whom every request stands granted
	Recipient string             // that was just tried
}

// A controlled statement is what is shown, or what it may quote.
type controlled struct{ ID, Party string }

// forwardWait is how long the page of a copy waits for the hub's receipt.
const forwardWait = 20 * time.Second

// forwardPage shows it.
func (k *Console) forwardPage(v *visit) error {
	f, err := k.forwarding(v)
	if err != nil {
		return err
	}
	return v.show("forward", f)
}

func (k *Console) forwarding(v *visit) (*forwarding, error) {
	d, err := k.desk.ShowTo(v.ctx, v.r.PathValue("ref"), v.lang, v.officer)
	if err != nil {
		return nil, err
	}
	record, ordered := k.desk.Work().Record(d.ID)
	if !ordered || record.Delivery == nil {
		return nil, rule.Refuse(mechanism.BadRef, "", "statement %s cannot be taken outside", d.ID)
	}
	f := &forwarding{Detail: d}
	all, _ := mechanism.ControllingLeaving(k.desk.Work(), k.desk.Charter(), record, v.officer.Party)
	for _, r := range all {
		f.Control = append(f.Control, controlled{r.Claims.ID, r.Claims.Author.Party})
	}
	consents, err := k.desk.Consents(v.ctx, v.lang, v.officer)
	if err != nil {
		return nil, err
	}
	granted := map[string][]string{} // statements, by recipient
	for _, c := range consents.Consents {
		by, err := identity.ParseAuthor(c.By)
		if err != nil || by.Party != v.officer.Party || !slices.ContainsFunc(f.Control, func(of controlled) bool { return of.ID == c.Statement }) {
			continue
		}
		f.Asked = append(f.Asked, c)
		if c.Status == "granted" && !slices.Contains(granted[c.Recipient], c.Statement) {
			granted[c.Recipient] = append(granted[c.Recipient], c.Statement)
		}
	}
	for _, c := range f.Asked {
		if !slices.Contains(f.Copyable, c.Recipient) && len(granted[c.Recipient]) == len(f.Control) {
			f.Copyable = append(f.Copyable, c.Recipient)
		}
	}
	return f, nil
}

// forward makes the copy, which the browser keeps as a file. The desk decides, and logs
// what it denies.
func (k *Console) forward(v *visit) error {
	ref, recipient := v.r.PathValue("ref"), strings.TrimSpace(v.r.PostForm.Get("recipient"))
	made, err := k.desk.Forward(v.ctx, v.officer, ref, recipient, v.lang, forwardWait)
	if err != nil {
		f, unread := k.forwarding(v)
		if unread != nil {
			return err
		}
		f.Recipient = recipient
		return v.showRefused("forward", f, err)
	}
	if len(made.Bundle) == 0 {
		return v.see("/s/"+ref+"/forward", v.say("console.forward.queued", "id", made.Copy))
	}
	v.w.Header().Set("Content-Type", "application/octet-stream")
	v.w.Header().Set("Content-Disposition", `attachment; filename="copy-`+made.Copy+`.bundle"`)
	v.w.Write(made.Bundle) //nolint:errcheck // the browser is gone, or has it
	return nil
}
