"""Prints adm4j's shortest times as shares of PyTorch's, from the JSON files of compare.sh."""
import argparse
import json
import pathlib
import sys


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=float, help="exit with 1 where a ratio is larger")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    runs = [json.loads(pathlib.Path(f).read_text()) for f in args.files]
    settings = {(r["device"], r["threads"], r["batch_size"], r["parameters"]) for r in runs}
    if len(settings) > 1:
        sys.exit(f"The files do not measure the same work: {sorted(settings)}.")
    if not all(r["squared_error"] for r in runs):
        sys.exit("The files do not train on the same loss: run harness bench with --squared-error.")
    best = {}
    for run in runs:
        for m in run["measurements"]:
            who = "adm4j" if run["tool"] == "adm4j" else m["layout"]
            times = best.setdefault(m["name"], {})
            times[who] = min(m["min"], times.get(who, m["min"]))
    (device, threads, batch, parameters), = settings
    peer = next(r["tool"] for r in runs if r["tool"] != "adm4j")
    rounds = sum(r["tool"] == "adm4j" for r in runs)
    where = f"{threads} CPU threads" if device == "cpu" else "GPU"
    print(f"{parameters:,} parameters, batches of {batch}, {where}; shortest seconds of {rounds} rounds in turn")
    bf16 = any("bf16" in t for t in best.values())
    print(f"{'':18} {'adm4j':>10} {peer:>22} {'channels_last':>14} {'adm4j / best':>13}"
          + (f" {'bf16 autocast':>14} {'adm4j / bf16':>13}" if bf16 else ""))
    slow = []
    for name, t in best.items():
        ratio = t["adm4j"] / min(t["default"], t["channels_last"])
        line = f"{name:18} {t['adm4j']:10.5f} {t['default']:22.5f} {t['channels_last']:14.5f} {ratio:13.2f}"
        if bf16:
            half = min(t["bf16"], t["bf16 channels_last"])
            line += f" {half:14.5f} {t['adm4j'] / half:13.2f}"
        print(line)
        if args.most and ratio > args.most:
            slow.append(name)
    print("A training step is forward, backward, AdamW and a moving average; both train on the squared error of the noise")
    print("alone (learn_sigma false), without the variational bound, so that the work is equal.")
    if bf16:
        print("Under bf16 autocast PyTorch multiplies numbers of 8 significant bits; adm4j computes in float32 throughout.")
    if slow:
        print(f"Above {args.most} times PyTorch's time: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
