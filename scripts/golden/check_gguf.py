"""GGUF files of this project, read back by the gguf package of llama.cpp and by transformers.

  check_gguf.py lora BASE ADAPTER FILE       every layer's update, against PEFT's tensors under llama.cpp's own names
  check_gguf.py model FOLDER FILE --prompt-ids 1,2,3   tensors, logits and tokens, against the Hugging Face folder
  check_gguf.py dequantize FILE --out DIR    every tensor as gguf's own dequantize reads it, as little-endian float32
"""
import argparse
import json
import os
import re

import gguf
import numpy as np

ARCHITECTURES = {"mistral": "llama", "gemma3_text": "gemma3", "gpt_neox": "gptneox"}


def config_of(folder):
    with open(os.path.join(folder, "config.json")) as f:
        return json.load(f)


def names_of(config):
    """llama.cpp's name of a checkpoint's tensor, from its own table."""
    model_type = config["model_type"]
    id = ARCHITECTURES.get(model_type, model_type)
    arch = next(a for a, name in gguf.MODEL_ARCH_NAMES.items() if name == id)
    layers = config.get("num_hidden_layers", config.get("n_layer"))
    return id, gguf.get_tensor_name_map(arch, layers)


def rows_as_llama_cpp(name, w, config):
    """Rows of a (out, ...) matrix in llama.cpp's order: its converters' reshapes."""
    model_type = config["model_type"]
    heads = config.get("num_attention_heads", config.get("n_head"))
    kv_heads = config.get("num_key_value_heads") or heads
    if model_type in ("llama", "mistral", "smollm3") and re.search(r"\.[qk]_proj\.", name):
        n = heads if ".q_proj." in name else kv_heads
        return w.reshape(n, 2, w.shape[0] // n // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)
    if model_type == "gpt_neox" and ".query_key_value." in name:
        parts = w.reshape(heads, 3, w.shape[0] // heads // 3, *w.shape[1:])
        return np.concatenate([parts[:, i].reshape(-1, *w.shape[1:]) for i in range(3)])
    if model_type == "gemma2" and ".q_proj." in name:
        # llama.cpp divides scores by the root of head_dim; another scale is kept within the queries.
        return w * np.float32((config["head_dim"] / config["query_pre_attn_scalar"]) ** 0.5)
    return w


def tensors_of(path):
    reader = gguf.GGUFReader(path)
    found = {}
    for t in reader.tensors:
        values = gguf.quants.dequantize(t.data, t.tensor_type)
        found[t.name] = np.asarray(values, dtype=np.float32).reshape([int(d) for d in reversed(t.shape)])
    return reader, found


def field(reader, key):
    found = reader.get_field(key)
    return None if found is None else found.contents()


def check_lora(args):
    from peft import PeftConfig
    from safetensors.numpy import load_file

    config = config_of(args.base)
    id, names = names_of(config)
    reader, tensors = tensors_of(args.file)
    assert field(reader, "general.type") == "adapter" and field(reader, "adapter.type") == "lora"
    assert field(reader, "general.architecture") == id
    alpha = field(reader, "adapter.lora.alpha")
    peft = PeftConfig.from_pretrained(args.adapter)
    stored = load_file(os.path.join(args.adapter, "adapter_model.safetensors"))
    same, expected, worst = 0, set(), 0.0
    for key, a in stored.items():
        module = re.sub(r"^base_model\.model\.|\.lora_(A\.weight|embedding_A)$", "", key)
        if "lora_A" not in key and "lora_embedding_A" not in key:
            assert "lora_B" in key or "lora_embedding_B" in key or "base_layer" in key, key
            continue
        b = stored[key.replace("lora_A", "lora_B").replace("lora_embedding_A", "lora_embedding_B")]
        name = names.get_name(module + ".weight", (".weight",))
        assert name is not None, module
        expected |= {name + ".lora_a", name + ".lora_b"}
        ours_a, ours_b = tensors[name + ".lora_a"], tensors[name + ".lora_b"]
        rank = a.shape[0]
        pattern = lambda table, default: next((v for k, v in table.items() if re.match(rf"(.*\.)?({k})$", module)), default)
        scaling = pattern(peft.alpha_pattern, peft.lora_alpha) / (rank**0.5 if peft.use_rslora else rank)
        b = rows_as_llama_cpp(module + ".weight", b, config)
        # llama.cpp looks an embedding's rows up in A by token.
        if "embedding" in key:
            ours_a = ours_a.T
        assert np.array_equal(ours_a, a), name
        same += np.array_equal(ours_b, b)
        # The loader's rule: alpha over the rank, which it takes from B.
        update = (alpha / ours_b.shape[1]) * (ours_b.astype(np.float64) @ ours_a)
        theirs = scaling * (b.astype(np.float64) @ a)
        worst = max(worst, float(np.abs(update - theirs).max() / max(np.abs(theirs).max(), 1e-30)))
    assert expected == set(tensors), expected ^ set(tensors)
    print(json.dumps({"tensors": len(tensors), "unchanged_b": same, "alpha": alpha, "worst": worst}))
    assert worst < 1e-6, worst


def check_model(args):
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer, LlamaConfig

    config = config_of(args.folder)
    id, names = names_of(config)
    reader, tensors = tensors_of(args.file)
    assert field(reader, "general.architecture") == id
    types = sorted({t.tensor_type.name for t in reader.tensors})
    folder, name = os.path.split(args.file)
    ids = torch.tensor([[int(i) for i in args.prompt_ids.split(",")]])
    said = AutoConfig.from_pretrained(args.folder)
    theirs = AutoModelForCausalLM.from_pretrained(args.folder, dtype=torch.float32).eval()
    report = {"types": types, "tensors": len(tensors), "worst_tensor": 0.0}
    seen = {"rope_freqs.weight"}
    for path, w in theirs.state_dict().items():
        found = names.get_name(path, (".weight", ".bias"))
        if path == "lm_head.weight" and "output.weight" not in tensors:
            assert theirs.config.tie_word_embeddings
            continue
        assert found is not None, path
        w = rows_as_llama_cpp(path, w.numpy(), config)
        if config["model_type"].startswith("gemma") and path.endswith("norm.weight"):
            w = w + np.float32(1)
            if re.search(r"\.q_norm\.", path):
                w = w * np.float32((config["head_dim"] / config["query_pre_attn_scalar"]) ** 0.5)
        if config["model_type"] == "gpt2" and re.search(r"\.c_(attn|proj|fc)\.weight", path):
            w = w.T
        assert tensors[found].shape == w.shape, (found, w.shape)
        seen.add(found)
        report["worst_tensor"] = max(report["worst_tensor"], float(np.abs(tensors[found] - w).max() / np.abs(w).max()))
    assert set(tensors) <= seen, set(tensors) - seen
    if args.no_logits:
        print(json.dumps(report))
        return
    with torch.no_grad():
        want = theirs(ids).logits
        # What metadata transformers reads differs by architecture, so that it is told the configuration.
        if hasattr(said, "query_pre_attn_scalar"):
            said.query_pre_attn_scalar = said.head_dim
        if config["model_type"] == "mistral":
            # To llama.cpp it is a llama.
            said = LlamaConfig(**{k: v for k, v in said.to_dict().items() if k not in ("model_type", "architectures", "sliding_window")})
        ours = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, config=said, dtype=torch.float32).eval()
        got = ours(ids).logits
        report["difference"] = float((got - want).abs().max() / want.abs().max())
        if args.alone:
            alone = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
            report["alone"] = float((alone(ids).logits - want).abs().max() / want.abs().max())
    if args.texts:
        with open(args.texts) as f:
            texts = json.load(f)
        from_gguf = AutoTokenizer.from_pretrained(folder, gguf_file=name)
        from_folder = AutoTokenizer.from_pretrained(args.folder)
        report["texts"] = len(texts)
        report["texts_alike"] = sum(from_gguf.encode(t, add_special_tokens=False) == from_folder.encode(t, add_special_tokens=False) for t in texts)
        assert report["texts_alike"] == len(texts), report
    print(json.dumps(report))
    assert max(report["difference"], report["worst_tensor"]) <= args.tolerance, report


def dequantize(args):
    _, tensors = tensors_of(args.file)
    os.makedirs(args.out, exist_ok=True)
    for name, values in tensors.items():
        values.astype("<f4").tofile(os.path.join(args.out, name + ".f32"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(required=True)
    lora = commands.add_parser("lora")
    lora.add_argument("base"), lora.add_argument("adapter"), lora.add_argument("file")
    lora.set_defaults(run=check_lora)
    model = commands.add_parser("model")
    model.add_argument("folder"), model.add_argument("file")
    model.add_argument("--prompt-ids", required=True)
    model.add_argument("--tolerance", type=float, default=1e-6, help="of the largest value")
    model.add_argument("--no-logits", action="store_true", help="tensors only, where transformers has no loader")
    model.add_argument("--alone", action="store_true", help="also with nothing but what the file says")
    model.add_argument("--texts", help="a JSON list of texts to tokenize both ways")
    model.set_defaults(run=check_model)
    plain = commands.add_parser("dequantize")
    plain.add_argument("file"), plain.add_argument("--out", required=True)
    plain.set_defaults(run=dequantize)
    args = parser.parse_args()
    args.run(args)
