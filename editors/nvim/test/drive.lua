-- Drives Neovim as an agent would; the first thing that is not as expected ends it with status 1. See ../test.sh.
local scratch = os.getenv('WANYAN_SCRATCH')
local project = scratch .. '/项目'
local WAIT = 20000

local function read(path)
  local file = assert(io.open(path, 'rb'))
  local text = file:read('*a')
  file:close()
  return text
end

local function write(path, text)
  local file = assert(io.open(path, 'wb'))
  file:write(text)
  file:close()
end

local function eventually(what, check)
  assert(vim.wait(WAIT, check, 20), what)
end

local function buffer_text()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '\n') .. '\n'
end

-- The findings of the buffer as the command line's are written down, in characters from 1.
local function findings()
  local out = {}
  for _, found in ipairs(vim.diagnostic.get(0)) do
    local function place(line, byte)
      local text = vim.api.nvim_buf_get_lines(0, line, line + 1, false)[1]
      return (line + 1) .. ':' .. (vim.fn.strchars(text:sub(1, byte)) + 1)
    end
    local code = found.code or found.user_data.lsp.code
    table.insert(out, { found.lnum, found.col, place(found.lnum, found.col) .. '-' .. place(found.end_lnum, found.end_col) .. ' ' .. code })
  end
  table.sort(out, function(one, other)
    return one[1] < other[1] or one[1] == other[1] and one[2] < other[2]
  end)
  local lines = vim.tbl_map(function(entry)
    return entry[3]
  end, out)
  return #lines == 0 and '' or table.concat(lines, '\n') .. '\n'
end

local function sees_findings()
  local wanted = read(scratch .. '/findings')
  if not vim.wait(WAIT, function()
    return findings() == wanted
  end, 20) then
    error('findings:\n' .. findings() .. 'expected:\n' .. wanted)
  end
end

-- What floating windows show.
local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), '\n'), window
    end
  end
  return ''
end

local function keys(typed, mode)
  vim.api.nvim_feedkeys(vim.api.nvim_replace_termcodes(typed, true, false, true), mode or 'xt', false)
end

local function has_rule(rule)
  return findings():find(rule, 1, true) ~= nil
end

local function health()
  vim.cmd('checkhealth wanyan')
  local text = buffer_text()
  vim.cmd('bwipeout!')
  return text
end

local cases = {}

function cases.findings()
  sees_findings()
end

function cases.missing()
  vim.wait(500)
  local text = health()
  assert(text:find('找不到命令 wanyan', 1, true), text)
  assert(text:find('cargo install', 1, true), text)
end

