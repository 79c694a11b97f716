"""Held-out measures of the starter."""

import math

import numpy as np
import torch

from tokenizer import END


@torch.no_grad()
def bits_per_byte(model, tok, texts, length: int = 512, limit: int | None = None) -> dict:
    """Bits per UTF-8 byte over whole texts, in consecutive windows with no overlap.

    Each window starts without context, which makes the number a little worse than it could be;
    every byte counts exactly once.
    """
    end, nats, size, tokens = tok.token_to_id(END), 0.0, 0, 0
    for text in texts:
        # The text end is put before each window as its only context, so the first token counts too.
        ids = [i for e in tok.encode_batch([line + "\n" for line in text.split("\n")]) for i in e.ids]
        size += len(text.encode()) + 1
        tokens += len(ids)
        windows = [ids[i:i + length] for i in range(0, len(ids), length)]
        for i in range(0, len(windows), 8):
            group = windows[i:i + 8]
            x = np.full((len(group), length), end)
            y = np.full((len(group), length), -100)
            for r, w in enumerate(group):
                x[r, 1:len(w)] = w[:-1]
                y[r, :len(w)] = w
            nats += model(torch.from_numpy(x), torch.from_numpy(y), reduction="sum").item()
        if limit and tokens >= limit:
            break
    return {"bits_per_byte": round(nats / math.log(2) / size, 4), "loss_per_token": round(nats / tokens, 4), "bytes": size, "tokens": tokens}
