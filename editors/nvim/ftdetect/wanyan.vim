" JSON Lines, which older versions take for JSON or for nothing.
autocmd BufRead,BufNewFile *.jsonl,*.ndjson set filetype=jsonl
" What older versions, or all of them, do not know.
autocmd BufRead,BufNewFile *.csv setfiletype csv
autocmd BufRead,BufNewFile *.tsv setfiletype tsv
autocmd BufRead,BufNewFile *.strings setfiletype strings
