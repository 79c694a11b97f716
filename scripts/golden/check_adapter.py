"""Load an exported adapter with real peft onto its base model; print logits and a greedy continuation as JSON.

    python check_adapter.py BASE_DIR ADAPTER_DIR [--prompt-ids 5,17,42 | --prompt "text"] [--new-tokens 8] [--out FILE]
                            [--expect FILE --atol 1e-3]

Exit status 1 (with a message) if a key is missing or unexpected, a shape or value differs, or peft warns about either;
2 if --expect is given and the logits differ. AdapterHub directories (bottleneck adapters) are recognised too.
"""
import argparse
import os
import sys
import warnings

import peft
import torch
from safetensors.torch import load_file

import bottleneck_adapters as bottleneck
from reference_model import forward, greedy, load_model, read_json, write_json

# peft warnings that mean the export is wrong; the others are only reported
SERIOUS = ("missing adapter keys", "Unexpected keyword", "were not initialized", "vera_A and vera_B")


def add_arguments(parser):
    parser.add_argument("--prompt-ids", help="comma separated token ids (default 5,6,7,8)")
    parser.add_argument("--prompt", help="text, tokenised with the base model's tokenizer")
    parser.add_argument("--new-tokens", type=int, default=8)
    parser.add_argument("--out", help="write the JSON here instead of printing it")
    parser.add_argument("--expect", help="JSON with a 'logits' entry to compare with (for instance an earlier --out)")
    parser.add_argument("--atol", type=float, default=1e-3)


def fail(message, status=1):
    print(f"FAIL: {message}", file=sys.stderr)
    raise SystemExit(status)


def prompt_ids(args, model_dir):
    if args.prompt is not None:
        from transformers import AutoTokenizer
        return AutoTokenizer.from_pretrained(model_dir)(args.prompt)["input_ids"]
    return [int(x) for x in (args.prompt_ids or "5,6,7,8").split(",")]


def report(model, ids, args, extra):
    """Logits for the prompt (all positions; one row for classifiers) plus a greedy continuation for language models."""
    batch = {"input_ids": torch.tensor([ids]), "attention_mask": torch.ones(1, len(ids), dtype=torch.long)}
    if model.config.is_encoder_decoder:
        batch["decoder_input_ids"] = torch.tensor([[model.config.decoder_start_token_id]])
    with torch.no_grad():
        logits = forward(model, batch).logits[0]
    result = {**extra, "prompt_ids": ids, "logits": logits.tolist()}
    if logits.dim() == 2:
        result["greedy_ids"], result["smallest_gap"] = greedy(model, ids, args.new_tokens)
    finish(result, args)


def finish(result, args):
    if args.out:
        write_json(args.out, result)
    else:
        import json
        print(json.dumps(result))
    if args.expect:
        got, want = torch.tensor(result["logits"]), torch.tensor(read_json(args.expect)["logits"])
        if got.shape != want.shape:
            fail(f"logits have shape {list(got.shape)}, expected {list(want.shape)}", 2)
        diff = float((got - want).abs().max())
        print(f"largest logit difference {diff:.3e}", file=sys.stderr)
        if not diff <= args.atol:
            fail(f"logits differ by {diff:.3e} > {args.atol}", 2)


def load_adapter(base_dir, adapter_dir):
    """Returns (model, problems)."""
    base, _ = load_model(base_dir)
    if "peft_type" not in read_json(f"{adapter_dir}/adapter_config.json"):
        bottleneck.load(base, adapter_dir)
        return base, []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = peft.PeftModel.from_pretrained(base, adapter_dir).eval()
        expected = peft.get_peft_model_state_dict(model, save_embedding_layers=True)  # embeddings may be present ...
        required = peft.get_peft_model_state_dict(model, save_embedding_layers=False)  # ... but only adapter tensors must be
    stored = load_file(f"{adapter_dir}/adapter_model.safetensors") if os.path.exists(f"{adapter_dir}/adapter_model.safetensors") \
        else torch.load(f"{adapter_dir}/adapter_model.bin", weights_only=True)
    problems = [f"missing key {k}" for k in sorted(required.keys() - stored.keys())]
    problems += [f"unexpected key {k}" for k in sorted(stored.keys() - expected.keys())]
    problems += [f"{k}: stored {list(stored[k].shape)} but the model has {list(v.shape)}"
                 for k, v in expected.items() if k in stored and stored[k].shape != v.shape]
    problems += [f"{k}: loaded values differ from the file" for k, v in expected.items()
                 if k in stored and stored[k].shape == v.shape and not torch.equal(stored[k].float(), v.float())]
    problems += [f"{k} is not finite" for k, v in stored.items() if v.is_floating_point() and not v.isfinite().all()]
    for message in sorted({str(w.message)[:500] for w in caught if issubclass(w.category, UserWarning)}):
        if any(text in message for text in SERIOUS):
            problems.append(f"peft warned: {message}")
        else:
            print(f"note: {message}", file=sys.stderr)
    return model, problems


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base_dir")
    parser.add_argument("adapter_dir")
    add_arguments(parser)
    args = parser.parse_args()
    try:
        model, problems = load_adapter(args.base_dir, args.adapter_dir)
    except Exception as error:  # peft raises for wrong shapes, unknown config keys, bad files ...
        fail(f"{type(error).__name__}: {error}")
    if problems:
        fail("\n  ".join(["adapter does not load cleanly", *problems]))
    report(model, prompt_ids(args, args.base_dir), args, {"base": args.base_dir, "adapter": args.adapter_dir})
