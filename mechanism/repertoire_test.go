package mechanism

import (
	"strings"
	"time"

	"parley/format"
	"parley/matter"
)

// The repertoire is what people say to matters here, by kind: a format and its
// fields, as typed. In braces stand a time from now on, the matter's name, and the
// positions taken in a case.
var repertoire = map[matter.Kind][]string{
	matter.Case: {
		"J20|kind=craft|what=EXERCISE. A drone.|where=DMM 00 31.200N 017 58.400W ±30m|when={-1h}|noticed-by=farmer|harm=none|confidence=high|asks=visit, meeting",
		"J20|kind=shots|what=EXERCISE. Three shots.|where=DMM 00 31.800N 017 58.400W ±30m|when={-2h}|noticed-by=post|harm=unknown|confidence=low",
		"J21|kind=holding|position=EXERCISE. We look into it.",
		"J21|kind=position|cause=weather|agreed-facts=what, where, when, harm|position=EXERCISE. It was the wind.",
		"J21|kind=clarification|cause=human-error|agreed-facts=what|disputed-facts=where|position=EXERCISE. It was elsewhere.",
		"J22|kind=proposal|place=DMM 00 31.200N 017 58.400W ±30m|window={24h}/{26h}|purpose=recover|visitors=4|recorders=1|recording=notes|escorts=birch/watch, cedar/gate",
		"J22|kind=counter|place=DMM 00 31.200N 017 58.400W ±30m|window={48h}/{50h}|purpose=recover|visitors=2|recorders=0|recording=notes|escorts=birch/watch, cedar/gate",
		"J22|kind=acceptance|place=DMM 00 31.200N 017 58.400W ±30m|window={24h}/{26h}|purpose=recover|visitors=4|recorders=1|recording=notes|escorts=birch/watch, cedar/gate", "J22|kind=refusal|refusal=safety",
		"J23|stage=interim|outcome=partly-agreed|cause=not-known|agreed-facts=what|disputed-facts=where|positions={positions}|remedies=none|agreed=EXERCISE. Something fell.|not-agreed=EXERCISE. Where.",
		"J23|stage=final|outcome=agreed|cause=weather|agreed-facts=what|positions={positions}|remedies=none|agreed=EXERCISE. Something fell.|not-agreed=EXERCISE. Where.",
		"J23|stage=closing|dropped=overtaken",
	},
	matter.Session: {
		"J41|kind=call|session={name}|items=incident, notice list|attendance=alder/diplomat, birch/diplomat|form=full|window={20h}/{22h}|mode=remote|link=EXERCISE. Room 2",
		"J41|kind=lock|session={name}",
		"J42|kind=draft|session={name}|item=1|text=EXERCISE. Both agree.|corrections-by={120h}", "J42|kind=correction|session={name}|item=1|text=EXERCISE. Nearly.",
		"J42|kind=statement|session={name}|text=EXERCISE. We differ.", "J42|kind=adoption|session={name}|text=EXERCISE. So be it.", "J42|kind=dissent|session={name}|text=EXERCISE. One phrase.",
	},
	matter.Commitment: {
		"J43|kind=entry|number={name}|owner=alder|text-en=Checked.|text-ar=نعم|text-he=כן|recurrence=once|due={30h}",
		"J43|kind=entry|number={name}|owner=alder, birch|text-en=Answered.|text-ar=نعم|text-he=כן|recurrence=periodic|every=12 h|due={30h}",
		"J43|kind=entry|number={name}|owner=birch|text-en=Told.|text-ar=نعم|text-he=כן|recurrence=each-time|after=doc:other-1",
		"J43|kind=agreement|number={name}", "J43|kind=agreement|number={name}", "J43|kind=in-force|number={name}",
		"J43|kind=met|number={name}|evidence=Z5Ba08wt1SsfX2ptKBTeA5Zhiym0I4ua9SB662mTbm0", "J43|kind=met|number={name}",
		"J43|kind=contest|number={name}|note=EXERCISE. Not so.", "J43|kind=waiver|number={name}",
	},
	matter.Exchange: {
		"J44|kind=deposit|exchange={name}|commitment={commitment}|key={key}|deadline={24h}|open-rule=both-in",
		"J44|kind=deposit|exchange={name}|commitment={commitment}|key={key}|deadline={24h}|open-rule=both-in",
		"J44|kind=signal|exchange={name}", "J44|kind=contest|exchange={name}|identity={identity}",
		"exchange.open|exchange={name}|sealed={sealed}", "exchange.open|exchange={name}|sealed={sealed}", "exchange.open|exchange={name}|sealed={sealed}",
	},
	matter.PublicLine: {
		"J45|kind=proposal|line-en=It fell.|line-ar=سقطت|line-he=נפל|release-at={3h}|use-mark=OPEN", "J45|kind=proposal|line-en=It drifted.|line-ar=انجرفت|line-he=נסחף|release-at={5h}|use-mark=OPEN",
		"J45|kind=agreement", "J45|kind=agreement", "J45|kind=withdrawal",
	},
	matter.Project: {
		"J50|sector=water|parties=ALDER water board|goods=EXERCISE. One pump.|end-use=EXERCISE. Irrigation.|place=DMM 00 31.000N 017 58.500W ±50m|value-band=under-100k USD|benefits=EXERCISE. Water.",
		"J51|lists=EXERCISE-LIST 1|as-of={-1h}|list-hashes=7oMiraSvUxkQtNIfq6asFuoN-sNQFNoeM9crnXD5j4k|hits=0|disposition=no-hits|reviewer=cedar/gate",
		"J51|lists=EXERCISE-LIST 1|as-of={-1h}|list-hashes=7oMiraSvUxkQtNIfq6asFuoN-sNQFNoeM9crnXD5j4k|hits=1|disposition=held-name|reviewer=cedar/gate",
		"J52|kind=no-objection", "J52|kind=no-objection", "J52|kind=objection|reason=goods", "J52|kind=condition|reason=ownership|conditions=EXERCISE. All owners.|meet-by={70h}",
		"J52|kind=condition-met", "J52|kind=condition-confirmed", "J52|kind=extension", "J52|kind=referral", "J52|kind=approval", "J52|kind=refusal|reason=goods",
		"J53|step=grant|instrument=licence|number=EXERCISE 1|scope=EXERCISE. One pump.|valid={0h}/{800h}|revocable=yes", "J53|step=revoke|instrument=licence|number=EXERCISE 1|scope=EXERCISE. One pump.|effective={10h}",
	},
}

// typed reads a line of the repertoire as an officer types it now.
func (c *crowd) typed(line, name, positions, by string) (*format.Format, map[string]any) {
	c.t.Helper()
	id, rest, _ := strings.Cut(line, "|")
	f, _ := c.charter.Newest(id)
	var fields []string
	for field := range strings.SplitSeq(rest, "|") {
		for {
			before, after, ok := strings.Cut(field, "{")
			if !ok {
				break
			}
			word, after, _ := strings.Cut(after, "}")
			switch hours, err := time.ParseDuration(word); {
			case err == nil:
				word = format.WriteInstant(c.now.Add(hours))
			case word == "name":
				word = name
			case word == "positions":
				word = positions
			case f.Example[word] != "" && by == amal:
				word = f.Example[word]
			default:
				word = secrets[word]
			}
			field = before + word + after
		}
		if !strings.HasSuffix(field, "=") {
			fields = append(fields, field)
		}
	}
	values, err := f.Parse(c.charter.Setting("alder"), fields)
	if err != nil {
		c.t.Fatalf("%s: %v", line, err)
	}
	return f, values
}

var secrets = map[string]string{}
