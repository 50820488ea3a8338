// Command screens makes the pictures of docs/screens.md: it plays the demonstration with
// a built parley, opens each screen as an officer in a headless Chromium, in every
// language by day and by night, and lays the six pictures of a screen on one sheet.
//
// It fails where a page is refused or complains, so that what is shown is what works.
//
//	go run ./console/screens -o docs [-only NAME,NAME] [-size 1280x720] [-format png]
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/chromedp/cdproto/page"
)

func main() {
	folder := flag.String("o", "docs", "folder of screens.md, whose pictures go to its folder screens")
	only := flag.String("only", "", "names of screens, with commas; screens.md is left as it is")
	size := flag.String("size", "1280x720", "the window")
	format := flag.String("format", "webp", "of the pictures: webp, or png for viewers that know no other")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := pictures(ctx, *folder, *only, *size, *format); err != nil {
		fmt.Fprintln(os.Stderr, "screens:", err)
		os.Exit(1)
	}
}

// pictures makes all pictures, or those of some screens.
func pictures(ctx context.Context, folder, only, size, format string) error {
	chosen := theScreens
	if only != "" {
		chosen = nil
		for _, name := range strings.Split(only, ",") {
			found := false
			for _, s := range theScreens {
				if s.name == name {
					chosen, found = append(chosen, s), true
				}
			}
			if !found {
				return fmt.Errorf("there is no screen %q; see console/screens/list.go", name)
			}
		}
	}
	var width, height int
	if _, err := fmt.Sscanf(size, "%dx%d", &width, &height); err != nil || width < 640 || height < 400 || width > 4000 || height > 4000 {
		return fmt.Errorf("the size is %q; want one such as 1280x720", size)
	}
	if format != "webp" && format != "png" {
		return fmt.Errorf("the format is %q; want webp or png", format)
	}
	into := filepath.Join(folder, "screens")
	if err := os.MkdirAll(into, 0o755); err != nil {
		return err
	}
	invitations, end, err := playDemo(ctx)
	if err != nil {
		return err
	}
	defer end()
	b, err := openBrowser(ctx, width, height)
	if err != nil {
		return err
	}
	defer b.close()
	b.format = page.CaptureScreenshotFormat(format)
	for _, s := range chosen {
		invitation, err := invitations(ctx, s.as.part)
		if err != nil {
			return err
		}
		six, err := b.show(s, invitation)
		if err != nil {
			return fmt.Errorf("screen %s: %w", s.name, err)
		}
		sheet, err := b.sheet(six)
		if err != nil {
			return fmt.Errorf("sheet of %s: %w", s.name, err)
		}
		files := map[string][]byte{s.name: sheet}
		if s.alone {
			files[s.name+"-en"] = six[0]
		}
		for name, picture := range files {
			if err := os.WriteFile(filepath.Join(into, name+"."+format), picture, 0o644); err != nil {
				return err
			}
			fmt.Printf("%s.%s %d bytes\n", name, format, len(picture))
		}
	}
	if only != "" || format != "webp" {
		return nil
	}
	return os.WriteFile(filepath.Join(folder, "screens.md"), text(), 0o644)
}

// text is docs/screens.md.
func text() []byte {
	var b strings.Builder
	b.WriteString("# The console's screens\n\nAs `make screenshots` finds them after the exercise of `parley demo`: English, Arabic and Hebrew,\nby day and by night. The times are those of the day on which they were made.\n")
	for _, s := range theScreens {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n![%s](screens/%s.webp)\n", s.name, s.says, s.name, s.name)
	}
	return []byte(b.String())
}

var invited = regexp.MustCompile(`(?m)^  (http://\S+/enter\?ticket=\S+) +# ([A-Z]+)`)

// playDemo plays the exercise with a parley built here, and gives a fresh invitation to
// the console of a part's desk as often as it is asked.
func playDemo(ctx context.Context) (invitation func(ctx context.Context, part string) (string, error), end func(), err error) {
	folder, err := os.MkdirTemp("", "parley-screens-")
	if err != nil {
		return nil, nil, err
	}
	program := filepath.Join(folder, "parley")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/parley")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		os.RemoveAll(folder)
		return nil, nil, fmt.Errorf("build parley: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	demo := exec.CommandContext(ctx, program, "demo", "-keep", "-speed", "100", "-dir", filepath.Join(folder, "demo"))
	demo.Cancel = func() error { return demo.Process.Signal(os.Interrupt) }
	demo.WaitDelay = 20 * time.Second
	out, err := demo.StdoutPipe()
	if err == nil {
		err = demo.Start()
	}
	if err != nil {
		stop()
		os.RemoveAll(folder)
		return nil, nil, err
	}
	end = func() {
		stop()
		demo.Wait() //nolint:errcheck // it was interrupted
		os.RemoveAll(folder)
	}
	desks := map[string]string{}
	var said strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		said.WriteString(lines.Text() + "\n")
		if m := invited.FindStringSubmatch(lines.Text()); m != nil {
			desks[strings.ToLower(m[2])] = m[1]
		}
		if strings.HasPrefix(lines.Text(), "Interrupt (Ctrl-C)") {
			break
		}
	}
	if len(desks) != 3 {
		end()
		return nil, nil, errors.New("the demonstration gave no three addresses:\n" + said.String())
	}
	go io.Copy(io.Discard, out) //nolint:errcheck // it ends with the program
	return func(ctx context.Context, part string) (string, error) {
		address, err := exec.CommandContext(ctx, program, "console", "-desk", filepath.Join(folder, "demo", host(desks[part]), "desk")).Output()
		if err != nil {
			return "", fmt.Errorf("ask for an invitation to %s's console: %w", part, err)
		}
		for _, line := range strings.Fields(string(address)) {
			if strings.HasPrefix(line, "http://") {
				return line, nil
			}
		}
		return "", fmt.Errorf("parley console printed no address: %s", address)
	}, end, nil
}

// host is the party in an address http://PARTY.localhost:PORT/….
func host(address string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(address, "http://"), ".")
	return name
}
