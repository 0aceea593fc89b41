//! The arguments and their help, all in Chinese. What each flag does is said here and nowhere else.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

use clap::builder::PossibleValue;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use super::engine::{ConfigChoice, Selection};
use crate::config::Delimiter;
use crate::diagnostic::{Category, Severity};
use crate::document::{Format, MessageUnit};
use crate::lint::Fixing;

const TEMPLATE: &str = "{about}\n\n用法：{usage}\n\n{all-args}{after-help}";

const EXAMPLES: &str = "\
例子：
  wanyan check                       检查当前文件夹里的所有草稿
  wanyan check 回复.txt 话术/         检查一个文件和一个文件夹
  pbpaste | wanyan check -           检查剪贴板里的一段话
  wanyan fix --diff 话术/            先看看会改成什么样，不写文件
  wanyan explain blunt-refusal/flat-no
                                     某条规则为什么这样要求、怎么说更好

退出码：0 没有发现问题，1 有发现，2 没能运行（或有文件没能检查）";

const CHECK_EXAMPLES: &str = "\
例子：
  wanyan check 回复.txt
  wanyan check --format jsonl --field text 记录.jsonl > 结果.jsonl
  wanyan check --input transcript --agent 小美 聊天记录.txt
  echo '这个我们处理不了' | wanyan check -";

const APPLY_EXAMPLES: &str = "\
例子：
  wanyan check --format xlsx --output 审阅.xlsx 话术/
                                     写出审阅表，交给主管看；“采纳”一栏填 是 或 否，“建议改为”可以改
  wanyan apply --diff 审阅.xlsx      看看会改哪些地方，不写文件
  wanyan apply 审阅.xlsx             采纳的写回原文件；原文已经变了的不动，并且说出来";

const FIX_EXAMPLES: &str = "\
例子：
  wanyan fix --diff 话术/            只看改动，不写文件
  wanyan fix 话术/                   应用可以放心自动修改的改写
  wanyan fix --suggested 回复.txt    连需要人确认的改写也用上，改完请通读一遍
  wanyan fix - < 回复.txt            改好的文字写到标准输出";

/// 婉言：检查中文客服回复里生硬、推诿、争辩的措辞，并给出得体的改写
#[derive(Debug, Parser)]
#[command(
    name = "wanyan", version, help_template = TEMPLATE,
    override_usage = "wanyan [选项] <命令>", after_help = EXAMPLES, subcommand_help_heading = "命令",
    disable_help_flag = true, disable_version_flag = true, disable_help_subcommand = true,
    arg_required_else_help = true, max_term_width = 100,
)]
pub struct Arguments {
    /// 什么时候用颜色：auto（默认，只在终端里用）、always、never
    #[arg(
        long,
        global = true,
        value_name = "何时",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true,
        help_heading = "通用选项"
    )]
    pub color: ColorWhen,

    /// 显示帮助
    #[arg(short = 'h', long, global = true, action = ArgAction::Help, help_heading = "通用选项")]
    help: Option<bool>,

    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version, help_heading = "通用选项")]
    version: Option<bool>,

    #[command(subcommand)]
    pub command: Command,
}

/// When output is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// 检查文件，列出不得体的措辞和改写
    #[command(help_template = TEMPLATE, override_usage = "wanyan check [选项] [路径]...", after_help = CHECK_EXAMPLES)]
    Check(CheckArgs),
    /// 直接修改文件
    #[command(help_template = TEMPLATE, override_usage = "wanyan fix [选项] [路径]...", after_help = FIX_EXAMPLES)]
    Fix(FixArgs),
    /// 把审阅表里采纳的改写写回原文件
    #[command(help_template = TEMPLATE, override_usage = "wanyan apply [选项] <审阅表>", after_help = APPLY_EXAMPLES)]
    Apply(ApplyArgs),
    /// 看看表格的哪一列、JSON 的哪个字段会被当作话术
    #[command(help_template = TEMPLATE, override_usage = "wanyan columns [选项] [路径]...",
        after_help = "例子：\n  wanyan columns 话术.xlsx\n  wanyan columns --column 标准答案 问答.csv")]
    Columns(ColumnsArgs),
    /// 说明一条规则：为什么、依据、例子
    #[command(help_template = TEMPLATE, override_usage = "wanyan explain [选项] <规则>",
        after_help = "例子：\n  wanyan explain blunt-refusal/flat-no\n  wanyan explain cannot-handle\n  wanyan explain blunt-refusal       这一类的所有规则")]
    Explain(ExplainArgs),
    /// 列出所有规则
    #[command(help_template = TEMPLATE, override_usage = "wanyan rules [选项]",
        after_help = "例子：\n  wanyan rules --category arguing\n  wanyan rules --format md > docs/rules.md")]
    Rules(RulesArgs),
    /// 编写和测试词库
    #[command(help_template = TEMPLATE, override_usage = "wanyan lexicon <命令>", subcommand_help_heading = "命令",
        arg_required_else_help = true,
        after_help = "例子：\n  wanyan lexicon new dismissive/whatever >> 词库.toml\n  wanyan lexicon test 词库.toml")]
    Lexicon(LexiconArgs),
    /// 语言服务器：编辑器里边写边检查
    #[cfg(feature = "lsp")]
    #[command(help_template = TEMPLATE, override_usage = "wanyan lsp [选项]",
        after_help = "编辑器会自己启动它，一般不用手工运行。\n\n例子：\n  wanyan lsp                         经标准输入和标准输出与编辑器对话\n  wanyan lsp --tcp 127.0.0.1:9257    调试用：等编辑器连到本机的这个端口")]
    Lsp(LspArgs),
    /// 生成命令行补全脚本
    #[command(help_template = TEMPLATE, override_usage = "wanyan completions <SHELL>",
        after_help = "例子：\n  wanyan completions bash > ~/.local/share/bash-completion/completions/wanyan\n  wanyan completions zsh > ~/.zfunc/_wanyan\n  wanyan completions fish > ~/.config/fish/completions/wanyan.fish")]
    Completions(CompletionsArgs),
}

