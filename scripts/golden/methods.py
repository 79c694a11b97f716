"""The (family, method) matrix and how each method is set up through real peft (or plain torch where peft has none)."""
import peft
import torch

import bottleneck_adapters as bottleneck
from reference_model import choice, randint

# --- projections of each architecture: (attention, mlp), as peft target_modules suffixes
PROJ = {
    "llama": (["q_proj", "k_proj", "v_proj", "o_proj"], ["gate_proj", "up_proj", "down_proj"]),
    "phi3": (["qkv_proj", "o_proj"], ["gate_up_proj", "down_proj"]),
    "gpt2": (["c_attn", "attn.c_proj"], ["c_fc", "mlp.c_proj"]),
    "gpt_neox": (["query_key_value", "attention.dense"], ["dense_h_to_4h", "dense_4h_to_h"]),
    "opt": (["q_proj", "k_proj", "v_proj", "out_proj"], ["fc1", "fc2"]),
    "bert": (["query", "key", "value", "attention.output.dense"], ["intermediate.dense"]),
    "distilbert": (["q_lin", "k_lin", "v_lin", "out_lin"], ["lin1", "lin2"]),
    "t5": (["q", "k", "v", "o"], ["wi", "wo"]),
}
PROJ.update({m: PROJ["llama"] for m in ("qwen2", "qwen3", "mistral", "gemma2", "gemma3_text")}, roberta=PROJ["bert"])
DEFAULT_QV = {"gpt2": ["c_attn"], "gpt_neox": ["query_key_value"], "phi3": ["qkv_proj"], "bert": ["query", "value"],
              "roberta": ["query", "value"], "distilbert": ["q_lin", "v_lin"], "t5": ["q", "v"]}
NORMS = {"gpt_neox": ["input_layernorm", "post_attention_layernorm", "final_layer_norm"], "bert": ["LayerNorm"],
         "qwen3": ["input_layernorm", "post_attention_layernorm", "q_norm", "k_norm", "norm"]}

LM_CORE = ["base", "full", "lora_qv", "lora_all"]
CASES = {
    "llama": LM_CORE + ["lora_packed", "lora_accum", "lora_patterns", "lora_layers_regex", "lora_embed_head", "lora_save_head", "loraplus",
                        "dora", "pissa", "adalora", "ia3", "vera", "ln_tuning", "prompt_tuning", "prompt_tuning_text", "prefix_tuning",
                        "prefix_tuning_proj", "ptuning_mlp", "ptuning_lstm", "houlsby", "pfeiffer"],
    "llama_tied": ["base", "full", "lora_all", "prefix_tuning", "full_packed_accum"],
    "llama_bias": ["base", "full", "bitfit", "lora_bias_all", "lora_bias_only", "dora", "ia3"],
    "llama_bf16_sharded": ["base", "lora_qv"],
    "llama_seqcls": ["base", "lora_qv", "full"],
    "qwen2": LM_CORE + ["bitfit", "lora_bias_all", "dora", "adalora", "ia3", "vera", "prefix_tuning", "prompt_tuning", "ptuning_mlp", "ln_tuning"],
    "qwen2_f16": ["base", "lora_qv"],
    "qwen3": LM_CORE + ["dora", "ia3", "ln_tuning", "prefix_tuning", "pfeiffer"],
    "mistral": LM_CORE + ["lora_packed", "prefix_tuning"],
    "gemma2": LM_CORE + ["lora_packed", "ia3", "ln_tuning", "prompt_tuning"],
    "gemma3": LM_CORE + ["ln_tuning", "dora", "prefix_tuning"],
    "phi3": LM_CORE + ["dora", "prefix_tuning"],
    "gpt2": LM_CORE + ["bitfit", "lora_bias_all", "lora_packed", "loraplus", "dora", "pissa", "adalora", "ia3", "vera", "ln_tuning",
                       "prompt_tuning", "prefix_tuning", "houlsby", "pfeiffer"],
    "gpt2_hub_layout": ["base"],
    "gpt_neox": LM_CORE + ["bitfit", "lora_bias_all", "ia3", "ln_tuning", "dora", "prefix_tuning"],
    "opt": LM_CORE + ["bitfit", "ia3"],
    "bert": ["base", "full", "bitfit", "lora_qv", "lora_all", "lora_bias_all", "dora", "ia3", "ln_tuning", "prompt_tuning", "prefix_tuning", "ptuning_mlp",
             "houlsby", "pfeiffer"],
    "distilbert": ["base", "full", "lora_qv", "lora_all", "pfeiffer"],
    "roberta": ["base", "full", "bitfit", "lora_qv", "ia3"],
    "t5": ["base", "full", "lora_qv", "lora_all", "ia3", "prompt_tuning"],
}


