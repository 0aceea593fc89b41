#!/usr/bin/env bash
# settings.json in a real Kate, in a window of a display of its own, driven by its keys.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../lib.sh
source "$here/../lib.sh"
packages kate xvfb xauth xdotool imagemagick dbus-daemon openbox fonts-noto-cjk fonts-noto-color-emoji python3
begin kate
# Kate sends addresses with Chinese letters as they are, not percent-encoded.
draft
# Where the README puts it.
mkdir -p "$XDG_CONFIG_HOME/kate/lspclient"
cp "$here/settings.json" "$XDG_CONFIG_HOME/kate/lspclient/settings.json"
cat > "$XDG_CONFIG_HOME/katerc" <<'RC'
[General]
Startup Session=none
Show welcome view for new window=false

[Kate Plugins]
katecloseexceptplugin=false
katefilebrowserplugin=false
katefiletreeplugin=false
katekonsoleplugin=false
kateprojectplugin=false
katesearchplugin=false
externaltoolsplugin=false
lspclientplugin=true
RC
display 1100x700x24
# What is said to the server and by it, to see that the findings came.
log=$artefacts/server.log
rm "$scratch/bin/wanyan"
cat > "$scratch/bin/wanyan" <<WRAPPER
#!/bin/bash
tee -a "$artefacts/client.log" | "$WANYAN_BIN" "\$@" | tee -a "$log"
WRAPPER
chmod +x "$scratch/bin/wanyan"
export QT_QPA_PLATFORM=xcb
# A window manager gives new windows the keyboard.
openbox > "$artefacts/openbox.log" 2>&1 &
children+=("$!")
dbus-run-session -- kate -b -n "$draft" > "$artefacts/kate.log" 2>&1 &
children+=("$!")

key() { xdotool key --clearmodifiers --delay 60 "$@"; }

# Ends the test with a picture of what is there.
fail_seen() {
  screenshot failure.png
  fail "$1"
}

window() { main=$(xdotool search --onlyvisible --name "$(basename "$draft")" | tail -n 1) && [[ -n $main ]]; }
until_true 60 window || fail_seen 'Kate shows no window'
xdotool windowsize "$main" 1000 560
sleep 1

# Kate asks once whether the server may be started.
asks() { xdotool search --onlyvisible --class kate 2> /dev/null | grep -vqx "$main"; }
until_true 30 asks || fail_seen 'Kate does not ask whether to start the server'
sleep 1
key Return

said() { grep -aq "$1" "$log"; }
until_true 30 said '"method":"textDocument/publishDiagnostics".*blunt-refusal/cannot-do-it' || fail_seen 'no findings came'
sleep 2
screenshot 1-findings.png

# To the first finding, an emoji before it; the quick fix is applied.
xdotool windowactivate --sync "$main" 2> /dev/null || xdotool windowfocus "$main"
key ctrl+Home
column=$(sed -n '1s/^1:\([0-9]*\)-.*/\1/p' "$findings")
for ((i = 1; i < column + 1; i++)); do key Right; done
# Alt+Return lists what is offered at the cursor. (Not Quick Fix, Ctrl+.: Kate 22.12 then applies all of it at once.)
key alt+Return
sleep 2
screenshot 2-menu.png
key Down Return
sleep 1
key ctrl+s
until_true 10 holds "$rewritten" "$draft" || { diff -u "$rewritten" "$draft" || true; fail_seen 'the file does not have the rewrite'; }

# The finding is gone: what came last tells only of the others.
only_others() {
  sed 's/Content-Length/\n&/g' "$log" | grep -a publishDiagnostics | tail -n 1 > "$scratch/last"
  grep -aq 'why-not-tell-earlier' "$scratch/last" && ! grep -aq 'cannot-do-it' "$scratch/last"
}
until_true 20 only_others || fail_seen 'the finding is still there'
sleep 1
screenshot 3-rewritten.png
