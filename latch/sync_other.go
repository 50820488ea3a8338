//go:build !linux

package latch

import "os"

func syncData(file *os.File) error { return file.Sync() }
