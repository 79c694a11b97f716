"""Minimal bottleneck adapters (Houlsby / Pfeiffer) with the semantics and state-dict names of AdapterHub's `adapters` 1.2.

x is the output of an attention or MLP block, h the residual stream it is added to, LN the block's post-LayerNorm
(encoder models only; decoder models normalise before the block, so there LN is absent):

    double_seq_bn (Houlsby):  x' = x + f(x)                 after attention and after the MLP, f uses swish
    seq_bn        (Pfeiffer): x' = x + f(LN(x + h))         after the MLP only, f uses relu; without LN: f(x + h)
    with f(z) = up(act(down(z))), and the block output is LN(x' + h) (encoders) or x' + h (decoders).

Placement and names: decoders  <layer>.attention_adapters / .output_adapters .adapters.<name>.{adapter_down.0,adapter_up}
                     bert      <layer>.attention.output.adapters.<name>...   and   <layer>.output.adapters.<name>...
"""
import os

import torch
from safetensors.torch import load_file, save_file

from reference_model import read_json, write_json

NAME = "default"
CONFIGS = {
    "houlsby": dict(mh_adapter=True, output_adapter=True, original_ln_before=False, non_linearity="swish"),
    "pfeiffer": dict(mh_adapter=False, output_adapter=True, original_ln_before=True, non_linearity="relu"),
}
DEFAULTS = dict(  # every other key that `adapters` 1.2 writes
    original_ln_after=True, residual_before_ln=True, adapter_residual_before_ln=False, ln_before=False, ln_after=False,
    init_weights="bert", init_weights_seed=None, is_parallel=False, scaling=1.0, use_gating=False, inv_adapter=None,
    inv_adapter_reduction_factor=None, cross_adapter=False, leave_out=[], dropout=0.0, phm_layer=False, phm_dim=4,
    factorized_phm_W=True, shared_W_phm=False, shared_phm_rule=True, factorized_phm_rule=False, phm_c_init="normal",
    phm_init_range=0.0001, learn_phm=True, hypercomplex_nonlinearity="glorot-uniform", phm_rank=1, phm_bias=True,
    stochastic_depth=0.0)


class Bottleneck(torch.nn.Module):
    def __init__(self, hidden, down, act):
        super().__init__()
        self.adapter_down = torch.nn.Sequential(torch.nn.Linear(hidden, down), act)
        self.adapter_up = torch.nn.Linear(down, hidden)

    def forward(self, z):
        return self.adapter_up(self.adapter_down(z))


def _holder(bottleneck):
    holder = torch.nn.Module()
    holder.adapters = torch.nn.ModuleDict({NAME: bottleneck})
    return holder


def _sites(model):
    """Yield (location, block module, module giving h, index of h in its inputs, LN or None, function that attaches)."""
    kind = model.config.model_type
    if kind == "bert":
        for layer in model.bert.encoder.layer:
            for loc, out in (("mh_adapter", layer.attention.output), ("output_adapter", layer.output)):
                attach = lambda b, out=out: out.add_module("adapters", torch.nn.ModuleDict({NAME: b}))
                yield loc, out.dense, out, 1, out.LayerNorm, attach
        return
    if kind == "distilbert":
        layers = [(l, l.attention, l, l.sa_layer_norm, l.ffn, l.ffn, l.output_layer_norm) for l in model.distilbert.transformer.layer]
    elif kind == "gpt2":
        layers = [(l, l.attn, l.ln_1, None, l.mlp, l.ln_2, None) for l in model.transformer.h]
    else:  # llama-like
        layers = [(l, l.self_attn, l.input_layernorm, None, l.mlp, l.post_attention_layernorm, None) for l in model.model.layers]
    for layer, attn, attn_h, attn_ln, mlp, mlp_h, mlp_ln in layers:
        for loc, name, block, source, ln in (("mh_adapter", "attention_adapters", attn, attn_h, attn_ln),
                                             ("output_adapter", "output_adapters", mlp, mlp_h, mlp_ln)):
            yield loc, block, source, 0, ln, lambda b, layer=layer, name=name: layer.add_module(name, _holder(b))


class _Site:
    """The hooks of one adapter (bound methods, so that copy.deepcopy of the model copies them consistently)."""

    def __init__(self, bottleneck, arg, ln, residual_first):
        self.bottleneck, self.arg, self.ln, self.residual_first, self.h = bottleneck, arg, ln, residual_first, None

    def remember(self, module, args, kwargs):
        self.h = args[self.arg] if len(args) > self.arg else kwargs["hidden_states"]

    def adapt(self, module, args, output):
        x = output[0] if isinstance(output, tuple) else output
        z = x
        if self.residual_first:
            z = x + self.h
            z = self.ln(z) if self.ln is not None else z
        x, self.h = x + self.bottleneck(z), None
        return (x, *output[1:]) if isinstance(output, tuple) else x


def attach(model, kind, reduction_factor):
    """Add adapters to a plain transformers model in place and freeze everything else. Returns the config dict."""
    config = {**CONFIGS[kind], **DEFAULTS, "reduction_factor": reduction_factor}
    hidden = model.config.hidden_size
    model.requires_grad_(False)
    for loc, block, source, arg, ln, add in _sites(model):
        if not config[loc]:
            continue
        act = torch.nn.SiLU() if config["non_linearity"] == "swish" else torch.nn.ReLU()
        bottleneck = Bottleneck(hidden, int(hidden // reduction_factor), act)
        add(bottleneck)
        site = _Site(bottleneck, arg, ln, config["original_ln_before"])
        source.register_forward_pre_hook(site.remember, with_kwargs=True)
        block.register_forward_hook(site.adapt)
    return config


def is_adapter(name):
    return f"adapters.{NAME}." in name


def save(model, config, path):
    """Write adapter_config.json + adapter.safetensors like `model.save_adapter(path, name, use_safetensors=True)`."""
    os.makedirs(path, exist_ok=True)
    write_json(f"{path}/adapter_config.json", {
        "config": config, "hidden_size": model.config.hidden_size, "model_class": type(model).__name__,
        "model_name": None, "model_type": model.config.model_type, "name": NAME, "version": "adapters.1.2.0"})
    save_file({k: v.contiguous() for k, v in model.state_dict().items() if is_adapter(k)}, f"{path}/adapter.safetensors")


def load(model, path):
    config = read_json(f"{path}/adapter_config.json")["config"]
    attach(model, next(k for k, c in CONFIGS.items() if all(config[n] == v for n, v in c.items())), config["reduction_factor"])
    result = model.load_state_dict(load_file(f"{path}/adapter.safetensors"), strict=False)
    assert not result.unexpected_keys and not [k for k in result.missing_keys if is_adapter(k)]
