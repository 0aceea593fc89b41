#!/usr/bin/env bash
# wanyan.el in a real Emacs, with Eglot.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib.sh
source "$here/../lib.sh"
packages emacs-nox elpa-eglot python3
begin emacs
draft
export WANYAN_SCRATCH=$scratch WANYAN_EL=$here
cd "$project"
# No -Q: Debian's packages are put on the load path by its site file.
timeout --kill-after=5 180 emacs --batch -l "$here/test/drive.el" 2>&1 || fail "$(emacs --version | head -n 1): see above"
