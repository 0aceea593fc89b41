//! Finding the files of a run: what the user names is taken as it is, folders are walked.
//!
//! In folders only files with a known extension are taken, `.gitignore` and `.ignore` files are respected (also outside
//! a git repository) and hidden files are left out. Links to files are followed; links to folders are not, so that a walk
//! always ends. The order is that of the arguments, and by path inside each folder.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::{DirEntry, WalkBuilder};

use super::explain_io;
use crate::config::FILE_NAMES;
use crate::document::Format;

/// Whether hidden files are taken from folders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HiddenFiles {
    /// They are left out.
    #[default]
    Skip,
    /// They are taken (what is inside `.git` is not).
    Take,
}

/// Whether `.gitignore` and `.ignore` files count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IgnoreFiles {
    /// They do.
    #[default]
    Respect,
    /// All files are taken.
    Disregard,
}

/// How folders are walked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Walk<'a> {
    /// Hidden files.
    pub hidden: HiddenFiles,
    /// Ignore files.
    pub ignore: IgnoreFiles,
    /// A file that is never taken from a folder: the one that the report goes to.
    pub except: Option<&'a Path>,
}

/// Something that could not be looked into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathProblem {
    /// The file or folder.
    pub path: PathBuf,
    /// What is wrong, in Chinese.
    pub message: String,
}

/// The files of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Discovery {
    /// The files, each once.
    pub files: Vec<PathBuf>,
    /// What could not be looked into; the rest goes on.
    pub problems: Vec<PathProblem>,
}

impl Discovery {
    fn problem(&mut self, path: &Path, message: String) {
        self.problems.push(PathProblem { path: path.to_owned(), message });
    }
}

/// Finds the files that `paths` name.
#[must_use]
pub fn discover(paths: &[PathBuf], walk: &Walk<'_>) -> Discovery {
    let mut found = Discovery::default();
    let except = walk.except.and_then(|path| fs::canonicalize(path).ok());
    for path in paths {
        match fs::metadata(path) {
            Err(error) => found.problem(path, explain_io(&error)),
            Ok(metadata) if metadata.is_dir() => walk_folder(path, walk, except.as_deref(), &mut found),
            Ok(_) => found.files.push(path.clone()),
        }
    }
    let mut seen = HashSet::with_capacity(found.files.len());
    found.files.retain(|path| seen.insert(without_dot(path).to_owned()));
    found
}

fn walk_folder(folder: &Path, walk: &Walk<'_>, except: Option<&Path>, found: &mut Discovery) {
    let respect = walk.ignore == IgnoreFiles::Respect;
    let walker = WalkBuilder::new(folder)
        .hidden(walk.hidden == HiddenFiles::Skip)
        .ignore(respect)
        .git_ignore(respect)
        .git_global(respect)
        .git_exclude(respect)
        .parents(respect)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .sort_by_file_name(OsStr::cmp)
        .build();
    for entry in walker {
        match entry {
            Ok(entry) => take_entry(&entry, except, found),
            Err(error) => {
                let (path, message) = explain_walk(&error, folder);
                found.problem(&path, message);
            }
        }
    }
}

fn take_entry(entry: &DirEntry, except: Option<&Path>, found: &mut Discovery) {
    let path = without_dot(entry.path());
    let Some(kind) = entry.file_type() else { return };
    if kind.is_dir() || !has_known_extension(path) {
        return;
    }
    if kind.is_symlink() {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() => {}
            Ok(_) => return,
            Err(error) => return found.problem(path, explain_io(&error)),
        }
    } else if !kind.is_file() {
        return;
    }
    // Only a file of the same name can be the excepted one; asking for the real path of each would be slow.
    if let Some(except) = except
        && path.file_name() == except.file_name()
        && fs::canonicalize(path).is_ok_and(|real| real == except)
    {
        return;
    }
    found.files.push(path.to_owned());
}

/// `a.txt` for `./a.txt`: the user who names no folder does not want to read the dot.
fn without_dot(path: &Path) -> &Path {
    match path.strip_prefix(".") {
        Ok(rest) if !rest.as_os_str().is_empty() => rest,
        _ => path,
    }
}

/// Whether a file of a folder may hold messages, by its name. Configuration files are no drafts, and `~$话术.xlsx` only says
/// that Excel has the workbook open.
fn has_known_extension(path: &Path) -> bool {
    let is_own = |name: &OsStr| FILE_NAMES.iter().any(|own| name == *own) || name.as_encoded_bytes().starts_with(b"~$");
    Format::from_path(path).is_some() && !path.file_name().is_some_and(is_own)
}

