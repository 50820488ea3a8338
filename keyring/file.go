package keyring

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// readFile reads a whole file of at most maxFile bytes.
func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxFile {
		return nil, fmt.Errorf("read %s: it has more than %d bytes, so it is not a key ring", path, maxFile)
	}
	return b, nil
}

// createFile writes a file that is not there yet. It is there whole, and
// durable, or not at all.
func createFile(path string, content []byte) error {
	return writeFile(path, content, func(temporary string) error {
		defer os.Remove(temporary)
		return os.Link(temporary, path) // refuses to replace
	})
}

// replaceFile replaces a file. After a crash the old content is there or the
// new one, and after a nil error the new one.
func replaceFile(path string, content []byte) error {
	return writeFile(path, content, func(temporary string) error {
		return os.Rename(temporary, path)
	})
}

// writeFile writes a temporary file beside path, readable by its owner alone,
// makes it durable, lets place give it its name, and makes that durable.
func writeFile(path string, content []byte, place func(temporary string) error) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, ".keyring-*") // with mode 0600
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = place(f.Name())
	}
	if err != nil {
		os.Remove(f.Name())
		return err
	}
	return syncFolder(folder)
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closed := d.Close(); err == nil {
		err = closed
	}
	return err
}
