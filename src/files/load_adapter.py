"""Loads the adapter in this folder onto its base model. Needs torch, transformers and safetensors; peft for parts that are PEFT's.

    from load_adapter import load_adapter
    model = load_adapter("path/to/base")           # in float32; or a transformers model of any type, which is changed in place

    python load_adapter.py path/to/base "A prompt"

The folder is one part, or holds a folder for each part (1-prefix_tuning, 2-bottleneck, ...), in the order in which they act:

    adapter_model.safetensors   PEFT's. Prompts and prefixes (prompt_embeddings) are applied here, all others by peft.
    adapter.safetensors         AdapterHub's bottleneck adapters, keys and config as its save_adapter writes them; the head of a
                                model for classes beside it, in model_head.safetensors, under the model's names.
    tensors.safetensors         float32, and of a kind that no library has; "type" in adapter_config.json says which. What has the
                                name of a parameter of the base stands in its place, whatever the type.
        tensors        nothing else
        gated_lora     y = W x + s * sigmoid(g x + c) * B A x, for every module M of "scaling", which holds s:
                       base_model.model.M.lora_A.weight (r, in), lora_B.weight (out, r), lora_gate.weight g (1, in), lora_gate.bias c (1)
        gated_prefix   attention without the prefix, plus sigmoid(g x + c) times what the prefix changes, x being attention's input:
                       prompt_encoder.embedding.weight (P, layers * 2 * heads * D), keys and values of layer 0, then of layer 1, ...
                       or (P, heads * D) before prompt_encoder.transform.0, tanh, transform.2; prefix_gates.LAYER.weight (1, C), .bias (1)

A gate, in gated adapters as well, is each token's own: AdapterHub averages it over the tokens of a row.
"""
import json
import os
import re
import sys

import torch
from safetensors.torch import load_file
from torch.nn import functional as F

PROMPTS = ("PROMPT_TUNING", "P_TUNING")
ACTIVATIONS = {"relu": F.relu, "gelu": F.gelu, "swish": F.silu, "tanh": torch.tanh}
# Parts of a layer, each as (module whose input is the residual stream, module whose output joins it).
PLACES = {
    "gpt2": {"attention": ("ln_1", "attn"), "output": ("ln_2", "mlp")},
    "gemma": {"attention": ("input_layernorm", "post_attention_layernorm"), "output": ("pre_feedforward_layernorm", "post_feedforward_layernorm")},
    "opt": {"attention": ("self_attn_layer_norm", "self_attn"), "output": ("final_layer_norm", "fc2")},
    "others": {"attention": ("input_layernorm", "self_attn"), "output": ("post_attention_layernorm", "mlp")},
}

HEADS = {"SEQ_CLS": "SequenceClassification", "TOKEN_CLS": "TokenClassification"}


def load_adapter(base, folder=os.path.dirname(os.path.abspath(__file__))):
    """The base with every part applied. Virtual tokens turn the key-value cache off, so that generation stays exact."""
    model = (open_base(base, folder) if isinstance(base, str) else base).eval().requires_grad_(False)
    names = sorted((n for n in os.listdir(folder) if re.match(r"\d+-", n)), key=lambda n: int(n.split("-")[0]))
    parts = [read_part(os.path.join(folder, name)) for name in names] or [read_part(folder)]
    # The base's own parameters first, because peft moves them to other names.
    own = dict(model.named_parameters())
    for _, tensors, _ in parts:
        for key, tensor in tensors.items():
            # PEFT's name of a head for classes.
            name = re.sub(r"^base_model\.(model\.)?", "", key)
            if name in own:
                own[name].data.copy_(tensor)
            elif not re.search(r"^base_model\.|^prompt|^prefix_gates|_adapters\.|shared_parameters\.", key):
                raise ValueError(f"The base has no {key}, which this adapter was trained with. Load it as a model of the same kind.")
    prompt, prefix = None, 0
    for config, tensors, path in parts:
        kind = config.get("type") or config.get("peft_type") or "bottleneck"
        if kind == "gated_lora":
            gated_lora(model, config, tensors)
        elif kind in PROMPTS:
            prompt = tensors["prompt_embeddings"]
        elif kind in ("PREFIX_TUNING", "gated_prefix"):
            prefix = add_prefix(model, config, tensors)
        elif kind not in ("tensors", "bottleneck"):
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, path).get_base_model()
    # What follows whole parts of a layer, once all layers are in their places.
    for config, tensors, _ in parts:
        if "config" in config:
            bottleneck(model, config, tensors)
    if prompt is not None or prefix:
        virtual_tokens(model, prompt, prefix)
    return model.eval().requires_grad_(False)


