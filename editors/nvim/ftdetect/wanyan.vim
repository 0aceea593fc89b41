" JSON Lines, which older versions take for JSON or for nothing.
autocmd BufRead,BufNewFile *.jsonl,*.ndjson set filetype=jsonl
