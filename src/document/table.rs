//! Which columns of a table hold replies, and what a row comes to. Must not know how the table was written.
//!
//! Columns are told by what the user names, else by usual headings, else by what stands in them: most of their cells are
//! Chinese sentences. Beside replies the customer's questions, the speaker, the time, the conversation and the owner are
//! known by their headings.

use std::borrow::Cow;
use std::rc::Rc;

use super::fields::role_named;
use super::headings::{known_headings, may_be_heading};
use super::layout::{Basis, Column, Layout, Usage};
use super::segment::column_letters;
use super::{Address, ExtractOptions, Moment, Role, Segment, Turn};
use crate::text::is_han;

/// How many rows are looked at to tell the columns.
pub(super) const SAMPLED_ROWS: usize = 100;

/// Among how many rows at the beginning the headings are looked for.
const LOOKED_THROUGH: usize = 10;

/// The headings by which a review sheet is known.
pub(super) const REVIEW_HEADINGS: [&str; 3] = ["原文", "建议改为", "采纳"];

/// What stands in the columns of a table.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// The columns, in order.
    pub(super) columns: Vec<Column>,
    /// How the columns with replies were told.
    pub(super) basis: Basis,
    /// The row, from zero, that holds the headings; what is above it is a title.
    heading: Option<usize>,
    /// The columns that the user names and the table has not, with what they were to be.
    pub(super) missing: Vec<(String, Usage)>,
    speaker: Option<usize>,
    time: Option<usize>,
    conversation: Option<usize>,
    owner: Option<usize>,
}

impl Columns {
    /// What stands in the columns of a table that begins with `rows`.
    pub(super) fn of<S: AsRef<str>>(rows: &[Vec<S>], options: &ExtractOptions) -> Columns {
        let sample = Sample::new(rows);
        if let Some(heading) = sample.review_sheet().filter(|_| options.columns.is_empty()) {
            return Columns::of_review_sheet(heading, &sample.cells(heading));
        }
        let heading = sample.heading(options);
        let headings = heading.map(|row| sample.cells(row)).unwrap_or_default();
        let mut usages = vec![Usage::Other; sample.width];
        let mut missing = Vec::new();
        let mut name = |asked: &[String], usage: Usage| {
            for name in asked {
                match find(&headings, name).or_else(|| by_number(name, sample.width)) {
                    Some(column) => usages[column] = usage,
                    None => missing.push((name.clone(), usage)),
                }
            }
        };
        name(&options.columns, Usage::Reply);
        name(&options.customer_columns, Usage::Customer);
        name(options.owner_column.as_slice(), Usage::Owner);
        let mut basis = if options.columns.is_empty() { Basis::Nothing } else { Basis::Named };
        let told = heading.map(|row| sample.told(row)).unwrap_or_default();
        for (usage, told) in usages.iter_mut().zip(told).filter(|(usage, _)| **usage == Usage::Other) {
            // What the user names is all that he wants.
            if told != Usage::Reply || basis == Basis::Nothing {
                *usage = told;
            }
        }
        if basis == Basis::Nothing && usages.contains(&Usage::Reply) {
            basis = Basis::Heading;
        }
        if basis == Basis::Nothing {
            for (column, usage) in usages.iter_mut().enumerate().filter(|(_, usage)| **usage == Usage::Other) {
                if reads_as_replies(sample.texts(heading, column)) {
                    *usage = Usage::Reply;
                    basis = Basis::Content;
                }
            }
        }
        let columns = usages.iter().enumerate().map(|(number, usage)| Column {
            name: headings.get(number).map(|heading| (*heading).to_owned()),
            usage: *usage,
            sample: sample.texts(heading, number).next().unwrap_or_default().chars().take(40).collect(),
        });
        let at = |wanted: Usage| usages.iter().position(|usage| *usage == wanted);
        Columns {
            columns: columns.collect(),
            basis,
            heading,
            missing,
            speaker: at(Usage::Speaker),
            time: at(Usage::Time),
            conversation: at(Usage::Conversation),
            owner: at(Usage::Owner),
        }
    }

