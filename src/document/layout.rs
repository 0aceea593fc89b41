//! What was found to be where in a file of records: for telling the user which columns or fields are checked, and why.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::segment::column_letters;

/// The parts of a file that hold records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A table.
    Table {
        /// The sheet of a workbook.
        sheet: Option<Rc<str>>,
        /// Its columns, in order.
        columns: Vec<Column>,
        /// How the columns with replies were told.
        basis: Basis,
    },
    /// A tree of values with names.
    Fields {
        /// The dotted names of all texts, with how many there are of each.
        all: BTreeMap<String, usize>,
        /// Those that are messages.
        chosen: Vec<String>,
    },
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading; nothing where the table has none.
    pub name: Option<Rc<str>>,
    /// What stands in it.
    pub usage: Usage,
    /// The first text in it.
    pub sample: String,
}

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Replies: the agent's words, or those of whom the column of speakers names.
    Reply,
    /// The customer's words.
    Customer,
    /// Whose reply it is.
    Owner,
    /// Who speaks.
    Speaker,
    /// When it was said.
    Time,
    /// To which conversation it belongs.
    Conversation,
    /// Something else.
    Other,
}

/// How the columns with replies were told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The user named them.
    Named,
    /// By their headings.
    Heading,
    /// By what stands in them.
    Content,
    /// Not at all.
    Nothing,
}

impl Usage {
    /// In Chinese.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Usage::Reply => "回复（要检查）",
            Usage::Customer => "客户的话（不检查）",
            Usage::Owner => "负责人",
            Usage::Speaker => "谁说的",
            Usage::Time => "时间",
            Usage::Conversation => "会话",
            Usage::Other => "",
        }
    }
}

impl Basis {
    /// In Chinese.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Basis::Named => "按您写明的",
            Basis::Heading => "按表头认出",
            Basis::Content => "没有认识的表头，按内容认出",
            Basis::Nothing => "没有认出",
        }
    }
}

impl Column {
    /// How people call the column of that number, from zero.
    #[must_use]
    pub fn title(&self, number: usize) -> String {
        match &self.name {
            Some(name) if !name.trim().is_empty() => name.trim().to_owned(),
            _ => format!("{} 列", column_letters(number)),
        }
    }
}

impl Layout {
    /// Which columns or fields are checked, in a line of Chinese.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Layout::Table { sheet, columns, basis } => {
                let named = |usage: Usage| {
                    let titles = columns.iter().enumerate().filter(|(_, column)| column.usage == usage);
                    titles.map(|(number, column)| format!("“{}”", column.title(number))).collect::<Vec<_>>().join("、")
                };
                let sheet = sheet.as_ref().map(|sheet| format!("工作表“{sheet}”：")).unwrap_or_default();
                let (replies, customer) = (named(Usage::Reply), named(Usage::Customer));
                if replies.is_empty() {
                    return format!("{sheet}没有认出存放话术的列，没有检查；要检查请用 --column 写明");
                }
                let customer = if customer.is_empty() {
                    String::new()
                } else {
                    format!("；{customer}当作客户的话，不检查")
                };
                format!("{sheet}检查{replies}（{}）{customer}", basis.title())
            }
            Layout::Fields { all, chosen } => {
                let mut chosen = chosen.clone();
                chosen.sort();
                let count = chosen.len();
                if count == 0 || chosen == [""] {
                    return if all.is_empty() {
                        "没有中文的文字，没有检查".to_owned()
                    } else {
                        "没有认出存放话术的字段，没有检查；要检查请用 --field 写明".to_owned()
                    };
                }
                let shown: Vec<&str> = chosen.iter().map(String::as_str).take(6).collect();
                let more = if count > shown.len() { format!("等 {count} 个") } else { String::new() };
                format!("检查字段 {}{more}", shown.join("、"))
            }
        }
    }
}
