//! Phrase patterns: finite, so that they can be expanded into literals. Literals between gaps, never a backtracking regex.

use std::collections::BTreeMap;

use super::cut::cuts;

/// The most literals that one pattern may expand to.
pub const MAX_LITERALS: usize = 4_000;

/// The most parts that a pattern may have.
pub const MAX_PARTS: usize = 8;

/// How many characters a gap takes at most where the pattern does not say.
pub const DEFAULT_GAP: u8 = 6;

/// How deep word sets and groups may nest.
const MAX_DEPTH: usize = 16;

/// Where a capture begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Edge {
    /// The capture begins here.
    Start,
    /// The capture ends here.
    End,
}

/// An edge of a capture inside a literal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Mark {
    /// The slot that the capture fills.
    pub slot: String,
    /// Which edge.
    pub edge: Edge,
    /// Before which character of the literal, from zero; its length for the end.
    pub at: usize,
}

/// One spelled-out part of a phrase.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Literal {
    /// The folded characters.
    pub text: Vec<char>,
    /// Edges of captures, in the order in which they stand.
    pub marks: Vec<Mark>,
}

/// One way to read a pattern: parts, each any one of its literals, with gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// The parts; one more than there are gaps.
    pub parts: Vec<Vec<Literal>>,
    /// The most characters that each gap takes; zero where the parts touch.
    pub gaps: Vec<u8>,
}

impl Branch {
    /// All ways to spell that part with what touches it: as many of its neighbours as make no more than
    /// [`MAX_LITERALS`] spellings, those with the fewest literals first.
    pub(super) fn spelled(&self, part: usize) -> Vec<Vec<char>> {
        let touch = |left: usize| self.gaps.get(left) == Some(&0);
        let ways = |at: usize| self.parts[at].len();
        let (mut from, mut to, mut spellings) = (part, part, ways(part));
        loop {
            let before = (from > 0 && touch(from - 1)).then(|| from - 1);
            let behind = touch(to).then_some(to + 1);
            let Some(next) = before.into_iter().chain(behind).min_by_key(|at| ways(*at)) else { break };
            spellings = spellings.saturating_mul(ways(next));
            if spellings > MAX_LITERALS {
                break;
            }
            (from, to) = (from.min(next), to.max(next));
        }
        self.parts[from..=to].iter().fold(vec![Vec::new()], |heads, tails| {
            let with = |head: &Vec<char>| tails.iter().map(|tail| [head.as_slice(), &tail.text].concat()).collect();
            heads.iter().flat_map(|head| -> Vec<Vec<char>> { with(head) }).collect()
        })
    }
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// What is wrong with the spelling of the pattern, and the character, from one, at which it is noticed.
    Syntax { at: usize, message: String },
    /// A word set that nobody defines.
    UnknownSet(String),
    /// A word set that uses itself.
    Circular(String),
    /// More literals than [`MAX_LITERALS`].
    TooMany(usize),
    /// Nothing is left of it.
    Empty,
    /// A gap at an end, or beside nothing.
    BareGap,
    /// A gap or a capture in a word set.
    NotInSet(String),
}

/// The word sets that patterns name.
pub type WordSets = BTreeMap<String, Vec<String>>;

/// Reads and expands a pattern. Its characters are folded by `fold`.
///
/// # Errors
/// Where it cannot be read or is not finite enough.
pub fn expand(pattern: &str, sets: &WordSets, fold: fn(char) -> char) -> Result<Vec<Branch>, PatternError> {
    let nodes = Parser::new(pattern, fold).parse()?;
    let alternatives = match nodes.as_slice() {
        [Node::Alternatives(alternatives)] => alternatives.clone(),
        _ => vec![nodes],
    };
    let mut expander = Expander { sets, fold, open: Vec::new() };
    let mut branches: Vec<Branch> = Vec::new();
    for nodes in alternatives {
        let nodes = expander.cut(nodes)?;
        for pieces in expander.sequence(&nodes)? {
            add_branch(&mut branches, split_at_gaps(pieces)?);
        }
    }
    let branches = join_whole(branches);
    let count: usize = branches.iter().flat_map(|branch| &branch.parts).map(Vec::len).sum();
    if count > MAX_LITERALS {
        return Err(PatternError::TooMany(count));
    }
    if branches.is_empty() {
        return Err(PatternError::Empty);
    }
    Ok(branches)
}