    /// Whether the row of that number, from zero, is the heading or stands above it.
    pub(super) fn is_above_body(&self, row: usize) -> bool {
        self.heading.is_some_and(|heading| row <= heading)
    }

    /// How each column is called in an address: `“话术”列`, with its letters where two are named alike; `B 列` without a name.
    pub(super) fn labels(&self) -> Vec<Rc<str>> {
        let name =
            |column: &Column| column.name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        let names: Vec<Option<String>> = self.columns.iter().map(name).collect();
        let label = |(number, name): (usize, &Option<String>)| -> Rc<str> {
            let letters = column_letters(number);
            match name {
                Some(own) if names.iter().filter(|other| *other == name).count() > 1 => {
                    format!("“{own}”列（{letters}）").into()
                }
                Some(own) => format!("“{own}”列").into(),
                None => format!(" {letters} 列").into(),
            }
        };
        names.iter().enumerate().map(label).collect()
    }

    fn of_review_sheet(heading: usize, names: &[&str]) -> Columns {
        let column =
            |name: &&str| Column { name: Some((*name).to_owned()), usage: Usage::Other, sample: String::new() };
        Columns {
            columns: names.iter().map(column).collect(),
            basis: Basis::ReviewSheet,
            heading: Some(heading),
            missing: Vec::new(),
            speaker: None,
            time: None,
            conversation: None,
            owner: None,
        }
    }

    /// The columns with words, each with its number from zero and whose words they are.
    pub(super) fn with_words(&self) -> impl Iterator<Item = (usize, Role)> {
        self.columns.iter().enumerate().filter_map(|(number, column)| match column.usage {
            Usage::Reply => Some((number, Role::Agent)),
            Usage::Customer => Some((number, Role::Customer)),
            _ => None,
        })
    }

    /// For telling the user.
    pub(super) fn layout(&self, sheet: Option<String>) -> Layout {
        Layout::Table { sheet, columns: self.columns.clone(), basis: self.basis }
    }

    /// That a column of replies is asked for and missing, in Chinese; the others do not matter to what is found.
    pub(super) fn explain_missing(&self) -> Option<String> {
        let (missing, _) = self.missing.iter().find(|(_, usage)| *usage == Usage::Reply)?;
        let titles: Vec<String> =
            self.columns.iter().enumerate().map(|(number, column)| column.title(number)).collect();
        let close = titles
            .iter()
            .max_by(|one, other| strsim::jaro_winkler(missing, one).total_cmp(&strsim::jaro_winkler(missing, other)));
        let close = close.filter(|title| strsim::jaro_winkler(missing, title) > 0.6);
        let guess = close.map(|title| format!("您是不是想写“{title}”？")).unwrap_or_default();
        let all: Vec<&str> = titles.iter().map(String::as_str).take(20).collect();
        Some(format!("没有“{missing}”这一列。{guess}表里有：{}", all.join("、")))
    }

    /// Fills in what the other cells of its row say of a segment. `cell` gives the text of a column.
    pub(super) fn complete<'a>(
        &self,
        segment: &mut Segment<'a>,
        conversations: &mut Conversations,
        options: &ExtractOptions,
        cell: &dyn Fn(usize) -> Cow<'a, str>,
    ) {
        if segment.role == Role::Agent
            && let Some(speaker) = self.speaker
            && let Some(role) = role_named(&cell(speaker), options)
        {
            segment.role = role;
        }
        if let Some(owner) = self.owner {
            let owner = cell(owner);
            segment.owner = (!owner.trim().is_empty()).then_some(owner);
        }
        if self.speaker.is_some() || self.conversation.is_some() {
            let moment = self.time.and_then(|time| Moment::read(&cell(time)));
            let conversation = conversations.number(self.conversation.map(cell).as_deref());
            segment.turn = Some(Turn { conversation, moment });
        }
    }
}

/// The messages of a table among other text: of each row, of each cell.
#[derive(Default)]
pub(super) struct Grid<'a> {
    rows: Vec<Vec<Vec<Segment<'a>>>>,
}

