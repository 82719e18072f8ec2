"""Fine-tunes a pretrained encoder on labelled passages and labels others with it, for the shipped relation model to learn from.

    python relations.py PASSAGES ENCODER OUT [--epochs 7] [--stop 4] [--seed 1]

PASSAGES is what export-passages.ts wrote, ENCODER what encoder.py wrote. OUT/silver.jsonl holds the texts with the teacher's relations and
their probabilities. The model is that of Zhou et al. 2021 (arXiv:2010.11304): marked mentions, log-sum-exp over the mentions of a cluster,
context by the attention of both clusters, a grouped bilinear score and a threshold for each pair. It is a teacher only: no weight of it ships.
"""
import argparse
import json
import pathlib
import random
import time

import torch
import torch.nn.functional as F
from torch import nn
from transformers import AutoModel, AutoTokenizer

LABELS = ["PER", "ORG", "LOC", "MISC", "TIME", "NUM"]
FROZEN_LAYERS = 3
PIECES = 512
FEATURES, BLOCK, LABEL_SIZE = 256, 16, 20
BATCH_DOCUMENTS, BATCH_SENTENCES = 4, 24
# Of the passages whose sets leave labels out, this share is seen in an epoch.
INCOMPLETE_SHARE = 0.34
ENCODER_RATE, HEAD_RATE, WARM_UP = 5e-5, 3e-4, 0.06
LEAST_PROBABILITY = 0.02


class Passage:
    """Word pieces with a marker before and after each mention, and what the labels say of each ordered pair of clusters."""

    def __init__(self, row, pieces, labels):
        self.row = row
        starts, ends = {}, {}
        for i, mention in enumerate(row["mentions"]):
            starts.setdefault(mention["start"], []).append(i)
            ends.setdefault(mention["end"], []).append(i)
        self.ids, place = [pieces.first], {}
        for t, word in enumerate(row["tokens"] + [None]):
            if t in ends:
                self.ids.append(pieces.marker)
            if word is None:
                break
            if t in starts:
                place.update({i: len(self.ids) for i in starts[t]})
                self.ids.append(pieces.marker)
            self.ids += pieces.of(word)
        self.ids = self.ids[: PIECES - 1] + [pieces.last]
        self.clusters = [[place[m] for m in cluster if place[m] < PIECES - 1] for cluster in row["clusters"]]
        first = [row["mentions"][cluster[0]]["label"] for cluster in row["clusters"]]
        self.kinds = [LABELS.index(label) if label in LABELS else 3 for label in first]
        count = len(self.clusters)
        self.pairs = [(h, t) for h in range(count) for t in range(count) if h != t and self.clusters[h] and self.clusters[t]]
        self.complete = row.get("completeness", 1) == 1
        index = {pair: i for i, pair in enumerate(self.pairs)}
        self.targets = torch.zeros(len(self.pairs), len(labels))
        self.weights = torch.zeros(len(self.pairs), len(labels))
        for label in row.get("annotated", []):
            if label in labels:
                self.weights[:, labels[label]] = row["completeness"]
        for marked, target, weight in ((row.get("negatives", []), 0, 1), (row.get("unknown", []), 0, 0)):
            for h, t, label in marked:
                if (h, t) in index and label in labels:
                    self.targets[index[h, t], labels[label]] = target
                    self.weights[index[h, t], labels[label]] = weight
        for relation in row.get("relations", []):
            pair = (relation["head"], relation["tail"])
            if pair in index and relation["label"] in labels:
                self.targets[index[pair], labels[relation["label"]]] = 1
                self.weights[index[pair], labels[relation["label"]]] = 1


class Pieces:
    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.known = {}
        self.first, self.last = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        self.marker = self.of("*")[0]

    def of(self, word):
        if word not in self.known:
            self.known[word] = self.tokenizer(word, add_special_tokens=False)["input_ids"][:10] or [self.tokenizer.unk_token_id]
        return self.known[word]


