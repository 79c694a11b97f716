"""Tiny randomly initialised Hugging Face checkpoints (one per model family) with matching tokenizers.

    python make_models.py --seed 1 --out DIR             # "round" shapes
    python make_models.py --seed N --out DIR             # any other seed: odd shapes

Writes DIR/models/<family>/ in the usual HF layout plus tokenizer_cases.json (text -> ids reference).
regenerate.sh says what of it is kept in e2e/golden.
"""
import argparse
import copy
import json
import math
import os
import shutil
from collections import Counter

import torch
import transformers as tf
from safetensors.torch import load_file, save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from reference_model import forward, load_model, randint, read_json, rng_for, write_json

# ----------------------------------------------------------------------------------------------- tokenizers
CORPUS = [
    "The quick brown fox jumps over the lazy dog. The dog sleeps while the fox is running through the forest.",
    "Fine-tuning a language model needs data: questions, answers, and a little patience. It's what we're doing here!",
    "Question: what is the capital of France? Answer: Paris. Question: what is two plus two? Answer: four.",
    "def add(a, b):\n    return a + b\n\nfor i in range(10):\n    print(add(i, 42))\n",
    "She sold 12 sea shells in 2024 for $3.50 each, and they'll sell 1000 more by 31/12.",
    "La liberté, l'égalité et la fraternité. Der Fuß über die Straße. El niño comió piñas.",
    "Привет, мир! こんにちは世界。你好，世界！ 한국어 텍스트. 😀🚀",
    "Once upon a time there was a small model that learned to write very short stories about cats and the sea.",
    "The result is shown in table 3: accuracy rises from 71.4% to 88.9%, although training takes much longer.",
]
FRAGMENTS = ["the", " The", " cat", "ing", " running", "é", "ñ", "ß", "日本", "语", "🚀", "👍🏽", " 12", "345", "6.7", "'s", "'ll", "’re", "\n", "\n\n",
             "\t", " ", "  ", "   ", ".", ",", "...", "!?", "(", ")", "[", "{", "_", "-", "--", "@", "#", "$5", "%", "&", "a\u0308", "Ω", "İ", "ǅ",
             "\u2003", "\u200d", "</s>", "<s>", "[CLS]", "<unk>", "<|im_start|>", "foo_bar", "CamelCase", "http://", "x=1;", "ABC", "zzz"]
PROBES = [
    "Hello world", " leading space", "trailing space ", "two  spaces   three", "tabs\tand\nnew\n\nlines\r\n", "",
    "It's we'll they'RE DON'T", "1234567 3.14 2024", "naïve café Ünïcödé", "e\u0301 versus é", "日本語と中文 한국어",
    "emoji 😀👩‍👩‍👧 🇫🇷", "def f(x):\n    return x**2  # comment", "<|endoftext|> and </s> and [SEP]", "a" * 40,
    "\u00a0nbsp\u200bzero", "ﬁ ligature ™", "URL: https://a.b/c?d=e&f=1", "MiXeD CaSe wOrDs",
]
GPT4_SPLIT = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{%s}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] | trim }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def corpus_for(seed):
    """The whole corpus for seed 1; other seeds leave two lines out, which changes merges and vocabularies."""
    order = torch.randperm(len(CORPUS), generator=rng_for(seed, "corpus")).tolist()
    return CORPUS if seed == 1 else [CORPUS[i] for i in order[2:]]


def probes_for(seed, family):
    rng = rng_for(seed, "probes", family)
    return PROBES + ["".join(FRAGMENTS[randint(rng, 0, len(FRAGMENTS) - 1)] for _ in range(randint(rng, 3, 14))) for _ in range(20)]


# The WordPiece and Unigram trainers break ties differently in every run, so these two vocabularies are built by hand.
def wordpiece_vocab(corpus, size, specials):
    norm, split = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
    words = Counter(w for line in corpus for w, _ in split.pre_tokenize_str(norm.normalize_str(line)))
    letters = sorted({c for w in words for c in w})
    pieces = Counter()
    for word, n in words.items():
        for i in range(2, len(word) + 1):
            pieces[word[:i]] += n * i
            pieces["##" + word[-i:]] += n * i * (i < len(word))
    ranked = sorted((p for p in pieces if pieces[p]), key=lambda p: (-pieces[p], p))
    return {p: i for i, p in enumerate((specials + letters + ["##" + c for c in letters] + ranked)[:size])}


