#!/usr/bin/env bash
# Precision and recall by adm4j and by the published evaluator on one machine, on the same synthetic features: as published, which must
# be the same, and from exact distances, with density and coverage in the same pass.
# usage: neighbors.sh EVALUATOR.py [SAMPLES [REFERENCE [FEATURES]]]
# PYTHON       a python with TensorFlow 2 and what the evaluator imports (default python3)
# HARNESS      adm4j's command line (default: bin/harness beside this folder)
# THREADS      CPU threads of both (default: all that nproc counts)
# REPEATS      runs of each (default 1)
# LEAST        if given, exit with 1 where one of adm4j's rates by processor time is less than LEAST times the other's
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
[ $# -ge 1 ] || { sed -n '2,10s/^# //p' "$0" >&2; exit 2; }
[ -f "$1" ] || { echo "There is no file $1." >&2; exit 2; }
harness=${HARNESS:-$here/../bin/harness}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
common=(--samples "${2:-10000}" --reference "${3:-10000}" --features "${4:-2048}" --threads "${THREADS:-$(nproc)}"
  --repeats "${REPEATS:-1}")
"$harness" bench metrics --measure published_neighbours,neighbours "${common[@]}" --out "$scratch/adm4j.json" >/dev/null
"${PYTHON:-python3}" "$here/neighbors_peer.py" --evaluator "$1" "${common[@]}" --out "$scratch/published.json"
"${PYTHON:-python3}" "$here/neighbors_peer.py" ${LEAST:+--least "$LEAST"} --ratio "$scratch/adm4j.json" "$scratch/published.json"