/// A piece of a pattern.
#[derive(Clone, Debug)]
enum Node {
    Char(char),
    Set(String),
    Gap(u8),
    Alternatives(Vec<Vec<Node>>),
    Optional(Box<Node>),
    Capture(String, Vec<Vec<Node>>),
}

struct Parser<'p> {
    chars: Vec<char>,
    at: usize,
    fold: fn(char) -> char,
    pattern: &'p str,
}

impl<'p> Parser<'p> {
    fn new(pattern: &'p str, fold: fn(char) -> char) -> Self {
        Parser { chars: pattern.chars().collect(), at: 0, fold, pattern }
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, PatternError> {
        Err(PatternError::Syntax { at: self.at + 1, message: message.into() })
    }

    fn parse(mut self) -> Result<Vec<Node>, PatternError> {
        if self.pattern.trim().is_empty() {
            return Err(PatternError::Empty);
        }
        let mut alternatives = self.alternatives(0)?;
        if let Some(stray) = self.chars.get(self.at) {
            return self.fail(format!("多了一个 {stray}"));
        }
        if alternatives.len() == 1 {
            return Ok(alternatives.remove(0));
        }
        Ok(vec![Node::Alternatives(alternatives)])
    }

    fn alternatives(&mut self, depth: usize) -> Result<Vec<Vec<Node>>, PatternError> {
        if depth > MAX_DEPTH {
            return self.fail("括号套得太深");
        }
        let mut all = vec![self.sequence(depth)?];
        while self.chars.get(self.at) == Some(&'|') {
            self.at += 1;
            all.push(self.sequence(depth)?);
        }
        Ok(all)
    }

    fn sequence(&mut self, depth: usize) -> Result<Vec<Node>, PatternError> {
        let mut nodes = Vec::new();
        while let Some(&next) = self.chars.get(self.at) {
            let node = match next {
                '|' | ')' | '>' => break,
                '(' => {
                    self.at += 1;
                    let inner = self.alternatives(depth + 1)?;
                    self.close(')', "（ 没有配对的 ）")?;
                    Node::Alternatives(inner)
                }
                '<' => {
                    self.at += 1;
                    let name = self.name();
                    if name.is_empty() || self.chars.get(self.at) != Some(&':') {
                        return self.fail("捕获要写成 <名字:内容>，名字用小写字母、数字和下划线");
                    }
                    self.at += 1;
                    let inner = self.alternatives(depth + 1)?;
                    self.close('>', "< 没有配对的 >")?;
                    Node::Capture(name, inner)
                }
                '@' => {
                    self.at += 1;
                    let name = self.name();
                    if name.is_empty() {
                        return self.fail("@ 后面要写词表的名字；要匹配 @ 本身，请写 \\@");
                    }
                    Node::Set(name)
                }
                '…' => {
                    self.at += 1;
                    let mut digits = String::new();
                    while let Some(digit) = self.chars.get(self.at).filter(|c| c.is_ascii_digit()) {
                        digits.push(*digit);
                        self.at += 1;
                    }
                    let most = if digits.is_empty() { DEFAULT_GAP } else { digits.parse().unwrap_or(u8::MAX) };
                    if most == 0 || most > 30 {
                        return self.fail("空隙 … 后面的字数要在 1 到 30 之间");
                    }
                    Node::Gap(most)
                }
                '?' => return self.fail("? 前面要有一个字、一组括号或一个词表；要匹配问号本身，请写 \\?"),
                ' ' | '\t' => return self.fail("模式里不能有空格；匹配时字间的空格会自动忽略"),
                '\\' => {
                    self.at += 1;
                    let Some(&escaped) = self.chars.get(self.at) else {
                        return self.fail("\\ 后面要有一个字符");
                    };
                    self.at += 1;
                    Node::Char((self.fold)(escaped))
                }
                other => {
                    self.at += 1;
                    Node::Char((self.fold)(other))
                }
            };
            if self.chars.get(self.at) == Some(&'?') {
                self.at += 1;
                nodes.push(Node::Optional(Box::new(node)));
            } else {
                nodes.push(node);
            }
        }
        Ok(nodes)
    }

    fn close(&mut self, bracket: char, message: &str) -> Result<(), PatternError> {
        if self.chars.get(self.at) != Some(&bracket) {
            return self.fail(message);
        }
        self.at += 1;
        Ok(())
    }

    fn name(&mut self) -> String {
        let mut name = String::new();
        while let Some(c) =
            self.chars.get(self.at).filter(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || **c == '_')
        {
            name.push(*c);
            self.at += 1;
        }
        name
    }
}

/// A piece of an expanded pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Piece {
    Literals(Vec<Literal>),
    Gap(u8),
}

