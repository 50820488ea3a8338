package desk

import "net/http"

// register adds every route. How each keeps areas apart is a row of the test that walks
// them all.
func (d *Desk) register(mux *routes) {
	d.watchRoutes(mux)
	d.projectRoutes(mux)
	d.exchangeRoutes(mux)
	d.caseRoutes(mux)
	d.screenRoutes(mux)
	mux.Handle("GET /v1/consents", endpoint(func(r *http.Request) (any, error) {
		lang, as, err := askedBy(r, false)
		if err != nil {
			return nil, err
		}
		return d.Consents(r.Context(), lang, as)
	}))
	mux.Handle("POST /v1/forward", endpoint(d.apiForward))
	mux.Handle("GET /v1/denials", endpoint(func(r *http.Request) (any, error) {
		_, as, err := askedBy(r, false)
		if err != nil {
			return nil, err
		}
		return d.Denials(r.Context(), as, maxList)
	}))
	mux.Handle("POST /v1/send", endpoint(d.apiSend))
	mux.Handle("POST /v1/accident", endpoint(d.apiAccident))
	mux.Handle("POST /v1/acts", endpoint(d.apiAct))
	mux.Handle("POST /v1/second", endpoint(d.apiSecond))
	mux.Handle("POST /v1/second/decline", endpoint(d.apiDecline))
	mux.Handle("GET /v1/statements", endpoint(d.apiList))
	mux.Handle("GET /v1/statements/{id}", endpoint(d.apiShow))
	mux.Handle("GET /v1/search", endpoint(d.apiSearch))
	mux.Handle("GET /v1/charter", endpoint(d.apiCharter))
	mux.Handle("GET /v1/sources/{id}", endpoint(d.apiSource))
	mux.Handle("GET /v1/drafts", endpoint(d.apiDrafts))
	mux.Handle("DELETE /v1/drafts/{number}", endpoint(d.apiDrop))
	mux.Handle("POST /v1/carry/out", endpoint(d.apiCarryOut))
	mux.Handle("POST /v1/carry/in", endpoint(d.apiCarryIn))
	mux.Handle("GET /v1/serials", endpoint(d.apiSerials))
	mux.Handle("GET /v1/status", endpoint(func(r *http.Request) (any, error) { return d.Status(r.Context()) }))
	mux.Handle("GET /v1/stats", endpoint(d.apiStats))
	mux.Handle("GET /v1/digest", endpoint(d.apiDigest))
	d.checkpointRoutes(mux)
	mux.Handle("GET /v1/calendar", endpoint(d.apiCalendar))
	mux.Handle("GET /v1/calendar.ics", http.HandlerFunc(d.calendarFile))
	mux.Handle("POST /v1/tokens", endpoint(d.apiToken))
}
