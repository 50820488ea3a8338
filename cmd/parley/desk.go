package main

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"filippo.io/mldsa"

	"parley/charter"
	"parley/console"
	"parley/desk"
	"parley/identity"
	"parley/keyring"
	"parley/ledger"
)

const deskUsage = `usage: parley desk -dir DIR -charter FILE -keys RING -as PARTY/desk/NAME [-people DIR] [-agent SOCKET] [-listen ADDRESS] [-fsck HH:MM] [-passphrase-file FILE] [-witness-mark FILE] [-public ADDRESS] [-console ADDRESS]

Desk runs a party's desk: it follows the ledger and verifies all of it into a
replica under DIR, signs with the officers' keys in the ring, sends what they
say until the hub gives a receipt, and cosigns checkpoints with the witness keys
in the ring, PARTY/witness and PARTY/witness-mldsa. What it has cosigned it also
writes to FILE, RING.MECHANISM.cosigned if left out: from it an old copy of DIR is
found out, so do not restore it with DIR; - writes none. Officers whose keys are not in the ring sign through the ssh-agent
at SOCKET, if it holds a key that the ledger endorses for them. Officers whose keys
are in rings of their own in the folder -people, RING.d if it is there and this is
left out, sign only while they have them unlocked at the console, each with the passphrase
of his own ring; keys in RING sign as long as the desk runs. It serves its own API on a loopback ADDRESS (127.0.0.1:0), to
whoever may read DIR/api.json. It needs no hub to start. Once a day, at HH:MM UTC
(03:00; off: never), it checks all that it has stored, as 'parley fsck' does.

With -public it serves checkpoint and tiles of its replica to stock tools
(c2sp.org/tlog-tiles), over HTTP and without tokens: whoever reaches ADDRESS learns
how many entries there are and when each was ordered.

With -console it serves its officers' pages to a browser on this machine, at a loopback
ADDRESS such as 127.0.0.1:0; 'parley console' prints how to open them.

Exit status: 0 it was asked to stop, 1 it could not run, 2 wrong arguments.
`

func deskCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	told, code, done := readDaemon("desk", deskUsage, "127.0.0.1:0", "israel/desk/one", args, stdout, stderr)
	if done {
		return code
	}
	log := slog.New(slog.NewTextHandler(stderr, nil))
	config, err := deskConfig(told.charter, told.ring, told.author, log)
	if err != nil {
		return failed(stderr, err)
	}
	config.Dir, config.Listen = told.dir, told.listen
	config.Nightly, config.At = told.at >= 0, told.at
	switch told.mark {
	case "":
		config.WitnessMark = told.keys + "." + told.charter.Mechanism + ".cosigned"
	case "-":
	default:
		config.WitnessMark = told.mark
	}
	people, err := peopleOf(told)
	if err != nil {
		return failed(stderr, err)
	}
	agents := &agentKeys{ctx: ctx, ring: told.ring.Of(told.charter.Exercise), people: people}
	config.Signer = agents.signer
	d, err := desk.Open(ctx, config)
	if err != nil {
		return failed(stderr, err)
	}
	var agent *keyring.AgentSource
	if told.agent != "" {
		agent = keyring.Agent(told.agent)
	}
	agents.use(agent, d.Work())
	markCharter(told.charter.Charter, "en", stdout)
	fmt.Fprintf(stdout, "desk of %s on %s\n", told.author.Party, d.URL())
	if told.public != "" {
		stop, err := servePublic(told.public, d.Public(), stdout, log)
		if err != nil {
			return failed(stderr, errors.Join(err, d.Close()))
		}
		defer stop()
	}
	var pages *console.Console
	if told.console != "" {
		if pages, err = openConsole(d, told.console, told.dir, people, 0, log); err != nil {
			return failed(stderr, errors.Join(err, d.Close()))
		}
		fmt.Fprintf(stdout, "console on %s; 'parley console -desk %s' opens it\n", pages.URL(), told.dir)
	}
	endExercise(stdout)
	<-ctx.Done()
	if pages != nil {
		if err := pages.Close(); err != nil {
			log.Error("console not closed", "error", err)
		}
	}
	if err := d.Close(); err != nil {
		return failed(stderr, err)
	}
	return 0
}

// peopleSuffix ends the name of the folder of personal key rings, which begins as the
// main ring's.
const peopleSuffix = ".d"

// peopleOf gives the officers of a desk who can be unlocked.
func peopleOf(told daemonArgs) (*keyring.People, error) {
	folder := told.people
	if folder == "" {
		if _, err := os.Stat(told.keys + peopleSuffix); err == nil {
			folder = told.keys + peopleSuffix
		}
	}
	return peopleIn(folder, told.ring, told.charter.Charter, told.author.Party)
}

// peopleIn gives the officers of a party, from a folder of personal rings and its main one.
func peopleIn(folder string, ring *keyring.Ring, c *charter.Charter, party string) (*keyring.People, error) {
	return keyring.NewPeople(folder, ring.Of(c.Exercise), func(officer identity.Author) bool {
		role, ok := c.Role(officer.Role)
		return ok && !role.Machine && officer.Party == party
	}, time.Now)
}

// deskConfig takes a desk's keys from the ring.
func deskConfig(signed *charter.Signed, whole *keyring.Ring, author identity.Author, log *slog.Logger) (desk.Config, error) {
	ring := whole.Of(signed.Exercise)
	c := desk.Config{Charter: signed, Author: author, Signer: ring.Signer, Clock: time.Now, Rand: rand.Reader, Log: log}
	var err error
	if c.Witness, err = witnessOf(ring, author.Party); err != nil {
		return c, err
	}
	c.NextWitness, err = witnessWith(ring, author.Party, keyring.NextSuffix)
	return c, err
}

// A witnessRing gives a party's witness keys: a ring, or one of its marked halves.
type witnessRing interface {
	Names() []string
	Private(name string) (ed25519.PrivateKey, error)
	PrivateMLDSA(name string) (*mldsa.PrivateKey, error)
}

// witnessOf makes the party's cosigner from the witness keys in the ring; nil
// where there are none.
func witnessOf(ring witnessRing, party string) (*ledger.Cosigner, error) {
	return witnessWith(ring, party, "")
}

// witnessWith is witnessOf for the keys whose names end in suffix.
func witnessWith(ring witnessRing, party, suffix string) (*ledger.Cosigner, error) {
	var keys []crypto.Signer
	names := ring.Names()
	if name := witnessName(party) + suffix; slices.Contains(names, name) {
		key, err := ring.Private(name)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if name := witnessNameMLDSA(party) + suffix; slices.Contains(names, name) {
		key, err := ring.PrivateMLDSA(name)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	return ledger.NewCosigner(party, keys...)
}

// witnessName and witnessNameMLDSA name a party's witness keys in its ring.
func witnessName(party string) string      { return party + "/witness" }
func witnessNameMLDSA(party string) string { return party + "/witness-mldsa" }