struct Expander<'s> {
    sets: &'s WordSets,
    fold: fn(char) -> char,
    open: Vec<String>,
}

/// A sequence in which no gap is hidden: literals and gaps by turns.
type Pieces = Vec<Piece>;

impl Expander<'_> {
    /// The nodes, with gaps of no length where stretches of many literals are cut.
    fn cut(&mut self, nodes: Vec<Node>) -> Result<Vec<Node>, PatternError> {
        // Stretches of nodes, each with its literals. What is a gap or has one inside ends a stretch.
        let mut stretches = Vec::new();
        let mut between = Vec::new();
        let mut stretch: Vec<(Node, Vec<Literal>)> = Vec::new();
        for node in nodes {
            let ways = self.node(&node)?;
            if let [way] = ways.as_slice()
                && let [Piece::Literals(literals)] = way.as_slice()
            {
                stretch.push((node, literals.clone()));
            } else {
                stretches.push(std::mem::take(&mut stretch));
                between.push(node);
            }
        }
        stretches.push(stretch);
        let mut left = MAX_PARTS.saturating_sub(stretches.len());
        let mut done = Vec::new();
        let mut between = between.into_iter();
        let last = stretches.len() - 1;
        for (number, stretch) in stretches.into_iter().enumerate() {
            let (nodes, literals): (Vec<Node>, Vec<Vec<Literal>>) = stretch.into_iter().unzip();
            let cuts = cuts(&literals, [number > 0, number < last], left);
            left -= cuts.len();
            for (at, node) in nodes.into_iter().enumerate() {
                if cuts.contains(&at) {
                    done.push(Node::Gap(0));
                }
                done.push(node);
            }
            done.extend(between.next());
        }
        Ok(done)
    }

    /// Every way to read the nodes. Alternatives without gaps multiply inside one [`Piece::Literals`];
    /// those with gaps make ways of their own.
    fn sequence(&mut self, nodes: &[Node]) -> Result<Vec<Pieces>, PatternError> {
        let mut ways: Vec<Pieces> = vec![Vec::new()];
        for node in nodes {
            let choices = self.node(node)?;
            let mut next = Vec::with_capacity(ways.len() * choices.len());
            for way in &ways {
                for choice in &choices {
                    next.push(join(way.clone(), choice.clone())?);
                }
            }
            if next.len() > MAX_LITERALS {
                return Err(PatternError::TooMany(next.len()));
            }
            ways = next;
        }
        Ok(ways)
    }

    fn node(&mut self, node: &Node) -> Result<Vec<Pieces>, PatternError> {
        match node {
            Node::Char(c) => Ok(vec![vec![Piece::Literals(vec![Literal { text: vec![*c], marks: Vec::new() }])]]),
            Node::Gap(most) => Ok(vec![vec![Piece::Gap(*most)]]),
            Node::Optional(inner) => {
                let mut ways = self.node(inner)?;
                ways.push(vec![Piece::Literals(vec![Literal::default()])]);
                Ok(merge_plain(ways))
            }
            Node::Alternatives(alternatives) => {
                let mut ways = Vec::new();
                for alternative in alternatives {
                    ways.extend(self.sequence(alternative)?);
                }
                Ok(merge_plain(ways))
            }
            Node::Capture(name, alternatives) => {
                let inner = self.node(&Node::Alternatives(alternatives.clone()))?;
                inner.into_iter().map(|way| captured(name, way)).collect()
            }
            Node::Set(name) => {
                let words = self.set(name)?;
                captured(name, vec![Piece::Literals(words)]).map(|way| vec![way])
            }
        }
    }

    fn set(&mut self, name: &str) -> Result<Vec<Literal>, PatternError> {
        let Some(words) = self.sets.get(name) else {
            return Err(PatternError::UnknownSet(name.to_owned()));
        };
        if self.open.iter().any(|open| open == name) {
            return Err(PatternError::Circular(name.to_owned()));
        }
        self.open.push(name.to_owned());
        let mut literals = Vec::new();
        for word in words {
            let nodes = Parser::new(word, self.fold).parse()?;
            for way in self.sequence(&nodes)? {
                match way.as_slice() {
                    [Piece::Literals(found)] => {
                        // Captures inside a set would fill slots of a pattern that does not name them.
                        literals.extend(
                            found.iter().map(|literal| Literal { text: literal.text.clone(), marks: Vec::new() }),
                        );
                    }
                    _ => return Err(PatternError::NotInSet(name.to_owned())),
                }
            }
        }
        self.open.pop();
        literals.sort();
        literals.dedup();
        if literals.len() > MAX_LITERALS {
            return Err(PatternError::TooMany(literals.len()));
        }
        Ok(literals)
    }
}

