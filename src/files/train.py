"""The run in this folder, with transformers, PEFT and accelerate: the same start, batches, rates and loss as in Tunesmith.

    pip install "torch>=2.6" "transformers>=5" "peft>=0.17" accelerate safetensors

    python train.py                                   # one process, on a GPU if there is one
    accelerate launch train.py                        # as `accelerate config` says
    torchrun --nproc_per_node 8 train.py              # one process for each GPU

It reads, from its own folder:

    recipe.json      the run as Tunesmith saved it; "training" holds every number used below
    examples.jsonl   an example a line: "ids", and "targets", the token to be predicted at each place, already shifted, or its class;
                     -100 is none; "types" is 1 in the second text of a pair
    batches.jsonl    a micro-batch a line, in order: rows, each the numbers of the examples that stand in it one after another
    groups.json      the tensors that train, with the factor of their learning rate and their weight decay
    initial/         the adapter before the first step, as PEFT saves it; prompt_encoder.safetensors for prompts and prefixes
    head.safetensors   a head that the base lacks, where everything trains
    frozen.json      frozen matrices kept in fewer bits, and how; frozen.py reads it
    base/            the base model, where it comes from no Hub; --base names another place

A step is "gradient_accumulation_steps" micro-batches. Their rows are shared out among the processes, so the global batch stays
what it is however many there are. The loss is the sum over all trained tokens of the step, divided by their number.
Dropout of the method draws other numbers here; the base's own is left out, as in Tunesmith. Validation, scoring, early stopping and checkpoints are not part of this script.
"""
import argparse
import json
import math
import os
from contextlib import nullcontext
from itertools import count

import torch
from accelerate import Accelerator
from safetensors.torch import load_file
from torch.nn import functional as F
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoModelForTokenClassification, AutoTokenizer

HERE = os.path.dirname(os.path.abspath(__file__))
INITIAL = os.path.join(HERE, "initial")
HEAD = os.path.join(HERE, "head.safetensors")
ENCODER = os.path.join(INITIAL, "prompt_encoder.safetensors")
IGNORED = -100
CLASSES = {"CAUSAL_LM": AutoModelForCausalLM, "SEQ_CLS": AutoModelForSequenceClassification, "TOKEN_CLS": AutoModelForTokenClassification}


