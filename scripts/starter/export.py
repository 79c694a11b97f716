"""Writes the model in the stock Hugging Face layout, readable at any moment of the training."""

import json
import os
from pathlib import Path

import torch
from safetensors.torch import save_file

from tokenizer import END, IM_END, PAD


def write_config(out: Path, c, tokenizer) -> None:
    ids = {t: tokenizer.token_to_id(t) for t in (END, IM_END, PAD)}
    (out / "config.json").write_text(json.dumps({
        "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "vocab_size": c.vocab_size, "hidden_size": c.hidden_size,
        "intermediate_size": c.intermediate_size, "num_hidden_layers": c.num_hidden_layers, "num_attention_heads": c.num_attention_heads,
        "num_key_value_heads": c.num_key_value_heads, "hidden_act": "silu", "max_position_embeddings": c.max_position_embeddings,
        "initializer_range": c.initializer_range, "rms_norm_eps": c.rms_norm_eps, "rope_theta": c.rope_theta, "use_sliding_window": False,
        "attention_dropout": 0.0, "tie_word_embeddings": True, "torch_dtype": "float16", "use_cache": True,
        "bos_token_id": None, "eos_token_id": ids[IM_END], "pad_token_id": ids[PAD],
    }, indent=2) + "\n")
    (out / "generation_config.json").write_text(json.dumps({
        # A chat turn ends with <|im_end|>, a plain text with <|endoftext|>: either ends the answer.
        "eos_token_id": [ids[IM_END], ids[END]], "pad_token_id": ids[PAD],
        "do_sample": True, "temperature": 0.7, "top_p": 0.9, "max_new_tokens": 200,
    }, indent=2) + "\n")


def write_weights(out: Path, model) -> None:
    """float16, tied head left out; renamed into place so that a reader never sees half a file."""
    state = {k: v.detach().to(torch.float16).contiguous().clone() for k, v in model.state_dict().items()}
    temporary = out / "model.safetensors.tmp"
    save_file(state, str(temporary), metadata={"format": "pt"})
    os.chmod(temporary, 0o644)
    os.replace(temporary, out / "model.safetensors")
