"""Logits of one tiny model of every family, with weights that a formula gives, so that no checkpoint need be kept.

    python family_logits.py > ../../e2e/golden/families.json

Element i of tensor `name` is 0.4 * sin(1.7 * i + h), h = sum of (position * character code) over the name, modulo 1000, / 100;
one-dimensional weights have 1 added. families.test.ts computes the same in double precision.
"""
import json
import math

import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoModelForTokenClassification

LLAMA = dict(hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=1, head_dim=4, vocab_size=13, max_position_embeddings=32, pad_token_id=0, bos_token_id=1, eos_token_id=2, tie_word_embeddings=False)
ENCODER = dict(hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3, vocab_size=13, max_position_embeddings=32, pad_token_id=0, num_labels=3, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
LAYERS = ["sliding_attention", "full_attention"]

CASES = [
    ("llama", "causal", LLAMA),
    ("llama", "sequence", LLAMA | dict(num_labels=3)),
    ("llama", "tokens", LLAMA | dict(num_labels=3)),
    ("mistral", "causal", LLAMA | dict(sliding_window=4)),
    ("qwen2", "causal", LLAMA | dict(use_sliding_window=True, sliding_window=4, max_window_layers=1, layer_types=["full_attention", "sliding_attention"])),
    ("qwen3", "causal", LLAMA),
    ("gemma2", "causal", LLAMA | dict(tie_word_embeddings=True, sliding_window=4, query_pre_attn_scalar=5, attn_logit_softcapping=3.0, final_logit_softcapping=5.0, layer_types=LAYERS)),
    ("gemma3_text", "causal", LLAMA | dict(tie_word_embeddings=True, sliding_window=4, query_pre_attn_scalar=5, layer_types=LAYERS)),
    ("phi3", "causal", LLAMA),
    ("smollm3", "causal", LLAMA | dict(num_hidden_layers=2, no_rope_layers=[1, 0], no_rope_layer_interval=2, use_sliding_window=False)),
    ("gpt2", "causal", dict(n_embd=12, n_inner=20, n_layer=2, n_head=3, vocab_size=13, n_positions=32, bos_token_id=1, eos_token_id=2)),
    ("gpt2", "sequence", dict(n_embd=12, n_inner=20, n_layer=2, n_head=3, vocab_size=13, n_positions=32, bos_token_id=1, eos_token_id=2, pad_token_id=0, num_labels=3)),
    ("gpt2", "tokens", dict(n_embd=12, n_inner=20, n_layer=2, n_head=3, vocab_size=13, n_positions=32, bos_token_id=1, eos_token_id=2, pad_token_id=0, num_labels=3)),
    ("gpt_neox", "tokens", dict(hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3, vocab_size=13, max_position_embeddings=32, rotary_pct=0.5, bos_token_id=1, eos_token_id=2, tie_word_embeddings=False, num_labels=3)),
    ("gpt_neox", "causal", dict(hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3, vocab_size=13, max_position_embeddings=32, rotary_pct=0.5, bos_token_id=1, eos_token_id=2, tie_word_embeddings=False)),
    ("opt", "causal", dict(hidden_size=12, ffn_dim=20, num_hidden_layers=2, num_attention_heads=3, vocab_size=13, max_position_embeddings=32, word_embed_proj_dim=12, dropout=0.0, pad_token_id=0, bos_token_id=1, eos_token_id=2)),
    ("bert", "sequence", ENCODER),
    ("bert", "tokens", ENCODER),
    ("bert", "pair", ENCODER),
    ("roberta", "tokens", ENCODER | dict(pad_token_id=1, max_position_embeddings=34, type_vocab_size=1)),
    ("roberta", "sequence", ENCODER | dict(pad_token_id=1, max_position_embeddings=34, type_vocab_size=1)),
    ("distilbert", "sequence", dict(dim=12, hidden_dim=20, n_layers=2, n_heads=3, vocab_size=13, max_position_embeddings=32, pad_token_id=0, num_labels=3, dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0)),
]
# What a config may ask for beside the usual.
OPT = next(given for family, _, given in CASES if family == "opt")
NEOX = next(given for family, task, given in CASES if (family, task) == ("gpt_neox", "causal"))
CASES += [
    ("llama", "causal", LLAMA | dict(hidden_act="quick_gelu", rope_parameters=dict(rope_type="yarn", rope_theta=500.0, factor=4.0, original_max_position_embeddings=8, truncate=False))),
    ("llama", "causal", LLAMA | dict(hidden_act="gelu", rope_parameters=dict(rope_type="dynamic", rope_theta=10000.0, factor=4.0))),
    ("gemma3_text", "causal", LLAMA | dict(layer_types=LAYERS, sliding_window=4, query_pre_attn_scalar=5, attn_logit_softcapping=3.0, final_logit_softcapping=5.0)),
    ("phi3", "causal", LLAMA | dict(original_max_position_embeddings=16, rope_parameters=dict(rope_type="longrope", rope_theta=10000.0, short_factor=[1.2, 2.5], long_factor=[3.0, 9.0]))),
    ("smollm3", "causal", LLAMA | dict(no_rope_layers=[1, 0], use_sliding_window=True, sliding_window=4, layer_types=None)),
    ("gpt_neox", "causal", NEOX | dict(rotary_pct=0.75, use_parallel_residual=False)),
    ("opt", "causal", OPT | dict(do_layer_norm_before=False, word_embed_proj_dim=8)),
]
DISTILBERT = next(given for family, _, given in CASES if family == "distilbert")
CASES.append(("distilbert", "tokens", DISTILBERT))
CLASSES = {"causal": AutoModelForCausalLM, "sequence": AutoModelForSequenceClassification, "tokens": AutoModelForTokenClassification, "pair": AutoModelForSequenceClassification}
LENGTHS = [9, 7]


def formula(name, tensor):
    h = sum((i + 1) * ord(c) for i, c in enumerate(name)) % 1000 / 100
    wave = [0.4 * math.sin(1.7 * i + h) for i in range(tensor.numel())]
    if tensor.dim() == 1 and name.endswith("weight"):
        wave = [1 + w for w in wave]
    return torch.tensor(wave, dtype=torch.float64).reshape(tensor.shape)


out = []
for family, task, given in CASES:
    config = AutoConfig.for_model(family, **given)
    config._attn_implementation = "eager"
    model = CLASSES[task].from_config(config).double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(formula(name, parameter))
    ids = torch.zeros(2, LENGTHS[0], dtype=torch.long) + (config.pad_token_id or 0)
    mask = torch.zeros_like(ids)
    for b, length in enumerate(LENGTHS):
        ids[b, :length] = torch.tensor([3 + (7 * i + 2 * b) % 10 for i in range(length)])
        mask[b, :length] = 1
    types = torch.zeros_like(ids)
    if task == "pair":
        for b, length in enumerate(LENGTHS):
            types[b, length // 2 : length] = 1
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=mask, **({"token_type_ids": types} if task == "pair" else {})).logits
    rows = logits if task in ("sequence", "pair") else torch.cat([logits[b, length - 2 : length] for b, length in enumerate(LENGTHS)])
    kept = config.to_diff_dict() | given | {"architectures": [type(model).__name__]}
    kept["id2label"] = {str(i): f"LABEL_{i}" for i in range(3)} if task != "causal" else None
    out.append({"family": family, "task": task, "config": {k: v for k, v in kept.items() if v is not None}, "ids": ids.tolist(), "lengths": LENGTHS, **({"types": types.tolist()} if task == "pair" else {}), "logits": [[float(f"{x:.9g}") for x in row] for row in rows.tolist()]})
print("[\n" + ",\n".join(json.dumps(case, separators=(",", ":"), default=str) for case in out) + "\n]")
