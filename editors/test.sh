#!/usr/bin/env bash
# Tests in real editors: each opens a draft, sees the findings, applies a rewrite and compares buffer and file.
#
# usage: editors/test.sh [NAME...]     all of them without names
#
# What an editor's test needs and is missing is installed from the ordinary package managers: apt-get (with sudo where this
# is not root), pip, cargo, npm. A test whose editor cannot be had fails; none is passed over.
#
#   WANYAN_BIN        the server (default: a debug build, made here)
#   EDITORS_TIMEOUT   seconds that one test may take, with installing (default: 1800)
#   EDITORS_SHOTS     when set, tests of editors in a terminal take screenshots too
#
# Logs are kept in ${CARGO_TARGET_DIR:-target}/editors/logs, screenshots in …/editors/artefacts.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}
mkdir -p "$CARGO_TARGET_DIR"
CARGO_TARGET_DIR=$(realpath "$CARGO_TARGET_DIR")
logs=$CARGO_TARGET_DIR/editors/logs

declare -A tests=(
  [neovim-0.7]='nvim/test.sh 0.7'
  [neovim-0.11]='nvim/test.sh 0.11'
  [emacs]='emacs/test.sh'
  [vim]='vim/test.sh'
  [kakoune]='kakoune/test.sh'
  [kate]='kate/test.sh'
  [vscode]='vscode/test.sh'
  [configurations]='test/configurations.sh'
)
order=(neovim-0.7 neovim-0.11 emacs vim kakoune kate vscode configurations)

for name in "$@"; do
  if [[ $name == -h || $name == --help ]]; then
    sed -n '2,/^set /{/^set /d; s/^# \{0,1\}//; p}' "${BASH_SOURCE[0]}"
    exit 0
  fi
  if [[ -z ${tests[$name]:-} ]]; then
    printf 'no test “%s”; there are: %s\n' "$name" "${order[*]}" >&2
    exit 2
  fi
done
[[ $# -gt 0 ]] && order=("$@")

if [[ -z ${WANYAN_BIN:-} ]]; then
  cargo build --quiet --manifest-path "$root/Cargo.toml" || exit 2
  WANYAN_BIN=$CARGO_TARGET_DIR/debug/wanyan
fi
if ! WANYAN_BIN=$(realpath -e "$WANYAN_BIN"); then
  exit 2
fi
export WANYAN_BIN

mkdir -p "$logs"
passed=0
failed=0
for name in "${order[@]}"; do
  log=$logs/$name.log
  started=$SECONDS
  read -ra words <<< "${tests[$name]}"
  status=0
  timeout --kill-after=20 "${EDITORS_TIMEOUT:-1800}" "$here/${words[0]}" "${words[@]:1}" > "$log" 2>&1 < /dev/null || status=$?
  seconds=$((SECONDS - started))
  if [[ $status -eq 0 ]]; then
    passed=$((passed + 1))
    printf '%-14s passed  %4d s\n' "$name" "$seconds"
    continue
  fi
  failed=$((failed + 1))
  reason=$(sed -n 's/^reason: //p' "$log" | tail -n 1)
  case $status in
    124 | 137) reason="took more than ${EDITORS_TIMEOUT:-1800} s" ;;
    126 | 127) reason=${reason:-"cannot run $here/${words[0]}"} ;;
  esac
  printf '%-14s failed  %4d s  %s\n' "$name" "$seconds" "${reason:-exit status $status}"
  printf -- '--- the end of %s\n' "$log"
  tail -n 60 "$log" | cut -c 1-400
  printf -- '---\n'
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[[ $failed -eq 0 ]]
