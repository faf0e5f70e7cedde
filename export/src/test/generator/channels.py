#!/usr/bin/env python3
"""What networks for images of other than three channels compute, by PyTorch: the cases of ChannelsTest.

    channels.py                       writes the cases into the test resources
    channels.py --check GOLDEN        compares the loss below with the published one in the folder of golden vectors

The networks are those of harness/bench/torch_peer.py, which is compared with the published ones by its option --check.
Their weights follow from a formula, so that no file holds them.
"""
import json
import math
import pathlib
import sys
import zlib

import numpy as np
import torch
from torch.nn import functional as F

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parents[3] / "harness" / "bench"))
from torch_peer import Classifier, Config, Denoiser, alphas_cumprod  # noqa: E402

OUT = HERE.parent / "resources" / "io" / "adm4j" / "export" / "recipe"
DENOISER = {
    "image_size": 16, "num_channels": 32, "channel_mult": "1,2", "num_res_blocks": 1, "attention_resolutions": "8",
    "num_head_channels": 16, "resblock_updown": True, "noise_schedule": "cosine",
}
CLASSIFIER = {
    "image_size": 16, "classifier_width": 32, "channel_mult": "1,2", "classifier_depth": 1,
    "classifier_attention_resolutions": "8", "num_head_channels": 16, "num_classes": 5,
}
UPSAMPLER = {**{k: v for k, v in DENOISER.items() if k != "image_size"}, "large_size": 16, "small_size": 8}
GRADIENTS = ("input_blocks.0.0.weight", "out.2.bias")


def weight(name, shape):
    """Reproducible in integers: a hash of the element's number and the name, uniform and scaled by the inputs."""
    k = np.arange(math.prod(shape), dtype=np.uint64)
    z = (np.uint64(zlib.crc32(name.encode())) + k * np.uint64(2654435761)) % np.uint64(2**32)
    z ^= z >> np.uint64(15)
    z = z * np.uint64(2246822519) % np.uint64(2**32)
    z ^= z >> np.uint64(13)
    u = z.astype(np.float64) / 2**32
    # Small last layers keep variances near their range, where float32 resolves the likelihood.
    spread = 0.5 if name.startswith("out.") else math.sqrt(3)
    values = 0.5 + u if len(shape) == 1 else (2 * u - 1) * spread / math.sqrt(math.prod(shape[1:]))
    return torch.from_numpy(values.astype(np.float32).reshape(shape))


def filled(network):
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            parameter.copy_(weight(name, tuple(parameter.shape)))
    return network.eval()


def column(values):
    return values.float()[:, None, None, None]


def hybrid(network, flags, x_start, noise, t, y):
    """Squared error of the noise plus the variational bound with the mean held fixed, each [N] (Improved DDPM, 3.1)."""
    bar = alphas_cumprod(1000, flags["noise_schedule"])
    before = torch.cat([torch.ones(1, dtype=torch.float64), bar[:-1]])
    beta = 1 - bar / before
    posterior = beta * (1 - before) / (1 - bar)
    smallest = torch.cat([posterior[1:2], posterior[1:]]).log()
    x_t = column(bar.sqrt()[t]) * x_start + column((1 - bar).sqrt()[t]) * noise
    out = network(x_t, t, y)
    eps, share = out.chunk(2, dim=1)
    mse = ((noise - eps) ** 2).mean((1, 2, 3))
    low, high = column(smallest[t]), column(beta.log()[t])
    log_variance = (share + 1) / 2 * (high - low) + low
    first, second = (before.sqrt() * beta / (1 - bar))[t], ((1 - beta).sqrt() * (1 - before) / (1 - bar))[t]
    predicted = column((1 / bar).sqrt()[t]) * x_t - column((1 / bar - 1).sqrt()[t]) * eps.detach()
    true_mean = column(first) * x_start + column(second) * x_t
    mean = column(first) * predicted + column(second) * x_t
    kl = 0.5 * (log_variance - low - 1 + (low - log_variance).exp() + (true_mean - mean) ** 2 * (-log_variance).exp())

    def cdf(v):
        return 0.5 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (v + 0.044715 * v**3)))

    narrow = (-0.5 * log_variance).exp()
    upper, lower = cdf(narrow * (x_start - mean + 1 / 255)), cdf(narrow * (x_start - mean - 1 / 255))
    least = 1e-12
    likelihood = torch.where(
        x_start < -0.999, upper.clamp(min=least).log(),
        torch.where(x_start > 0.999, (1 - lower).clamp(min=least).log(), (upper - lower).clamp(min=least).log()))
    bits = [v.mean((1, 2, 3)) / math.log(2) for v in (-likelihood, kl)]
    vb = torch.where(t == 0, *bits)
    return mse + vb, mse, vb


