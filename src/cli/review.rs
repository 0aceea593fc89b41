//! `wanyan check --format csv` and `--format xlsx`: review sheets.

use std::io::{self, Write};

use super::args::{CheckArgs, ReportFormat};
use super::engine::{Engine, ReviewSink, RunError};
use super::exit::Exit;
use super::inputs;
use super::output::{Output, Watcher};
use crate::report::review_sheet::{write_csv, write_xlsx};
use crate::report::{HumanReporter, Problem, Reporter, Reviewed};
use crate::workspace::{Progress, create_output, explain_io};

pub fn run(args: &CheckArgs, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    if args.format == ReportFormat::Xlsx && args.output.is_none() && output.watcher == Watcher::Terminal {
        let message = "Excel 文件不能显示在终端里，请用 --output 写明文件，如 --output 审阅.xlsx";
        return Err(RunError::Refused(message.to_owned()));
    }
    let found = inputs::find(&args.selection, args.output.as_deref());
    let mut run = Run {
        problems: HumanReporter::new(output.error_palette),
        errors: &mut output.errors,
        quiet: args.quiet,
        rows: Vec::new(),
        failed: 0,
        progress: if args.quiet { Progress::hidden() } else { Progress::on_stderr(found.inputs.len()) },
    };
    for problem in &found.problems {
        let path = problem.path.to_string_lossy();
        run.problem(&Problem { path: &path, line: None, message: &problem.message })?;
    }
    let result = engine.review(&args.selection.selection(), args.min_severity, &found.inputs, &mut run);
    run.progress.finish();
    result?;
    let Run { rows, failed, errors, .. } = run;
    let write = |out: &mut dyn Write| {
        let write = if args.format == ReportFormat::Xlsx { write_xlsx } else { write_csv };
        write(out, &rows).and_then(|()| out.flush())
    };
    match &args.output {
        None => write(&mut output.out)?,
        Some(path) => create_output(path)
            .and_then(|mut file| write(&mut file))
            .map_err(|error| RunError::Refused(format!("没能写出审阅表 {}：{}", path.display(), explain_io(&error))))?,
    }
    if !args.quiet {
        let suggested = rows.iter().filter(|(_, row)| row.suggestion.is_some()).count();
        let findings: usize = rows.iter().map(|(_, row)| row.count).sum();
        writeln!(
            errors,
            "审阅表里有 {} 条话术、{findings} 处发现，其中 {suggested} 条有建议的改写。填好“采纳”一栏后，用 wanyan apply 写回。",
            rows.len()
        )?;
    }
    Ok(if failed > 0 {
        Exit::CouldNotRun
    } else if !rows.is_empty() && !args.exit_zero {
        Exit::Found
    } else {
        Exit::Clean
    })
}

/// Collects the rows.
struct Run<'a> {
    problems: HumanReporter,
    errors: &'a mut dyn Write,
    quiet: bool,
    /// Each with the file that it is from.
    rows: Vec<(String, Reviewed)>,
    failed: usize,
    progress: Progress,
}

impl ReviewSink for Run<'_> {
    fn reviewed(&mut self, path: &str, reviewed: Reviewed) {
        self.rows.push((path.to_owned(), reviewed));
    }

    fn note(&mut self, path: &str, note: &str) -> io::Result<()> {
        if self.quiet {
            return Ok(());
        }
        let Run { problems, errors, progress, .. } = self;
        progress.suspend(|| problems.note(*errors, path, note))
    }

    fn problem(&mut self, problem: &Problem<'_>) -> io::Result<()> {
        self.failed += 1;
        let Run { problems, errors, progress, .. } = self;
        progress.suspend(|| problems.problem(*errors, problem))
    }

    fn input_done(&mut self) {
        self.progress.advance();
    }
}