def main():
    options = read_options()
    recipe = read_json("recipe.json")
    training = recipe["training"]
    examples, batches = read_lines("examples.jsonl"), read_lines("batches.jsonl")
    accumulate = training["gradient_accumulation_steps"]
    steps = min(options.steps or training["steps"], len(batches) // accumulate)
    # Processes without a GPU only find each other when told that there is none.
    accelerator = Accelerator(cpu=not torch.accelerator.is_available(), mixed_precision=options.mixed_precision)
    if accelerator.num_processes != int(os.environ.get("WORLD_SIZE", 1)):
        raise SystemExit(f"{os.environ['WORLD_SIZE']} processes were launched, and accelerate sees {accelerator.num_processes}.")

    torch.manual_seed(recipe["seed"])
    source = options.base or base_of(recipe["base"])
    task = recipe.get("task", "CAUSAL_LM")
    model, settings = load_model(source, recipe, options)
    pad = 0
    if task == "SEQ_CLS":
        # A class for a text is read at its last token that is no padding, so padding is a token that ends no example.
        ends = {example["ids"][-1] for example in examples}
        model.config.pad_token_id = pad = next(i for i in count() if i not in ends)
    if getattr(model.config, "type_vocab_size", 0) < 2:
        for example in examples:
            example.pop("types", None)
    optimizer = torch.optim.AdamW(
        parameter_groups(model), lr=0.0, betas=(training["adam_beta1"], training["adam_beta2"]), eps=training["adam_epsilon"]
    )
    model, optimizer = accelerator.prepare(model, optimizer)
    model.train()

    os.makedirs(options.out, exist_ok=True)
    ours = [event["loss"] for event in read_lines(options.compare) if event.get("type") == "step"] if options.compare else []
    log = open(os.path.join(options.out, "metrics.jsonl"), "w", encoding="utf-8") if accelerator.is_main_process else None
    for step in range(steps):
        micro = batches[step * accumulate : (step + 1) * accumulate]
        trained = max(1, sum(t != IGNORED for batch in micro for row in batch for i in row for t in examples[i]["targets"]))
        total = torch.zeros((), device=accelerator.device)
        for number, batch in enumerate(micro):
            inputs, targets = collate(batch[accelerator.process_index :: accelerator.num_processes], examples, pad, accelerator.device)
            # Gradients travel between processes once, with the last micro-batch.
            with accelerator.no_sync(model) if number + 1 < len(micro) else nullcontext():
                loss = token_losses(model, inputs, targets, task, training["label_smoothing_factor"])
                # DistributedDataParallel takes the mean over processes; a sum is wanted.
                accelerator.backward(loss * accelerator.num_processes / trained)
            total += loss.detach().float()
        norm = gradient_norm(accelerator, optimizer, training["max_grad_norm"])
        rate = training["learning_rate"] * schedule(training["lr_scheduler_type"], step, training["warmup_steps"], training["steps"])
        for group in optimizer.param_groups:
            group["lr"] = rate * group["lr_scale"]
        optimizer.step()
        optimizer.zero_grad()
        mean = accelerator.reduce(total, reduction="sum").item() / trained
        if log:
            beside = f"  Tunesmith {ours[step]:.6f}  difference {mean - ours[step]:+.1e}" if step < len(ours) else ""
            print(f"step {step + 1}/{steps}  loss {mean:.6f}  lr {rate:.2e}  grad norm {norm:.4f}{beside}", flush=True)
            log.write(json.dumps({"step": step + 1, "loss": mean, "learningRate": rate, "gradNorm": norm}) + "\n")
            log.flush()

    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        log.close()
        model = accelerator.unwrap_model(model)
        for name, value in settings.items():
            setattr(model.config, name, value)
        model.save_pretrained(os.path.join(options.out, "model" if not os.path.exists(INITIAL) else "adapter"))
        if not os.path.exists(INITIAL):
            AutoTokenizer.from_pretrained(source).save_pretrained(os.path.join(options.out, "model"))
    accelerator.end_training()


def read_options():
    parser = argparse.ArgumentParser(description="Trains the run in this folder.")
    parser.add_argument("--base", help="folder or Hub id of the base model, where it is not what the recipe says")
    parser.add_argument("--out", default=os.path.join(HERE, "out"), help="folder for the result; default: out/ beside this script")
    parser.add_argument("--steps", type=int, help="stop after this many steps; rates stay those of the whole run")
    parser.add_argument("--mixed-precision", default="no", choices=["no", "bf16", "fp16"], help="default: float32 throughout, as in Tunesmith")
    parser.add_argument("--frozen", default="auto", choices=["auto", "bitsandbytes", "rounded"], help="layers kept in few bits: see frozen.py")
    parser.add_argument("--compare", help="metrics.jsonl of the run in Tunesmith; prints its losses beside these")
    return parser.parse_args()


def read_json(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return json.load(file)


def read_lines(name):
    with open(os.path.join(HERE, name) if os.path.dirname(name) == "" else name, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def base_of(base):
    included = os.path.join(HERE, "base")
    if os.path.exists(included):
        return included
    if base["source"] == "hub":
        return base["id"]
    raise SystemExit(f"The base model “{base['id']}” is not in this folder. Say where it is: --base PATH")


def load_model(source, recipe, options):
    """The base with the initial adapter on it, if there is one, and what its config said before; float32 but for what bitsandbytes holds."""
    revision = recipe["base"].get("revision")
    where = {} if os.path.exists(source) or revision is None else {"revision": revision}
    task, labels = recipe.get("task", "CAUSAL_LM"), recipe.get("labels", [])
    classes = {} if task == "CAUSAL_LM" else {"id2label": dict(enumerate(labels)), "label2id": {label: i for i, label in enumerate(labels)}}
    config = AutoConfig.from_pretrained(source, **where, **classes)
    settings = {name: value for name, value in vars(config).items() if "drop" in name and isinstance(value, float)}
    for name in settings:
        setattr(config, name, 0.0)
    settings["pad_token_id"] = getattr(config, "pad_token_id", None)
    # The other implementations leave out the cap on Gemma 2's attention scores.
    how = {"attn_implementation": "eager" if config.model_type == "gemma2" else "sdpa", "dtype": torch.float32, **where}
    frozen = read_json("frozen.json") if os.path.exists(os.path.join(HERE, "frozen.json")) else None
    if frozen:
        import frozen as kept

        keep = kept.choose(frozen, options.frozen)
        if keep == "bitsandbytes":
            compute = {"no": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}[options.mixed_precision]
            how["quantization_config"] = kept.quantization_config(frozen, compute)
    # A head of other classes is no start for these.
    model = CLASSES[task].from_pretrained(source, config=config, ignore_mismatched_sizes=task != "CAUSAL_LM", **how)
    model.config.use_cache = False
    # Some heads have a rate of their own that no config names.
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    if frozen:
        kept.round_matrices(model, frozen, keep)
    if os.path.exists(HEAD):
        put(model, load_file(HEAD))
    if not os.path.exists(INITIAL):
        return model, settings
    from peft import PeftConfig, PeftModel, get_peft_model

    if not os.path.exists(ENCODER):
        return PeftModel.from_pretrained(model, INITIAL, is_trainable=True), settings
    # Adapter files hold what a prompt encoder makes; training starts from the encoder itself.
    config = PeftConfig.from_pretrained(INITIAL)
    config.inference_mode = False
    model = get_peft_model(model, config)
    start = load_file(ENCODER)
    encoder = {key: start.pop(key) for key in list(start) if key.startswith("prompt_encoder.")}
    model.prompt_encoder["default"].load_state_dict({key.removeprefix("prompt_encoder."): t for key, t in encoder.items()})
    put(model, start)
    return model, settings


@torch.no_grad()
def put(model, tensors):
    found = {file_key(name): parameter for name, parameter in model.named_parameters()}
    for key, tensor in tensors.items():
        found[key].copy_(tensor)


def file_key(name):
    """Key in an adapter file of a parameter as PEFT calls it while training."""
    key = name.replace(".modules_to_save.default.", ".").replace(".default", "")
    return key.removesuffix(".weight") if "lora_magnitude_vector" in key else key


def parameter_groups(model):
    """AdamW's groups. Everything else stands still."""
    found = {file_key(name): parameter for name, parameter in model.named_parameters()}
    groups = read_json("groups.json")
    wanted = {key for group in groups for key in group["tensors"]}
    if wanted - found.keys():
        raise SystemExit(f"These tensors are to train, and the model has no such parameters: {sorted(wanted - found.keys())}")
    for key, parameter in found.items():
        parameter.requires_grad_(key in wanted)
    return [
        {"params": [found[key] for key in group["tensors"]], "lr_scale": group["lr_scale"], "weight_decay": group["weight_decay"]} for group in groups
    ]


def collate(rows, examples, pad, device):
    """Rows padded at their end, and the targets (B, T); a process without rows reads one example and learns nothing from it."""
    idle = not rows
    rows = [[examples[i] for i in row] for row in (rows or [[0]])]
    length = max(sum(len(e["ids"]) for e in row) for row in rows)
    tokens = torch.full((len(rows), length), pad)
    positions, mask, types = (torch.zeros_like(tokens) for _ in range(3))
    targets = torch.full_like(tokens, IGNORED)
    for b, row in enumerate(rows):
        at = 0
        for example in row:
            end = at + len(example["ids"])
            tokens[b, at:end] = torch.tensor(example["ids"])
            positions[b, at:end] = torch.arange(end - at)
            mask[b, at:end] = 1
            types[b, at:end] = torch.tensor(example.get("types", [0] * (end - at)))
            if not idle:
                targets[b, at:end] = torch.tensor(example["targets"])
            at = end
    # Where examples share a row, transformers keeps them apart by their positions, which it only does without a mask.
    apart = {"position_ids": positions} if any(len(row) > 1 for row in rows) else {"attention_mask": mask}
    inputs = {"input_ids": tokens, **apart, **({"token_type_ids": types} if types.any() else {})}
    return {name: t.to(device) for name, t in inputs.items()}, targets.to(device)


def token_losses(model, inputs, targets, task, smoothing):
    """Sum of the losses of all trained tokens, or of all classes, in nats."""
    logits = model(**inputs).logits
    if task == "SEQ_CLS":
        targets = targets.amax(1)
    else:
        # Logits of virtual tokens stand before those of the text.
        logits = logits[:, -targets.shape[1] :]
    chosen = targets != IGNORED
    return F.cross_entropy(logits[chosen].float(), targets[chosen], reduction="sum", label_smoothing=smoothing)


def gradient_norm(accelerator, optimizer, most):
    """Clips all gradients together; answers their norm before that."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    return float(accelerator.clip_grad_norm_(parameters, most or math.inf))


def schedule(kind, step, warmup, steps):
    """Share of the peak rate at a step, from 0; the formulas of transformers.get_scheduler."""
    if step < warmup:
        return step / max(1, warmup)
    if kind == "linear":
        return max(0.0, (steps - step) / max(1, steps - warmup))
    return max(0.0, 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))) if kind == "cosine" else 1.0


if __name__ == "__main__":
    main()
