//! The layers of the library: no arrow points up, and what lies below the program knows no files, terminals or clocks.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The layers, from the bottom. A module may use those below it and those beside it.
const LAYERS: [&[&str]; 7] = [
    &["text"],
    &["normalize", "document", "diagnostic"],
    &["lexicon", "config", "builtin"],
    &["lint", "completion"],
    &["report", "workspace"],
    // A front of its own, which the program starts.
    &["lsp"],
    &["cli"],
];

/// Modules of one layer that never use each other.
const STRANGERS: [&[&str]; 3] =
    [&["normalize", "document", "diagnostic"], &["lint", "completion"], &["report", "workspace"]];

/// What strangers may use of each other all the same: who, whom, and which of its things.
const EXCEPTIONS: [(&str, &str, &str); 5] = [
    // An entry is read from its file in the form in which it is shown.
    ("workspace", "report", "explain"),
    // Where a finding stands in its file is counted while the file is read, and shown as it was counted.
    ("workspace", "report", "Place"),
    // What a row of a review sheet holds, and the headings by which it is known again.
    ("workspace", "report", "Field"),
    ("workspace", "report", "review_sheet"),
    ("workspace", "report", "Reviewed"),
];

/// How many layers, from the bottom, know nothing of the world.
const PURE_LAYERS: usize = 4;

/// What they must not name.
const WORLD: [&str; 10] = [
    "std::fs",
    "std::env",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::io::Stdin",
    "std::io::Stdout",
    "std::io::Stderr",
    "std::time",
    "std::process",
];

/// The same by the shorter ways.
const WORLD_SHORT: [&str; 7] = ["io::stdin", "io::stdout", "io::stderr", "println!", "print!", "dbg!", "SystemTime"];

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// What is wrong with a use of `path` (its parts behind `crate`) in `module`.
fn wrong(module: &str, path: &str) -> Option<String> {
    let mut parts = path.split("::");
    let used = parts.next().unwrap_or_default();
    let thing = parts.next().unwrap_or_default();
    if used == module {
        return None;
    }
    let Some((own, other)) = layer(module).zip(layer(used)) else {
        return Some(format!("{module} uses {path}, which has no layer: add it to the table"));
    };
    if EXCEPTIONS.contains(&(module, used, thing)) {
        return None;
    }
    if other > own {
        return Some(format!("{module} uses {path}, which lies above it"));
    }
    let strangers = STRANGERS.iter().any(|strangers| strangers.contains(&module) && strangers.contains(&used));
    strangers.then(|| format!("{module} uses {path}, which it must not know"))
}

/// All sources with the names of their modules; files that only tests are made of are left out.
fn sources() -> Vec<(PathBuf, Vec<String>, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let mut tests_only = BTreeSet::new();
    let mut sources = Vec::new();
    for file in files {
        let (code, modules_of_tests) = without_tests(&fs::read_to_string(&file).unwrap());
        let mut path: Vec<String> = file
            .strip_prefix(&root)
            .unwrap()
            .with_extension("")
            .iter()
            .map(|part| part.to_str().unwrap().to_owned())
            .collect();
        path.pop_if(|last| last == "mod");
        for module in modules_of_tests {
            tests_only.insert([path.clone(), vec![module]].concat());
        }
        sources.push((file, path, code));
    }
    sources.retain(|(_, path, _)| !tests_only.contains(path) && path != &["lib"] && path != &["main"]);
    sources
}

/// The code without comments and without what is only for tests, and the names of files that are only for tests.
fn without_tests(text: &str) -> (String, Vec<String>) {
    let (mut code, mut modules) = (String::new(), Vec::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = &line[..line.len() - line.trim_start().len()];
        if line.trim_start().starts_with("//") {
            continue;
        }
        if line.trim() != "#[cfg(test)]" {
            code.push_str(line);
            code.push('\n');
            continue;
        }
        let item = lines.next().unwrap_or_default();
        if let Some(module) = item.trim().strip_suffix(';').and_then(|item| item.rsplit_once("mod ")) {
            modules.push(module.1.to_owned());
        }
        if !item.ends_with(';') && !item.ends_with('}') {
            let end = format!("{indent}}}");
            lines.by_ref().take_while(|line| *line != end).for_each(drop);
        }
    }
    (code, modules)
}

/// The paths in `code` that begin with `root::`, with groups in braces spelled out.
fn paths(code: &str, root: &str) -> Vec<String> {
    let start = format!("{root}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            expand(&code[at + start.len()..], "", &mut found);
        }
    }
    found
}

