"""Load an adapter (or a whole model) for classes with transformers and PEFT; write its logits for one text as JSON.

    python check_classes.py BASE_DIR ADAPTER_DIR --ids 2,5,6,3 [--types 0,0,1,1] --out FILE

The classes are those of ADAPTER_DIR/recipe.json. Exit status 1 if a key is missing or unexpected, or a value differs from the file.
"""
import argparse
import json
import os
import sys
import warnings

import peft
import torch
import transformers
from safetensors.torch import load_file

AUTO = {"SEQ_CLS": transformers.AutoModelForSequenceClassification, "TOKEN_CLS": transformers.AutoModelForTokenClassification}


def fail(message):
    print(f"FAIL: {message}", file=sys.stderr)
    raise SystemExit(1)


def load(base_dir, adapter_dir):
    recipe = json.load(open(f"{adapter_dir}/recipe.json"))
    auto, labels = AUTO[recipe["task"]], recipe["labels"]
    if os.path.exists(f"{adapter_dir}/load_adapter.py"):
        sys.path.insert(0, adapter_dir)
        from load_adapter import load_adapter

        model = load_adapter(base_dir)
        if [model.config.id2label[i] for i in range(len(labels))] != labels:
            fail(f"labels are {model.config.id2label}")
        return model
    if not os.path.exists(f"{adapter_dir}/adapter_config.json"):
        model, info = auto.from_pretrained(adapter_dir, output_loading_info=True)
        if info["missing_keys"] or info["unexpected_keys"]:
            fail(f"missing {info['missing_keys']}, unexpected {info['unexpected_keys']}")
        if [model.config.id2label[i] for i in range(len(labels))] != labels:
            fail(f"labels are {model.config.id2label}")
        return model
    base = auto.from_pretrained(base_dir, id2label=dict(enumerate(labels)), label2id={l: i for i, l in enumerate(labels)}, ignore_mismatched_sizes=True)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = peft.PeftModel.from_pretrained(base, adapter_dir)
    for message in {str(w.message) for w in caught}:
        if "missing adapter keys" in message or "Unexpected keyword" in message:
            fail(message[:500])
    if type(model).__name__ != {"SEQ_CLS": "PeftModelForSequenceClassification", "TOKEN_CLS": "PeftModelForTokenClassification"}[recipe["task"]]:
        fail(f"it loads as {type(model).__name__}")
    stored, loaded = load_file(f"{adapter_dir}/adapter_model.safetensors"), peft.get_peft_model_state_dict(model)
    if stored.keys() != loaded.keys():
        fail(f"missing {sorted(loaded.keys() - stored.keys())}, unexpected {sorted(stored.keys() - loaded.keys())}")
    for key, value in stored.items():
        if not torch.equal(value, loaded[key]):
            fail(f"{key} differs from the file")
    return model


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base_dir")
    parser.add_argument("adapter_dir")
    parser.add_argument("--ids", required=True)
    parser.add_argument("--types")
    parser.add_argument("--out", required=True)
    args = parser.parse_args()
    numbers = lambda text: torch.tensor([[int(x) for x in text.split(",")]])
    ids = numbers(args.ids)
    model = load(args.base_dir, args.adapter_dir).eval()
    with torch.no_grad():
        logits = model(input_ids=ids, attention_mask=torch.ones_like(ids), **({"token_type_ids": numbers(args.types)} if args.types else {})).logits[0]
    json.dump({"logits": logits.tolist() if logits.dim() == 2 else [logits.tolist()]}, open(args.out, "w"))
