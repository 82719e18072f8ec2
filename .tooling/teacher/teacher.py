"""Fine-tunes a pretrained encoder on labelled sentences and labels texts with it, for the shipped tagger to learn from.

    python teacher.py SENTENCES ENCODER OUT [--epochs 1] [--seed 17]

SENTENCES is what export-sentences.ts wrote, ENCODER what encoder.py wrote. OUT/silver.jsonl holds the texts and the sentences whose
sets leave labels out, with the teacher's spans beside the given ones. It is a teacher only: no weight of it ships.
"""
import argparse
import json
import pathlib
import random
import time

import torch
from torch import nn
from transformers import AutoModel, AutoTokenizer

LABELS = ["PER", "ORG", "LOC", "MISC", "TIME", "NUM"]
TAGS = ["O"] + [f"{part}-{label}" for label in LABELS for part in "BIES"]
INDEX = {tag: i for i, tag in enumerate(TAGS)}
WORD_PIECES = 1500
BULK = "gmb"
BULK_SENTENCES = 2500
BULK_LABELLED = 12000
FROZEN_LAYERS = 4


def allowed_of(sentence):
    """For each token the tags that its labels permit (see the partial CRF of the tagger)."""
    absent = [label for label in LABELS if label not in sentence["annotated"]]
    outside = [0] + [INDEX[f"{part}-{label}"] for label in absent for part in "BIES"]
    allowed = [outside] * len(sentence["tokens"])
    for span in sentence["spans"]:
        start, end, label = span["start"], span["end"], span["label"]
        if end - start == 1:
            allowed[start] = [INDEX[f"S-{label}"]]
            continue
        for t in range(start, end):
            allowed[t] = [INDEX[f"{'B' if t == start else 'E' if t == end - 1 else 'I'}-{label}"]]
    return allowed


class Teacher(nn.Module):
    def __init__(self, folder):
        super().__init__()
        self.encoder = AutoModel.from_pretrained(folder)
        for part in (self.encoder.embeddings, *self.encoder.encoder.layer[:FROZEN_LAYERS]):
            part.requires_grad_(False)
        width = self.encoder.config.hidden_size
        self.head = nn.Sequential(nn.Dropout(0.1), nn.Linear(width, len(TAGS)))

    def forward(self, ids, mask, firsts):
        """ids, mask: [batch, pieces]; firsts: [batch, words], the first piece of each word -> scores [batch, words, tags]"""
        hidden = self.encoder(ids, attention_mask=mask).last_hidden_state
        return self.head(torch.gather(hidden, 1, firsts.unsqueeze(-1).expand(-1, -1, hidden.size(-1))))


class Pieces:
    def __init__(self, folder):
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.known = {}

    def of(self, word):
        if word not in self.known:
            self.known[word] = self.tokenizer(word, add_special_tokens=False)["input_ids"][:8] or [self.tokenizer.unk_token_id]
        return self.known[word]

    def batch(self, sentences):
        ids, firsts = [], []
        for words in sentences:
            row, first = [self.tokenizer.cls_token_id], []
            for word in words:
                pieces = self.of(word)
                first.append(len(row))
                row += pieces
            ids.append(row[:510] + [self.tokenizer.sep_token_id]); firsts.append([min(f, 509) for f in first])
        pad = lambda rows: torch.tensor([r + [0] * (max(map(len, rows)) - len(r)) for r in rows])
        mask = torch.tensor([[1] * len(r) + [0] * (max(map(len, ids)) - len(r)) for r in ids])
        return pad(ids), mask, pad(firsts)


def batches_of(sentences, pieces, shuffle):
    order = list(range(len(sentences)))
    size = [sum(len(pieces.of(w)) for w in s["tokens"]) + 2 for s in sentences]
    if shuffle:
        random.shuffle(order)
    out = []
    for at in range(0, len(order), 2000):
        block = sorted(order[at:at + 2000], key=lambda i: size[i])
        batch = []
        for i in block:
            if batch and (len(batch) + 1) * size[i] > WORD_PIECES:
                out.append(batch); batch = []
            batch.append(i)
        out.append(batch)
    if shuffle:
        random.shuffle(out)
    return out


def varied(words):
    chance = random.random()
    return [w.lower() for w in words] if chance < 0.1 else [w.upper() for w in words] if chance < 0.14 else words


BEGINS = torch.tensor([0.0 if t[0] in "OBS" else -1e9 for t in TAGS])
ENDS = torch.tensor([0.0 if t[0] in "OES" else -1e9 for t in TAGS])
MAY_FOLLOW = torch.full((len(TAGS), len(TAGS)), -1e9)
for a, left in enumerate(TAGS):
    for b, right in enumerate(TAGS):
        if right[0] in "IE" and left[0] in "BI" and left[2:] == right[2:] or right[0] in "OBS" and left[0] in "OES":
            MAY_FOLLOW[a, b] = 0


def viterbi(scores, lengths):
    """Best tag sequences that are well-formed BIOES. scores: [batch, words, tags] log-probabilities -> a list of tags a row"""
    best, back = scores[:, 0] + BEGINS, []
    ends = [best]
    for t in range(1, scores.shape[1]):
        value, source = (best.unsqueeze(2) + MAY_FOLLOW).max(1)
        best = value + scores[:, t]
        back.append(source.numpy()); ends.append(best)
    last = torch.stack(ends, 1).add(ENDS).argmax(-1).numpy()
    rows = []
    for row, length in enumerate(lengths):
        tags = [int(last[row, length - 1])]
        for source in reversed(back[: length - 1]):
            tags.append(int(source[row, tags[-1]]))
        rows.append(tags[::-1])
    return rows


