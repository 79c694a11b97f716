"""Load a merged (or fully fine-tuned) export with the matching transformers Auto class; print logits as JSON.

    python check_merged.py DIR [--prompt-ids 5,17,42 | --prompt "text"] [--new-tokens 8] [--out FILE] [--expect FILE --atol 1e-3]

Exit status 1 if a weight is missing, unexpected or has the wrong shape; 2 if --expect is given and the logits differ.
"""
import argparse

import torch

from check_adapter import add_arguments, fail, prompt_ids, report
from reference_model import load_model

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model_dir")
    add_arguments(parser)
    args = parser.parse_args()
    try:
        model, info = load_model(args.model_dir)
    except Exception as error:
        fail(f"{type(error).__name__}: {error}")
    problems = [f"{kind}: {x}" for kind in ("missing_keys", "unexpected_keys", "mismatched_keys", "error_msgs") for x in info.get(kind) or []]
    problems += [f"{n} is not finite" for n, p in model.named_parameters() if not p.isfinite().all()]
    if problems:
        fail("\n  ".join(["checkpoint does not load cleanly", *problems]))
    with torch.no_grad():
        report(model, prompt_ids(args, args.model_dir), args, {"model": args.model_dir})