def hyperparameters(method, gain, rng):
    lr = {"full": 2e-3, "full_packed_accum": 2e-3, "bitfit": 2e-2, "ln_tuning": 2e-2, "ia3": 3e-2, "vera": 3e-2, "prompt_tuning": 5e-2,
          "prompt_tuning_text": 5e-2, "prefix_tuning": 3e-2, "loraplus": 2e-3}.get(method, 1e-2)
    return dict(
        optimizer="adamw", learning_rate=gain * lr * choice(rng, [0.5, 1.0, 1.5]), betas=[0.9, choice(rng, [0.999, 0.99])],
        # attention-key biases have (nearly) zero gradient: a larger eps keeps AdamW from amplifying rounding noise in them
        eps=1e-6 if method.startswith(("full", "bitfit", "lora_bias")) else 1e-8,
        weight_decay=choice(rng, [0.01, 0.1]), max_grad_norm=choice(rng, [0.3, 1.0]), steps=10, lr_scheduler="cosine",
        warmup_steps=randint(rng, 2, 3), loraplus_lr_ratio=choice(rng, [8.0, 16.0]) if method == "loraplus" else None,
        gradient_accumulation_steps=2 if "accum" in method else 1, packed="packed" in method)


def build_peft_config(method, model, model_dir, task, rng):
    """Return a peft config, or None for methods that peft does not cover."""
    kind = model.config.model_type
    attn, mlp = PROJ[kind]
    qv = DEFAULT_QV.get(kind, ["q_proj", "v_proj"])
    r = randint(rng, 2, 6)
    common = dict(task_type=task)
    lora = dict(common, r=r, lora_alpha=choice(rng, [r, 2 * r, 5]), lora_dropout=0.0)
    virtual = dict(common, num_virtual_tokens=randint(rng, 3, 7))
    # peft cannot combine "all-linear" with distilbert's pre_classifier (it is wrapped by modules_to_save=classifier)
    everything = "all-linear" if choice(rng, [True, False]) and kind != "distilbert" else attn + mlp
    if method in ("lora_qv", "lora_accum", "loraplus"):
        return peft.LoraConfig(target_modules=qv, **lora)
    if method == "lora_all":
        return peft.LoraConfig(target_modules=everything, use_rslora=True, **lora)
    if method == "lora_packed":
        return peft.LoraConfig(target_modules=attn + mlp, **lora)
    if method == "lora_bias_all":
        return peft.LoraConfig(target_modules=attn, bias="all", **lora)
    if method == "lora_bias_only":
        return peft.LoraConfig(target_modules=qv, bias="lora_only", **lora)
    if method == "lora_patterns":
        return peft.LoraConfig(target_modules=attn + mlp, rank_pattern={"q_proj": r + 1, "layers.0.mlp.down_proj": 1},
                               alpha_pattern={"v_proj": 7, r"layers\.1\..*\.o_proj": 3}, use_rslora=True, **lora)
    if method == "lora_layers_regex":
        return peft.LoraConfig(target_modules=r".*layers\.1\.(self_attn\.(q|k)_proj|mlp\.up_proj)", **lora)
    if method == "lora_embed_head":
        return peft.LoraConfig(target_modules=["embed_tokens", "lm_head", "q_proj"], layers_to_transform=None, **lora)
    if method == "lora_save_head":
        return peft.LoraConfig(target_modules=qv, modules_to_save=["lm_head", "embed_tokens", "model.norm"], **lora)
    if method == "dora":
        return peft.LoraConfig(target_modules=attn + mlp, use_dora=True, use_rslora=choice(rng, [True, False]), **lora)
    if method == "pissa":
        return peft.LoraConfig(target_modules=qv, init_lora_weights="pissa", **lora)
    if method == "adalora":
        return peft.AdaLoraConfig(target_modules=qv, init_r=5, target_r=2, tinit=2, tfinal=3, deltaT=2, total_step=10, beta1=0.85, beta2=0.85,
                                  orth_reg_weight=0.3, lora_alpha=choice(rng, [8, 12]), lora_dropout=0.0, **common)
    if method == "ia3":
        return peft.IA3Config(**common)  # peft's per-architecture defaults
    if method == "vera":
        return peft.VeraConfig(target_modules=attn, r=randint(rng, 5, 12), vera_dropout=0.0, projection_prng_key=randint(rng, 0, 99),
                               save_projection=True, **common)
    if method == "ln_tuning":
        return peft.LNTuningConfig(target_modules=NORMS.get(kind), **common)
    if method == "prompt_tuning":
        return peft.PromptTuningConfig(prompt_tuning_init="RANDOM", **virtual)
    if method == "prompt_tuning_text":
        return peft.PromptTuningConfig(prompt_tuning_init="TEXT", prompt_tuning_init_text="What is the capital?",
                                       tokenizer_name_or_path=model_dir, **virtual)
    if method.startswith("prefix_tuning"):
        extra = dict(prefix_projection=True, encoder_hidden_size=randint(rng, 9, 20)) if method.endswith("proj") else {}
        return peft.PrefixTuningConfig(**virtual, **extra)
    if method.startswith("ptuning"):
        lstm = dict(encoder_num_layers=2, encoder_dropout=0.0) if method.endswith("lstm") else {}
        return peft.PromptEncoderConfig(encoder_reparameterization_type=method[8:].upper(), encoder_hidden_size=randint(rng, 9, 20), **lstm, **virtual)
    return None


