package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"parley/charter"
	"parley/ledger"
	"parley/proof"
	"parley/words"
)

// A checking is one run of verify.
type checking struct {
	path     string
	record   string // that a receipt is held to; empty for none
	trusted  *charter.Charter
	progress *progress
	receipt  bool // path is one, by itself
}

// run finds out what is at path and verifies it.
func (c *checking) run(ctx context.Context) (proof.Result, error) {
	beginning, err := beginningOf(c.path)
	if err != nil {
		return proof.Result{}, err
	}
	if !ledger.IsReceipt(beginning) {
		if c.record != "" {
			return proof.Result{}, fmt.Errorf("read %s: it is no receipt, and -record is what a receipt is held to", c.path)
		}
		return c.verify(ctx, c.path)
	}
	receipt, err := readBounded(c.path, 1<<17)
	if err != nil {
		return proof.Result{}, err
	}
	if c.record == "" {
		c.receipt = true
		return proof.VerifyReceipt(receipt, c.trusted)
	}
	result, err := c.verify(ctx, c.record)
	if err == nil {
		err = result.CheckReceipt(receipt)
	}
	return result, err
}

// beginningOf reads what tells one kind of file from another; nothing of a folder.
func beginningOf(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil || info.IsDir() {
		return nil, err
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	beginning := make([]byte, 100)
	n, err := io.ReadFull(file, beginning)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return beginning[:n], nil
}

// verify verifies a record, a bundle or a data folder.
func (c *checking) verify(ctx context.Context, path string) (proof.Result, error) {
	info, err := os.Stat(path)
	if err != nil {
		return proof.Result{}, err
	}
	if info.IsDir() {
		f, err := openFolder(path)
		if err != nil {
			return proof.Result{}, err
		}
		defer f.Close()
		c.progress.of(ctx, f)
		return proof.VerifyBlocks(ctx, f.ledger, f.hub, c.progress.watch(f.Read(ctx, f.ledger, 0)), c.trusted)
	}
	file, err := os.Open(path)
	if err != nil {
		return proof.Result{}, err
	}
	defer file.Close()
	in := bufio.NewReader(c.progress.read(file, info.Size()))
	beginning, err := in.Peek(100)
	if err != nil && !errors.Is(err, io.EOF) {
		return proof.Result{}, fmt.Errorf("read %s: %w", path, err)
	}
	switch {
	case proof.IsRecord(beginning):
		origin, blocks, err := proof.OpenRecord(in)
		if err != nil {
			return proof.Result{}, err
		}
		return proof.VerifyBlocks(ctx, origin, false, c.progress.watch(blocks), c.trusted)
	case proof.IsBundle(beginning):
		text, err := io.ReadAll(io.LimitReader(in, proof.MaxBundle+1))
		if err != nil {
			return proof.Result{}, fmt.Errorf("read %s: %w", path, err)
		}
		return proof.VerifyBundle(ctx, text, c.trusted)
	}
	return proof.Result{}, fmt.Errorf("read %s: it is neither a record nor a bundle as `parley export` writes them, nor a receipt", path)
}

// report writes the page about what was checked.
func (c *checking) report(file, lang string, result *proof.Result, refuted *proof.Refuted, stdout io.Writer) error {
	about := proof.Checked{Name: filepath.Base(filepath.Clean(c.path)), Receipt: c.receipt, Program: program(), At: time.Now(), Refuted: refuted}
	info, err := os.Stat(c.path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		if about.SHA256, about.Bytes, err = sumOf(c.path); err != nil {
			return err
		}
	}
	page := result.Report(lang, about)
	if !strings.EqualFold(filepath.Ext(file), ".pdf") {
		text := page.Text()
		if file != "-" && page.Exercise {
			banner := words.ExerciseBanner(lang) + "\n"
			text = banner + text + banner
		}
		return writeOut(file, []byte(text), stdout)
	}
	printed, err := printReport(page)
	if err != nil {
		return err
	}
	return writeOut(file, printed, stdout)
}

func sumOf(path string) (sum string, size int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	hash := sha256.New()
	if size, err = io.Copy(hash, file); err != nil {
		return "", 0, fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), size, nil
}

// program names this program and what it was built from.
func program() string {
	built := commit
	if info, ok := debug.ReadBuildInfo(); ok && built == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				built = s.Value
			}
		}
	}
	if built == "" {
		return "parley"
	}
	return "parley " + built[:min(len(built), 12)]
}
