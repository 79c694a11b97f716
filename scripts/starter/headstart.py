"""Starts the model with two attention heads that together look back and copy.

A head in layer 0 attends to the token before (the biases alone do that through RoPE); a head in
layer 1 looks for an earlier place whose token before equals the present token, and copies what
stood there. Training finds this pair by itself, but late and suddenly: a first run had not found it after
seven million tokens, and could neither repeat a word nor keep a hero's name.
Both heads stay ordinary weights, free to be trained away.
"""

import torch


def _orthonormal(rows: int, columns: int, g) -> torch.Tensor:
    return torch.linalg.qr(torch.randn(columns, rows, generator=g))[0].T


def _fit(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The linear map from x to y with the least squared error (a little ridge keeps it tame)."""
    gram = x.T @ x
    return torch.linalg.solve(gram + 1e-3 * gram.diagonal().mean() * torch.eye(len(gram)), x.T @ y).T


@torch.no_grad()
def give_head_start(model, rows: torch.Tensor, seed: int = 0, sharpness: float = 6.0, match: float = 1.0, copy: float = 1.0,
                    write: float = 1.0) -> None:
    """`rows` are token ids, real text, used to read off how layer 1 sees what layer 0 leaves."""
    c, g = model.config, torch.Generator().manual_seed(seed)
    d, half = c.head_dim, c.head_dim // 2
    first, second = model.model.layers[0], model.model.layers[1]
    a, b = first.self_attn, second.self_attn
    frequency = 1.0 / c.rope_theta ** (torch.arange(half).float() / half)
    t = rows.shape[1]
    cos, sin = model.cos[:t], model.sin[:t]
    embedded = model.model.embed_tokens(rows)
    before = first.input_layernorm(embedded)

    # Layer 0, head 0 (key/value head 0): constant query and key whose rotary phases agree one token back.
    # Only the fast frequencies tell one token from the next.
    fast = torch.arange(half) < 4
    a.q_proj.weight[:d] *= 0.1
    a.k_proj.weight[:d] *= 0.1
    a.k_proj.bias[:d] = torch.cat([sharpness * fast, torch.zeros(half)])
    a.q_proj.bias[:d] = torch.cat([sharpness * fast * torch.cos(frequency), -sharpness * fast * torch.sin(frequency)])
    # It carries 32 numbers about that token: random directions, whitened over the vocabulary, so that
    # what all tokens share does not make every token look like every other.
    every = first.input_layernorm(model.model.embed_tokens.weight)
    centre = every.mean(0)
    values, vectors = torch.linalg.eigh((every - centre).T @ (every - centre) / len(every))
    look = _orthonormal(d, c.hidden_size, g) @ vectors @ torch.diag(values.clamp_min(values.mean() * 0.1).rsqrt()) @ vectors.T
    a.v_proj.weight[:d] = look
    a.v_proj.bias[:d] = -look @ centre
    size = first(embedded, cos, sin).pow(2).mean().sqrt()
    a.o_proj.weight[:, :d] = _orthonormal(d, c.hidden_size, g).T * size * write
    for other in (1, 2):  # the heads that share these values did not choose them
        a.o_proj.weight[:, other * d:(other + 1) * d] *= 0.1

    # Layer 1, head 3 (key/value head 1): query and key are fitted to read the present token and the
    # one before it. Only slow frequencies, so that the match holds over a distance.
    seen = second.input_layernorm(first(embedded, cos, sin))[:, 1:].reshape(-1, c.hidden_size)
    now = (before @ look.T - look @ centre)
    present, previous = now[:, 1:].reshape(-1, d), now[:, :-1].reshape(-1, d)
    slow = (frequency < 0.02).repeat(2)
    q, k = slice(3 * d, 4 * d), slice(d, 2 * d)
    b.q_proj.weight[q] = 2.2 * match * slow[:, None] * _fit(seen, present)
    b.k_proj.weight[k] = 2.2 * match * slow[:, None] * _fit(seen, previous)
    b.q_proj.bias[q] = 0
    b.k_proj.bias[k] = 0
    # It copies: the value is the present token, written back along the embedding that predicts it.
    told = _orthonormal(d, c.hidden_size, g)
    b.v_proj.weight[k] = _fit(seen, (before[:, 1:].reshape(-1, c.hidden_size) - centre) @ told.T)
    b.v_proj.bias[k] = 0
    b.o_proj.weight[:, q] = told.T * copy * size / 3
    for other in (4, 5):
        b.o_proj.weight[:, other * d:(other + 1) * d] *= 0.1
