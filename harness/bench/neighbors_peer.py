#!/usr/bin/env python3
"""Precision and recall by the published evaluator, to compare adm4j's speed with.

    neighbors_peer.py --evaluator evaluations/evaluator.py --out times.json
    neighbors_peer.py --ratio [--least 3] adm4j.json published.json

The file of the published evaluator (github.com/openai/guided-diffusion) is run as it is, on the synthetic features of
`harness bench metrics`. Needs TensorFlow 2 and what that file imports. adm4j's side is `harness bench metrics --measure
published_neighbours,neighbours --out adm4j.json`; neighbors.sh runs both. --ratio exits with 1 where precision and recall differ.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import sys
import time

# TensorFlow's float32 sums of inner products may round to the neighboring float16 number, which moves points at a radius.
MOST_MARKS = 5


def features(np, count, columns, seed):
    """Those of `harness bench metrics`: positive and correlated, of different variance, from the numbers of Java's SplittableRandom."""
    values = np.empty((count, columns), np.float32)
    previous = np.zeros(count)
    numbers = np.arange(count, dtype=np.uint64) * np.uint64(2 * columns)

    def uniform(offset):
        z = np.uint64(seed) + (numbers + np.uint64(offset + 1)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
        return ((z ^ z >> np.uint64(31)) >> np.uint64(11)) * 2.0**-53

    for c in range(columns):
        previous = 0.8 * previous + uniform(2 * c) + uniform(2 * c + 1) - 1
        values[:, c] = np.abs(previous) / (1 + 0.01 * c) + 0.02 * seed
    return values


def measure(args):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import numpy as np
    import tensorflow.compat.v1 as tf

    spec = importlib.util.spec_from_file_location("published_evaluator", args.evaluator)
    published = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(published)
    config = tf.ConfigProto(intra_op_parallelism_threads=args.threads, inter_op_parallelism_threads=args.threads)
    reference = features(np, args.reference, args.features, 1)
    samples = features(np, args.samples, args.features, 2)
    seconds, cpu = [], []
    with tf.Graph().as_default(), tf.Session(config=config) as session:
        estimator = published.ManifoldEstimator(session)
        estimator.warmup()
        for _ in range(args.repeats):
            start, used = time.perf_counter(), time.process_time()
            radii = [estimator.manifold_radii(x) for x in (reference, samples)]
            found = estimator.evaluate_pr(reference, radii[0], samples, radii[1])
            seconds.append(time.perf_counter() - start)
            cpu.append(time.process_time() - used)
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    result = {
        "tool": f"published evaluator, TensorFlow {tf.__version__}",
        "threads": args.threads, "samples": args.samples, "reference": args.reference, "features": args.features,
        "peak_bytes": peak,
        "measurements": [{
            "name": "precision, recall", "min": min(seconds), "cpu": sum(cpu) / len(cpu), "seconds": seconds,
            "values": {"precision": float(found[0][0]), "recall": float(found[1][0])},
        }],
    }
    pathlib.Path(args.out).write_text(json.dumps(result, indent=1) + "\n")


def ratio(files, least):
    ours, peer = (json.loads(pathlib.Path(f).read_text()) for f in files)
    for key in ("threads", "samples", "reference", "features"):
        if ours[key] != peer[key]:
            sys.exit(f"The files do not measure the same work: {key} is {ours[key]} and {peer[key]}.")
    other = peer["measurements"][0]
    print(f"{ours['samples']:,} samples against {ours['reference']:,}, {ours['features']:,} features, threads: {ours['threads']}")
    print(f"{'':64} {'wall':>9} {'processor':>11} {'precision':>12} {'recall':>10}")

    def row(tool, m):
        values = m["values"]
        print(f"{tool + ': ' + m['name']:64} {m['min']:7.2f} s {m['cpu']:9.2f} s {values['precision']:12.6f} {values['recall']:10.6f}")

    for m in ours["measurements"]:
        row(ours["tool"], m)
    row(peer["tool"], other)
    print(f"peak memory: {ours.get('peak_bytes', 0) / 1e9:.2f} GB against {peer['peak_bytes'] / 1e9:.2f} GB")
    failed = False
    for m in ours["measurements"]:
        times = other["cpu"] / m["cpu"]
        print(f"{m['name']}: {times:.2f} times the published evaluator's rate, by processor time.")
        failed |= bool(least) and times < least
        if m["name"].endswith("as published"):
            for name, points in (("precision", ours["samples"]), ("recall", ours["reference"])):
                marks = round(abs(m["values"][name] - other["values"][name]) * points)
                print(f"{name} differs from the published evaluator's by {marks} of {points:,} points.")
                failed |= marks > MOST_MARKS
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluator")
    parser.add_argument("--samples", type=int, default=10000)
    parser.add_argument("--reference", type=int, default=10000)
    parser.add_argument("--features", type=int, default=2048)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--out")
    parser.add_argument("--ratio", nargs=2, metavar="FILE")
    parser.add_argument("--least", type=float, help="exit with 1 where one of adm4j's rates is a smaller multiple")
    args = parser.parse_args()
    if args.ratio:
        return ratio(args.ratio, args.least)
    if not (args.evaluator and args.out):
        parser.error("give --evaluator and --out, or --ratio with the files of both")
    measure(args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
