"""Run an exported ONNX model in onnxruntime as transformers.js and Optimum do, and compare it with the checkpoint it came from.

    python check_onnx.py FOLDER/onnx/MODEL.onnx --like HF_DIR [--length 24] [--rtol 1e-4] [--out FILE]

A model of tokens is asked four times: a whole text; a prompt and then one token at a time with the cache that came back; two
texts of different length in one batch, the shorter padded on the left; and greedily. A model of classes is asked for a text,
and for two in one batch, the shorter padded on the right. Exit status 2 where logits differ by more than --rtol of the largest.
"""
import argparse
import json
import os

import numpy as np
import onnx
import onnxruntime
import torch

from check_adapter import fail
from reference_model import forward, greedy, load_model, write_json

TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class Session:
    def __init__(self, path):
        onnx.checker.check_model(path, full_check=True)
        self.session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        self.inputs = {i.name: i for i in self.session.get_inputs()}
        self.outputs = [o.name for o in self.session.get_outputs()]
        # Whoever runs it reads no weights, only the signature.
        wanted = {"input_ids", "attention_mask", "position_ids", "token_type_ids"}
        if strays := [n for n in self.inputs if n not in wanted and not n.startswith("past_key_values.")]:
            fail(f"inputs that nobody fills: {strays}")
        for name, i in self.inputs.items():
            if name.startswith("past_key_values."):
                batch, heads, length, size = i.shape
                if not (isinstance(heads, int) and isinstance(size, int) and isinstance(batch, str) and isinstance(length, str)):
                    fail(f"{name} has shape {i.shape}, expected [batch, heads, length, size] with numbers for heads and size")
                if name.replace("past_key_values", "present") not in self.outputs:
                    fail(f"{name} has no present output")

    def empty(self, rows):
        return {n: np.zeros([rows, i.shape[1], 0, i.shape[3]], TYPES[i.type]) for n, i in self.inputs.items() if n.startswith("past")}

    def run(self, ids, mask, past):
        """Answers logits as float64, and what to pass as `past` next."""
        ids, mask = np.asarray(ids, np.int64), np.asarray(mask, np.int64)
        positions = np.maximum(mask.cumsum(1) - 1, 0)[:, -ids.shape[1]:]
        given = {"input_ids": ids, "attention_mask": mask, "position_ids": positions, "token_type_ids": np.zeros_like(ids)}
        feeds = {n: given[n] for n in self.inputs if n in given}
        found = dict(zip(self.outputs, self.session.run(None, {**feeds, **past})))
        return found["logits"].astype(np.float64), {n.replace("present", "past_key_values"): v for n, v in found.items() if n != "logits"}


def padded(texts, left):
    longest = max(map(len, texts))
    fill = lambda t, value, pad: [pad] * (longest - len(t)) + value if left else value + [pad] * (longest - len(t))
    return [fill(t, t, 0) for t in texts], [fill(t, [1] * len(t), 0) for t in texts]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("onnx_file")
    parser.add_argument("--like", required=True)
    parser.add_argument("--length", type=int, default=24)
    parser.add_argument("--rtol", type=float, default=1e-4)
    parser.add_argument("--out")
    args = parser.parse_args()
    model, _ = load_model(args.like)
    session = Session(args.onnx_file)
    words = min(model.config.vocab_size, 300)
    rng = np.random.default_rng(7)
    text = [int(i) for i in rng.integers(5, words, args.length)]
    short = [int(i) for i in rng.integers(5, words, args.length // 2 + 1)]

    def theirs(ids):
        with torch.no_grad():
            return forward(model, {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}).logits[0].double().numpy()

    want = theirs(text)
    largest = float(np.abs(want).max())
    differences = {}
    compare = lambda what, got, expected: differences.__setitem__(what, max(differences.get(what, 0), float(np.abs(got - expected).max()) / largest))
    whole, _ = session.run([text], [[1] * len(text)], session.empty(1))
    compare("whole", whole[0], want)

    if want.ndim == 1:
        ids, mask = padded([text, short], left=False)
        got, _ = session.run(ids, mask, {})
        if model.config.pad_token_id is not None:
            compare("batch", got[0], want)
            compare("batch", got[1], theirs(short))
    else:
        got, past = session.run([text[:5]], [[1] * 5], session.empty(1))
        compare("steps", got[0], want[:5])
        for n in range(5, len(text)):
            got, past = session.run([[text[n]]], [[1] * (n + 1)], past)
            compare("steps", got[0], want[n:n + 1])
        ids, mask = padded([short, text], left=True)
        got, _ = session.run(ids, mask, session.empty(2))
        compare("batch", got[0, -len(short):], theirs(short))
        compare("batch", got[1], want)
        new, past, ids = [], session.empty(1), text[:8]
        for _ in range(8):
            got, past = session.run([ids], [[1] * (8 + len(new))], past)
            ids = [int(got[0, -1].argmax())]
            new += ids
        expected, gap = greedy(model, text[:8], 8)
        if new != expected and gap > args.rtol * largest:
            fail(f"greedy text is {new}, expected {expected}", 2)
    report = {"differences": differences, "prompt_ids": text, "logits": whole[0].tolist(), "inputs": list(session.inputs), "files": sorted(os.listdir(os.path.dirname(args.onnx_file)))}
    if args.out:
        write_json(args.out, report)
    print(json.dumps(differences))
    if max(differences.values()) > args.rtol:
        fail(f"logits differ by {max(differences.values()):.2e} of the largest, allowed {args.rtol:.0e}", 2)


if __name__ == "__main__":
    main()
