#!/usr/bin/env python3
"""What Fréchet distance, precision, recall, density and coverage of given features are: the cases of Float64ScoresTest.

    scores.py          writes scores.npz and scores.json into the test resources

Everything is computed in float64 from the features as they are stored (float32), by ways that adm4j does not take: the trace of
the root by SciPy's matrix root, checked against singular values of the centered features, and neighbors by a tree. Needs NumPy
and SciPy.
"""
import json
import pathlib

import numpy as np
from scipy import linalg
from scipy.spatial import cKDTree

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources/io/adm4j/harness/evaluation/metrics"
K = 3


def mixed(rng, count, columns, spread=1.0, mean=0.0):
    """Correlated features whose standard deviations fall from 1 to `spread`."""
    mixing = np.random.default_rng(7).standard_normal((columns, columns)) / np.sqrt(columns)
    scales = np.geomspace(1, spread, columns)
    return (rng.standard_normal((count, columns)) * scales) @ mixing + mean


def cases():
    rng = np.random.default_rng(20211)
    yield "full_rank", mixed(rng, 150, 10), mixed(rng, 130, 10) * 1.1 + 0.2
    yield "ill_conditioned", mixed(rng, 160, 8, spread=1e-3), mixed(rng, 120, 8, spread=2e-3)
    yield "large_means", mixed(rng, 140, 8, mean=300.0), mixed(rng, 150, 8, mean=300.5)
    yield "few", mixed(rng, 12, 20), mixed(rng, 15, 20) + 0.1
    modes = rng.standard_normal((8, 12)) * 20
    reference = modes[np.arange(160) % 8] + rng.standard_normal((160, 12))
    # All samples are near three reference images of one mode.
    yield "collapsed", reference, reference[[0, 8, 16]][np.arange(120) % 3] + rng.standard_normal((120, 12)) * 0.01


def frechet(a, b):
    means = np.sum((a.mean(0) - b.mean(0)) ** 2)
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    rows = [(x - x.mean(0)) / np.sqrt(len(x) - 1) for x in (a, b)]
    root = linalg.svdvals(rows[0] @ rows[1].T).sum()
    if min(len(a), len(b)) > a.shape[1]:
        other = np.trace(linalg.sqrtm(first @ second)).real
        assert abs(root - other) < 1e-9 * root, (root, other)
    return means + np.trace(first) + np.trace(second) - 2 * root


def neighborhoods(reference, samples):
    def radii(points):
        return cKDTree(points).query(points, k=K + 1)[0][:, K]

    distances = linalg.norm(reference[:, None] - samples[None], axis=2)
    balls, other_balls = radii(reference)[:, None], radii(samples)[None]
    assert np.abs(distances / balls - 1).min() > 1e-9 and np.abs(distances / other_balls - 1).min() > 1e-9
    return {
        "precision": float((distances <= balls).any(0).mean()),
        "recall": float((distances <= other_balls).any(1).mean()),
        "density": float((distances < balls).sum() / (K * len(samples))),
        "coverage": float((distances.min(1) < balls[:, 0]).mean()),
    }


def main():
    arrays, expected = {}, {"k": K, "cases": {}}
    for name, reference, samples in cases():
        arrays[name + "_reference"] = reference.astype(np.float32)
        arrays[name + "_samples"] = samples.astype(np.float32)
        a, b = (arrays[name + end].astype(np.float64) for end in ("_reference", "_samples"))
        expected["cases"][name] = {"fd": float(frechet(a, b)), **neighborhoods(a, b)}
    np.savez_compressed(OUT / "scores.npz", **arrays)
    (OUT / "scores.json").write_text(json.dumps(expected, indent=2) + "\n")
    print(json.dumps(expected, indent=2))


if __name__ == "__main__":
    main()
