"""Fine-tunes a pretrained encoder on labelled texts and gives the probabilities of its labels for others, for a classifier to learn from.

    python texts.py TEXTS ENCODER OUT [--epochs 2] [--seed 17]

TEXTS is the folder that export-texts.ts wrote, ENCODER what encoder.py wrote. OUT holds TEXTS/texts.jsonl with {"probabilities"} beside each text. It is a
teacher only: no weight of it ships.
"""
import argparse
import json
import pathlib
import random
import time

import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

# Half the precision pays only where the processor multiplies it by itself.
HALF = torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported()
WORD_PIECES = 1500
LONGEST = 128
FROZEN_LAYERS = 6

class Teacher(nn.Module):
    def __init__(self, folder, labels):
        super().__init__()
        self.encoder = AutoModel.from_pretrained(folder)
        for p in self.encoder.embeddings.parameters():
            p.requires_grad = False
        for layer in self.encoder.encoder.layer[:FROZEN_LAYERS]:
            for p in layer.parameters():
                p.requires_grad = False
        self.head = nn.Linear(self.encoder.config.hidden_size, labels)
        self.dropout = nn.Dropout(0.1)
    def forward(self, batch):
        return self.head(self.dropout(self.encoder(**batch).last_hidden_state[:, 0].float()))

def batches_of(sizes, shuffle):
    order = list(range(len(sizes)))
    if shuffle:
        random.shuffle(order)
    out = []
    for at in range(0, len(order), 2000):
        block = sorted(order[at:at + 2000], key=lambda i: sizes[i])
        batch = []
        for i in block:
            if batch and (len(batch) + 1) * sizes[i] > WORD_PIECES or len(batch) >= 64:
                out.append(batch)
                batch = []
            batch.append(i)
        out.append(batch)
    if shuffle:
        random.shuffle(out)
    return out

@torch.no_grad()
def probabilities(model, encode, texts):
    model.eval()
    found = [None] * len(texts)
    sizes = [min(LONGEST, len(t.split()) * 4 // 3 + 2) for t in texts]
    for batch in batches_of(sizes, False):
        with torch.autocast("cpu", torch.bfloat16, enabled=HALF):
            scores = model(encode([texts[i] for i in batch]))
        for i, row in zip(batch, scores.float().softmax(-1).tolist()):
            found[i] = row
    return found

def main():
    parser = argparse.ArgumentParser()
    for name in ["texts", "encoder", "out"]:
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    read = lambda name: [json.loads(line) for line in open(options.texts / f"{name}.jsonl", encoding="utf8")]
    train, development, texts = read("train"), read("development"), read("texts")
    labels = sorted({t["label"] for t in train})
    tokenizer = AutoTokenizer.from_pretrained(options.encoder)
    encode = lambda rows: tokenizer(rows, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
    model = Teacher(options.encoder, len(labels))
    sizes = [min(LONGEST, len(t["text"].split()) * 4 // 3 + 2) for t in train]
    plans = [batches_of(sizes, True) for _ in range(options.epochs)]
    steps = sum(map(len, plans))
    step = 0
    groups = [{"params": [p for p in model.encoder.parameters() if p.requires_grad], "lr": 3e-5}, {"params": model.head.parameters(), "lr": 1e-3}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: min(s / (0.06 * steps), (steps - s) / (0.94 * steps)))
    for epoch, plan in enumerate(plans):
        model.train()
        started = time.time()
        total = seen = 0
        for batch in plan:
            with torch.autocast("cpu", torch.bfloat16, enabled=HALF):
                scores = model(encode([train[i]["text"] for i in batch]))
            loss = nn.functional.cross_entropy(scores.float(), torch.tensor([labels.index(train[i]["label"]) for i in batch]), label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            seen += len(batch)
            total += loss.item()
            if step % 20 == 0:
                print(f"step {step}/{steps} loss {total / 20:.4f} {seen / (time.time() - started):.1f} texts/s", flush=True)
                total = 0
        for name in sorted({d["set"] for d in development}):
            own = [d for d in development if d["set"] == name]
            found = probabilities(model, encode, [d["text"] for d in own])
            known = [labels.index(l) for l in sorted({d["label"] for d in own})]
            right = sum(max(known, key=lambda k: p[k]) == labels.index(d["label"]) for p, d in zip(found, own))
            print(f"epoch {epoch + 1}: {name} {100 * right / len(own):.2f}", flush=True)
    partial = options.out.with_suffix(".part")
    started = time.time()
    with open(partial, "w", encoding="utf8") as file:
        for text, p in zip(texts, probabilities(model, encode, [t["text"] for t in texts])):
            file.write(json.dumps({**text, "probabilities": dict(zip(labels, [round(x, 4) for x in p]))}, ensure_ascii=False) + "\n")
    partial.rename(options.out)
    print(f"{len(texts)} texts in {time.time() - started:.0f} s", flush=True)

main()
