//! Which strings of a parsed value are messages, and who speaks them. Must not know how the value was written: a format
//! gives it level by level ([`Node`]).
//!
//! - Fields are dotted paths. An array is gone through, or a number in the path picks one of it (from zero).
//! - Without fields the usual names are looked for: of those present, the one nearest the top of the value, then the
//!   first in order; every string of that name is taken. A value that is a string is a message itself.
//! - In a file that is one value, where most of the prose stands under other names, every string with Chinese in it is taken.
//! - A `role`, `speaker` or `from` beside a field, or above it, tells who speaks; so does a name that asks (`question`).

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::tree::Tree;
use super::{ExtractOptions, Moment, Role, labels};
use crate::text::is_han;

/// The usual names of fields that hold messages.
pub(super) const USUAL_NAMES: [&str; 15] = [
    "text",
    "reply",
    "content",
    "message",
    "answer",
    "话术",
    "回复",
    "内容",
    "答复",
    "快捷短语",
    "回答",
    "response",
    "msg",
    "短语",
    "文案",
];

/// The usual names of fields that tell who speaks.
const ROLE_NAMES: [&str; 3] = ["role", "speaker", "from"];

/// The usual names of fields that tell when it was said.
const TIME_NAMES: [&str; 9] =
    ["time", "timestamp", "ts", "created_at", "createdAt", "sent_at", "date", "时间", "发送时间"];

/// The usual names of fields with the customer's words.
const ASKING_NAMES: [&str; 12] =
    ["question", "questions", "q", "query", "customer", "user", "问题", "问", "提问", "客户", "客户问题", "用户问题"];

/// How deep a value is gone into. Deeper, nothing is looked for.
pub(super) const DEPTH_LIMIT: usize = 64;

/// How many different fields are remembered for telling them.
const SEEN_LIMIT: usize = 50;

/// A value of which the levels below can be seen.
pub(super) trait Node<'a>: Copy {
    /// How places in it are written.
    const PATH: PathStyle;

    /// What it consists of.
    fn level(self) -> Level<'a, Self>;

    /// The words, if it is a string.
    fn string(self) -> Option<Cow<'a, str>>;

    /// The number, if it is one.
    fn number(self) -> Option<f64>;
}

/// A value, one level deep.
pub(super) enum Level<'a, N> {
    Object(Vec<(Cow<'a, str>, N)>),
    Array(Vec<N>),
    Text,
    Other,
}

/// How places in a value are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PathStyle {
    /// `/replies/3/text` (RFC 6901).
    Pointer,
    /// `replies[3].text`.
    Dotted,
}

/// A step down from a value to one of its parts.
enum Step<'a> {
    Key(Cow<'a, str>),
    Index(usize),
}

/// A string that is a message.
pub(super) struct Found<N> {
    pub(super) node: N,
    pub(super) speech: Speech,
    /// Where it stands in the value, as people write it.
    pub(super) path: Box<str>,
}

/// Who speaks, and when.
#[derive(Clone, Copy)]
pub(super) struct Speech {
    pub(super) role: Role,
    pub(super) moment: Option<Moment>,
    /// Whether the value says who speaks or when, so that it is a part of a conversation.
    pub(super) is_told: bool,
}

impl Default for Speech {
    fn default() -> Self {
        Speech { role: Role::Agent, moment: None, is_told: false }
    }
}

