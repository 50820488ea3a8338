package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"

	"parley/identity"
	"parley/mechanism"
	"parley/registrar"
)

const charterAmendUsage = `usage: parley charter amend -charter FILE -keys RING -party PARTY [-hub URL] [-passphrase-file FILE] NEXT

Amend sends NEXT, the next edition of the charter that every party has signed,
to the hub, in the name of PARTY's registrar. FILE is the edition that the desks
know; NEXT is in force from its own entry on.

Exit status: 0 it is in the ledger, 1 refused, 2 wrong arguments.
`

func charterAmend(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("charter amend", flag.ContinueOnError)
	current := flags.String("charter", "", "")
	keys := flags.String("keys", "", "")
	party := flags.String("party", "", "")
	url := flags.String("hub", "", "")
	passphraseFile := flags.String("passphrase-file", "", "")
	if status, ok := parseFlags(flags, charterAmendUsage, args, 1, stdout, stderr); !ok {
		return status
	}
	if *current == "" || *keys == "" || *party == "" {
		return misused(stderr, "charter amend needs -charter, -keys and -party", "`parley charter amend -h` shows how")
	}
	signed, err := readCharter(*current)
	if err != nil {
		return failed(stderr, err)
	}
	next, err := readCharter(flags.Arg(0))
	if err != nil {
		return failed(stderr, err)
	}
	ring, err := openRing(*keys, *passphraseFile, stderr)
	if err != nil {
		return failed(stderr, err)
	}
	author := identity.Author{Party: *party, Role: mechanism.Registrar, Officer: "root"}
	markCharter(signed.Charter, "en", stdout, stderr)
	root, err := ring.Of(signed.Exercise).Signer(author.String())
	if err != nil {
		return failed(stderr, err)
	}
	if *url == "" {
		*url = signed.Hub.URLs[0]
	}
	r, err := registrar.Open(ctx, signed.Charter, *url, *party, root, time.Now)
	if err != nil {
		return failed(stderr, err)
	}
	defer r.Close()
	index, err := r.Amend(ctx, next)
	if err != nil {
		return failed(stderr, err)
	}
	fmt.Fprintf(stdout, "edition %d of the charter of %s is entry %d, in force after it\n", next.Edition, next.Mechanism, index)
	return 0
}
