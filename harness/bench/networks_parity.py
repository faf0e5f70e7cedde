#!/usr/bin/env python3
"""Whether published feature networks compute here what they compute in PyTorch.

    networks_parity.py                                        all networks at full size
    networks_parity.py --networks dinov2-vits14 --table t.md  one of them
    networks_parity.py --fixtures FOLDER                      the small networks of the tests, with images and features

For each network: random weights under the published names and shapes are saved in the published form (state dict, TorchScript
archive, PyTorch's form before 1.6), `harness import-features` reads them and `harness run` computes features of two images.
PyTorch computes the same: DINOv2 in code of our own after the published description, compared with timm's where no position is
interpolated; CLIP by open_clip; VGG16 by torchvision. Errors are the largest and the root mean square of the differences, each
over that of PyTorch's features; both must stay within 1e-4.

Rows of the table are replaced as they are measured. Needs PyTorch 2, NumPy, Pillow, timm, open-clip-torch and torchvision; the
largest network takes 9 GB of disk and 9 GB of memory.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zlib

import numpy as np
import PIL.Image
import torch
import torch.nn.functional as F

ALLOWED = 1e-4
IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CLIP = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
# width, depth, hidden channels; of the largest network, half as many gates beside them
DINOV2 = {
    "dinov2-vits14": (384, 12, 1536), "dinov2-vitb14": (768, 12, 3072), "dinov2-vitl14": (1024, 24, 4096),
    "dinov2-vitg14": (1536, 40, 4096),
}
CLIPS = {"clip-vit-b-32": "ViT-B-32-quickgelu", "clip-vit-l-14": "ViT-L-14-quickgelu"}
NETWORKS = [*DINOV2, *CLIPS, "vgg16"]
COLUMNS = ["network", "file", "parameters", "features", "compared with", "largest error", "rms error", "allowed"]


# ---- networks ----


def dinov2_weights(width, depth, hidden, grid, gates, random):
    """A state dict with the names and shapes of the published ones."""
    def normal(*shape, scale=1.0):
        return torch.randn(*shape, generator=random) * scale

    def linear(name, inputs, outputs):
        return {f"{name}.weight": normal(outputs, inputs, scale=inputs ** -0.5), f"{name}.bias": normal(outputs, scale=0.1)}

    def norm(name):
        return {f"{name}.weight": 1 + normal(width, scale=0.2), f"{name}.bias": normal(width, scale=0.2)}

    weights = {
        "cls_token": normal(1, 1, width), "pos_embed": normal(1, grid * grid + 1, width), "mask_token": normal(1, width),
        "patch_embed.proj.weight": normal(width, 3, 14, 14, scale=1 / 24), "patch_embed.proj.bias": normal(width, scale=0.1),
    }
    for i in range(depth):
        name = f"blocks.{i}"
        weights |= norm(f"{name}.norm1") | linear(f"{name}.attn.qkv", width, 3 * width)
        weights |= linear(f"{name}.attn.proj", width, width) | {f"{name}.ls1.gamma": 0.1 + normal(width, scale=0.2)}
        weights |= norm(f"{name}.norm2")
        if gates:
            weights |= linear(f"{name}.mlp.w12", width, 2 * hidden) | linear(f"{name}.mlp.w3", hidden, width)
        else:
            weights |= linear(f"{name}.mlp.fc1", width, hidden) | linear(f"{name}.mlp.fc2", hidden, width)
        weights |= {f"{name}.ls2.gamma": 0.1 + normal(width, scale=0.2)}
    return weights | norm("norm")


@torch.no_grad()
def dinov2_features(weights, x):
    """The normalized class token of x, [N, 3, H, W] with normalized colors."""
    def linear(name, h):
        return F.linear(h, weights[f"{name}.weight"], weights[f"{name}.bias"])

    def norm(name, h):
        return F.layer_norm(h, h.shape[-1:], weights[f"{name}.weight"], weights[f"{name}.bias"], 1e-6)

    kernels = weights["patch_embed.proj.weight"]
    patches = F.conv2d(x, kernels, weights["patch_embed.proj.bias"], stride=kernels.shape[-1])
    count, width, side, _ = patches.shape
    h = torch.cat([weights["cls_token"].expand(count, 1, width), patches.flatten(2).transpose(1, 2)], 1)
    positions = weights["pos_embed"]
    grid = round((positions.shape[1] - 1) ** 0.5)
    if grid != side:
        # The published networks add 0.1 to the new side, and interpolate by the quotient that results.
        scale = (side + 0.1) / grid
        planes = positions[:, 1:].reshape(1, grid, grid, width).permute(0, 3, 1, 2)
        planes = F.interpolate(planes, scale_factor=(scale, scale), mode="bicubic")
        assert planes.shape[-2:] == (side, side)
        positions = torch.cat([positions[:, :1], planes.permute(0, 2, 3, 1).reshape(1, -1, width)], 1)
    h = h + positions
    block = 0
    while f"blocks.{block}.norm1.weight" in weights:
        name = f"blocks.{block}"
        qkv = linear(f"{name}.attn.qkv", norm(f"{name}.norm1", h))
        q, k, v = qkv.reshape(count, -1, 3, width // 64, 64).permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(count, -1, width)
        h = h + linear(f"{name}.attn.proj", attended) * weights[f"{name}.ls1.gamma"]
        inner = norm(f"{name}.norm2", h)
        if f"{name}.mlp.w12.weight" in weights:
            gate, value = linear(f"{name}.mlp.w12", inner).chunk(2, -1)
            inner = linear(f"{name}.mlp.w3", F.silu(gate) * value)
        else:
            inner = linear(f"{name}.mlp.fc2", F.gelu(linear(f"{name}.mlp.fc1", inner)))
        h = h + inner * weights[f"{name}.ls2.gamma"]
        block += 1
    return norm("norm", h)[:, 0]


def randomize(network, random):
    """Other weights than those that training starts from: no bias and no scale is 0 or 1."""
    for name, p in network.named_parameters():
        values = torch.randn(p.shape, generator=random)
        if p.dim() < 2:
            p.data = values * 0.2 + (1 if name.endswith("weight") else 0)
        elif "embedding" in name or name.endswith("proj"):
            p.data = values * p.shape[-1] ** -0.5
        else:
            p.data = values * p[0].numel() ** -0.5
    return network.eval()


def clip_archive(network, file):
    """As OpenAI published theirs: a TorchScript archive in half precision."""
    size, length = network.visual.image_size[0], network.context_length
    given = torch.zeros(1, 3, size, size), torch.zeros(1, length, dtype=torch.long)
    torch.jit.trace(network, given, check_trace=False).half().save(str(file))


def vgg16(random, channels=None, hidden=4096, classes=1000):
    import torchvision

    if channels is None:
        network = torchvision.models.vgg16(weights=None)
    else:
        layers = torchvision.models.vgg.make_layers(channels)
        network = torchvision.models.VGG(layers, init_weights=False)
        width = next(c for c in reversed(channels) if c != "M")
        network.classifier[0] = torch.nn.Linear(49 * width, hidden)
        network.classifier[3] = torch.nn.Linear(hidden, hidden)
        network.classifier[6] = torch.nn.Linear(hidden, classes)
    network = randomize(network, random)
    for p in network.parameters():
        p.data *= 2 ** 0.5 if p.dim() > 1 else 1
    return network


# ---- images ----


def normalized(images, colors):
    """uint8 or float [N, H, W, 3] of 0 to 255 to [N, 3, H, W]."""
    x = torch.from_numpy(np.asarray(images)).permute(0, 3, 1, 2).float() / 255
    mean, deviation = (torch.tensor(c).reshape(1, 3, 1, 1) for c in colors)
    return (x - mean) / deviation


def bicubic(images, height, width):
    """Pillow's filter, which does not alias and gives 8 bits."""
    return np.stack([np.asarray(PIL.Image.fromarray(i).resize((width, height), PIL.Image.Resampling.BICUBIC)) for i in images])