function cases.all()
  local draft = vim.api.nvim_get_current_buf()
  local wanyan = require('wanyan')
  sees_findings()
  assert(vim.bo.filetype == 'text', vim.bo.filetype)
  local client = wanyan.clients(draft)[1]
  assert(vim.fn.resolve(client.config.root_dir) == vim.fn.resolve(project), client.config.root_dir)
  print('encoding', client.offset_encoding)

  -- The health check knows that it runs.
  local text = health()
  assert(text:find('在运行：1 个文件', 1, true), text)
  assert(text:find('wanyan %d'), text)

  -- A quick fix, chosen from the editor's own menu; an emoji lies before it.
  local before = vim.split(read(scratch .. '/rewritten'), '\n')[1]
  local found = vim.diagnostic.get(0, { lnum = 0 })[1]
  vim.api.nvim_win_set_cursor(0, { 1, found.col })
  local titles = {}
  vim.ui.select = function(items, _, choose)
    for _, item in ipairs(items) do
      table.insert(titles, (item.action or item[2]).title)
    end
    choose(items[1], 1)
  end
  vim.lsp.buf.code_action()
  eventually('the rewrite is not in the buffer', function()
    return buffer_text() == read(scratch .. '/rewritten')
  end)
  assert(#titles >= 3, 'menu: ' .. vim.inspect(titles))
  eventually('the finding is still there', function()
    return not findings():find('^1:')
  end)

  -- The rule explained, in a window.
  vim.api.nvim_win_set_cursor(0, { 2, 0 })
  vim.cmd('WanyanExplain')
  eventually('no explanation', function()
    return floating():find('why%-not%-tell%-earlier') ~= nil
  end)
  vim.api.nvim_win_close(select(2, floating()), true)
  vim.cmd('WanyanLexicon interrogating/why-not-tell-earlier')
  eventually('no lexicon entry', function()
    return floating():find('[[entry]]', 1, true) ~= nil
  end)
  vim.api.nvim_win_close(select(2, floating()), true)

  -- A message made polite.
  vim.api.nvim_win_set_cursor(0, { 2, 3 })
  vim.cmd('WanyanPolish')
  local polished = vim.api.nvim_buf_get_lines(0, 1, 2, false)[1]
  assert(polished ~= '您为什么不早说？', 'not polished')
  eventually('the polished message has findings', function()
    return not has_rule('why-not-tell-earlier')
  end)
  assert(vim.api.nvim_buf_get_lines(0, 0, 1, false)[1] == before, 'another line was changed')
  vim.cmd('undo')
  assert(vim.api.nvim_buf_get_lines(0, 1, 2, false)[1] == '您为什么不早说？', 'undo')
  vim.cmd('2,3WanyanPolish')
  assert(vim.api.nvim_buf_get_lines(0, 1, 2, false)[1] ~= '您为什么不早说？', 'the lines are not polished')
  eventually('the polished lines have findings', function()
    return findings() == ''
  end)
  vim.cmd('undo')

  -- Written: the safe rewrites are made on the way.
  assert(buffer_text():find('👍🏽你的意见', 1, true))
  vim.cmd('write')
  local saved = read(project .. '/草稿.txt')
  assert(saved == buffer_text(), 'the file is not the buffer')
  assert(saved:find('👍🏽您的意见', 1, true), 'not fixed on save:\n' .. saved)
  assert(saved:sub(1, #before) == before, saved)
  write(scratch .. '/wanted', saved)

  -- Recommended forms by pinyin: asked for, and the first one taken.
  vim.api.nvim_buf_set_lines(0, -1, -1, false, { '😀您好，/zq' })
  vim.cmd('normal! G$')
  local ask = 'A<C-x><C-o>'
  local take = '<C-y><Esc>'
  if vim.fn.has('nvim-0.11') == 0 then
    -- The list is there at once, its first item taken already.
    vim.fn.feedkeys(vim.api.nvim_replace_termcodes(ask .. take, true, false, true), 'ntx')
  else
    local completed = vim.api.nvim_create_autocmd('CompleteChanged', {
      once = true,
      callback = function()
        vim.fn.feedkeys(vim.api.nvim_replace_termcodes('<C-n>' .. take, true, false, true), 'nt')
      end,
    })
    -- Leaves insert mode in the end, whatever came.
    vim.fn.timer_start(WAIT, function()
      vim.cmd('stopinsert')
    end)
    vim.fn.feedkeys(vim.api.nvim_replace_termcodes(ask, true, false, true), 'ntx!')
  end
  local line = vim.api.nvim_get_current_line()
  assert(vim.startswith(line, '😀您好，') and not line:find('/zq', 1, true) and #line > #'😀您好，/zq', 'completed: ' .. line)
  vim.cmd('edit!')

  -- Everything in the folder.
  vim.cmd('WanyanCheckWorkspace')
  eventually('the quickfix list has not the other file', function()
    for _, item in ipairs(vim.fn.getqflist()) do
      if vim.fn.bufname(item.bufnr):find('另一份.txt', 1, true) then
        -- Bytes from 1: an emoji, then 这个我们.
        return item.lnum == 2 and item.col == 17
      end
    end
  end)
  vim.cmd('cclose')

  -- Restarted, it finds again.
  local old = wanyan.clients()[1].id
  vim.cmd('WanyanRestart')
  eventually('no new server', function()
    return wanyan.clients()[1] and wanyan.clients()[1].id ~= old
  end)
  eventually('no findings after a restart', function()
    return has_rule('why-not-tell-earlier')
  end)
  vim.cmd('WanyanReload')

  -- The other formats.
  local bodies = {
    ['a.jsonl'] = '{"text":"😀这个我们处理不了。"}\n',
    ['b.md'] = '# 话术\n\n> 引用\n\n😀这个我们处理不了。\n',
    ['c.csv'] = '问,答\n在吗,"😀您好，""这个""我们处理不了。"\n',
    ['d.tsv'] = '问\t答\n在吗\t😀这个我们处理不了。\n',
    ['e.json'] = '{"text":"\\ud83d\\ude00\\u8fd9\\u4e2a\\u6211\\u4eec处理不了。"}\n',
    ['f.yaml'] = 'text: 😀这个我们处理不了。\n',
    ['g.toml'] = 'text = "😀这个我们处理不了。"\n',
    ['h.html'] = '<p>😀这个我们处理不了。</p>\n',
    ['i.po'] = 'msgid "no"\nmsgstr "😀这个我们处理不了。"\n',
    ['j.properties'] = 'no=😀这个我们处理不了。\n',
    ['k.strings'] = '"no" = "😀这个我们处理不了。";\n',
  }
  for name, body in pairs(bodies) do
    write(project .. '/' .. name, body)
    vim.cmd('edit ' .. vim.fn.fnameescape(project .. '/' .. name))
    eventually('no findings in ' .. name, function()
      return has_rule('cannot-do-it')
    end)
  end
end

local ok, message = xpcall(cases[os.getenv('WANYAN_CASE')], debug.traceback)
io.stdout:write('\n', ok and 'ok' or ('reason: ' .. tostring(message)), ' (', os.getenv('WANYAN_CASE'), ')\n')
vim.cmd(ok and 'qall!' or 'cquit 1')
