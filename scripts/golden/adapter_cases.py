# Cuts from a kit of cases what a test of loading adapters needs: the adapter as its library saved it, one batch, and the
# logits at its first places. Usage: adapter_cases.py KIT OUT
import json
import shutil
import sys
from pathlib import Path

from safetensors.numpy import load_file, save_file

CASES = [
    "llama__ia3", "llama__vera", "llama__prefix_tuning", "llama__ln_tuning",
    "gpt2__prompt_tuning", "gpt2__pfeiffer", "gpt2__adalora", "qwen2__ptuning_mlp",
]
PLACES = 2

kit, out = Path(sys.argv[1]), Path(sys.argv[2])
for case in CASES:
    folder, to = kit / "cases" / case, out / case
    to.mkdir(parents=True, exist_ok=True)
    room = "adapterhub" if (folder / "adapterhub").exists() else "adapter"
    (to / "adapter").mkdir(exist_ok=True)
    for file in (folder / room).iterdir():
        if file.suffix in (".json", ".safetensors"):
            shutil.copyfile(file, to / "adapter" / file.name)
    tensors = load_file(folder / "tensors.safetensors")
    kept = {name: tensors[name] for name in ("batch0/input_ids", "batch0/attention_mask")}
    kept |= {name: tensors[name][:PLACES].copy() for name in ("logit_positions", "logits_final")}
    save_file(kept, to / "tensors.safetensors")
    described = json.loads((folder / "case.json").read_text())
    part = {name: described[name] for name in ("family", "method", "model", "task")}
    # The largest noise of a trained tensor stands for all of them.
    part["loss"] = []
    part["f32_noise"] = {"final": {"all": max(described["f32_noise"]["final"].values(), key=lambda noise: noise[1])}}
    (to / "case.json").write_text(json.dumps(part, indent=1) + "\n")
