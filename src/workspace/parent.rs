//! Whether the process that asked for this one is still there.

/// A process that is waited for.
#[derive(Debug)]
pub struct Parent {
    id: u32,
    /// When it was started, by the system's clock, so that another process that got its number is not taken for it.
    started: Option<String>,
}

impl Parent {
    /// The process of that number.
    #[must_use]
    pub fn new(id: u32) -> Parent {
        Parent { id, started: stat(id).map(|(_, started)| started) }
    }

    /// Whether it is still there. Where that cannot be found out, it is taken to be: the pipe will close.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        match (&self.started, stat(self.id)) {
            // One that has ended but was not waited for by its own parent is no more.
            (Some(started), Some((state, now))) => !matches!(state, 'Z' | 'X') && *started == now,
            (Some(_), None) => false,
            (None, _) => exists(self.id),
        }
    }
}

/// The state of a process and when it was started, where the system shows it as Linux does.
fn stat(id: u32) -> Option<(char, String)> {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name, in parentheses, may hold anything.
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, fields.nth(18)?.to_owned()))
}

#[cfg(all(unix, feature = "lsp"))]
fn exists(id: u32) -> bool {
    use rustix::process::{Pid, test_kill_process};
    let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) else { return false };
    // Not being allowed to ask is a sign of life.
    test_kill_process(pid) != Err(rustix::io::Errno::SRCH)
}

#[cfg(not(all(unix, feature = "lsp")))]
fn exists(_: u32) -> bool {
    true
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn tells_when_a_process_is_gone() {
        assert!(Parent::new(std::process::id()).is_alive());
        let mut child = Command::new("sleep").arg("30").spawn().unwrap();
        let parent = Parent::new(child.id());
        assert!(parent.is_alive());
        child.kill().unwrap();
        // Not waited for: a zombie at most.
        for _ in 0..100 {
            if !parent.is_alive() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        assert!(!cfg!(target_os = "linux") || !parent.is_alive());
        child.wait().unwrap();
        assert!(!parent.is_alive());
        assert!(!Parent::new(u32::MAX).is_alive() || cfg!(not(unix)));
    }
}
