package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"parley/charter"
	"parley/keyring"
)

const charterSignUsage = `usage: parley charter sign -keys RING -party PARTY [flags] FILE

Sign adds a party's signature, by its root key, to a charter. It signs only a
charter that makes sense and names that key. Read it first: parley charter show.

  -keys RING             key ring with the root key
  -party PARTY           party to sign for
  -key NAME              name of the key in the ring; PARTY/registrar/root if left out
  -passphrase-file FILE  passphrase of the ring; else PARLEY_PASSPHRASE, else it is asked

Exit status: 0 signed, 1 refused, 2 it could not be signed.
`

func charterSign(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("charter sign", flag.ContinueOnError)
	var (
		keys       = flags.String("keys", "", "")
		party      = flags.String("party", "", "")
		keyName    = flags.String("key", "", "")
		passphrase = flags.String("passphrase-file", "", "")
	)
	if status, ok := parseFlags(flags, charterSignUsage, args, 1, stdout, stderr); !ok {
		return status
	}
	switch {
	case *keys == "":
		return misused(stderr, "charter sign: no key ring is named", "-keys RING; 'parley key new' makes one")
	case *party == "":
		return misused(stderr, "charter sign: no party is named", "-party PARTY; the charter lists them: parley charter show "+flags.Arg(0))
	}
	if *keyName == "" {
		*keyName = *party + "/registrar/root"
	}
	name := flags.Arg(0)
	text, err := readCharterFile(name)
	if err != nil {
		report(stderr, err.Error(), "")
		return 2
	}
	c, err := charter.Parse(first(charter.Split(text)))
	if err != nil {
		report(stderr, err.Error(), "")
		return 1
	}
	markCharter(c, "en", stdout, stderr)
	if err := c.Check(); err != nil {
		report(stderr, err.Error(), "")
		return 1
	}
	secret, err := readPassphrase(*passphrase, stderr)
	if err != nil {
		report(stderr, err.Error(), "")
		return 2
	}
	ring, err := keyring.Open(*keys, secret)
	if err != nil {
		report(stderr, err.Error(), "")
		return 2
	}
	if !slices.Contains(ring.Names(), *keyName) {
		report(stderr, fmt.Sprintf("key ring %s holds no key %s", *keys, *keyName), "it holds "+strings.Join(ring.Names(), ", ")+"; choose one with -key")
		return 1
	}
	if ring.Exercise(*keyName) != c.Exercise {
		report(stderr, fmt.Sprintf("key %s says exercise %t and the charter says exercise %t; the two never mix", *keyName, ring.Exercise(*keyName), c.Exercise), "make a key of the right kind with 'parley key new'")
		return 1
	}
	key, err := ring.Signer(*keyName)
	if err != nil {
		report(stderr, err.Error(), "")
		return 2
	}
	signed, err := charter.Sign(ctx, text, *party, key)
	if err != nil {
		report(stderr, err.Error(), charterHint(name, err))
		return 1
	}
	if err := replaceFile(name, signed); err != nil {
		report(stderr, "write charter: "+err.Error(), "")
		return 2
	}
	by, err := charter.SignedBy(signed)
	if err != nil {
		report(stderr, err.Error(), "")
		return 1
	}
	fmt.Fprintf(stdout, "charter of %s, edition %d, hash %s\n%s", c.Mechanism, c.Edition, charter.EncodeHash(c.Hash()), signatures(c, by, "en"))
	return 0
}

// replaceFile writes text in the place of a file: either the old file is there
// or the new one, whole, whatever happens in between.
func replaceFile(name string, text []byte) error {
	mode := os.FileMode(0o644)
	if info, err := os.Stat(name); err == nil {
		mode = info.Mode().Perm()
	}
	file, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // gone already where all went well
	if _, err = file.Write(text); err == nil {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Rename(file.Name(), name); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(name))
}

func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
