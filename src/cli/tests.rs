//! The commands with an engine made for the test: every 不行 is a warning with a safe rewrite, every 你 a hint.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use clap::Parser;

use super::args::Arguments;
use super::output::{Output, Watcher};
use super::*;
use crate::diagnostic::{Applicability, Category, Diagnostic, Fix, Rule, Severity};
use crate::document::Reading;
use crate::lint::FixLevel;
use crate::report::explain::{RuleDoc, WrittenEntry};
use crate::report::{Finding, Palette, Place, Reviewed};
use crate::text::{Edit, TextRange};
use crate::workspace::Outcome;

struct Toy {
    refusal: Rule,
    address: Rule,
}

impl Toy {
    fn new() -> Self {
        let rule = |category: Category, entry: &str, title: &str| Rule {
            id: format!("{}/{entry}", category.name()),
            category,
            title: title.to_owned(),
            why: "客户会不高兴。".to_owned(),
            advice: None,
            source: vec!["S2.12".to_owned()],
        };
        Toy {
            refusal: rule(Category::BluntRefusal, "no-way", "一口回绝"),
            address: rule(Category::DisrespectfulAddress, "you", "用了“你”"),
        }
    }

    fn diagnostics<'t>(&'t self, text: &str) -> Vec<Diagnostic<'t>> {
        let mut found: Vec<Diagnostic<'t>> = [("不行", &self.refusal), ("你", &self.address)]
            .into_iter()
            .flat_map(|(word, rule)| text.match_indices(word).map(move |(at, word)| (at, word, rule)))
            .map(|(at, word, rule)| {
                let range = TextRange::new(at, at + word.len());
                let refusal = rule.category == Category::BluntRefusal;
                let fix = Fix {
                    title: "换个说法".to_owned(),
                    applicability: Applicability::Safe,
                    edits: vec![Edit { range, replacement: "抱歉".to_owned() }],
                };
                Diagnostic {
                    rule,
                    severity: if refusal { Severity::Warning } else { Severity::Hint },
                    range,
                    mitigated_by: Vec::new(),
                    cues: Vec::new(),
                    raised_by: 0,
                    fixes: if refusal { vec![fix] } else { Vec::new() },
                }
            })
            .collect();
        found.sort_by_key(|diagnostic| diagnostic.range);
        found
    }

    fn read(input: &Input) -> (String, String) {
        match input {
            Input::File(path) => (path.to_string_lossy().into_owned(), fs::read_to_string(path).unwrap()),
            Input::Stdin { name } => (name.clone(), "不行\n".to_owned()),
        }
    }
}

impl Engine for Toy {
    fn check(&self, selection: &Selection, inputs: &[Input], sink: &mut dyn CheckSink) -> Result<(), RunError> {
        if selection.config == ConfigChoice::File(PathBuf::from("坏.toml")) {
            return Err(RunError::Refused("坏.toml:1：不认识的键".to_owned()));
        }
        for input in inputs {
            let (path, text) = Toy::read(input);
            for diagnostic in self.diagnostics(&text) {
                let range = diagnostic.range.as_range();
                let column = |offset: usize| text[..offset].chars().count() + 1;
                sink.finding(&Finding {
                    path: &path,
                    place: Place {
                        line: 1,
                        column: column(range.start),
                        end_line: 1,
                        end_column: column(range.end),
                        bytes: range.start as u64..range.end as u64,
                    },
                    address: None,
                    owner: None,
                    source_line: text.trim_end(),
                    underline: range,
                    message_text: &text,
                    diagnostic: &diagnostic,
                })?;
            }
            sink.input_done();
        }
        Ok(())
    }

    fn review(
        &self,
        selection: &Selection,
        least: Severity,
        inputs: &[Input],
        sink: &mut dyn ReviewSink,
    ) -> Result<(), RunError> {
        assert_eq!((selection.columns.as_slice(), least), (["话术".to_owned()].as_slice(), Severity::Warning));
        for input in inputs {
            let (path, text) = Toy::read(input);
            sink.note(&path, "检查“话术”")?;
            sink.reviewed(
                &path,
                Reviewed {
                    line: 1,
                    address: None,
                    owner: None,
                    text,
                    findings: "生硬".to_owned(),
                    why: "生硬".to_owned(),
                    severity: Severity::Warning,
                    count: 1,
                    suggestion: Some("抱歉".to_owned()),
                },
            );
            sink.input_done();
        }
        Ok(())
    }

