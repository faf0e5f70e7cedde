#!/usr/bin/env python3
"""The ADM denoiser in PyTorch, to compare adm4j's speed with.

    torch_peer.py --check unet.json                    compares with unet.pt and unet.npz beside the flags, exit 1 if off
    torch_peer.py --flags flags.json --out times.json  measures like `harness bench --squared-error`

Each measurement is taken in PyTorch's default memory layout and in channels_last, with --bf16 also under bfloat16 autocast.
A guided step is the published one: the denoiser, the classifier's gradient by autograd, and the DDIM update. A training step
is noising, forward, mean squared error of the noise (the network has learn_sigma false), backward, AdamW
and one moving average of the weights. Of an upsampler the low-resolution images are means over areas; a classifier is trained on
noisy images by its cross-entropy. The peak memory is that of the process up to the end of a measurement. Needs PyTorch 2 and, for
--check, NumPy.
"""
import argparse
import copy
import json
import math
import pathlib
import resource
import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

GROUPS = 32
ATOL, RTOL = 2e-5, 1e-4
EMA_RATE = 0.9999


def truth(value):
    return value if isinstance(value, bool) else str(value).strip().lower() in ("true", "yes", "t", "y", "1")


def numbers(value, kind):
    parts = value if isinstance(value, list) else [p for p in str(value).split(",") if p.strip()]
    return [kind(p) for p in parts]


class Config:
    """Published flags with the published defaults."""

    MULTIPLIERS = {512: "0.5,1,1,2,2,4,4", 256: "1,1,2,2,4,4", 128: "1,1,2,3,4", 64: "1,2,3,4"}
    ENLARGING = {512: "1,1,2,2,4,4", 256: "1,1,2,2,4,4", 64: "1,2,3,4"}

    def __init__(self, flags):
        self.small = int(flags.get("small_size", 64)) if "large_size" in flags else 0
        self.size = int(flags["large_size"] if self.small else flags.get("image_size", 64))
        self.channels = int(flags.get("in_channels", 3))
        self.width = int(flags.get("num_channels", 128))
        self.blocks = int(flags.get("num_res_blocks", 2))
        default = (self.ENLARGING if self.small else self.MULTIPLIERS).get(self.size, "")
        self.multipliers = numbers(flags.get("channel_mult") or default, float)
        if not self.multipliers:
            sys.exit(f"There are no default channel multipliers for pictures of {self.size}: give channel_mult.")
        resolutions = numbers(flags.get("attention_resolutions", "16,8"), int)
        self.attends = {self.size // r for r in resolutions}
        self.heads = int(flags.get("num_heads", 4))
        up = int(flags.get("num_heads_upsample", -1))
        self.heads_up = self.heads if up == -1 else up
        self.head_width = int(flags.get("num_head_channels", -1))
        self.new_order = truth(flags.get("use_new_attention_order", False))
        self.scale_shift = truth(flags.get("use_scale_shift_norm", True))
        self.block_resamples = truth(flags.get("resblock_updown", False))
        self.dropout = float(flags.get("dropout", 0))
        self.learn_sigma = truth(flags.get("learn_sigma", False))
        self.classes = int(flags.get("num_classes", 1000)) if truth(flags.get("class_cond", False)) else 0
        self.steps = int(flags.get("diffusion_steps", 1000))
        self.schedule = flags.get("noise_schedule", "linear")

    def widths(self):
        return [int(m * self.width) for m in self.multipliers]


def silu_after(*layers):
    return nn.Sequential(nn.SiLU(), *layers)


def norm(channels):
    return nn.GroupNorm(GROUPS, channels)


def zeroed(layer):
    for p in layer.parameters():
        nn.init.zeros_(p)
    return layer


def halve(x):
    return F.avg_pool2d(x, 2)


def double(x):
    return F.interpolate(x, scale_factor=2.0, mode="nearest")


class ResBlock(nn.Module):
    def __init__(self, c, channels, out, resample=None):
        super().__init__()
        self.resample = resample
        self.scale_shift = c.scale_shift
        self.in_layers = nn.Sequential(norm(channels), nn.SiLU(), nn.Conv2d(channels, out, 3, padding=1))
        self.emb_layers = silu_after(nn.Linear(4 * c.width, (2 if c.scale_shift else 1) * out))
        last = zeroed(nn.Conv2d(out, out, 3, padding=1))
        self.out_layers = nn.Sequential(norm(out), nn.SiLU(), nn.Dropout(c.dropout), last)
        self.skip_connection = nn.Identity() if channels == out else nn.Conv2d(channels, out, 1)

    def forward(self, x, emb):
        h = self.in_layers[1](self.in_layers[0](x))
        if self.resample:
            h, x = self.resample(h), self.resample(x)
        h = self.in_layers[2](h)
        e = self.emb_layers(emb)[:, :, None, None]
        if self.scale_shift:
            scale, shift = e.chunk(2, dim=1)
            h = self.out_layers[0](h) * (1 + scale) + shift
        else:
            h = self.out_layers[0](h + e)
        return self.skip_connection(x) + self.out_layers[1:](h)


class Attention(nn.Module):
    def __init__(self, c, channels, heads):
        super().__init__()
        self.heads = heads if c.head_width == -1 else channels // c.head_width
        self.new_order = c.new_order
        self.norm = norm(channels)
        self.qkv = nn.Conv1d(channels, 3 * channels, 1)
        self.proj_out = zeroed(nn.Conv1d(channels, channels, 1))

    def forward(self, x, emb):
        n, channels, height, width = x.shape
        qkv = self.qkv(self.norm(x).reshape(n, channels, height * width))
        per_head = channels // self.heads
        if self.new_order:
            q, k, v = qkv.reshape(n, 3, self.heads, per_head, -1).unbind(1)
        else:
            q, k, v = qkv.reshape(n, self.heads, 3, per_head, -1).unbind(2)
        # Only memory in this order reaches PyTorch's fused attention; the copies cost less than they save.
        mixed = F.scaled_dot_product_attention(*(a.transpose(2, 3).contiguous() for a in (q, k, v)))
        mixed = mixed.transpose(2, 3).reshape(n, channels, height * width)
        return x + self.proj_out(mixed).reshape(x.shape)


class Strided(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.op = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x, emb):
        return self.op(x)


class Enlarged(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x, emb):
        return self.conv(double(x))


class First(nn.Conv2d):
    def forward(self, x, emb):
        return super().forward(x)


class Stage(nn.ModuleList):
    def forward(self, x, emb):
        for layer in self:
            x = layer(x, emb)
        return x


def time_embedding(c):
    return nn.Sequential(nn.Linear(c.width, 4 * c.width), nn.SiLU(), nn.Linear(4 * c.width, 4 * c.width))


def waves(c, t):
    half = c.width // 2
    frequencies = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float32, device=t.device) / half)
    angles = t.float()[:, None] * frequencies
    return F.pad(torch.cat([angles.cos(), angles.sin()], dim=1), (0, c.width - 2 * half))


