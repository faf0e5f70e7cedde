#!/usr/bin/env python3
"""Small files of statistics as other programs write them, for PickledArraysTest and PickledStatisticsTest: EDM2 (pickle of a dict
for each network), StyleGAN (pickle of sums), torch-fidelity (torch.save of NumPy arrays). Needs NumPy and PyTorch.
"""
import pathlib
import pickle

import numpy as np
import torch

OUT = pathlib.Path(__file__).resolve().parent.parent / "resources" / "io" / "adm4j" / "export" / "importer" / "torch"
MU = np.array([1.0, 2.0, 3.0])
SIGMA = np.array([[2.0, 0.5, 0.0], [0.5, 3.0, 0.25], [0.0, 0.25, 4.0]])
COUNT = 100


def write(name, value, protocol):
    (OUT / name).write_bytes(pickle.dumps(value, protocol=protocol))


write("edm2.pkl", {"num_images": COUNT, "fid": {"mu": MU, "sigma": SIGMA},
                   "fd_dinov2": {"mu": MU[:2], "sigma": SIGMA[:2, :2].copy()}}, 4)
write("stylegan.pkl", {"capture_all": False, "capture_mean_cov": True, "max_items": COUNT, "num_items": COUNT,
                       "num_features": 3, "all_features": None, "raw_mean": MU * COUNT,
                       "raw_cov": (SIGMA + np.outer(MU, MU)) * COUNT}, 4)
write("forms.pkl", {"float32": MU.astype("f4"), "big": MU.astype(">f8"), "fortran": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
                    "again": {"fortran": np.arange(6.0).reshape(2, 3).T}, "integers": np.arange(3), "scalar": np.float64(1)}, 5)
torch.save({"mu": MU, "sigma": SIGMA}, OUT / "fidelity.pt")
