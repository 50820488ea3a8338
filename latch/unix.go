//go:build unix

package latch

import (
	"errors"
	"os"
	"strconv"
	"syscall"
)

// lock takes the file for this program, until it is closed or the program dies.
func lock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}

// placeOf names the file's place on its disk, which no copy has.
func placeOf(file *os.File) (string, error) {
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return noPlace, nil
	}
	return strconv.FormatUint(stat.Ino, 10), nil
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
