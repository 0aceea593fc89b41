-- The commands; nothing is loaded before one is used.
if vim.g.loaded_wanyan then
  return
end
vim.g.loaded_wanyan = true

local function command(name, description, run, more)
  local attributes = vim.tbl_extend('force', { desc = description }, more or {})
  vim.api.nvim_create_user_command(name, function(given)
    run(require('wanyan'), given)
  end, attributes)
end

command('WanyanPolish', '把光标所在的消息，或选中的每条消息，改得委婉', function(wanyan, given)
  if given.range > 0 then
    wanyan.polish(given.line1, given.line2)
  else
    wanyan.polish()
  end
end, { range = true })
command('WanyanFixAll', '修改全部可自动修改的地方', function(wanyan)
  if not wanyan.fix_all() then
    vim.notify('婉言：没有可自动修改的')
  end
end)
command('WanyanCheckWorkspace', '检查整个文件夹，结果放进 quickfix', function(wanyan)
  wanyan.check_workspace()
end)
command('WanyanExplain', '说明光标处的规则，或写明的规则', function(wanyan, given)
  wanyan.explain(given.args)
end, { nargs = '?' })
command('WanyanLexicon', '规则在词库里的原文', function(wanyan, given)
  wanyan.show_entry(given.args)
end, { nargs = '?' })
command('WanyanReload', '重新读配置和词库', function(wanyan)
  wanyan.reload()
end)
command('WanyanRestart', '重新启动语言服务器', function(wanyan)
  wanyan.restart()
end)
