package main

import (
	"io"

	"parley/desk"
)

// readPaper reads what was keyed in from a form.
func readPaper(string, *desk.SendRequest, io.Writer) int { return 2 }