    fn layouts(&self, _: &Selection, inputs: &[Input], show: &mut ShowReading<'_>) -> Result<(), RunError> {
        for input in inputs {
            let (path, _) = Toy::read(input);
            show(&path, Ok(Reading { notes: vec!["有隐藏的行".to_owned()], ..Reading::default() }))?;
        }
        Ok(show("没有.csv", Err("找不到".to_owned()))?)
    }

    fn apply(&self, _: &Selection, sheet: &Path, sink: &mut dyn ApplySink) -> Result<(), RunError> {
        sink.declined(2);
        Ok(sink.applied(&AppliedFile {
            path: &sheet.with_file_name("a.txt"),
            before: "不行\n".as_bytes(),
            after: "抱歉\n".as_bytes(),
            before_text: "不行\n",
            after_text: "抱歉\n",
            outcomes: &[(2, Outcome::Applied), (3, Outcome::Refused("不再匹配".to_owned()))],
        })?)
    }

    fn fix(&self, _: &Selection, _: FixLevel, inputs: &[Input], sink: &mut dyn FixSink) -> Result<(), RunError> {
        for input in inputs {
            let (path, before) = Toy::read(input);
            let after = before.replace("不行", "抱歉");
            if before.contains("改过") {
                fs::write(&path, "别人写的").unwrap();
            }
            sink.fixed(&FixedInput {
                input,
                path: &path,
                before: before.as_bytes(),
                after: after.as_bytes(),
                before_text: &before,
                after_text: &after,
                applied: before.matches("不行").count(),
                left: 0,
            })?;
        }
        Ok(())
    }

