package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"parley/desk"
	"parley/format"
	"parley/matter"
)

// lines are what people say in matters, by format; in braces stand a time from now on
// and the matter's name. The first of a format that can open a matter opens one.
var lines = map[string][]string{
	"J21": {"kind=holding|position=EXERCISE. We look into it.", "kind=position|cause=weather|agreed-facts=what, where, when|position=EXERCISE. It was the wind."},
	"J41": {"kind=call|session={name}|items=water, flights|attendance=alder/diplomat, birch/diplomat|form=full|window={20h}/{22h}|mode=remote|link=EXERCISE. Room 2", "kind=lock|session={name}", "kind=lock|session={name}"},
	"J42": {"kind=draft|session={name}|item=1|text=EXERCISE. Both agree.|corrections-by={120h}", "kind=adoption|session={name}|text=EXERCISE. So be it.", "kind=statement|session={name}|text=EXERCISE. We differ."},
	"J43": {"kind=entry|number={name}|owner=alder|text-en=EXERCISE. Checked.|text-ar=تمرين. نعم|text-he=תרגיל. כן|recurrence=once|due={26h}", "kind=agreement|number={name}", "kind=agreement|number={name}", "kind=met|number={name}", "kind=waiver|number={name}"},
	"J45": {"kind=proposal|line-en=EXERCISE. It fell.|line-ar=تمرين. سقطت|line-he=תרגיל. נפל|release-at={5h}|use-mark=OPEN", "kind=agreement", "kind=agreement", "kind=withdrawal"},
	"J50": {"sector=water|parties=EXERCISE. ALDER water board|goods=EXERCISE. One pump.|end-use=EXERCISE. Irrigation.|place=DMM 00 31.000N 017 58.500W ±50m|value-band=under-100k USD|benefits=EXERCISE. Water."},
	"J51": {"", "lists=EXERCISE-LIST 1|as-of={-1h}|list-hashes=7oMiraSvUxkQtNIfq6asFuoN-sNQFNoeM9crnXD5j4k|hits=0|disposition=no-hits|reviewer=cedar/gate"},
	"J52": {"kind=no-objection", "kind=no-objection", "kind=objection|reason=goods", "kind=extension", "kind=condition|reason=ownership|conditions=EXERCISE. All owners.|meet-by={50h}", "kind=approval"},
	"J53": {"step=grant|instrument=licence|number=EXERCISE 1|scope=EXERCISE. One pump.|valid={0h}/{90h}|revocable=yes"},
}

// inMatter has a message of a matter mostly be about one that the desk knows, and
// say what can be said there.
func (w *world) inMatter(n *node, f *format.Format, q *desk.Saying) {
	said := lines[f.ID]
	if len(said) == 0 {
		return
	}
	known, err := n.desk.Work().Matters(context.Background(), matter.Kind(f.Matter), true)
	if err != nil {
		return // the desk is closing
	}
	known = known[max(0, len(known)-4):]
	name, line := fmt.Sprintf("doc:%s-%d", f.Matter, w.chance.IntN(10_000)), said[0]
	if opens := slices.Contains([]string{"J41", "J43", "J45", "J50"}, f.ID); opens && (len(known) == 0 || w.chance.IntN(len(said)+1) == 0) || f.ID == "J50" {
		q.About = ""
	} else if len(known) > 0 {
		m := known[w.chance.IntN(len(known))]
		q.About, line = m.ID, said[w.chance.IntN(len(said))]
		if r, ok := n.desk.Work().RecordAt(m.Moves[len(m.Moves)-1]); ok && w.chance.IntN(3) == 0 {
			q.About = r.Claims.ID
		}
		if m.State.Name() != "" {
			name = m.State.Name()
		}
	}
	if line == "" {
		return // the example
	}
	q.Fields = nil
	for field := range strings.SplitSeq(line, "|") {
		for {
			before, rest, ok := strings.Cut(field, "{")
			if !ok {
				break
			}
			word, after, _ := strings.Cut(rest, "}")
			if hours, err := time.ParseDuration(word); err == nil {
				word = format.WriteInstant(n.now().Add(hours))
			} else {
				word = name
			}
			field = before + word + after
		}
		q.Fields = append(q.Fields, field)
	}
}