def open_base(path, folder):
    """In float32, as it was trained, whatever the checkpoint has; with a head for the classes of a run that predicted classes."""
    import transformers

    file = os.path.join(folder, "recipe.json")
    recipe = json.load(open(file, encoding="utf-8")) if os.path.exists(file) else {}
    labels, head = recipe.get("labels"), HEADS.get(recipe.get("task"))
    if labels and head:
        kind, classes = f"AutoModelFor{head}", {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}, "ignore_mismatched_sizes": True}
    else:
        kind, classes = transformers.AutoConfig.from_pretrained(path).architectures[0], {}
    # The one implementation of attention that every model's own numbers hold for.
    return getattr(transformers, kind).from_pretrained(path, attn_implementation="eager", **classes).float()


def read_part(path):
    with open(os.path.join(path, "adapter_config.json"), encoding="utf-8") as file:
        config = json.load(file)
    files = ("tensors.safetensors", "adapter.safetensors", "adapter_model.safetensors", "model_head.safetensors")
    tensors = {}
    for file in filter(os.path.exists, (os.path.join(path, name) for name in files)):
        tensors.update(load_file(file))
    return config, tensors, path


def gated_lora(model, config, tensors):
    for name, scaling in config["scaling"].items():
        a, b, g, c = (tensors[f"base_model.model.{name}.lora_{part}"] for part in ("A.weight", "B.weight", "gate.weight", "gate.bias"))

        def add(module, args, y, a=a, b=b, g=g, c=c, scaling=scaling):
            x = args[0]
            a, b, g, c = (w.to(x) for w in (a, b, g, c))
            return y + scaling * F.linear(F.linear(x, a) * torch.sigmoid(F.linear(x, g, c)), b)

        model.get_submodule(name).register_forward_hook(add)


def bottleneck(model, config, tensors):
    """x + f(z): see `adapters`, methods/modeling.py. x joins the residual stream h; z is x, x + h or, in parallel adapters, h."""
    c, name, kind = config["config"], config["name"], model.config.model_type
    places = PLACES["gemma" if kind.startswith(("gemma2", "gemma3")) else kind if kind in PLACES else "others"]
    rule = next((t for key, t in tensors.items() if key.endswith(f"shared_parameters.{name}.phm_rule")), None)
    layers = {}
    for key, tensor in tensors.items():
        at = re.fullmatch(rf"(.+)\.(attention|output)_adapters\.adapters\.{re.escape(name)}\.(.+)", key)
        if at:
            layers.setdefault((at[1], at[2]), {})[at[3]] = tensor
    for (layer, part), t in layers.items():
        if not all(hasattr(model.get_submodule(layer), module) for module in places[part]):
            raise ValueError(f"load_adapter.py does not know where adapters sit in {kind} models; use AdapterHub's adapters.")
        source, branch = (model.get_submodule(f"{layer}.{module}") for module in places[part])
        state = {}

        def remember(module, args, kwargs, state=state):
            state["h"] = args[0] if args else kwargs["hidden_states"]

        def adapt(module, args, output, t=t, state=state):
            x, h = output[0] if isinstance(output, tuple) else output, state.pop("h")
            t = {key: w.to(x) for key, w in t.items()}
            z = h if c["is_parallel"] else x + h if c["original_ln_before"] else x
            y = x + f(t, z) if c["is_parallel"] else joined(t, z, x if c["residual_before_ln"] else z)
            return (y, *output[1:]) if isinstance(output, tuple) else y

        source.register_forward_pre_hook(remember, with_kwargs=True)
        branch.register_forward_hook(adapt)

    def linear(t, at, x):
        if not c["phm_layer"]:
            return F.linear(x, t[f"{at}.weight"], t[f"{at}.bias"])
        w = t[f"{at}.W_left"] @ t[f"{at}.W_right"]
        return x @ sum(torch.kron(rule[i].to(x), w[i]) for i in range(len(w))) + t[f"{at}.b"]

    def norm(t, at, x):
        return F.layer_norm(x, x.shape[-1:], t[f"{at}.weight"], t[f"{at}.bias"])

    def network(t, z):
        x = norm(t, "adapter_norm_before", z) if c["ln_before"] else z
        down = linear(t, f"adapter_down.{int(c['ln_before'])}", x)
        y = linear(t, "adapter_up", ACTIVATIONS[c["non_linearity"]](down)) * t.get("scaling", c["scaling"])
        return y * torch.sigmoid(F.linear(z, t["gate.weight"], t["gate.bias"])) if c["use_gating"] else y

    def f(t, z):
        return norm(t, "adapter_norm_after", network(t, z)) if c["ln_after"] else network(t, z)

    def joined(t, z, residual):
        if c["ln_after"] and c["adapter_residual_before_ln"]:
            return norm(t, "adapter_norm_after", network(t, z) + residual)
        return f(t, z) + residual


