"""Writes the model card of the starter, with ten unedited samples and the held-out numbers.

It can be run again on a finished run: python card.py --out DIR --checkpoint FILE --log FILE
"""

import argparse
import json
from pathlib import Path

import torch

from evaluate import ask, generate, task_accuracy

# Fixed before the run was over; seed 0 and the first answer of each, whatever it is.
_CHATS = ["Tell me a story about a girl named Mia.", "Write a short story about Tom.", "What does a baker do?", "What colour is a lemon?", "I am sad.",
          "Tom found a blue kite in the park on Monday.\nWrite the who, where and when.", "Make this polite: Give me the bread.", "How do I make tea?"]
_TEXTS = ["Once upon a time there was a little fox who", "The old woman looked out of the window and"]

_CARD = """---
license: apache-2.0
language: en
library_name: transformers
pipeline_tag: text-generation
tags: [qwen2, tiny, starter]
---

# Tunesmith starter

A very small language model ({millions:.2f} million parameters, {size:.1f} MB in float16) trained from scratch for Tunesmith, so that a first
fine-tuning run needs no download from anywhere else. It writes short stories in simple English and answers the kinds of simple questions it
was trained on, often wrongly; it mostly fails where it must copy words out of the prompt (see the table). It knows almost nothing about the
world and is not meant for anything but trying out fine-tuning.

- Architecture: `Qwen2ForCausalLM`, hidden size 192, 6 layers, 6 heads of 32, 2 key/value heads, MLP 512, tied embeddings, RoPE theta 10000.
  Trained on rows of {length} tokens; `max_position_embeddings` is 1024, and text past {length} tokens is untrained.
- Tokenizer: byte-level BPE, 4096 entries, Qwen2's splitting rule. Chat format: ChatML; system, user and assistant turns; a turn ends with `<|im_end|>`.
- Weights: stock Hugging Face layout; load with `AutoModelForCausalLM.from_pretrained`.

## Training

- Data: {corpus_pct:.0f} % of the rows are public-domain children's books from Project Gutenberg ({files} books, {corpus_m:.1f} million tokens; the files and
  their SHA-256 are in `training-log.json`), {story_pct:.0f} % are stories and {instr_pct:.0f} % instructions in ChatML, both written by the generators in
  `scripts/starter` from seed {seed}; early rows are in part copying drills (`rows.py`). The tasks of the sample datasets are not among them.
- {tokens_m:.1f} million tokens in {steps} steps of {rows} rows, {minutes} minutes on {threads} CPU threads, bfloat16 autocast.
- Two attention heads are set to a copying pair (`scripts/starter/headstart.py`) instead of at random; all weights are trained.
- Muon for the matrices inside the layers, AdamW for embeddings, norms and biases; peak learning rate {lr}, falling linearly to zero over the last half.
{notes}- Again: `python scripts/starter/pretrain.py --corpus DIR --out DIR`. The schedule follows the clock, so another run sees another number of tokens.

The books are old and hold the views of their time; some of that may show in what the model writes.

## Measured

- Held-out books ({val_files} books, {val_bytes} bytes, none of them trained on): **{bpb} bits per byte** (cross-entropy {nll} per token, windows of {length} tokens
  without overlap).
- Exact match of greedy answers on fresh prompts from the instruction generator ({per_task} per task; same templates as in training, new combinations;
  where an answer has several right wordings only the one drawn counts): mean {mean:.2f}.

| task | exact match |
| --- | --- |
{table}

## Ten samples, unedited

Temperature 0.7, top-p 0.9, seed 0, the first answer of each.

{samples}
"""


def write(out: Path, log: dict, model=None, tok=None) -> None:
    per_task = 20
    accuracy = task_accuracy(model, tok, per_task)
    how = dict(temperature=0.7, top_p=0.9, seed=0)
    samples = [("Asked: " + q, ask(model, tok, [{"role": "user", "content": q}], count=220, **how)) for q in _CHATS]
    samples += [("Text to go on with: " + t, t + generate(model, tok, t, count=120, **how)) for t in _TEXTS]
    quoted = "\n\n".join(f"{i + 1}. {title!r}\n\n" + "\n".join("   > " + line for line in text.split("\n")) for i, (title, text) in enumerate(samples))
    log["task_exact_match"] = accuracy
    (out / "README.md").write_text(_CARD.format(
        millions=log["parameters"] / 1e6, size=(out / "model.safetensors").stat().st_size / 1e6, length=log["row_length"], corpus_pct=100 * log["mix"]["corpus"],
        story_pct=100 * log["mix"]["stories"], instr_pct=100 * log["mix"]["instructions"], files=len(log["train_files"]), corpus_m=log["corpus_tokens"] / 1e6,
        seed=log["seed"], tokens_m=log["tokens_seen"] / 1e6, steps=log["steps"], rows=log["rows_per_step"], minutes=log["minutes"], threads=log["threads"], lr=log["lr"],
        val_files=len(log["val_files"]), val_bytes=log["held_out"]["bytes"], bpb=log["held_out"]["bits_per_byte"], nll=log["held_out"]["loss_per_token"],
        per_task=per_task, mean=sum(accuracy.values()) / len(accuracy), table="\n".join(f"| {k} | {v:.2f} |" for k, v in accuracy.items()), samples=quoted,
        notes="".join(f"- {n}\n" for n in log.get("notes", []))))


def write_log(out: Path, log: dict) -> None:
    """One key per line: small, and readable in a diff."""
    (out / "training-log.json").write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in log.items()) + "\n}\n")


if __name__ == "__main__":
    from tokenizers import Tokenizer

    from model import Starter, StarterConfig

    p = argparse.ArgumentParser(description=__doc__)
    for name in ("--out", "--checkpoint", "--log"):
        p.add_argument(name, type=Path, required=True)
    a = p.parse_args()
    torch.set_num_threads(1)  # one short row at a time: more threads only wait for each other
    starter = Starter(StarterConfig())
    starter.load_state_dict(torch.load(a.checkpoint, weights_only=False)["model"])
    record = json.loads(a.log.read_text())
    write(a.out, record, starter, Tokenizer.from_file(str(a.out / "tokenizer.json")))
    write_log(a.out, record)
