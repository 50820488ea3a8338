package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// passphraseVariable names the environment variable with a key ring's passphrase.
const passphraseVariable = "PARLEY_PASSPHRASE"

// readPassphrase gets a key ring's passphrase: from file where one is named,
// else from the environment, else from the terminal. One newline at the end of
// the file is not part of it.
func readPassphrase(file string, stderr io.Writer) (string, error) {
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("read passphrase: %w", err)
		}
		passphrase := strings.TrimSuffix(strings.TrimSuffix(string(text), "\n"), "\r")
		if passphrase == "" {
			return "", fmt.Errorf("read passphrase: %s is empty", file)
		}
		return passphrase, nil
	}
	if passphrase := os.Getenv(passphraseVariable); passphrase != "" {
		return passphrase, nil
	}
	terminal := int(os.Stdin.Fd())
	if !term.IsTerminal(terminal) {
		return "", errors.New("read passphrase: there is no terminal to ask at; give -passphrase-file or set " + passphraseVariable)
	}
	fmt.Fprint(stderr, "passphrase of the key ring: ")
	typed, err := term.ReadPassword(terminal)
	fmt.Fprintln(stderr)
	if err != nil {
		return "", fmt.Errorf("read passphrase: %w", err)
	}
	return string(typed), nil
}