class Teacher(nn.Module):
    def __init__(self, folder, labels):
        super().__init__()
        self.encoder = AutoModel.from_pretrained(folder, attn_implementation="eager")
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN_LAYERS]):
            part.requires_grad_(False)
        width = self.encoder.config.hidden_size
        self.kinds = nn.Embedding(len(LABELS), LABEL_SIZE)
        self.head, self.tail = nn.Linear(2 * width + LABEL_SIZE, FEATURES), nn.Linear(2 * width + LABEL_SIZE, FEATURES)
        self.output, self.dropout = nn.Linear(FEATURES * BLOCK, labels + 1), nn.Dropout(0.1)

    def forward(self, batch):
        """-> for each passage float32 [pairs, labels + 1], the threshold last"""
        length = max(len(p.ids) for p in batch)
        ids = torch.tensor([p.ids + [0] * (length - len(p.ids)) for p in batch])
        mask = torch.tensor([[1] * len(p.ids) + [0] * (length - len(p.ids)) for p in batch])
        with torch.autocast("cpu", torch.bfloat16):
            encoded = self.encoder(ids, attention_mask=mask, output_attentions=True)
        states, attention = encoded.last_hidden_state.float(), encoded.attentions[-1].float()
        return [self.scores(p, states[i], attention[i]) for i, p in enumerate(batch)]

    def scores(self, passage, states, attention):
        if not passage.pairs:
            return torch.zeros(0, self.output.out_features)
        nothing = torch.zeros(states.size(1)), torch.zeros(attention.size(0), attention.size(1))
        clusters = torch.stack([states[c].logsumexp(0) if c else nothing[0] for c in passage.clusters])
        looks = torch.stack([attention[:, c].mean(1) if c else nothing[1] for c in passage.clusters])
        h, t = torch.tensor(passage.pairs).T
        shared = (looks[h] * looks[t]).mean(1)
        context = (shared / (shared.sum(1, keepdim=True) + 1e-10)) @ states
        kinds = self.kinds(torch.tensor(passage.kinds))
        a = torch.tanh(self.head(torch.cat([clusters[h], context, kinds[h]], 1))).reshape(-1, FEATURES // BLOCK, BLOCK)
        b = torch.tanh(self.tail(torch.cat([clusters[t], context, kinds[t]], 1))).reshape(-1, FEATURES // BLOCK, BLOCK)
        product = (a[:, :, :, None] * b[:, :, None, :]).reshape(-1, FEATURES * BLOCK)
        with torch.autocast("cpu", torch.bfloat16):
            return self.output(self.dropout(product)).float()


def loss_of(scores, passage):
    """Adaptive thresholding where every pair was looked at, cross-entropy against the threshold elsewhere."""
    targets, weights = passage.targets, passage.weights
    if not passage.complete:
        return (F.binary_cross_entropy_with_logits(scores[:, :-1] - scores[:, -1:], targets, reduction="none") * weights).sum(1).mean()
    scores = torch.cat([scores[:, :-1].masked_fill((weights == 0) & (targets == 0), -1e9), scores[:, -1:]], 1)
    positive, threshold = F.pad(targets, (0, 1)), torch.zeros_like(scores)
    threshold[:, -1] = 1
    above = -(F.log_softmax(scores - (1 - positive - threshold) * 1e30, -1) * positive).sum(1)
    below = -F.log_softmax(scores - positive * 1e30, -1)[:, -1]
    return (above + below).mean()


def batches_of(passages):
    whole = [p for p in passages if p.complete]
    rest = [p for p in passages if not p.complete]
    random.shuffle(whole)
    random.shuffle(rest)
    rest = rest[: int(len(rest) * INCOMPLETE_SHARE)]
    batches = [whole[i : i + BATCH_DOCUMENTS] for i in range(0, len(whole), BATCH_DOCUMENTS)]
    for at in range(0, len(rest), 20 * BATCH_SENTENCES):
        block = sorted(rest[at : at + 20 * BATCH_SENTENCES], key=lambda p: len(p.ids))
        batches += [block[i : i + BATCH_SENTENCES] for i in range(0, len(block), BATCH_SENTENCES)]
    random.shuffle(batches)
    return batches


@torch.no_grad()
def predict(model, passages):
    """Yields (passage, scores over the threshold)."""
    model.eval()
    order = sorted(passages, key=lambda p: len(p.ids))
    at = 0
    while at < len(order):
        batch = order[at : at + max(1, min(16, 2000 // len(order[at].ids)))]
        at += len(batch)
        for passage, scores in zip(batch, model(batch)):
            yield passage, scores[:, :-1] - scores[:, -1:]
    model.train()


def report(model, passages):
    for source in sorted({p.row["source"] for p in passages}):
        correct = found = gold = 0
        for passage, scores in predict(model, [p for p in passages if p.row["source"] == source]):
            known = passage.weights > 0
            correct += int(((scores > 0) & (passage.targets > 0)).sum())
            found += int(((scores > 0) & known).sum())
            gold += int((passage.targets > 0).sum())
        print(f"  {source}: precision {correct / max(1, found):.4f} recall {correct / max(1, gold):.4f} F1 {2 * correct / max(1, found + gold):.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("passages", type=pathlib.Path)
    parser.add_argument("encoder")
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--stop", type=int, help="stop after so many of the epochs")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)

    rows = {name: [json.loads(line) for line in open(options.passages / f"{name}.jsonl")] for name in ("train", "development", "texts")}
    names = sorted({label for row in rows["train"] for label in row["annotated"]})
    labels = {label: i for i, label in enumerate(names)}
    pieces = Pieces(options.encoder)
    train, development = ([Passage(row, pieces, labels) for row in rows[name]] for name in ("train", "development"))
    train = [p for p in train if p.pairs]
    model = Teacher(options.encoder, len(labels))
    inner = [p for n, p in model.named_parameters() if n.startswith("encoder") and p.requires_grad]
    outer = [p for n, p in model.named_parameters() if not n.startswith("encoder")]
    rates = [ENCODER_RATE, HEAD_RATE]
    optimizer = torch.optim.AdamW([{"params": inner}, {"params": outer}], weight_decay=0.01)
    epochs = [batches_of(train) for _ in range(options.epochs)]
    steps, step, started = sum(map(len, epochs)), 0, time.time()
    for epoch, batches in enumerate(epochs[: options.stop]):
        for batch in batches:
            step += 1
            factor = min(1, step / (WARM_UP * steps)) * max(0.01, 1 - step / steps)
            for group, rate in zip(optimizer.param_groups, rates):
                group["lr"] = rate * factor
            loss = sum(loss_of(scores, passage) for passage, scores in zip(batch, model(batch))) / len(batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        print(f"epoch {epoch + 1}, {time.time() - started:.0f} s", flush=True)
        report(model, development)

    with open(options.out / "silver.jsonl", "w") as file:
        for passage, scores in predict(model, [Passage(row, pieces, labels) for row in rows["texts"]]):
            likely = torch.sigmoid(scores)
            relations = [
                {"head": passage.pairs[pair][0], "tail": passage.pairs[pair][1], "label": names[label], "probability": round(float(likely[pair, label]), 3)}
                for pair, label in (likely > LEAST_PROBABILITY).nonzero().tolist()
            ]
            kept = {name: passage.row[name] for name in ("tokens", "sentences", "mentions", "clusters", "document")}
            file.write(json.dumps({**kept, "relations": relations}) + "\n")


main()
