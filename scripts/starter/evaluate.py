"""Held-out measures of the starter: bits per byte on books, exact answers on generated tasks."""

import math
import random

import numpy as np
import torch

import instructions
from tokenizer import END, IM_END

# Tasks with exactly one right wording for the prompt as asked, or whose answer can be looked for.
CHECKED = ["colour_of", "animal_fact", "opposite", "plural", "job", "next_in_order", "arithmetic", "sentiment", "kind_of", "extract_one", "extract_fields",
           "people_json", "rewrite_tense", "rewrite_word", "repeat", "polite", "remember"]


@torch.no_grad()
def bits_per_byte(model, tok, texts, length: int = 512) -> dict:
    """Bits per UTF-8 byte over whole texts, in consecutive windows with no overlap.

    Each window starts without context, which makes the number a little worse than it could be;
    every byte counts exactly once.
    """
    end, nats, size, tokens = tok.token_to_id(END), 0.0, 0, 0
    for text in texts:
        ids = [i for e in tok.encode_batch([line + "\n" for line in text.split("\n")]) for i in e.ids]
        size += len(text.encode()) + 1
        tokens += len(ids)
        windows = [ids[i:i + length] for i in range(0, len(ids), length)]
        for i in range(0, len(windows), 8):
            group = windows[i:i + 8]
            # The end-of-text token stands before each window, so that its first token counts too.
            x = np.full((len(group), length), end)
            y = np.full((len(group), length), -100)
            for r, w in enumerate(group):
                x[r, 1:len(w)] = w[:-1]
                y[r, :len(w)] = w
            nats += model(torch.from_numpy(x), torch.from_numpy(y), reduction="sum").item()
    return {"bits_per_byte": round(nats / math.log(2) / size, 4), "loss_per_token": round(nats / tokens, 4), "bytes": size, "tokens": tokens}


@torch.no_grad()
def generate(model, tok, prompt: str, count: int = 160, temperature: float = 0.0, top_p: float = 0.9, seed: int = 0) -> str:
    """One continuation, greedy at temperature 0. No key cache: the model is small and this is not the product."""
    stops = {tok.token_to_id(END), tok.token_to_id(IM_END)}
    ids = tok.encode(prompt).ids
    start, g = len(ids), torch.Generator().manual_seed(seed)
    for _ in range(count):
        h = model.hidden(torch.tensor([ids[-512:]]))[0, -1]
        logits = model.model.embed_tokens.weight @ h
        if temperature == 0:
            choice = int(logits.argmax())
        else:
            p, order = torch.softmax(logits / temperature, -1).sort(descending=True)
            p[(p.cumsum(-1) - p) > top_p] = 0
            choice = int(order[torch.multinomial(p, 1, generator=g)])
        if choice in stops:
            break
        ids.append(choice)
    return tok.decode(ids[start:])


def ask(model, tok, messages, **how) -> str:
    return generate(model, tok, instructions.to_chatml(messages) + "<|im_start|>assistant\n", **how)


def task_accuracy(model, tok, per_task: int = 25, seed: int = 10_000) -> dict:
    """Greedy exact match on fresh prompts from the generator.

    The templates are those of the training mix; the combinations are mostly new, the bare facts are
    not. Answers with several right wordings count only when the wording agrees, so this is a floor.
    """
    rng, out = random.Random(seed), {}
    for name in CHECKED:
        right = 0
        for _ in range(per_task):
            m = getattr(instructions, name)(rng)
            right += ask(model, tok, m[:-1], count=60).strip() == m[-1]["content"]
        out[name] = round(right / per_task, 2)
    return out
