#!/usr/bin/env bash
# adm4j and PyTorch on the same work on one machine, in turns so that both see the same weather; the table holds minima.
# usage: compare.sh FLAGS.json [ROUNDS]
# PYTHON       a python with PyTorch 2 (default python3)
# HARNESS      adm4j's command line (default: bin/harness beside this folder)
# DEVICE       cpu (default) or cuda
# BATCH_SIZE   default 16
# THREADS      CPU threads of both (default: all that nproc counts)
# REPEATS      runs of each measurement in a round (default 5)
# CLASSIFIER   flags of a noisy classifier as JSON; with it the guided step is measured too
# MEASURE      forward,guided,training (default; guided only with CLASSIFIER) or some of them
# BF16         1 (default on a CPU) adds PyTorch under bfloat16 autocast as a column of its own; 0 leaves it out
# TF32         1 lets both round to TF32 on a GPU; otherwise both compute in float32
# MOST         if given, exit with 1 where adm4j takes more than MOST times PyTorch's best time
# OUT          if given, a folder that keeps every round's times as JSON
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
[ $# -ge 1 ] || { sed -n '2,15s/^# //p' "$0" >&2; exit 2; }
flags=$1
rounds=${2:-3}
python=${PYTHON:-python3}
harness=${HARNESS:-$here/../bin/harness}
[ -f "$flags" ] || { echo "There is no file $flags." >&2; exit 2; }
"$python" -c 'import torch' 2>/dev/null || { echo "$python has no PyTorch: set PYTHON to one that has." >&2; exit 2; }

out=${OUT:-}
if [ -z "$out" ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
fi
mkdir -p "$out"
rm -f "$out"/adm4j-*.json "$out"/torch-*.json
if [ -n "${CLASSIFIER:-}" ]; then classifier=(--classifier-flags "$CLASSIFIER"); usual=forward,guided,training
else classifier=(); usual=forward,training; fi
common=(--flags "$flags" "${classifier[@]}" --measure "${MEASURE:-$usual}" --device "${DEVICE:-cpu}"
  --batch-size "${BATCH_SIZE:-16}" --threads "${THREADS:-$(nproc)}" --repeats "${REPEATS:-5}")
tf32=()
if [ "${TF32:-0}" = 1 ]; then tf32=(--tf32); else export NVIDIA_TF32_OVERRIDE=0; fi

device=${DEVICE:-cpu}
bf16=()
if [ "${BF16:-$([ "$device" = cpu ] && echo 1 || echo 0)}" = 1 ]; then bf16=(--bf16); fi

for ((i = 1; i <= rounds; i++)); do
  echo "Round $i of $rounds: adm4j" >&2
  "$harness" bench "${common[@]}" --squared-error --out "$out/adm4j-$i.json" >/dev/null
  echo "Round $i of $rounds: PyTorch" >&2
  "$python" "$here/torch_peer.py" "${common[@]}" "${tf32[@]}" "${bf16[@]}" --out "$out/torch-$i.json"
done
"$python" "$here/ratios.py" ${MOST:+--most "$MOST"} "$out"/adm4j-*.json "$out"/torch-*.json
