#!/usr/bin/env bash
# adm4j and PyTorch on the same work on one machine, in turns so that both see the same weather; the table holds minima.
# Each kind of work has a process of its own, whose peak memory is measured.
# usage: compare.sh FLAGS.json [ROUNDS]
# PYTHON       a python with PyTorch 2 (default python3)
# HARNESS      adm4j's command line (default: bin/harness beside this folder)
# DEVICE       cpu (default) or cuda
# BATCH_SIZE   default 16
# THREADS      CPU threads of both (default: all that nproc counts)
# REPEATS      runs of each measurement in a round (default 5)
# WARM_UP      runs before them (default 3)
# CLASSIFIER   flags of a noisy classifier as JSON; with it the guided step and the classifier's training are measured too
# UPSAMPLER    flags of an upsampler as JSON; with it its training is measured too
# MEASURE      forward,vjp,guided,training,classifier,upsampler (default: all but vjp that the given networks allow) or
#              some of them
# ENGINES      plain,ort (default) or one of them: what computes adm4j's training steps
# BF16         1 (default on a CPU) adds PyTorch under bfloat16 autocast as a column of its own; 0 leaves it out
# TF32         1 lets both round to TF32 on a GPU; otherwise both compute in float32
# MOST         if given, exit with 1 where adm4j takes more than MOST times PyTorch's best time
# OUT          if given, a folder that keeps every round's times as JSON
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
[ $# -ge 1 ] || { sed -n '2,21s/^# //p' "$0" >&2; exit 2; }
flags=$1
rounds=${2:-3}
python=${PYTHON:-python3}
harness=${HARNESS:-$here/../bin/harness}
for file in "$flags" ${CLASSIFIER:+"$CLASSIFIER"} ${UPSAMPLER:+"$UPSAMPLER"}; do
  [ -f "$file" ] || { echo "There is no file $file." >&2; exit 2; }
done
"$python" -c 'import torch' 2>/dev/null || { echo "$python has no PyTorch: set PYTHON to one that has." >&2; exit 2; }

out=${OUT:-}
if [ -z "$out" ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
fi
mkdir -p "$out"
rm -f "$out"/adm4j-*.json "$out"/torch-*.json
device=${DEVICE:-cpu}
usual=forward,training
classifier=()
if [ -n "${CLASSIFIER:-}" ]; then classifier=(--classifier-flags "$CLASSIFIER"); usual=$usual,guided,classifier; fi
if [ -n "${UPSAMPLER:-}" ]; then usual=$usual,upsampler; fi
measure=,${MEASURE:-$usual},
common=(--device "$device" --batch-size "${BATCH_SIZE:-16}" --threads "${THREADS:-$(nproc)}"
  --repeats "${REPEATS:-5}" --warm-up "${WARM_UP:-3}")
tf32=()
if [ "${TF32:-0}" = 1 ]; then tf32=(--tf32); else export NVIDIA_TF32_OVERRIDE=0; fi
bf16=()
if [ "${BF16:-$([ "$device" = cpu ] && echo 1 || echo 0)}" = 1 ]; then bf16=(--bf16); fi
IFS=, read -ra engines <<<"${ENGINES:-plain,ort}"

asked() { [[ $measure == *,$1,* ]]; }

# one ROUND NAME ENGINES... -- ARGUMENTS of both: adm4j with each engine, then PyTorch
one() {
  local round=$1 name=$2 with=()
  shift 2
  while [ "$1" != -- ]; do with+=("$1"); shift; done
  shift
  for engine in "${with[@]}"; do
    echo "Round $round of $rounds: $name, adm4j $engine" >&2
    "$harness" bench "$@" "${common[@]}" --engine "$engine" --squared-error \
      --out "$out/adm4j-$round-$name-$engine.json" >/dev/null
  done
  echo "Round $round of $rounds: $name, PyTorch" >&2
  "$python" "$here/torch_peer.py" "$@" "${common[@]}" "${tf32[@]}" "${bf16[@]}" --out "$out/torch-$round-$name.json"
}

for ((i = 1; i <= rounds; i++)); do
  # What runs no training step takes no part in the choice of an engine.
  if asked forward; then one $i forward plain -- --flags "$flags" --measure forward; fi
  if asked vjp; then one $i vjp plain -- --flags "$flags" --measure vjp; fi
  if asked guided; then one $i guided plain -- --flags "$flags" "${classifier[@]}" --measure guided; fi
  if asked training; then one $i training "${engines[@]}" -- --flags "$flags" --measure training; fi
  if asked classifier; then
    one $i classifier "${engines[@]}" -- --flags "$flags" "${classifier[@]}" --measure classifier
  fi
  if asked upsampler; then one $i upsampler "${engines[@]}" -- --flags "$UPSAMPLER" --measure training; fi
done
"$python" "$here/ratios.py" ${MOST:+--most "$MOST"} "$out"/adm4j-*.json "$out"/torch-*.json
