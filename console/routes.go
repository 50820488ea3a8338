package console

import (
	"net/http"
	"strings"
)

// A screen is one route: a page, or what a form does.
type screen struct {
	pattern string
	nav     string // its place in the navigation, a sentence "console.nav.NAV"; empty: none
	key     string // after g, which goes there
	serve   func(*visit) error
}

// routes are all screens behind the lock. A page is found in the navigation in this order.
func (k *Console) routes() []screen {
	return []screen{
		{"GET /{$}", "floor", "w", k.floor},
		{"GET /gate", "gate", "g", k.atGate(k.gate)},
		{"GET /gate/{ref}", "", "", k.atGate(k.gateItem)},
		{"POST /gate/{ref}/{verb}", "", "", k.atGate(k.gateAct)},
		{"POST /gate/{ref}/preview", "", "", k.atGate(k.gatePreview)},
		{"GET /areas", "areas", "a", k.areas},
		{"POST /areas", "", "", k.switchAreas},
		{"GET /roster", "roster", "o", k.roster},
		{"POST /roster/duty", "", "", k.announceDuty},
		{"POST /roster/handover", "", "", k.handOver},
		{"POST /roster/relief", "", "", k.relieve},
		{"GET /line", "line", "n", k.line},
		{"POST /line/test", "", "", k.testLine},
		{"POST /line/answer", "", "", k.answerLine},
		{"GET /matters", "matters", "r", k.matters},
		{"GET /matters/{register}", "", "", k.matters},
		{"GET /matters/{register}/{ref}", "", "", k.matters},
		{"GET /calendar.ics", "", "", k.calendarFile},
		{"GET /statements", "statements", "s", k.statements},
		{"GET /s/{ref}", "", "", k.statement},
		{"GET /s/{ref}/forward", "", "", k.forwardPage},
		{"POST /s/{ref}/forward", "", "", k.forward},
		{"GET /exchange", "", "", k.exchangePage},
		{"POST /exchange", "", "", k.exchangeAct},
		{"GET /exchange/{ref}", "", "", k.exchangePage},
		{"POST /exchange/{ref}", "", "", k.exchangeAct},
		{"GET /screening", "", "", k.screening},
		{"POST /screening", "", "", k.screened},
		{"GET /s/{ref}/{verb}", "", "", k.actPage},
		{"POST /s/{ref}/{verb}", "", "", k.act},
		{"GET /compose", "compose", "c", k.composeChoice},
		{"GET /compose/reading", "", "", k.composeReading},
		{"GET /compose/{format}", "", "", k.composeForm},
		{"POST /compose/{format}", "", "", k.composed},
		{"GET /drafts", "drafts", "e", k.drafts},
		{"POST /drafts/{n}/drop", "", "", k.dropDraft},
		{"GET /second/{ref}", "", "", k.secondPage},
		{"POST /second/{ref}", "", "", k.secondDone},
		{"GET /accident", "", "", k.accident},
		{"POST /accident", "", "", k.accidentDone},
		{"GET /map", "map", "m", k.mapPage},
		{"GET /map.geojson", "", "", k.mapData},
		{"GET /timeline", "timeline", "t", k.timelinePage},
		{"GET /search", "", "", k.search},
		{"GET /record", "record", "v", k.record},
		{"GET /record/go", "", "", k.recordGo},
		{"GET /record/file", "", "", k.recordFile},
		{"GET /record/bundle", "", "", k.recordBundle},
		{"GET /record/evidence/{name}", "", "", k.recordEvidence},
		{"GET /record/{index}", "", "", k.recordEntry},
		{"GET /record/proof/{index}", "", "", k.recordReceipt},
		{"POST /record/verify", "", "", k.recordVerify},
		{"POST /record/compare", "", "", k.recordCompare},
		{"GET /statistics", "statistics", "f", k.statistics},
		{"GET /statistics.csv", "", "", k.statisticsCSV},
		{"GET /statistics.json", "", "", k.statisticsJSON},
	}
}

// handler serves everything.
func (k *Console) handler() http.Handler {
	mux := http.NewServeMux()
	k.screen = k.routes()
	for _, s := range k.screen {
		mux.HandleFunc(s.pattern, k.behindLock(s))
	}
	own(mux)
	others(mux)
	mux.HandleFunc("GET /live", k.live)
	mux.HandleFunc("GET /enter", k.enter)
	mux.HandleFunc("POST /invitations", k.invitation)
	mux.HandleFunc("GET /unlock", k.unlockPage)
	mux.HandleFunc("POST /unlock", k.unlock)
	mux.HandleFunc("POST /lock", k.lock)
	mux.HandleFunc("POST /settings", k.settings)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		k.behindLock(screen{serve: func(*visit) error { return notFound(r.URL.Path) }})(w, r)
	})
	return k.guard.wrap(mux)
}

// nav gives the navigation of a page. The gate is in that of who keeps it.
func (v *visit) nav() []navigation {
	var all []navigation
	for _, s := range v.console.screen {
		if s.nav == "" || s.nav == "gate" && !v.keepsGate() {
			continue
		}
		_, path, _ := strings.Cut(s.pattern, " ")
		path = strings.TrimSuffix(path, "{$}")
		all = append(all, navigation{s.nav, path, s.key, path == v.r.URL.Path})
	}
	return all
}

// A navigation is one line of it.
type navigation struct {
	Name, Path, Key string
	Here            bool
}