/// The path that an error of the walk is about, and what it means.
fn explain_walk(error: &ignore::Error, folder: &Path) -> (PathBuf, String) {
    let mut path = folder.to_owned();
    let mut inner = error;
    loop {
        match inner {
            ignore::Error::WithPath { path: of, err } => {
                path.clone_from(of);
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
            ignore::Error::Loop { child, .. } => return (child.clone(), "符号链接绕成了圈，没有尽头".to_owned()),
            ignore::Error::Io(error) => return (path, explain_io(error)),
            ignore::Error::Glob { glob, err } => {
                let glob = glob.as_deref().unwrap_or_default();
                return (path, format!("忽略规则“{glob}”写错了：{err}"));
            }
            other => return (path, format!("读取文件夹时出错（{other}）")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn with(files: &[(&str, &str)]) -> Self {
            let folder = Folder(tempfile::tempdir().unwrap());
            for (name, text) in files {
                let path = folder.path(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            folder
        }

        fn path(&self, name: &str) -> PathBuf {
            if name.is_empty() { self.0.path().to_owned() } else { self.0.path().join(name) }
        }

        /// The names that are found, relative to the folder.
        fn discover(&self, names: &[&str], walk: &Walk<'_>) -> (Vec<String>, Vec<PathProblem>) {
            let paths: Vec<PathBuf> = names.iter().map(|name| self.path(name)).collect();
            let found = discover(&paths, walk);
            let relative =
                |path: &PathBuf| path.strip_prefix(self.0.path()).unwrap().to_str().unwrap().replace('\\', "/");
            (found.files.iter().map(relative).collect(), found.problems)
        }
    }

    #[test]
    fn folders_give_known_files_in_order() {
        let folder = Folder::with(&[
            ("b.txt", ""),
            ("a.md", ""),
            ("图.png", ""),
            ("草稿/二.TXT", ""),
            ("草稿/.藏.txt", ""),
            ("out/x.txt", ""),
            ("c.jsonl", ""),
            (".gitignore", "out/\n*.jsonl\n"),
            (".git/info.txt", ""),
        ]);
        let walk = Walk::default();
        assert_eq!(folder.discover(&[""], &walk).0, ["a.md", "b.txt", "草稿/二.TXT"]);
        let everything = Walk { hidden: HiddenFiles::Take, ignore: IgnoreFiles::Disregard, except: None };
        assert_eq!(
            folder.discover(&[""], &everything).0,
            ["a.md", "b.txt", "c.jsonl", "out/x.txt", "草稿/.藏.txt", "草稿/二.TXT"]
        );
        let report = folder.path("b.txt");
        let except = Walk { except: Some(&report), ..Walk::default() };
        assert_eq!(folder.discover(&[""], &except).0, ["a.md", "草稿/二.TXT"]);
        // Named files are taken whatever they are, in the order of the arguments, each once.
        assert_eq!(
            folder.discover(&["图.png", "out/x.txt", "草稿", "b.txt", "b.txt", "草稿/二.TXT"], &walk).0,
            ["图.png", "out/x.txt", "草稿/二.TXT", "b.txt"]
        );
    }

    #[test]
    fn a_missing_path_is_a_problem_and_the_others_go_on() {
        let folder = Folder::with(&[("a.txt", "")]);
        let (files, problems) = folder.discover(&["没有.txt", "a.txt"], &Walk::default());
        assert_eq!(files, ["a.txt"]);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].path, folder.path("没有.txt"));
        assert!(problems[0].message.contains("找不到"), "{problems:?}");
    }

    #[cfg(unix)]
    #[test]
    fn links() {
        use std::os::unix::fs::symlink;
        let folder = Folder::with(&[("a.txt", ""), ("sub/b.txt", "")]);
        symlink(folder.path("a.txt"), folder.path("link.txt")).unwrap();
        symlink(folder.path(""), folder.path("sub/up")).unwrap();
        symlink("y.txt", folder.path("x.txt")).unwrap();
        symlink("x.txt", folder.path("y.txt")).unwrap();
        let (files, problems) = folder.discover(&[""], &Walk::default());
        assert_eq!(files, ["a.txt", "link.txt", "sub/b.txt"]);
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, ["符号链接绕成了圈，没有尽头"; 2]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_may_not_be_read_is_a_problem() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::with(&[("a.txt", ""), ("no/b.txt", "")]);
        fs::set_permissions(folder.path("no"), fs::Permissions::from_mode(0o000)).unwrap();
        // The administrator may read it all the same; then there is nothing to see.
        let readable = fs::read_dir(folder.path("no")).is_ok();
        let (files, problems) = folder.discover(&[""], &Walk::default());
        fs::set_permissions(folder.path("no"), fs::Permissions::from_mode(0o755)).unwrap();
        if readable {
            assert_eq!(files.len(), 2);
        } else {
            assert_eq!(files, ["a.txt"]);
            assert!(problems[0].message.contains("权限"), "{problems:?}");
        }
    }
}