/// Alternatives that are literals only become one piece.
fn merge_plain(ways: Vec<Pieces>) -> Vec<Pieces> {
    let mut plain: Vec<Literal> = Vec::new();
    let mut merged = Vec::new();
    for mut way in ways {
        match way.as_mut_slice() {
            [] => plain.push(Literal::default()),
            [Piece::Literals(literals)] => plain.append(literals),
            _ => merged.push(way),
        }
    }
    if !plain.is_empty() {
        plain.sort();
        plain.dedup();
        merged.insert(0, vec![Piece::Literals(plain)]);
    }
    merged
}

/// Puts the edges of a capture at both ends of a way.
fn captured(name: &str, mut way: Pieces) -> Result<Pieces, PatternError> {
    if !matches!(way.first(), Some(Piece::Literals(_))) {
        way.insert(0, Piece::Literals(vec![Literal::default()]));
    }
    if !matches!(way.last(), Some(Piece::Literals(_))) {
        way.push(Piece::Literals(vec![Literal::default()]));
    }
    let mark = |edge: Edge, at: usize| Mark { slot: name.to_owned(), edge, at };
    if let Some(Piece::Literals(literals)) = way.first_mut() {
        for literal in literals {
            literal.marks.insert(0, mark(Edge::Start, 0));
        }
    }
    if let Some(Piece::Literals(literals)) = way.last_mut() {
        for literal in literals {
            literal.marks.push(mark(Edge::End, literal.text.len()));
        }
    }
    Ok(way)
}