/// What is read, and how: the same for `check` and `fix`.
#[derive(Args, Debug)]
#[command(next_help_heading = "选项")]
pub struct SelectionArgs {
    /// 文件或文件夹；- 是标准输入；不写就是当前文件夹
    #[arg(value_name = "路径", help_heading = "参数")]
    pub paths: Vec<PathBuf>,

    #[command(flatten)]
    pub reading: ReadingArgs,

    /// 标准输入当作这个文件名，用来显示和判断格式
    #[arg(long, value_name = "文件名", default_value = "<标准输入>", hide_default_value = true)]
    pub stdin_filename: String,

    /// 用几个线程；默认有几个处理器就用几个
    #[arg(short = 'j', long, value_name = "个数", value_parser = thread_count)]
    threads: Option<NonZeroUsize>,

    /// .gitignore 和 .ignore 忽略的文件也检查
    #[arg(long)]
    pub no_ignore: bool,

    /// 隐藏文件也检查
    #[arg(long)]
    pub hidden: bool,
}

/// How files are read and judged.
#[derive(Args, Debug)]
#[command(next_help_heading = "选项")]
pub struct ReadingArgs {
    /// 输入的格式：plain 纯文本、markdown、transcript 聊天记录、jsonl、json、csv、tsv、xlsx、yaml、toml、html、po、
    /// properties、android-strings、apple-strings；默认按扩展名和内容判断
    #[arg(long, value_name = "格式", hide_possible_values = true)]
    input: Option<Format>,

    /// json、jsonl、yaml、toml 里哪个字段是要检查的文字，可以用点号（如 reply.text），可以写多次；不写就自动判断
    #[arg(long = "field", value_name = "字段")]
    fields: Vec<String>,

    /// 表格（csv、xlsx 等）里哪一列是要检查的话术：表头、序号（从 1 数）或字母，可以写多次；不写就自动判断
    #[arg(long = "column", value_name = "列")]
    columns: Vec<String>,

    /// 表格里哪一列是客户的话（如问答表的问题列），可以写多次；客户的话不检查
    #[arg(long = "customer-column", value_name = "列")]
    customer_columns: Vec<String>,

    /// 表格里哪一列写着话术归谁负责，会写进审阅表
    #[arg(long, value_name = "列")]
    owner_column: Option<String>,

    /// csv 里单元格之间的分隔符，一个符号，如 ; 或 \t；不写就自动判断
    #[arg(long, value_name = "符号", value_parser = Delimiter::from_str)]
    delimiter: Option<Delimiter>,

    /// 纯文本里多大算一条消息：auto（默认）、line 一行、paragraph 一段、document 整个文件
    #[arg(long, value_name = "单位", default_value = "auto", hide_default_value = true, hide_possible_values = true)]
    message: MessageUnit,

    /// 聊天记录里客服的称呼（如 小美），可以写多次
    #[arg(long = "agent", value_name = "称呼")]
    agents: Vec<String>,

    /// 聊天记录里客户的称呼（如 张先生），可以写多次；客户的话不检查
    #[arg(long = "customer", value_name = "称呼")]
    customers: Vec<String>,

    /// 再用一个词库文件，可以写多次，后面的优先
    #[arg(long = "lexicon", value_name = "文件")]
    lexicons: Vec<PathBuf>,

    /// 用这个配置文件，不去找 wanyan.toml
    #[arg(long, value_name = "文件", conflicts_with = "no_config")]
    config: Option<PathBuf>,

