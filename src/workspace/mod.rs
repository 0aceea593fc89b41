//! Layer 4: files. The only place that touches the file system: finds the files of a run, writes fixed ones back,
//! and shows how far it got. Must not know how arguments are spelt, nor what the findings look like.

mod apply;
mod by_file;
mod check;
mod config;
pub mod decode;
mod diff;
mod discover;
mod entry;
mod fix;
mod parallel;
mod parent;
mod progress;
mod project;
mod review;
mod sound;
mod source;
mod write;

pub use apply::{Accepted, Outcome, Sheet, apply, read_sheet};
pub use by_file::{ByFile, FileRules, Membership};
pub use check::{Buffers, Event, Found, SNIFFED, Settings, show_what_cannot_be_written};
pub use config::{
    absolute, find_options, load_documented, modified, read_if_there, read_options, read_text, spell_out,
};
pub use diff::{DiffStyle, write_diff};
pub use discover::{Discovery, HiddenFiles, IgnoreFiles, PathProblem, Walk, discover};
pub use entry::written_entry;
pub use fix::{Mended, mend, mend_within};
pub use parallel::in_order;
pub use parent::Parent;
pub use progress::Progress;
pub use project::{Fault, Faults, Project};
pub use review::review;
pub use source::{SourceFile, Unreadable, is_own, read_whole};
pub use write::{WriteError, create_output, replace_file};

use std::io;

/// What an error of the file system means, in Chinese, with what to do where that is known.
#[must_use]
pub fn explain_io(error: &io::Error) -> String {
    use io::ErrorKind;
    let known = match error.kind() {
        ErrorKind::NotFound => "找不到这个文件或文件夹，请检查路径是否写对",
        ErrorKind::PermissionDenied => "没有访问权限，请检查文件或文件夹的权限",
        ErrorKind::IsADirectory => "这是一个文件夹，不是文件",
        ErrorKind::NotADirectory => "路径中间有一段不是文件夹",
        ErrorKind::AlreadyExists => "已经存在同名的文件",
        ErrorKind::StorageFull => "磁盘空间不足",
        ErrorKind::QuotaExceeded => "磁盘配额已用完",
        ErrorKind::ReadOnlyFilesystem => "所在的磁盘是只读的",
        ErrorKind::FileTooLarge => "文件太大",
        ErrorKind::InvalidFilename => "文件名不合法或太长",
        ErrorKind::UnexpectedEof => "文件不完整，读到一半就没有了",
        ErrorKind::Interrupted => "读写被打断，请再试一次",
        _ => "",
    };
    if !known.is_empty() {
        return known.to_owned();
    }
    // The kind of a loop of links has no stable name yet; 40 is ELOOP on Linux, 62 on macOS and the BSDs.
    let many_links = if cfg!(target_os = "linux") { 40 } else { 62 };
    if cfg!(unix) && error.raw_os_error() == Some(many_links) {
        return "符号链接绕成了圈，没有尽头".to_owned();
    }
    format!("读写出错（{error}）")
}