impl<'a> Grid<'a> {
    pub(super) fn begin_row(&mut self) {
        self.rows.push(Vec::new());
    }

    pub(super) fn begin_cell(&mut self) {
        if self.rows.is_empty() {
            self.begin_row();
        }
        self.rows.last_mut().expect("there is a row").push(Vec::new());
    }

    /// Puts a message into the cell that was begun last.
    pub(super) fn push(&mut self, segment: Segment<'a>) {
        if self.rows.last().is_none_or(Vec::is_empty) {
            self.begin_cell();
        }
        let row = self.rows.last_mut().expect("there is a row");
        row.last_mut().expect("there is a cell").push(segment);
    }

    /// Gives the messages to `each`. Where the headings tell the columns, only replies are the agent's words, and what the
    /// columns are is returned; elsewhere all are.
    pub(super) fn give(self, options: &ExtractOptions, each: &mut dyn FnMut(Segment<'a>)) -> Option<Layout> {
        let text = |cell: &Vec<Segment<'a>>| cell.iter().map(|segment| &*segment.text).collect::<String>();
        let texts: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(text).collect()).collect();
        let columns = Columns::of(&texts, options);
        let is_told = matches!(columns.basis, Basis::Named | Basis::Heading) && columns.with_words().next().is_some();
        if !is_told {
            self.rows.into_iter().flatten().flatten().for_each(each);
            return None;
        }
        let labels = columns.labels();
        let mut conversations = Conversations::default();
        for (row, (cells, texts)) in self.rows.into_iter().zip(&texts).enumerate() {
            for (number, cell) in cells.into_iter().enumerate().filter(|_| !columns.is_above_body(row)) {
                let role = columns.with_words().find(|(column, _)| *column == number).map(|(_, role)| role);
                for mut segment in cell {
                    let own = segment.role;
                    segment.role = role.map_or(Role::System, |role| if own == Role::Agent { role } else { own });
                    let words = |column: usize| Cow::Owned(texts.get(column).cloned().unwrap_or_default());
                    columns.complete(&mut segment, &mut conversations, options, &words);
                    let column = labels.get(number).cloned().unwrap_or_default();
                    segment.address = Some(Address::Row { row: row + 1, column });
                    each(segment);
                }
            }
        }
        Some(columns.layout(None))
    }
}

/// Tells conversations apart by their names: rows of one follow each other.
#[derive(Default)]
pub(super) struct Conversations {
    last: Option<Box<str>>,
    count: usize,
}

impl Conversations {
    fn number(&mut self, name: Option<&str>) -> usize {
        if let Some(name) = name
            && self.last.as_deref() != Some(name)
        {
            self.last = Some(name.into());
            self.count += 1;
        }
        self.count
    }
}

/// The first rows of a table.
struct Sample<'r, S> {
    rows: &'r [Vec<S>],
    width: usize,
}

impl<'r, S: AsRef<str>> Sample<'r, S> {
    fn new(rows: &'r [Vec<S>]) -> Self {
        Sample { rows, width: rows.iter().map(Vec::len).max().unwrap_or_default() }
    }

