//! Finding and reading the configuration file and the lexicons that it names.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::project::{Fault, Faults};
use super::{decode, explain_io};
use crate::builtin;
use crate::config::{FILE_NAMES, Options};
use crate::lexicon::error::{LexiconError, LexiconErrors};
use crate::lexicon::{Docs, Lexicon, Origin, SourceFile, compile};

/// Reads the configuration file at `path`. Paths of lexicons in it come back relative to its folder.
///
/// # Errors
/// Where the file cannot be read, or used.
pub fn read_options(path: &Path) -> Result<Options, Fault> {
    let text = fs::read_to_string(path).map_err(|error| unreadable("没能读取配置文件", path, &error))?;
    let mut options = Options::parse(&text).map_err(|error| Fault::new(path, error.line, error.message))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    for lexicon in &mut options.lexicon {
        *lexicon = folder.join(&*lexicon).to_string_lossy().into_owned();
    }
    Ok(options)
}

/// Some of the files of a project.
#[derive(Clone, Debug, Default)]
pub struct FileSet(Option<Gitignore>);

impl FileSet {
    /// Those that `patterns` name, in the manner of `.gitignore`, from the folder of the configuration file `config` on.
    /// `key` names them in errors.
    ///
    /// # Errors
    /// Naming the pattern that cannot be read.
    pub fn new(patterns: &[String], key: &str, config: &Path) -> Result<FileSet, Fault> {
        if patterns.is_empty() {
            return Ok(FileSet(None));
        }
        let folder = match config.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let mut builder = GitignoreBuilder::new(folder);
        for pattern in patterns {
            // The builder takes what is no pattern for a name.
            let bare = pattern.trim_start_matches('!').trim_matches('/');
            globset::Glob::new(bare).map_err(|error| broken_pattern(config, key, pattern, error.kind()))?;
            let broken = |error| Fault::new(config, None, format!("{key} 里的 {pattern} 写法有误：{error}"));
            builder.add_line(None, pattern).map_err(broken)?;
        }
        let built = builder.build().map_err(|error| Fault::new(config, None, format!("{key} 写法有误：{error}")))?;
        Ok(FileSet(Some(built)))
    }

    /// Whether the file of that name is one of them.
    #[must_use]
    pub fn hold(&self, name: &Path) -> bool {
        let Some(patterns) = &self.0 else { return false };
        let absolute = fs::canonicalize(name).or_else(|_| std::path::absolute(name));
        absolute.is_ok_and(|path| {
            path.starts_with(patterns.path()) && patterns.matched_path_or_any_parents(&path, false).is_ignore()
        })
    }
}

fn broken_pattern(config: &Path, key: &str, pattern: &str, kind: &globset::ErrorKind) -> Fault {
    let what = match kind {
        globset::ErrorKind::UnclosedClass => "方括号没有配对".to_owned(),
        globset::ErrorKind::UnopenedAlternates | globset::ErrorKind::UnclosedAlternates => "花括号没有配对".to_owned(),
        other => other.to_string(),
    };
    let line = fs::read_to_string(config)
        .ok()
        .and_then(|text| text.lines().position(|line| line.contains(pattern)).map(|index| index + 1));
    Fault::new(config, line, format!("{key} 里的 {pattern} 写法有误：{what}"))
}

/// The configuration file in `folder` or the nearest folder above it.
#[must_use]
pub fn find_options(folder: &Path) -> Option<PathBuf> {
    // A folder that is not there yet, such as that of a new file, lies in one that is.
    let absolute = folder.ancestors().find_map(|folder| fs::canonicalize(folder).ok())?;
    absolute
        .ancestors()
        .flat_map(|folder| FILE_NAMES.map(|name| folder.join(name)))
        .find(|file| file.is_file())
}

/// The path of `file` from the root, links followed where the file is there.
#[must_use]
pub fn absolute(file: &Path) -> PathBuf {
    fs::canonicalize(file).or_else(|_| std::path::absolute(file)).unwrap_or_else(|_| file.to_owned())
}

/// As [`read_text`]; nothing where there is no such file.
///
/// # Errors
/// In Chinese, why it cannot be read.
pub fn read_if_there(file: &Path) -> Result<Option<String>, String> {
    if file.exists() { read_text(file).map(Some) } else { Ok(None) }
}

