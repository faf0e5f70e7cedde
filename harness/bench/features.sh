#!/usr/bin/env bash
# adm4j's feature extraction and TensorFlow's with the frozen Inception graph on one machine, in turns so that both see
# the same weather; the figures are of the best run of each.
# usage: features.sh GRAPH.pb PICTURES.npz [ROUNDS]
# PYTHON       a python with TensorFlow 2 (default python3)
# HARNESS      adm4j's command line (default: bin/harness beside this folder)
# BATCH_SIZE   default 64, as the published evaluator
# THREADS      CPU threads of both (default: all that nproc counts)
# REPEATS      runs of each in a round (default 3)
# LEAST        if given, exit with 1 where adm4j's rate is less than LEAST times TensorFlow's
# OUT          if given, a folder that keeps every round's times as JSON
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
[ $# -ge 2 ] || { sed -n '2,11s/^# //p' "$0" >&2; exit 2; }
graph=$1
pictures=$2
rounds=${3:-3}
python=${PYTHON:-python3}
harness=${HARNESS:-$here/../bin/harness}
for file in "$graph" "$pictures"; do
  [ -f "$file" ] || { echo "There is no file $file." >&2; exit 2; }
done
"$python" -c 'import importlib.util, sys; sys.exit(importlib.util.find_spec("tensorflow") is None)' ||
  { echo "$python has no TensorFlow: set PYTHON to one that has." >&2; exit 2; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=${OUT:-$scratch}
mkdir -p "$out"
rm -f "$out"/adm4j-*.json "$out"/tensorflow-*.json
"$harness" import-features "$graph" --out "$scratch/inception.onnx" >/dev/null
common=(--pictures "$pictures" --batch-size "${BATCH_SIZE:-64}" --threads "${THREADS:-$(nproc)}" --repeats "${REPEATS:-3}")

for ((i = 1; i <= rounds; i++)); do
  echo "Round $i of $rounds: adm4j" >&2
  "$harness" bench features --features "$scratch/inception.onnx" "${common[@]}" --out "$out/adm4j-$i.json" >/dev/null
  echo "Round $i of $rounds: TensorFlow" >&2
  "$python" "$here/features_peer.py" --graph "$graph" "${common[@]}" --out "$out/tensorflow-$i.json" 2>/dev/null ||
    { echo "TensorFlow failed: run $here/features_peer.py by hand to see why." >&2; exit 1; }
done
"$python" "$here/features_peer.py" ${LEAST:+--least "$LEAST"} --ratios "$out"/adm4j-*.json "$out"/tensorflow-*.json