def images(channels, size, count=3):
    return torch.randn(count, channels, size, size)


def losses(flags, channels, y):
    levels = torch.randint(256, (3, channels, 16, 16))
    given = {
        "x_start": torch.where(torch.rand(levels.shape) < 0.1, 255 * (levels > 127), levels) / 127.5 - 1,
        "noise": images(channels, 16),
        "t": torch.tensor([0, 417, 800]),
    }
    network = filled(Denoiser(Config(flags)))
    loss, mse, vb = hybrid(network, flags, **given, y=y)
    loss.mean().backward()
    arrays = {**given, "losses": loss, "mse": mse, "vb": vb}
    parameters = dict(network.named_parameters())
    return {**arrays, **{"grad_" + name: parameters[name].grad for name in GRADIENTS}}


def save(name, flags, arrays):
    (OUT / f"channels-{name}.json").write_text(json.dumps(flags, indent=1) + "\n")
    np.savez_compressed(
        OUT / f"channels-{name}.npz", **{k: v.detach().numpy() for k, v in arrays.items() if v is not None})


def write():
    OUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    t = torch.tensor([0.0, 417.0, 999.0])
    for name, channels, conditional in (("gray", 1, False), ("rgba", 4, True)):
        flags = {**DENOISER, "in_channels": channels, "learn_sigma": True, "class_cond": conditional, "num_classes": 5}
        y = torch.tensor([4, 0, 2])
        x = images(channels, 16)
        with torch.no_grad():
            out = filled(Denoiser(Config(flags)))(x, t, y if conditional else None)
        save(name, flags, {"x": x, "t": t, "y": y if conditional else None, "out": out})
        save("losses-" + name, flags, {**losses(flags, channels, y if conditional else None), "y": y})
        flags = {**CLASSIFIER, "in_channels": channels}
        classifier = filled(Classifier(flags))
        log_prob, grad = classifier.guidance(x, t, y)
        save("classifier-" + name, flags, {"x": x, "t": t, "y": y, "log_prob": log_prob, "grad": grad})
    flags = {**UPSAMPLER, "in_channels": 1}
    given = {"x": images(1, 16), "t": t, "low_res": images(1, 8)}
    with torch.no_grad():
        save("upsampler-gray", flags, {**given, "out": filled(Denoiser(Config(flags)))(**given)})


def check(folder):
    flags = json.loads((folder / "unet-adm.json").read_text())
    network = Denoiser(Config(flags)).eval()
    network.load_state_dict(torch.load(folder / "unet-adm.pt", weights_only=True))
    with np.load(folder / "losses.npz") as arrays:
        given = {k: torch.from_numpy(arrays[k]) for k in ("x_start", "noise", "t", "y")}
        loss, mse, vb = hybrid(network, flags, **given)
        for name, found in (("loss", loss), ("mse", mse), ("vb", vb)):
            expected = torch.from_numpy(arrays["hybrid_" + name])
            print(f"{name}: off by {((found - expected) / expected).abs().max():.1g} of the published value")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--check"]:
        check(pathlib.Path(sys.argv[2]))
    else:
        write()