    /// 不用任何配置文件
    #[arg(long)]
    no_config: bool,
}

impl SelectionArgs {
    /// How the text is to be read and judged.
    pub fn selection(&self) -> Selection {
        Selection { threads: self.threads, ..self.reading.selection() }
    }
}

impl ReadingArgs {
    /// The same, with as many threads as there are processors.
    pub fn selection(&self) -> Selection {
        Selection {
            lexicons: self.lexicons.clone(),
            config: match (&self.config, self.no_config) {
                (Some(file), _) => ConfigChoice::File(file.clone()),
                (None, true) => ConfigChoice::None,
                (None, false) => ConfigChoice::Discover,
            },
            input: self.input,
            fields: self.fields.clone(),
            columns: self.columns.clone(),
            customer_columns: self.customer_columns.clone(),
            owner_column: self.owner_column.clone(),
            delimiter: self.delimiter.map(|delimiter| delimiter.0),
            unit: self.message,
            agents: self.agents.clone(),
            customers: self.customers.clone(),
            threads: None,
            fixing: Fixing::Make,
        }
    }
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Format::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for MessageUnit {
    fn value_variants<'a>() -> &'a [Self] {
        &[MessageUnit::Auto, MessageUnit::Line, MessageUnit::Paragraph, MessageUnit::Document]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            MessageUnit::Auto => "auto",
            MessageUnit::Line => "line",
            MessageUnit::Paragraph => "paragraph",
            MessageUnit::Document => "document",
        }))
    }
}

fn thread_count(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "要一个大于 0 的整数".to_owned())
}

#[derive(Args, Debug)]
#[command(next_help_heading = "选项")]
pub struct CheckArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// 输出的格式：human（默认，给人看）、concise 一行一处、json、jsonl，或者审阅表 csv、xlsx（见 wanyan apply）
    #[arg(long, value_name = "格式", default_value = "human", hide_default_value = true, hide_possible_values = true)]
    pub format: ReportFormat,

    /// 结果写到这个文件，不写到标准输出
    #[arg(long, value_name = "文件")]
    pub output: Option<PathBuf>,

    /// 只显示这个级别以上的发现：hint 提示（默认，全部）、info 建议、warning 警告、error 错误
    #[arg(long, value_name = "级别", default_value = "hint", hide_default_value = true, hide_possible_values = true,
        value_parser = severity_parser())]
    pub min_severity: Severity,

    /// 最后列出每类、每条规则各有多少处
    #[arg(long)]
    pub statistics: bool,

    /// 不显示总结和进度
    #[arg(short = 'q', long)]
    pub quiet: bool,

    /// 有发现也以 0 退出
    #[arg(long)]
    pub exit_zero: bool,
}

/// The names of severities, with nothing else accepted.
fn severity_parser() -> impl clap::builder::TypedValueParser<Value = Severity> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PossibleValuesParser::new(["hint", "info", "warning", "error"]).map(|name| match name.as_str() {
        "error" => Severity::Error,
        "warning" => Severity::Warning,
        "info" => Severity::Info,
        _ => Severity::Hint,
    })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReportFormat {
    Human,
    Concise,
    Json,
    Jsonl,
    Csv,
    Xlsx,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "选项")]
pub struct FixArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// 连需要人确认的改写也用上：每处用第一个
    #[arg(long)]
    pub suggested: bool,

    /// 只显示改动，不写文件
    #[arg(long)]
    pub diff: bool,

    /// 不显示总结
    #[arg(short = 'q', long)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "选项")]
pub struct ApplyArgs {
    /// 审阅表：wanyan check --format csv 或 xlsx 写出的文件，填好“采纳”一栏
    #[arg(value_name = "审阅表", help_heading = "参数")]
    pub sheet: PathBuf,

    /// 只显示改动，不写文件
    #[arg(long)]
    pub diff: bool,

    /// 不显示总结
    #[arg(short = 'q', long)]
    pub quiet: bool,

    #[command(flatten)]
    pub reading: ReadingArgs,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "选项")]
pub struct ColumnsArgs {
    #[command(flatten)]
    pub selection: SelectionArgs,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "选项")]
pub struct ExplainArgs {
    /// 规则，如 blunt-refusal/flat-no；也可以只写后一半，或只写类别
    #[arg(value_name = "规则", help_heading = "参数")]
    pub rule: String,

    /// 再用一个词库文件，可以写多次
    #[arg(long = "lexicon", value_name = "文件")]
    pub lexicons: Vec<PathBuf>,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "选项")]
pub struct RulesArgs {
    /// 输出的格式：text（默认）、md、json
    #[arg(long, value_name = "格式", default_value = "text", hide_default_value = true, hide_possible_values = true)]
    pub format: RulesFormat,

