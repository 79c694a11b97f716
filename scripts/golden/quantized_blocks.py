"""4-bit NF4 blocks as bitsandbytes makes them, written from its definitions and from nothing of this project: what
src/graph/packBlocks.test.ts is compared with. Where bitsandbytes is installed its own functions are asked instead.

  quantized_blocks.py OUT.json

The codebook is the table of QLoRA's appendix E, which functional.get_4bit_type("nf4") has too; it is compared with the quantiles
that functional.create_normal_map(offset=0.9677083) would make. The 8-bit one of scales is made as
functional.create_dynamic_map(signed=True) does. A code is the nearest value after division by the block's absmax.
"""
import hashlib
import json
import sys
from statistics import NormalDist

import torch


NF4 = [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0]
NF4 += [0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0]


def normal_map(offset=0.9677083):
    quantile = NormalDist().inv_cdf
    above = [quantile(float(p)) for p in torch.linspace(offset, 0.5, 9, dtype=torch.float64)[:-1]]
    below = [-quantile(float(p)) for p in torch.linspace(offset, 0.5, 8, dtype=torch.float64)[:-1]]
    values = torch.tensor(sorted(above + [0.0] + below), dtype=torch.float64)
    return values / values.max()


def dynamic_map(exponents=7, bits=8):
    found = []
    for i in range(exponents):
        ends = torch.linspace(0.1, 1, 2 ** (i + bits - 1 - exponents) + 1, dtype=torch.float32)
        means = (ends[:-1] + ends[1:]) / 2.0
        found += ((10 ** (-(exponents - 1) + i)) * means).tolist()
        found += (-(10 ** (-(exponents - 1) + i)) * means).tolist()
    return torch.tensor(sorted(found + [0.0, 1.0]), dtype=torch.float32)


def nearest(x, values):
    return (x.unsqueeze(-1) - values).abs().argmin(-1)


def quantize(x, values, block):
    count = (x.numel() + block - 1) // block
    padded = torch.zeros(count * block)
    padded[: x.numel()] = x
    blocks = padded.view(count, block)
    absmax = blocks.abs().amax(1)
    codes = nearest(blocks / absmax.clamp(min=1e-38)[:, None], values)
    return codes.flatten()[: x.numel()], absmax


def numbers(count):
    """The same in any language: a congruential generator, its sums of twelve near a normal distribution, in float32."""
    state, found = 12345, []
    for i in range(count):
        total = 0
        for _ in range(12):
            state = (1664525 * state + 1013904223) % 2**32
            total += state >> 16
        scale = 0.02 if (i // 64) % 7 else 0.3
        found.append((total / 65536 - 6) * scale)
    return torch.tensor(found, dtype=torch.float64).to(torch.float32)


def main():
    x = numbers(64 * 300 + 37)
    nf4 = torch.tensor(NF4)
    quantiles = normal_map()
    assert (nf4 - quantiles).abs().max() < 1e-6
    source = "definitions"
    codes, absmax = quantize(x, nf4, 64)
    offset = absmax.mean()
    dynamic = dynamic_map()
    scale_codes, nested = quantize(absmax - offset, dynamic, 256)
    try:
        from bitsandbytes import functional as bnb

        packed, state = bnb.quantize_4bit(x, blocksize=64, compress_statistics=True, quant_type="nf4")
        both = torch.stack([packed.flatten() >> 4, packed.flatten() & 15], 1).flatten()[: x.numel()].long()
        print("codes that differ from bitsandbytes:", int((both != codes).sum()))
        codes, scale_codes, nested, offset = both, state.absmax.long(), state.state2.absmax, state.offset
        source = "bitsandbytes"
    except ImportError:
        pass
    scales = dynamic[scale_codes] * nested.repeat_interleave(256)[: scale_codes.numel()] + offset
    plain = nf4[codes] * absmax.repeat_interleave(64)[: x.numel()]
    double = nf4[codes] * scales.repeat_interleave(64)[: x.numel()]
    pick = torch.arange(0, x.numel(), 401)
    out = {
        "source": source,
        "count": x.numel(),
        "nf4": nf4.tolist(),
        "quantiles": [round(q, 9) for q in quantiles.tolist()],
        "dynamic": dynamic.tolist(),
        "codes_head": "".join(f"{c:x}" for c in codes[:512].tolist()),
        "codes_sha256": hashlib.sha256(bytes(codes.tolist())).hexdigest(),
        "absmax_head": absmax[:16].tolist(),
        "offset": float(offset),
        "nested": nested.tolist(),
        "scale_codes": scale_codes.tolist(),
        "every": 401,
        "plain": plain[pick].tolist(),
        "double": double[pick].tolist(),
        "rms": {"plain": float((plain - x).pow(2).mean().sqrt()), "double": float((double - x).pow(2).mean().sqrt())},
    }
    with open(sys.argv[1], "w") as f:
        json.dump(out, f, separators=(",", ":"))
        f.write("\n")


main()
