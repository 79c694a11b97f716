"""Reference cases: logits, loss, one-step gradients and a 10-step AdamW trajectory for every (family, method).

    python make_cases.py --seed 1 --out DIR              # after make_models.py with the same arguments

Every case runs twice with the real libraries: in float32 and in true float64. The stored tensors are the float64
results rounded to float32; case.json records how far the library's own float32 run is from them ("f32_noise").
"""
import argparse
import copy
import os
import shutil
import warnings

import peft
import torch
from safetensors.torch import save_file
from torch.nn.utils import clip_grad_norm_
from transformers import get_cosine_schedule_with_warmup
from transformers.trainer_pt_utils import get_parameter_names

import bottleneck_adapters as bottleneck
from reference_model import forward, greedy, load_model, randint, read_json, rng_for, task_of, write_json
from methods import CASES, hyperparameters, setup

NO_DECAY = [r"bias", r"layernorm", r"rmsnorm", r"(?:^|\.)norm(?:$|\.)", r"_norm(?:$|\.)"]  # as transformers.Trainer


# ----------------------------------------------------------------------------------------------- data
def lm_batch(rng, vocab, pad, rows, length, left=False):
    ids = torch.full((rows, length), pad)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, -100)
    for i in range(rows):
        n = length if i == 0 else randint(rng, length // 2, length - 1)
        prompt = randint(rng, 1, n // 2)
        at = slice(length - n, length) if left else slice(0, n)
        row = torch.randint(0, vocab, (n,), generator=rng)
        ids[i, at], mask[i, at] = row, 1
        labels[i, at] = torch.where(torch.arange(n) < prompt, -100, row)
    return {"input_ids": ids, "attention_mask": mask, "labels": labels}


def packed_batch(rng, vocab, length):
    """One row holding three sequences: positions restart, the first label of each sequence is masked, no attention mask."""
    cuts = sorted({0, length, randint(rng, 3, length // 2), randint(rng, length // 2 + 2, length - 3)})
    position = torch.cat([torch.arange(b - a) for a, b in zip(cuts, cuts[1:])])
    ids = torch.randint(0, vocab, (1, length), generator=rng)
    labels = torch.where(position == 0, -100, ids[0])
    labels[cuts[1] : cuts[1] + 3] = -100  # a masked prompt inside the second sequence
    return {"input_ids": ids, "position_ids": position[None], "labels": labels[None]}


def make_batches(family, task, shape, pad, rng, packed):
    """Three training batches with different numbers of supervised tokens."""
    vocab, length = shape["tokenizer_size"], shape["length"]
    batches = []
    for _ in range(3):
        if packed:
            batch = packed_batch(rng, vocab, length + length // 2)
        else:
            batch = lm_batch(rng, vocab, pad, 3, length)
        if task == "SEQ_CLS":
            batch["labels"] = torch.randint(0, 3, (3,), generator=rng)
            if family == "bert":
                batch["token_type_ids"] = (torch.arange(length) > length // 3).long()[None] * batch["attention_mask"]
        if task == "SEQ_2_SEQ_LM":
            batch["labels"] = lm_batch(rng, vocab, pad, 3, length // 2)["labels"]
            batch["labels"][:, 0] = torch.randint(0, vocab, (3,), generator=rng)
        batches.append(batch)
    return batches


def supervised_tokens(batch, task):
    labels = batch["labels"]
    return int((labels[..., 1:] if task == "CAUSAL_LM" else labels).ne(-100).sum())


# ----------------------------------------------------------------------------------------------- names
def file_name(param_name):
    """Parameter name -> the key under which peft saves it (adapter name removed)."""
    name = param_name.replace(".modules_to_save.default.", ".")
    if name.endswith(".default"):
        return name[: -len(".default")]
    return name.replace("lora_magnitude_vector.default.weight", "lora_magnitude_vector").replace(".default.", ".")


def trainable(model):
    return [(file_name(n), p) for n, p in model.named_parameters() if p.requires_grad]


def snapshot(pairs):
    return {n: t.detach().clone() for n, t in pairs}


# ----------------------------------------------------------------------------------------------- one run
def make_optimizer(model, hp):
    if hp["loraplus_lr_ratio"]:
        from peft.optimizers import create_loraplus_optimizer
        return create_loraplus_optimizer(model, torch.optim.AdamW, lr=hp["learning_rate"], loraplus_lr_ratio=hp["loraplus_lr_ratio"],
                                         loraplus_weight_decay=hp["weight_decay"], betas=tuple(hp["betas"]), eps=hp["eps"])
    decayed = set(get_parameter_names(model, [torch.nn.LayerNorm], NO_DECAY))
    named = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    groups = [{"params": [p for n, p in named if (n in decayed) == flag], "weight_decay": hp["weight_decay"] if flag else 0.0}
              for flag in (True, False)]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=hp["learning_rate"], betas=tuple(hp["betas"]), eps=hp["eps"])


def train(model, batches, hp, task, method):
    """The reference loop: accumulate (normalised by all tokens of the step), clip, AdamW step, scheduler step."""
    pairs = trainable(model)
    optimizer = make_optimizer(model, hp)
    scheduler = get_cosine_schedule_with_warmup(optimizer, hp["warmup_steps"], hp["steps"])
    names = {id(p): n for n, p in pairs}
    groups = [{"lr": g["initial_lr"], "weight_decay": g["weight_decay"], "names": [names[id(p)] for p in g["params"]]}
              for g in optimizer.param_groups if g["params"]]
    history, grads = [], None
    accum = hp["gradient_accumulation_steps"]
    for step in range(hp["steps"]):
        micro = [batches[(step * accum + j) % len(batches)] for j in range(accum)]
        tokens = sum(supervised_tokens(b, task) for b in micro)
        loss = 0.0
        for batch in micro:
            kwargs = {"num_items_in_batch": tokens} if accum > 1 else {}
            part = forward(model, batch, **kwargs).loss
            part.backward()
            loss += float(part)
        if step == 0:
            grads = {n: p.grad.detach().clone() for n, p in pairs if p.grad is not None}
        norm = clip_grad_norm_([p for _, p in pairs], hp["max_grad_norm"])
        lr = scheduler.get_last_lr()[0]
        optimizer.step()
        if method == "adalora":
            model.base_model.update_and_allocate(step)
        optimizer.zero_grad()
        scheduler.step()
        history.append({"loss": loss, "grad_norm": float(norm), "lr": lr, "supervised_tokens": tokens})
    return history, grads, groups


@torch.no_grad()
def pick_logits(model, batch, positions):
    seq2seq = getattr(model.config, "is_encoder_decoder", False)  # there the labels provide the decoder inputs
    logits = forward(model, {k: v for k, v in batch.items() if seq2seq or k != "labels"}).logits
    if logits.dim() == 2:
        return logits
    extra = logits.shape[1] - batch.get("labels", batch["input_ids"]).shape[1]  # virtual tokens in front
    return logits[positions[:, 0], positions[:, 1] + extra]


def choose_positions(batch, task, rng, count=5):
    if task == "SEQ_CLS":
        return torch.zeros(0, 2, dtype=torch.int32)
    valid = batch["labels"].ne(-100) if task == "SEQ_2_SEQ_LM" else batch.get("attention_mask", torch.ones_like(batch["input_ids"])).bool()
    index = valid.nonzero()
    keep = torch.randperm(len(index), generator=rng)[:count].sort().values
    return index[keep]


def greedy_case(model, rng, vocab, steps=10):
    """A greedy continuation that float32 rounding cannot change: stop before the top-2 gap becomes small. EOS does not stop it."""
    best = {"new_ids": []}
    for _ in range(8):  # a few prompts, keep the longest continuation
        prompt = torch.randint(0, vocab, (randint(rng, 4, 8),), generator=rng).tolist()
        for length in range(steps, len(best["new_ids"]), -1):
            new, gap = greedy(model, prompt, length)
            if gap > 0.01:
                best = {"prompt_ids": prompt, "new_ids": new, "smallest_gap": round(gap, 4)}
                break
        if len(best["new_ids"]) == steps:
            break
    return best if best["new_ids"] else None


# ----------------------------------------------------------------------------------------------- comparing the two runs
def noise(ref, other):
    """[largest absolute difference, the same divided by the largest reference magnitude]"""
    diff, scale = float((ref - other.double()).abs().max()), float(ref.abs().max())
    return [float(f"{diff:.2e}"), float(f"{diff / scale if scale else 0.0:.2e}")]


def round32(t):
    return t.detach().to(torch.float32).contiguous()


# ----------------------------------------------------------------------------------------------- cases
class Unstable(Exception):
    """float32 rounding is amplified too much for the case to be a fair reference."""


def base_case(family, model_dir, task, shape, pad, rng, path):
    """Inference only: logits and loss for right-padded, left-padded and packed inputs, and a greedy continuation."""
    batches = {"padded": make_batches(family, task, shape, pad, rng, False)[0]}
    if task == "CAUSAL_LM":
        left = lm_batch(rng, shape["tokenizer_size"], pad, 3, shape["length"], left=True)
        left["position_ids"] = (left["attention_mask"].cumsum(-1) - 1).clamp(min=0)
        batches["left_padded"] = left
        if family != "opt":  # OPT derives positions from the mask
            batches["packed"] = packed_batch(rng, shape["tokenizer_size"], shape["length"] + shape["length"] // 2)
        else:
            left.pop("position_ids")
    model, _ = load_model(model_dir)
    double = copy.deepcopy(model).double()
    tensors, case = {}, {"loss": {}, "f32_noise": {}}
    for name, batch in batches.items():
        with torch.no_grad():
            ref, f32 = forward(double, batch), forward(model, batch)
        logits, logits32 = ref.logits, f32.logits
        if logits.dim() == 3:  # a sample of the real tokens
            positions = choose_positions(batch, task, rng, count=32 if name == "padded" else 12)
            logits, logits32 = (x[positions[:, 0], positions[:, 1]] for x in (logits, logits32))
            tensors[f"{name}/logit_positions"] = positions.int()
        tensors |= {f"{name}/{k}": v.int() for k, v in batch.items()} | {f"{name}/logits": round32(logits)}
        case["loss"][name] = float(ref.loss)
        case["f32_noise"][name] = {"logits": noise(logits, logits32), "loss": abs(float(ref.loss) - float(f32.loss))}
    if task != "SEQ_CLS":
        case["greedy"] = greedy_case(double, rng, shape["tokenizer_size"])
    save_file(tensors, f"{path}/tensors.safetensors")
    return case


def training_case(family, method, gain, model_dir, task, shape, pad, rng, path):
    hp = hyperparameters(method, gain, rng)
    batches = make_batches(family, task, shape, pad, rng, hp["packed"])
    positions = choose_positions(batches[0], task, rng)
    method_seed = rng.get_state()
    run = {}
    for dtype in ("f32", "f64"):
        rng.set_state(method_seed)
        base, _ = load_model(model_dir)
        model, config, extra = setup(method, base, model_dir, task, gain, rng)
        before = {} if method != "pissa" else {file_name(n).replace(".base_layer.", "."): p.detach().clone()
                                              for n, p in model.named_parameters() if "base_layer.weight" in n}
        if method == "pissa" and dtype == "f64":
            save_initial_pissa(model, f"{path}/initial")
        init = snapshot(trainable(model))
        if dtype == "f64":
            model.double()
        first = pick_logits(model, batches[0], positions)
        history, grads, groups = train(model, batches, hp, task, method)
        run[dtype] = dict(model=model, config=config, extra=extra, init=init, grads=grads, final=snapshot(trainable(model)),
                          history=history, groups=groups, first=first, before=before)
    r, f = run["f64"], run["f32"]
    null = [k for k, v in r["grads"].items() if float(v.abs().max()) < 1e-12]
    measured = {
        "loss": max(abs(a["loss"] - b["loss"]) for a, b in zip(r["history"], f["history"])),
        "logits_init": noise(r["first"], f["first"]),
        "grad": {k: noise(v, f["grads"][k]) for k, v in r["grads"].items()},
        "final": {k: noise(v, f["final"][k]) for k, v in r["final"].items()}}
    worst_grad = max(v[1] for k, v in measured["grad"].items() if k not in null)
    if measured["loss"] > 1e-5 or worst_grad > 1e-5:
        raise Unstable(f"loss noise {measured['loss']:.1e}, gradient noise {worst_grad:.1e}")
    model = r["model"].float()  # what an export contains: the final weights rounded to float32
    double = copy.deepcopy(model).double()
    tensors = {f"batch{i}/{k}": v.int() for i, b in enumerate(batches) for k, v in b.items()}
    tensors["logit_positions"] = positions.int()
    tensors["logits_init"] = round32(r["first"])
    tensors["logits_final"] = round32(pick_logits(double, batches[0], positions))
    if not method.startswith("full") and method != "bitfit":
        tensors |= {f"init/{k}": round32(v) for k, v in r["init"].items()}
    tensors |= {f"grad/{k}": round32(v) for k, v in r["grads"].items()} | {f"final/{k}": round32(v) for k, v in r["final"].items()}
    tensors |= {f"base_residual/{k}": round32(v) for k, v in r["before"].items()}
    case = {
        "hyperparameters": hp, "param_groups": r["groups"], "trainable": {k: list(v.shape) for k, v in r["init"].items()},
        "loss": [h["loss"] for h in r["history"]], "grad_norm": [h["grad_norm"] for h in r["history"]],
        "lr": [h["lr"] for h in r["history"]], "supervised_tokens": [h["supervised_tokens"] for h in r["history"]],
        "null_gradient": null, "no_gradient": [k for k in r["init"] if k not in r["grads"]], "f32_noise": measured, **r["extra"]}
    if r["config"] is not None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.save_pretrained(f"{path}/adapter")
            os.remove(f"{path}/adapter/README.md")
            fix_base_name(f"{path}/adapter", family)
            if method == "pissa":
                model.save_pretrained(f"{path}/adapter_as_lora", path_initial_model_for_weight_conversion=f"{path}/initial")
                shutil.rmtree(f"{path}/initial")
                os.remove(f"{path}/adapter_as_lora/README.md")
                fix_base_name(f"{path}/adapter_as_lora", family)
            if not r["config"].is_prompt_learning:
                try:
                    merged = copy.deepcopy(model).merge_and_unload()
                    tensors["logits_merged"] = round32(pick_logits(merged.double(), batches[0], positions))
                except AttributeError as error:  # peft cannot unload IA3 next to a composite classification head
                    case["merge_error"] = f"peft {peft.__version__}: {error}"
    elif method in ("houlsby", "pfeiffer"):
        bottleneck.save(model, r["extra"]["adapterhub_config"], f"{path}/adapterhub")
    if task == "CAUSAL_LM":
        case["greedy"] = greedy_case(double, rng, shape["tokenizer_size"])
    save_file(tensors, f"{path}/tensors.safetensors")
    return case


def save_initial_pissa(model, path):
    """peft derives the plain LoRA form of a trained PiSSA adapter from its initial state."""
    config = model.peft_config["default"]
    kept, config.init_lora_weights = config.init_lora_weights, True
    model.save_pretrained(path)
    config.init_lora_weights = kept


def fix_base_name(path, family):
    """Paths on this machine mean nothing to a reader: name the base model relative to the folder of cases/ and models/."""
    config = read_json(f"{path}/adapter_config.json")
    config["base_model_name_or_path"] = f"models/{family}"
    for key in ("target_modules", "feedforward_modules"):  # peft writes sets in arbitrary order
        if isinstance(config.get(key), list):
            config[key] = sorted(config[key])
    if config.get("tokenizer_name_or_path"):
        config["tokenizer_name_or_path"] = f"models/{family}"
    write_json(f"{path}/adapter_config.json", config)


def make_case(family, method, seed, out):
    model_dir, path = f"{out}/models/{family}", f"{out}/cases/{family}__{method}"
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    task, shape = task_of(model_dir), read_json(f"{model_dir}/reference_shape.json")
    pad = read_json(f"{model_dir}/config.json")["pad_token_id"]
    for attempt in range(6):
        rng = rng_for(seed, "case", family, method, attempt)
        try:
            if method == "base":
                case = base_case(family, model_dir, task, shape, pad, rng, path)
            else:
                case = training_case(family, method, 0.6**attempt, model_dir, task, shape, pad, rng, path)
            break
        except Unstable as error:
            print(f"{family}__{method}: {error}; drawing a tamer case", flush=True)
    else:
        raise SystemExit(f"{family}__{method} stays unstable")
    write_json(f"{path}/case.json", {"family": family, "method": method, "task": task, "model": f"models/{family}", **case})
    return case


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--only", nargs="*", help="family or family__method")
    args = parser.parse_args()
    warnings.filterwarnings("ignore")
    for family, methods in CASES.items():
        for method in methods:
            name = f"{family}__{method}"
            if args.only and family not in args.only and name not in args.only:
                continue
            case = make_case(family, method, args.seed, args.out)
            n = case["f32_noise"]
            summary = max(v["logits"][1] for v in n.values()) if method == "base" else (
                f"loss {case['loss'][0]:.3f}->{case['loss'][-1]:.3f} noise: loss {n['loss']:.1e} "
                f"grad {max(v[1] for v in n['grad'].values()):.1e} final {max(v[1] for v in n['final'].values()):.1e}")
            print(f"{name:34s} {summary}", flush=True)