def cropped(images, size):
    """CLIP's transform: the shorter side to this size, then the center."""
    height, width = images.shape[1:3]
    short = min(height, width)
    images = bicubic(images, int(size * height / short), int(size * width / short))
    top, left = round((images.shape[1] - size) / 2), round((images.shape[2] - size) / 2)
    return images[:, top:top + size, left:left + size]


def tensorflow_bilinear(images, size):
    """TensorFlow 1's filter, from the upper left corner of each pixel."""
    def places(length):
        at = np.arange(size, dtype=np.float32) * np.float32(length / size)
        low = np.minimum(at.astype(int), length - 1)
        return low, np.minimum(low + 1, length - 1), at - low

    x = images.astype(np.float32)
    for axis, length in ((1, images.shape[1]), (2, images.shape[2])):
        low, high, share = places(length)
        share = share.reshape([-1 if i == axis else 1 for i in range(4)])
        first, second = x.take(low, axis), x.take(high, axis)
        x = first + (second - first) * share
    return x


# ---- comparison ----


class Run:
    def __init__(self, args):
        self.args = args
        self.table = pathlib.Path(args.table)
        self.failed = False

    @torch.no_grad()
    def network(self, name):
        work = pathlib.Path(tempfile.mkdtemp(prefix="networks-", dir=self.args.work))
        random = torch.Generator().manual_seed(zlib.crc32(name.encode()))
        images = torch.randint(0, 256, (2, 224, 224, 3), generator=random, dtype=torch.uint8).numpy()
        # Large shapes too, as images have them.
        images = (0.3 * images + 0.7 * bicubic(images[:, :4, :4], 224, 224)).astype(np.uint8)
        try:
            if name in DINOV2:
                self.dinov2(name, images, work, random)
            elif name in CLIPS:
                self.clip(name, images, work, random)
            else:
                network = vgg16(random)
                file = work / "vgg16.pth"
                torch.save(network.state_dict(), file, _use_new_zipfile_serialization=False)
                network.classifier = network.classifier[:5]
                expected = network(normalized(images, IMAGENET))
                self.compare(name, "state dict, before 1.6", "torchvision", file, images, expected, work)
        finally:
            shutil.rmtree(work)

    def dinov2(self, name, images, work, random):
        width, depth, hidden = DINOV2[name]
        weights = dinov2_weights(width, depth, hidden, 37, name == "dinov2-vitg14", random)
        file = work / "dinov2.pth"
        torch.save(weights, file)
        expected = dinov2_features(weights, normalized(images, IMAGENET))
        self.compare(name, "state dict", "own code, as published", file, images, expected, work)
        if name == "dinov2-vitg14" or self.args.no_timm:
            return
        # timm interpolates positions in another way, so both take the grid of 224 pixels as the one of training.
        import timm

        names = {384: "small", 768: "base", 1024: "large"}
        peer = timm.create_model(
            f"vit_{names[width]}_patch14_dinov2", pretrained=False, img_size=224, num_classes=0).eval()
        weights["pos_embed"] = weights["pos_embed"][:, :257].clone()
        del weights["mask_token"]
        peer.load_state_dict(weights)
        torch.save(weights, file)
        expected = peer(normalized(images, IMAGENET))
        self.compare(name, "state dict, positions of 224", f"timm {timm.__version__}", file, images, expected, work)

    def clip(self, name, images, work, random):
        import open_clip

        network = randomize(open_clip.create_model(CLIPS[name], pretrained=None), random).half().float()
        file = work / "clip.pt"
        clip_archive(network, file)
        peer = f"open_clip {open_clip.__version__}"
        expected = network.float().encode_image(normalized(images, CLIP))
        self.compare(name, "TorchScript archive, half precision", peer, file, images, expected, work)
        torch.save(network.state_dict(), file)
        self.compare(name, "state dict", peer, file, images, expected, work)

    def compare(self, name, form, peer, file, images, expected, work):
        graph = work / "network.onnx"
        x = np.ascontiguousarray(images.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(127.5) - np.float32(1))
        np.savez(work / "in.npz", x=x)
        for command in (
            ["import-features", file, "--out", graph],
            ["run", graph, "--inputs", work / "in.npz", "--outputs", work / "out.npz", "--threads", self.args.threads],
        ):
            subprocess.run([str(self.args.harness), *map(str, command)], check=True)
        with np.load(work / "out.npz") as outputs:
            found = outputs["features"]
        expected = expected.numpy()
        difference = np.abs(found.astype(np.float64) - expected)
        largest = difference.max() / np.abs(expected).max()
        rms = np.sqrt((difference ** 2).mean() / (expected.astype(np.float64) ** 2).mean())
        self.failed |= not (largest <= ALLOWED and rms <= ALLOWED)
        count = (graph.stat().st_size + sum(f.stat().st_size for f in work.glob("network.onnx.data"))) / 4e6
        self.record([
            name, form, f"{count:.1f} M", str(expected.shape[1]), peer, f"{largest:.1e}", f"{rms:.1e}", f"{ALLOWED:.0e}"])

    def record(self, row):
        """Puts a row into the table, in the networks' order and instead of an older one."""
        print(" | ".join(row), flush=True)
        rows = {}
        if self.table.exists():
            for line in self.table.read_text().splitlines():
                cells = [c.strip() for c in line.strip("| ").split("|")]
                if cells[0] in NETWORKS:
                    rows[tuple(cells[:2])] = line
        rows[tuple(row[:2])] = "| " + " | ".join(row) + " |"
        lines = [rows[k] for k in sorted(rows, key=lambda k: (NETWORKS.index(k[0]), k[1]))]
        head = "| " + " | ".join(COLUMNS) + " |\n|" + " --- |" * len(COLUMNS)
        note = (
            "# Feature networks: parity with PyTorch\n\n"
            "Written by `harness/bench/networks_parity.py`: random weights with the published names and shapes, full size, two\n"
            "images of 224x224. Errors are relative: the largest and the root mean square of the differences over those of\n"
            "PyTorch's features.\n\n")
        self.table.write_text(note + head + "\n" + "\n".join(lines) + "\n")


