//! `wanyan apply`.

use std::io::{self, Write};
use std::path::Path;

use super::args::ApplyArgs;
use super::engine::{AppliedFile, ApplySink, Engine, RunError};
use super::exit::Exit;
use super::output::Output;
use crate::report::{HumanReporter, Palette, Problem, Reporter};
use crate::workspace::{DiffStyle, Outcome, replace_file, write_diff};

pub fn run(args: &ApplyArgs, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    let mut run = Run {
        problems: HumanReporter::new(output.error_palette),
        style: if output.palette == Palette::plain() { DiffStyle::Plain } else { DiffStyle::Coloured },
        effect: if args.diff { Effect::Show } else { Effect::Write },
        sheet: &args.sheet,
        out: &mut output.out,
        errors: &mut output.errors,
        totals: Totals::default(),
    };
    engine.apply(&args.reading.selection(), &args.sheet, &mut run)?;
    let totals = run.totals;
    output.out.flush()?;
    if !args.quiet {
        write_totals(&mut output.errors, args, &totals)?;
    }
    Ok(if totals.problems > 0 {
        Exit::CouldNotRun
    } else if totals.refused > 0 || (args.diff && totals.applied > 0) {
        Exit::Found
    } else {
        Exit::Clean
    })
}

fn write_totals(errors: &mut dyn Write, args: &ApplyArgs, totals: &Totals) -> io::Result<()> {
    let Totals { applied, as_is, refused, declined, problems } = *totals;
    let done = if args.diff { "可以写回" } else { "写回了" };
    write!(errors, "{done} {applied} 行")?;
    for (count, what) in [
        (as_is, "行原来就是这样"),
        (refused, "行没有写回（见上面）"),
        (declined, "行没有采纳"),
        (problems, "处没能处理"),
    ] {
        if count > 0 {
            write!(errors, "；{count} {what}")?;
        }
    }
    errors.write_all("。\n".as_bytes())
}

/// What is done with the files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// The difference is shown.
    Show,
    /// They are replaced.
    Write,
}

#[derive(Clone, Copy, Default)]
struct Totals {
    applied: usize,
    as_is: usize,
    refused: usize,
    declined: usize,
    problems: usize,
}

struct Run<'a> {
    problems: HumanReporter,
    style: DiffStyle,
    effect: Effect,
    sheet: &'a Path,
    out: &'a mut dyn Write,
    errors: &'a mut dyn Write,
    totals: Totals,
}

impl ApplySink for Run<'_> {
    fn applied(&mut self, file: &AppliedFile<'_>) -> io::Result<()> {
        let path = file.path.to_string_lossy();
        match self.effect {
            Effect::Show => write_diff(self.out, self.style, &path, file.before_text, file.after_text)?,
            Effect::Write if file.before != file.after => {
                if let Err(error) = replace_file(file.path, file.before, file.after) {
                    return self.problem(&Problem { path: &path, line: None, message: &error.to_string() });
                }
            }
            Effect::Write => {}
        }
        for (row, outcome) in file.outcomes {
            match outcome {
                Outcome::Applied => self.totals.applied += 1,
                Outcome::AsIs => self.totals.as_is += 1,
                Outcome::Refused(why) => {
                    self.totals.refused += 1;
                    let sheet = self.sheet.to_string_lossy();
                    self.problems.note(self.errors, &sheet, &format!("第 {row} 行（{path}）：{why}"))?;
                }
            }
        }
        Ok(())
    }

    fn problem(&mut self, problem: &Problem<'_>) -> io::Result<()> {
        self.totals.problems += 1;
        let line = problem.line.map(|line| format!("第 {line} 行，")).unwrap_or_default();
        self.problems.note(self.errors, problem.path, &format!("{line}{}", problem.message))
    }

    fn declined(&mut self, rows: usize) {
        self.totals.declined += rows;
    }
}
