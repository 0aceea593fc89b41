#!/usr/bin/env bash
# Learns the cues again and compares the file to the byte. The ordinary lines that count as clean lie beside some
# checkouts only; without them there is nothing to compare.
# usage: lexicon/cues/check.sh ORDINARY_LINES
set -euo pipefail
cd "$(dirname "$0")"
environment=${XDG_CACHE_HOME:-$HOME/.cache}/wanyan-cues
made=$(mktemp)
trap 'rm -f "$made"' EXIT
[[ -x $environment/bin/python ]] || python3 -m venv "$environment"
"$environment/bin/pip" install -q -r requirements.txt
"$environment/bin/python" train.py --ordinary "$1" --output "$made"
diff -q "$made" cues.tsv || {
  echo "cues.tsv is not what train.py learns from the messages and the lexicon: run train.py again" >&2
  exit 1
}
