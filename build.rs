//! Compiles the built-in lexicon into the program, with the very modules that compile a user's lexicon at run time.

#![allow(dead_code, unused_imports)]

#[path = "src/diagnostic/mod.rs"]
mod diagnostic;
#[path = "src/lexicon/mod.rs"]
mod lexicon;
#[path = "src/normalize/mod.rs"]
mod normalize;
#[path = "src/text/mod.rs"]
mod text;

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use lexicon::{Origin, SourceFile};

/// The lexicon files of a folder under `lexicon/`, named from there.
fn toml_files(folder: &str) -> Vec<String> {
    fs::read_dir(format!("lexicon/{folder}"))
        .expect("the lexicon folder is part of the package")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "toml"))
        .map(|name| format!("{folder}{name}"))
        .collect()
}

fn main() {
    println!("cargo::rerun-if-changed=lexicon");
    println!("cargo::rerun-if-changed=src/lexicon");
    println!("cargo::rerun-if-changed=src/normalize");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut names = toml_files("");
    names.extend(toml_files("structure/"));
    names.push("cues/cues.tsv".to_owned());
    names.sort();
    let files: Vec<SourceFile> = names
        .iter()
        .map(|name| SourceFile {
            name: format!("lexicon/{name}"),
            text: fs::read_to_string(format!("lexicon/{name}")).expect("lexicon files are UTF-8"),
            origin: Origin::BuiltIn,
        })
        .collect();
    let (compiled, docs) = match lexicon::compile::compile(&files) {
        Ok(done) => done,
        Err(errors) => {
            // A cargo::error line for each, so that cargo shows them all and without a backtrace.
            for error in errors.0 {
                println!("cargo::error={}", error.to_string().replace('\n', " "));
            }
            return;
        }
    };
    let write =
        |name: &str, bytes: &[u8]| fs::write(Path::new(&out).join(name), bytes).expect("OUT_DIR can be written");
    write("lexicon.bin", &compiled.to_bytes());
    write("lexicon-docs.bin", &postcard::to_allocvec(&docs).expect("plain data"));
    write("lexicon-reference.bin", &postcard::to_allocvec(&docs.reference).expect("plain data"));
    let mut list = String::from("[\n");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR");
    for name in &names {
        let path = Path::new(&root).join("lexicon").join(name);
        writeln!(list, "    ({:?}, include_str!({path:?})),", format!("lexicon/{name}")).expect("a string takes all");
    }
    list.push(']');
    write("lexicon-files.rs", list.as_bytes());
}
