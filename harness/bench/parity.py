#!/usr/bin/env python3
"""Whether every released model computes here what it computes in PyTorch.

    parity.py                                   all models in both precisions, at full size
    parity.py --models imagenet64 --table t.md  one of them
    parity.py --check classifier.json ...       the classifier in this file against golden cases

For each model: a PyTorch network with the published names and shapes and random weights (none of them zero, those neither
that training starts from zero) computes one output, and the gradient of its classifier; `harness import` reads the weights
and `harness run` computes the same. Errors are the largest and the root mean square of the differences, each over that of
PyTorch's own output; both must stay within 1e-4 in float32, 2e-2 in float16 (against PyTorch in float32).

Rows of the table are replaced as they are measured, so models can be run one by one. Needs PyTorch 2 and NumPy; the largest
models take 9 GB of disk and 7 GB of memory.
"""
import argparse
import gc
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

import numpy as np
import torch
from torch import nn

import torch_peer as peer

ALLOWED = {"fp32": 1e-4, "fp16": 2e-2}
COMMON = {
    "attention_resolutions": "32,16,8", "class_cond": True, "diffusion_steps": 1000, "learn_sigma": True,
    "noise_schedule": "linear", "num_res_blocks": 2, "resblock_updown": True, "use_scale_shift_norm": True,
}
SIZE_256 = {"image_size": 256, "num_channels": 256, "num_head_channels": 64}
LSUN = {**SIZE_256, "class_cond": False, "dropout": 0.1}
# What the released models' descriptions say, kept apart from adm4j's own list on purpose.
DENOISERS = {
    "imagenet64": {
        "image_size": 64, "num_channels": 192, "num_head_channels": 64, "num_res_blocks": 3, "dropout": 0.1,
        "noise_schedule": "cosine", "use_new_attention_order": True,
    },
    "imagenet128": {"image_size": 128, "num_channels": 256, "num_heads": 4},
    "imagenet256": SIZE_256,
    "imagenet256-uncond": {**SIZE_256, "class_cond": False},
    "imagenet512": {**SIZE_256, "image_size": 512},
    "imagenet64-256": {"large_size": 256, "small_size": 64, "num_channels": 192, "num_heads": 4},
    "imagenet128-512": {
        "large_size": 512, "small_size": 128, "num_channels": 192, "num_head_channels": 64,
        "attention_resolutions": "32,16",
    },
    "lsun-bedroom": LSUN,
    "lsun-cat": LSUN,
    "lsun-horse": LSUN,
    "lsun-horse-nodropout": {**LSUN, "dropout": 0.0},
}
CLASSIFIERS = {
    "imagenet64": {"image_size": 64, "classifier_depth": 4},
    "imagenet128": {"image_size": 128},
    "imagenet256": {"image_size": 256},
    "imagenet512": {"image_size": 512},
}
COLUMNS = (
    "model", "graph", "precision", "parameters", "output", "largest error", "rms error", "allowed", "import", "run",
    "PyTorch",
)


def random_network(make, seed):
    """Random weights that keep activations near 1 in every layer, those too that training starts from zero."""
    with torch.device("meta"):
        network = make()
    network = network.to_empty(device="cpu").requires_grad_(False).eval()
    generator = torch.Generator().manual_seed(seed)
    for name, p in network.named_parameters():
        p.normal_(generator=generator)
        if p.dim() == 1:
            p.mul_(0.1)
            if name.endswith("weight"):
                p.add_(1)
        elif "label_emb" not in name:
            p.mul_(p[0].numel() ** -0.5)
    return network


def measured(command):
    """Runs a command of the harness: its seconds and its largest memory in GB."""
    start = time.perf_counter()
    process = subprocess.Popen([str(c) for c in command], stdout=subprocess.DEVNULL)
    peak = 0
    # What wait4 tells would count this process too, of which the other is a fork.
    while process.poll() is None:
        try:
            status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
            peak = max([peak, *(int(kb) for kb in re.findall(r"VmHWM:\s*(\d+)", status))])
        except OSError:
            pass
        time.sleep(0.05)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))} ended with {process.returncode}")
    return f"{time.perf_counter() - start:.0f} s, {peak / 1e6:.1f} GB"


