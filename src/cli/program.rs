//! The engine that the program runs: settings and lexicon from files, inputs through [`crate::workspace`].

use std::fs;
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::engine::{
    AppliedFile, ApplySink, CheckSink, ConfigChoice, Engine, ExampleOutcome, FixSink, FixedInput, Input, ReviewSink,
    RunError, Selection, ShowReading,
};
use crate::config::Policy;
use crate::diagnostic::Severity;
use crate::document::{self, Content, ExtractOptions, Layout};
use crate::lexicon::error::did_you_mean;
use crate::lexicon::schema::LexiconFile;
use crate::lint::{FixLevel, Fixing, Linter, examples};
use crate::report::explain::{RuleDoc, WrittenEntry};
use crate::report::{Finding, Problem};
use crate::workspace::{
    Accepted, Buffers, Event, Faults, Outcome, Project, Settings, SourceFile, Unreadable, apply, explain_io,
    find_options, in_order, load_documented, mend, read_sheet, read_whole, review, spell_out, written_entry,
};

/// The engine of the program.
#[derive(Clone, Copy, Debug, Default)]
pub struct Program;

impl Engine for Program {
    fn check(&self, selection: &Selection, inputs: &[Input], sink: &mut dyn CheckSink) -> Result<(), RunError> {
        let prepared = prepare(selection)?;
        let settings = prepared.settings(selection.input, selection.fixing);
        if let [only] = inputs {
            // One input goes to the sink as it is read, however many findings it has.
            let name = shown(only);
            let mut buffers = Buffers::default();
            check_input(&settings, only, &mut buffers, &mut |event| pass_on(&name, &event, sink))?;
            sink.input_done();
            return Ok(());
        }
        in_order(
            inputs.len(),
            threads(selection),
            |index, buffers: &mut Buffers| {
                let mut events = Vec::new();
                let collected = check_input(&settings, &inputs[index], buffers, &mut |event| {
                    events.push(event);
                    Ok(())
                });
                (events, collected)
            },
            |index, (events, collected)| {
                let name = shown(&inputs[index]);
                collected?;
                events.iter().try_for_each(|event| pass_on(&name, event, sink))?;
                sink.input_done();
                Ok(())
            },
        )
    }

    fn fix(
        &self,
        selection: &Selection,
        level: FixLevel,
        inputs: &[Input],
        sink: &mut dyn FixSink,
    ) -> Result<(), RunError> {
        let prepared = prepare(selection)?;
        let settings = prepared.settings(selection.input, selection.fixing);
        in_order(
            inputs.len(),
            threads(selection),
            |index, (): &mut ()| read_and_mend(&settings, &inputs[index], level),
            |index, fixed| {
                let input = &inputs[index];
                let path = shown(input);
                match fixed {
                    Err((line, message)) => sink.problem(&Problem { path: &path, line, message: &message })?,
                    Ok(file) => {
                        for problem in &file.problems {
                            sink.problem(&Problem {
                                path: &path,
                                line: Some(problem.line),
                                message: &problem.message,
                            })?;
                        }
                        sink.fixed(&FixedInput {
                            input,
                            path: &path,
                            before: &file.before,
                            after: &file.after,
                            before_text: &file.before_text,
                            after_text: &file.after_text,
                            applied: file.applied,
                            left: file.left,
                        })?;
                    }
                }
                Ok(())
            },
        )
    }

    fn review(
        &self,
        selection: &Selection,
        least: Severity,
        inputs: &[Input],
        sink: &mut dyn ReviewSink,
    ) -> Result<(), RunError> {
        let prepared = prepare(selection)?;
        let settings = prepared.settings(selection.input, selection.fixing);
        in_order(
            inputs.len(),
            threads(selection),
            |index, (): &mut ()| {
                let name = shown(&inputs[index]);
                review(&settings, Path::new(&name), read(&inputs[index])?, least)
            },
            |index, reviewed| {
                let path = shown(&inputs[index]);
                match reviewed {
                    Err((line, message)) => sink.problem(&Problem { path: &path, line, message: &message })?,
                    Ok((rows, reading)) => {
                        for layout in reading.layouts.iter().filter_map(Layout::summary) {
                            sink.note(&path, &layout)?;
                        }
                        rows.into_iter().for_each(|row| sink.reviewed(&path, row));
                        for problem in &reading.problems {
                            let line = Some(problem.line);
                            sink.problem(&Problem { path: &path, line, message: &problem.message })?;
                        }
                    }
                }
                sink.input_done();
                Ok(())
            },
        )
    }

