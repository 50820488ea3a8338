#!/usr/bin/env bash
# Installs the Debian packages that make test compares parley with, and the browser
# that it shows the console in, where they are missing and this user may: as root, or with a sudo that asks nothing.
#
#   scripts/tools.sh
#
# Exit status: 0 all are there, 1 some are missing; it then says which.
set -euo pipefail

declare -A package=(
	[GeoConvert]=geographiclib-tools # conversions of coordinates
	[gdaltransform]=gdal-bin         # heights
	[pdftotext]=poppler-utils        # what stands on a printed form
	[pdfinfo]=poppler-utils
	[chromium-headless-shell]=chromium-headless-shell # the console, as officers see it
)
lacking() { # the packages that are missing, one a line
	for tool in "${!package[@]}"; do
		command -v "$tool" >/dev/null || echo "${package[$tool]}"
	done
	[[ -e /usr/share/proj/proj.db || -e /usr/local/share/proj/proj.db ]] || echo proj-data
}
missing=$(lacking | sort -u | xargs)
[[ -n $missing ]] || exit 0

as=()
if ((EUID != 0)); then
	as=(sudo -n)
fi
if command -v apt-get >/dev/null && "${as[@]}" true 2>/dev/null; then
	echo "tools: installing $missing"
	# shellcheck disable=SC2086 # one word a package
	{ "${as[@]}" apt-get update -qq && "${as[@]}" apt-get install -y -qq --no-install-recommends $missing; } >&2 || true
fi
missing=$(lacking | sort -u | xargs)
if [[ -n $missing ]]; then
	echo "tools: make test needs these Debian packages: $missing" >&2
	echo "tools: install them as root (apt-get install $missing) and run it again" >&2
	exit 1
fi
