"""Writes the sample datasets and their index: python build.py --out DIR"""

import argparse
import json
from pathlib import Path

import desk
import orders
import pirate
from shared import write

SAMPLES = [
    ("pirate", pirate, "Talk like a pirate", "style", "exact_match", "Short questions answered in a pirate's voice; the test asks in wordings that no training row used for the same fact."),
    ("desk", desk, "Sort messages to the right desk", "classification", "accuracy", "Messages to a small shop, each with one of six labels: delivery, refund, billing, broken, account, praise."),
    ("orders", orders, "Turn orders into JSON", "structured", "exact_match", "Sentences that order goods, turned into JSON with the keys item, count, place and day."),
]


def prompt_of(row):
    return row["prompt"] if "prompt" in row else row["messages"][0]["content"]


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--out", type=Path, required=True)
    out = p.parse_args().out
    index = []
    for name, module, title, task, metric, description in SAMPLES:
        train, test = module.build()
        leaked = {prompt_of(r) for r in train} & {prompt_of(r) for r in test}
        assert not leaked, leaked
        assert len({prompt_of(r) for r in test}) == len(test)
        size = write(out / name / "train.jsonl", train) + write(out / name / "test.jsonl", test)
        index.append({"id": name, "title": title, "task": task, "metric": metric, "description": description, "train": f"{name}/train.jsonl",
                      "test": f"{name}/test.jsonl", "rows": len(train), "testRows": len(test), "bytes": size, "license": "CC0-1.0"})
        print(name, len(train), len(test), size)
    (out / "index.json").write_text(json.dumps(index, indent=2) + "\n")


if __name__ == "__main__":
    main()