def downward(c, channels):
    """The way down: its stages, and the channels that each gives."""
    widths = c.widths()
    h = widths[0]
    stages = nn.ModuleList([Stage([First(channels, h, 3, padding=1)])])
    given = [h]
    for level, width in enumerate(widths):
        for _ in range(c.blocks):
            stage = Stage([ResBlock(c, h, width)])
            h = width
            if 2**level in c.attends:
                stage.append(Attention(c, h, c.heads))
            stages.append(stage)
            given.append(h)
        if level + 1 < len(widths):
            stages.append(Stage([ResBlock(c, h, h, halve) if c.block_resamples else Strided(h)]))
            given.append(h)
    return stages, given


def middle(c, channels):
    return Stage([ResBlock(c, channels, channels), Attention(c, channels, c.heads), ResBlock(c, channels, channels)])


class Denoiser(nn.Module):
    """The UNet of Dhariwal and Nichol 2021; parameters are named as in the published state dicts."""

    def __init__(self, c):
        super().__init__()
        self.c = c
        emb = 4 * c.width
        self.time_embed = time_embedding(c)
        if c.classes:
            self.label_emb = nn.Embedding(c.classes, emb)
        self.input_blocks, skips = downward(c, 2 * c.channels if c.small else c.channels)
        h = skips[-1]
        widths = c.widths()
        self.middle_block = middle(c, h)
        self.output_blocks = nn.ModuleList()
        for level, width in reversed(list(enumerate(widths))):
            for i in range(c.blocks + 1):
                stage = Stage([ResBlock(c, h + skips.pop(), width)])
                h = width
                if 2**level in c.attends:
                    stage.append(Attention(c, h, c.heads_up))
                if level and i == c.blocks:
                    stage.append(ResBlock(c, h, h, double) if c.block_resamples else Enlarged(h))
                self.output_blocks.append(stage)
        out = 2 * c.channels if c.learn_sigma else c.channels
        self.out = nn.Sequential(norm(h), nn.SiLU(), zeroed(nn.Conv2d(h, out, 3, padding=1)))

    def forward(self, x, t, y=None, low_res=None):
        emb = self.time_embed(waves(self.c, t))
        if self.c.classes:
            emb = emb + self.label_emb(y)
        if self.c.small:
            x = torch.cat([x, F.interpolate(low_res, x.shape[2:], mode="bilinear")], dim=1)
        skips = []
        for stage in self.input_blocks:
            x = stage(x, emb)
            skips.append(x)
        x = self.middle_block(x, emb)
        for stage in self.output_blocks:
            x = stage(torch.cat([x, skips.pop()], dim=1), emb)
        return self.out(x)


