"""Makes an ordinary LoRA out of the hypernetwork in this folder, for a task that it knows or for a new description.

    from load_adapter import load_adapter
    model = load_adapter("path/to/base", "TASK")             # with the LoRA in its weights; needs torch, transformers, safetensors

    python load_adapter.py "TASK" OUT                        a task of adapter_config.json, by its name or a wording of it
    python load_adapter.py "DESCRIPTION" OUT --base BASE     a new task; BASE is the base model's folder or Hub id

OUT becomes a folder that peft.PeftModel.from_pretrained loads. There a known task needs torch and safetensors alone; a new
description is read by the base model, which needs transformers.

adapter_model.safetensors, all float32, with S sites, r ranks, d = task_embedding_dim, H = hidden_size, C = width of the base:
    hypernetwork.tasks                 (tasks, d)     an embedding for each task, where task_embedding is "learned"
    hypernetwork.descriptions          (wordings, C)  what the base made of each wording, where it is "description"
    hypernetwork.project.weight, bias  (d, C), (d)    from there to the task's embedding
    hypernetwork.layers, modules, ranks (layers, d), (kinds of module, d), (r, d)
    hypernetwork.trunk.0.weight, bias  (H, d), (H)    hypernetwork.trunk.2.weight, bias  (H, H), (H)
    hypernetwork.norm.weight           (H)
    hypernetwork.heads.MODULE.A.weight (in, H)        hypernetwork.heads.MODULE.B.weight (out, H)
    h = layer_norm(trunk.2(silu(trunk.0(task + layer + module + rank)))) * norm
    row `rank` of A = A.weight h / sqrt(H)            column `rank` of B = B.weight h / sqrt(H)
"""
import argparse
import json
import math
import os
import re

import torch
from safetensors.torch import load_file, save_file


HERE = os.path.dirname(os.path.abspath(__file__))


def load_adapter(base, task, folder=HERE):
    """The base (folder or Hub id) with the LoRA for a task, by its name or described, added to its weights."""
    from transformers import AutoModelForCausalLM

    config, tensors = load(folder)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval().requires_grad_(False)
    known = known_task(config, task.strip())
    lora = emit(config, tensors, read_description(base, task.strip()) if known is None else known)
    for site in config["sites"]:
        key = f"base_model.model.{site}.lora_"
        change = config["lora_alpha"] / config["r"] * lora[f"{key}B.weight"] @ lora[f"{key}A.weight"]  # (out, in)
        # GPT-2 stores its matrices the other way round.
        model.get_submodule(site).weight.data += change.T if config["fan_in_fan_out"] else change
    return model


def load(folder):
    """The hypernetwork's config and tensors."""
    with open(os.path.join(folder, "adapter_config.json"), encoding="utf-8") as file:
        config = json.load(file)
    return config, load_file(os.path.join(folder, "adapter_model.safetensors"))


def wordings(task):
    """A task's description has a wording a line; without one, its name stands for it."""
    lines = [line.strip() for line in task["description"].split("\n")]
    return [line for line in lines if line] or [task["name"]]


def known_task(config, text):
    """Row of the task table, or None for a task it was not trained on."""
    row = 0
    for task in config["tasks"] or [{"name": "task", "description": ""}]:
        texts = wordings(task)
        if text == task["name"]:
            return row
        if text in texts:
            return row + (texts.index(text) if config["task_embedding"] == "description" else 0)
        row += len(texts) if config["task_embedding"] == "description" else 1
    return None


def read_description(base, text):
    """Mean of the base's last hidden states over the text's tokens, scaled to a root mean square of 1: (C)."""
    from transformers import AutoModel, AutoTokenizer

    ids = AutoTokenizer.from_pretrained(base)(text, return_tensors="pt").input_ids
    model = AutoModel.from_pretrained(base, dtype=torch.float32).eval()
    with torch.no_grad():
        mean = model(ids).last_hidden_state[0].double().mean(0)
    return mean / mean.square().mean().sqrt()


def emit(config, tensors, task):
    """PEFT's LoRA tensors for a row of the task table, or for what the base made of a description (C)."""
    t = {key.removeprefix("hypernetwork."): value.double() for key, value in tensors.items()}
    described = config["task_embedding"] == "description"
    if described:
        text = t["descriptions"][task] if isinstance(task, int) else task
        e = t["project.weight"] @ text + t["project.bias"]
    elif isinstance(task, int):
        e = t["tasks"][task]
    else:
        raise SystemExit("This hypernetwork learned its task embeddings and cannot read descriptions.")
    places = [re.search(r"\.(\d+)\.(.+)$", site).groups() for site in config["sites"]]
    modules = list(dict.fromkeys(module for _, module in places))
    scale = 1 / math.sqrt(config["hidden_size"])
    lora = {}
    for site, (layer, module) in zip(config["sites"], places):
        x = e + t["layers"][int(layer)] + t["modules"][modules.index(module)] + t["ranks"]  # (r, d)
        h = torch.nn.functional.silu(x @ t["trunk.0.weight"].T + t["trunk.0.bias"])
        h = h @ t["trunk.2.weight"].T + t["trunk.2.bias"]
        h = torch.nn.functional.layer_norm(h, h.shape[-1:], t["norm.weight"], None, 1e-5)  # (r, H)
        a = scale * h @ t[f"heads.{module}.A.weight"].T  # (r, in)
        b = scale * t[f"heads.{module}.B.weight"] @ h.T  # (out, r)
        lora[f"base_model.model.{site}.lora_A.weight"] = a.float().contiguous()
        lora[f"base_model.model.{site}.lora_B.weight"] = b.float().contiguous()
    return lora


def lora_config(config):
    """adapter_config.json of what `emit` makes."""
    kept = ("base_model_name_or_path", "fan_in_fan_out", "inference_mode", "lora_alpha", "lora_dropout", "r", "task_type")
    return {key: config[key] for key in kept} | {"bias": "none", "peft_type": "LORA", "target_modules": config["sites"]}


def main():
    parser = argparse.ArgumentParser(description="Makes an ordinary LoRA out of this hypernetwork.")
    parser.add_argument("task", help="a task's name, one of its wordings, or the description of a new task")
    parser.add_argument("out", help="folder to write")
    parser.add_argument("--base", help="folder or Hub id of the base model, to read a new description with")
    given = parser.parse_args()
    config, tensors = load(HERE)
    task = known_task(config, given.task.strip())
    if task is None:
        if not given.base:
            names = ", ".join(task["name"] for task in config["tasks"])
            parser.error(f"no task is called or described so; there are {names}. For a new description, name the base model with --base.")
        task = read_description(given.base, given.task.strip())
    os.makedirs(given.out, exist_ok=True)
    save_file(emit(config, tensors, task), os.path.join(given.out, "adapter_model.safetensors"), {"format": "pt"})
    with open(os.path.join(given.out, "adapter_config.json"), "w", encoding="utf-8") as file:
        json.dump(lora_config(config), file, indent=2)


if __name__ == "__main__":
    main()
