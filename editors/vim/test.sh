#!/usr/bin/env bash
# vimrc.youcompleteme in a real Vim with YouCompleteMe, in a terminal of tmux.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib.sh
source "$here/../lib.sh"
packages vim-nox vim-youcompleteme tmux python3
begin vim
draft
terminal vim.nox -N -n -i NONE -u "$here/test/vimrc" "$draft"

# What Vim's timer writes down.
seen=$scratch/seen
sed -i 's/-[0-9:]* / /' "$findings"
until_true 60 holds "$findings" "$seen" || { show; same 'the findings differ' "$findings" "$seen"; }
shot 1-findings.png

# The menu of rewrites at the first finding, whose first entry is chosen; an emoji lies before it.
keys gg "/$("$python" "$editors/test/expected.py" phrase "$draft")" Enter ':WanyanFix' Enter
until_true 20 on_screen '改为' || { show; fail 'no menu of rewrites'; }
shot 2-menu.png
keys 1 Enter
sleep 1
until_true 20 holds "$rewritten" "$scratch/buffer" || { show; same 'the buffer does not have the rewrite' "$rewritten" "$scratch/buffer"; }
keys ':w' Enter
until_true 20 holds "$rewritten" "$draft" || { show; same 'the file does not have the rewrite' "$rewritten" "$draft"; }
sed '/^1:/d' "$findings" > "$scratch/rest"
until_true 20 holds "$scratch/rest" "$seen" || { show; same 'the findings after the rewrite' "$scratch/rest" "$seen"; }

# Tables are judged too. YouCompleteMe asks for news by types of files, and the first ones for a table may come as an answer
# about text, which it does not look at while no text is shown: the table is changed, and changed back.
table
sed -i 's/-[0-9:]* / /' "$cells"
keys ":edit $table" Enter
sleep 2
keys x u
until_true 20 holds "$cells" "$seen" || { show; same 'the findings in a table' "$cells" "$seen"; }
# YouCompleteMe ends its own server.
keys ':qall!' Enter
sleep 1
