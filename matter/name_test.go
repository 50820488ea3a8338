package matter

import (
	"strings"
	"testing"

	"parley/rule"
)

func TestCheckName(t *testing.T) {
	for name, good := range map[string]bool{
		"doc:session-1": true, "doc:Session 1 (pumps)": true, "doc:جلسة-1": true, "doc:جلسة ١": true, "doc:ישיבה 1": true, "statement:019390c5-7c00-7000-8000-000000000003": true,
		"doc:sessi\u043en-1": false, "doc:s\u00e9ssion-1": false, "doc:se\u0301ssion": false, "doc:session  1": false, "doc:session\u00a01": false, "doc:session-1 ": false, "doc:session\u200e-1": false,
		"doc:session-\u0661\u06f1": false, "doc:\uff53ession": false, "doc:جلـسة": false, "doc:جلسة1l": false, "doc:گ": false, "doc:ישיבהl": false, "doc:session\x7f": false, "doc:a\nb": false, "doc:\xff": false,
	} {
		err := CheckName(name)
		if refusal, ok := err.(*rule.Refusal); (err == nil) != good || err != nil && (!ok || refusal.Rule != BadName || strings.Contains(refusal.Sentence, "\n")) { //nolint:errorlint // the rules wrap nothing
			t.Errorf("%q: %v", name, err)
		}
	}
}
