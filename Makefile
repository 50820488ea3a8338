# Every target works from a clean clone: it fetches and installs what it needs.
# Needed beforehand: Go, for test also a C compiler (-race) and Node.js with npm,
# and Debian's packages that scripts/tools.sh names and installs where it may.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

FUZZTIME ?= $(if $(filter true,$(CI)),2s,5s)
DAYS     ?= $(if $(filter true,$(CI)),4,30)
MOVES    ?= 100000
LOG      := .cache/test.log
CROSS    := statement/crosscheck docs/verifier
FONTS    := assets/fonts/SHA256SUMS
BROWSER  := assets/browser/SHA256SUMS
PACKAGES := assets/node_modules/.package-lock.json

.PHONY: build assets demo test check bench fuzz kill screenshots dist verify-dist

# Without npm the binary has no fonts in it and prints with Debian's
# fonts-noto-core; its console has no map's picture.
build: $(if $(shell command -v npm),$(FONTS) $(BROWSER)) ## the one binary, bin/parley
	go build -trimpath -o bin/parley ./cmd/parley

assets: $(FONTS) $(BROWSER) ## fonts, and what the console's pages are shown with, which a build embeds

demo: $(if $(shell command -v npm),$(FONTS) $(BROWSER)) ## a hub, three desks and an auditor play an exercise on loopback
	go run ./cmd/parley demo

# The log is shown again at the end, so that the last thing on the screen is
# the result of every package and not of the last fuzz target. Checks of unsafe pointers,
# which -race turns on, took a seventh of the time, all of it in SQLite; we have none.
test: check $(CROSS:%=%/node_modules/.package-lock.json) $(FONTS) $(BROWSER) ## everything that must hold before a change lands
	scripts/tools.sh
	mkdir -p $(dir $(LOG))
	PARLEY_REQUIRE_NODE=1 PARLEY_REQUIRE_TOOLS=1 go test -race -gcflags=all=-d=checkptr=0 -timeout 20m ./... 2>&1 | tee $(LOG)
	PARLEY_REQUIRE_TOOLS=1 go test -timeout 15m ./console # browsers, which the run above leaves out
	cd mirror/crosscheck && go test -mod=mod -timeout 5m ./...
	go test ./casefile ./accord ./trade -run TestRandomMoves -moves=$(MOVES) -count=1
	go test ./sim -run TestDays -days=$(DAYS) -timeout 20m -count=1 -v | grep -v '^=== '
	FUZZTIME=$(FUZZTIME) scripts/fuzz.sh
	@echo; echo "go test -race ./..., as it ended before the fuzzing:"; cat $(LOG)

check: ## format, vet, staticcheck and the layout rules: seconds, run it often
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "not formatted, run gofmt -w on:"; echo "$$bad"; exit 1; fi
	go vet ./...
	go tool -modfile=tools/go.mod staticcheck ./...
	go test .

bench: ## the hub's numbers, then one benchmark for each hot function
	go run ./cmd/parley bench
	go test -run '^$$' -bench . -benchmem ./...

fuzz: ## every fuzz target in the tree, FUZZTIME each
	FUZZTIME=$(FUZZTIME) scripts/fuzz.sh

kill: ## kill -9 of hub and desk in the long form; go test runs a short one
	PARLEY_KILL=long go test -run Kill -count=1 -timeout 60m -v ./...

# Their times are those of the day: commit them when a screen has changed.
screenshots: $(FONTS) $(BROWSER) ## the pictures of docs/screens.md: each screen in every language, by day and by night
	scripts/tools.sh
	go run ./console/screens -o docs

# COMMIT, TARGETS and AGAINST may be given: see the head of each script.
dist: ## what is handed out: binaries, sums, bill of materials and licences, the same bytes everywhere
	scripts/dist.sh dist

verify-dist: ## build twice, in two folders with other settings, and compare: minutes
	scripts/verify-dist.sh $(AGAINST)

$(CROSS:%=%/node_modules/.package-lock.json): %/node_modules/.package-lock.json: %/package-lock.json
	@command -v npm >/dev/null || { echo "make test needs Node.js with npm, to check what parley writes with programs of other people and with docs/verifier; install them (Debian: apt-get install nodejs npm)"; exit 1; }
	npm ci --prefix $* --ignore-scripts --no-audit --no-fund
	touch $@

$(FONTS): $(PACKAGES) assets/fonts.go $(wildcard assets/unpack/*.go)
	go run ./assets/unpack

$(BROWSER): $(PACKAGES) assets/openlayers.js $(wildcard tools/bundle/*.go) tools/go.mod
	cd tools && go run ./bundle ../assets

$(PACKAGES): assets/package-lock.json
	@command -v npm >/dev/null || { echo "make assets needs npm, to fetch fonts, map library and coast; install it (Debian: apt-get install npm)"; exit 1; }
	npm ci --prefix assets --ignore-scripts --no-audit --no-fund
	touch $@
