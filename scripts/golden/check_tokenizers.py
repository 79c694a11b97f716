"""Compares Tunesmith's tokenizer with Python `tokenizers` on random strings.

    python scripts/golden/check_tokenizers.py FOLDER --count 100000 --seed 1 --out strings.jsonl
    node scripts/run.mjs src/cli/tokenize.ts FOLDER strings.jsonl

The first writes a JSON line for each string: its text, its ids without special tokens, and with them. Mixed scripts, emoji,
whitespace, combining marks, special tokens, line ends, digits, and characters of every plane, in runs of each kind. With --every
instead of --count: each character of Unicode by itself between two letters, but for private ones.
"""
import argparse
import json
import os
import random

from tokenizers import Tokenizer

RANGES = [
    (0x20, 0x7E), (0x20, 0x7E), (0x61, 0x7A), (0x30, 0x39), (0xA1, 0xFF), (0x100, 0x24F), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x4FF),
    (0x590, 0x5F4), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xE5B), (0x1100, 0x11FF), (0x1E00, 0x1EFF), (0x2000, 0x206F), (0x20A0, 0x20BF),
    (0x2190, 0x22FF), (0x2500, 0x25FF), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xFB00, 0xFB4F), (0xFE00, 0xFE0F),
    (0xFF01, 0xFF5E), (0x1D400, 0x1D7FF), (0x1F300, 0x1F6FF), (0x1F900, 0x1F9FF), (0x20000, 0x20FFF), (0x0, 0xD7FF), (0xE000, 0x10FFFF),
]
PIECES = [
    " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", "\u00a0", "\u3000", "\u200b", "\u200d", "\ufeff", "e\u0301", "n\u0303", "\u1100\u1161\u11a8", "👩‍👩‍👧", "🇩🇪",
    "👍🏽", "ﬁ", "ß", "İ", "ı", "Σς", "n't", "'s", "'LL", "I'm", "...", "--", "1,234.5", "2024-01-01", "https://a.b/c?d=e", "def f(x):\n    return x", "▁", "Ġ",
]


def text_of(rng, specials):
    parts = []
    for _ in range(rng.randint(1, 8)):
        kind = rng.random()
        if kind < 0.25:
            parts.append(rng.choice(PIECES))
        elif kind < 0.32 and specials:
            parts.append(rng.choice(specials))
        else:
            low, high = rng.choice(RANGES)
            parts.append("".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 10))))
            if rng.random() < 0.5:
                parts.append(" ")
    return "".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokenizer")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True)
    options = parser.parse_args()
    path = options.tokenizer
    tokenizer = Tokenizer.from_file(os.path.join(path, "tokenizer.json") if os.path.isdir(path) else path)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    rng = random.Random(options.seed)
    specials = [t.content for t in tokenizer.get_added_tokens_decoder().values()]
    with open(options.out, "w", encoding="utf-8") as file:
        every = (f"a{chr(c)}b" for c in range(1, 0xF0000) if not 0xD800 <= c <= 0xF8FF)
        for text in every if options.every else (text_of(rng, specials) for _ in range(options.count)):
            plain = tokenizer.encode(text, add_special_tokens=False).ids
            whole = tokenizer.encode(text).ids
            file.write(json.dumps([text, plain, whole]) + "\n")


if __name__ == "__main__":
    main()
