-- wanyan in Neovim 0.7 and newer. See README.md.
local M = {}

local defaults = {
  -- The server.
  cmd = { 'wanyan', 'lsp' },
  filetypes = {
    'text', 'markdown', 'jsonl', 'csv', 'tsv', 'json', 'jsonc', 'yaml', 'toml', 'html', 'po', 'jproperties', 'strings',
  },
  root_markers = { 'wanyan.toml', '.wanyan.toml', '.git' },
  -- What the server reads, see docs/language-server.md.
  settings = {},
  -- Whether safe rewrites are applied before a file is written.
  fix_on_save = false,
  -- Whether recommended forms pop up after / (Neovim 0.11).
  autocomplete = false,
}

local options = vim.deepcopy(defaults)
local has_enable = vim.fn.has('nvim-0.11') == 1
local SAVE_TIMEOUT = 2000

local function say(message, level)
  vim.notify('婉言：' .. message, level or vim.log.levels.INFO)
end

-- What `vim.lsp.config` and `vim.lsp.start` take.
function M.config()
  return {
    name = 'wanyan',
    cmd = options.cmd,
    filetypes = options.filetypes,
    root_markers = options.root_markers,
    settings = { wanyan = options.settings },
  }
end

function M.options()
  return options
end

-- The folder above a file that has one of the markers, the first marker first; else the file's own.
function M.root(path)
  local folder = vim.fn.fnamemodify(path, ':p:h')
  for _, marker in ipairs(options.root_markers) do
    local file = vim.fn.findfile(marker, vim.fn.escape(folder, ' ,;\\') .. ';')
    local found = file ~= '' and file or vim.fn.finddir(marker, vim.fn.escape(folder, ' ,;\\') .. ';')
    if found ~= '' then
      -- A folder ends with a slash once it is made absolute.
      return vim.fn.fnamemodify((vim.fn.fnamemodify(found, ':p'):gsub('/$', '')), ':h')
    end
  end
  return folder
end

-- The servers of a buffer, or all of them.
function M.clients(buffer)
  local all
  if vim.lsp.get_clients then
    all = vim.lsp.get_clients({ name = 'wanyan', bufnr = buffer })
  else
    all = buffer and vim.lsp.buf_get_clients(buffer) or vim.lsp.get_active_clients()
  end
  local own = {}
  for _, client in pairs(all) do
    if client.name == 'wanyan' then
      table.insert(own, client)
    end
  end
  return own
end

-- The server of a buffer, or any; says so where there is none.
local function server(buffer)
  local client = M.clients(buffer)[1] or M.clients()[1]
  if not client then
    say('没有在运行。用 :checkhealth wanyan 看看缺什么', vim.log.levels.WARN)
  end
  return client
end

local function ask(client, method, params, buffer, answer)
  local function handler(error, result)
    if error then
      return say(error.message or tostring(error), vim.log.levels.ERROR)
    end
    answer(result)
  end
  if has_enable then
    client:request(method, params, handler, buffer)
  else
    client.request(method, params, handler, buffer)
  end
end

local function ask_and_wait(client, method, params, buffer, timeout)
  local answer, error
  if has_enable then
    answer, error = client:request_sync(method, params, timeout, buffer)
  else
    answer, error = client.request_sync(method, params, timeout, buffer)
  end
  if not answer or answer.err then
    return nil, error or answer and answer.err.message
  end
  return answer.result
end

-- Starts the server for a buffer, or attaches the one of its project.
function M.start(buffer)
  buffer = buffer or vim.api.nvim_get_current_buf()
  local path = vim.api.nvim_buf_get_name(buffer)
  if vim.bo[buffer].buftype ~= '' then
    return
  end
  if vim.fn.executable(options.cmd[1]) == 0 then
    return say('找不到命令 ' .. options.cmd[1] .. '，请先安装，见 :checkhealth wanyan', vim.log.levels.ERROR)
  end
  local config = M.config()
  config.root_dir = path == '' and vim.fn.getcwd() or M.root(path)
  config.workspace_folders = { { uri = vim.uri_from_fname(config.root_dir), name = config.root_dir } }
  if not has_enable then
    -- The editor's own leaves only what begins with the letters that were typed; here the server compares.
    config.on_attach = function(_, attached)
      vim.api.nvim_buf_set_option(attached, 'omnifunc', "v:lua.require'wanyan'.omnifunc")
    end
  end
  if vim.lsp.start then
    vim.api.nvim_buf_call(buffer, function()
      vim.lsp.start(config)
    end)
    return
  end
  local id
  for _, client in ipairs(M.clients()) do
    if client.config.root_dir == config.root_dir then
      id = client.id
    end
  end
  id = id or vim.lsp.start_client(config)
  if id then
    vim.lsp.buf_attach_client(buffer, id)
  end
