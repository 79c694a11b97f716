"""What the sample generators share: the starter's word lists, and writing rows as JSON Lines."""

import json
import sys
from pathlib import Path

# The starter's own words: a model this small copies best what it has met before.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "starter"))

from grammar import expand  # noqa: E402,F401
import lexicon  # noqa: E402,F401


def sentence(rng, template: str, **slots) -> str:
    text = expand(template, slots, rng)
    return text[:1].upper() + text[1:]


def write(path: Path, rows: list) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(r, ensure_ascii=True) + "\n" for r in rows)
    path.write_text(text)
    return len(text.encode())
