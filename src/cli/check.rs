//! `wanyan check`.

use std::io::{self, Write};
use std::time::Instant;

use super::args::{CheckArgs, ReportFormat};
use super::engine::{CheckSink, Engine, RunError};
use super::exit::Exit;
use super::output::{Output, Watcher};
use super::{inputs, review};
use crate::diagnostic::Severity;
use crate::lint::Fixing;
use crate::report::{
    ConciseReporter, Finding, HumanReporter, JsonLinesReporter, JsonReporter, Palette, Problem, Reporter, Summary,
    write_statistics,
};
use crate::workspace::{Progress, create_output, explain_io};

pub fn run(args: &CheckArgs, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    let start = Instant::now();
    let Some(reporter) = reporter(args.format) else { return review::run(args, engine, output) };
    let found = inputs::find(&args.selection, args.output.as_deref());
    let mut file;
    let (out, palette, watcher): (&mut dyn Write, Palette, Watcher) = match &args.output {
        None => (&mut output.out, output.palette, output.watcher),
        Some(path) => {
            file = create_output(path).map_err(|error| {
                RunError::Refused(format!("没能打开结果文件 {}：{}", path.display(), explain_io(&error)))
            })?;
            (&mut file, Palette::plain(), Watcher::Program)
        }
    };
    let mut run = Run {
        reporter: reporter(palette),
        problems: HumanReporter::new(output.error_palette),
        out,
        errors: &mut output.errors,
        watcher,
        quiet: args.quiet,
        min_severity: args.min_severity,
        summary: Summary::default(),
        progress: if args.quiet { Progress::hidden() } else { Progress::on_stderr(found.inputs.len()) },
    };
    for problem in &found.problems {
        let path = problem.path.to_string_lossy();
        run.problem(&Problem { path: &path, line: None, message: &problem.message })?;
    }
    let mut selection = args.selection.selection();
    if args.format == ReportFormat::Concise {
        selection.fixing = Fixing::Skip;
    }
    let result = engine.check(&selection, &found.inputs, &mut run);
    run.progress.finish();
    result?;

    let Run { mut reporter, out, errors, mut summary, .. } = run;
    summary.elapsed = start.elapsed();
    // The summary is for people; the machine formats end themselves.
    if !(args.quiet && args.format == ReportFormat::Human) {
        reporter.finish(out, &summary)?;
    }
    if args.statistics {
        match args.format {
            ReportFormat::Human | ReportFormat::Concise => write_statistics(out, &palette, &summary)?,
            _ => write_statistics(errors, &output.error_palette, &summary)?,
        }
    }
    out.flush()?;
    Ok(if summary.problems > 0 {
        Exit::CouldNotRun
    } else if summary.findings() > 0 && !args.exit_zero {
        Exit::Found
    } else {
        Exit::Clean
    })
}

/// Makes what shows findings in that format; nothing where the format is a review sheet.
fn reporter(format: ReportFormat) -> Option<fn(Palette) -> Box<dyn Reporter>> {
    match format {
        ReportFormat::Human => Some(|palette| Box::new(HumanReporter::new(palette))),
        ReportFormat::Concise => Some(|_| Box::new(ConciseReporter)),
        ReportFormat::Json => Some(|_| Box::new(JsonReporter::default())),
        ReportFormat::Jsonl => Some(|_| Box::new(JsonLinesReporter)),
        ReportFormat::Csv | ReportFormat::Xlsx => None,
    }
}

/// Takes what is found, shows it and counts it.
struct Run<'a> {
    reporter: Box<dyn Reporter>,
    problems: HumanReporter,
    out: &'a mut dyn Write,
    errors: &'a mut dyn Write,
    watcher: Watcher,
    quiet: bool,
    min_severity: Severity,
    /// Counts what is shown.
    summary: Summary,
    progress: Progress,
}

impl CheckSink for Run<'_> {
    fn finding(&mut self, finding: &Finding<'_>) -> io::Result<()> {
        if finding.diagnostic.severity < self.min_severity {
            return Ok(());
        }
        self.summary.count(finding.diagnostic);
        if self.watcher == Watcher::Program || !self.progress.is_shown() {
            return self.reporter.finding(self.out, finding);
        }
        // The bar and the findings share a screen.
        let Run { reporter, out, progress, .. } = self;
        progress.suspend(|| {
            reporter.finding(*out, finding)?;
            out.flush()
        })
    }

    fn problem(&mut self, problem: &Problem<'_>) -> io::Result<()> {
        self.summary.problems += 1;
        let Run { problems, errors, progress, .. } = self;
        progress.suspend(|| problems.problem(*errors, problem))
    }

    fn note(&mut self, path: &str, note: &str) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        let Run { problems, errors, progress, .. } = self;
        progress.suspend(|| problems.note(*errors, path, note))
    }

    fn input_done(&mut self) {
        self.summary.files += 1;
        self.progress.advance();
    }
}
