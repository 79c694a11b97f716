"""Pretrains the starter model from scratch: python pretrain.py --corpus DIR --out DIR

Everything is driven by a time budget: the learning rate follows the elapsed share of it, so the
run ends fully annealed on a fast machine and on a slow one. Interrupted, it goes on from the last
checkpoint in --work when the same command is given again.
"""

import argparse
import json
import math
import os
import random
import tempfile
import time
from pathlib import Path

# A waiting thread must sleep, not spin: on a shared machine a spinning one keeps its core while
# the thread it waits for has none, and the run was seen to slow down sixteen-fold.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

import numpy as np
import torch
from tokenizers import Tokenizer

import card
import corpus as corpus_module
import export
import tokenizer as tokenizer_module
from evaluate import bits_per_byte
from headstart import give_head_start
from instructions import instruction, to_chatml
from model import Starter, StarterConfig
from rows import CORPUS, INSTRUCTIONS, STORIES, RowSource, drill_share
from stories import story


def arguments():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--corpus", type=Path, required=True, help="folder with manifest.json and the books it lists")
    p.add_argument("--out", type=Path, required=True, help="where the Hugging Face files go")
    p.add_argument("--work", type=Path, default=None, help="caches and checkpoints (default: a folder among the temporary files)")
    p.add_argument("--minutes", type=float, default=85, help="training time; the schedule is a share of it")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=17)
    p.add_argument("--length", type=int, default=512)
    p.add_argument("--micro", type=int, default=4, help="rows per forward pass; small keeps the logits in cache")
    p.add_argument("--accumulate", type=int, default=2)
    p.add_argument("--lr", type=float, default=3e-3)
    p.add_argument("--max-sentence", type=float, default=24, help="skip books whose mean sentence is longer, in words")
    p.add_argument("--save-minutes", type=float, default=4)
    p.add_argument("--compile", action="store_true")
    return p.parse_args()


def schedule(share: float) -> float:
    """Warm up, hold, then fall linearly to nothing over the last half of the budget."""
    return min(1.0, share / 0.01, max(0.0, (1.0 - share) / 0.5))


def prepare(a, out: Path, work: Path):
    """Tokenizer and token ids of the corpus, made once and cached."""
    train = [(b, t) for b, t in corpus_module.load(a.corpus, "train") if (b.get("avg_sentence") or 0) <= a.max_sentence]
    val = corpus_module.load(a.corpus, "val")
    path = work / "tokenizer.json"
    if not path.exists():
        rng = random.Random(a.seed)
        generated = [story(rng)["text"] for _ in range(4000)] + [to_chatml(instruction(rng)).replace("<|im_start|>", "").replace("<|im_end|>", "") for _ in range(30000)]
        tokenizer_module.train([t for _, t in train[:60]] + generated).save(str(path))
    tok = Tokenizer.from_file(str(path))
    tokenizer_module.save(tok, out, StarterConfig().max_position_embeddings)
    export.write_config(out, StarterConfig(), tok)
    cache = work / "corpus.npy"
    if not cache.exists():
        end = tok.token_to_id(tokenizer_module.END)
        ids = []
        for _, text in train:
            # Line by line: the encoder's cost grows faster than the text it is given at once.
            lines = tok.encode_batch([line + "\n" for line in text.split("\n")])
            ids.append(np.array([i for e in lines for i in e.ids] + [end], dtype=np.uint16))
        np.save(cache, np.concatenate(ids))
    return tok, np.load(cache), train, val


def optimizers(model, lr: float):
    """Muon for the matrices inside the layers, AdamW for embeddings, norms and biases."""
    inner = [p for n, p in model.named_parameters() if p.ndim == 2 and "embed" not in n]
    rest = [p for n, p in model.named_parameters() if p.ndim < 2]
    embed = [model.model.embed_tokens.weight]
    return [torch.optim.Muon(inner, lr=lr, weight_decay=0.05, momentum=0.95, adjust_lr_fn="match_rms_adamw"),
            torch.optim.AdamW([{"params": embed, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0.0}], lr=lr, betas=(0.9, 0.95), fused=True)]


