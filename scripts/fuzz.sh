#!/usr/bin/env bash
# Runs every fuzz target of the module, one after the other.
#
#   FUZZTIME   how long each target runs, in seconds ("30s"); default 5s
#   FUZZTOTAL  what all of them may take, in seconds ("900s"); default 900s.
#              With more targets than fit, each runs shorter, and this says so.
#
#   scripts/fuzz.sh [PACKAGE...]   default ./...
#
# Exit status: 0 no target failed, 1 one did (its input is then under the
# package's testdata/fuzz: commit it with the fix), 2 the call was wrong.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds() { # NAME VALUE: the number in VALUE
	[[ $2 =~ ^([1-9][0-9]*)s$ ]] || { echo "fuzz: $1 is \"$2\"; give whole seconds, such as 30s" >&2; exit 2; }
	echo "${BASH_REMATCH[1]}"
}
each=$(seconds FUZZTIME "${FUZZTIME:-5s}")
total=$(seconds FUZZTOTAL "${FUZZTOTAL:-900s}")

# One line a test file of this build: import path, tab, file.
files='{{$p := .}}{{range .TestGoFiles}}{{$p.ImportPath}}	{{$p.Dir}}/{{.}}
{{end}}{{range .XTestGoFiles}}{{$p.ImportPath}}	{{$p.Dir}}/{{.}}
{{end}}'
listing=$(go list -f "$files" "${@:-./...}")
targets=()
while IFS=$'\t' read -r package file; do
	[[ -n $file ]] || continue
	while read -r name; do
		targets+=("$package $name")
	done < <(sed -nE 's/^func (Fuzz[A-Za-z0-9_]*)\(.*/\1/p' "$file")
done <<<"$listing"

count=${#targets[@]}
if ((count == 0)); then
	echo "fuzz: no target found"
	exit 0
fi
if ((count * each > total)); then
	shorter=$((total / count > 0 ? total / count : 1))
	echo "fuzz: $count targets of ${each}s do not fit in ${total}s; each runs ${shorter}s"
	each=$shorter
fi
echo "fuzz: $count targets, ${each}s each"

failed=()
out=$(mktemp)
trap 'rm -f "$out"' EXIT
for target in "${targets[@]}"; do
	read -r package name <<<"$target"
	echo "fuzz: $package $name"
	for attempt in 1 2 3; do
		if go test -run '^$' -fuzz "^$name\$" -fuzztime "${each}s" "$package" 2>&1 | tee "$out"; then
			continue 2
		fi
		# At the end of its time Go's fuzzer now and then reports that alone, without an
		# input that fails: then the target runs again.
		if ! grep -q 'context deadline exceeded' "$out" || grep -q 'Failing input written' "$out"; then
			break
		fi
	done
	failed+=("$target")
done
if ((${#failed[@]} > 0)); then
	printf 'fuzz: failed: %s\n' "${failed[@]}" >&2
	exit 1
fi
echo "fuzz: $count targets passed"
