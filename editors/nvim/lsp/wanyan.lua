-- Neovim 0.11 and newer: `vim.lsp.enable('wanyan')` reads this file. Older ones: require('wanyan').setup().
return require('wanyan').config()