# ---- small networks for tests ----


@torch.no_grad()
def fixtures(folder):
    folder.mkdir(parents=True, exist_ok=True)
    random = torch.Generator().manual_seed(13)
    coarse = torch.randint(0, 256, (2, 5, 7, 3), generator=random, dtype=torch.uint8).numpy()
    images = bicubic(coarse, 50, 70)

    def save(name, features):
        np.savez_compressed(folder / f"{name}.npz", arr_0=images, features=features.numpy())

    for name, depth, gates in (("dinov2", 2, False), ("dinov2-swiglu", 1, True)):
        weights = {k: v.half() for k, v in dinov2_weights(128, depth, 40, 5, gates, random).items()}
        torch.save(weights, folder / f"{name}.pth")
        weights = {k: v.float() for k, v in weights.items()}
        save(name, dinov2_features(weights, normalized(bicubic(images, 224, 224), IMAGENET)))

    import open_clip

    network = open_clip.CLIP(
        32,
        open_clip.CLIPVisionCfg(layers=2, width=128, head_width=64, mlp_ratio=0.5, patch_size=8, image_size=32),
        open_clip.CLIPTextCfg(context_length=4, vocab_size=9, width=8, heads=1, layers=1),
        quick_gelu=True)
    network = randomize(network, random).half().float()
    expected = network.encode_image(normalized(cropped(images, 32), CLIP))
    save("clip", expected)
    clip_archive(network, folder / "clip.pt")

    network = vgg16(random, [4, 4, "M", 6, 6, "M", 6, 6, 6, "M", 8, 8, 8, "M", 8, 8, 8, "M"], 12, 5)
    torch.save(network.state_dict(), folder / "vgg16.pth", _use_new_zipfile_serialization=False)
    network.classifier = network.classifier[:5]
    save("vgg16", network(normalized(tensorflow_bilinear(images, 224), IMAGENET)))


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", default=",".join(NETWORKS))
    parser.add_argument("--harness", default=here.parent / "bin" / "harness")
    parser.add_argument("--table", default=here / "networks_parity.md", help="Markdown file in which rows are replaced")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--work", help="folder for temporary files")
    parser.add_argument("--no-timm", action="store_true", help="do not compare DINOv2 with timm")
    parser.add_argument("--fixtures", type=pathlib.Path, metavar="FOLDER", help="write the small networks of the tests")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.fixtures:
        fixtures(args.fixtures)
        return 0
    names = args.networks.split(",")
    for name in names:
        if name not in NETWORKS:
            parser.error(f"--networks takes {', '.join(NETWORKS)}, not {name}")
    run = Run(args)
    for name in names:
        run.network(name)
    return 1 if run.failed else 0


if __name__ == "__main__":
    sys.exit(main())
