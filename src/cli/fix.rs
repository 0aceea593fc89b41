//! `wanyan fix`.

use std::io::{self, Write};

use super::args::FixArgs;
use super::engine::{Engine, FixSink, FixedInput, Input, RunError};
use super::exit::Exit;
use super::inputs;
use super::output::Output;
use crate::lint::FixLevel;
use crate::report::{HumanReporter, Palette, Problem, Reporter};
use crate::workspace::{DiffStyle, replace_file, write_diff};

pub fn run(args: &FixArgs, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    let found = inputs::find(&args.selection, None);
    let level = if args.suggested { FixLevel::Suggested } else { FixLevel::Safe };
    let mut run = Run {
        problems: HumanReporter::new(output.error_palette),
        style: if output.palette == Palette::plain() { DiffStyle::Plain } else { DiffStyle::Coloured },
        effect: if args.diff { Effect::Show } else { Effect::Write },
        out: &mut output.out,
        errors: &mut output.errors,
        totals: Totals::default(),
    };
    for problem in &found.problems {
        let path = problem.path.to_string_lossy();
        run.problem(&Problem { path: &path, line: None, message: &problem.message })?;
    }
    engine.fix(&args.selection.selection(), level, &found.inputs, &mut run)?;
    let totals = run.totals;
    output.out.flush()?;
    if !args.quiet {
        // Standard output may hold a diff or the fixed text, which nothing else may enter.
        write_totals(&mut output.errors, args, &totals)?;
    }
    Ok(if totals.problems > 0 {
        Exit::CouldNotRun
    } else if totals.left > 0 || (args.diff && totals.applied > 0) {
        Exit::Found
    } else {
        Exit::Clean
    })
}

fn write_totals(errors: &mut dyn Write, args: &FixArgs, totals: &Totals) -> io::Result<()> {
    let Totals { changed, applied, left, problems } = *totals;
    if applied == 0 && problems > 0 {
        errors.write_all("没有改动任何文件".as_bytes())?;
    } else if applied == 0 {
        errors.write_all("没有可以修改的地方".as_bytes())?;
    } else if args.diff {
        write!(errors, "可以修改 {changed} 个文件里的 {applied} 处（没有写文件）")?;
    } else {
        write!(errors, "修改了 {changed} 个文件里的 {applied} 处")?;
    }
    if left > 0 {
        write!(errors, "；还有 {left} 处需要人来改（wanyan check 可以看到）")?;
    }
    if problems > 0 {
        write!(errors, "；{problems} 处没能处理")?;
    }
    errors.write_all("。\n".as_bytes())
}

/// What is done with fixed text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    /// The difference is shown.
    Show,
    /// Files are replaced; standard input goes to standard output.
    Write,
}

#[derive(Clone, Copy, Default)]
struct Totals {
    /// Inputs that changed.
    changed: usize,
    /// Findings that were mended.
    applied: usize,
    /// Errors and warnings that are left.
    left: usize,
    problems: usize,
}

struct Run<'a> {
    problems: HumanReporter,
    style: DiffStyle,
    effect: Effect,
    out: &'a mut dyn Write,
    errors: &'a mut dyn Write,
    totals: Totals,
}

impl FixSink for Run<'_> {
    fn fixed(&mut self, fixed: &FixedInput<'_>) -> io::Result<()> {
        self.totals.left += fixed.left;
        let changed = fixed.before != fixed.after;
        match (self.effect, fixed.input) {
            (Effect::Show, _) => write_diff(self.out, self.style, fixed.path, fixed.before_text, fixed.after_text)?,
            // What is piped through comes out also where nothing was to be mended.
            (Effect::Write, Input::Stdin { .. }) => self.out.write_all(fixed.after)?,
            (Effect::Write, Input::File(path)) if changed => {
                if let Err(error) = replace_file(path, fixed.before, fixed.after) {
                    return self.problem(&Problem { path: fixed.path, line: None, message: &error.to_string() });
                }
            }
            (Effect::Write, Input::File(_)) => {}
        }
        if changed {
            self.totals.changed += 1;
            self.totals.applied += fixed.applied;
        }
        Ok(())
    }

    fn problem(&mut self, problem: &Problem<'_>) -> io::Result<()> {
        self.totals.problems += 1;
        self.problems.problem(self.errors, problem)
    }
}
