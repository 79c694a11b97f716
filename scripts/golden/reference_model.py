"""What the golden-file scripts share: loading, true-float64 evaluation, naming, small utilities."""
import json
import os
import re
import zlib

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
import transformers
from torch.overrides import TorchFunctionMode

torch.set_num_threads(1)
transformers.utils.logging.disable_progress_bar()

# peft 0.21 looks up a GenerationMixin method that transformers 5.18 renamed; without this every SEQ_2_SEQ_LM adapter fails
_mixin = transformers.generation.GenerationMixin
if not hasattr(_mixin, "_prepare_encoder_decoder_kwargs_for_generation"):
    _mixin._prepare_encoder_decoder_kwargs_for_generation = _mixin._prepare_text_encoder_decoder_kwargs_for_generation


class TrueFloat64(TorchFunctionMode):
    """transformers hard-codes float32 islands (RMSNorm, softmax, rotary, loss). Make them float64.

    Use on a model that was converted with .double(); the result is then a genuine float64 evaluation of the same
    formulas. Constants computed at construction time (rotary inv_freq) keep their float32 values.
    """

    def __torch_function__(self, func, types, args=(), kwargs=None):
        if func is torch.Tensor.float:
            return args[0].double()
        swap = lambda a: torch.float64 if a is torch.float32 else a
        return func(*map(swap, args), **{k: swap(v) for k, v in (kwargs or {}).items()})


def rng_for(seed, *names):
    """A torch generator that depends on the seed and on names only (stable across runs and machines)."""
    return torch.Generator().manual_seed(zlib.crc32(":".join(map(str, (seed, *names))).encode()))


def randint(rng, low, high):
    """Inclusive on both ends."""
    return int(torch.randint(low, high + 1, (1,), generator=rng))


def choice(rng, options):
    return options[randint(rng, 0, len(options) - 1)]


def read_json(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def write_json(path, obj):
    """Indented JSON with flat lists (shapes, ids, names) kept on one line."""
    text = json.dumps(obj, indent=1, ensure_ascii=False)
    text = re.sub(r"\[\n\s+([^\[\]{}]*?)\n\s+\]", lambda m: "[" + re.sub(r",\n\s+", ", ", m[1]) + "]", text)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text + "\n")


def task_of(model_dir):
    arch = read_json(os.path.join(model_dir, "config.json"))["architectures"][0]
    if arch.endswith("ForSequenceClassification"):
        return "SEQ_CLS"
    return "SEQ_2_SEQ_LM" if arch.endswith("ForConditionalGeneration") else "CAUSAL_LM"


def load_model(model_dir, dtype=torch.float32):
    """Load a checkpoint with the matching Auto class. Returns (model, loading_info)."""
    auto = {
        "SEQ_CLS": transformers.AutoModelForSequenceClassification,
        "SEQ_2_SEQ_LM": transformers.AutoModelForSeq2SeqLM,
        "CAUSAL_LM": transformers.AutoModelForCausalLM,
    }[task_of(model_dir)]
    model, info = auto.from_pretrained(model_dir, dtype=dtype, attn_implementation="eager", output_loading_info=True)
    return model.eval(), info


def is_float64(model):
    return next(model.parameters()).dtype == torch.float64


def forward(model, batch, **kwargs):
    """Run a model on a batch dict; float64 models are run in true float64."""
    if not getattr(model.config, "is_encoder_decoder", False) and "past_key_values" not in kwargs:
        kwargs.setdefault("use_cache", False)
    if is_float64(model):
        with TrueFloat64():
            return model(**batch, **kwargs)
    return model(**batch, **kwargs)


@torch.no_grad()
def greedy(model, prompt_ids, steps):
    """Greedy decoding by recomputing the whole sequence (no cache). Returns (new ids, smallest top-1/top-2 gap)."""
    new, gap = [], float("inf")
    enc_dec = getattr(model.config, "is_encoder_decoder", False)
    for _ in range(steps):
        if enc_dec:
            start = model.config.decoder_start_token_id
            batch = {"input_ids": torch.tensor([prompt_ids]), "decoder_input_ids": torch.tensor([[start, *new]])}
        else:
            batch = {"input_ids": torch.tensor([[*prompt_ids, *new]])}
        batch["attention_mask"] = torch.ones_like(batch["input_ids"])
        top = forward(model, batch).logits[0, -1].topk(2)
        new.append(int(top.indices[0]))
        gap = min(gap, float(top.values[0] - top.values[1]))
    return new, gap
