"""Re-load everything that make_cases.py wrote (DIR/cases, DIR/models), with the real libraries, and check that it reproduces.

    python verify_kit.py DIR [--trainer]        # --trainer also replays some cases with transformers.Trainer
"""
import argparse
import glob
import os
import tempfile
import warnings

import torch
from safetensors.torch import load_file

from check_adapter import load_adapter
from reference_model import forward, greedy, load_model, read_json, task_of
from make_cases import file_name, pick_logits
from methods import CASES

TOLERANCE = 2e-4  # float32 evaluation of a float64 reference, logits of order 10


def batch_of(tensors, prefix):
    skip = ("logits", "logit_positions")
    return {k.split("/")[1]: v.long() for k, v in tensors.items() if k.startswith(prefix + "/") and k.split("/")[1] not in skip}


def close(name, a, b, tolerance=TOLERANCE):
    diff = float((a - b).abs().max()) if a.numel() else 0.0
    scale = max(1.0, float(b.abs().max()) if b.numel() else 1.0)
    assert diff <= tolerance * scale, f"{name}: differs by {diff:.2e} (scale {scale:.1f})"
    return diff


def check_base(path, case, tensors, model):
    worst = 0.0
    for name in case["loss"]:
        out = forward(model, batch_of(tensors, name))
        logits = out.logits
        if logits.dim() == 3:
            p = tensors[f"{name}/logit_positions"].long()
            logits = logits[p[:, 0], p[:, 1]]
        worst = max(worst, close(f"{name} logits", logits, tensors[f"{name}/logits"]))
        assert abs(float(out.loss) - case["loss"][name]) < 1e-4
    return worst


def packed_equals_separate(tensors, model):
    """The packed row must give the same logits as its sequences run one by one."""
    batch = batch_of(tensors, "packed")
    starts = [*(batch["position_ids"][0] == 0).nonzero()[:, 0].tolist(), batch["input_ids"].shape[1]]
    whole = forward(model, {k: v for k, v in batch.items() if k != "labels"}).logits[0]
    parts = [forward(model, {"input_ids": batch["input_ids"][:, a:b]}).logits[0] for a, b in zip(starts, starts[1:])]
    close("packed vs separate", whole, torch.cat(parts))
    return len(parts)


def check_training(path, case, tensors, model_dir):
    finite = [k for k, v in tensors.items() if v.is_floating_point() and not v.isfinite().all()]
    assert not finite, f"not finite: {finite}"
    assert all(n[1] < 1e-5 for k, n in case["f32_noise"]["grad"].items() if k not in case["null_gradient"])
    assert {k[6:] for k in tensors if k.startswith("final/")} == set(case["trainable"])
    assert case["lr"][0] == 0.0 and case["loss"][0] != case["loss"][-1]
    batch, positions = batch_of(tensors, "batch0"), tensors["logit_positions"].long()
    final = {k[6:]: v for k, v in tensors.items() if k.startswith("final/")}
    if os.path.isdir(f"{path}/adapter"):
        model, problems = load_adapter(model_dir, f"{path}/adapter")
        assert not problems, problems
        stored = load_file(f"{path}/adapter/adapter_model.safetensors")
        if "prompt_embeddings" in stored:
            assert all(k == "prompt_embeddings" or torch.equal(final[k], v) for k, v in stored.items())
        elif case["method"] != "adalora":  # AdaLoRA drops the pruned ranks on saving
            extra = [k for k in final if k not in stored or not torch.equal(final[k], stored[k])]
            assert not extra, f"trained tensors missing from or different in the adapter file: {extra}"
    elif os.path.isdir(f"{path}/adapterhub"):
        model, _ = load_adapter(model_dir, f"{path}/adapterhub")
        model.load_state_dict(final, strict=False)  # the classification head is not part of an AdapterHub adapter
    else:
        model, _ = load_model(model_dir)
        assert not model.load_state_dict(final, strict=False).unexpected_keys
    worst = close("final logits", pick_logits(model, batch, positions), tensors["logits_final"])
    assert not torch.equal(tensors["logits_init"], tensors["logits_final"])
    if "logits_merged" in tensors:
        close("merged logits", tensors["logits_merged"], tensors["logits_final"])
    if os.path.isdir(f"{path}/adapter_as_lora"):
        model, problems = load_adapter(model_dir, f"{path}/adapter_as_lora")
        assert not problems, problems
        close("converted adapter", pick_logits(model, batch, positions), tensors["logits_final"])
    if case.get("greedy"):
        g = case["greedy"]
        assert greedy(model, g["prompt_ids"], len(g["new_ids"]))[0] == g["new_ids"]
    return worst


