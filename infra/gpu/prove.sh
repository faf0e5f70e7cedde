#!/usr/bin/env bash
# Proves that adm4j computes on a GPU what it computes on a CPU, and how fast. Runs in a folder that pack.sh made.
# DEVICE          cuda (default), or cpu to rehearse
# PYTHON          a python with PyTorch for the speed comparison (default python3)
# BENCH           no leaves the speed comparison out
# BENCH_FLAGS     network to time (default bench.json: an ADM of 64x64)
# BENCH_BATCH     its batch size (default 16); BENCH_ROUNDS, BENCH_REPEATS: 3 rounds of 5
# MOST            most times PyTorch's time that pass (default 1.5)
# SAMPLES         pictures whose sampling is compared (default 20)
# TRAIN_FLAGS     network whose training is compared (default golden/unet-adm.json)
# LOSS_TOLERANCE  relative difference that losses of two devices may have (default 1e-3)
# KIT, JAVA, WORK folder of the kit, java to run, folder for results (default: a new one below the present folder)
# Libraries of CUDA and cuDNN must be found by the loader: set LD_LIBRARY_PATH where they are in no standard place.
set -uo pipefail
kit=${KIT:-$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)}
device=${DEVICE:-cuda}
java=${JAVA:-$kit/jre/bin/java}
golden=$kit/golden
[ -x "$java" ] && [ -d "$kit/lib" ] && [ -d "$kit/ort" ] || { echo "$kit is no kit of pack.sh." >&2; exit 2; }
work=${WORK:-$(mktemp -d "$PWD/prove-$device-XXXX")}
mkdir -p "$work" || exit 2
work=$(cd "$work" && pwd)
export LD_LIBRARY_PATH=$kit/ort${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}

harness=$work/harness
cat >"$harness" <<H
#!/bin/sh
exec "$java" -Donnxruntime.native.path="$kit/ort" -cp "$kit/lib/*" io.adm4j.harness.cli.Harness "\$@"
H
chmod +x "$harness"

table=$work/table.txt
log=$work/log.txt
: >"$table"
: >"$log"
failed=0

# check NAME COMMAND...: one line of the table; what the command printed is the remark, or else its last complaint.
check() {
  local name=$1 said verdict=PASS
  shift
  if ! said=$("$@" 2>"$work/stderr.txt"); then
    verdict=FAIL
    failed=1
    [ -n "$said" ] || said=$(tail -n 1 "$work/stderr.txt")
  fi
  said=$(paste -sd';' <<<"$said" | sed 's/;/; /g')
  { echo "=== $verdict $name: $said"; cat "$work/stderr.txt"; } >>"$log"
  printf '%-4s  %-36s %s\n' "$verdict" "$name" "$said" | tee -a "$table"
}

# parity GRAPH CASE [ABSOLUTE RELATIVE]: the graph on the device gives the golden case's outputs.
parity() {
  rm -f "$work/found.npz"
  "$harness" run "$1" --inputs "$golden/$2.npz" --outputs "$work/found.npz" --device "$device" >>"$log" &&
    "$harness" compare "$golden/$2.npz" "$work/found.npz" --absolute "${3:-2e-5}" --relative "${4:-1e-4}"
}

imported() { "$harness" import "$@" >>"$log" 2>&1; }

unets() { for f in "$golden"/unet-*.json; do [ -f "${f%.json}.pt" ] && basename "$f" .json; done; }

# guided CASE FOLDER: a bundle of this golden classifier and the first golden denoiser that it fits.
guided() {
  local unet
  for unet in $(unets); do
    imported --flags "$golden/$unet.json" --weights "$golden/$unet.pt" --classifier-flags "$golden/$1.json" \
      --classifier-weights "$golden/$1.pt" --out "$2" && return
  done
  echo "no golden denoiser fits $1"
  return 1
}

# sampled FOLDER DEVICE BATCH_SIZE OUT
sampled() {
  "$harness" sample --bundle "$1" --labels all --samples "${SAMPLES:-20}" --seed 1 --steps ddim25 --classifier-scale 1 \
    --device "$2" --batch-size "$3" --out "$4" >>"$log"
}

# The device must not change pictures, nor must the batch size.
same_pictures() {
  sampled "$1" cpu 7 "$work/cpu.npz" && sampled "$1" "$device" 20 "$work/device.npz" &&
    "$harness" compare "$work/cpu.npz" "$work/device.npz" --absolute 1 --share 0.001
}

