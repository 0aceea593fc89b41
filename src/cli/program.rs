//! The engine that the program runs: settings and lexicon from files, inputs through [`crate::workspace`].

use std::fs;
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use super::engine::{CheckSink, ConfigChoice, Engine, ExampleOutcome, FixSink, FixedInput, Input, RunError, Selection};
use crate::config::Policy;
use crate::document::ExtractOptions;
use crate::lexicon::error::did_you_mean;
use crate::lexicon::schema::LexiconFile;
use crate::lint::{FixLevel, Linter, examples};
use crate::report::explain::{RuleDoc, WrittenEntry};
use crate::report::{Finding, Problem};
use crate::workspace::decode::{decode, encode};
use crate::workspace::{
    Buffers, Event, Faults, Mended, Project, Settings, explain_io, find_options, in_order, load_documented, mend,
    spell_out, written_entry,
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
                        for problem in &file.mended.problems {
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
                            after_text: &file.mended.text,
                            applied: file.mended.applied,
                            left: file.mended.left,
                        })?;
                    }
                }
                Ok(())
            },
        )
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

/// A mended file, in its own encoding.
struct MendedFile {
    before: Vec<u8>,
    before_text: String,
    after: Vec<u8>,
    mended: Mended,
}

fn read_and_mend(
    settings: &Settings<'_>,
    input: &Input,
    level: FixLevel,
) -> Result<MendedFile, (Option<usize>, String)> {
    let plain = |message: String| (None, message);
    let mut before = Vec::new();
    let read = match input {
        Input::File(path) => fs::read(path).map(|bytes| before = bytes),
        Input::Stdin { .. } => io::stdin().lock().read_to_end(&mut before).map(|_| ()),
    };
    read.map_err(|error| plain(explain_io(&error)))?;
    let decoded = decode(&before).map_err(|error| (Some(error.line), error.to_string()))?;
    let mended = mend(settings, Path::new(&shown(input)), &decoded.text, level).map_err(plain)?;
    let (before_text, encoding, bom) = (decoded.text.to_string(), decoded.encoding, decoded.bom);
    if mended.text == before_text {
        return Ok(MendedFile { after: before.clone(), before, before_text, mended });
    }
    if !decoded.is_written_as(&before) {
        let message = "文件里有些字符在这种编码里有两种写法，写回会改动别处，所以没有改；请先另存为 UTF-8".to_owned();
        return Err(plain(message));
    }
    let after = encode(&mended.text, encoding, bom).map_err(|error| plain(error.to_string()))?;
    Ok(MendedFile { before, before_text, after, mended })
}
