//! The JSON Schemas in `schemas/` are those of the types, and the built-in lexicon keeps to its own.
//! `WANYAN_BLESS=1 cargo test --test schemas` writes the files anew.

use std::fs;

use serde_json::Value;
use wanyan::builtin;
use wanyan::config::Options;
use wanyan::lexicon::schema::LexiconFile;

/// The file of that name in `schemas/` holds `text`.
fn assert_kept(name: &str, text: &str) {
    let path = format!("{}/schemas/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("WANYAN_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == text, "{path} is out of date: run with WANYAN_BLESS=1");
}

#[test]
fn the_schemas_are_up_to_date() {
    assert_kept("lexicon.schema.json", &LexiconFile::json_schema_text());
    assert_kept("wanyan.schema.json", &Options::json_schema_text());
}

#[test]
fn the_schema_of_the_configuration_refuses_what_the_reader_refuses() {
    let validator = validator(&Options::json_schema_text());
    for (text, valid) in [
        ("", true),
        ("lexicon = ['a.toml']\nagent-labels = ['小美']\nmessage = 'paragraph'\nregister = 'formal'", true),
        (
            "[severity]\narguing = 'off'\n'structure/punctuation' = 'warning'\n[limits]\n'structure/late-reply' = 60",
            true,
        ),
        ("[[allow]]\nphrase = '不行动'\nreason = '产品名'", true),
        ("[[allow]]\nphrase = '不行动'", false),
        ("agent-label = ['小美']", false),
        ("lexicon = 'a.toml'", false),
        ("register = 'letter'", false),
        ("[severity]\narguing = 'grave'", false),
        ("[limits]\n'structure/late-reply' = -1", false),
    ] {
        let value = serde_json::to_value(toml::from_str::<toml::Value>(text).unwrap()).unwrap();
        assert_eq!(validator.is_valid(&value), valid, "{text}");
        assert_eq!(Options::parse(text).is_ok(), valid, "{text}");
    }
}

fn validator(schema: &str) -> jsonschema::Validator {
    let schema: Value = serde_json::from_str(schema).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn every_built_in_file_keeps_to_it() {
    let validator = validator(&LexiconFile::json_schema_text());
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
    let validator = validator(&LexiconFile::json_schema_text());
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