# trained DEVICE OUT
trained() {
  "$harness" train diffusion --flags "${TRAIN_FLAGS:-$golden/unet-adm.json}" --data "$data" --steps 20 --batch-size 16 \
    --ema-rate 0.99 --device "$1" --out "$2" >>"$log"
}

same_losses() {
  trained cpu "$work/train-cpu" && trained "$device" "$work/train-device" || return
  paste -d, <(cut -d, -f1,3 "$work/train-cpu/log.csv") <(cut -d, -f3 "$work/train-device/log.csv") |
    awk -F, -v most="${LOSS_TOLERANCE:-1e-3}" '
      NR > 1 { off = ($3 - $2) / $2; if (off < 0) off = -off; if (off > worst) worst = off; n++
               if ($3 == "" || $3 ~ /[Nn]a[Nn]/) bad = 1; first = NR == 2 ? $3 : first; last = $3 }
      END { printf "%d losses, from %s to %s, largest relative difference %.2g\n", n, first, last, worst
            exit !(n == 20 && !bad && worst <= most) }'
}

speed() {
  TF32=$1 HARNESS=$harness DEVICE=$device PYTHON=${PYTHON:-python3} BATCH_SIZE=${BENCH_BATCH:-16} \
    REPEATS=${BENCH_REPEATS:-5} ENGINES=$([ "$device" = cuda ] && echo ort || echo plain) MOST=${MOST:-1.5} OUT=$work/speed-$2 \
    bash "$kit/bench/compare.sh" "${BENCH_FLAGS:-$kit/bench.json}" "${BENCH_ROUNDS:-3}" >"$work/speed-$2.txt"
  local rc=$?
  cat "$work/speed-$2.txt" >&2
  awk '/^(denoiser forward|training step)/ {
      name = $0; sub(/  .*/, "", name); sub(/^[^0-9]*/, ""); printf "%s%s %s", sep, name, $4; sep = ", "
    } END { print " times PyTorch" }' \
    "$work/speed-$2.txt"
  return $rc
}

# Time of the denoiser's forward in float16 and in float32.
half_speed() {
  local precision
  for precision in fp16 fp32; do
    "$harness" bench --flags "${BENCH_FLAGS:-$kit/bench.json}" --measure forward --precision "$precision" --device "$device" \
      --batch-size "${BENCH_BATCH:-16}" --repeats "${BENCH_REPEATS:-5}" | grep '^denoiser forward' || return
  done
}

echo "Device: $device; results in $work"
# Golden vectors are float32 throughout: TF32 would round every product to 10 bits.
export NVIDIA_TF32_OVERRIDE=0
for g in $(unets); do
  imported --flags "$golden/$g.json" --weights "$golden/$g.pt" --out "$work/$g"
  check "$g" parity "$work/$g/denoiser.onnx" "$g"
  imported --flags "$golden/$g.json" --weights "$golden/$g.pt" --precision fp16 --out "$work/$g-fp16"
  check "$g in float16" parity "$work/$g-fp16/denoiser.onnx" "$g" 2e-2 2e-2
done
for file in "$golden"/classifier-*.pt; do
  g=$(basename "$file" .pt)
  guided "$g" "$work/$g" >>"$log"
  check "$g" parity "$work/$g/classifier.onnx" "$g"
  check "$g gradient" parity "$work/$g/classifier-gradient.onnx" "$g"
  own=$work/$g
done
bundle=$kit/bundle
[ -f "$bundle/model.json" ] || bundle=${own:-}
check "pictures, CPU and $device" same_pictures "$bundle"
data=$bundle/reference.npz
[ -f "$data" ] || data=$work/cpu.npz
check "20 training steps, CPU and $device" same_losses
unset NVIDIA_TF32_OVERRIDE
if [ "${BENCH:-yes}" != no ]; then
  check "speed, float32" speed 0 float32
  if [ "$device" != cpu ]; then
    check "speed, TF32" speed 1 tf32
    check "float16 and float32" half_speed
  fi
fi

echo
cat "$table"
if [ "$failed" = 0 ]; then echo "PASS: everything on $device"; else echo "FAIL: details in $log"; fi
exit "$failed"
