#!/usr/bin/env bash
# .tooling/onnx-cuda.sh FOLDER: what `--engine onnx-cuda` needs besides an NVIDIA driver, from PyPI: the CUDA 13 provider of the ONNX Runtime that
# is installed here, put beside it, and the libraries of CUDA and cuDNN, some 3 GB, in FOLDER. Linux on x64; needs python3 with venv.
# The last line that it prints is what to set.
set -euo pipefail
folder=$(mkdir -p "${1:?name a folder}" && cd "$1" && pwd)
package=$(cd "$(dirname "${BASH_SOURCE[0]}")/../node_modules/onnxruntime-node" && pwd)
version=$(node -p "require('$package/package.json').version")

# Any Python 3 will do to fetch a wheel: nothing of it is run.
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --target "$folder/python" --upgrade --only-binary=:all: --implementation cp --python-version 3.12 "onnxruntime-gpu[cuda,cudnn]==$version"
cp "$folder"/python/onnxruntime/capi/libonnxruntime_providers_{cuda,shared}.so "$package"/bin/napi-v*/linux/x64/
echo "LD_LIBRARY_PATH=$(find "$folder/python/nvidia" -name '*.so*' -printf '%h\n' | sort -u | paste -sd:)"