end

local completions = {}

-- For `omnifunc` before Neovim 0.11: recommended forms for what stands before the cursor.
function M.omnifunc(find_start)
  if find_start == 0 then
    return completions
  end
  completions = {}
  local buffer = vim.api.nvim_get_current_buf()
  local client = M.clients(buffer)[1]
  if not client then
    return -3
  end
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
  local result = ask_and_wait(client, 'textDocument/completion', params, buffer, 2000)
  local items = result and (result.items or result) or {}
  if #items == 0 then
    return -3
  end
  for _, item in ipairs(items) do
    local info = type(item.documentation) == 'table' and item.documentation.value or item.documentation
    local word = item.textEdit and item.textEdit.newText or item.insertText or item.label
    table.insert(completions, { word = word, abbr = item.label, menu = item.detail, info = info, dup = 1, equal = 1 })
  end
  local start = items[1].textEdit and items[1].textEdit.range.start.character
  if not start then
    return -3
  end
  local line = vim.api.nvim_get_current_line()
  if client.offset_encoding == 'utf-8' then
    return start
  end
  return vim.str_byteindex(line, start, client.offset_encoding == 'utf-16')
end

-- The first action of a kind at a range, with its edit; nothing where none is offered.
local function action_of(client, buffer, kind, range, timeout)
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    range = range,
    context = { diagnostics = {}, only = { kind } },
  }
  local actions, error = ask_and_wait(client, 'textDocument/codeAction', params, buffer, timeout)
  local action = actions and actions[1]
  if action and not action.edit then
    action, error = ask_and_wait(client, 'codeAction/resolve', action, buffer, timeout)
  end
  return action, error
end

local function apply(kind, buffer, range, timeout)
  local client = M.clients(buffer)[1]
  if not client then
    return false
  end
  local action, error = action_of(client, buffer, kind, range, timeout)
  if error then
    say(tostring(error), vim.log.levels.ERROR)
  end
  if not (action and action.edit) then
    return false
  end
  vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  return true
end

