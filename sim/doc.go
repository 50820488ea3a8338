// Package sim runs a whole mechanism in simulated time: the real hub, the three
// parties' real desks, their SQLite journals, read models and outboxes, and TLS
// between them. Only clock, network and crashes are simulated. It is all tests;
// this file is its contract.
//
// A world lives in a bubble of testing/synctest, where an hour without work takes
// no time. Its seed chooses what officers do, what the network does to them, when
// a node dies and by how much a clock is wrong, and is all that a failure needs
// to be told: go test ./sim -run TestSim -seed=N. What goroutines do at the same
// instant is for Go's scheduler to order, so a rare failure may need the seed
// more than once; -trace prints what was done.
//
//	world      the parts, their keys and folders; step
//	node       what runs on one machine: start, stop, crash
//	network    connections that are delayed, cut or silent
//	faults     what goes wrong, and heal
//	officers   who says and does what; plan is where further clocks and people go
//	typed      what they type
//	auditor    the ledger as the hub's journal has it, folded a second time
//	safety     what always holds
//	liveness   what must have happened once everything is well
package sim
