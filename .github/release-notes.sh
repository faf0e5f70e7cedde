#!/usr/bin/env bash
# Prints the section of CHANGELOG.md for one version; fails if there is none.
#   .github/release-notes.sh 0.1.0
set -euo pipefail
version=${1:?version}
notes=$(awk -v version="$version" '
  /^## / { found = index($0, "## " version) == 1 || index($0, "## [" version "]") == 1; next }
  found' "$(dirname "$0")/../CHANGELOG.md")
if [ -z "${notes//[[:space:]]/}" ]; then
  echo "CHANGELOG.md has no section '## $version'." >&2
  exit 1
fi
printf '%s\n' "$notes"