def main():
    a = arguments()
    work = a.work or Path(tempfile.gettempdir()) / "tunesmith-starter"
    a.out.mkdir(parents=True, exist_ok=True)
    work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    tok, ids, train, val = prepare(a, a.out, work)
    pad = tok.token_to_id(tokenizer_module.PAD)
    source = RowSource(tok, ids, a.length + 1, a.seed)
    model = Starter(StarterConfig())
    opts = optimizers(model, a.lr)
    state = {"step": 0, "shard": 0, "at": 0, "drills": drill_share(0.0), "corpus_row": 0, "notes": [], "elapsed": 0.0, "tokens": 0, "curve": []}
    checkpoint = work / "checkpoint.pt"
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(saved["model"])
        for o, s in zip(opts, saved["optimizers"]):
            o.load_state_dict(s)
        state.update(saved["state"])
    else:
        give_head_start(model, torch.from_numpy(source.corpus[:64, :256].astype(np.int64)), a.seed)
    parameters = sum(p.numel() for p in model.parameters())
    print(f"{parameters} parameters, {len(ids)} corpus tokens, {len(train)} books, from step {state['step']}", flush=True)
    forward = torch.compile(model) if a.compile else model
    rows_per_step = a.micro * a.accumulate
    budget, started, before = a.minutes * 60, time.time(), state["elapsed"]
    source.next_corpus_row = state["corpus_row"]
    shard = source.shard(state["shard"], state["drills"])
    saved_at, running, first_save = time.time(), [], state["step"] == 0

    def save():
        temporary = work / "checkpoint.tmp"
        torch.save({"model": model.state_dict(), "optimizers": [o.state_dict() for o in opts], "state": state}, temporary)
        temporary.replace(checkpoint)
        export.write_weights(a.out, model)
        (work / "log.json").write_text(json.dumps(state))

    while state["elapsed"] < budget:
        if state["at"] + rows_per_step > len(shard):
            state.update(shard=state["shard"] + 1, at=0, drills=drill_share(state["elapsed"] / budget), corpus_row=source.next_corpus_row)
            shard = source.shard(state["shard"], state["drills"])
        batch = torch.from_numpy(shard[state["at"]: state["at"] + rows_per_step].astype(np.int64))
        state["at"] += rows_per_step
        share = state["elapsed"] / budget
        for o in opts:
            for g in o.param_groups:
                g["lr"] = a.lr * schedule(share)
        total = 0.0
        for part in batch.split(a.micro):
            x, y = part[:, :-1], part[:, 1:]
            y = torch.where(y == pad, -100, y)
            with torch.autocast("cpu", torch.bfloat16):
                loss = forward(x, y) / a.accumulate
            loss.backward()
            total += loss.item()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item()
        for o in opts:
            o.step()
            o.zero_grad(set_to_none=True)
        state["step"] += 1
        state["tokens"] += rows_per_step * a.length
        state["elapsed"] = before + time.time() - started
        running.append(total)
        if state["step"] % 40 == 0:
            mean = sum(running) / len(running)
            running = []
            state["curve"].append([state["step"], state["tokens"], round(state["elapsed"]), round(mean, 4)])
            rate = state["tokens"] / state["elapsed"]
            print(f"step {state['step']} loss {mean:.3f} norm {norm:.2f} lr {a.lr * schedule(share):.5f} {state['tokens'] / 1e6:.2f}M tokens {rate:.0f}/s {state['elapsed'] / 60:.1f} min", flush=True)
            if not math.isfinite(mean):
                raise SystemExit("the loss is not finite; the last checkpoint is intact")
        if time.time() - saved_at > (60 * a.save_minutes if not first_save else 60):
            save()
            saved_at, first_save = time.time(), False
    save()
    final = bits_per_byte(model, tok, [t for _, t in val], a.length)
    log = {"seed": a.seed, "minutes": round(state["elapsed"] / 60, 1), "threads": a.threads, "parameters": parameters, "steps": state["step"],
           "tokens_seen": state["tokens"], "rows_per_step": rows_per_step, "row_length": a.length, "lr": a.lr, "corpus_tokens": int(len(ids)),
           "mix": {"corpus": CORPUS, "stories": STORIES, "instructions": INSTRUCTIONS}, "max_sentence": a.max_sentence, "notes": state["notes"],
           "held_out": final, "torch": torch.__version__, "curve_columns": ["step", "tokens", "seconds", "loss"], "curve": state["curve"],
           "train_files": corpus_module.fingerprint(a.corpus, train), "val_files": corpus_module.fingerprint(a.corpus, val)}
    (work / "final.json").write_text(json.dumps(log))
    card.write(a.out, log, model, tok)
    card.write_log(a.out, log)
    print("done", final, flush=True)


if __name__ == "__main__":
    main()