/// Adds the paths that the text begins with, each after `prefix`, and says how much of it they are.
fn expand(text: &str, prefix: &str, found: &mut Vec<String>) -> usize {
    let name = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..name]);
    if text[name..].starts_with("::") {
        return name + 2 + expand(&text[name + 2..], &format!("{path}::"), found);
    }
    if name > 0 || !text.starts_with('{') {
        found.push(path);
        return name;
    }
    let mut at = 1;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '}' => return at + 1,
            '{' | '_' => at += expand(&text[at..], prefix, found).max(1),
            c if c.is_alphanumeric() => at += expand(&text[at..], prefix, found),
            c => at += c.len_utf8(),
        }
    }
    at
}

/// The paths from the root of the crate that a file `depth` modules deep names.
fn crate_paths(code: &str, depth: usize) -> Vec<String> {
    let mut found = paths(code, "crate");
    found.extend(paths(code, &vec!["super"; depth].join("::")));
    found.retain(|path| !path.starts_with("super"));
    found
}

#[test]
fn no_arrow_points_up() {
    let mut arrows: BTreeMap<String, usize> = BTreeMap::new();
    let mut errors = Vec::new();
    for (file, path, code) in sources() {
        let module = &path[0];
        assert!(layer(module).is_some(), "{module} has no layer: add it to the table");
        for used in crate_paths(&code, path.len()) {
            *arrows.entry(module.clone()).or_default() += 1;
            errors.extend(wrong(module, &used).map(|error| format!("{}: {error}", file.display())));
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    // Whoever reads nothing finds nothing wrong.
    for module in [
        "normalize",
        "document",
        "diagnostic",
        "lexicon",
        "config",
        "builtin",
        "lint",
        "report",
        "workspace",
        "lsp",
        "cli",
    ] {
        assert!(arrows.contains_key(module), "no use of another module was found in {module}");
    }
}

#[test]
fn what_lies_below_the_program_knows_nothing_of_the_world() {
    let mut seen = 0;
    let mut errors = Vec::new();
    for (file, path, code) in sources() {
        if layer(&path[0]).is_some_and(|layer| layer < PURE_LAYERS) {
            seen += 1;
            errors.extend(worldly(&code).into_iter().map(|name| format!("{}: names {name}", file.display())));
        }
    }
    assert!(seen > 20, "only {seen} files were read");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

fn worldly(code: &str) -> Vec<String> {
    let named = paths(code, "std").into_iter().map(|path| format!("std::{path}"));
    let mut found: Vec<String> = named
        .filter(|path| WORLD.iter().any(|name| path == name || path.starts_with(&format!("{name}::"))))
        .collect();
    found.extend(WORLD_SHORT.iter().filter(|name| code.contains(**name)).map(|name| (*name).to_owned()));
    found
}

#[test]
fn the_table_says_what_it_should() {
    let cases = [
        ("lint", "lexicon::Lexicon", true),
        ("lexicon", "lint::Linter", false),
        ("text", "normalize::fold_char", false),
        ("document", "text::TextRange", true),
        ("document", "diagnostic::Rule", false),
        ("normalize", "document::Format", false),
        ("workspace", "report::Place", true),
        ("workspace", "report::Finding", false),
        ("report", "workspace::Found", false),
        ("report", "cli::run", false),
        ("lint", "surprise::Thing", false),
        ("cli", "workspace::mend", true),
        ("cli", "lsp::serve_stdio", true),
        ("lsp", "cli::run", false),
    ];
    for (module, path, right) in cases {
        assert_eq!(wrong(module, path).is_none(), right, "{module} uses {path}");
    }
    for (module, used, _) in EXCEPTIONS {
        assert!(layer(module).is_some() && layer(used).is_some());
    }
}

#[test]
fn paths_are_read_in_every_form() {
    let text = "use crate::{lint::{Linter, examples::run}, text};\nfn f() -> crate::report::Place { super::super::cli::run(); io::stdin() }\n\
                // crate::workspace\nuse std::{fs, io::{self, stdout}};\n#[cfg(test)]\nmod tests {\n    use crate::workspace;\n}\n#[cfg(test)]\nmod toy;\n";
    let (code, modules) = without_tests(text);
    assert_eq!(modules, ["toy"]);
    assert_eq!(crate_paths(&code, 2), ["lint::Linter", "lint::examples::run", "text", "report::Place", "cli::run"]);
    assert_eq!(worldly(&code), ["std::fs", "std::io::stdout", "io::stdin"]);
    assert_eq!(crate_paths("use super::lint::Linter;", 1), ["lint::Linter"]);
    assert_eq!(crate_paths("use super::error::did_you_mean;", 2), Vec::<String>::new());
}