def check_trainer(path, case, tensors, model_dir):
    """Replay with transformers.Trainer and compare the loss curve: the hand-written loop follows the Trainer."""
    import peft
    import transformers

    hp = case["hyperparameters"]
    model, _ = load_model(model_dir)
    if os.path.isdir(f"{path}/adapter"):
        config = peft.PeftConfig.from_pretrained(f"{path}/adapter")
        config.inference_mode = False
        model = peft.get_peft_model(model, config)
    named = {k: v for k, v in model.named_parameters() if v.requires_grad}
    init = {k[5:]: v for k, v in tensors.items() if k.startswith("init/")}
    with torch.no_grad():
        for name, p in named.items():
            if init:
                p.copy_(init[file_name(name)])
    accum = hp["gradient_accumulation_steps"]
    order = [batch_of(tensors, f"batch{i % 3}") for i in range(hp["steps"] * accum)]

    class Batches(torch.utils.data.Dataset):
        __len__ = lambda self: len(order)
        __getitem__ = lambda self, i: order[i]

    scratch = tempfile.TemporaryDirectory()
    args = transformers.TrainingArguments(
        scratch.name, per_device_train_batch_size=1, gradient_accumulation_steps=accum, learning_rate=hp["learning_rate"],
        adam_beta1=hp["betas"][0], adam_beta2=hp["betas"][1], adam_epsilon=hp["eps"], weight_decay=hp["weight_decay"], use_cpu=True,
        max_grad_norm=hp["max_grad_norm"], lr_scheduler_type="cosine", warmup_steps=hp["warmup_steps"], max_steps=hp["steps"],
        logging_steps=1, save_strategy="no", report_to=[], disable_tqdm=True)

    class InOrder(transformers.Trainer):
        def _get_train_sampler(self, *a, **k):
            return torch.utils.data.SequentialSampler(self.train_dataset)

        def log(self, *a, **k):
            logs.append(a[0])

    logs = []
    InOrder(model=model, args=args, train_dataset=Batches(), data_collator=lambda rows: rows[0]).train()
    got = [x for x in logs if "grad_norm" in x]
    loss = max(abs(a["loss"] - b) for a, b in zip(got, case["loss"]))
    norm = max(abs(a["grad_norm"] - b) / b for a, b in zip(got, case["grad_norm"]))
    assert len(got) == hp["steps"] and loss < 1e-4 and norm < 1e-3, (loss, norm)
    return f"Trainer: loss within {loss:.1e}, grad norm within {norm:.1e} (relative)"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dir")
    parser.add_argument("--trainer", action="store_true")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    expected = {f"{f}__{m}" for f, ms in CASES.items() for m in ms}
    found = {os.path.basename(p) for p in glob.glob(f"{args.dir}/cases/*")}
    failures = [f"{name}: case is missing" for name in sorted(expected - found)]
    failures += [f"{name}: unknown case" for name in sorted(found - expected)]
    worst = {}
    for name in sorted(expected & found):
        path = f"{args.dir}/cases/{name}"
        case, tensors = read_json(f"{path}/case.json"), load_file(f"{path}/tensors.safetensors")
        model_dir = f"{args.dir}/{case['model']}"
        try:
            if case["method"] == "base":
                model, info = load_model(model_dir)
                with torch.no_grad():
                    worst[name] = check_base(path, case, tensors, model)
                    if "packed" in case["loss"]:
                        assert packed_equals_separate(tensors, model) == 3
            else:
                worst[name] = check_training(path, case, tensors, model_dir)
                if args.trainer and case["method"] in ("full", "lora_qv", "lora_accum", "full_packed_accum", "lora_packed", "ia3"):
                    print(name, check_trainer(path, case, tensors, model_dir), flush=True)
        except Exception as error:
            failures.append(f"{name}: {type(error).__name__}: {error}")
            print("FAIL", failures[-1], flush=True)
    top = sorted(worst.items(), key=lambda x: -x[1])[:3]
    print(f"{len(worst)} of {len(expected)} cases reproduce; largest float32 logit deviations: {top}")
    raise SystemExit(bool(failures))
