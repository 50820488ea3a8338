package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
)

// Hold takes the file at path, a SQLite database that may be empty or not there
// yet, for this program alone. Whoever holds or has it open otherwise makes Hold
// fail within a second, which the error says. It is held until it is closed, or
// the program dies.
func Hold(path string) (io.Closer, error) {
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(500)&_pragma=locking_mode(EXCLUSIVE)")
	if err != nil {
		return nil, fmt.Errorf("hold %s: %w", path, err)
	}
	db.SetMaxOpenConns(1) // the lock is this connection's, and outlives its first transaction
	for _, do := range []string{"BEGIN EXCLUSIVE", "COMMIT"} {
		if _, err := db.ExecContext(context.Background(), do); err != nil {
			return nil, errors.Join(fmt.Errorf("hold %s (is another program running on this folder?): %w", path, err), db.Close())
		}
	}
	return db, nil
}
