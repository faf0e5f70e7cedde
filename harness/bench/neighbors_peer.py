#!/usr/bin/env python3
"""Precision and recall by the published evaluator, to compare adm4j's speed with.

    neighbors_peer.py --evaluator evaluations/evaluator.py --out times.json
    neighbors_peer.py --ratio [--least 3] adm4j.json published.json

The file of the published evaluator (github.com/openai/guided-diffusion) is run as it is, on synthetic features. Needs TensorFlow 2
and what that file imports. adm4j's side is `harness bench metrics --measure neighbours --out adm4j.json`; neighbors.sh runs both.
"""
import argparse
import importlib.util
import json
import os
import pathlib
import sys
import time


def features(np, count, columns, seed):
    """Positive and correlated, of different variance, as those of `harness bench metrics`."""
    rng = np.random.default_rng(seed)
    values = np.empty((count, columns), np.float32)
    previous = np.zeros(count)
    for c in range(columns):
        previous = 0.8 * previous + rng.uniform(-1, 1, count)
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
        "peak_bytes": peak, "precision": float(found[0][0]), "recall": float(found[1][0]),
        "measurements": [{"name": "precision, recall", "min": min(seconds), "cpu": sum(cpu) / len(cpu), "seconds": seconds}],
    }
    pathlib.Path(args.out).write_text(json.dumps(result, indent=1) + "\n")


def ratio(files, least):
    ours, peer = (json.loads(pathlib.Path(f).read_text()) for f in files)
    for key in ("threads", "samples", "reference", "features"):
        if ours[key] != peer[key]:
            sys.exit(f"The files do not measure the same work: {key} is {ours[key]} and {peer[key]}.")
    one, other = ours["measurements"][0], peer["measurements"][0]
    print(f"{ours['samples']:,} samples against {ours['reference']:,}, {ours['features']:,} features, threads: {ours['threads']}")
    for tool, m, peak in ((ours["tool"], one, ours.get("peak_bytes", 0)), (peer["tool"], other, peer["peak_bytes"])):
        print(f"{tool:44} {m['min']:9.2f} s {m['cpu']:9.2f} s of processor time, peak {peak / 1e9:.2f} GB")
    times = other["cpu"] / one["cpu"]
    print(f"adm4j's rate is {times:.2f} times the published evaluator's, by processor time.")
    return 1 if least and times < least else 0


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
    parser.add_argument("--least", type=float, help="exit with 1 where adm4j's rate is a smaller multiple")
    args = parser.parse_args()
    if args.ratio:
        return ratio(args.ratio, args.least)
    if not (args.evaluator and args.out):
        parser.error("give --evaluator and --out, or --ratio with the files of both")
    measure(args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
