package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"mime/multipart"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"parley/screening"
)

const listsUsage = `usage: parley lists ls -desk DIR -as PARTY/ROLE/OFFICER [-lang en|ar|he] [-json]
       parley lists import -desk DIR -as PARTY/ROLE/OFFICER -kind KIND [-list NAME] [-version VERSION] [-published DAY] [-lang en|ar|he] [-json] FILE...

Ls shows the lists that the desk compares names with, each with its edition, the
hash of its files, and who imported it.

Import takes in one edition of a list from files as their publisher gives them; it
asks no network. The edition is in force from then on, the one before stays on the
desk, and all names that are kept are compared again: what was decided by an earlier
edition is to be decided anew. KIND is one of

  ofac-xml  OFAC: SDN.XML or CONSOLIDATED.XML; say which with -list
  ofac-csv  OFAC: SDN.CSV, with ALT.CSV and ADD.CSV; say the day with -published
  eu-xml    European Union: consolidated financial sanctions, XML, schema 1.1
  un-xml    United Nations: Security Council consolidated list, XML
  plain     a list of one's own: CSV with the heading id,kind,names,born,countries

-list, -version and -published (2026-11-24) say what a file does not say itself.
Compare the printed SHA-256 with one that came by another way: a file is not signed.

Exit status: 0 shown or in force, 1 refused, 2 the desk or a file could not be read.
`

func listsCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	verbs := []string{"ls", "import"}
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "--help"}, args[0]) {
		fmt.Fprint(stdout, listsUsage)
		return 0
	}
	if len(args) == 0 || !slices.Contains(verbs, args[0]) {
		return misused(stderr, "lists needs one of "+strings.Join(verbs, ", "), "`parley lists -h` shows how")
	}
	flags := flag.NewFlagSet("lists "+args[0], flag.ContinueOnError)
	as := flags.String("as", "", "")
	if args[0] == "ls" {
		return showPage(ctx, flags, listsUsage, args[1:], stdout, stderr, func() string {
			if *as == "" {
				return ""
			}
			return "/v1/lists?" + url.Values{"as": {*as}}.Encode() + "&"
		})
	}
	dir := deskFlag(flags)
	kind := flags.String("kind", "", "")
	list := flags.String("list", "", "")
	version := flags.String("version", "", "")
	published := flags.String("published", "", "")
	lang := flags.String("lang", "en", "")
	asJSON := flags.Bool("json", false, "")
	if code, done := parseArgs(flags, args[1:], listsUsage, stdout, stderr); done {
		return code
	}
	_, badDay := time.Parse(time.DateOnly, *published)
	switch {
	case *as == "":
		return misused(stderr, "lists import needs -as: an import is somebody's", "-as is such as cedar/gate/chen")
	case !slices.Contains(screening.Kinds(), *kind):
		return misused(stderr, fmt.Sprintf("-kind %q is not one of %s", *kind, strings.Join(screening.Kinds(), ", ")), "`parley lists -h` says what they are")
	case *published != "" && badDay != nil:
		return misused(stderr, fmt.Sprintf("-published %q is not a day", *published), "write it as 2026-11-24")
	case flags.NArg() == 0:
		return misused(stderr, "lists import needs the list's file", "`parley lists -h` shows how")
	}
	if code := spoken(*lang, stderr); code != 0 {
		return code
	}
	l, code := withDesk(*dir, stderr)
	if l == nil {
		return code
	}
	l.mark(*lang, stderr)
	q := url.Values{"as": {*as}, "lang": {*lang}, "kind": {*kind}, "list": {*list}, "version": {*version}, "published": {*published}}
	var raw json.RawMessage
	if err := l.upload(ctx, "/v1/lists?"+q.Encode(), flags.Args(), &raw); err != nil {
		return failedAt(stderr, err)
	}
	if !*asJSON {
		l.mark(*lang, stdout)
	}
	return printAnswer(raw, *asJSON, stdout, stderr)
}

// upload sends files, each as it is, and reads the desk's answer.
func (l *local) upload(ctx context.Context, path string, files []string, answer any) error {
	var opened []*os.File
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		opened = append(opened, f)
	}
	r, w := io.Pipe()
	defer r.Close() // ends the writer, whatever the desk has read
	form := multipart.NewWriter(w)
	go func() {
		var err error
		for _, f := range opened {
			part, failed := form.CreateFormFile("file", filepath.Base(f.Name()))
			if failed == nil {
				_, failed = io.Copy(part, f)
			}
			if err = failed; err != nil {
				break
			}
		}
		w.CloseWithError(errors.Join(err, form.Close()))
	}()
	return l.send(ctx, "POST", path, form.FormDataContentType(), r, answer)
}
