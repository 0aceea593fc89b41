//! The JSON Schemas in `schemas/` are those of the types, and the built-in lexicon keeps to its own.
//! `WANYAN_BLESS=1 cargo test --test schemas` writes the file anew.

use std::fs;

use serde_json::Value;
use wanyan::builtin;
use wanyan::lexicon::schema::LexiconFile;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/lexicon.schema.json");

#[test]
fn the_lexicon_schema_is_up_to_date() {
    let text = LexiconFile::json_schema_text();
    if std::env::var_os("WANYAN_BLESS").is_some() {
        fs::write(PATH, &text).unwrap();
    }
    let kept = fs::read_to_string(PATH).unwrap_or_default();
    assert!(kept == text, "{PATH} is out of date: run with WANYAN_BLESS=1");
}

fn schema() -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(&LexiconFile::json_schema_text()).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_built_in_file_keeps_to_it() {
    let validator = schema();
    let files = builtin::files();
    assert!(files.len() >= 17, "only {} files", files.len());
    for file in files.into_iter().filter(|file| file.name.ends_with(".toml")) {
        let value = serde_json::to_value(toml::from_str::<toml::Value>(&file.text).unwrap()).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}: {}", file.name, errors.join("\n"));
    }
}

#[test]
fn it_refuses_what_the_reader_refuses() {
    let validator = schema();
    let sound = "category = 'arguing'\n[[entry]]\nid = 'x'\ntitle = 't'\npatterns = ['不是']\nwhy = 'w'\nsource = ['S1.4']\n[entry.examples]\nbad = ['不是']\n";
    for (from, to, valid) in [
        ("", "", true),
        ("why =", "whi =", false),
        ("why = 'w'", "", false),
        ("'arguing'", "'argue'", false),
        ("['不是']\nwhy", "'不是'\nwhy", false),
        ("title = 't'", "title = 't'\nseverity = 'info'", true),
        ("title = 't'", "title = 't'\nseverity = 'grave'", false),
        ("bad = ['不是']", "bad = ['不是']\nin = ['不是']", true),
        ("bad = ['不是']", "bad = ['不是']\nsentences = ['不是']", false),
    ] {
        let text = sound.replacen(from, to, 1);
        let value = serde_json::to_value(toml::from_str::<toml::Value>(&text).unwrap()).unwrap();
        assert_eq!(validator.is_valid(&value), valid, "{text}");
        assert_eq!(toml::from_str::<LexiconFile>(&text).is_ok(), valid, "{text}");
    }
}