-- All of the lines, in the units that were agreed on.
local function range_of_lines(client, buffer, first, last)
  local line = vim.api.nvim_buf_get_lines(buffer, last - 1, last, false)[1] or ''
  local utf32, utf16 = vim.str_utfindex(line)
  local width = ({ ['utf-8'] = #line, ['utf-16'] = utf16, ['utf-32'] = utf32 })[client.offset_encoding]
  return { start = { line = first - 1, character = 0 }, ['end'] = { line = last - 1, character = width } }
end

-- Makes the message at the cursor, or those on the lines, polite.
function M.polish(first, last)
  local buffer = vim.api.nvim_get_current_buf()
  local client = server(buffer)
  if not client then
    return
  end
  local range
  if first then
    range = range_of_lines(client, buffer, first, last)
  else
    range = vim.lsp.util.make_range_params(0, client.offset_encoding).range
  end
  if not apply('refactor.rewrite.wanyan', buffer, range, 10000) then
    say('这里没有可改的')
  end
end

-- Applies all safe rewrites of a buffer.
function M.fix_all(buffer, timeout)
  buffer = buffer or vim.api.nvim_get_current_buf()
  local client = M.clients(buffer)[1]
  if not client then
    return false
  end
  local range = range_of_lines(client, buffer, 1, vim.api.nvim_buf_line_count(buffer))
  return apply('source.fixAll.wanyan', buffer, range, timeout or 10000)
end

-- The quickfix list takes the findings of all files of the project.
function M.check_workspace()
  local client = server()
  if not client then
    return
  end
  local function show(items, message)
    vim.fn.setqflist({}, ' ', { title = '婉言', items = items })
    if #items > 0 then
      vim.cmd('copen')
    end
    say(message)
  end
  local provider = client.server_capabilities.diagnosticProvider
  if type(provider) ~= 'table' or not provider.workspaceDiagnostics then
    -- The server sends the findings of each file before it answers.
    local params = { command = 'wanyan.checkWorkspace', arguments = {} }
    ask(client, 'workspace/executeCommand', params, 0, function(result)
      local items = {}
      for _, item in ipairs(vim.diagnostic.toqflist(vim.diagnostic.get())) do
        table.insert(items, item)
      end
      show(items, result.message)
    end)
    return
  end
  ask(client, 'workspace/diagnostic', { previousResultIds = {} }, 0, function(result)
    local items, files = {}, 0
    local kinds = { 'E', 'W', 'I', 'N' }
    for _, report in ipairs(result.items) do
      files = files + 1
      local locations, by_place = {}, {}
      for _, found in ipairs(report.items or {}) do
        table.insert(locations, { uri = report.uri, range = found.range })
        by_place[found.range.start.line .. ':' .. found.range.start.character] = found
      end
      for _, item in ipairs(vim.lsp.util.locations_to_items(locations, client.offset_encoding)) do
        local start = item.user_data.range.start
        local found = by_place[start.line .. ':' .. start.character]
        item.text = found.message
        item.type = kinds[found.severity] or 'W'
        item.user_data = nil
        table.insert(items, item)
      end
    end
    show(items, ('共检查 %d 个文件，发现 %d 处'):format(files, #items))
  end)
end

-- The rule of the finding at the cursor, or of the first one on its line.
function M.rule_at_cursor()
  local place = vim.api.nvim_win_get_cursor(0)
  local line, column = place[1] - 1, place[2]
  local first
  for _, found in ipairs(vim.diagnostic.get(0, { lnum = line })) do
    if found.source == 'wanyan' then
      local code = found.code or found.user_data and found.user_data.lsp and found.user_data.lsp.code
      first = first or code
      if found.col <= column and (found.end_lnum > line or column < found.end_col) then
        return code
      end
    end
  end
  return first
end

local function show_rule(command, rule)
  rule = rule ~= '' and rule or M.rule_at_cursor()
  local client = server()
  if not client then
    return
  end
  if not rule then
    return say('光标这一行没有查出的词句；也可以写规则名，如 :WanyanExplain blunt-refusal/cannot-do-it')
  end
  local params = { command = command, arguments = { rule, vim.uri_from_bufnr(0) } }
  ask(client, 'workspace/executeCommand', params, 0, function(result)
    local lines = vim.split(vim.trim(result.markdown), '\n', { plain = true })
    vim.lsp.util.open_floating_preview(lines, 'markdown', { focus_id = 'wanyan', border = 'rounded', max_width = 80 })
  end)
end

-- Shows why a rule is there, in a window over the text.
function M.explain(rule)
  show_rule('wanyan.explainRule', rule)
end

-- Shows a rule as it is written in its lexicon.
function M.show_entry(rule)
  show_rule('wanyan.showLexiconEntry', rule)
end

-- Has the server read its configuration and lexicons again.
function M.reload()
  local client = server()
  if client then
    local params = { command = 'wanyan.reloadLexicon', arguments = {} }
    ask(client, 'workspace/executeCommand', params, 0, function()
      say('已重新读配置和词库')
    end)
  end
end

-- Ends the servers and starts them again for the same buffers.
function M.restart()
  local buffers, clients = {}, M.clients()
  for _, client in ipairs(clients) do
    for _, buffer in ipairs(vim.lsp.get_buffers_by_client_id(client.id)) do
      buffers[buffer] = true
    end
    if has_enable then
      client:stop()
    else
      client.stop()
    end
  end
  if next(buffers) == nil then
    buffers[vim.api.nvim_get_current_buf()] = true
  end
  vim.wait(5000, function()
    return #M.clients() == 0
  end, 50)
  for buffer in pairs(buffers) do
    if vim.api.nvim_buf_is_loaded(buffer) then
      M.start(buffer)
    end
  end
  say('已重新启动')
end

local function on_save(event)
  if options.fix_on_save and M.clients(event.buf)[1] then
    M.fix_all(event.buf, SAVE_TIMEOUT)
  end
end

-- Takes options over the defaults, and starts the server for files of its types.
function M.setup(given)
  options = vim.tbl_deep_extend('force', vim.deepcopy(defaults), given or {})
  local group = vim.api.nvim_create_augroup('wanyan', { clear = true })
  vim.api.nvim_create_autocmd('BufWritePre', { group = group, callback = on_save })
  if not has_enable then
    vim.api.nvim_create_autocmd('FileType', {
      group = group,
      pattern = options.filetypes,
      callback = function(event)
        M.start(event.buf)
      end,
    })
    return
  end
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if options.autocomplete and client and client.name == 'wanyan' then
        vim.lsp.completion.enable(true, client.id, event.buf, { autotrigger = true })
      end
    end,
  })
  vim.lsp.config('wanyan', M.config())
  vim.lsp.enable('wanyan')
end

return M