    /// 只列这一类，如 arguing
    #[arg(long, value_name = "类别", hide_possible_values = true, value_parser = category_parser())]
    pub category: Option<Category>,

    /// 再用一个词库文件，可以写多次
    #[arg(long = "lexicon", value_name = "文件")]
    pub lexicons: Vec<PathBuf>,
}

fn category_parser() -> impl clap::builder::TypedValueParser<Value = Category> {
    use clap::builder::TypedValueParser as _;
    clap::builder::PossibleValuesParser::new(Category::ALL.map(Category::name))
        .try_map(|name| Category::from_name(&name).ok_or("没有这个类别"))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RulesFormat {
    Text,
    Md,
    Json,
}

#[derive(Args, Debug)]
pub struct LexiconArgs {
    #[command(subcommand)]
    pub command: LexiconCommand,
}

#[derive(Debug, Subcommand)]
pub enum LexiconCommand {
    /// 运行词库里的例子；不写文件就测内置词库
    #[command(help_template = TEMPLATE, override_usage = "wanyan lexicon test [选项] [文件]...")]
    Test {
        /// 词库文件
        #[arg(value_name = "文件", help_heading = "参数")]
        files: Vec<PathBuf>,
        /// 通过的例子也列出来
        #[arg(short = 'v', long, help_heading = "选项")]
        verbose: bool,
    },
    /// 打印一个条目在词库文件里的原文
    #[command(help_template = TEMPLATE, override_usage = "wanyan lexicon show [选项] <规则>")]
    Show {
        /// 规则名：类别/名字，如 blunt-refusal/no-way
        #[arg(value_name = "规则", help_heading = "参数")]
        rule: String,
        /// 再用一个词库文件，可以写多次
        #[arg(long = "lexicon", value_name = "文件", help_heading = "选项")]
        lexicons: Vec<PathBuf>,
    },
    /// 打印一个新条目的样板，照着填就行
    #[command(help_template = TEMPLATE, override_usage = "wanyan lexicon new <规则>")]
    New {
        /// 新条目的规则名：类别/名字，如 dismissive/whatever
        #[arg(value_name = "规则", help_heading = "参数")]
        id: String,
    },
    /// 打印词库展开后的所有字串，一行一个
    #[command(help_template = TEMPLATE, override_usage = "wanyan lexicon literals [选项]")]
    Literals {
        /// 再用一个词库文件，可以写多次
        #[arg(long = "lexicon", value_name = "文件", help_heading = "选项")]
        lexicons: Vec<PathBuf>,
    },
    /// 打印词库文件的 JSON Schema，编辑器用它来补全和检查
    #[command(help_template = TEMPLATE, override_usage = "wanyan lexicon schema")]
    Schema,
}

#[cfg(feature = "lsp")]
#[derive(Args, Debug)]
#[command(next_help_heading = "选项")]
pub struct LspArgs {
    /// 经标准输入和标准输出对话（默认就是这样，写不写都行）
    #[arg(long)]
    pub stdio: bool,

    /// 调试用：在本机的这个地址等一个编辑器连上来，如 127.0.0.1:9257
    #[arg(long, value_name = "地址", value_parser = loopback, conflicts_with = "stdio")]
    pub tcp: Option<std::net::SocketAddr>,
}

#[cfg(feature = "lsp")]
fn loopback(text: &str) -> Result<std::net::SocketAddr, String> {
    let address = text.replacen("localhost:", "127.0.0.1:", 1);
    let address = address.parse().or_else(|_| address.parse().map(|port: u16| ([127, 0, 0, 1], port).into()));
    match address {
        Ok(address) if std::net::SocketAddr::ip(&address).is_loopback() => Ok(address),
        Ok(_) => Err("只能用本机的地址，如 127.0.0.1:9257".to_owned()),
        Err(_) => Err("要写成 地址:端口，如 127.0.0.1:9257".to_owned()),
    }
}

#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// bash、zsh、fish、powershell 或 elvish
    #[arg(value_name = "SHELL", help_heading = "参数", hide_possible_values = true)]
    pub shell: clap_complete::Shell,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_flag_and_command_is_described_in_chinese() {
        fn look(command: &clap::Command) {
            let chinese = |text: Option<String>| {
                text.is_some_and(|text| text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character)))
            };
            assert!(chinese(command.get_about().map(ToString::to_string)), "{}", command.get_name());
            for argument in command.get_arguments() {
                let help = argument.get_help().map(ToString::to_string);
                assert!(chinese(help), "{} {}", command.get_name(), argument.get_id());
                assert!(argument.get_help_heading().is_some(), "{} {}", command.get_name(), argument.get_id());
            }
            command.get_subcommands().for_each(look);
        }
        look(&Arguments::command());
    }
}