    fn layouts(&self, selection: &Selection, inputs: &[Input], show: &mut ShowReading<'_>) -> Result<(), RunError> {
        let prepared = prepare(selection)?;
        let settings = prepared.settings(selection.input, selection.fixing);
        for input in inputs {
            let name = shown(input);
            let settings = settings.for_file(Path::new(&name));
            let file = read(input).and_then(|bytes| SourceFile::read(bytes, Path::new(&name), &settings));
            let reading = file.map(|file| file.content.extract(settings.extract, &mut |_| {}));
            show(&name, reading.map_err(|(_, message)| message))?;
        }
        Ok(())
    }

    fn apply(&self, selection: &Selection, sheet: &Path, sink: &mut dyn ApplySink) -> Result<(), RunError> {
        let prepared = prepare(selection)?;
        let settings = prepared.settings(None, Fixing::Skip);
        let name = sheet.to_string_lossy().into_owned();
        let bytes = fs::read(sheet).map_err(|error| (None, explain_io(&error)));
        let read = bytes.and_then(|bytes| read_sheet(sheet, bytes, &settings));
        let read = read.map_err(|(line, message)| {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            RunError::Refused(format!("没能读取审阅表 {name}{line}：{message}"))
        })?;
        sink.declined(read.declined);
        for (row, message) in &read.problems {
            sink.problem(&Problem { path: &name, line: Some(*row), message })?;
        }
        for (path, accepted) in &read.files {
            // Sheets that were written elsewhere lie beside their files.
            let beside = sheet.parent().map(|folder| folder.join(path)).filter(|_| !path.exists());
            let path = beside.filter(|beside| beside.exists()).unwrap_or_else(|| path.clone());
            let shown = path.to_string_lossy();
            match apply_to(&settings, &path, accepted) {
                Ok((file, changed, outcomes)) => {
                    let after = file.written(&changed);
                    let rows: Vec<usize> = accepted.iter().map(|row| row.row).collect();
                    match after {
                        Ok(after) => sink.applied(&AppliedFile {
                            path: &path,
                            before: &file.bytes,
                            after: &after,
                            before_text: file.content.text(),
                            after_text: changed.text(),
                            outcomes: &rows.into_iter().zip(outcomes).collect::<Vec<_>>(),
                        })?,
                        Err(message) => sink.problem(&Problem { path: &shown, line: None, message: &message })?,
                    }
                }
                Err((line, message)) => sink.problem(&Problem { path: &shown, line, message: &message })?,
            }
        }
        Ok(())
    }

