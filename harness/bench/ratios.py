"""Prints adm4j's shortest times and peak memory as shares of PyTorch's, from the JSON files of compare.sh."""
import argparse
import json
import pathlib
import sys

ORDER = ["denoiser forward", "denoiser vjp", "guided DDIM step", "training step", "classifier training step",
         "upsampler training step"]


class Work:
    """The same measurement of both tools over all rounds: shortest times by who took them, smallest peak memory."""

    def __init__(self, settings):
        self.settings = settings
        self.seconds = {}
        self.bytes = {}
        self.rounds = {}

    def add(self, who, seconds, peak):
        self.seconds[who] = min(seconds, self.seconds.get(who, seconds))
        self.rounds[who] = self.rounds.get(who, 0) + 1
        if peak:
            self.bytes[who] = min(peak, self.bytes.get(who, peak))

    def engines(self):
        return sorted((w for w in self.seconds if w.startswith("adm4j")), reverse=True)


def read(files):
    work = {}
    for file in files:
        run = json.loads(pathlib.Path(file).read_text())
        if not run["squared_error"]:
            sys.exit("The files do not train on the same loss: run harness bench with --squared-error.")
        settings = (run["device"], run["threads"], run["batch_size"], run["parameters"])
        for m in run["measurements"]:
            one = work.setdefault(m["name"], Work(settings))
            if one.settings != settings:
                sys.exit(f"The files do not measure the same work: {one.settings} and {settings}.")
            ours = run["tool"] == "adm4j"
            who = f"adm4j {run['engine']}" if ours else m["layout"]
            one.add(who, m["min"], run.get("peak_bytes") if ours else m.get("peak_bytes"))
    return {name: work[name] for name in ORDER if name in work}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=float, help="exit with 1 where a ratio is larger")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    work = read(args.files)
    tools = {json.loads(pathlib.Path(f).read_text())["tool"] for f in args.files}
    peer = next(t for t in tools if t != "adm4j")
    first = next(iter(work.values()))
    device, threads, batch, _ = first.settings
    where = f"{threads} CPU threads" if device == "cpu" else "GPU"
    rounds = max(n for w in work.values() for n in w.rounds.values())
    parameters = sorted({w.settings[3] for w in work.values()})
    print(f"Denoisers of {' and '.join(f'{p:,}' for p in parameters)} parameters, batches of {batch}, {where};"
          f" shortest seconds of {rounds} {'round' if rounds == 1 else 'rounds'} in turn, peak memory of a process in MB")
    bf16 = any("bf16" in w.seconds for w in work.values())
    print(f"{'':32} {'adm4j':>9} {peer:>14} {'channels_last':>14} {'ratio':>6}"
          + (f" {'bf16':>9} {'ratio':>6}" if bf16 else "")
          + f" {'adm4j MB':>9} {'PyTorch MB':>11} {'ratio':>6}")
    slow = []
    for name, w in work.items():
        best = min(w.seconds["default"], w.seconds["channels_last"])
        for engine in w.engines():
            title = f"{name}, {engine.removeprefix('adm4j ')}" if "training" in name else name
            ours = w.seconds[engine]
            line = (f"{title:32} {ours:9.5f} {w.seconds['default']:14.5f} {w.seconds['channels_last']:14.5f}"
                    f" {ours / best:6.2f}")
            if bf16:
                half = min(w.seconds["bf16"], w.seconds["bf16 channels_last"])
                line += f" {half:9.5f} {ours / half:6.2f}"
            if engine in w.bytes and "default" in w.bytes:
                line += (f" {w.bytes[engine] / 1e6:9.0f} {w.bytes['default'] / 1e6:11.0f}"
                         f" {w.bytes[engine] / w.bytes['default']:6.2f}")
            print(line)
            if args.most and ours / best > args.most:
                slow.append(title)
    print("Ratios are adm4j's values as shares of PyTorch's: of the better of its two memory layouts, memory of the default"
          " one.")
    print("A training step is forward, backward, AdamW and a moving average; denoiser and upsampler train on the squared error")
    print("of the noise alone (learn_sigma false), without the variational bound, so that the work is equal.")
    if bf16:
        print("Under bf16 autocast PyTorch multiplies numbers of 8 significant bits; adm4j computes in float32 throughout.")
    if device != "cpu":
        print("The memory is that of the process, not of the GPU.")
    if slow:
        print(f"Above {args.most} times PyTorch's time: {', '.join(slow)}")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
