#!/usr/bin/env bash
# Proves that scripts/dist.sh gives the same bytes twice: two clones in two
# folders, built one after the other with nothing in common that may differ
# between two machines (caches, module folders, umask, time zone, language,
# settings of Go), and compared bit for bit, bills of materials and licences too.
#
#   scripts/verify-dist.sh [FOLDER]    FOLDER: binaries that somebody handed
#                                      over, compared as well
#   COMMIT    what to build, HEAD unless told
#
# Exit status: 0 the same, 1 not: the first file that differs is named; 2 it
# could not be built.
set -euo pipefail
against=${1:+$(cd "$1" && pwd)} || { echo "verify-dist: there is no folder $1" >&2; exit 2; }
cd "$(dirname "$0")/.."

commit=$(git rev-parse --verify "${COMMIT:-HEAD}^{commit}") || exit 2
work=$(mktemp -d)
trap 'chmod -R u+w "$work" && rm -rf "$work"' EXIT
# What this machine has fetched already is not fetched again, only unpacked anew.
proxy=file://$(go env GOMODCACHE)/cache/download,$(go env GOPROXY)

build() { # FOLDER UMASK SETTING...: builds in a clone there, into FOLDER/dist
	local folder=$work/$1 mask=$2
	shift 2
	git clone -q --no-local . "$folder/clone" && git -C "$folder/clone" -c advice.detachedHead=false checkout -q "$commit" || return
	echo "verify-dist: $(date -u +%FT%TZ): building $commit in $folder" >&2
	mkdir -p "$folder/tmp"
	(umask "$mask" && env COMMIT="$commit" TMPDIR="$folder/tmp" GOPATH="$folder/go" GOMODCACHE="$folder/mod" GOCACHE="$folder/cache" GOPROXY="$proxy" "$@" \
		"$folder/clone/scripts/dist.sh" "$folder/dist" >/dev/null) || return
	chmod -R u+w "$folder/mod" && rm -rf "$folder/mod" "$folder/cache" "$folder/tmp"
}
same() { # FOLDER FOLDER: every file of either is in both, bit for bit
	local name different=0
	for name in $( (cd "$1" && ls; cd "$2" && ls) | sort -u); do
		if [[ ! -e $1/$name || ! -e $2/$name ]]; then
			echo "verify-dist: $name is in one of $1 and $2 alone"
		elif ! cmp "$1/$name" "$2/$name"; then
			echo "verify-dist: $name differs"
		else
			continue
		fi
		return 1
	done
}

build one 022 TZ=Pacific/Auckland LC_ALL=C GOMAXPROCS=1 GOFLAGS= || exit 2
build a/folder/much/deeper/than/the/first 077 TZ=America/St_Johns LC_ALL=C.UTF-8 USER=other GOAMD64=v3 GOFLAGS=-p=2 \
	SOURCE_DATE_EPOCH=1 GOEXPERIMENT= GODEBUG=panicnil=1 || exit 2
same "$work/one/dist" "$work/a/folder/much/deeper/than/the/first/dist" || exit 1
echo "verify-dist: two builds of $commit are the same, bit for bit:"
cat "$work/one/dist/SHA256SUMS"
if [[ -n $against ]]; then
	same "$work/one/dist" "$against" || exit 1
	echo "verify-dist: and so is what is in $against"
fi
