#!/usr/bin/env bash
# Tests of file formats from outside: the real binary over files made and read back by the libraries that users have.
#
# usage: tests/formats/run.sh [ARGUMENTS OF PYTEST]
#
#   WANYAN_BIN    the binary to test (default: a debug build, made here)
#   FORMATS_VENV  where the virtual environment is kept (default: target/formats-tests)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
venv=${FORMATS_VENV:-$target/formats-tests}

# The stamp is written last, so that what was begun and not finished is made anew.
if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/requirements.txt"
fi

if [[ -z ${WANYAN_BIN:-} ]]; then
  cargo build --quiet --manifest-path "$root/Cargo.toml"
  WANYAN_BIN=$target/debug/wanyan
fi
WANYAN_BIN=$(realpath "$WANYAN_BIN")
export WANYAN_BIN PYTHONDONTWRITEBYTECODE=1

cd "$here"
exec "$venv/bin/python" -m pytest "$@"
