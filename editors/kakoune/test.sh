#!/usr/bin/env bash
# wanyan.kak in a real Kakoune with kak-lsp, in a terminal of tmux.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib.sh
source "$here/../lib.sh"
packages kakoune tmux python3
pinned=22.0.0
if [[ ! -x $cache/kak-lsp/bin/kak-lsp ]] || [[ $("$cache/kak-lsp/bin/kak-lsp" --version) != *"$pinned" ]]; then
  command -v cargo > /dev/null || fail 'needs cargo to install kak-lsp'
  # As released, but quicker to compile.
  CARGO_TARGET_DIR=$cache/kak-lsp/build CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=false \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 cargo install --quiet --locked --version "$pinned" --root "$cache/kak-lsp" kak-lsp ||
    fail "cargo cannot install kak-lsp $pinned (no network?)"
  rm -rf "$cache/kak-lsp/build"
fi
begin kakoune
export PATH=$cache/kak-lsp/bin:$PATH
draft
mkdir "$XDG_CONFIG_HOME/kak"
cp "$here/wanyan.kak" "$XDG_CONFIG_HOME/kak/kakrc"
cd "$project"
terminal kak -s "wanyan-test-$$" "$draft"

# run COMMAND: in the editor.
run() { printf 'evaluate-commands -client client0 %%{ %s }\n' "$1" | kak -p "wanyan-test-$$"; }

# Findings as the editor keeps them, without their ends: BEGIN.BYTES,END.BYTES|FACE, bytes from 1.
sees() {
  run "echo -to-file $scratch/ranges %opt{lsp_inline_diagnostics}" || return 1
  [[ -s $scratch/ranges ]] || return 1
  "$python" "$here/test/places.py" "$1" < "$scratch/ranges" > "$scratch/seen" || return 1
  cmp -s "$2" "$scratch/seen"
}
# The rules are in the list of findings, the places in the ranges.
sed 's/ .*//' "$findings" > "$scratch/places"
until_true 30 sees "$draft" "$scratch/places" || { show; same 'the findings differ' "$scratch/places" "$scratch/seen"; }
shot 1-findings.png
run 'lsp-diagnostics'
until_true 10 on_screen 'blunt-refusal/cannot-do-it' || { show; fail 'the list of findings has no rule'; }
run "buffer $draft"

# The menu of rewrites at the first finding; an emoji lies before it.
phrase=$("$python" "$editors/test/expected.py" phrase "$draft")
run "execute-keys gg/$phrase<ret>"
run 'lsp-code-actions'
until_true 10 on_screen '改为' || { show; fail 'no menu of rewrites'; }
shot 2-menu.png
# The menu is sorted; its entries are chosen by typing.
keys "$("$python" "$editors/test/expected.py" title "$draft")" Enter
# The buffer's text as a file, which is replaced at one go: the editor takes commands without an answer.
buffer() {
  run "write -force $scratch/buffer.new; nop %sh{ mv '$scratch/buffer.new' '$scratch/buffer' }" && sleep 0.2
}
sees_text() {
  buffer && cmp -s "$1" "$scratch/buffer"
}
until_true 10 sees_text "$rewritten" || { show; same 'the buffer does not have the rewrite' "$rewritten" "$scratch/buffer"; }
run write
until_true 10 holds "$rewritten" "$draft" || { show; same 'the file does not have the rewrite' "$rewritten" "$draft"; }
sed '/^1:/d' "$scratch/places" > "$scratch/rest"
until_true 10 sees "$draft" "$scratch/rest" || { show; same 'the findings after the rewrite' "$scratch/rest" "$scratch/seen"; }

# A message made polite, by the command of wanyan.kak, and back.
run 'execute-keys gg2g'
run wanyan-polish
is_polite() {
  buffer && ! grep -q '您为什么不早说' "$scratch/buffer" &&
    cmp -s <(head -n 1 "$rewritten") <(head -n 1 "$scratch/buffer")
}
until_true 10 is_polite || { show; fail 'the message is not polite'; }
shot 3-polished.png
run 'execute-keys u'
until_true 10 sees_text "$rewritten" || { show; same 'undone' "$rewritten" "$scratch/buffer"; }

# On save, with the line of wanyan.kak that is a comment: everything safe.
run "$(sed -n 's/^# \(hook global BufWritePre .*\)/\1/p' "$here/wanyan.kak")"
wanted=$scratch/wanted.txt
cp "$rewritten" "$wanted"
wanyan fix --no-config "$wanted" > /dev/null 2>&1 || [[ $? -eq 1 ]]
run 'write'
until_true 10 holds "$wanted" "$draft" || { show; same 'the file after saving' "$wanted" "$draft"; }

# Recommended forms by pinyin: listed below the text, and the first one taken.
lists_forms() { show | tee "$artefacts/4-list.screen" | tail -n +5 | grep -v 'client0@' | grep -qP '\p{Han}'; }
keys 'geo/zq'
until_true 10 lists_forms || { show; fail 'no recommended forms'; }
shot 4-forms.png
keys C-n Escape
has_form() {
  buffer && [[ $(wc -l < "$scratch/buffer") -eq 4 ]] && tail -n 1 "$scratch/buffer" | grep -qP '\p{Han}' && ! grep -q '/zq' "$scratch/buffer"
}
until_true 10 has_form || { show; fail 'the form is not in the text'; }

# Tables are judged too.
table
run "edit -existing $table"
sed 's/ .*//' "$cells" > "$scratch/places"
until_true 10 sees "$table" "$scratch/places" || { show; same 'the findings in a table' "$scratch/places" "$scratch/seen"; }
run 'kill!'
