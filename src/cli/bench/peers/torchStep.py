"""LoRA steps with PyTorch, transformers and PEFT, for `npm run bench -- --python`. Lines of JSON in and out: a folder with `base`,
`adapter` and `batch.json` is given once, then a line for every step. It learns from the same numbers as everyone in the bench."""

import json
import sys
import time

import peft
import torch
import transformers

say = lambda **facts: print(json.dumps(facts), flush=True)
cuda = torch.cuda.is_available()
device = torch.device("cuda" if cuda else "cpu")
say(
    torch=torch.__version__,
    transformers=transformers.__version__,
    peft=peft.__version__,
    device=torch.cuda.get_device_name() if cuda else f"{torch.get_num_threads()} threads",
    cuda=cuda,
)

for line in sys.stdin:
    order = json.loads(line)
    if "folder" in order:
        folder = order["folder"]
        batch = json.load(open(f"{folder}/batch.json"))
        adamw = batch["adamw"]
        base = transformers.AutoModelForCausalLM.from_pretrained(f"{folder}/base", dtype=getattr(torch, order["dtype"]))
        model = peft.PeftModel.from_pretrained(base, f"{folder}/adapter", is_trainable=True).to(device).train()
        trained = [p for p in model.parameters() if p.requires_grad]
        optimizer = torch.optim.AdamW(
            trained, lr=adamw["rate"], betas=(adamw["beta1"], adamw["beta2"]), eps=adamw["eps"], weight_decay=adamw["decay"]
        )
        tokens = torch.tensor(batch["tokens"], device=device).view(batch["B"], batch["T"])
        targets = torch.tensor(batch["targets"], device=device)
        say(parameters=sum(p.numel() for p in trained), cpu=time.process_time() * 1000)
        continue
    logits = model(input_ids=tokens, use_cache=False).logits
    loss = torch.nn.functional.cross_entropy(logits.view(-1, logits.shape[-1]).float(), targets)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(trained, adamw["maxNorm"])
    optimizer.step()
    optimizer.zero_grad()
    found = loss.item()
    if cuda:
        torch.cuda.synchronize()
    say(loss=found, cpu=time.process_time() * 1000, bytes=torch.cuda.max_memory_allocated() if cuda else None)
