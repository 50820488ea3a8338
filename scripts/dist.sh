#!/usr/bin/env bash
# Builds the binaries that are handed out, so that anyone gets the same bytes
# from the same commit: of what git holds and nothing else, in a folder of its
# own, with one Go version and no setting of this machine. docs/build.md says how
# to check them.
#
#   scripts/dist.sh [FOLDER]     default dist; emptied first
#   scripts/dist.sh -settings    prints what is set for every build, and builds nothing
#
#   TARGETS   the systems, "linux/amd64 linux/arm64" unless told
#   COMMIT    what to build, HEAD unless told
#
# Exit status: 0 built, 1 not built.
set -euo pipefail
cd "$(dirname "$0")/.."

# One version for all: another compiler makes other bytes. Go fetches it where
# this machine has another (GOTOOLCHAIN), against the checksum database.
GO=go1.26.8
TARGETS=${TARGETS:-linux/amd64 linux/arm64}

# The settings of Go that change bytes, each set, whatever this machine has.
# There is no time and no version control in the binary but the commit, which is
# given: tags made later must not change it.
settings=(
	CGO_ENABLED=0 GOTOOLCHAIN=$GO GOENV=off GOWORK=off GOFLAGS= GOEXPERIMENT= GODEBUG= GOFIPS140=off
	GOAMD64=v1 GOARM64=v8.0 GO_EXTLINK_ENABLED=0
)
flags=(-trimpath -buildvcs=false -mod=readonly)

if [[ ${1:-} == -settings ]]; then
	printf '%s\n' "${settings[@]}" "${flags[@]}"
	exit 0
fi
out=${1:-dist}
mkdir -p "$out"
out=$(cd "$out" && pwd)
find "$out" -mindepth 1 -maxdepth 1 -type f -delete

commit=$(git rev-parse --verify "${COMMIT:-HEAD}^{commit}")
[[ -z $(git status --porcelain) ]] || echo "dist: what is not committed here is not in the build of $commit" >&2

# What says where Go fetches from and keeps things stays as it is here.
for name in GOPROXY GOSUMDB GOPRIVATE GONOPROXY GONOSUMDB GOINSECURE GOPATH GOMODCACHE GOCACHE; do
	export "$name=$(go env "$name")"
done
export "${settings[@]}"
source=$(mktemp -d)
trap 'chmod -R u+w "$source" && rm -rf "$source"' EXIT
git -c core.autocrlf=false -c core.eol=lf archive "$commit" | tar -x -C "$source"
make -C "$source" --no-print-directory assets >&2

tool=$source/.cyclonedx-gomod
(cd "$source/tools" && go build -trimpath -o "$tool" github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod)
boms=()
for target in $TARGETS; do
	os=${target%/*} arch=${target#*/}
	name=parley-$os-$arch
	binary=$out/$name
	[[ $os != windows ]] || binary+=.exe
	echo "dist: $(basename "$binary")" >&2
	(cd "$source" && GOOS=$os GOARCH=$arch go build "${flags[@]}" -ldflags "-X main.commit=$commit" -o "$binary" ./cmd/parley)
	chmod 755 "$binary" # before the bill: the tool takes programs alone
	# Its licences are not the tool's guess: tools/bill has them.
	(cd "$source" && "$tool" bin -json -std -noserial -notimestamp -version "$commit" -output "$out/$name.cdx.json" "$binary")
	boms+=("$out/$name.cdx.json")
done
(cd "$source/tools" && go run -trimpath ./bill -root "$source" -commit "$commit" -notices "$out/NOTICES" "${boms[@]}")

cd "$out"
chmod 644 NOTICES ./*.cdx.json
LC_ALL=C
sha256sum NOTICES parley-* >SHA256SUMS
chmod 644 SHA256SUMS
cat SHA256SUMS
