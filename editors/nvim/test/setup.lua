require('wanyan').setup({ fix_on_save = true, autocomplete = true })