    /// The cells of a row, as many as the table is wide.
    fn cells(&self, row: usize) -> Vec<&'r str> {
        let row = &self.rows[row];
        (0..self.width).map(|column| row.get(column).map_or("", |cell| cell.as_ref().trim())).collect()
    }

    /// What stands in a column below the heading.
    fn texts(&self, heading: Option<usize>, column: usize) -> impl Iterator<Item = &'r str> {
        let below = self.rows.get(heading.map_or(0, |row| row + 1)..).unwrap_or_default().iter();
        let texts = below.filter_map(move |row| row.get(column)).map(|cell| cell.as_ref().trim());
        texts.filter(|text| !text.is_empty())
    }

    /// What a row says of the columns if it is the heading.
    fn told(&self, row: usize) -> Vec<Usage> {
        known_headings(&self.cells(row), &|column| reads_as_replies(self.texts(Some(row), column)))
    }

    /// The heading of a review sheet, if it is one.
    fn review_sheet(&self) -> Option<usize> {
        (0..self.rows.len().min(LOOKED_THROUGH)).find(|row| {
            let cells = self.cells(*row);
            REVIEW_HEADINGS.iter().all(|heading| cells.contains(heading))
        })
    }

    /// The first of the first rows that is a heading: one that has a name the user gives, one that says what is below it,
    /// or one that is short where everything below is long. A title above it fills one cell.
    fn heading(&self, options: &ExtractOptions) -> Option<usize> {
        let named = options.columns.iter().chain(&options.customer_columns).chain(&options.owner_column);
        let used = (0..self.width).filter(|column| self.texts(None, *column).next().is_some()).count();
        let known = (0..self.rows.len().min(LOOKED_THROUGH)).find(|row| {
            let cells = self.cells(*row);
            let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
            let is_last = (0..self.width).all(|column| self.texts(Some(*row), column).next().is_none());
            let is_alone = filled < 2 && (used > 1 || is_last || *row > 0);
            named.clone().any(|name| find(&cells, name).is_some())
                || !is_alone && self.told(*row).iter().any(|usage| *usage != Usage::Other)
        });
        known.or_else(|| first_row_reads_as_heading(self.rows, self.width).then_some(0))
    }
}

/// The column of that heading.
fn find(first: &[&str], name: &str) -> Option<usize> {
    let name = name.trim();
    first
        .iter()
        .position(|heading| *heading == name)
        .or_else(|| first.iter().position(|heading| heading.eq_ignore_ascii_case(name)))
}

/// The column that is named by its number from one, or by its letters.
fn by_number(name: &str, width: usize) -> Option<usize> {
    let name = name.trim();
    let number = match name.parse::<usize>() {
        Ok(number) => number,
        Err(_) if name.len() <= 3 && name.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            name.bytes().fold(0, |number, byte| number * 26 + usize::from(byte.to_ascii_uppercase() - b'A') + 1)
        }
        Err(_) => return None,
    };
    (1..=width).contains(&number).then(|| number - 1)
}

/// Whether the first row names its columns though none of the names is known: it is short where the others are long.
fn first_row_reads_as_heading<S: AsRef<str>>(rows: &[Vec<S>], width: usize) -> bool {
    let Some((first, rest)) = rows.split_first() else { return false };
    if rest.is_empty() || first.len() < width || !first.iter().all(|cell| may_be_heading(cell.as_ref().trim())) {
        return false;
    }
    (0..width).any(|column| {
        let texts = || rest.iter().filter_map(|row| row.get(column)).map(|cell| cell.as_ref().trim());
        let long = texts().filter(|cell| !may_be_heading(cell)).count();
        let heading = first[column].as_ref().trim();
        !heading.is_empty() && long * 3 >= texts().count() * 2 && reads_as_replies(texts())
    })
}