impl Speech {
    /// The speech in an object of those parts within this one.
    fn within<'a, N: Node<'a>>(self, parts: &[(Cow<'a, str>, N)], options: &ExtractOptions) -> Speech {
        let (role, moment) = (role_of(parts, options), moment_of(parts));
        Speech {
            role: role.unwrap_or(self.role),
            moment: moment.or(self.moment),
            is_told: self.is_told || role.is_some(),
        }
    }

    /// The speech under a name.
    fn under(self, name: &str) -> Speech {
        let asks = ASKING_NAMES.iter().any(|asking| name.eq_ignore_ascii_case(asking));
        if asks { Speech { role: Role::Customer, ..self } } else { self }
    }
}

/// When the words of an object were said, if it says so: a time stamp, or seconds or milliseconds since 1970.
fn moment_of<'a, N: Node<'a>>(parts: &[(Cow<'a, str>, N)]) -> Option<Moment> {
    TIME_NAMES.iter().find_map(|name| {
        let (_, value) = parts.iter().find(|(key, _)| key == name)?;
        match value.string() {
            Some(stamp) => Moment::read(&stamp),
            None => value.number().map(|seconds| Moment::from_epoch(seconds as i64)),
        }
    })
}

/// Who speaks in an object, if it says so.
fn role_of<'a, N: Node<'a>>(parts: &[(Cow<'a, str>, N)], options: &ExtractOptions) -> Option<Role> {
    ROLE_NAMES.iter().find_map(|name| {
        let (_, value) = parts.iter().find(|(key, _)| key == name)?;
        role_named(&value.string()?, options)
    })
}

/// Who speaks by that name in a field or a column of speakers.
pub(super) fn role_named(name: &str, options: &ExtractOptions) -> Option<Role> {
    match name.trim().to_ascii_lowercase().as_str() {
        "tool" | "function" | "developer" => Some(Role::System),
        "staff" | "service" | "gpt" | "model" | "robot" => Some(Role::Agent),
        _ => labels::known(name, options),
    }
}

/// The messages of a value and how they were chosen.
pub(super) struct Choice<N> {
    /// In no order; a string may be there twice.
    pub(super) found: Vec<Found<N>>,
    /// For each field that is asked for, whether it leads to a message.
    pub(super) holds: Vec<bool>,
}

/// The fields that are asked for, as paths.
pub(super) fn field_paths(options: &ExtractOptions) -> Vec<Vec<&str>> {
    options.fields.iter().map(|field| field.trim().split('.').collect()).collect()
}

/// The messages in one value of many.
pub(super) fn of_record<'a, N: Node<'a>>(value: N, paths: &[Vec<&str>], options: &ExtractOptions) -> Choice<N> {
    let mut choice = Choice { found: Vec::new(), holds: Vec::with_capacity(paths.len()) };
    let mut walk = Walk { options, steps: Vec::new() };
    if let Level::Text = value.level() {
        choice.found.push(walk.found(value, Speech::default()));
        choice.holds = vec![true; paths.len()];
        return choice;
    }
    if paths.is_empty() {
        choice.found = usual(value, options);
    }
    for path in paths {
        let before = choice.found.len();
        walk.requested(value, path, Speech::default(), &mut choice.found);
        choice.holds.push(choice.found.len() > before);
    }
    choice
}

/// The messages in a value that is a whole file.
pub(super) fn of_file<'a, N: Node<'a>>(value: N, paths: &[Vec<&str>], options: &ExtractOptions) -> Choice<N> {
    let mut choice = of_record(value, paths, options);
    if paths.is_empty() {
        let mut all = Vec::new();
        Walk { options, steps: Vec::new() }.prose(value, Speech::default(), &mut all);
        let sentences = |found: &[Found<N>]| found.iter().filter(|one| reads_as_prose(one.node)).count();
        if sentences(&choice.found) * 2 < sentences(&all) || choice.found.is_empty() {
            choice.found = all;
        }
    }
    choice
}

/// Whether a string reads as a sentence and not as a title or a name.
fn reads_as_prose<'a, N: Node<'a>>(node: N) -> bool {
    node.string().is_some_and(|words| {
        words.chars().filter(|c| is_han(*c)).count() >= 8 || words.contains(['，', '。', '！', '？', '~', '～'])
    })
}

/// Goes down a value, keeping the way.
struct Walk<'o, 'a> {
    options: &'o ExtractOptions,
    steps: Vec<Step<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn found<N: Node<'a>>(&self, node: N, speech: Speech) -> Found<N> {
        Found { node, speech, path: written(&self.steps, N::PATH) }
    }

    /// The strings that `path` leads to.
    fn requested<N: Node<'a>>(&mut self, value: N, path: &[&str], speech: Speech, found: &mut Vec<Found<N>>) {
        if self.steps.len() > DEPTH_LIMIT {
            return;
        }
        match (value.level(), path) {
            (Level::Text, []) => found.push(self.found(value, speech)),
            (Level::Object(parts), [name, rest @ ..]) => {
                let speech = speech.within(&parts, self.options);
                for (key, part) in parts.into_iter().filter(|(key, _)| key == name) {
                    self.steps.push(Step::Key(key));
                    self.requested(part, rest, speech, found);
                    self.steps.pop();
                }
            }
            (Level::Array(parts), path) => {
                let picked = path.first().and_then(|index| index.parse::<usize>().ok());
                for (index, part) in parts.into_iter().enumerate() {
                    let rest = match picked {
                        Some(picked) if picked == index => &path[1..],
                        Some(_) => continue,
                        None => path,
                    };
                    self.steps.push(Step::Index(index));
                    self.requested(part, rest, speech, found);
                    self.steps.pop();
                }
            }
            _ => {}
        }
    }

    /// Every string under a usual name: how many objects deep, which name, where.
    fn candidates<N: Node<'a>>(
        &mut self,
        value: N,
        name: Option<usize>,
        speech: Speech,
        objects: usize,
        all: &mut Vec<(usize, usize, Found<N>)>,
    ) {
        if self.steps.len() > DEPTH_LIMIT {
            return;
        }
        match value.level() {
            Level::Text => {
                if let Some(name) = name {
                    all.push((objects, name, self.found(value, speech)));
                }
            }
            Level::Array(parts) => {
                for (index, part) in parts.into_iter().enumerate() {
                    self.steps.push(Step::Index(index));
                    self.candidates(part, name, speech, objects, all);
                    self.steps.pop();
                }
            }
            Level::Object(parts) => {
                let speech = speech.within(&parts, self.options);
                for (key, part) in parts {
                    let name = USUAL_NAMES.iter().position(|usual| key == *usual);
                    self.steps.push(Step::Key(key));
                    self.candidates(part, name, speech, objects + 1, all);
                    self.steps.pop();
                }
            }
            Level::Other => {}
        }
    }

    /// Every string with Chinese in it.
    fn prose<N: Node<'a>>(&mut self, value: N, speech: Speech, all: &mut Vec<Found<N>>) {
        if self.steps.len() > DEPTH_LIMIT {
            return;
        }
        match value.level() {
            Level::Text => {
                if value.string().is_some_and(|words| words.chars().any(is_han)) {
                    all.push(self.found(value, speech));
                }
            }
            Level::Array(parts) => {
                for (index, part) in parts.into_iter().enumerate() {
                    self.steps.push(Step::Index(index));
                    self.prose(part, speech, all);
                    self.steps.pop();
                }
            }
            Level::Object(parts) => {
                let speech = speech.within(&parts, self.options);
                for (key, part) in parts {
                    let speech = speech.under(&key);
                    self.steps.push(Step::Key(key));
                    self.prose(part, speech, all);
                    self.steps.pop();
                }
            }
            Level::Other => {}
        }
    }

    /// The dotted paths of the strings, arrays left out, and how many there are of each.
    fn list<N: Node<'a>>(&mut self, value: N, seen: &mut BTreeMap<String, usize>) {
        if self.steps.len() > DEPTH_LIMIT {
            return;
        }
        match value.level() {
            Level::Text => {
                let path = field_name(&self.steps);
                if !path.is_empty() && (seen.len() < SEEN_LIMIT || seen.contains_key(&path)) {
                    *seen.entry(path).or_default() += 1;
                }
            }
            Level::Array(parts) => {
                for (index, part) in parts.into_iter().enumerate() {
                    self.steps.push(Step::Index(index));
                    self.list(part, seen);
                    self.steps.pop();
                }
            }
            Level::Object(parts) => {
                for (key, part) in parts {
                    self.steps.push(Step::Key(key));
                    self.list(part, seen);
                    self.steps.pop();
                }
            }
            Level::Other => {}
        }
    }
}

/// The strings of the usual name that is nearest the top.
fn usual<'a, N: Node<'a>>(value: N, options: &ExtractOptions) -> Vec<Found<N>> {
    let mut all = Vec::new();
    Walk { options, steps: Vec::new() }.candidates(value, None, Speech::default(), 0, &mut all);
    let best = all.iter().map(|(objects, name, _)| (*objects, *name)).min();
    let is_best = |(objects, name, _): &(usize, usize, Found<N>)| Some((*objects, *name)) == best;
    all.into_iter().filter(is_best).map(|(_, _, found)| found).collect()
}

/// Adds the dotted paths of the strings in `value` to `seen`, with how many there are of each.
pub(super) fn fields<'a, N: Node<'a>>(value: N, options: &ExtractOptions, seen: &mut BTreeMap<String, usize>) {
    Walk { options, steps: Vec::new() }.list(value, seen);
}

/// A place in a value, as people write it.
fn written(steps: &[Step<'_>], style: PathStyle) -> Box<str> {
    let mut path = String::new();
    for step in steps {
        match (style, step) {
            (PathStyle::Pointer, Step::Key(key)) => {
                path.push('/');
                path.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            (PathStyle::Pointer, Step::Index(index)) => path.push_str(&format!("/{index}")),
            (PathStyle::Dotted, Step::Key(key)) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            (PathStyle::Dotted, Step::Index(index)) => path.push_str(&format!("[{index}]")),
        }
    }
    path.into()
}

/// The field of a place: its names without numbers.
fn field_name(steps: &[Step<'_>]) -> String {
    let names = steps.iter().filter_map(|step| match step {
        Step::Key(key) => Some(key.as_ref()),
        Step::Index(_) => None,
    });
    names.collect::<Vec<&str>>().join(".")
}

/// Which field a place written in `style` belongs to.
fn field_of(path: &str, style: PathStyle) -> String {
    let is_index = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    match style {
        PathStyle::Pointer => {
            let names = path.split('/').skip(1).filter(|part| !is_index(part));
            names.map(|name| name.replace("~1", "/").replace("~0", "~")).collect::<Vec<String>>().join(".")
        }
        PathStyle::Dotted => {
            let mut field = String::new();
            for (index, part) in path.split('[').enumerate() {
                let rest = if index == 0 { part } else { part.split_once(']').map_or(part, |(_, rest)| rest) };
                field.push_str(rest);
            }
            field.trim_start_matches('.').to_owned()
        }
    }
}

/// What field may be meant by a name that is not there, and which are there, in Chinese.
pub(super) fn meant(field: &str, seen: &BTreeMap<String, usize>) -> String {
    let close = seen
        .keys()
        .map(|name| (strsim::jaro_winkler(field, name), name))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let guess = close.map_or_else(String::new, |(_, name)| format!("您是不是想写“{name}”？"));
    format!("{guess}{}", list(seen.keys()))
}

/// The fields of `found`, sorted: those of the agent's messages, and those that hold the customer's words only.
pub(super) fn by_role<'f, N: 'f>(
    found: impl Iterator<Item = &'f Found<N>>,
    style: PathStyle,
) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut agent, mut customer) = (BTreeSet::new(), BTreeSet::new());
    for found in found {
        let fields = if found.speech.role == Role::Customer { &mut customer } else { &mut agent };
        fields.insert(field_of(&found.path, style));
    }
    customer.retain(|field| !agent.contains(field));
    (agent, customer)
}

/// The fields seen in a file, in Chinese.
pub(super) fn list<'s>(seen: impl Iterator<Item = &'s String>) -> String {
    let names: Vec<&str> = seen.map(String::as_str).collect();
    if names.is_empty() {
        return "文件里没有见到任何文字字段".to_owned();
    }
    let more = if names.len() > 12 { "等" } else { "" };
    format!("见到的文字字段有：{}{more}", names[..names.len().min(12)].join("、"))
}

impl<'t, 'a: 't> Node<'t> for &'t Tree<'a> {
    const PATH: PathStyle = PathStyle::Dotted;

    fn level(self) -> Level<'t, Self> {
        match self {
            Tree::Object(parts) => {
                Level::Object(parts.iter().map(|(key, part)| (Cow::Borrowed(key.as_ref()), part)).collect())
            }
            Tree::Array(parts) => Level::Array(parts.iter().collect()),
            Tree::Text(_) => Level::Text,
            Tree::Number(_) | Tree::Other => Level::Other,
        }
    }

    fn string(self) -> Option<Cow<'t, str>> {
        match self {
            Tree::Text(segment) => Some(Cow::Borrowed(&segment.text)),
            _ => None,
        }
    }

    fn number(self) -> Option<f64> {
        match self {
            Tree::Number(number) => Some(*number),
            _ => None,
        }
    }
}
