#!/usr/bin/env bash
# Checks harness bench plan against a measured run: predicts what sampling takes that two processes share, measures it, and compares.
# Processor time is compared, since another process beside would change the time on the wall; each process has one thread.
# usage: plan.sh                 IMAGES=96 STEPS=10 BATCH=16 REPEATS=20 PARTS=2 change what is sampled,
#                                HARNESS=adm4j-VERSION/bin/harness takes a release
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."

images=${IMAGES:-96} steps=${STEPS:-10} batch=${BATCH:-16} repeats=${REPEATS:-20} parts=${PARTS:-2}
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
harness=${HARNESS:-harness/bin/harness}
"$harness" --version > /dev/null

# Processor seconds of a command, of all its threads.
processor() {
  local TIMEFORMAT='%U %S'
  { time "$@" > "$folder/said" 2> "$folder/errors"; } 2> "$folder/time" || { cat "$folder/errors" >&2; exit 1; }
  awk '{ print $1 + $2 }' "$folder/time"
}

bench() {
  processor "$harness" bench --measure guided --batch-size "$batch" --threads 1 --warm-up 0 --repeats "$1"
}

# A longer run less a shorter one is the steps alone, without start and compilation.
short=$(bench "$repeats")
long=$(bench $((3 * repeats)))
step=$(awk "BEGIN { print ($long - $short) / (2 * $repeats) / $batch }")
start=$(processor "$harness" sample --samples 1 --sampler ddim --steps 1 --classifier-scale 1 --threads 1 --out "$folder/one.npz")

"$harness" bench plan --step-seconds "$step" --steps "$steps" --images "$images" --workers "$parts" --batch-size "$batch" \
  --start-seconds "$start" --failures 0 --image-bytes 1032 --out "$folder/plan.json"
predicted=$(sed -n 's/.*"sampling_seconds" : \([0-9.E-]*\).*/\1/p' "$folder/plan.json")

longest=0
for part in $(seq "$parts"); do
  took=$(processor "$harness" sample --samples "$images" --sampler ddim --steps "$steps" --classifier-scale 1 --batch-size "$batch" --threads 1 \
    --out "$folder/samples.npz" --part "$part/$parts")
  echo "part $part/$parts: $took s of processor time"
  longest=$(awk "BEGIN { print ($took > $longest ? $took : $longest) }")
done
awk "BEGIN {
  off = 100 * ($predicted / $longest - 1)
  printf \"start %.2f s, a guided step of one image %.5f s\\n\", $start, $step
  printf \"predicted %.2f s, measured %.2f s: %+.0f %%\\n\", $predicted, $longest, off
  exit off > 25 || off < -25
}"
