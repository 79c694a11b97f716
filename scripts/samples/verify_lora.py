"""Fine-tunes the starter with LoRA on each sample and scores the held-out rows before and after.

    python verify_lora.py --model DIR --samples DIR [--only orders] [--json results.json]

It is the reference for what the studio should reach in the browser, and the check that each sample
is a task the starter cannot do before and can do after a few minutes.
"""

import argparse
import json
import random
import time
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer

LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def messages_of(row):
    """Prompt/completion rows are put in the chat template too: the starter has one way of being asked."""
    return row.get("messages") or [{"role": "user", "content": row["prompt"]}, {"role": "assistant", "content": row["completion"]}]


def encode(tok, row):
    m = messages_of(row)
    prompt = tok.apply_chat_template(m[:-1], tokenize=False, add_generation_prompt=True)
    return tok(prompt).input_ids, tok(m[-1]["content"] + "<|im_end|>").input_ids


def batch_of(tok, encoded):
    """Right-padded ids with the loss on the answer only."""
    length = max(len(p) + len(a) for p, a in encoded)
    ids = torch.full((len(encoded), length), tok.pad_token_id)
    labels = torch.full((len(encoded), length), -100)
    mask = torch.zeros((len(encoded), length), dtype=torch.long)
    for i, (p, a) in enumerate(encoded):
        ids[i, :len(p) + len(a)] = torch.tensor(p + a)
        labels[i, len(p):len(p) + len(a)] = torch.tensor(a)
        mask[i, :len(p) + len(a)] = 1
    return ids, labels, mask


@torch.no_grad()
def score(model, tok, rows, show: int = 0):
    """Share of the test rows whose greedy answer equals the reference exactly."""
    model.eval()
    right, wrong = 0, []
    for i in range(0, len(rows), 32):
        group = rows[i:i + 32]
        encoded = [encode(tok, r) for r in group]
        length = max(len(p) for p, _ in encoded)
        ids = torch.tensor([[tok.pad_token_id] * (length - len(p)) + p for p, _ in encoded])
        out = model.generate(input_ids=ids, attention_mask=(ids != tok.pad_token_id).long(), max_new_tokens=max(len(a) for _, a in encoded) + 4,
                             do_sample=False, temperature=None, top_p=None)
        for row, answer in zip(group, tok.batch_decode(out[:, length:], skip_special_tokens=True)):
            want = messages_of(row)[-1]["content"]
            right += answer.strip() == want
            if answer.strip() != want:
                wrong.append((messages_of(row)[-2]["content"], want, answer))
    for q, want, got in wrong[:show]:
        print(f"   asked {q!r}\n   want  {want!r}\n   got   {got!r}")
    return right / len(rows)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--model", required=True)
    p.add_argument("--samples", type=Path, required=True)
    p.add_argument("--only", nargs="*")
    p.add_argument("--steps", type=int, default=300)
    p.add_argument("--rows", type=int, default=8)
    p.add_argument("--rank", type=int, default=16)
    p.add_argument("--alpha", type=int, default=32)
    p.add_argument("--lr", type=float, default=2e-3)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--show", type=int, default=2)
    p.add_argument("--json", type=Path)
    a = p.parse_args()
    torch.set_num_threads(a.threads)
    tok = AutoTokenizer.from_pretrained(a.model)
    results = {}
    for entry in json.loads((a.samples / "index.json").read_text()):
        if a.only and entry["id"] not in a.only:
            continue
        rows = {part: [json.loads(line) for line in (a.samples / entry[part]).read_text().splitlines()] for part in ("train", "test")}
        torch.manual_seed(a.seed)
        model = AutoModelForCausalLM.from_pretrained(a.model, dtype=torch.float32)
        before = score(model, tok, rows["test"], 1 if a.show else 0)
        model = get_peft_model(model, LoraConfig(r=a.rank, lora_alpha=a.alpha, target_modules=LINEAR, task_type="CAUSAL_LM"))
        trained = [q for q in model.parameters() if q.requires_grad]
        opt = torch.optim.AdamW(trained, lr=a.lr, weight_decay=0.0)
        rng, encoded, order, started = random.Random(a.seed), [encode(tok, r) for r in rows["train"]], [], time.time()
        model.train()
        for step in range(a.steps):
            for g in opt.param_groups:
                g["lr"] = a.lr * min(1, (step + 1) / 10) * (1 - step / a.steps)
            while len(order) < a.rows:
                order += rng.sample(range(len(encoded)), len(encoded))
            ids, labels, mask = batch_of(tok, [encoded[order.pop(0)] for _ in range(a.rows)])
            loss = model(input_ids=ids, labels=labels, attention_mask=mask).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            opt.step()
            opt.zero_grad()
            if (step + 1) % 100 == 0:
                print(f"  {entry['id']} step {step + 1} loss {loss.item():.4f}", flush=True)
        seconds = time.time() - started
        after = score(model, tok, rows["test"], a.show)
        results[entry["id"]] = {"before": round(before, 4), "after": round(after, 4), "train_rows": len(rows["train"]), "test_rows": len(rows["test"]),
                                "trained_parameters": sum(q.numel() for q in trained), "seconds": round(seconds, 1),
                                "steps": a.steps, "rows_per_step": a.rows, "rank": a.rank, "alpha": a.alpha, "lr": a.lr, "seed": a.seed}
        print(entry["id"], json.dumps(results[entry["id"]]), flush=True)
    if a.json:
        a.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
