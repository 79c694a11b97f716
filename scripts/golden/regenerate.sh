#!/usr/bin/env bash
# Makes e2e/golden/{cases,models,odd} again with the libraries of requirements.txt. Same versions give the same numbers
# up to the processor's rounding; tests compare within the noise that each case records.
# Usage, from anywhere: scripts/golden/regenerate.sh [DIR]   (default: e2e/golden; PYTHON names the interpreter)
set -euo pipefail
cd "$(dirname "$0")"
out=$(realpath -m "${1:-../../e2e/golden}")
python=${PYTHON:-python3}
export PYTHONDONTWRITEBYTECODE=1

# Seed 1: round shapes, every case of these families that trains the base or LoRA on it.
families=(llama llama_tied llama_bias llama_bf16_sharded qwen2 qwen2_f16 gpt2 gpt2_hub_layout)
"$python" make_models.py --seed 1 --out "$out" --only "${families[@]}"
cases=$("$python" - "${families[@]}" <<'PY'
import sys
from methods import CASES
print(*[f"{f}__{m}" for f in sys.argv[1:] for m in CASES[f] if m == "base" or m.startswith(("full", "lora"))])
PY
)
# Its penalty and its pruning join the update, which no other case reaches.
"$python" make_cases.py --seed 1 --out "$out" --only $cases gpt2__adalora

# Seed 7: odd shapes, a few cases; head sizes 10 and 8, because every further one costs a software GPU a minute of compiling.
odd=(llama__lora_all gpt2__lora_bias_all qwen2_f16__lora_qv llama_bf16_sharded__lora_qv)
"$python" make_models.py --seed 7 --out "$out/odd" --only llama gpt2 qwen2_f16 llama_bf16_sharded
"$python" make_cases.py --seed 7 --out "$out/odd" --only "${odd[@]}"

# Combinations of adapters need no model.
"$python" combined_adapters.py "$out/combined"

# Tokenizer cases are kept once, in e2e/golden/tokenizers.
rm -f "$out"/models/*/{tokenizer_cases,reference_shape}.json "$out"/odd/models/*/{tokenizer_cases,reference_shape}.json