class Run:
    def __init__(self, args):
        self.args = args
        self.table = pathlib.Path(args.table)
        self.failed = False

    def model(self, name):
        flags = {**COMMON, **DENOISERS[name]}
        work = pathlib.Path(tempfile.mkdtemp(prefix="parity-", dir=self.args.work))
        try:
            self.compare(name, flags, CLASSIFIERS.get(name), work)
        finally:
            shutil.rmtree(work)

    def compare(self, name, flags, classifier_flags, work):
        (work / "flags.json").write_text(json.dumps(flags))
        seed = zlib.crc32(name.encode())
        size = flags.get("large_size") or flags["image_size"]
        generator = torch.Generator().manual_seed(seed)
        given = {
            "x": torch.randn(1, 3, size, size, generator=generator),
            "t": torch.tensor([437.0]),
        }
        if flags["class_cond"]:
            given["y"] = torch.tensor([seed % 1000])
        if "small_size" in flags:
            given["low_res"] = torch.rand(1, 3, flags["small_size"], flags["small_size"], generator=generator) * 2 - 1
        guided = {"x": given["x"], "t": given["t"], "y": torch.tensor([seed % 1000])}
        np.savez(work / "in.npz", **{k: v.numpy() for k, v in {**guided, **given}.items()})

        network = random_network(lambda: peer.Denoiser(peer.Config(flags)), seed)
        count = sum(p.numel() for p in network.parameters())
        start = time.perf_counter()
        with torch.inference_mode():
            expected = {"out": network(**given)}
        seconds = time.perf_counter() - start
        torch.save(network.state_dict(), work / "denoiser.pt")
        del network
        arguments = ["--weights", work / "denoiser.pt"]
        arguments += ["--model", name] if self.args.by_name else ["--flags", work / "flags.json"]
        if classifier_flags and "fp32" in self.args.precision:
            (work / "classifier.json").write_text(json.dumps(classifier_flags))
            classifier = random_network(lambda: peer.Classifier(classifier_flags), seed + 1)
            classifier_count = sum(p.numel() for p in classifier.parameters())
            with torch.inference_mode():
                expected["logits"] = classifier(guided["x"], guided["t"])
            start = time.perf_counter()
            expected["log_prob"], expected["grad"] = classifier.guidance(**guided)
            gradient_seconds = time.perf_counter() - start
            torch.save(classifier.state_dict(), work / "classifier.pt")
            del classifier
            arguments += ["--classifier-weights", work / "classifier.pt"]
            arguments += [] if self.args.by_name else ["--classifier-flags", work / "classifier.json"]
        elif self.args.by_name:
            arguments += ["--no-classifier"]
        gc.collect()
        for precision in self.args.precision:
            bundle = work / precision
            imported = measured(
                [self.args.harness, "import", *arguments, "--precision", precision, "--out", bundle])
            self.graph(work, bundle / "denoiser.onnx", expected, name, precision, count, imported, seconds)
            # The classifier is float32 in any bundle.
            if "logits" in expected and precision == "fp32":
                for graph in ("classifier.onnx", "classifier-gradient.onnx"):
                    self.graph(work, bundle / graph, expected, name, precision, classifier_count, "with the denoiser",
                               gradient_seconds if "gradient" in graph else None)
            shutil.rmtree(bundle)

    def graph(self, work, graph, expected, name, precision, count, imported, seconds):
        ran = measured([
            self.args.harness, "run", graph, "--inputs", work / "in.npz", "--outputs", work / "out.npz",
            "--threads", self.args.threads])
        with np.load(work / "out.npz") as found:
            for output in found.files:
                wanted = expected[output].double().numpy()
                off = found[output].astype(np.float64) - wanted
                largest = np.abs(off).max() / np.abs(wanted).max()
                mean_square = np.sqrt((off**2).mean() / (wanted**2).mean())
                fine = bool(largest <= ALLOWED[precision] and mean_square <= ALLOWED[precision])
                self.failed |= not fine
                self.record((
                    name, graph.name, precision, f"{count / 1e6:.1f} M",
                    f"{output} {'x'.join(map(str, wanted.shape[1:]))}".strip(),
                    f"{largest:.1e}", f"{mean_square:.1e}",
                    f"{ALLOWED[precision]:.0e}" if fine else f"{ALLOWED[precision]:.0e}: FAILED", imported, ran,
                    f"{seconds:.0f} s" if seconds else "",
                ))

    def record(self, row):
        """Puts a row into the table, in the models' order and instead of an older one."""
        print(" | ".join(row), flush=True)
        rows = {}
        if self.table.exists():
            for line in self.table.read_text().splitlines():
                cells = [c.strip() for c in line.strip("| ").split("|")]
                if cells[0] in DENOISERS:
                    rows[self.key(cells)] = line
        rows[self.key(row)] = "| " + " | ".join(row) + " |"
        order = list(DENOISERS)
        lines = [rows[k] for k in sorted(rows, key=lambda k: (order.index(k[0]), k[1:]))]
        head = "| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS)
        note = (
            "# Parity with PyTorch\n\n"
            "Written by `harness/bench/parity.py`: random weights with the published names and shapes, batch 1, full size.\n"
            "Errors are relative: the largest and the root mean square of the differences over those of PyTorch's output.\n"
            f"Float16 is compared with PyTorch in float32. Seconds are of one run, start and loading included; memory is the\n"
            f"process's peak. {self.args.machine}\n\n")
        self.table.write_text(note + head + "\n" + "\n".join(lines) + "\n")

    @staticmethod
    def key(cells):
        return cells[0], re.sub("denoiser", "", cells[1]), cells[2], cells[4].split()[0]