def add_prefix(model, config, tensors):
    """Attention sees P keys and values before the first token's. Returns P."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import eager_mask

    flat = tensors.get("prompt_embeddings", tensors.get("prompt_encoder.embedding.weight"))
    if "prompt_encoder.transform.0.weight" in tensors:
        weight, bias = ([tensors[f"prompt_encoder.transform.{i}.{kind}"] for i in (0, 2)] for kind in ("weight", "bias"))
        flat = F.linear(torch.tanh(F.linear(flat, weight[0], bias[0])), weight[1], bias[1])
    count, layers = len(flat), model.config.num_hidden_layers
    heads = config.get("num_key_value_heads") or config["num_attention_heads"]
    held = flat.view(count, 2 * layers, heads, -1).permute(1, 2, 0, 3)
    gates = {}

    def watch(module, args, kwargs):
        x, i = args[0] if args else kwargs["hidden_states"], module.layer_idx
        if f"prefix_gates.{i}.weight" in tensors:
            gates[i] = torch.sigmoid(F.linear(x, *(tensors[f"prefix_gates.{i}.{part}"].to(x) for part in ("weight", "bias"))))

    def attend(module, query, key, value, attention_mask, **kwargs):
        i, plain = module.layer_idx, sys.modules[type(module).__module__].eager_attention_forward
        ahead = torch.zeros(*attention_mask.shape[:-1], count, device=query.device)
        if kwargs.get("sliding_window"):
            distance = count + torch.arange(query.shape[2])[:, None] - torch.arange(count)
            ahead[..., distance >= kwargs["sliding_window"]] = torch.finfo(torch.float32).min
        k, v = (torch.cat([held[2 * i + n].to(x).expand(len(x), -1, -1, -1), x], 2) for n, x in enumerate((key, value)))
        seen, weights = plain(module, query, k, v, torch.cat([ahead.to(attention_mask), attention_mask], -1), **kwargs)
        if i not in gates:
            return seen, weights
        without, _ = plain(module, query, key, value, attention_mask, **kwargs)
        return without + gates.pop(i)[..., None] * (seen - without), weights

    for module in model.modules():
        if hasattr(module, "layer_idx") and hasattr(module, "scaling"):
            module.register_forward_pre_hook(watch, with_kwargs=True)
    name = f"prefix_{id(model)}"
    AttentionInterface.register(name, attend)
    AttentionMaskInterface.register(name, eager_mask)
    model.config._attn_implementation = name
    return count


def virtual_tokens(model, prompt, prefix):
    """Positions count from the first virtual token; those of the prompt take part in the sequence and have no logits."""
    forward, width = model.forward, 0 if prompt is None else len(prompt)

    def wrapped(input_ids=None, attention_mask=None, position_ids=None, inputs_embeds=None, labels=None, use_cache=None, past_key_values=None, **kwargs):
        x = model.get_input_embeddings()(input_ids) if inputs_embeds is None else inputs_embeds
        mask = torch.ones(x.shape[:2], dtype=torch.long, device=x.device) if attention_mask is None else attention_mask
        positions = torch.arange(x.shape[1] + width, device=x.device)[None].expand(len(x), -1)
        if position_ids is not None and not width:
            positions = position_ids
        if width:
            x, mask = torch.cat([prompt.to(x).expand(len(x), -1, -1), x], 1), F.pad(mask, (width, 0), value=1)
        out = forward(inputs_embeds=x, attention_mask=mask, position_ids=positions + prefix, use_cache=False, **kwargs)
        if out.logits.dim() == 3:
            out.logits = out.logits[:, width:]
        if labels is not None:
            writes = out.logits.shape[-1] == model.config.vocab_size
            out.loss = model.loss_function(out.logits, labels, vocab_size=model.config.vocab_size) if writes else F.cross_entropy(out.logits.flatten(0, -2), labels.flatten())
        return out

    model.forward = wrapped
    for config in (model.config, getattr(model, "generation_config", None)):
        if config is not None:
            config.use_cache = False


if __name__ == "__main__":
    from transformers import AutoTokenizer

    if len(sys.argv) != 3:
        raise SystemExit('python load_adapter.py path/to/base "A prompt"')
    tuned, tokenizer = load_adapter(sys.argv[1]), AutoTokenizer.from_pretrained(sys.argv[1])
    ids = tokenizer(sys.argv[2], return_tensors="pt")
    print(tokenizer.decode(tuned.generate(**ids, max_new_tokens=64, do_sample=False)[0], skip_special_tokens=True))