    fn rules(
        &self,
        lexicons: &[PathBuf],
        show: &mut dyn FnMut(&[RuleDoc<'_>]) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let (lexicon, docs) = load_documented(lexicons).map_err(refused)?;
        let mut rules: Vec<RuleDoc<'_>> =
            (0..docs.entries.len()).map(|number| RuleDoc::new(&lexicon, &docs, number)).collect();
        rules.sort_by_key(|doc| doc.rule.category);
        show(&rules)
    }

    fn test_lexicon(&self, files: &[PathBuf]) -> Result<Vec<ExampleOutcome>, RunError> {
        let (lexicon, docs) = load_documented(files).map_err(refused)?;
        let named: Vec<String> = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        let linter = Linter::new(&lexicon);
        let mut outcomes = Vec::new();
        for (number, entry) in docs.entries.iter().enumerate() {
            if !named.is_empty() && !entry.touched_by.iter().any(|file| named.contains(file)) {
                continue;
            }
            let rule = &lexicon.tables().entries[number].rule;
            outcomes.extend(examples::run(linter, &docs, number).into_iter().map(|outcome| ExampleOutcome {
                rule: rule.id.clone(),
                category: rule.category,
                place: format!("{}:{}", entry.file, outcome.line),
                key: outcome.key,
                text: outcome.text,
                failure: outcome.failure,
                rewrites: outcome.rewrites,
            }));
        }
        Ok(outcomes)
    }

    fn write_literals(&self, lexicons: &[PathBuf], out: &mut dyn Write) -> Result<(), RunError> {
        for literal in spell_out(lexicons).map_err(refused)? {
            writeln!(out, "{literal}")?;
        }
        Ok(())
    }

    fn written_entry(&self, lexicons: &[PathBuf], rule: &str) -> Result<WrittenEntry, RunError> {
        let (lexicon, docs) = load_documented(lexicons).map_err(refused)?;
        let Some((number, _)) = lexicon.entry(rule) else {
            let rules = lexicon.tables().entries.iter().map(|entry| entry.rule.id.as_str());
            let guess = did_you_mean(rule, rules).map(|best| format!("，是不是想说“{best}”？")).unwrap_or_default();
            return Err(RunError::Refused(format!("没有规则“{rule}”{guess}\n所有规则：wanyan rules")));
        };
        written_entry(&lexicon, &docs, number).map_err(RunError::Refused)
    }

    fn lexicon_schema(&self) -> String {
        LexiconFile::json_schema_text()
    }
}

/// What the selection and the configuration ask for.
fn prepare(selection: &Selection) -> Result<Project, RunError> {
    let file = match &selection.config {
        ConfigChoice::None => None,
        ConfigChoice::File(file) => Some(file.clone()),
        ConfigChoice::Discover => find_options(Path::new(".")),
    };
    let arguments = ExtractOptions {
        agent_labels: selection.agents.clone(),
        customer_labels: selection.customers.clone(),
        system_labels: Vec::new(),
        fields: selection.fields.clone(),
        columns: selection.columns.clone(),
        customer_columns: selection.customer_columns.clone(),
        owner_column: selection.owner_column.clone(),
        delimiter: selection.delimiter,
        message: selection.unit,
    };
    Project::load(file.as_deref(), &selection.lexicons, &arguments, &Policy::USUAL).map_err(refused)
}

fn refused(faults: Faults) -> RunError {
    RunError::Refused(faults.to_string())
}

fn threads(selection: &Selection) -> NonZeroUsize {
    selection.threads.or_else(|| std::thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

/// How an input is named in reports.
fn shown(input: &Input) -> String {
    match input {
        Input::File(path) => path.to_string_lossy().into_owned(),
        Input::Stdin { name } => name.clone(),
    }
}

fn check_input<'l>(
    settings: &Settings<'l>,
    input: &Input,
    buffers: &mut Buffers,
    sink: &mut dyn FnMut(Event<'l>) -> io::Result<()>,
) -> io::Result<()> {
    match input {
        Input::File(path) => settings.check_file(path, buffers, sink),
        Input::Stdin { name } => settings.check_reader(&mut io::stdin().lock(), Path::new(name), buffers, sink),
    }
}

fn pass_on(path: &str, event: &Event<'_>, sink: &mut dyn CheckSink) -> io::Result<()> {
    match event {
        Event::Problem(line, message) => sink.problem(&Problem { path, line: *line, message }),
        Event::Note(note) => sink.note(path, note),
        Event::Finding(found) => sink.finding(&Finding {
            path,
            place: found.place.clone(),
            address: found.address.as_deref(),
            owner: found.owner.as_deref(),
            source_line: &found.source_line,
            underline: found.underline.clone(),
            message_text: &found.message,
            diagnostic: &found.diagnostic,
        }),
    }
}

/// The bytes of an input.
fn read(input: &Input) -> Result<Vec<u8>, Unreadable> {
    let read = match input {
        Input::File(path) => read_whole(path),
        Input::Stdin { .. } => {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes).map_err(|error| explain_io(&error))
        }
    };
    read.map_err(|message| (None, message))
}

/// The file at `path` with the accepted rows in it: as it was, its content afterwards, and what became of each row.
fn apply_to(
    settings: &Settings<'_>,
    path: &Path,
    accepted: &[Accepted],
) -> Result<(SourceFile, Content, Vec<Outcome>), Unreadable> {
    let bytes = read_whole(path).map_err(|message| (None, message))?;
    let settings = settings.for_file(path);
    let file = SourceFile::read(bytes, path, &settings)?;
    let (changed, outcomes) = apply(&settings, &file.content, accepted);
    Ok((file, changed, outcomes))
}

/// A mended file.
struct MendedFile {
    before: Vec<u8>,
    before_text: String,
    after: Vec<u8>,
    after_text: String,
    applied: usize,
    left: usize,
    problems: Vec<document::Problem>,
}

fn read_and_mend(settings: &Settings<'_>, input: &Input, level: FixLevel) -> Result<MendedFile, Unreadable> {
    let plain = |message: String| (None, message);
    let bytes = read(input)?;
    let name = shown(input);
    let settings = settings.for_file(Path::new(&name));
    let source = SourceFile::read(bytes, Path::new(&name), &settings)?;
    let mut mended = mend(&settings, source.content.clone(), level);
    if mended.refused > 0 {
        let message = format!("有 {} 条话术的改写会改变文件的结构，没有写进去；请手工修改", mended.refused);
        mended.problems.push(document::Problem { line: 1, message });
    }
    let after = source.written(&mended.content).map_err(plain)?;
    Ok(MendedFile {
        before_text: source.content.text().to_owned(),
        before: source.bytes,
        after,
        after_text: mended.content.text().to_owned(),
        applied: mended.applied,
        left: mended.left,
        problems: mended.problems,
    })
}
