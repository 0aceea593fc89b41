#!/usr/bin/env bash
# The configurations of editors that cannot be had here: Helix, Sublime Text, Zed, JetBrains. See configurations.py.
set -euo pipefail
# shellcheck source=../lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
packages python3
begin configurations
timeout --kill-after=5 60 "$python" "$editors/test/configurations.py"
