//! What was found to be where in a file of records: for telling the user which columns or fields are checked, and why.

use std::collections::BTreeMap;

use super::segment::column_letters;

/// The parts of a file that hold records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// A table.
    Table {
        /// The sheet of a workbook.
        sheet: Option<String>,
        /// Its columns, in order.
        columns: Vec<Column>,
        /// How the columns with replies were told.
        basis: Basis,
    },
    /// A tree of values with names.
    Fields {
        /// The dotted names of all texts, with how many there are of each.
        all: BTreeMap<String, usize>,
        /// Those that are messages of the agent.
        chosen: Vec<String>,
        /// Those that are the customer's words.
        customer: Vec<String>,
    },
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading; nothing where the table has none.
    pub name: Option<String>,
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
    /// It is a review sheet, in which the messages of others are shown.
    ReviewSheet,
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
            Basis::ReviewSheet => "是审阅表，不检查",
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
    /// Which columns or fields are checked, in a line of Chinese; nothing where there is no Chinese in any field.
    #[must_use]
    pub fn summary(&self) -> Option<String> {
        match self {
            Layout::Table { sheet, columns, basis } => {
                let named = |usage: Usage| {
                    let titles = columns.iter().enumerate().filter(|(_, column)| column.usage == usage);
                    titles.map(|(number, column)| format!("“{}”", column.title(number))).collect::<Vec<_>>().join("、")
                };
                let sheet = sheet.as_ref().map(|sheet| format!("工作表“{sheet}”：")).unwrap_or_default();
                let (replies, customer) = (named(Usage::Reply), named(Usage::Customer));
                if *basis == Basis::ReviewSheet {
                    return Some(format!("{sheet}{}", basis.title()));
                }
                if replies.is_empty() {
                    return Some(format!("{sheet}没有认出存放话术的列，没有检查；要检查请用 --column 写明"));
                }
                let customer = if customer.is_empty() {
                    String::new()
                } else {
                    format!("；{customer}当作客户的话，不检查")
                };
                Some(format!("{sheet}检查{replies}（{}）{customer}", basis.title()))
            }
            Layout::Fields { chosen, customer, .. } => {
                let count = chosen.len();
                if count == 0 || *chosen == [""] {
                    return None;
                }
                let shown: Vec<&str> = chosen.iter().map(String::as_str).take(6).collect();
                let more = if count > shown.len() { format!("等 {count} 个") } else { String::new() };
                let customer = if customer.is_empty() {
                    String::new()
                } else {
                    format!("；{} 当作客户的话，不检查", customer.join("、"))
                };
                Some(format!("检查字段 {}{more}{customer}", shown.join("、")))
            }
        }
    }
}