def unigram_vocab(corpus, size, specials):
    words = Counter("▁" + w for line in corpus for w in line.split())
    pieces, letters = Counter(), Counter()
    for word, n in words.items():
        letters.update({c: n for c in word})
        for i in range(len(word)):
            for j in range(i + 2, min(len(word), i + 7) + 1):
                pieces[word[i:j]] += n
    ranked = sorted(pieces, key=lambda p: (-pieces[p] * len(p), p))
    chosen = sorted(letters) + ranked
    total = sum(pieces.values())
    scored = [(p, math.log((pieces[p] or letters[p]) / total)) for p in chosen[: size - len(specials)]]
    return [(t, 0.0) for t in specials] + scored


def template(tok, single, pair):
    ids = [(t, tok.token_to_id(t)) for t in sorted({p.split(":")[0] for p in (single + " " + pair).split() if "$" not in p})]
    return processors.TemplateProcessing(single=single, pair=pair, special_tokens=ids)


def build_tokenizer(kind, size, corpus, token_types=False):
    """kind -> the pre-tokenisation scheme of a real family. Returns a PreTrainedTokenizerFast."""
    byte_level = dict(initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    if kind in ("gpt2", "neox", "roberta", "llama3", "qwen2"):
        tok = Tokenizer(models.BPE())
        if kind in ("llama3", "qwen2"):
            split = Regex(GPT4_SPLIT % ("1,3" if kind == "llama3" else "1"))
            tok.pre_tokenizer = pre_tokenizers.Sequence(
                [pre_tokenizers.Split(split, "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
            )
        else:
            tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        if kind in ("neox", "qwen2"):
            tok.normalizer = normalizers.NFC()
        tok.decoder = decoders.ByteLevel()
        special = {
            "llama3": dict(bos_token="<|begin_of_text|>", eos_token="<|end_of_text|>", pad_token="<|pad|>"),
            "roberta": dict(bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>", mask_token="<mask>",
                            cls_token="<s>", sep_token="</s>"),
        }.get(kind, dict(eos_token="<|endoftext|>", pad_token="<|pad|>"))
        extra = ["<|im_start|>", "<|im_end|>"] if kind in ("llama3", "qwen2") else []
        names = list(dict.fromkeys(special.values())) + extra
        # merges are learnt first, then specials go last, as in the real llama3/qwen2/gpt2 files (roberta: first)
        first = names if kind == "roberta" else []
        tok.train_from_iterator(corpus, trainers.BpeTrainer(
            vocab_size=size - len(names) + len(first), special_tokens=first, **byte_level))
        tok.add_special_tokens(names)
        if kind == "llama3":
            tok.post_processor = template(tok, "<|begin_of_text|> $A", "<|begin_of_text|> $A <|begin_of_text|>:1 $B:1")
        elif kind == "roberta":
            tok.post_processor = processors.RobertaProcessing(
                ("</s>", tok.token_to_id("</s>")), ("<s>", tok.token_to_id("<s>")), add_prefix_space=False)
        else:
            tok.post_processor = processors.ByteLevel(trim_offsets=False)
    elif kind in ("gemma", "llama2"):  # sentencepiece-style BPE with byte fallback
        special = dict(pad_token="<pad>", eos_token="</s>", bos_token="<s>", unk_token="<unk>")
        names = list(special.values()) + [f"<0x{i:02X}>" for i in range(256)]
        tok = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
        tok.normalizer = normalizers.Replace(" ", "▁") if kind == "gemma" else normalizers.Sequence(
            [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        if kind == "gemma":
            tok.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
        ascii_lines = [line.replace("\n", " ") for line in corpus if line.isascii()]  # the rest exercises the byte fallback
        tok.train_from_iterator(ascii_lines, trainers.BpeTrainer(vocab_size=size, special_tokens=names, show_progress=False))
        # byte tokens are ordinary vocabulary entries, not special added tokens
        state = json.loads(tok.to_str())
        state["added_tokens"] = [t for t in state["added_tokens"] if not t["content"].startswith("<0x")]
        tok = Tokenizer.from_str(json.dumps(state))
        strip = [decoders.Strip(" ", 1, 0)] if kind == "llama2" else []
        tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), *strip])
        tok.post_processor = template(tok, "<s> $A", "<s> $A <s>:1 $B:1")
    elif kind == "wordpiece":
        special = dict(pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]")
        tok = Tokenizer(models.WordPiece(wordpiece_vocab(corpus, size, list(special.values())), unk_token="[UNK]"))
        tok.normalizer, tok.pre_tokenizer = normalizers.BertNormalizer(lowercase=True), pre_tokenizers.BertPreTokenizer()
        tok.add_special_tokens(list(special.values()))
        tok.decoder = decoders.WordPiece()
        tok.post_processor = template(tok, "[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1")
    elif kind == "unigram":  # t5
        special = dict(pad_token="<pad>", eos_token="</s>", unk_token="<unk>")
        tok = Tokenizer(models.Unigram(unigram_vocab(corpus, size // 2, list(special.values())), unk_id=2))
        tok.normalizer = normalizers.NFKC()
        tok.pre_tokenizer, tok.decoder = pre_tokenizers.Metaspace(), decoders.Metaspace()
        tok.add_special_tokens(list(special.values()))
        tok.post_processor = template(tok, "$A </s>", "$A </s> $B </s>")
    fast = tf.PreTrainedTokenizerFast(tokenizer_object=tok, clean_up_tokenization_spaces=False, **special)
    if kind in ("llama3", "qwen2"):
        fast.chat_template = CHAT_TEMPLATE
    return fast


def save_tokenizer(fast, path, max_len, probes):
    fast.model_max_length = max_len
    fast.save_pretrained(path)
    config = read_json(f"{path}/tokenizer_config.json")
    config["tokenizer_class"] = "PreTrainedTokenizerFast"  # the name that published checkpoints carry
    write_json(f"{path}/tokenizer_config.json", config)
    tok = tf.AutoTokenizer.from_pretrained(path)
    cases = {"texts": [], "pairs": [], "chat": []}
    for text in probes:
        ids = tok(text)["input_ids"]
        cases["texts"].append({
            "text": text, "ids": ids, "ids_without_special": tok(text, add_special_tokens=False)["input_ids"],
            "decoded": tok.decode(ids), "decoded_skip_special": tok.decode(ids, skip_special_tokens=True)})
    a, b = "What is two plus two?", "It's four."
    pair = tok(a, b)
    cases["pairs"].append({"text": a, "text_pair": b, **{k: pair[k] for k in sorted(pair.keys())}})
    if tok.chat_template:
        messages = [{"role": "user", "content": " Hi there! "}, {"role": "assistant", "content": "Hello."},
                    {"role": "user", "content": "你好?"}]
        for flag in (False, True):
            text = tok.apply_chat_template(messages, tokenize=False, add_generation_prompt=flag)
            cases["chat"].append({"messages": messages, "add_generation_prompt": flag, "text": text,
                                  "ids": tok(text, add_special_tokens=False)["input_ids"]})
    write_json(f"{path}/tokenizer_cases.json", cases)


# ----------------------------------------------------------------------------------------------- model shapes
ALL_FAMILIES = ["llama", "llama_tied", "llama_bias", "llama_bf16_sharded", "llama_seqcls", "qwen2", "qwen2_f16", "qwen3", "mistral", "gemma2",
                "gemma3", "phi3", "gpt2", "gpt2_hub_layout", "gpt_neox", "opt", "bert", "distilbert", "roberta", "t5"]


def shape_for(family, seed, profile):
    """Round shapes (hidden 32/48, MHA, GQA 2:1, 3:1, MQA) or odd ones (nothing a multiple of 16; MHA, GQA 2:1, 3:1, MQA; 2-3 layers)."""
    rng = rng_for(seed, "shape", family)
    pick = lambda options: options[(ALL_FAMILIES.index(family) + seed) % len(options)]
    if profile == "round":
        heads, kv, head_dim = pick([(4, 4, 8), (4, 2, 8), (6, 2, 8), (4, 1, 8), (4, 2, 8)])
        return dict(heads=heads, kv=kv, head_dim=head_dim, hidden=heads * head_dim, inter=2 * heads * head_dim,
                    layers=2, vocab=384, length=16, big_head=16, window=6)
    heads, kv, head_dim = pick([(3, 1, 14), (5, 1, 10), (6, 3, 6), (7, 1, 6), (5, 5, 8), (6, 2, 6)])
    hidden = heads * head_dim
    return dict(heads=heads, kv=kv, head_dim=head_dim, hidden=hidden, inter=hidden + 2 * randint(rng, 9, 17) + 1,
                layers=3 if hidden < 40 else 2, vocab=2 * randint(rng, 180, 205) + 1, length=randint(rng, 25, 33),
                big_head=head_dim + 6, window=randint(rng, 9, 13))


def std(s, **extra):
    """Config keys shared by the llama-like families."""
    return dict(hidden_size=s["hidden"], intermediate_size=s["inter"], num_hidden_layers=s["layers"],
                num_attention_heads=s["heads"], num_key_value_heads=s["kv"], max_position_embeddings=128,
                attention_dropout=0.0, **extra)


def enc(s, **extra):
    """Config keys shared by the encoder families."""
    return dict(hidden_size=s["hidden"], intermediate_size=s["inter"], num_hidden_layers=s["layers"],
                num_attention_heads=s["heads"], hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
                num_labels=3, **extra)


LLAMA3_ROPE = dict(rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=32)
YARN = dict(rope_type="yarn", rope_theta=1000000.0, factor=4.0, original_max_position_embeddings=32)
THETA = lambda theta: dict(rope_type="default", rope_theta=theta)


def family_specs(s, odd):
    """family -> (config class, config kwargs, model class, tokenizer kind, save options)."""
    lm, cls = (lambda n: getattr(tf, n + "ForCausalLM")), (lambda n: getattr(tf, n + "ForSequenceClassification"))
    llama = lambda **kw: std(s, rms_norm_eps=1e-5, **kw)
    gpt2 = dict(n_embd=s["hidden"], n_layer=s["layers"], n_head=s["heads"], n_inner=s["inter"] if odd else None,
                n_positions=128, attn_pdrop=0.0, resid_pdrop=0.0, embd_pdrop=0.0, activation_function="gelu_new")
    pct = 0.5 if odd else 0.25
    neox_dim = 12 if odd else 16  # head dim such that int(head_dim * pct) is even
    return {
        "llama": (tf.LlamaConfig, llama(tie_word_embeddings=False, rope_parameters=THETA(10000.0)), lm("Llama"), "llama3", {}),
        "llama_tied": (tf.LlamaConfig, llama(tie_word_embeddings=True, head_dim=s["big_head"], rope_parameters=LLAMA3_ROPE),
                       lm("Llama"), "llama3", dict(legacy=True)),
        "llama_bias": (tf.LlamaConfig, llama(tie_word_embeddings=False, attention_bias=True, mlp_bias=True,
                       rope_parameters=dict(rope_type="linear", factor=2.0, rope_theta=10000.0)), lm("Llama"), "llama3", dict(legacy=True)),
        "llama_bf16_sharded": (tf.LlamaConfig, llama(tie_word_embeddings=False, rope_parameters=THETA(10000.0)), lm("Llama"), "llama3",
                       dict(dtype=torch.bfloat16, shard="40KB")),
        "llama_seqcls": (tf.LlamaConfig, llama(num_labels=3, rope_parameters=THETA(10000.0)), cls("Llama"), "llama3", {}),
        "qwen2": (tf.Qwen2Config, std(s, tie_word_embeddings=True, rope_parameters=THETA(1000000.0)), lm("Qwen2"), "qwen2",
                       dict(legacy=True, pad_vocab=5)),
        "qwen2_f16": (tf.Qwen2Config, std(s, tie_word_embeddings=False, rope_parameters=YARN), lm("Qwen2"), "qwen2",
                       dict(dtype=torch.float16)),
        "qwen3": (tf.Qwen3Config, std(s, tie_word_embeddings=True, head_dim=s["big_head"], rope_parameters=THETA(1000000.0)),
                       lm("Qwen3"), "qwen2", {}),
        "mistral": (tf.MistralConfig, std(s, tie_word_embeddings=False, sliding_window=s["window"], rope_parameters=THETA(10000.0)),
                       lm("Mistral"), "llama2", dict(legacy=True)),
        "gemma2": (tf.Gemma2Config, std(s, head_dim=s["big_head"], query_pre_attn_scalar=s["head_dim"] + 3, sliding_window=s["window"],
                       attn_logit_softcapping=20.0, final_logit_softcapping=8.0, rope_parameters=THETA(10000.0)), lm("Gemma2"), "gemma",
                       dict(legacy=True)),
        "gemma3": (tf.Gemma3TextConfig, std(s, head_dim=s["big_head"], query_pre_attn_scalar=s["head_dim"], sliding_window=s["window"],
                       layer_types=["sliding_attention", "full_attention", "sliding_attention"][: s["layers"]],
                       rope_parameters={"full_attention": dict(rope_type="linear", factor=4.0, rope_theta=1000000.0),
                                        "sliding_attention": THETA(10000.0)}), lm("Gemma3"), "gemma", {}),
        "phi3": (tf.Phi3Config, {**std(s, tie_word_embeddings=False, resid_pdrop=0.0, embd_pdrop=0.0), "hidden_size": 3 * neox_dim,
                       "num_attention_heads": 3, "num_key_value_heads": 1,
                       "rope_parameters": dict(**THETA(10000.0), partial_rotary_factor=0.5 if odd else 0.75)}, lm("Phi3"), "llama2", {}),
        "gpt2": (tf.GPT2Config, gpt2, lm_gpt2(), "gpt2", {}),
        "gpt2_hub_layout": (tf.GPT2Config, {**gpt2, "n_positions": 64}, lm_gpt2(), "gpt2", dict(hub_gpt2=True)),
        "gpt_neox": (tf.GPTNeoXConfig, dict(hidden_size=3 * neox_dim, num_attention_heads=3, num_hidden_layers=s["layers"],
                       intermediate_size=s["inter"], max_position_embeddings=128, tie_word_embeddings=False, use_parallel_residual=True,
                       rope_parameters=dict(**THETA(10000.0), partial_rotary_factor=pct)), lm("GPTNeoX"), "neox", dict(legacy=True)),
        "opt": (tf.OPTConfig, dict(hidden_size=s["hidden"], ffn_dim=s["inter"], num_hidden_layers=s["layers"], max_position_embeddings=128,
                       num_attention_heads=s["heads"], word_embed_proj_dim=s["hidden"], dropout=0.0, attention_dropout=0.0),
                       tf.OPTForCausalLM, "gpt2", {}),
        "bert": (tf.BertConfig, enc(s, max_position_embeddings=128), cls("Bert"), "wordpiece", {}),
        "distilbert": (tf.DistilBertConfig, dict(dim=s["hidden"], hidden_dim=s["inter"], n_layers=s["layers"], n_heads=s["heads"], num_labels=3,
                       dropout=0.0, attention_dropout=0.0, seq_classif_dropout=0.0, max_position_embeddings=128), cls("DistilBert"), "wordpiece", {}),
        "roberta": (tf.RobertaConfig, enc(s, max_position_embeddings=130, type_vocab_size=1), cls("Roberta"), "roberta", {}),
        "t5": (tf.T5Config, dict(d_model=s["hidden"], d_kv=s["head_dim"] + 2, d_ff=s["inter"], num_layers=2, num_heads=s["heads"],
                       dropout_rate=0.0, relative_attention_num_buckets=8, relative_attention_max_distance=20,
                       feed_forward_proj="gated-gelu" if odd else "relu", tie_word_embeddings=not odd, decoder_start_token_id=0),
                       tf.T5ForConditionalGeneration, "unigram", dict(t5_v11=odd)),
    }


def lm_gpt2():
    return tf.GPT2LMHeadModel


# ----------------------------------------------------------------------------------------------- weights
@torch.no_grad()
def randomise(model, rng):
    """Non-degenerate weights: unit-gain projections, norm scales around 1 (Gemma: around 0), non-zero biases."""
    gemma = "gemma" in model.config.model_type
    for name, p in model.named_parameters():
        noise = torch.randn(p.shape, generator=rng)
        leaf = name.split(".")[-1]
        if leaf == "bias":
            p.copy_(0.15 * noise)
        elif p.dim() == 1:
            p.copy_(0.25 * noise + (0.0 if gemma else 1.0))
        elif "embed" in name or "wte" in name or "wpe" in name or "shared" in name or "relative_attention_bias" in name:
            head = model.get_output_embeddings()
            tied_head = head is not None and head.weight is model.get_input_embeddings().weight
            p.copy_((0.25 if gemma else 1.6 / p.shape[1] ** 0.5 if tied_head else 0.7) * noise)
        else:
            fan_in = p.shape[0] if type(model).__name__.startswith("GPT2") else p.shape[1]
            gain = 1.3 / fan_in**0.5
            if model.config.model_type == "t5" and name.endswith(".q.weight"):
                gain *= model.config.d_kv**-0.5  # T5 has no attention scaling; it is folded into q
            p.copy_(noise * gain)


def legacy_config(path):
    """Rewrite config.json the way checkpoints published before transformers v5 look."""
    c = read_json(path)
    rope = c.pop("rope_parameters", None)
    if rope:
        c["rope_theta"] = rope.pop("rope_theta")
        if c["model_type"] == "gpt_neox":
            c["rotary_emb_base"], c["rotary_pct"] = c.pop("rope_theta"), rope.pop("partial_rotary_factor")
        kind = rope.pop("rope_type", "default")
        c["rope_scaling"] = None if kind == "default" else {"rope_type" if kind == "llama3" else "type": kind, **rope}
    c["torch_dtype"] = c.pop("dtype", "float32")
    if c["model_type"] in ("gemma2", "qwen2", "mistral"):
        c.pop("layer_types", None)
    c["transformers_version"] = "4.44.0"
    write_json(path, c)


def hub_gpt2_layout(path):
    """The published gpt2 files have no 'transformer.' prefix and carry causal-mask buffers."""
    w = {k.removeprefix("transformer."): v for k, v in load_file(path).items() if k != "lm_head.weight"}
    for i in range(sum(k.endswith("ln_1.weight") for k in w)):
        w[f"h.{i}.attn.bias"] = torch.tril(torch.ones(64, 64)).view(1, 1, 64, 64)
    save_file(w, path, metadata={"format": "pt"})


def make_family(family, seed, profile, out):
    s = shape_for(family, seed, profile)
    odd = profile == "odd"
    config_cls, kwargs, model_cls, kind, opts = family_specs(s, odd)[family]
    path = f"{out}/models/{family}"
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    tok = build_tokenizer(kind, s["vocab"], corpus_for(seed), token_types=family == "bert")
    vocab = len(tok) + opts.get("pad_vocab", 0)
    vocab += int(odd and vocab % 2 == 0)
    ids = {f"{n}_token_id": getattr(tok, f"{n}_token_id") for n in ("bos", "eos", "pad")}
    config = config_cls(vocab_size=vocab, **ids, **kwargs)
    if config.is_encoder_decoder:
        config.decoder_start_token_id = tok.pad_token_id
    model = model_cls._from_config(config, dtype=torch.float32, attn_implementation="eager").eval()
    if opts.get("t5_v11"):  # T5 v1.1: separate output head, no scaling of the decoder output
        model.lm_head.weight = torch.nn.Parameter(model.lm_head.weight.detach().clone())
    randomise(model, rng_for(seed, "weights", family))
    dtype = opts.get("dtype", torch.float32)
    fresh = copy.deepcopy(model)
    with torch.no_grad():
        for p in fresh.parameters():
            p.copy_(p.to(dtype))
    model.to(dtype)
    if getattr(model, "generation_config", None):
        for k, v in ids.items():
            setattr(model.generation_config, k, v)
    model.save_pretrained(path, max_shard_size=opts.get("shard", "1GB"))
    if opts.get("legacy"):
        legacy_config(f"{path}/config.json")
    if opts.get("t5_v11"):
        config = read_json(f"{path}/config.json")
        write_json(f"{path}/config.json", {**{k: v for k, v in config.items() if k != "scale_decoder_outputs"}, "tie_word_embeddings": False})
    if opts.get("hub_gpt2"):
        hub_gpt2_layout(f"{path}/model.safetensors")
    save_tokenizer(tok, path, 128, probes_for(seed, family))
    # reload and make sure nothing changed through the layout rewrites
    again, info = load_model(path)
    problems = {k: v for k, v in info.items() if v and k in ("missing_keys", "mismatched_keys", "error_msgs")}
    assert not problems, (family, problems)
    ids = torch.randint(0, len(tok), (2, s["length"]), generator=rng_for(seed, "probe", family))
    batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    if fresh.config.is_encoder_decoder:
        batch["decoder_input_ids"] = ids
    with torch.no_grad():
        diff = (forward(fresh, batch).logits - forward(again, batch).logits).abs().max()
    assert diff < 1e-5, (family, diff)
    write_json(f"{path}/reference_shape.json", {"tokenizer_size": len(tok), "length": s["length"], "profile": profile})
    return vocab, sum(os.path.getsize(f"{path}/{f}") for f in os.listdir(path))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--profile", choices=["round", "odd"], help="default: round for seed 1, odd otherwise")
    parser.add_argument("--only", nargs="*", default=ALL_FAMILIES)
    args = parser.parse_args()
    for family in args.only:
        vocab, size = make_family(family, args.seed, args.profile or ("round" if args.seed == 1 else "odd"), args.out)
        print(f"{family:20s} vocab {vocab:4d}  {size / 1024:7.1f} KB", flush=True)