/// Whether most of these texts are Chinese sentences.
fn reads_as_replies<'t>(texts: impl Iterator<Item = &'t str>) -> bool {
    let (mut count, mut prose, mut han) = (0_usize, 0_usize, 0_usize);
    for text in texts {
        let own = text.chars().filter(|c| is_han(*c)).count();
        count += 1;
        han += own;
        prose += usize::from(own >= 5 || own >= 2 && text.contains(['，', '。', '！', '？', '~', '～']));
    }
    count > 0 && prose * 2 > count && han >= count * 5
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usages(rows: &[&[&str]], columns: &[&str]) -> (String, Basis, Option<usize>) {
        let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.to_vec()).collect();
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        let options = ExtractOptions { columns, ..ExtractOptions::default() };
        let found = Columns::of(&rows, &options);
        let letters = found.columns.iter().map(|column| match column.usage {
            Usage::Reply => 'R',
            Usage::Customer => 'C',
            Usage::Owner => 'O',
            Usage::Speaker => 'S',
            Usage::Time => 'T',
            Usage::Conversation => 'K',
            Usage::Other => '-',
        });
        (letters.collect(), found.basis, found.heading)
    }

    #[test]
    fn tells_columns() {
        use Basis::{Content, Heading as ByHeading, Named, Nothing};
        const FIRST: Option<usize> = Some(0);
        let hello = "您好，请问有什么可以帮您？";
        /// The rows, the columns asked for, what comes of them.
        type Case<'a> = (&'a [&'a [&'a str]], &'a [&'a str], (&'a str, Basis, Option<usize>));
        let cases: &[Case<'_>] = &[
            (&[], &[], ("", Nothing, None)),
            (&[&["编号", "来源", "话术"], &["1", "a", hello]], &[], ("--R", ByHeading, FIRST)),
            (&[&["问题", "内容", "备注"], &["能退吗", hello, ""]], &[], ("CR-", ByHeading, FIRST)),
            (&[&["话术1", "话术2", "话术分类", "内容"]], &[], ("RR--", ByHeading, FIRST)),
            (&[&["问", "答"], &["能退吗", hello]], &[], ("CR", ByHeading, FIRST)),
            (&[&["回复内容", "回复时间", "回复人"]], &[], ("RT-", ByHeading, FIRST)),
            (&[&["会话ID", "角色", "时间", "消息内容"]], &[], ("KSTR", ByHeading, FIRST)),
            (&[&["Category", " Reply ", "Owner"]], &[], ("-RO", ByHeading, FIRST)),
            (&[&["标题", "模板"], &["退款", hello], &["换货", "亲，这边帮您换哦"]], &[], ("-R", Content, FIRST)),
            (&[&["1", hello], &["2", "亲，这边马上帮您看一下"]], &[], ("-R", Content, None)),
            (&[&["a", "b"], &["1", "2"]], &[], ("--", Nothing, None)),
            (&[&["Q", "A"], &["能退吗", hello]], &[], ("CR", ByHeading, FIRST)),
            (&[&["标准问", "标准答"]], &[], ("CR", ByHeading, FIRST)),
            (&[&["用户说", "客服说"]], &[], ("CR", ByHeading, FIRST)),
            (&[&["问题描述", "解决方案", "问题类型"]], &[], ("CR-", ByHeading, FIRST)),
            (&[&["知识标题", "知识内容"]], &[], ("-R", ByHeading, FIRST)),
            (&[&["买家", "卖家"]], &[], ("CR", ByHeading, FIRST)),
            (&[&["instruction", "output"]], &[], ("CR", ByHeading, FIRST)),
            (&[&["客服", "会员话术"], &["小李", hello]], &[], ("OR", ByHeading, FIRST)),
            (&[&["客户", "客服"], &["能退吗", hello]], &[], ("CR", ByHeading, FIRST)),
            (&[&["2024 年话术表", "", ""], &["", "", ""], &["编号", "问题", "答案"]], &[], ("-CR", ByHeading, Some(2))),
            (&[&["本表由客服组维护"]], &[], ("R", Content, None)),
            (&[&["场景", "话术"], &["退款", hello]], &["2"], ("-R", Named, FIRST)),
            (&[&["请问您哪位"], &[hello]], &[], ("R", Content, None)),
            (&[&["话术", "内容"], &[hello, hello]], &["内容"], ("-R", Named, FIRST)),
            (&[&[hello, hello]], &["2"], ("-R", Named, None)),
            (&[&[hello, hello]], &["A"], ("R-", Named, None)),
        ];
        for (rows, columns, (usage, basis, heading)) in cases {
            assert_eq!(usages(rows, columns), ((*usage).to_owned(), *basis, *heading), "{rows:?}");
        }
    }

    #[test]
    fn says_which_column_is_missing() {
        let options = ExtractOptions { columns: vec!["话木".to_owned()], ..ExtractOptions::default() };
        let found = Columns::of(&[vec!["编号", "话术"]], &options);
        assert_eq!(found.explain_missing().unwrap(), "没有“话木”这一列。您是不是想写“话术”？表里有：编号、话术");
    }
}
