#!/usr/bin/env bash
# .tooling/tensorflow.sh FOLDER [cpu|cuda]: a TensorFlow for `--engine tensorflow-cpu` or `--engine tensorflow`, built outside the project:
# the library of the PyPI wheel (with `cuda` its CUDA libraries too, some 5 GB), and the addon of @tensorflow/tfjs-node compiled against it.
# Linux on x64; needs python3 with venv, npm and g++. The last line that it prints is what to set.
set -euo pipefail
folder=$(mkdir -p "${1:?name a folder}" && cd "$1" && pwd)
case ${2:-cpu} in
  cpu) packages=(--no-deps tensorflow-cpu==2.18.1) ;;
  cuda) packages=('tensorflow[and-cuda]==2.18.1') ;;
  *) echo "cpu or cuda, not $2" >&2; exit 2 ;;
esac

# Any Python 3 will do to fetch a wheel: nothing of it is run.
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --target "$folder/python" --upgrade --only-binary=:all: --implementation cp --python-version 3.12 "${packages[@]}"

npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --loglevel=error @tensorflow/tfjs-node@4.22.0 node-api-headers@1.9.0
package=$folder/node_modules/@tensorflow/tfjs-node
library=$folder/python/tensorflow
mkdir -p "$package/lib/napi-v8"
g++ -O2 -std=c++17 -shared -fPIC -DNAPI_VERSION=8 -I"$folder/node_modules/node-api-headers/include" -I"$library/include" -I"$package" \
  "$package/binding/tfjs_backend.cc" "$package/binding/tfjs_binding.cc" -o "$package/lib/napi-v8/tfjs_binding.node" \
  -L"$library" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,"$library"
echo "ENGRAM_TENSORFLOW=$package"
