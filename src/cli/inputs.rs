//! From the paths of the arguments to the inputs of a run.

use std::path::{Path, PathBuf};

use super::args::SelectionArgs;
use super::engine::Input;
use crate::workspace::{HiddenFiles, IgnoreFiles, PathProblem, Walk, discover};

/// The inputs of a run, and the paths that give none.
pub struct Inputs {
    pub inputs: Vec<Input>,
    pub problems: Vec<PathProblem>,
}

/// Finds the inputs; `except` is the file that the report goes to.
pub fn find(args: &SelectionArgs, except: Option<&Path>) -> Inputs {
    let walk = Walk {
        hidden: if args.hidden { HiddenFiles::Take } else { HiddenFiles::Skip },
        ignore: if args.no_ignore { IgnoreFiles::Disregard } else { IgnoreFiles::Respect },
        except,
    };
    let here = [PathBuf::from(".")];
    let paths: &[PathBuf] = if args.paths.is_empty() { &here } else { &args.paths };
    let mut found = Inputs { inputs: Vec::new(), problems: Vec::new() };
    // Standard input keeps its place among the paths, and is read once.
    for (at, run) in paths.split(|path| path.as_os_str() == "-").enumerate() {
        if at == 1 {
            found.inputs.push(Input::Stdin { name: args.stdin_filename.clone() });
        }
        let discovery = discover(run, &walk);
        found.inputs.extend(discovery.files.into_iter().map(Input::File));
        found.problems.extend(discovery.problems);
    }
    found
}