def check(file):
    """Compares the classifier with the published one on a golden case; returns the exit code."""
    case = pathlib.Path(file)
    flags = json.loads(case.read_text())
    network = peer.Classifier(flags)
    network.load_state_dict(torch.load(case.with_suffix(".pt"), map_location="cpu", weights_only=True))
    with np.load(case.with_suffix(".npz")) as arrays:
        x, t, y, logits, grad = (torch.from_numpy(arrays[k]) for k in ("x", "t", "y", "logits", "grad"))
    found, gradient = network.eval()(x, t).detach(), network.guidance(x, t, y.long())[1]
    fine = all(torch.allclose(a, b, rtol=peer.RTOL, atol=peer.ATOL) for a, b in ((found, logits), (gradient, grad)))
    print(f"{case.stem}: {'as published' if fine else 'NOT as published'}")
    return 0 if fine else 1


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=",".join(DENOISERS))
    parser.add_argument("--precision", default="fp32,fp16")
    parser.add_argument("--by-name", action="store_true", help="import with --model NAME: tests adm4j's list of flags too")
    parser.add_argument("--harness", default=here.parent / "bin" / "harness")
    parser.add_argument("--table", default=here / "parity.md", help="Markdown file in which rows are replaced")
    parser.add_argument("--machine", default=f"{os.cpu_count()} CPU cores.", help="sentence about it for the table")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--work", help="folder for temporary files")
    parser.add_argument("--check", nargs="+", metavar="JSON", help="flags of golden classifiers")
    args = parser.parse_args()
    if args.check:
        return max(check(file) for file in args.check)
    args.precision = args.precision.split(",")
    names = args.models.split(",")
    for name in names:
        if name not in DENOISERS:
            parser.error(f"--models takes {', '.join(DENOISERS)}, not {name}")
    for precision in args.precision:
        if precision not in ALLOWED:
            parser.error(f"--precision takes {', '.join(ALLOWED)}, not {precision}")
    torch.set_num_threads(args.threads)
    run = Run(args)
    for name in names:
        run.model(name)
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