/// `left` and then `right`; literals that touch multiply.
fn join(mut left: Pieces, right: Pieces) -> Result<Pieces, PatternError> {
    for piece in right {
        match (left.last_mut(), piece) {
            (Some(Piece::Literals(heads)), Piece::Literals(tails)) => {
                let count = heads.len() * tails.len();
                if count > MAX_LITERALS {
                    return Err(PatternError::TooMany(count));
                }
                let mut product = Vec::with_capacity(count);
                for head in heads.iter() {
                    for tail in &tails {
                        product.push(concatenate(head, tail));
                    }
                }
                product.sort();
                product.dedup();
                *heads = product;
            }
            (Some(Piece::Gap(most)), Piece::Gap(more)) => *most = most.saturating_add(more),
            (_, piece) => left.push(piece),
        }
    }
    Ok(left)
}

fn concatenate(head: &Literal, tail: &Literal) -> Literal {
    let mut whole = head.clone();
    let shift = head.text.len();
    whole.text.extend(&tail.text);
    whole.marks.extend(tail.marks.iter().map(|mark| Mark { at: mark.at + shift, ..mark.clone() }));
    whole
}

/// Sorts pieces into parts and gaps. A part that may take no characters gives a way without it: between two gaps these
/// become one, beside a gap at an end the gap goes with it.
fn split_at_gaps(pieces: Pieces) -> Result<Vec<Branch>, PatternError> {
    struct Way {
        branch: Branch,
        /// A gap that still needs a part behind it.
        gap: Option<u8>,
    }
    let mut ways = vec![Way { branch: Branch::default(), gap: None }];
    let last = pieces.len().saturating_sub(1);
    let begins_with_gap = matches!(pieces.first(), Some(Piece::Gap(_)));
    for (index, piece) in pieces.into_iter().enumerate() {
        let literals = match piece {
            Piece::Gap(most) => {
                for way in &mut ways {
                    way.gap = Some(way.gap.map_or(most, |before| before.saturating_add(most)));
                }
                continue;
            }
            Piece::Literals(literals) => literals,
        };
        let (empty, full): (Vec<Literal>, Vec<Literal>) =
            literals.into_iter().partition(|literal| literal.text.is_empty());
        if empty.iter().any(|literal| !literal.marks.is_empty()) {
            return Err(PatternError::BareGap);
        }
        let mut next = Vec::new();
        for way in ways {
            if !empty.is_empty() {
                // At the end the gap before it goes too; a gap after it at the beginning is dropped below.
                let gap = if index == last { None } else { way.gap };
                next.push(Way { branch: way.branch.clone(), gap });
            }
            if !full.is_empty() {
                let mut branch = way.branch;
                if let Some(most) = way.gap {
                    if !branch.parts.is_empty() {
                        branch.gaps.push(most);
                    } else if begins_with_gap {
                        return Err(PatternError::BareGap);
                    }
                }
                branch.parts.push(full.clone());
                next.push(Way { branch, gap: None });
            }
        }
        ways = next;
    }
    let mut branches = Vec::new();
    for way in ways {
        if way.gap.is_some() {
            return Err(PatternError::BareGap);
        }
        if !way.branch.parts.is_empty() {
            branches.push(way.branch);
        }
    }
    if branches.is_empty() {
        return Err(PatternError::Empty);
    }
    Ok(branches)
}

/// The branches with those that are one part put together.
fn join_whole(branches: Vec<Branch>) -> Vec<Branch> {
    let (whole, mut rest): (Vec<Branch>, Vec<Branch>) = branches.into_iter().partition(|branch| branch.gaps.is_empty());
    let mut literals: Vec<Literal> = whole.into_iter().flat_map(|branch| branch.parts).flatten().collect();
    literals.sort();
    literals.dedup();
    if !literals.is_empty() {
        rest.insert(0, Branch { parts: vec![literals], gaps: Vec::new() });
    }
    rest
}

