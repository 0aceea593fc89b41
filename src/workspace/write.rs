//! Writing files: fixed ones in one step or not at all, and reports.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use super::explain_io;

/// Why a file was not replaced. Its old content stands untouched.
#[derive(Debug)]
pub enum WriteError {
    /// Somebody else changed it since it was read.
    Changed,
    /// It is protected against writing.
    ReadOnly,
    /// The file system refused.
    Io(io::Error),
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Changed => f.write_str("文件在检查期间被别的程序改过，没有动它；请重新运行一次"),
            WriteError::ReadOnly => f.write_str("文件是只读的，没有动它；要修改请先去掉只读属性"),
            WriteError::Io(error) => write!(f, "没能写入：{}", explain_io(error)),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        WriteError::Io(error)
    }
}

/// Puts `new` in the place of the content of `path`, which was `expected` when it was read.
///
/// The new content is written to a file beside the old one, which then takes its name: whoever reads sees the old or
/// the new, never a half. Permissions are kept; of a link, the file that it leads to is replaced.
///
/// # Errors
/// [`WriteError`]; in each case the old content stands.
pub fn replace_file(path: &Path, expected: &[u8], new: &[u8]) -> Result<(), WriteError> {
    let target = fs::canonicalize(path)?;
    let permissions = fs::metadata(&target)?.permissions();
    if permissions.readonly() {
        return Err(WriteError::ReadOnly);
    }
    // A path that leads to a file has a folder before its name.
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut beside = tempfile::Builder::new().prefix(".wanyan-").suffix(".tmp").tempfile_in(folder)?;
    beside.write_all(new)?;
    beside.as_file().set_permissions(permissions)?;
    beside.as_file().sync_data()?;
    // As late as can be, so that the time in which a change would be missed is short.
    if !holds(&target, expected)? {
        return Err(WriteError::Changed);
    }
    beside.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// Whether the file holds exactly these bytes. Reads it in pieces.
fn holds(path: &Path, expected: &[u8]) -> io::Result<bool> {
    let mut file = File::open(path)?;
    if file.metadata()?.len() != expected.len() as u64 {
        return Ok(false);
    }
    let mut rest = expected;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = match file.read(&mut piece) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if read == 0 {
            return Ok(rest.is_empty());
        }
        match rest.strip_prefix(&piece[..read]) {
            Some(after) => rest = after,
            None => return Ok(false),
        }
    }
}

/// Creates the file that a report goes to, or empties it.
///
/// # Errors
/// Those of the file system.
pub fn create_output(path: &Path) -> io::Result<BufWriter<File>> {
    File::create(path).map(BufWriter::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names in a folder; nothing may be left behind.
    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_in_one_step() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("草稿.txt");
        fs::write(&path, "不行").unwrap();
        replace_file(&path, "不行".as_bytes(), "抱歉".as_bytes()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "抱歉");
        assert_eq!(names(folder.path()), ["草稿.txt"]);
    }

    #[test]
    fn leaves_a_changed_file_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        for now in ["不能", "不行了", "不", ""] {
            fs::write(&path, now).unwrap();
            let error = replace_file(&path, "不行".as_bytes(), "抱歉".as_bytes()).unwrap_err();
            assert!(matches!(error, WriteError::Changed));
            assert!(error.to_string().contains("被别的程序改过"));
            assert_eq!(fs::read_to_string(&path).unwrap(), now);
        }
        assert_eq!(names(folder.path()), ["a.txt"]);
        fs::remove_file(&path).unwrap();
        let error = replace_file(&path, b"", b"x").unwrap_err();
        assert!(error.to_string().contains("找不到"), "{error}");
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn keeps_permissions_follows_links_and_obeys_read_only() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let link = folder.path().join("link.txt");
        fs::write(&path, "不行").unwrap();
        symlink("a.txt", &link).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        replace_file(&link, "不行".as_bytes(), "抱歉".as_bytes()).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "抱歉");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        assert!(matches!(replace_file(&path, "抱歉".as_bytes(), b"x"), Err(WriteError::ReadOnly)));
        assert_eq!(names(folder.path()), ["a.txt", "link.txt"]);
    }

    #[test]
    fn compares_beyond_one_piece() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        let mut big = vec![b'x'; 200_000];
        fs::write(&path, &big).unwrap();
        assert!(holds(&path, &big).unwrap());
        big[199_999] = b'y';
        assert!(!holds(&path, &big).unwrap());
    }
}
