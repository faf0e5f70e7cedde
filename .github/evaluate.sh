#!/usr/bin/env bash
# Scores a checkpoint against a baseline. Called by workflows/evaluate.yml; runs anywhere:
#
#   CHECKPOINT=folder REPORT=report SAMPLES=2000 STEPS=25 SCALE=1 .github/evaluate.sh
#
# CHECKPOINT  folder that holds, at any depth, a bundle (model.json and its graphs), or model.pt and flags.json with
#             perhaps classifier.pt, classifier-flags.json and classes.txt; empty: the bundle that ships with adm4j
# REPORT      folder for the report
# SAMPLES, STEPS, SCALE   how many samples, and how they are drawn; several steps or scales, separated by commas, make a sweep
# PUBLISHED   imagenet256 and the like: Inception features and the published reference batch of that name, both fetched;
#             empty: the bundle's own features and reference, or what OPTIONS name
# BASELINE    report.json of an earlier run; empty: .github/evaluation/baseline.json if that is there
# LIMITS      by how much figures may be worse: --max-fid-increase 0.1 --max-precision-decrease 0.01
# OPTIONS     more options of harness eval
#
# Exit codes are those of harness eval: 0 ok, 2 bad input, 3 worse than allowed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
harness=$root/harness/bin/harness
report=${REPORT:?REPORT names the folder for the report.}
made=$report.made
usual_baseline=$root/.github/evaluation/baseline.json

fail() {
  if [ -n "${GITHUB_ACTIONS:-}" ]; then
    echo "::error title=Evaluation::$1" >&2
  else
    echo "$1" >&2
  fi
  exit 2
}

# The one file of a name below the checkpoint, or nothing.
find_one() {
  local found
  mapfile -t found < <(find "$CHECKPOINT" -name "$1" -type f | sort)
  [ "${#found[@]}" -le 1 ] || fail "The checkpoint holds ${#found[@]} files named $1; give a folder with one model."
  [ "${#found[@]}" -eq 0 ] || echo "${found[0]}"
}

arguments=(--samples "${SAMPLES:-2000}" --steps "${STEPS:-25}" --classifier-scale "${SCALE:-0}" --out "$report")
mkdir -p "$made"

if [ -n "${CHECKPOINT:-}" ]; then
  manifest=$(find_one model.json)
  if [ -z "$manifest" ]; then
    weights=$(find_one model.pt)
    flags=$(find_one flags.json)
    if [ -z "$weights" ] || [ -z "$flags" ]; then
      fail "The checkpoint holds neither a bundle (model.json) nor model.pt with flags.json."
    fi
    import=(--weights "$weights" --flags "$flags" --out "$made/bundle")
    classifier=$(find_one classifier.pt)
    classifier_flags=$(find_one classifier-flags.json)
    classes=$(find_one classes.txt)
    [ -z "$classifier" ] || import+=(--classifier-weights "$classifier")
    [ -z "$classifier_flags" ] || import+=(--classifier-flags "$classifier_flags")
    [ -z "$classes" ] || import+=(--classes "$classes")
    [ -f "$made/bundle/model.json" ] || "$harness" import "${import[@]}"
    manifest=$made/bundle/model.json
  fi
  arguments+=(--bundle "$(dirname "$manifest")")
fi

if [ -n "${PUBLISHED:-}" ]; then
  "$harness" fetch inception --dir "$made/inception"
  "$harness" fetch "reference-$PUBLISHED" --dir "$made/reference"
  graph=$(find "$made/inception" -name '*.pb' -type f | head -n 1)
  [ -f "$made/inception.onnx" ] || "$harness" import-features "$graph" --out "$made/inception.onnx"
  arguments+=(--features "$made/inception.onnx")
  arguments+=(--reference "$(find "$made/reference" -name '*.npz' -type f | head -n 1)")
fi

read -ra limits <<<"${LIMITS:-}"
read -ra options <<<"${OPTIONS:-}"
if [ -n "${BASELINE:-}" ]; then
  arguments+=(--baseline "$BASELINE" "${limits[@]}")
elif [ -f "$usual_baseline" ]; then
  arguments+=(--baseline "$usual_baseline" "${limits[@]}")
else
  [ -z "${GITHUB_ACTIONS:-}" ] \
    || echo "::notice title=Evaluation::There is no baseline yet; commit this report.json as .github/evaluation/baseline.json."
fi

code=0
exec {log}> >(tee "$made/errors" >&2)
tee=$!
"$harness" eval "${arguments[@]}" "${options[@]}" 2>&"$log" || code=$?
exec {log}>&-
wait "$tee"

if [ -n "${GITHUB_STEP_SUMMARY:-}" ] && [ -f "$report/report.md" ]; then
  cat "$report/report.md" >>"$GITHUB_STEP_SUMMARY"
fi
if [ -n "${GITHUB_ACTIONS:-}" ]; then
  case $code in
    0) ;;
    # The last line says what is wrong; an annotation shows it beside the run.
    2 | 3) echo "::error title=Evaluation::$(tail -n 1 "$made/errors" | tr -d '\r')" ;;
    *) echo "::error title=Evaluation::harness eval failed unexpectedly; its log says how." ;;
  esac
fi
exit "$code"
