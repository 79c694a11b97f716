"""Turns texts into packed training rows, shard by shard, the same rows for the same seed.

Corpus text is one stream cut anywhere. Generated texts are never cut: a text that does not fit
goes to the next row, so that what the model sees at position 0 is also what it sees in use.
"""

import random

import numpy as np

from instructions import instruction, to_chatml
from stories import story
from tokenizer import END, PAD

# Shares of the rows. About half is generated: the corpus alone teaches no answering.
CORPUS, STORIES, INSTRUCTIONS = 0.47, 0.19, 0.34


class RowSource:
    def __init__(self, tokenizer, corpus_ids: np.ndarray, length: int, seed: int):
        self.tok, self.length, self.seed = tokenizer, length, seed
        self.end, self.pad = tokenizer.token_to_id(END), tokenizer.token_to_id(PAD)
        usable = len(corpus_ids) // length * length
        self.corpus = corpus_ids[:usable].reshape(-1, length)

    def _packed(self, count: int, make) -> np.ndarray:
        rows = np.full((count, self.length), self.pad, dtype=np.uint16)
        filled, used = 0, 0
        while True:
            for e in self.tok.encode_batch([make() for _ in range(256)]):
                ids = (e.ids + [self.end])[: self.length]
                if used + len(ids) > self.length:
                    filled, used = filled + 1, 0
                    if filled == count:
                        return rows
                rows[filled, used:used + len(ids)] = ids
                used += len(ids)

    def shard(self, index: int, rows: int = 2048) -> np.ndarray:
        rng = random.Random(f"{self.seed}/{index}")
        n_story, n_instr = round(rows * STORIES), round(rows * INSTRUCTIONS)
        n_corpus = rows - n_story - n_instr
        # Walk the corpus in one fixed shuffled order, so that no row repeats before all were seen.
        total, first = len(self.corpus), index * n_corpus
        picks = []
        for i in range(first, first + n_corpus):
            epoch, at = divmod(i, total)
            picks.append(self._order(epoch)[at])
        out = np.concatenate([self.corpus[picks], self._packed(n_story, lambda: story(rng)["text"]),
                              self._packed(n_instr, lambda: to_chatml(instruction(rng)))])
        return out[np.random.default_rng([self.seed, index]).permutation(len(out))]

    def _order(self, epoch: int) -> np.ndarray:
        if getattr(self, "_epoch", None) != epoch:
            self._epoch, self._perm = epoch, np.random.default_rng([self.seed, 7, epoch]).permutation(len(self.corpus))
        return self._perm
