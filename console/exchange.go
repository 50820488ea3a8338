package console

import (
	"slices"
	"strings"

	"parley/desk"
	"parley/format"
	"parley/sealed"
)

// A sealing is the page on which a text is sealed, or on which one acts on an exchange
// that has begun. No text is on it before the desk says that both are opened, but what is
// typed here.
type sealing struct {
	*desk.ExchangeView               // nil: a new one
	Rules              *format.Field // when both are opened
	Typed              map[string][]string
	Deposit            bool   // this party has not deposited yet
	Signal             bool   // the supervisor's word opens both
	Prove              bool   // the other side has opened another text
	Checked            string // deposit of this party's, with which a text is compared
	Outcome            string // of that: same, other, or empty
}

// Value is what was typed.
func (s sealing) Value(name string) string { return first(s.Typed[name]) }

// exchangePage shows one exchange, or asks for a new one where the address says so.
func (k *Console) exchangePage(v *visit) error {
	s, err := k.sealing(v)
	if err != nil {
		return err
	}
	return v.show("exchange", s)
}

func (k *Console) sealing(v *visit) (*sealing, error) {
	s := &sealing{Checked: v.r.URL.Query().Get("deposit"), Typed: v.r.PostForm, Deposit: v.officer.Party != k.desk.Charter().Supervisor().ID}
	if f, ok := k.desk.Charter().Newest(sealed.Format); ok {
		s.Rules, _ = f.Field("open-rule")
	}
	ref := v.r.PathValue("ref")
	if ref == "" {
		return s, nil
	}
	x, err := k.desk.Exchange(v.ctx, ref, v.lang, 0)
	if err != nil {
		return nil, err
	}
	s.ExchangeView = x
	goes := x.Status == desk.OneIn || x.Status == desk.BothIn
	s.Deposit = s.Deposit && goes && !slices.ContainsFunc(x.Sides, func(side desk.ExchangeSide) bool {
		return side.Party == v.officer.Party && side.Deposit != ""
	})
	for _, side := range x.Sides {
		if side.Party == v.officer.Party && s.Checked == "" {
			s.Checked = side.Deposit
		}
	}
	s.Signal = x.Status == desk.BothIn && x.OpenRule == "signal" && v.officer.Party == k.desk.Charter().Supervisor().ID
	s.Prove = slices.ContainsFunc(x.Sides, func(side desk.ExchangeSide) bool {
		return side.Party != v.officer.Party && side.Contest == "" && (side.Verdict == sealed.Mismatched || side.Verdict == sealed.Unopenable)
	})
	return s, nil
}

// exchangeAct seals a text, or does one of the other acts.
func (k *Console) exchangeAct(v *visit) error {
	post, ref := v.r.PostForm, v.r.PathValue("ref")
	text := strings.ReplaceAll(post.Get("text"), "\r\n", "\n") // as forms send what one typed
	var id string
	var err error
	switch verb := post.Get("do"); verb {
	case "deposit":
		id, err = k.desk.Deposit(v.ctx, desk.Deposit{By: v.officer, Exchange: strings.TrimSpace(post.Get("exchange")), Text: text, Deadline: strings.TrimSpace(post.Get("deadline")), OpenRule: post.Get("open-rule"), About: ref, Lang: v.lang})
	case "signal":
		id, err = k.desk.Signal(v.ctx, v.officer, ref, v.lang)
	case "prove":
		id, err = k.desk.Prove(v.ctx, v.officer, ref, v.lang)
	case "check":
		same, refused := k.desk.SameText(v.ctx, strings.TrimSpace(post.Get("deposit")), text)
		s, err := k.sealing(v)
		if err == nil {
			s.Checked = post.Get("deposit")
		}
		switch {
		case err != nil:
			return err
		case refused != nil:
			return v.showRefused("exchange", s, refused)
		}
		if s.Outcome = "other"; same {
			s.Outcome = "same"
		}
		return v.show("exchange", s)
	default:
		return notFound(v.r.URL.Path)
	}
	if err != nil {
		s, unread := k.sealing(v)
		if unread != nil {
			return err
		}
		return v.showRefused("exchange", s, err)
	}
	return v.see("/s/"+id, v.came(id))
}
