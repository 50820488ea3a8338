package main

// Officers of the demonstration, by the part that their party plays in it.
var (
	alder   = seat{"alder", "/watch/amal"}
	birch   = seat{"birch", "/watch/basil"}
	gate    = seat{"cedar", "/gate/chen"}
	analyst = seat{"alder", "/analyst/adel"}
	aviv    = seat{"alder", "/diplomat/aviv"}
	trader  = seat{"alder", "/commercial/adnan"}
)

// A seat is an officer at a desk.
type seat struct{ part, officer string }

// A screen is one page, as an officer finds it after the exercise.
type screen struct {
	name string
	as   seat
	path string
	// first is a link on that page whose page is meant; empty: the page itself.
	first string
	// then is added to the path.
	then string
	// typed is what is written into its form, by the name of the field.
	typed [][2]string
	alone bool   // its picture in English by day is also a file of its own
	says  string // what one sees, for docs/screens.md
}

// theScreens are all that docs/screens.md shows.
var theScreens = []screen{
	{name: "unlock", as: alder, says: "The way in: a desk's page is locked until an officer unlocks a key with its passphrase. It counts what waits, and tells nothing of it."},
	{name: "floor", as: alder, path: "/", alone: true, says: "The watch floor: what needs a hand and how long is left, what the others really received, what is near in time, who is on watch, which areas are open."},
	{name: "statements", as: alder, path: "/statements", says: "All statements that the officer may read, one a line."},
	{name: "intelligence", as: analyst, path: "/statements?area=intelligence", says: "The same list for an analyst, in the one area of intelligence: grades and marks, and nothing commercial."},
	{name: "statement", as: alder, path: "/statements?format=J10", first: "td a.entry", says: "One statement in the reader's language, its five steps at each addressee, and the four acts, which are four different things."},
	{name: "readback", as: alder, path: "/statements?format=J10", first: "td a.entry", then: "/readback", says: "Reading back: the original is hidden while one writes what one understood."},
	{name: "compose", as: birch, path: "/compose", says: "The catalogue of formats, by area."},
	{name: "write", as: birch, path: "/compose/J20", typed: [][2]string{{"field.where", "00 27.10 N 018 01.50 W"}, {"field.when", "2026-12-01T07:30Z"}}, says: "Writing: beneath each field stands every way in which a place can be read, on the map too, and a time in each party's zone."},
	{name: "accident", as: birch, path: "/accident", says: "An own accident, from F2 on any page: what must be known at once, and nothing else."},
	{name: "drafts", as: alder, path: "/drafts", says: "What is kept and not sent, what waits for a second officer, and what the hub refused."},
	{name: "gate", as: gate, path: "/gate", alone: true, says: "The supervisor's gate: what waits by time left, both sides' watches, and beside each text what the other side last said on it."},
	{name: "gate-item", as: gate, path: "/gate", first: "td a[href^='/gate/']", says: "One statement at the gate: released, held or returned with a reason, never edited; what a tear line keeps back is chosen by field and seen before."},
	{name: "areas", as: alder, path: "/areas", says: "The four areas, who paused what until when, and the safety floor, which nothing pauses."},
	{name: "roster", as: alder, path: "/roster", says: "Who is on watch at all three desks, and handing it over with every open item."},
	{name: "line", as: gate, path: "/line", says: "The line: its tests by machine and by person, and the ways to the hub."},
	{name: "cases", as: alder, path: "/matters/cases", says: "The register of cases, one of those of sessions, commitments, agreed lines, questions, exchanges, projects and consents."},
	{name: "commitments", as: aviv, path: "/matters/commitments", says: "Commitments, for a diplomat, who reads neither positions nor commercial papers."},
	{name: "projects", as: trader, path: "/matters/projects", says: "Projects, for the commercial liaison."},
	{name: "screening", as: trader, path: "/screening", says: "Screening a name against the lists that all sides hold: the machine proposes, a person decides and says why."},
	{name: "map", as: alder, path: "/map", says: "The map: notices and incidents with their uncertainty at one minute, on a coast without borders; its table says the same."},
	{name: "timeline", as: alder, path: "/timeline", says: "The timeline: what was said, acknowledged and passed on, and when."},
	{name: "search", as: alder, path: "/search?q=drone", says: "Search in the full text of what the officer may read, in three scripts."},
	{name: "record", as: alder, path: "/record", says: "The record: the tree, its checkpoints and witnesses; verify now, and take a copy out."},
	{name: "statistics", as: gate, path: "/statistics", says: "How long each party took, the supervisor too."},
}