    fn rules(
        &self,
        _: &[PathBuf],
        show: &mut dyn FnMut(&[RuleDoc<'_>]) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let doc = |rule| RuleDoc {
            rule,
            severity: Severity::Warning,
            passages: Vec::new(),
            examples: Vec::new(),
            good: Vec::new(),
            patterns: Vec::new(),
        };
        show(&[doc(&self.refusal), doc(&self.address)])
    }

    fn test_lexicon(&self, _: &[PathBuf]) -> Result<Vec<ExampleOutcome>, RunError> {
        Ok(Vec::new())
    }

    fn write_literals(&self, _: &[PathBuf], out: &mut dyn Write) -> Result<(), RunError> {
        Ok(writeln!(out, "不行")?)
    }

    fn written_entry(&self, _: &[PathBuf], rule: &str) -> Result<WrittenEntry, RunError> {
        Ok(WrittenEntry {
            id: rule.to_owned(),
            title: "没有办法".to_owned(),
            file: "lexicon/a.toml".to_owned(),
            line: 7,
            text: "[[entry]]\nid = 'x'".to_owned(),
        })
    }

    fn lexicon_schema(&self) -> String {
        "{}\n".to_owned()
    }
}

#[derive(Clone, Default)]
struct Buffer(Rc<RefCell<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a command line comes to: exit, standard output, standard error.
fn wanyan(arguments: &[&str]) -> (Exit, String, String) {
    let arguments = Arguments::try_parse_from(["wanyan"].iter().chain(arguments)).unwrap();
    let (out, errors) = (Buffer::default(), Buffer::default());
    let mut output = Output {
        out: Box::new(out.clone()),
        palette: Palette::plain(),
        watcher: Watcher::Program,
        errors: Box::new(errors.clone()),
        error_palette: Palette::plain(),
    };
    let exit =
        dispatch(&arguments, &Toy::new(), &mut output).unwrap_or_else(|error| report_failure(error, &mut output));
    (exit, out.text(), errors.text())
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

#[test]
fn check_tells_by_its_exit_what_it_found() {
    let folder = folder(&[("bad.txt", "不行\n"), ("mild.txt", "你好\n"), ("good.txt", "您好\n")]);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (bad, mild, good, missing) = (path("bad.txt"), path("mild.txt"), path("good.txt"), path("没有.txt"));
    let cases: [(&[&str], Exit, &str); 9] = [
        (&[&good], Exit::Clean, "共检查 1 个文件，没有发现问题。\n"),
        (&[&bad, &good], Exit::Found, "共检查 2 个文件，发现 1 处：警告 1；其中 1 处可自动修改（wanyan fix）。\n"),
        (&[&mild], Exit::Found, "发现 1 处：提示 1。\n"),
        (&[&mild, "--min-severity", "info"], Exit::Clean, "没有发现问题。\n"),
        (&[&bad, "--exit-zero"], Exit::Clean, "发现 1 处"),
        (&[&bad, &missing], Exit::CouldNotRun, "；1 处没能检查。\n"),
        (&[&missing], Exit::CouldNotRun, "没有检查任何文件：1 处没能检查。\n"),
        (&[&bad, "--format", "concise"], Exit::Found, ":1:1: warning blunt-refusal/no-way 一口回绝：不行\n"),
        (&["-", "--stdin-filename", "草稿.md"], Exit::Found, "草稿.md:1:1 警告"),
    ];
    for (arguments, exit, says) in cases {
        let arguments: Vec<&str> = ["check"].iter().chain(arguments).copied().collect();
        let (ended, out, errors) = wanyan(&arguments);
        assert_eq!(ended, exit, "{arguments:?}: {out}{errors}");
        assert!(out.contains(says), "{arguments:?}: {out}");
        assert_eq!(errors.contains("找不到这个文件"), arguments.contains(&missing.as_str()), "{errors}");
    }
    let (exit, out, errors) = wanyan(&["check", &good, "--config", "坏.toml"]);
    assert_eq!((exit, out.as_str()), (Exit::CouldNotRun, ""));
    assert_eq!(errors, "错误：坏.toml:1：不认识的键\n");
}

#[test]
fn check_writes_what_machines_read_and_nothing_else() {
    let folder = folder(&[("a.txt", "你不行\n"), ("b.txt", "不行\n")]);
    let path = folder.path().to_str().unwrap();
    let (_, out, _) = wanyan(&["check", "--format", "jsonl", path, "没有.txt"]);
    let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 3);
    let (_, out, errors) = wanyan(&["check", "--format", "json", "--quiet", "--statistics", path]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap().as_array().unwrap().len(), 3);
    assert!(errors.contains("生硬拒绝 blunt-refusal"), "{errors}");
    let (_, out, _) = wanyan(&["check", "--quiet", path]);
    assert!(!out.contains("共检查"));

    // A report inside the folder is not checked the next time.
    let report = folder.path().join("report.jsonl");
    for _ in 0..2 {
        let (exit, out, _) = wanyan(&["check", "--format", "jsonl", "--output", report.to_str().unwrap(), path]);
        assert_eq!((exit, out.as_str()), (Exit::Found, ""));
        assert_eq!(fs::read_to_string(&report).unwrap().lines().count(), 3);
    }
    let nowhere = folder.path().join("无/report.jsonl");
    let (exit, _, errors) = wanyan(&["check", "--output", nowhere.to_str().unwrap(), path]);
    assert_eq!(exit, Exit::CouldNotRun);
    assert!(errors.contains("没能打开结果文件"), "{errors}");
}

#[test]
fn fix_writes_shows_and_leaves_alone() {
    let folder = folder(&[("a.txt", "这个不行\n"), ("b.txt", "您好\n"), ("c.txt", "改过，不行\n")]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (a, b, c) = (path("a.txt"), path("b.txt"), path("c.txt"));

    let (exit, out, errors) = wanyan(&["fix", "--diff", &a, &b]);
    assert_eq!(exit, Exit::Found);
    assert!(out.contains("-这个不行\n+这个抱歉\n"), "{out}");
    assert_eq!(errors, "可以修改 1 个文件里的 1 处（没有写文件）。\n");
    assert_eq!(read("a.txt"), "这个不行\n");

    let (exit, out, errors) = wanyan(&["fix", &a, &b]);
    assert_eq!((exit, out.as_str(), errors.as_str()), (Exit::Clean, "", "修改了 1 个文件里的 1 处。\n"));
    assert_eq!(read("a.txt"), "这个抱歉\n");

    let (exit, _, errors) = wanyan(&["fix", &c]);
    assert_eq!(exit, Exit::CouldNotRun);
    assert!(errors.contains("被别的程序改过"), "{errors}");
    assert_eq!(read("c.txt"), "别人写的");

    let (exit, out, _) = wanyan(&["fix", "--quiet", "-"]);
    assert_eq!((exit, out.as_str()), (Exit::Clean, "抱歉\n"));
}

#[test]
fn explain_finds_rules_by_what_people_type() {
    for asked in ["blunt-refusal/no-way", "no-way", "blunt-refusal", "生硬拒绝", " No-Way "] {
        let (exit, out, _) = wanyan(&["explain", asked]);
        assert_eq!(exit, Exit::Clean, "{asked}");
        assert!(out.starts_with("blunt-refusal/no-way  一口回绝\n"), "{asked}: {out}");
    }
    let (exit, out, errors) = wanyan(&["explain", "no-wya"]);
    assert_eq!((exit, out.as_str()), (Exit::CouldNotRun, ""));
    assert!(errors.contains("没有规则“no-wya”，是不是想说“blunt-refusal/no-way”？"), "{errors}");
    let (_, _, errors) = wanyan(&["explain", "完全不同"]);
    assert!(errors.contains("wanyan rules") && !errors.contains("是不是"), "{errors}");
}

#[test]
fn rules_are_listed_by_category() {
    let (_, out, _) = wanyan(&["rules"]);
    assert!(out.contains("共 2 条规则"), "{out}");
    let (_, out, _) = wanyan(&["rules", "--category", "blunt-refusal", "--format", "md"]);
    assert!(out.contains("blunt-refusal/no-way") && !out.contains("disrespectful"), "{out}");
}

#[test]
fn an_entry_is_shown_as_it_is_written() {
    let (exit, out, _) = wanyan(&["lexicon", "show", "dismissive/x"]);
    assert_eq!(exit, Exit::Clean);
    assert_eq!(out, "dismissive/x  没有办法\nlexicon/a.toml:7\n\n[[entry]]\nid = 'x'\n");
}

#[test]
fn a_closed_pipe_is_silent_and_a_full_disk_is_not() {
    struct Broken(io::ErrorKind);
    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    for (kind, exit, says) in [
        (io::ErrorKind::BrokenPipe, Exit::Clean, ""),
        (io::ErrorKind::StorageFull, Exit::CouldNotRun, "错误：没能写出结果：磁盘空间不足\n"),
    ] {
        let arguments = Arguments::try_parse_from(["wanyan", "rules"]).unwrap();
        let errors = Buffer::default();
        let mut output = Output {
            out: Box::new(Broken(kind)),
            palette: Palette::plain(),
            watcher: Watcher::Program,
            errors: Box::new(errors.clone()),
            error_palette: Palette::plain(),
        };
        let error = dispatch(&arguments, &Toy::new(), &mut output).unwrap_err();
        assert_eq!(report_failure(error, &mut output), exit);
        assert_eq!(errors.text(), says);
    }
}

#[test]
fn review_sheets_go_out_and_come_back() {
    let folder = folder(&[("a.txt", "不行\n")]);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (text, sheet) = (path("a.txt"), path("审阅.csv"));
    let options = ["check", "--format", "csv", "--column", "话术", "--min-severity", "warning"];
    let (exit, out, errors) = wanyan(&[options.as_slice(), &[&text]].concat());
    assert_eq!(exit, Exit::Found);
    assert!(out.starts_with("\u{feff}文件,行,位置,负责人,原文,") && out.contains(",生硬,生硬,警告,抱歉,"), "{out}");
    assert!(errors.contains("检查“话术”") && errors.contains("1 条话术、1 处发现，其中 1 条有建议的改写"), "{errors}");
    let (_, out, errors) = wanyan(&[options.as_slice(), &["-q", "--output", &sheet, &text]].concat());
    assert_eq!((out.as_str(), errors.as_str()), ("", ""));
    assert!(fs::read_to_string(&sheet).unwrap().contains("采纳"));

    let (exit, out, errors) = wanyan(&["apply", "--diff", &sheet]);
    assert_eq!(exit, Exit::Found, "a row that does not match is not applied");
    assert!(out.contains("-不行\n+抱歉\n"), "{out}");
    assert!(errors.contains("第 3 行") && errors.contains("不再匹配"), "{errors}");
    assert!(errors.ends_with("可以写回 1 行；1 行没有写回（见上面）；2 行没有采纳。\n"), "{errors}");
    assert_eq!(fs::read_to_string(&text).unwrap(), "不行\n");
    wanyan(&["apply", "-q", &sheet]);
    assert_eq!(fs::read_to_string(&text).unwrap(), "抱歉\n");
}

#[test]
fn columns_are_shown() {
    let folder = folder(&[("a.txt", "")]);
    let (exit, out, errors) = wanyan(&["columns", folder.path().join("a.txt").to_str().unwrap()]);
    assert_eq!(exit, Exit::CouldNotRun);
    assert!(out.contains("整个文件按消息检查\n  有隐藏的行\n"), "{out}");
    assert!(errors.contains("没有.csv：找不到"), "{errors}");
}