/// When the file was changed last; nothing where it is not there.
#[must_use]
pub fn modified(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).and_then(|metadata| metadata.modified()).ok()
}

/// Reads a text file as it is.
///
/// # Errors
/// In Chinese, why it cannot be read.
pub fn read_text(file: &Path) -> Result<String, String> {
    let bytes = fs::read(file).map_err(|error| explain(&error))?;
    let decoded = decode::decode(&bytes).map_err(|error| error.to_string())?;
    Ok(decoded.text.into_owned())
}

/// The built-in lexicon with `overlays` laid over it in their order, and its documentation.
///
/// # Errors
/// Everything that is wrong, with file, line and entry.
pub fn load_documented(overlays: &[PathBuf]) -> Result<(Lexicon, Docs), Faults> {
    if overlays.is_empty() {
        return Ok((builtin::lexicon(), builtin::docs()));
    }
    compile_with(overlays)
}

/// The phrases of the built-in lexicon with `overlays` laid over it, spelled out.
///
/// # Errors
/// As [`load_documented`].
pub fn spell_out(overlays: &[PathBuf]) -> Result<Vec<String>, Faults> {
    compile::spell_out(&with_builtin(overlays)?).map_err(|errors| faults(&errors))
}

fn compile_with(overlays: &[PathBuf]) -> Result<(Lexicon, Docs), Faults> {
    compile::compile(&with_builtin(overlays)?).map_err(|errors| faults(&errors))
}

/// The files of the built-in lexicon, then the overlays.
fn with_builtin(overlays: &[PathBuf]) -> Result<Vec<SourceFile>, Faults> {
    let mut files = builtin::files();
    for path in overlays {
        let file = read_lexicon(path)?;
        // Whoever works on the built-in lexicon gives its files by their own path: they stand for themselves.
        let own = Path::new(&file.name);
        match files.iter_mut().find(|known| known.origin == Origin::BuiltIn && own.ends_with(&known.name)) {
            Some(known) => *known = SourceFile { origin: Origin::BuiltIn, ..file },
            None => files.push(file),
        }
    }
    Ok(files)
}

fn faults(errors: &LexiconErrors) -> Faults {
    Faults(errors.0.iter().map(fault).collect())
}

fn fault(error: &LexiconError) -> Fault {
    let entry = error.entry.as_ref().map(|entry| format!("{entry}：")).unwrap_or_default();
    let help = error.help.as_ref().map(|help| format!("\n怎么办：{help}")).unwrap_or_default();
    Fault {
        file: PathBuf::from(&error.file),
        about: None,
        line: error.line,
        message: format!("{entry}{}{help}", error.message),
        shown: error.to_string(),
    }
}

/// That `path`, something that the user named, cannot be read.
fn unreadable(what: &str, path: &Path, error: &io::Error) -> Fault {
    let message = format!("{what}：{}", explain(error));
    let shown = format!("{what} {}：{}", path.display(), explain(error));
    Fault { file: path.to_owned(), about: None, line: None, message, shown }
}

fn read_lexicon(path: &Path) -> Result<SourceFile, Fault> {
    let name = path.to_string_lossy().into_owned();
    let text = fs::read_to_string(path).map_err(|error| unreadable("没能读取词库", path, &error))?;
    Ok(SourceFile { name, text, origin: Origin::Overlay })
}

fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidData => "文件不是 UTF-8 编码，请另存为 UTF-8".to_owned(),
        _ => explain_io(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_drafts() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "您好").unwrap();
            path
        };
        let config = file("wanyan.toml");
        let drafts =
            FileSet::new(&["待发/".to_owned(), "*.draft.txt".to_owned(), "!b.draft.txt".to_owned()], "drafts", &config)
                .unwrap();
        assert!(drafts.hold(&file("待发/a.txt")) && drafts.hold(&file("c/a.draft.txt")));
        assert!(!drafts.hold(&file("a.txt")) && !drafts.hold(&file("b.draft.txt")));
        assert!(!drafts.hold(Path::new("/elsewhere/a.draft.txt")) && !drafts.hold(Path::new("stdin")));
        assert!(FileSet::new(&["a{b".to_owned()], "drafts", &config).unwrap_err().message.contains("a{b"));
        assert!(!FileSet::new(&[], "drafts", &config).unwrap().hold(&config));
    }
}
