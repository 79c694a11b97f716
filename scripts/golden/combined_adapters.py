"""Tiny LoRA adapters and what PEFT's add_weighted_adapter makes of them, for src/adapters/combine.golden.test.ts.

    python combined_adapters.py [DIR]      (default: ../../e2e/golden/combined)

Writes combined.json (adapter configs by name, cases with their options) and combined.safetensors: `adapter/<name>/<key>` are
the adapters' tensors, `result/<case>/<path>.A` and `.B` the combined factors, `result/<case>/<path>` their product where a
decomposition leaves the factors' signs open, always as (out, in). `mask/<case>/<adapter>/<tensor>` is DARE's random choice.
"""
import json
import os
import sys
import warnings

import torch
from peft import LoraConfig, get_peft_model
from peft.utils import get_peft_model_state_dict
from safetensors.torch import save_file
from transformers.pytorch_utils import Conv1D

PATHS = ["layers.0.q_proj", "layers.1.q_proj", "c_attn", "embed"]
ADAPTERS = {
    "a": dict(r=3, lora_alpha=5, target_modules=["q_proj", "c_attn", "embed"]),
    "b": dict(r=3, lora_alpha=2, use_rslora=True, target_modules=["q_proj", "c_attn"]),
    "c": dict(r=2, lora_alpha=4, rank_pattern={"c_attn": 4}, alpha_pattern={"layers.1.q_proj": 7}, target_modules=["q_proj", "c_attn", "embed"]),
    "d": dict(r=3, lora_alpha=3, target_modules=["q_proj", "c_attn", "embed"]),
}
THREE = dict(adapters=["a", "b", "d"], weights=[0.7, -0.4, 1.1])
MIXED = dict(adapters=["a", "c"], weights=[0.8, -0.5])
CASES = {
    "linear": THREE | dict(combination_type="linear"),
    "ties_total": THREE | dict(combination_type="ties", density=0.5, majority_sign_method="total"),
    "ties_frequency": THREE | dict(combination_type="ties", density=0.7, majority_sign_method="frequency"),
    "magnitude_prune": THREE | dict(combination_type="magnitude_prune", density=0.4),
    "dare_linear": THREE | dict(combination_type="dare_linear", density=0.6),
    "dare_ties": THREE | dict(combination_type="dare_ties", density=0.6, majority_sign_method="frequency"),
    "no_pruning": THREE | dict(combination_type="ties", density=1.0),
    "one_alone": dict(adapters=["b"], weights=[-0.5], combination_type="ties_svd", density=0.5),
    "cat": MIXED | dict(combination_type="cat"),
    "svd": MIXED | dict(combination_type="svd"),
    "svd_rank_2": MIXED | dict(combination_type="svd", svd_rank=2),
    "ties_svd": MIXED | dict(combination_type="ties_svd", density=0.5, majority_sign_method="total", svd_rank=3),
    "magnitude_prune_svd": MIXED | dict(combination_type="magnitude_prune_svd", density=0.5, svd_rank=3),
    "dare_linear_svd": MIXED | dict(combination_type="dare_linear_svd", density=0.6, svd_rank=3),
    "dare_ties_svd": MIXED | dict(combination_type="dare_ties_svd", density=0.6, majority_sign_method="frequency", svd_rank=3),
}


class Layer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.q_proj = torch.nn.Linear(6, 5, bias=False)


class Toy(torch.nn.Module):
    """A Linear of two layers, a Conv1D (stored [in, out]) and an embedding: all that LoRA tells apart."""

    def __init__(self):
        super().__init__()
        self.layers = torch.nn.ModuleList([Layer(), Layer()])
        self.c_attn = Conv1D(7, 5)
        self.embed = torch.nn.Embedding(9, 4)


def make_model(rng):
    model = None
    for name, options in ADAPTERS.items():
        config = LoraConfig(**options)
        if model is None:
            model = get_peft_model(Toy(), config, adapter_name=name)
        else:
            model.add_adapter(name, config)
    for name, p in model.named_parameters():
        if "lora_" in name:
            p.data = torch.randn(p.shape, generator=rng)
    return model


def factors(layer, name):
    if name in layer.lora_A:
        return layer.lora_A[name].weight.data, layer.lora_B[name].weight.data
    if name in layer.lora_embedding_A:
        return layer.lora_embedding_A[name].data, layer.lora_embedding_B[name].data
    return None


def combine(model, case, options, rng, tensors):
    """Runs PEFT with recorded random choices, and keeps the result and the choices."""
    drawn = []
    bernoulli, torch.bernoulli = torch.bernoulli, lambda p: drawn.append(torch.rand(p.shape, generator=rng) < p) or drawn[-1].to(p.dtype)
    try:
        model.base_model.add_weighted_adapter(adapter_name=case, **options)
    finally:
        torch.bernoulli = bernoulli
    masks = iter(drawn)
    for path in PATHS:
        layer = model.base_model.model.get_submodule(path)
        found = factors(layer, case)
        if found is None:
            continue
        whole = options["combination_type"].endswith("svd") and len(options["adapters"]) > 1
        if whole:
            tensors[f"result/{case}/{path}"] = found[1] @ found[0]
        else:
            tensors[f"result/{case}/{path}.A"], tensors[f"result/{case}/{path}.B"] = found
        if drawn:
            owners = [(i, n) for i, n in enumerate(options["adapters"]) if factors(layer, n) is not None]
            for tensor in [path] if whole else [f"{path}.A", f"{path}.B"]:
                for i, _ in owners:
                    mask = next(masks)
                    # Updates of these two are kept transposed in PEFT.
                    mask = mask.T if whole and path in ("c_attn", "embed") else mask
                    tensors[f"mask/{case}/{i}/{tensor}"] = mask.to(torch.uint8)
    assert next(masks, None) is None
    model.delete_adapter(case)


if __name__ == "__main__":
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../e2e/golden/combined")
    os.makedirs(out, exist_ok=True)
    rng = torch.Generator().manual_seed(11)
    torch.manual_seed(11)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = make_model(rng)
        tensors = {}
        for name in ADAPTERS:
            for key, value in get_peft_model_state_dict(model, adapter_name=name, save_embedding_layers=False).items():
                tensors[f"adapter/{name}/{key}"] = value
        for case, options in CASES.items():
            combine(model, case, options, rng, tensors)
    save_file({k: v.contiguous() for k, v in tensors.items()}, f"{out}/combined.safetensors")
    configs = {name: {"peft_type": "LORA", **options} for name, options in ADAPTERS.items()}
    with open(f"{out}/combined.json", "w") as f:
        json.dump({"adapters": configs, "cases": CASES}, f, indent=1)
        f.write("\n")
