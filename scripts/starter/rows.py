"""Turns texts into packed training rows, shard by shard, the same rows for the same seed.

Corpus text is one stream cut anywhere. Generated texts are never cut: a text that does not fit
goes to the next row, so that what the model sees at position 0 is also what it sees in use.
"""

import random

import numpy as np

from drills import drill
from instructions import instruction, to_chatml
from stories import story
from tokenizer import END, PAD

# Shares of the rows. About half is generated: the corpus alone teaches no answering.
CORPUS, STORIES, INSTRUCTIONS = 0.47, 0.19, 0.34


def drill_share(share: float) -> float:
    """Share of the rows given to copying drills, taken from all kinds alike; few once the skill is there,
    because a model that saw much repetition late repeats itself when it writes."""
    return 0.12 if share < 0.65 else 0.02


class RowSource:
    def __init__(self, tokenizer, corpus_ids: np.ndarray, length: int, seed: int):
        self.tok, self.length, self.seed = tokenizer, length, seed
        self.end, self.pad = tokenizer.token_to_id(END), tokenizer.token_to_id(PAD)
        usable = len(corpus_ids) // length * length
        self.corpus = corpus_ids[:usable].reshape(-1, length)
        self.next_corpus_row = 0

    def _packed(self, count: int, make) -> np.ndarray:
        rows = np.full((count, self.length), self.pad, dtype=np.uint16)
        filled, used = 0, 0
        while filled < count:
            for e in self.tok.encode_batch([make() for _ in range(256)]):
                ids = (e.ids + [self.end])[: self.length]
                if used + len(ids) > self.length:
                    filled, used = filled + 1, 0
                    if filled == count:
                        break
                rows[filled, used:used + len(ids)] = ids
                used += len(ids)
        return rows

    def _passage(self, rng) -> str:
        row = self.corpus[rng.randrange(len(self.corpus))]
        start = rng.randrange(self.length - 60)
        # Its words out of order half of the time: then no grammar helps to guess the next one.
        words = self.tok.decode(row[start:start + rng.randint(8, 60)].tolist()).split()
        if rng.random() < 0.5:
            rng.shuffle(words)
        return " ".join(words)

    def shard(self, index: int, drills: float, total: int = 1024) -> np.ndarray:
        rng = random.Random(f"{self.seed}/{index}")
        n_drill = round(total * drills)
        rows = total - n_drill
        n_story, n_instr = round(rows * STORIES), round(rows * INSTRUCTIONS)
        n_corpus = rows - n_story - n_instr
        # Walk the corpus in one fixed shuffled order, so that no row repeats before all were seen.
        picks = []
        for i in range(self.next_corpus_row, self.next_corpus_row + n_corpus):
            epoch, at = divmod(i, len(self.corpus))
            picks.append(self._order(epoch)[at])
        self.next_corpus_row += n_corpus
        out = np.concatenate([self.corpus[picks], self._packed(n_story, lambda: story(rng)["text"]),
                              self._packed(n_instr, lambda: to_chatml(instruction(rng))), self._packed(n_drill, lambda: drill(rng, self._passage))])
        return out[np.random.default_rng([self.seed, index]).permutation(len(out))]

    def _order(self, epoch: int) -> np.ndarray:
        if getattr(self, "_epoch", None) != epoch:
            self._epoch, self._perm = epoch, np.random.default_rng([self.seed, 7, epoch]).permutation(len(self.corpus))
        return self._perm
