# Shared by the tests of the editors: sourced by each editors/*/test.sh. Not to be run by itself.
#
#   WANYAN_BIN         the server (default: a debug build of the checkout, made here)
#   EDITORS_CACHE      what is installed, logs and screenshots (default: target/editors)
#   EDITORS_KEEP       when set, the scratch folder of a test is kept
#
# After `begin NAME` there are: $root (the checkout), $cache, $artefacts (screenshots, logs of servers), $scratch (a folder
# that is removed in the end), and `wanyan` on the PATH, so that the configurations run as they are documented.

editors=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$editors/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
cache=${EDITORS_CACHE:-$target/editors}
mkdir -p "$cache"
cache=$(realpath "$cache")

# Says why the test fails and ends it. test.sh shows the last such line.
fail() {
  printf 'reason: %s\n' "$*"
  exit 1
}

# packages NAME...: installs those Debian packages that are missing.
packages() {
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done
  [[ ${#missing[@]} -eq 0 ]] && return
  command -v apt-get > /dev/null || fail "needs ${missing[*]}; install them by hand, there is no apt-get here"
  local as=()
  if [[ $EUID -ne 0 ]]; then
    command -v sudo > /dev/null || fail "needs ${missing[*]}; run as root, or install sudo, or install them by hand"
    as=(sudo -n)
  fi
  printf 'installing %s\n' "${missing[*]}"
  install_packages "${missing[@]}" || {
    "${as[@]}" apt-get update --quiet=2 || true
    install_packages "${missing[@]}"
  } || fail "apt-get cannot install ${missing[*]} (no network, or not in this release)"
}

install_packages() {
  # Two tests at a time wait for each other.
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends \
    -o DPkg::Lock::Timeout=600 "$@"
}

# begin NAME: what every test starts with.
begin() {
  name=$1
  artefacts=$cache/artefacts/$name
  rm -rf "$artefacts"
  mkdir -p "$artefacts"
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/wanyan-editor.XXXXXX")
  scratch=$(realpath "$scratch")
  children=()
  trap end EXIT
  if [[ -z ${WANYAN_BIN:-} ]]; then
    cargo build --quiet --manifest-path "$root/Cargo.toml" || fail 'cargo build failed'
    WANYAN_BIN=$target/debug/wanyan
  fi
  WANYAN_BIN=$(realpath "$WANYAN_BIN")
  [[ -x $WANYAN_BIN ]] || fail "no program at WANYAN_BIN=$WANYAN_BIN"
  mkdir "$scratch/bin"
  ln -s "$WANYAN_BIN" "$scratch/bin/wanyan"
  # Shims of version managers look for their interpreters below HOME, which changes here.
  python=$(python3 -c 'import sys; print(sys.executable)') || fail 'there is no python3'
  export WANYAN_BIN PATH="$scratch/bin:$PATH" LANG=C.UTF-8 LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
  # What the test starts, and what detaches itself from that, is known by this: see `end`.
  export WANYAN_EDITOR_TEST=$scratch
  # Nothing of the user's own settings.
  export HOME=$scratch/home XDG_CONFIG_HOME=$scratch/home/.config XDG_CACHE_HOME=$scratch/home/.cache \
    XDG_DATA_HOME=$scratch/home/.local/share XDG_STATE_HOME=$scratch/home/.local/state XDG_RUNTIME_DIR=$scratch/run
  mkdir -p "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME" "$XDG_DATA_HOME" "$XDG_STATE_HOME"
  mkdir -m 700 "$XDG_RUNTIME_DIR"
  mkdir "$scratch/tmp"
  export TMPDIR=$scratch/tmp
}

end() {
  local status=$? child
  set +e
  for child in "${children[@]}"; do
    kill "$child" 2> /dev/null && wait "$child" 2> /dev/null || true
  done
  if declare -F cleanup > /dev/null; then cleanup; fi
  # Editors leave servers of their own behind (ycmd, kak-lsp) when they are ended.
  kill_rest TERM && sleep 0.5 && kill_rest KILL
  if [[ -n ${EDITORS_KEEP:-} ]]; then
    printf 'kept: %s\n' "$scratch"
  else
    rm -rf "$scratch"
  fi
  exit "$status"
}

# kill_rest SIGNAL: to every process that inherited this test's mark; whether there was one.
kill_rest() {
  local environ some=1
  for environ in /proc/[0-9]*/environ; do
    if grep -qzxF "WANYAN_EDITOR_TEST=$scratch" "$environ" 2> /dev/null; then
      environ=${environ%/environ}
      kill "-$1" "${environ#/proc/}" 2> /dev/null && some=0
    fi
  done
  return "$some"
}

# draft [FOLDER [FILE]]: makes a project with drafts in $scratch/FOLDER, and beside it what the command line says of them:
# $draft, $findings (a line each: LINE:COLUMN-LINE:COLUMN RULE, in characters from 1), $rewritten (the draft after the first
# rewrite of its first finding), $fixed (after all safe ones).
draft() {
  project=$scratch/${1:-项目}
  mkdir "$project"
  : > "$project/wanyan.toml"
  draft=$project/${2:-草稿.txt}
  # Emoji take two units in UTF-16, four bytes in UTF-8, one character: a column that is wrong shows.
  printf '%s\n' '😀您好，这个我们处理不了。' '您为什么不早说？' '👍🏽你的意见我们记下了，感谢您的理解与支持，祝您生活愉快！' > "$draft"
  printf '%s\n' '您好，查到了。' '😀这个我们处理不了。' > "$project/另一份.txt"
  findings=$scratch/findings rewritten=$scratch/rewritten fixed=$scratch/fixed.txt
  "$python" "$editors/test/expected.py" findings "$draft" > "$findings" || fail 'the command line gives no findings'
  "$python" "$editors/test/expected.py" rewritten "$draft" > "$rewritten" || fail 'the command line gives no rewrite'
  cp "$draft" "$fixed"
  wanyan fix --no-config "$fixed" > /dev/null 2>&1 || [[ $? -eq 1 ]] || fail 'wanyan fix failed'
  cmp -s "$draft" "$fixed" && fail 'the draft has nothing that is safe to fix'
  [[ $(wc -l < "$findings") -ge 3 ]] || fail 'the draft has fewer than three findings'
}

# table: makes a table beside the draft: $table, and $cells, which is of it what $findings is of the draft.
table() {
  table=$project/话术.csv cells=$scratch/cells
  printf '%s\n' '问,答' '处理不了吗,"😀您好，""这个""我们处理不了。"' > "$table"
  "$python" "$editors/test/expected.py" findings "$table" > "$cells" || fail 'the command line gives no findings in a table'
}

# same WHAT ONE OTHER: two files are the same, or the test fails.
same() {
  cmp -s "$2" "$3" || {
    diff -u --label expected --label seen "$2" "$3" || true
    fail "$1"
  }
}

# until_true SECONDS COMMAND...: waits until the command succeeds.
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [[ $SECONDS -lt $end ]] || return 1
    sleep 0.2
  done
}

# holds WANTED FILE: the file has these contents.
holds() {
  cmp -s "$1" "$2"
}

# Starts a display of its own and sets DISPLAY.
display() {
  local fd number
  exec {fd}<> <(:)
  Xvfb -displayfd "$fd" -screen 0 "${1:-1280x800x24}" -nolisten tcp > "$artefacts/xvfb.log" 2>&1 &
  children+=("$!")
  read -r -t 20 -u "$fd" number || fail 'Xvfb does not start'
  export DISPLAY=:$number
}

# screenshot FILE: of the whole display.
screenshot() {
  import -window root "$artefacts/$1"
}

# terminal COMMAND...: runs an editor in a terminal of tmux; with EDITORS_SHOTS it is shown in an xterm, for `shot`.
terminal() {
  socket=$scratch/tmux
  cleanup() { tmux -S "$socket" kill-server 2> /dev/null || true; }
  tmux -S "$socket" -f /dev/null new-session -d -x 100 -y 24 "$@"
  tmux -S "$socket" set -g status off
  tmux -S "$socket" set -g remain-on-exit on
  if [[ -n ${EDITORS_SHOTS:-} ]]; then
    packages xvfb xterm fonts-dejavu-core fonts-noto-cjk imagemagick
    display 920x480x24
    xterm -fa 'DejaVu Sans Mono' -fd 'Noto Sans Mono CJK SC' -fs 11 -geometry 100x24+0+0 -bg white -fg black \
      -e tmux -S "$socket" attach > "$artefacts/xterm.log" 2>&1 &
    children+=("$!")
    sleep 2
  fi
}

# keys KEY...: types; words that are names of keys are keys.
keys() {
  local key
  for key in "$@"; do
    tmux -S "$socket" send-keys "$key"
    sleep 0.1
  done
}

# What the terminal shows.
show() {
  tmux -S "$socket" capture-pane -p
}

# on_screen TEXT: the terminal shows it; letters of two columns stand next to each other.
on_screen() {
  show | grep -qF -- "$1"
}

shot() {
  show > "$artefacts/${1%.png}.screen"
  if [[ -n ${EDITORS_SHOTS:-} ]]; then
    sleep 1
    screenshot "$1"
  fi
}
