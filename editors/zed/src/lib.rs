//! Starts `wanyan lsp` in Zed. The program is the one of the setting `lsp.wanyan.binary`, or the one on the PATH.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, serde_json, Command, LanguageServerId, Result, Worktree};

struct Wanyan;

impl zed::Extension for Wanyan {
    fn new() -> Self {
        Wanyan
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let binary = LspSettings::for_worktree("wanyan", worktree).ok().and_then(|settings| settings.binary);
        let (path, arguments) = binary.map_or((None, None), |binary| (binary.path, binary.arguments));
        let command = path
            .or_else(|| worktree.which("wanyan"))
            .ok_or("找不到命令 wanyan：请先安装，或者在设置 lsp.wanyan.binary.path 里写明位置")?;
        let args = arguments.unwrap_or_else(|| vec!["lsp".to_owned()]);
        Ok(Command { command, args, env: worktree.shell_env() })
    }

    fn language_server_workspace_configuration(
        &mut self,
        _: &LanguageServerId,
        worktree: &Worktree,
    ) -> Result<Option<serde_json::Value>> {
        let settings = LspSettings::for_worktree("wanyan", worktree).ok().and_then(|settings| settings.settings);
        Ok(Some(serde_json::json!({ "wanyan": settings.unwrap_or_default() })))
    }
}

zed::register_extension!(Wanyan);
