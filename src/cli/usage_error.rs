//! Mistakes in the arguments, said in Chinese: what was wrong, what was probably meant, and where help is.

use std::error::Error as _;
use std::fmt::Write as _;
use std::io::Write as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::args::ColorWhen;
use super::exit::Exit;
use super::output::Output;

/// Shows help, the version, or what is wrong with the arguments.
pub fn show(error: &clap::Error) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // Who closes the pipe has seen enough.
            let _ = error.print();
            Exit::Clean
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            Exit::CouldNotRun
        }
        _ => {
            let mut output = Output::standard(ColorWhen::Auto);
            output.complain(&explain(error));
            let _ = output.errors.flush();
            Exit::CouldNotRun
        }
    }
}

fn explain(error: &clap::Error) -> String {
    let context = |kind| error.get(kind).map(text).unwrap_or_default();
    let argument = plain_name(&context(ContextKind::InvalidArg));
    let value = context(ContextKind::InvalidValue);
    let mut message = match error.kind() {
        ErrorKind::UnknownArgument => format!("没有“{argument}”这个选项或参数"),
        ErrorKind::InvalidSubcommand => format!("没有“{}”这个命令", context(ContextKind::InvalidSubcommand)),
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 后面要写一个值"),
        ErrorKind::InvalidValue => format!("{argument} 的值“{value}”不对"),
        ErrorKind::ValueValidation => match error.source() {
            Some(why) => format!("{argument} 的值“{value}”不对：{why}"),
            None => format!("{argument} 的值“{value}”不对"),
        },
        ErrorKind::ArgumentConflict => {
            let other = plain_name(&context(ContextKind::PriorArg));
            if other == argument || other.is_empty() {
                format!("{argument} 只能写一次")
            } else {
                format!("{argument} 不能和 {other} 一起用")
            }
        }
        ErrorKind::MissingRequiredArgument => format!("还要写：{argument}"),
        ErrorKind::MissingSubcommand => "还要写一个命令".to_owned(),
        ErrorKind::TooManyValues => format!("{argument} 的值太多，“{value}”用不上"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{argument} 后面的值个数不对"),
        ErrorKind::NoEquals => format!("{argument} 的值要用等号写"),
        ErrorKind::InvalidUtf8 => "参数里有不是 UTF-8 的文字".to_owned(),
        _ => format!("参数不对（{error}）"),
    };
    let suggested = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .find_map(|kind| error.get(kind).map(first));
    if let Some(suggested) = suggested.filter(|name| !name.is_empty()) {
        // Writing to a string cannot fail.
        let _ = write!(message, "，是不是想写“{suggested}”？");
    }
    if let Some(valid) = error.get(ContextKind::ValidValue).map(text).filter(|names| !names.is_empty()) {
        let _ = write!(message, "\n可以写：{valid}");
    }
    message.push_str("\n试试 wanyan --help");
    message
}

fn text(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(texts) => texts.join("、"),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn first(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(texts) => texts.first().cloned().unwrap_or_default(),
        other => text(other),
    }
}

/// `--format` for `--format <格式>`, and `路径` for `[路径]...`.
fn plain_name(argument: &str) -> String {
    let names = argument.split('、').map(|name| {
        let name = if name.starts_with('-') { name.split([' ', '=']).next().unwrap_or(name) } else { name };
        name.trim_matches(['<', '>', '[', ']', '.'])
    });
    names.collect::<Vec<_>>().join("、")
}
