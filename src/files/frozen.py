"""How the frozen matrices of the base are kept, as frozen.json says: in few bits by bitsandbytes, or rounded to the same values in float32.

    bitsandbytes   saves memory. NF4 has the values that Tunesmith trained with. Its 8-bit layers keep one scale a row where Tunesmith
                   keeps one for every 64 values, and round what goes into a layer as well: the losses are near, and not the same.
    rounded        repeats the losses anywhere, without bitsandbytes, and takes the memory of float32.
"""
import importlib.util
import re

import torch

# Blocks looked up at once, so that no table of bounds is as large as the model.
SOME = 1 << 14


def choose(frozen, wanted):
    """What becomes of the quantised layers here."""
    if not frozen["names"]:
        return "rounded"
    if wanted != "auto":
        return wanted
    if torch.cuda.is_available() and importlib.util.find_spec("bitsandbytes"):
        return "bitsandbytes"
    print(f"Without bitsandbytes and a GPU for it, the {frozen['type']} layers are rounded in float32: the same losses, more memory.", flush=True)
    return "rounded"


def quantization_config(frozen, compute):
    """What transformers needs to load the same layers through bitsandbytes."""
    from transformers import BitsAndBytesConfig

    skip = [f"{re.escape(name)}$" for name in frozen["skip"]]
    if frozen["type"] == "int8":
        return BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=skip)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=frozen["type"] == "nf4_double",
        bnb_4bit_compute_dtype=compute,
        llm_int8_skip_modules=skip,
    )


@torch.no_grad()
def round_matrices(model, frozen, how):
    """Brings frozen matrices to the values they were trained beside; what bitsandbytes holds is left to it."""
    blocks, floats = set(frozen["names"]) if how == "rounded" else set(), set(frozen["float_names"])
    for name, parameter in model.named_parameters():
        if name in blocks:
            parameter.copy_(round_blocks(parameter, frozen["table"]))
        elif name in floats:
            parameter.copy_(parameter.to(getattr(torch, frozen["floats"])))
        blocks.discard(name)
        floats.discard(name)
    if blocks or (floats and how == "rounded"):
        raise SystemExit(f"These matrices are kept in fewer bits, and the model has none so called: {sorted(blocks | floats)}")


def round_blocks(matrix, table):
    """The matrix with every block of its values rounded to the nearest of a few, times the block's scale."""
    flat = matrix.reshape(-1)
    blocks = torch.cat([flat, flat.new_zeros(-len(flat) % table["block"])]).reshape(-1, table["block"])
    scales = blocks.abs().amax(1) * table["step"]
    if "scales" in table:
        mean = scales.double().mean().float()
        rest = round_blocks(scales - mean, table["scales"])
        scales = rest + mean
        # Codes are found before the scales are rounded.
        codes = nearest(blocks, blocks.abs().amax(1), table["ends"])
    else:
        codes = nearest(blocks, scales, table["ends"])
    values = torch.tensor(table["values"], device=matrix.device)[codes] * scales[:, None]
    return values.reshape(-1)[: len(flat)].reshape(matrix.shape)


def nearest(blocks, scales, ends):
    """How many of the ends, scaled, lie below each value."""
    ends = torch.tensor(ends, device=blocks.device)
    pairs = zip(blocks.split(SOME), scales.split(SOME))
    return torch.cat([torch.searchsorted((ends * scale[:, None]).contiguous(), some.contiguous()) for some, scale in pairs])