def spans_of(tags):
    spans, start = [], 0
    for t, tag in enumerate(TAGS[i] for i in tags):
        if tag[0] in "BS":
            start = t
        if tag[0] in "ES":
            spans.append({"start": start, "end": t + 1, "label": tag[2:]})
    return spans


@torch.no_grad()
def predict(model, pieces, sentences):
    """Yields (index, best tags)."""
    model.eval()
    for batch in batches_of(sentences, pieces, False):
        with torch.autocast("cpu", torch.bfloat16):
            scores = model(*pieces.batch([sentences[i]["tokens"] for i in batch]))
        logs = scores.float().log_softmax(-1)
        yield from zip(batch, viterbi(logs, [len(sentences[i]["tokens"]) for i in batch]))


def f1(model, pieces, sentences):
    right = found = wanted = 0
    for i, tags in predict(model, pieces, sentences):
        known = set(sentences[i]["annotated"])
        gold = {(s["start"], s["end"], s["label"]) for s in sentences[i]["spans"]}
        guess = {(s["start"], s["end"], s["label"]) for s in spans_of(tags) if s["label"] in known}
        right += len(gold & guess); found += len(guess); wanted += len(gold)
    return 200 * right / max(1, found + wanted)


def fit(model, pieces, train, development, epochs):
    bulk = [s for s in train if s["source"] == BULK]
    train = [s for s in train if s["source"] != BULK] + random.sample(bulk, min(BULK_SENTENCES, len(bulk)))
    readings = [[{**s, "tokens": varied(s["tokens"])} for s in train] for _ in range(epochs)]
    plans = [batches_of(reading, pieces, True) for reading in readings]
    steps = sum(map(len, plans)); step = 0
    trained = [p for p in model.encoder.parameters() if p.requires_grad]
    groups = [{"params": trained, "lr": 6e-5}, {"params": model.head.parameters(), "lr": 1e-3}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: min(s / (0.06 * steps), (steps - s) / (0.94 * steps)))
    for epoch, plan in enumerate(plans):
        model.train(); started = time.time(); words = total = 0
        for batch in plan:
            chosen = [readings[epoch][i] for i in batch]
            with torch.autocast("cpu", torch.bfloat16):
                scores = model(*pieces.batch([s["tokens"] for s in chosen]))
            mask = torch.full(scores.shape, -1e9)
            counted = torch.zeros(scores.shape[:2])
            for row, sentence in enumerate(chosen):
                counted[row, : len(sentence["tokens"])] = 1
                for t, tags in enumerate(allowed_of(sentence)):
                    mask[row, t, tags] = 0
            logs = scores.float().log_softmax(-1)
            loss = -((logs + mask).logsumexp(-1) * counted).sum() / counted.sum()
            optimiser.zero_grad(); loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step(); schedule.step()
            step += 1; words += int(counted.sum()); total += loss.item()
            if step % 50 == 0:
                print(f"step {step}/{steps} loss {total / 50:.4f} {words / (time.time() - started):.0f} words/s", flush=True); total = 0
        print(f"epoch {epoch + 1}: " + "  ".join(f"{name} {f1(model, pieces, sentences):.2f}" for name, sentences in development.items()), flush=True)


def labelled(sentence, tags):
    """The sentence with the teacher's spans for the labels that its set leaves out."""
    given = [s for s in sentence["spans"] if sentence["source"] != BULK]
    known = [] if sentence["source"] == BULK else sentence["annotated"]
    taken = {t for s in given for t in range(s["start"], s["end"])}
    added = [s for s in spans_of(tags) if s["label"] not in known and not taken & set(range(s["start"], s["end"]))]
    spans = sorted(given + added, key=lambda s: s["start"])
    return {"tokens": sentence["tokens"], "spans": spans, "annotated": LABELS, "source": sentence["source"]}


def main():
    parser = argparse.ArgumentParser()
    for name in ["sentences", "encoder", "out"]:
        parser.add_argument(name, type=pathlib.Path)
    parser.add_argument("--epochs", type=int, default=1); parser.add_argument("--seed", type=int, default=17)
    options = parser.parse_args()
    random.seed(options.seed); torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    read = lambda name: [json.loads(line) for line in open(options.sentences / f"{name}.jsonl", encoding="utf8")]
    train, texts = read("train"), read("texts")
    development = {name: read(name) for name in ["redocredTest", "unerEwtTest", "wnut17Dev", "conll2003Test"]}
    pieces, model = Pieces(options.encoder), Teacher(options.encoder)
    fit(model, pieces, train, development, options.epochs)
    torch.save(model.state_dict(), options.out / "teacher.pt")
    asked = [s for s in train if set(s["annotated"]) != set(LABELS)] + texts
    bulk = [s for s in asked if s["source"] == BULK]
    asked = [s for s in asked if s["source"] != BULK] + random.Random(options.seed).sample(bulk, min(BULK_LABELLED, len(bulk)))
    # Under its name only when it is whole: make.sh goes by that.
    partial = options.out / "silver.jsonl.part"
    with open(partial, "w", encoding="utf8") as file:
        for i, tags in predict(model, pieces, asked):
            file.write(json.dumps(labelled(asked[i], tags), ensure_ascii=False) + "\n")
    partial.rename(options.out / "silver.jsonl")


main()