class AttentionPool(nn.Module):
    """All positions and their mean attend to one another; the mean's answer is the picture's."""

    def __init__(self, positions, channels, head_width, out):
        super().__init__()
        self.head_width = head_width
        self.positional_embedding = nn.Parameter(torch.empty(channels, positions + 1))
        self.qkv_proj = nn.Conv1d(channels, 3 * channels, 1)
        self.c_proj = nn.Conv1d(channels, out, 1)

    def forward(self, x):
        places = x.flatten(2)
        places = torch.cat([places.mean(2, keepdim=True), places], dim=2) + self.positional_embedding
        heads = (places.shape[1] // self.head_width, self.head_width)
        q, k, v = self.qkv_proj(places).unflatten(1, (3, *heads)).unbind(1)
        affinity = torch.einsum("nhcq,nhck->nhqk", q, k) / self.head_width**0.5
        mixed = torch.einsum("nhqk,nhck->nhcq", affinity.softmax(3), v)
        return self.c_proj(mixed.flatten(1, 2))[:, :, 0]


class Classifier(nn.Module):
    """The noisy classifier with the attention pool; parameters are named as in the published state dicts."""

    def __init__(self, flags):
        super().__init__()
        self.c = c = Config({
            "image_size": flags["image_size"],
            "in_channels": flags.get("in_channels", 3),
            "num_channels": flags.get("classifier_width", 128),
            "num_res_blocks": flags.get("classifier_depth", 2),
            "channel_mult": flags.get("channel_mult", ""),
            "attention_resolutions": flags.get("classifier_attention_resolutions", "32,16,8"),
            "num_heads": 1,
            "num_head_channels": flags.get("num_head_channels", 64),
            "use_scale_shift_norm": flags.get("classifier_use_scale_shift_norm", True),
            "resblock_updown": flags.get("classifier_resblock_updown", True),
        })
        self.time_embed = time_embedding(c)
        self.input_blocks, given = downward(c, c.channels)
        self.middle_block = middle(c, given[-1])
        positions = (c.size >> len(c.multipliers) - 1) ** 2
        self.classes = flags.get("num_classes", 1000)
        pool = AttentionPool(positions, given[-1], c.head_width, self.classes)
        self.out = nn.Sequential(norm(given[-1]), nn.SiLU(), pool)

    def forward(self, x, t):
        emb = self.time_embed(waves(self.c, t))
        for stage in self.input_blocks:
            x = stage(x, emb)
        return self.out(self.middle_block(x, emb))

    def guidance(self, x, t, y):
        """log p(y | x) and its gradient by x."""
        x = x.clone().requires_grad_()
        chosen = self(x, t).log_softmax(1).gather(1, y[:, None])[:, 0]
        return chosen.detach(), torch.autograd.grad(chosen.sum(), x)[0]


def check(flags_file):
    """Compares with the published network's output on a golden case; returns the exit code."""
    import numpy as np

    case = pathlib.Path(flags_file)
    network = Denoiser(Config(json.loads(case.read_text())))
    network.load_state_dict(torch.load(case.with_suffix(".pt"), map_location="cpu", weights_only=True))
    with np.load(case.with_suffix(".npz")) as arrays:
        given = {k: torch.from_numpy(arrays[k]) for k in ("x", "t", "y", "low_res") if k in arrays}
        expected = torch.from_numpy(arrays["out"])
    with torch.inference_mode():
        off = (network.eval()(**given) - expected).abs()
    fine = bool((off <= ATOL + RTOL * expected.abs()).all())
    print(f"{case.stem}: largest difference {off.max():.2g}, {'as published' if fine else 'NOT as published'}")
    return 0 if fine else 1


def alphas_cumprod(steps, schedule):
    if schedule == "cosine":
        bar = [math.cos((i / steps + 0.008) / 1.008 * math.pi / 2) ** 2 for i in range(steps + 1)]
        betas = torch.tensor([min(1 - bar[i + 1] / bar[i], 0.999) for i in range(steps)], dtype=torch.float64)
    else:
        betas = torch.linspace(0.1 / steps, 20 / steps, steps, dtype=torch.float64)
    return torch.cumprod(1 - betas, dim=0)


class Bench:
    def __init__(self, flags, args):
        self.flags, self.args = flags, args
        self.device = torch.device(args.device)
        self.timings = []

    def network(self, config, layout):
        torch.manual_seed(0)
        return Denoiser(config).to(self.device).to(memory_format=layout)

    def pictures(self, channels, size, layout):
        return torch.randn(self.args.batch_size, channels, size, size, device=self.device).to(memory_format=layout)

    def labels(self, config):
        n = self.args.batch_size
        return torch.randint(config.classes, (n,), device=self.device) if config.classes else None

    def take(self, name, layout, work):
        self.take_in(name, "channels_last" if layout == torch.channels_last else "default", work)
        if self.args.bf16:
            def autocast():
                with torch.autocast(self.args.device, torch.bfloat16):
                    work()

            self.take_in(name, "bf16 channels_last" if layout == torch.channels_last else "bf16", autocast)

    def take_in(self, name, layout, work):
        for _ in range(self.args.warm_up):
            work()
        seconds = []
        for _ in range(self.args.repeats):
            start = time.perf_counter()
            work()
            seconds.append(time.perf_counter() - start)
        self.timings.append({
            "name": name,
            "layout": layout,
            "min": min(seconds),
            "median": statistics.median(seconds),
            "pictures_per_second": self.args.batch_size / statistics.median(seconds),
            "seconds": seconds,
            "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
        })
        print(f"{name} ({self.timings[-1]['layout']}): {min(seconds):.5f} s", file=sys.stderr)

    def forward(self, layout):
        config = Config(self.flags)
        network = self.network(config, layout).eval()
        given = {
            "x": self.pictures(config.channels, config.size, layout),
            "t": torch.full((self.args.batch_size,), config.steps // 2, device=self.device),
            "y": self.labels(config),
            "low_res": self.pictures(config.channels, config.small, layout) if config.small else None,
        }

        def work():
            with torch.inference_mode():
                network(**given).cpu()

        self.take("denoiser forward", layout, work)

    def vjp(self, layout):
        config = Config(self.flags)
        # Without gradients by the weights autograd keeps less.
        network = self.network(config, layout).eval().requires_grad_(False)
        x = self.pictures(config.channels, config.size, layout)
        v = self.pictures(2 * config.channels if config.learn_sigma else config.channels, config.size, layout)
        t = torch.full((self.args.batch_size,), config.steps // 2, device=self.device)
        y = self.labels(config)

        def work():
            at = x.clone().requires_grad_()
            torch.autograd.grad(network(at, t, y), at, v)[0].cpu()

        self.take("denoiser vjp", layout, work)

    def guided(self, layout):
        config = Config(self.flags)
        network = self.network(config, layout).eval()
        torch.manual_seed(1)
        classifier = Classifier(json.loads(pathlib.Path(self.args.classifier_flags).read_text())).eval()
        with torch.no_grad():
            for parameter in classifier.parameters():
                nn.init.normal_(parameter, std=0.02)
        classifier = classifier.to(self.device).to(memory_format=layout)
        step = config.steps // 2
        bar = alphas_cumprod(config.steps, config.schedule)
        now, before = bar[step].item(), bar[step - 1].item()
        n = self.args.batch_size
        x = self.pictures(config.channels, config.size, layout)
        t = torch.full((n,), step, device=self.device)
        y = torch.randint(classifier.classes, (n,), device=self.device)

        def work():
            with torch.no_grad():
                eps = network(x, t, y if config.classes else None)[:, :config.channels].float()
            x0 = ((x - (1 - now) ** 0.5 * eps) / now**0.5).clamp(-1, 1)
            eps = (x - now**0.5 * x0) / (1 - now) ** 0.5
            eps = eps - (1 - now) ** 0.5 * classifier.guidance(x, t, y)[1].float()
            x0 = (x - (1 - now) ** 0.5 * eps) / now**0.5
            (before**0.5 * x0 + (1 - before) ** 0.5 * eps).cpu()

        self.take("guided DDIM step", layout, work)

    def training(self, layout):
        config = Config({**self.flags, "learn_sigma": False})
        network = self.network(config, layout).train()
        noised = self.noised(config, config.channels, config.size, layout)
        y = self.labels(config)

        def loss():
            x_start, noise, x_t, t = noised()
            low_res = F.avg_pool2d(x_start, config.size // config.small) if config.small else None
            return F.mse_loss(network(x_t, t, y, low_res), noise)

        self.take("upsampler training step" if config.small else "training step", layout, self.step(network, loss))

    def classifier(self, layout):
        torch.manual_seed(1)
        flags = json.loads(pathlib.Path(self.args.classifier_flags).read_text())
        network = Classifier(flags)
        with torch.no_grad():
            for parameter in network.parameters():
                nn.init.normal_(parameter, std=0.02)
        network = network.to(self.device).to(memory_format=layout).train()
        noised = self.noised(Config(self.flags), network.c.channels, network.c.size, layout)
        y = torch.randint(network.classes, (self.args.batch_size,), device=self.device)

        def loss():
            _, _, x_t, t = noised()
            return F.cross_entropy(network(x_t, t), y)

        self.take("classifier training step", layout, self.step(network, loss))

    def noised(self, process, channels, size, layout):
        """Images, noise, noisy images and timesteps, noised anew at each call."""
        bar = alphas_cumprod(process.steps, process.schedule)
        signal, spread = (a.float().to(self.device) for a in (bar.sqrt(), (1 - bar).sqrt()))
        x_start, noise = (self.pictures(channels, size, layout) for _ in range(2))
        t = torch.randint(process.steps, (self.args.batch_size,), device=self.device)
        return lambda: (x_start, noise,
                        signal[t][:, None, None, None] * x_start + spread[t][:, None, None, None] * noise, t)

    def step(self, network, compute):
        averages = [p.detach().clone() for p in network.parameters()]
        optimizer = torch.optim.AdamW(network.parameters(), lr=1e-4, weight_decay=0, fused=True)

        def work():
            optimizer.zero_grad(set_to_none=True)
            loss = compute()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                torch._foreach_lerp_(averages, list(network.parameters()), 1 - EMA_RATE)
            loss.item()
            if self.device.type == "cuda":
                torch.cuda.synchronize()

        return work

    def report(self):
        parameters = sum(p.numel() for p in Denoiser(Config(self.flags)).parameters())
        return {
            "tool": "PyTorch " + torch.__version__,
            "device": self.args.device,
            "threads": self.args.threads,
            "batch_size": self.args.batch_size,
            "parameters": parameters,
            "squared_error": True,
            "flags": self.flags,
            "measurements": self.timings,
        }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", nargs="+", metavar="JSON", help="flags of golden cases")
    what.add_argument("--flags", metavar="JSON")
    parser.add_argument("--classifier-flags", metavar="JSON", help="of the noisy classifier, for --measure guided")
    parser.add_argument("--bf16", action="store_true", help="measure under bfloat16 autocast too")
    parser.add_argument("--measure", default="forward,training")
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--warm-up", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 takes what PyTorch takes")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--tf32", action="store_true", help="let matrix products on a GPU round to TF32")
    parser.add_argument("--out", metavar="JSON")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = args.tf32
    if args.check:
        return max([check(file) for file in args.check])
    flags = json.loads(pathlib.Path(args.flags).read_text())
    bench = Bench(flags, args)
    for name in args.measure.split(","):
        if name not in ("forward", "vjp", "guided", "training", "classifier"):
            parser.error(f"--measure takes forward, vjp, guided, training and classifier, not {name}")
        if name in ("guided", "classifier") and not args.classifier_flags:
            parser.error(f"--measure {name} needs --classifier-flags")
        for layout in (torch.contiguous_format, torch.channels_last):
            getattr(bench, name)(layout)
    text = json.dumps(bench.report(), indent=1)
    if args.out:
        pathlib.Path(args.out).write_text(text + "\n")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
