# Every target works from a clean clone: it fetches and installs what it needs.
# Needed beforehand: Go, and for test also a C compiler (-race) and Node.js.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

FUZZTIME ?= $(if $(filter true,$(CI)),30s,5s)
LOG      := .cache/test.log
CROSS    := statement/crosscheck

.PHONY: build demo test check bench fuzz kill

build: ## the one binary, bin/parley
	go build -trimpath -o bin/parley ./cmd/parley

demo: ## a hub, three desks and an auditor play an exercise on loopback
	go run ./cmd/parley demo

# The log is shown again at the end, so that the last thing on the screen is
# the result of every package and not of the last fuzz target.
test: check $(CROSS)/node_modules/.package-lock.json ## everything that must hold before a change lands
	mkdir -p $(dir $(LOG))
	PARLEY_REQUIRE_NODE=1 go test -race -timeout 20m ./... 2>&1 | tee $(LOG)
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

$(CROSS)/node_modules/.package-lock.json: $(CROSS)/package-lock.json
	@command -v npm >/dev/null || { echo "make test needs Node.js with npm, to check statements against other implementations of SD-JWT; install them (Debian: apt-get install nodejs npm)"; exit 1; }
	npm ci --prefix $(CROSS) --ignore-scripts --no-audit --no-fund
	touch $@
