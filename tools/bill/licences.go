package main

// licences holds, for each module that a binary of parley may link, under what
// it may be used: an SPDX expression, read by a person from the texts that
// NOTICES repeats. Tools that guess it name the wrong one for half of these.
//
// A module that is not here stops the build: read its licence, then add it.
var licences = map[string]string{
	"filippo.io/age":                   "BSD-3-Clause",
	"filippo.io/edwards25519":          "BSD-3-Clause",
	"filippo.io/hpke":                  "BSD-3-Clause",
	"filippo.io/mldsa":                 "BSD-3-Clause",
	"filippo.io/torchwood":             "BSD-3-Clause",
	"github.com/arran4/golang-ical":    "Apache-2.0",
	"github.com/boombuler/barcode":     "MIT",
	"github.com/dustin/go-humanize":    "MIT",
	"github.com/go-text/typesetting":   "(Unlicense OR BSD-3-Clause) AND MIT", // harfbuzz
	"github.com/google/uuid":           "BSD-3-Clause",
	"github.com/mattn/go-isatty":       "MIT",
	"github.com/ncruces/go-strftime":   "MIT",
	"github.com/remyoudompheng/bigfft": "BSD-3-Clause",
	"golang.org/x/crypto":              "BSD-3-Clause",
	"golang.org/x/image":               "BSD-3-Clause",
	"golang.org/x/mod":                 "BSD-3-Clause",
	"golang.org/x/sync":                "BSD-3-Clause",
	"golang.org/x/sys":                 "BSD-3-Clause",
	"golang.org/x/term":                "BSD-3-Clause",
	"golang.org/x/text":                "BSD-3-Clause",
	"golang.org/x/time":                "BSD-3-Clause",
	"modernc.org/libc":                 "BSD-3-Clause AND MIT", // musl
	"modernc.org/mathutil":             "BSD-3-Clause",
	"modernc.org/memory":               "BSD-3-Clause",
	"modernc.org/sqlite":               "BSD-3-Clause AND blessing", // SQLite
	"std":                              "BSD-3-Clause",
}

// packageLicences are those under which a package of npm may be in the binary.
var packageLicences = []string{"OFL-1.1", "BSD-2-Clause", "ISC", "MIT"}

// A table is data that the binary holds and no module or package brings.
type table struct{ name, version, file, licence, note string }

var tables = []table{
	{"iana-time-zones", "2025c", "zone/zoneinfo.zip", "LicenseRef-public-domain",
		"IANA time zone database, as Go ships it. In the public domain (RFC 6557, section 7)."},
	{"egm96", "1998", "geo/egm96.bin", "LicenseRef-public-domain",
		"Geoid EGM96 (NASA/TP-1998-206861), every 15', a work of the government of the United States in the public domain."},
}
