#!/usr/bin/env python3
"""The published feature extraction in TensorFlow, to compare adm4j's speed with.

    features_peer.py --graph classify_image_graph_def.pb --pictures pictures.npz --out times.json
    features_peer.py --ratios [--least 1.5] adm4j-1.json tensorflow-1.json ...

The frozen graph is run as the published evaluator runs it: float pictures in at ExpandDims, pool_3 and the first channels
of mixed_6/conv out, and the softmax of pool_3 times the last weights. Needs TensorFlow 2 and NumPy.
"""
import argparse
import json
import os
import pathlib
import sys
import time


def measure(args):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import numpy as np
    import tensorflow.compat.v1 as tf

    tf.disable_eager_execution()
    graph = tf.GraphDef()
    graph.ParseFromString(pathlib.Path(args.graph).read_bytes())
    with np.load(args.pictures) as arrays:
        batch = arrays["arr_0"][: args.batch_size]
    if len(batch) < args.batch_size:
        sys.exit(f"{args.pictures} has {len(batch)} pictures, fewer than --batch-size {args.batch_size}.")
    pictures = tf.placeholder(tf.float32, [None, None, None, 3])
    pool, maps, weights = tf.import_graph_def(
        graph,
        input_map={"ExpandDims:0": pictures},
        return_elements=["pool_3:0", "mixed_6/conv:0", "softmax/weights:0"],
    )
    probabilities = tf.nn.softmax(tf.matmul(tf.reshape(pool, [-1, weights.shape[0]]), weights))
    wanted = [pool, maps[..., :7], probabilities]
    config = tf.ConfigProto(
        intra_op_parallelism_threads=args.threads, inter_op_parallelism_threads=args.threads
    )
    seconds = []
    with tf.Session(config=config) as session:
        for _ in range(args.warm_up + args.repeats):
            start = time.perf_counter()
            session.run(wanted, {pictures: batch.astype(np.float32)})
            seconds.append(time.perf_counter() - start)
    result = {
        "tool": f"TensorFlow {tf.__version__}",
        "device": "cpu",
        "threads": args.threads,
        "batch_size": args.batch_size,
        "pictures": args.pictures,
        "seconds": seconds[args.warm_up :],
    }
    pathlib.Path(args.out).write_text(json.dumps(result, indent=1) + "\n")


def ratios(files, least):
    runs = [json.loads(pathlib.Path(f).read_text()) for f in files]
    if len({(r["device"], r["threads"], r["batch_size"], r["pictures"]) for r in runs}) > 1:
        sys.exit("The files do not measure the same work.")
    best = {}
    for run in runs:
        best[run["tool"]] = min(run["seconds"] + [best.get(run["tool"], float("inf"))])
    peer = next(tool for tool in best if tool != "adm4j")
    batch, threads = runs[0]["batch_size"], runs[0]["threads"]
    print(f"Feature extraction, batches of {batch}, {threads} CPU threads, best of {len(runs) // 2} rounds in turn")
    for tool, seconds in best.items():
        print(f"{tool:20} {seconds:8.3f} s {batch / seconds:8.2f} pictures/s")
    ratio = best[peer] / best["adm4j"]
    print(f"adm4j's rate is {ratio:.2f} times that of {peer}.")
    return 1 if least and ratio < least else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--graph")
    parser.add_argument("--pictures")
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--warm-up", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out")
    parser.add_argument("--ratios", nargs="+", metavar="FILE")
    parser.add_argument("--least", type=float, help="exit with 1 where adm4j's rate is a smaller multiple")
    args = parser.parse_args()
    if args.ratios:
        return ratios(args.ratios, args.least)
    if not (args.graph and args.pictures and args.out):
        parser.error("give --graph, --pictures and --out, or --ratios with the files of both")
    measure(args)
    return 0


if __name__ == "__main__":
    sys.exit(main())
