-- :checkhealth wanyan
local M = {}

local health = vim.health or require('health')
local start = health.start or health.report_start
local ok = health.ok or health.report_ok
local warn = health.warn or health.report_warn
local error = health.error or health.report_error
local info = health.info or health.report_info

function M.check()
  local wanyan = require('wanyan')
  local options = wanyan.options()
  start('婉言')
  if vim.fn.has('nvim-0.7') == 0 then
    error('需要 Neovim 0.7 或更新的版本')
    return
  end
  local version = vim.version()
  ok(('Neovim %d.%d.%d'):format(version.major, version.minor, version.patch))

  local program = options.cmd[1]
  if vim.fn.executable(program) == 0 then
    error('找不到命令 ' .. program, {
      '安装：cargo install --path .（在婉言的源码文件夹里）',
      '或者在 setup 里写明位置：cmd = { "/路径/wanyan", "lsp" }',
    })
  else
    local answer = vim.trim(vim.fn.system({ program, '--version' }))
    if vim.v.shell_error == 0 then
      ok(answer .. '（' .. vim.fn.exepath(program) .. '）')
    else
      error(program .. ' --version 没有正常结束', { answer })
    end
  end

  info('文件类型：' .. table.concat(options.filetypes, '、'))
  local clients = wanyan.clients()
  if #clients == 0 then
    warn('语言服务器没有在运行', { '打开一个 .txt、.md 或 .jsonl 文件再看；确认写了 require("wanyan").setup()' })
  end
  for _, client in ipairs(clients) do
    local buffers = vim.lsp.get_buffers_by_client_id(client.id)
    local root = client.config.root_dir or client.root_dir or '无'
    ok(('在运行：%d 个文件，文件夹 %s，位置编码 %s'):format(#buffers, root, client.offset_encoding))
  end
end

return M