fn add_branch(branches: &mut Vec<Branch>, more: Vec<Branch>) {
    for branch in more {
        if !branches.contains(&branch) {
            branches.push(branch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets() -> WordSets {
        [
            ("you", vec!["您", "你"]),
            ("deal", vec!["办", "处理(一下)?"]),
            ("loop", vec!["@loop"]),
            ("gap", vec!["不…行"]),
        ]
        .into_iter()
        .map(|(name, words)| (name.to_owned(), words.into_iter().map(str::to_owned).collect()))
        .collect()
    }

    /// The branches in a notation of their own: literals with | between them, gaps as their number.
    fn shown(pattern: &str) -> Result<Vec<String>, PatternError> {
        let branches = expand(pattern, &sets(), crate::normalize::fold_char)?;
        Ok(branches
            .into_iter()
            .map(|branch| {
                let mut line = String::new();
                for (index, part) in branch.parts.iter().enumerate() {
                    if index > 0 {
                        line.push_str(&format!(" {} ", branch.gaps[index - 1]));
                    }
                    let words: Vec<String> = part.iter().map(|literal| literal.text.iter().collect()).collect();
                    line.push_str(&words.join("|"));
                }
                line
            })
            .collect())
    }

    #[test]
    fn expands() {
        let table: &[(&str, &[&str])] = &[
            ("不行", &["不行"]),
            ("(办|弄)不了", &["办不了|弄不了"]),
            ("(这个)?不行", &["不行|这个不行"]),
            ("您?不懂", &["不懂|您不懂"]),
            ("@you@deal不了", &["你办不了|你处理一下不了|你处理不了|您办不了|您处理一下不了|您处理不了"]),
            ("你…干嘛", &["你 6 干嘛"]),
            ("(你|您)…8干(嘛|啥)", &["你|您 8 干啥|干嘛"]),
            ("要…3(了)?", &["要", "要 3 了"]),
            ("别(再)?…4说(了…2)?行", &["别|别再 4 说行", "别|别再 4 说了 2 行"]),
            ("是的，?但是", &["是的,但是|是的但是"]),
            ("ＡBC", &["abc"]),
            (r"好\?", &["好?"]),
            ("不…(了)?…3行", &["不 9 行", "不 6 了 3 行"]),
            ("(不|没)(行|)…会", &["不|不行|没|没行 6 会"]),
        ];
        for (pattern, expected) in table {
            assert_eq!(shown(pattern).unwrap(), expected.to_vec(), "{pattern}");
        }
    }

    #[test]
    fn refuses() {
        for (pattern, part) in [
            ("", "Empty"),
            ("()", "Empty"),
            ("(不", "Syntax"),
            ("不)", "Syntax"),
            ("?不", "Syntax"),
            ("不 行", "Syntax"),
            ("<x不>", "Syntax"),
            ("@nobody行", "UnknownSet"),
            ("@loop", "Circular"),
            ("@gap", "NotInSet"),
            ("…不行", "BareGap"),
            ("不行…", "BareGap"),
            ("<a:…2><b:…3>行", "BareGap"),
            ("不…40行", "Syntax"),
            (&"(一|二|三|四|五|六|七|八|九|十)".repeat(5), "TooMany"),
        ] {
            let error = format!("{:?}", shown(pattern).unwrap_err());
            assert!(error.contains(part), "{pattern}: {error}");
        }
    }

    #[test]
    fn marks_captures() {
        let branches = expand("要<what:(换)?@you…3>了", &sets(), |c| c).unwrap();
        assert_eq!(branches.len(), 1);
        let head = branches[0].parts[0].iter().find(|literal| literal.text.len() == 3).unwrap();
        let marks: Vec<(&str, Edge, usize)> =
            head.marks.iter().map(|mark| (mark.slot.as_str(), mark.edge, mark.at)).collect();
        assert_eq!(marks, [("what", Edge::Start, 1), ("you", Edge::Start, 2), ("you", Edge::End, 3)]);
        let tail = &branches[0].parts[1][0];
        assert_eq!(tail.marks, [Mark { slot: "what".to_owned(), edge: Edge::End, at: 0 }]);
    }
}
