package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"parley/console"
	"parley/desk"
	"parley/keyring"
)

const consoleUsage = `usage: parley console -desk DIR

Console prints an address that opens the pages of a running desk in a browser on this
machine. It works once, within a minute; the browser is then asked who you are and for
the passphrase of your key. Start the desk with -console to have it.

Exit status: 0 printed, 1 refused, 2 the desk serves no console, or wrong arguments.
`

func consoleCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("console", flag.ContinueOnError)
	dir := deskFlag(flags)
	if code, done := parseArgs(flags, args, consoleUsage, stdout, stderr); done {
		return code
	}
	if *dir == "" || flags.NArg() > 0 {
		return misused(stderr, "console needs -desk and nothing else", "`parley console -h` shows how")
	}
	text, err := os.ReadFile(filepath.Join(*dir, console.AccessFile))
	var access console.Access
	if err == nil {
		err = json.Unmarshal(text, &access)
	}
	if err != nil {
		fmt.Fprintf(stderr, "parley: no console runs in %s: %s\nparley: hint: start the desk with -console 127.0.0.1:0\n", *dir, err)
		return 2
	}
	url, err := invitation(ctx, access)
	if err != nil {
		fmt.Fprintf(stderr, "parley: ask the console: %s\nparley: hint: is the desk still running?\n", err)
		return 2
	}
	markExercise(access.Exercise, "en", stdout)
	fmt.Fprintln(stdout, url)
	endExercise(stdout)
	return 0
}

// invitation asks a running console for one.
func invitation(ctx context.Context, access console.Access) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, "POST", access.URL+"/invitations", bytes.NewReader(nil))
	if err != nil {
		return "", err
	}
	// Browsers know that names under localhost are this machine (RFC 6761, section 6.3);
	// not every resolver does.
	request.Host = request.URL.Host
	request.URL.Host = net.JoinHostPort("localhost", request.URL.Port())
	request.Header.Set("Authorization", "Bearer "+access.Token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var got struct{ URL string }
	if answer.StatusCode != http.StatusOK {
		return "", errors.New(answer.Status)
	}
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&got)
	return got.URL, err
}

// openConsole serves the pages of a desk to its officers.
func openConsole(d *desk.Desk, listen, dir string, people *keyring.People, invited time.Duration, log *slog.Logger) (*console.Console, error) {
	return console.Open(console.Config{Desk: d, Listen: listen, Dir: dir, Officers: people.Officers, Unlock: people.Unlock, Invited: invited, Clock: time.Now, Log: log})
}
