"""The loss curve of a LoRA run on a real model and a real text, in PyTorch and PEFT, to be replayed step by step elsewhere.

    python verdict_curve.py --model DIR --text FILE --out DIR      # made with stories260K/hf and the-verdict.txt

Writes OUT/verdict.safetensors (LoRA A before training; B starts at zero) and OUT/verdict.json: what to train, where in the
token stream each row starts, and loss, gradient norm and learning rate of every step. It copies neither the model nor the
text; their hashes say which ones it was made with.
"""
import argparse
import hashlib

import peft
import torch
import transformers
from safetensors.torch import save_file
from torch.nn.utils import clip_grad_norm_

from reference_model import load_model, randint, rng_for, write_json

STEPS, ROWS, LENGTH = 40, 4, 128
LORA = dict(r=8, lora_alpha=16, lora_dropout=0.0, target_modules="all-linear", bias="none", task_type="CAUSAL_LM")
OPTIMIZER = dict(learning_rate=3e-3, betas=[0.9, 0.999], eps=1e-8, weight_decay=0.01, max_grad_norm=1.0, warmup_steps=4)


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()


def main(args):
    rng = rng_for(1, "verdict")
    tokenizer = transformers.PreTrainedTokenizerFast.from_pretrained(args.model)
    with open(args.text, encoding="utf-8") as f:
        stream = tokenizer(f.read(), add_special_tokens=False)["input_ids"]
    starts = [[randint(rng, 0, len(stream) - LENGTH) for _ in range(ROWS)] for _ in range(STEPS)]

    base, _ = load_model(args.model)
    torch.manual_seed(1)
    model = peft.get_peft_model(base, peft.LoraConfig(**LORA)).train()
    named = [(n.replace(".default.", "."), p) for n, p in model.named_parameters() if p.requires_grad]
    init = {n: p.detach().clone() for n, p in named if "lora_A" in n}
    o = OPTIMIZER
    optimizer = torch.optim.AdamW([p for _, p in named], lr=o["learning_rate"], betas=tuple(o["betas"]), eps=o["eps"],
                                  weight_decay=o["weight_decay"])
    scheduler = transformers.get_cosine_schedule_with_warmup(optimizer, o["warmup_steps"], STEPS)
    history = {"loss": [], "grad_norm": [], "lr": []}
    for step in starts:
        ids = torch.tensor([stream[at : at + LENGTH] for at in step])
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        norm = clip_grad_norm_([p for _, p in named], o["max_grad_norm"])
        history["lr"].append(scheduler.get_last_lr()[0])
        optimizer.step()
        optimizer.zero_grad()
        scheduler.step()
        history["loss"].append(float(loss))
        history["grad_norm"].append(float(norm))

    save_file(init, f"{args.out}/verdict.safetensors")
    write_json(f"{args.out}/verdict.json", {
        "made_with": f"torch {torch.__version__}, transformers {transformers.__version__}, peft {peft.__version__}, float32, CPU",
        "model_sha256": sha256(f"{args.model}/model.safetensors"), "text_sha256": sha256(args.text),
        "tokens": len(stream), "token_sum": sum(i * t % 65537 for i, t in enumerate(stream)),
        "lora": LORA, "optimizer": OPTIMIZER, "steps": STEPS, "length": LENGTH, "starts": starts, **history})
    print(f"{len(init)} layers, loss {history['loss'][0]:.4f} -> {history['loss'][-1]:.4f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--out", required=True)
    main(parser.parse_args())