@torch.no_grad()
def perturb(model, gain, rng):
    """Move freshly initialised adapter weights away from the no-op point so that every gradient is informative."""
    for name, p in model.named_parameters():
        if not p.requires_grad:
            continue
        noise = gain * torch.randn(p.shape, generator=rng)
        if "lora_embedding_A" in name or (".lora_B." in name and not p.abs().sum()):
            p.copy_(0.15 * noise)
        elif "lora_E" in name:
            p.copy_(0.5 * noise)
        elif (".lora_A." in name or ".lora_B." in name) and p.abs().max() < 0.15:  # AdaLoRA starts at std 0.02
            p.add_(0.2 * noise)
        elif "vera_lambda_b" in name:
            p.copy_(0.3 * noise)
        elif any(k in name for k in ("magnitude", "ia3_l", "vera_lambda_d")):
            p.mul_(1 + 0.2 * noise)
        elif "prompt_encoder" in name and "embedding" in name:
            p.copy_(0.5 * noise)


def setup(method, model, model_dir, task, gain, rng):
    """Apply the method to a float32 base model. Returns (model, peft config or None, extra info)."""
    config = build_peft_config(method, model, model_dir, task, rng)
    seed = randint(rng, 0, 2**30)
    torch.manual_seed(seed)  # peft draws from the global generator
    extra = {}
    if config is not None:
        model = peft.get_peft_model(model, config)
        if method not in ("pissa", "prompt_tuning_text"):
            perturb(model, gain, rng)
    elif method in ("houlsby", "pfeiffer"):
        extra["adapterhub_config"] = bottleneck.attach(model, method, choice(rng, [2, 4, 8]))
        with torch.no_grad():
            for name, p in model.named_parameters():
                if bottleneck.is_adapter(name):
                    p.copy_(gain * torch.randn(p.shape, generator=rng) * (0.3 if p.dim() > 1 else 0.1))
                elif name.startswith(("classifier", "score", "pre_classifier")):
                    p.requires_grad_(True)
    elif method == "bitfit":
        for name, p in model.named_parameters():
            p.requires_grad_(name.endswith("bias") or name.startswith(("classifier", "score")))
    elif not method.startswith("full"):
        raise ValueError(f"unknown method {method}")
    return model, config, extra
