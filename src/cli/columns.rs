//! `wanyan columns`.

use std::io::{self, Write};

use super::args::ColumnsArgs;
use super::engine::{Engine, RunError};
use super::exit::Exit;
use super::inputs;
use super::output::Output;
use crate::document::{Layout, Reading, Usage, column_letters};
use crate::report::screen::Inline;
use crate::report::{HumanReporter, Palette, Problem, Reporter};

pub fn run(args: &ColumnsArgs, engine: &dyn Engine, output: &mut Output) -> Result<Exit, RunError> {
    let found = inputs::find(&args.selection, None);
    let mut problems = HumanReporter::new(output.error_palette);
    let mut exit = if found.problems.is_empty() { Exit::Clean } else { Exit::CouldNotRun };
    let (out, errors, palette) = (&mut output.out, &mut output.errors, output.palette);
    for problem in &found.problems {
        let path = problem.path.to_string_lossy();
        problems.problem(errors, &Problem { path: &path, line: None, message: &problem.message })?;
    }
    engine.layouts(&args.selection.selection(), &found.inputs, &mut |path, reading| match reading {
        Ok(reading) => {
            show(out, &palette, path, &reading)?;
            for problem in &reading.problems {
                exit = Exit::CouldNotRun;
                let line = Some(problem.line);
                problems.problem(errors, &Problem { path, line, message: &problem.message })?;
            }
            Ok(())
        }
        Err(message) => {
            exit = Exit::CouldNotRun;
            problems.problem(errors, &Problem { path, line: None, message: &message })
        }
    })?;
    Ok(exit)
}

fn show(out: &mut dyn Write, palette: &Palette, path: &str, reading: &Reading) -> io::Result<()> {
    let Palette { bold, dim, .. } = *palette;
    writeln!(out, "{bold}{}{bold:#}", Inline(path))?;
    if reading.layouts.is_empty() {
        writeln!(out, "  没有列，也没有字段：整个文件按消息检查")?;
    }
    for layout in &reading.layouts {
        match layout {
            Layout::Table { sheet, columns, basis } => {
                let sheet = sheet.as_ref().map(|sheet| format!("工作表“{sheet}”，")).unwrap_or_default();
                writeln!(out, "  {}{}", Inline(&sheet), basis.title())?;
                for (number, column) in columns.iter().enumerate() {
                    let letters = column_letters(number);
                    let name = column.name.as_deref().unwrap_or("（没有表头）");
                    write!(out, "  {letters:>3}  {bold}{}{bold:#}", Inline(name))?;
                    write_usage(out, column.usage)?;
                    writeln!(out, "  {dim}{}{dim:#}", Inline(&column.sample))?;
                }
            }
            Layout::Fields { all, chosen, customer } => {
                for (field, count) in all {
                    let usage = match field {
                        field if chosen.contains(field) => Usage::Reply,
                        field if customer.contains(field) => Usage::Customer,
                        _ => Usage::Other,
                    };
                    write!(out, "  {bold}{}{bold:#}（{count} 处）", Inline(field))?;
                    write_usage(out, usage)?;
                    out.write_all(b"\n")?;
                }
                if all.is_empty() {
                    writeln!(out, "  没有见到文字字段")?;
                }
            }
        }
    }
    for note in &reading.notes {
        writeln!(out, "  {}", Inline(note))?;
    }
    Ok(())
}

fn write_usage(out: &mut dyn Write, usage: Usage) -> io::Result<()> {
    if usage == Usage::Other { Ok(()) } else { write!(out, "  ← {}", usage.title()) }
}
