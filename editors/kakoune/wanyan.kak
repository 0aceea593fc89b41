# 婉言在 Kakoune 里，用 kakoune-lsp 22。放进 ~/.config/kak/kakrc，或者 source 这个文件。
evaluate-commands %sh{kak-lsp}

hook global BufCreate .*\.(txt|text|log) %{ set-option buffer filetype text }
hook global BufCreate .*\.(jsonl|ndjson) %{ set-option buffer filetype jsonl }
hook global BufCreate .*\.(csv|tsv|po|properties|strings) %{ set-option buffer filetype %val{hook_param_capture_1} }
hook global BufCreate .*\.pot %{ set-option buffer filetype po }

# 一种文件只用一个语言服务器：json、yaml、toml、html 要留给别的，就从下面两处去掉。
hook -group lsp-filetype-wanyan global BufSetOption filetype=(?:text|markdown|jsonl|csv|tsv|json|yaml|toml|html|po|properties|strings) %{
    set-option buffer lsp_servers %{
        [wanyan]
        root_globs = ["wanyan.toml", ".wanyan.toml", ".git"]
        command = "wanyan"
        args = ["lsp"]
        settings_section = "wanyan"
        [wanyan.settings.wanyan]
        # minSeverity = "warning"
    }
}
hook global WinSetOption filetype=(?:text|markdown|jsonl|csv|tsv|json|yaml|toml|html|po|properties|strings) %{ lsp-enable-window }

map global user l ': enter-user-mode lsp<ret>' -docstring '婉言（LSP）'

# lsp-code-actions -auto-single 在 22.0.0 里仍要再按一次回车，所以这里按名字选。
define-command wanyan-polish -docstring '把光标所在的消息，或选中的每条消息，改得委婉' %{
    lsp-code-action '.*改得委婉'
}
define-command wanyan-fix-all -docstring '修改全部可自动修改的地方' %{
    lsp-code-action '修改全部可自动修改的地方'
}
define-command wanyan-explain -params 1 -docstring '说明一条规则' %{
    info -title 婉言 -- %sh{wanyan explain "$1"}
}

# 保存时修改可自动修改的地方；要的话，去掉行首的 #。
# hook global BufWritePre .*\.(txt|md|jsonl|csv) %{ try %{ lsp-code-action-sync '修改全部可自动修改的地方' } }
