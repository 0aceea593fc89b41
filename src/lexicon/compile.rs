//! From merged files to what is run: expands every pattern, checks every name, and builds the trie and the tables.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aho_corasick::AhoCorasick;

use super::compiled::{
    AllLiterals, Condition, Context, Docs, Entry, EntryDocs, Lexicon, Owner, Phrase, PhraseTable, Reference, Rewrite,
    Scope, SlotMark, Tables, Use, Uses, Variant,
};
use super::cues::Cues;
use super::error::{LexiconError, LexiconErrors, did_you_mean};
use super::frame::{ADDRESSES, OPENERS};
use super::literals::Literals;
use super::load::{self, From, Merged, MergedEntry, SourceFile};
use super::pattern::{self, Branch, Literal, PatternError, WordSets};
use super::prefilter::{self, Demand, Prefilter, Reach, Side};
use super::rewrite::{self, TemplateError};
use super::schema::{ContextSource, Located, Mitigation, RewriteSource, Structure};
use crate::diagnostic::{Applicability, Category, Rule, Severity};
use crate::normalize::{FoldedText, fold_char, is_filler};
use crate::text::line_of;
use crate::text::sentence::ends_clause;

/// Names of conditions that are not contexts.
const CONDITIONS: [(&str, Condition); 8] = [
    ("whole-message", Condition::WholeMessage),
    ("whole-clause", Condition::WholeClause),
    ("clause-start", Condition::ClauseStart),
    ("clause-end", Condition::ClauseEnd),
    ("message-start", Condition::MessageStart),
    ("question", Condition::Question),
    ("quoted", Condition::Quoted),
    ("negated", Condition::Negated),
];

/// Names of scopes, after the `@` of a context.
const SCOPES: [(&str, Scope); 4] =
    [("sentence", Scope::Sentence), ("clause", Scope::Clause), ("before", Scope::Before), ("after", Scope::After)];

/// Compiles lexicon files, built-in ones first.
///
/// # Errors
/// Everything that is wrong in any of them.
pub fn compile(files: &[SourceFile]) -> Result<(Lexicon, Docs), LexiconErrors> {
    compile_and(files, Parts::finish)
}

/// The phrases of lexicon files spelled out, as a search for plain strings would need them: of each way to read an
/// offence the words that stand together and are found in polite texts least. Those that hold another one are left out.
///
/// # Errors
/// As [`compile`].
pub fn spell_out(files: &[SourceFile]) -> Result<Vec<String>, LexiconErrors> {
    compile_and(files, |parts, _| {
        let spelled: BTreeSet<Vec<char>> =
            parts.demands.iter().flat_map(|(branch, anchor, _)| branch.spelled(*anchor)).collect();
        let minimal = without_containers(&spelled.iter().map(|literal| folded(literal)).collect())?;
        Ok(minimal.iter().map(|literal| literal.iter().collect()).collect())
    })
}

fn compile_and<T>(
    files: &[SourceFile],
    finish: impl FnOnce(Parts, &Merged) -> Result<T, String>,
) -> Result<T, LexiconErrors> {
    let (merged, errors) = load::load(files);
    let mut compiler = Compiler::new(files, &merged, errors);
    compiler.run();
    let Compiler { mut errors, parts, .. } = compiler;
    if errors.is_empty() {
        match finish(parts, &merged) {
            Ok(done) => return Ok(done),
            Err(message) => errors.push(LexiconError {
                file: files.first().map_or_else(String::new, |file| file.name.clone()),
                line: None,
                entry: None,
                message,
                help: Some("请减少词条，或把过长的可选部分去掉".to_owned()),
            }),
        }
    }
    errors.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    errors.dedup();
    Err(LexiconErrors(errors))
}

/// What grows while files are compiled.
#[derive(Default)]
struct Parts {
    entries: Vec<Entry>,
    contexts: Vec<Context>,
    exemptions: Vec<Option<Vec<u16>>>,
    offences: PhraseParts,
    others: PhraseParts,
    marks: Vec<Vec<SlotMark>>,
    mark_numbers: HashMap<Vec<SlotMark>, u16>,
    /// Each way to read an offence, its anchor, and the conditions of its entry.
    demands: Vec<(Branch, usize, Vec<Condition>)>,
    /// The characters that are offences as whole messages.
    lone: BTreeSet<char>,
    docs: Vec<EntryDocs>,
}

/// Phrases and their literals while they are gathered.
#[derive(Default)]
struct PhraseParts {
    phrases: Vec<Phrase>,
    /// For each literal what it stands for.
    literals: BTreeMap<Vec<char>, BTreeSet<Use>>,
}

struct Compiler<'f> {
    files: &'f [SourceFile],
    merged: &'f Merged,
    sets: WordSets,
    errors: Vec<LexiconError>,
    parts: Parts,
}

/// A place for errors.
#[derive(Clone, Copy)]
struct Place<'p> {
    file: usize,
    at: Option<usize>,
    line: usize,
    entry: Option<&'p str>,
}

impl<'p> Place<'p> {
    fn of<T>(thing: &From<T>, entry: Option<&'p str>) -> Self {
        Place { file: thing.file, at: None, line: thing.line, entry }
    }

    fn at<T>(self, located: &Located<T>) -> Self {
        Place { file: located.file.unwrap_or(self.file), at: Some(located.at), ..self }
    }
}

impl<'f> Compiler<'f> {
    fn new(files: &'f [SourceFile], merged: &'f Merged, errors: Vec<LexiconError>) -> Self {
        let sets = merged.words.iter().map(|(name, words)| (name.clone(), words.item.clone())).collect();
        Compiler { files, merged, sets, errors, parts: Parts::default() }
    }

    fn error(&mut self, place: Place<'_>, message: impl Into<String>, help: impl Into<String>) {
        let file = &self.files[place.file];
        self.errors.push(LexiconError {
            file: file.name.clone(),
            line: Some(place.at.map_or(place.line, |at| line_of(&file.text, at))),
            entry: place.entry.map(str::to_owned),
            message: message.into(),
            help: Some(help.into()),
        });
    }

    fn run(&mut self) {
        let merged = self.merged;
        for (name, words) in &merged.words {
            self.check_set(name, words);
        }
        for (number, entry) in merged.entries.iter().enumerate() {
            self.entry(number, entry);
        }
        for (number, (name, context)) in merged.contexts.iter().enumerate() {
            let place = Place::of(context, Some(name));
            let number = self.number(place, number);
            let ContextSource { title, forgives, .. } = &context.item;
            self.parts.contexts.push(Context { name: name.clone(), title: title.clone(), forgives: *forgives });
            for pattern in &context.item.patterns {
                self.phrase(place.at(pattern), &pattern.value, Owner::Context(number), &[]);
            }
            for pattern in &context.item.exemptions {
                self.phrase(place.at(pattern), &pattern.value, Owner::ContextExemption(number), &[]);
            }
        }
        for exemption in &merged.exemptions {
            let number = self.number(Place::of(exemption, None), self.parts.exemptions.len());
            let place = Place::of(exemption, None);
            let entries = self.exempted(place, &exemption.item.rules);
            self.parts.exemptions.push(entries);
            for pattern in &exemption.item.patterns {
                self.phrase(place.at(pattern), &pattern.value, Owner::Exemption(number), &[]);
            }
        }
        for word in &merged.ordinary {
            self.phrase(Place::of(word, None), &word.item, Owner::Ordinary, &[]);
        }
        for (spelling, right) in &merged.variants {
            if spelling.chars().count() != right.item.chars().count() || spelling.is_empty() {
                let message = format!("异写「{spelling}」和「{}」的字数不同", right.item);
                self.error(Place::of(right, None), message, "异写只能一个字换一个字，两边字数要相同");
            }
        }
        self.check_passages();
    }

    fn number(&mut self, place: Place<'_>, number: usize) -> u16 {
        u16::try_from(number).unwrap_or_else(|_| {
            self.error(place, "词条或语境太多", "一份词库最多 65535 个");
            0
        })
    }

    fn check_set(&mut self, name: &str, words: &From<Vec<String>>) {
        let place = Place::of(words, Some(name));
        if words.item.is_empty() {
            self.error(place, "词表是空的", "请至少写一个词");
        }
        let well_formed = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if !well_formed || name.is_empty() {
            self.error(
                place,
                "词表的名字只能用小写字母、数字和下划线",
                "例如 [words] 下写 deal_with = [\"办\", \"处理\"]",
            );
        } else if let Err(error) = pattern::expand(&format!("@{name}"), &self.sets, fold_char) {
            let (message, help) = self.describe(&error);
            self.error(place, message, help);
        }
    }

    fn check_passages(&mut self) {
        let merged = self.merged;
        let mut seen = BTreeSet::new();
        for passage in &merged.passages {
            if !seen.insert(passage.item.id.as_str()) {
                self.error(Place::of(passage, Some(&passage.item.id)), "出处重复定义", "每个出处的 id 只写一次");
            }
        }
        let mut ids = BTreeSet::new();
        for form in &merged.forms {
            let place = Place::of(form, Some(&form.item.id));
            if !ids.insert(form.item.id.as_str()) {
                self.error(place, "推荐用语重复定义", "每条推荐用语的 id 只写一次");
            }
            self.check_source(place, &form.item.source);
        }
    }

    fn check_source(&mut self, place: Place<'_>, source: &str) {
        let passages = &self.merged.passages;
        if !passages.iter().any(|passage| passage.item.id == source) {
            let best = did_you_mean(source, passages.iter().map(|passage| passage.item.id.as_str()));
            let guess = best.map(|best| format!("是不是想写 {best}？")).unwrap_or_default();
            self.error(
                place,
                format!("没有出处 {source}"),
                format!("{guess}出处在 sources.toml 的 [[passage]] 里定义"),
            );
        }
    }

    fn entry(&mut self, number: usize, from: &'f From<MergedEntry>) {
        let MergedEntry { id, category, source, mitigation } = &from.item;
        let place = Place::of(from, Some(id));
        let number = self.number(place, number);
        let ways = [!source.patterns.is_empty(), source.cues, source.structure.is_some()];
        match ways.into_iter().filter(|way| *way).count() {
            0 => self.error(place, "没有写 patterns", "请至少写一个短语模式"),
            1 => {}
            _ => self.error(
                place,
                "patterns、cues、structure 只能写一个",
                "按线索或结构查的词条不用短语模式；请删掉多余的",
            ),
        }
        if source.why.trim().is_empty() || source.title.trim().is_empty() {
            self.error(place, "title 和 why 不能为空", "title 用几个字说它查什么，why 说明为什么不妥");
        }
        if source.source.is_empty() {
            self.error(place, "没有写 source", "请写明依据哪一段，例如 source = [\"S2.12\"]");
        }
        for passage in &source.source {
            self.check_source(place.at(passage), &passage.value);
        }
        if source.rewrite.is_empty() && source.advice.as_deref().unwrap_or_default().trim().is_empty() {
            self.error(place, "既没有改写也没有建议", "请写至少一个 [[entry.rewrite]]，或者写 advice");
        }
        // What only a conversation shows has no message for an example.
        let shown = source.structure.is_none_or(Structure::is_seen_alone);
        if source.examples.bad.is_empty() && shown {
            self.error(place, "没有写 bad 例句", "请在 [entry.examples] 里写至少一句应当被查出的话");
        }
        let applied = source.rewrite.iter().any(|rewrite| rewrite.value.applicability != Applicability::Display);
        if applied && source.examples.sentences.len() < 3 {
            let message = format!("有改写的词条要有至少三个 in 例句，现在是 {} 个", source.examples.sentences.len());
            self.error(place, message, "请在 in = [...] 里写三个不同的整句，把不妥的话分别放在句首、句中和句尾");
        }
        let when = self.conditions(place, &source.when);
        let mut unless = self.conditions(place, &source.unless);
        if !when.contains(&Condition::Quoted) && !unless.contains(&Condition::Quoted) {
            unless.push(Condition::Quoted);
        }
        let mut slots: Vec<String> = Vec::new();
        let errors = self.errors.len();
        for pattern in &source.patterns {
            self.offence(place.at(pattern), &pattern.value, number, &mut slots, &when);
        }
        for pattern in &source.exemptions {
            self.phrase(place.at(pattern), &pattern.value, Owner::EntryExemption(number), &[]);
        }
        // A pattern that cannot be read may have the slots that seem to lack.
        let slots_known = self.errors.len() == errors;
        let rewrites = source
            .rewrite
            .iter()
            .filter_map(|rewrite| self.rewrite(place.at(rewrite), &rewrite.value, &slots, slots_known))
            .collect();
        let policy = source.mitigation.as_ref().or(mitigation.as_ref()).cloned().unwrap_or_default();
        let (soften, soften_to, clear) = self.mitigation(place, &policy);
        let located = |examples: &[Located<String>]| {
            let line =
                |example: &Located<String>| line_of(&self.files[example.file.unwrap_or(from.file)].text, example.at);
            examples.iter().map(|example| (line(example), example.value.clone())).collect()
        };
        let mut touching: BTreeSet<usize> =
            source.patterns.iter().chain(&source.exemptions).filter_map(|thing| thing.file).collect();
        touching.extend(source.rewrite.iter().filter_map(|rewrite| rewrite.file));
        touching.insert(from.file);
        self.parts.docs.push(EntryDocs {
            file: self.files[from.file].name.clone(),
            touched_by: touching.into_iter().map(|file| self.files[file].name.clone()).collect(),
            line: from.line,
            patterns: source.patterns.iter().map(|pattern| pattern.value.clone()).collect(),
            bad: located(&source.examples.bad),
            good: located(&source.examples.good),
            sentences: located(&source.examples.sentences),
        });
        self.parts.entries.push(Entry {
            rule: Rule {
                id: id.clone(),
                category: *category,
                title: source.title.clone(),
                why: source.why.clone(),
                advice: source.advice.clone(),
                source: source.source.iter().map(|source| source.value.clone()).collect(),
            },
            severity: source.severity.unwrap_or(category.default_severity()),
            when,
            unless,
            soften,
            soften_to,
            clear,
            asks: Vec::new(), // known when all contexts are
            slots: u8::try_from(slots.len()).unwrap_or(u8::MAX),
            rewrites,
            cues: source.cues,
            structure: source.structure,
        });
    }

    fn mitigation(&mut self, place: Place<'_>, policy: &Mitigation) -> (Vec<Condition>, Severity, Vec<Vec<Condition>>) {
        // The policy may be that of the category, which stands elsewhere: the place is that of the entry.
        let mut conditions = |names: &[Located<String>]| -> Vec<Condition> {
            names.iter().filter_map(|name| self.condition(place, &name.value)).collect()
        };
        let soften = conditions(&policy.soften);
        let clear = policy.clear.iter().map(|group| conditions(group)).collect();
        (soften, policy.soften_to.unwrap_or(Severity::Info), clear)
    }

    fn conditions(&mut self, place: Place<'_>, names: &[Located<String>]) -> Vec<Condition> {
        names.iter().filter_map(|name| self.condition(place.at(name), &name.value)).collect()
    }

    fn condition(&mut self, place: Place<'_>, name: &str) -> Option<Condition> {
        if let Some((_, condition)) = CONDITIONS.iter().find(|(known, _)| *known == name) {
            return Some(*condition);
        }
        let (context, scope) = name.split_once('@').unwrap_or((name, ""));
        let scope = match SCOPES.iter().find(|(known, _)| *known == scope) {
            Some((_, scope)) => *scope,
            None if scope.is_empty() && !name.contains('@') => Scope::Message,
            None => {
                let known: Vec<&str> = SCOPES.iter().map(|(known, _)| *known).collect();
                self.error(place, format!("不认识的范围 @{scope}"), format!("可以用：@{}", known.join("、@")));
                return None;
            }
        };
        let number = self
            .merged
            .contexts
            .keys()
            .position(|known| known == context)
            .and_then(|number| u16::try_from(number).ok());
        if number.is_none() {
            let known: Vec<&str> = CONDITIONS
                .iter()
                .map(|(known, _)| *known)
                .chain(self.merged.contexts.keys().map(String::as_str))
                .collect();
            let guess = did_you_mean(context, known.iter().copied())
                .map(|best| format!("是不是想写 {best}？"))
                .unwrap_or_default();
            self.error(place, format!("不认识的条件 {name}"), format!("{guess}可以用：{}", known.join("、")));
        }
        number.map(|number| Condition::Context(number, scope))
    }

    fn rewrite(
        &mut self,
        place: Place<'_>,
        source: &RewriteSource,
        slots: &[String],
        slots_known: bool,
    ) -> Option<Rewrite> {
        let template = match rewrite::parse(&source.to, slots) {
            Ok(template) => template,
            Err(TemplateError::Unbalanced) => {
                self.error(
                    place,
                    format!("改写「{}」里的花括号不成对", source.to),
                    "槽位写成 {名字}；花括号本身写成 {{ 和 }}",
                );
                return None;
            }
            Err(TemplateError::UnknownSlot(_)) if !slots_known => return None,
            Err(TemplateError::UnknownSlot(slot)) => {
                let known = if slots.is_empty() {
                    "这个词条的模式里没有捕获".to_owned()
                } else {
                    format!("可以用：{}", slots.join("、"))
                };
                let help = format!("{known}、before、after；在模式里用 <{slot}:…> 可以捕获");
                self.error(place, format!("改写「{}」用了模式里没有的槽位 {{{slot}}}", source.to), help);
                return None;
            }
        };
        Some(Rewrite {
            template,
            applicability: source.applicability,
            replace: source.replace,
            title: source.title.clone(),
            when: self.conditions(place, &source.when),
            unless: self.conditions(place, &source.unless),
            tone: source.tone.as_ref().and_then(|tone| self.condition(place.at(tone), &tone.value)),
        })
    }

    fn exempted(&mut self, place: Place<'_>, rules: &[Located<String>]) -> Option<Vec<u16>> {
        if rules.is_empty() {
            return None;
        }
        let mut numbers = Vec::new();
        for rule in rules {
            let before = numbers.len();
            for (number, entry) in self.merged.entries.iter().enumerate() {
                if entry.item.id == rule.value || entry.item.category.name() == rule.value {
                    numbers.extend(u16::try_from(number));
                }
            }
            if numbers.len() == before && Category::from_name(&rule.value).is_none() {
                let known: Vec<&str> = self
                    .merged
                    .entries
                    .iter()
                    .map(|entry| entry.item.id.as_str())
                    .chain(Category::ALL.map(Category::name))
                    .collect();
                let guess =
                    did_you_mean(&rule.value, known).map(|best| format!("是不是想写 {best}？")).unwrap_or_default();
                self.error(
                    place.at(rule),
                    format!("没有规则或类别 {}", rule.value),
                    format!("{guess}`wanyan rules` 会列出全部规则"),
                );
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        Some(numbers)
    }

    fn expand(&mut self, place: Place<'_>, pattern: &str) -> Vec<Branch> {
        match pattern::expand(pattern, &self.sets, fold_char) {
            Ok(branches) => {
                if branches.iter().any(|branch| branch.parts.len() > pattern::MAX_PARTS) {
                    self.error(
                        place,
                        format!("模式「{pattern}」的空隙太多"),
                        format!("一个模式最多 {} 处空隙", pattern::MAX_PARTS - 1),
                    );
                    return Vec::new();
                }
                branches
            }
            Err(error) => {
                let (message, help) = self.describe(&error);
                self.error(place, format!("模式「{pattern}」：{message}"), help);
                Vec::new()
            }
        }
    }

    fn describe(&self, error: &PatternError) -> (String, String) {
        match error {
            PatternError::Syntax { at, message } => {
                (format!("第 {at} 个字处写法有误：{message}"), "模式的写法见 docs/lexicon-format.md".to_owned())
            }
            PatternError::UnknownSet(name) => {
                let guess = did_you_mean(name, self.sets.keys().map(String::as_str));
                let guess = guess.map(|best| format!("是不是想写 @{best}？")).unwrap_or_default();
                (format!("没有词表 @{name}"), format!("{guess}词表在 [words] 下定义"))
            }
            PatternError::Circular(name) => (format!("词表 @{name} 绕回了自己"), "请去掉循环引用".to_owned()),
            PatternError::TooMany(count) => (
                format!("展开后有 {count} 个字串，上限是 {}", pattern::MAX_LITERALS),
                "请拆成几个模式，或去掉不必要的可选部分".to_owned(),
            ),
            PatternError::Empty => ("是空的，什么也匹配不到".to_owned(), "请写出要查的短语".to_owned()),
            PatternError::BareGap => {
                ("空隙 … 的两边都要有字".to_owned(), "空隙不能在开头或结尾，两个空隙之间也要有字".to_owned())
            }
            PatternError::NotInSet(name) => (format!("词表 @{name} 里不能有空隙"), "请把空隙写到模式里".to_owned()),
        }
    }

    /// Adds an offence of an entry, and what the prefilter needs to find it.
    fn offence(&mut self, place: Place<'_>, pattern: &str, entry: u16, slots: &mut Vec<String>, when: &[Condition]) {
        let branches = self.expand(place, pattern);
        for literal in branches.iter().flat_map(|branch| &branch.parts).flatten() {
            for mark in &literal.marks {
                if !slots.contains(&mark.slot) {
                    slots.push(mark.slot.clone());
                }
            }
        }
        for branch in branches {
            match anchor(&branch) {
                Some(anchor) => self.parts.demands.push((branch.clone(), anchor, when.to_vec())),
                None if when.contains(&Condition::WholeMessage) => {
                    self.parts.lone.extend(branch.parts[0].iter().flat_map(|literal| literal.text.iter().copied()));
                }
                None => self.error(
                    place,
                    format!("模式「{pattern}」太短：空隙之间没有一段是两个字以上的"),
                    "请让至少一段有两个相连的字，或加上 when = [\"whole-message\"]",
                ),
            }
            self.add_phrase(place, branch, Owner::Entry(entry), slots);
        }
    }

    /// Adds a phrase that is no offence.
    fn phrase(&mut self, place: Place<'_>, pattern: &str, owner: Owner, slots: &[String]) {
        for branch in self.expand(place, pattern) {
            self.add_phrase(place, branch, owner, slots);
        }
    }

    fn add_phrase(&mut self, place: Place<'_>, branch: Branch, owner: Owner, slots: &[String]) {
        let anchor = anchor(&branch).unwrap_or_default() as u8; // at most pattern::MAX_PARTS
        let mut placed = Vec::new();
        for (part, literals) in branch.parts.into_iter().enumerate() {
            for literal in literals {
                let Some(marks) = self.parts.marks_of(&literal, slots) else {
                    self.error(place, "捕获太多或字串太长", "一个词条最多 255 个捕获，一段最多 255 个字");
                    return;
                };
                placed.push((folded(&literal.text), part as u8, marks)); // at most pattern::MAX_PARTS
            }
        }
        let table = if matches!(owner, Owner::Entry(_)) { &mut self.parts.offences } else { &mut self.parts.others };
        let Ok(phrase) = u32::try_from(table.phrases.len()) else {
            self.error(place, "短语太多", "请减少词条");
            return;
        };
        table.phrases.push(Phrase::new(owner, anchor, &branch.gaps));
        for (literal, part, marks) in placed {
            table.literals.entry(literal).or_default().insert(Use { phrase, part, marks });
        }
    }
}

/// The part of a phrase that polite texts hold least; nothing where none has a window for each of its literals.
fn anchor(branch: &Branch) -> Option<usize> {
    let cost = |part: &Vec<Literal>| {
        let texts: Vec<Vec<char>> = part.iter().map(|literal| folded(&literal.text)).collect();
        prefilter::cost(texts.iter().map(Vec::as_slice))
    };
    let costs = branch.parts.iter().enumerate().filter_map(|(number, part)| Some((number, cost(part)?)));
    costs.min_by(|(_, left), (_, right)| left.total_cmp(right)).map(|(number, _)| number)
}

/// What a phrase asks of a line, given its anchor and the conditions of its entry.
fn demand((branch, anchor, when): &(Branch, usize, Vec<Condition>), variants: &[Variant]) -> Demand {
    let anchor = *anchor;
    let last = branch.parts.len() - 1;
    let asks = |conditions: [Condition; 2]| conditions.iter().any(|condition| when.contains(condition));
    let edge = |of_message: Condition, of_clause: Condition| {
        if asks([of_message, Condition::WholeMessage]) {
            Side::LineEdge
        } else if asks([of_clause, Condition::WholeClause]) {
            Side::ClauseEdge
        } else {
            Side::Open
        }
    };
    let start = edge(Condition::MessageStart, Condition::ClauseStart);
    let end = edge(Condition::WholeMessage, Condition::ClauseEnd);
    let spell = |(number, part): (usize, &Vec<Literal>)| {
        let open = OpenSides { left: number == 0 && start == Side::Open, right: number == last && end == Side::Open };
        spellings(part, variants, open)
    };
    let texts: Vec<Vec<Vec<char>>> = branch.parts.iter().enumerate().map(spell).collect();
    let marked = |part: usize| texts[part].iter().any(|text| (0..text.len()).any(|index| ends_clause(text, index)));
    let part = |part: usize, gap: usize, from_end: bool| {
        let reach = Reach { gap: branch.gaps[gap], crosses_clause: marked(part) || marked(anchor) };
        let edge = |text: &Vec<char>| match from_end {
            true => prefilter::edge(text.iter().rev().copied()),
            false => prefilter::edge(text.iter().copied()),
        };
        let edges: Option<BTreeSet<_>> = texts[part].iter().map(edge).collect();
        edges.map_or(Side::Open, |edges| Side::Part { edges, reach })
    };
    let before = anchor.checked_sub(1).map_or(start, |before| part(before, before, true));
    let behind = if anchor < last { part(anchor + 1, anchor, false) } else { end };
    Demand { anchor: texts[anchor].clone(), before, behind }
}

/// The literals of a part as they stand in folded text, with all variant spellings.
fn spellings(part: &[Literal], variants: &[Variant], open: OpenSides) -> Vec<Vec<char>> {
    let mut texts: Vec<Vec<char>> = part.iter().map(|literal| folded(&literal.text)).collect();
    // Which texts hold a character: nearly no variant touches nearly any text.
    let mut holding: HashMap<char, Vec<usize>> = HashMap::new();
    let note = |holding: &mut HashMap<char, Vec<usize>>, at: usize, text: &[char]| {
        text.iter().for_each(|c| holding.entry(*c).or_default().push(at));
    };
    texts.iter().enumerate().for_each(|(at, text)| note(&mut holding, at, text));
    for variant in variants {
        let touched = variant.to.iter().filter_map(|c| holding.get(c)).flatten().copied();
        let mut touched: BTreeSet<usize> = touched.collect();
        let longest = touched.iter().map(|at| texts[*at].len()).max().unwrap_or_default();
        for end in 1..longest + variant.to.len() {
            let made: Vec<Vec<char>> =
                touched.iter().filter_map(|at| respelled(&texts[*at], variant, end, open)).collect();
            for text in made {
                note(&mut holding, texts.len(), &text);
                touched.insert(texts.len());
                texts.push(text);
            }
        }
    }
    texts
}

/// On which sides of a part nothing more of its phrase is asked for.
#[derive(Clone, Copy)]
struct OpenSides {
    left: bool,
    right: bool,
}

/// A literal written the variant way where the right spelling ends before its character `end`; nothing where that makes
/// no difference. What is spelled may begin before the literal or end behind it: on an open side all of it is written, on
/// another only what lies in the literal, for there the next part may begin or the clause end.
fn respelled(literal: &[char], variant: &Variant, end: usize, open: OpenSides) -> Option<Vec<char>> {
    let begin = end.saturating_sub(variant.to.len());
    let skipped = variant.to.len().saturating_sub(end);
    let here = literal.get(begin..end.min(literal.len()))?;
    let overlap = skipped..skipped + here.len();
    if *here != variant.to[overlap.clone()] || *here == variant.from[overlap.clone()] {
        return None;
    }
    let left = if open.left { 0 } else { overlap.start };
    let right = if open.right { variant.from.len() } else { overlap.end };
    Some([&literal[..begin], &variant.from[left..right], &literal[begin + here.len()..]].concat())
}

/// A literal as it stands in folded text, where a run of three or more is one character.
fn folded(literal: &[char]) -> Vec<char> {
    let changes =
        literal.iter().any(|c| is_filler(*c)) || literal.windows(3).any(|run| run[0] == run[1] && run[1] == run[2]);
    if !changes {
        return literal.to_vec();
    }
    FoldedText::new(&literal.iter().collect::<String>()).chars().to_vec()
}

impl Parts {
    fn marks_of(&mut self, literal: &Literal, slots: &[String]) -> Option<u16> {
        let mut marks = Vec::new();
        for mark in &literal.marks {
            // Captures of exemptions and contexts fill nothing.
            let Some(slot) = slots.iter().position(|slot| *slot == mark.slot) else { continue };
            marks.push(SlotMark::new(u8::try_from(slot).ok()?, mark.edge, u8::try_from(mark.at).ok()?));
        }
        if let Some(number) = self.mark_numbers.get(&marks) {
            return Some(*number);
        }
        let number = u16::try_from(self.marks.len()).ok()?;
        self.marks.push(marks.clone());
        self.mark_numbers.insert(marks, number);
        Some(number)
    }

    fn finish(mut self, merged: &Merged) -> Result<(Lexicon, Docs), String> {
        let mut variants: Vec<Variant> = merged
            .variants
            .iter()
            .map(|(spelling, right)| Variant {
                from: spelling.chars().map(fold_char).collect(),
                to: right.item.chars().map(fold_char).collect(),
            })
            .collect();
        variants.sort_by(|a, b| a.from.cmp(&b.from));
        let (offences, offence_literals) = self.offences.finish()?;
        let (others, other_literals) = self.others.finish()?;
        let mut demands: Vec<Demand> = self.demands.iter().map(|offence| demand(offence, &variants)).collect();
        let anchors: BTreeSet<Vec<char>> = demands.iter().flat_map(|demand| demand.anchor.iter().cloned()).collect();
        let minimal = without_containers(&anchors)?;
        // Whoever finds the literals of these finds all that hold one of them.
        let decisive = demands
            .iter()
            .filter(|demand| demand.is_open())
            .flat_map(|demand| demand.anchor.iter().cloned())
            .collect();
        let decisive = without_containers(&decisive)?;
        demands.retain(|demand| !demand.is_open());
        demands.push(Demand { anchor: decisive, before: Side::Open, behind: Side::Open });
        let docs = Docs {
            entries: self.docs,
            reference: Reference {
                passages: merged.passages.iter().map(|passage| passage.item.clone()).collect(),
                forms: merged.forms.iter().map(|form| form.item.clone()).collect(),
            },
            literals: minimal.iter().map(|literal| literal.iter().collect()).collect(),
            disabled: merged.disabled.clone(),
        };
        let negation = self
            .contexts
            .iter()
            .position(|context| context.name == "negation")
            .and_then(|at| u16::try_from(at).ok());
        let cues = Cues::new(&merged.cues);
        let particles = particles(merged);
        let frame = ADDRESSES.iter().chain(&OPENERS).flat_map(|word| word.chars()).chain(particles.iter().copied());
        let prefilter = Prefilter::new(&demands, &self.lone, &frame.collect(), &cues);
        for entry in &mut self.entries {
            entry.asks = asked(entry, negation);
        }
        let structures = (0u16..).zip(&self.entries).filter(|(_, entry)| entry.structure.is_some());
        let tables = Tables {
            structures: structures.map(|(number, _)| number).collect(),
            entries: self.entries,
            contexts: self.contexts,
            negation,
            exemptions: self.exemptions,
            offences,
            others,
            marks: self.marks,
            variants,
            particles,
        };
        let lexicon = Lexicon::new(
            prefilter,
            Cues::new(&merged.cues),
            tables,
            AllLiterals { offences: offence_literals, others: other_literals },
        );
        Ok((lexicon, docs))
    }
}

impl PhraseParts {
    fn finish(self) -> Result<(PhraseTable<'static>, Literals), String> {
        let is_anchor = |found: &Use| self.phrases[found.phrase as usize].anchor == found.part;
        let mut literals: Vec<(&Vec<char>, &BTreeSet<Use>)> = self.literals.iter().collect();
        literals.sort_by_key(|(_, found)| !found.iter().any(is_anchor));
        let (mut anchors, others): (Vec<Vec<Use>>, Vec<Vec<Use>>) =
            literals.iter().map(|(_, found)| found.iter().partition(|found| is_anchor(found))).unzip();
        anchors.truncate(anchors.partition_point(|uses| !uses.is_empty()));
        let literals = Literals::new(literals.iter().map(|(literal, _)| literal.as_slice()))?;
        let table = PhraseTable {
            phrases: self.phrases.iter().copied().collect(),
            anchors: Uses::new(&anchors),
            others: Uses::new(&others),
        };
        Ok((table, literals))
    }
}

/// The single characters of the word set `particle`.
fn particles(merged: &Merged) -> Vec<char> {
    let words = merged.words.get("particle").map(|words| words.item.as_slice()).unwrap_or_default();
    let mut characters: Vec<char> = words
        .iter()
        .filter_map(|word| {
            let mut characters = word.chars();
            characters.next().filter(|_| characters.next().is_none()).map(fold_char)
        })
        .collect();
    characters.sort_unstable();
    characters.dedup();
    characters
}

/// The literals that hold no other one: whoever finds these finds all.
fn without_containers(literals: &BTreeSet<Vec<char>>) -> Result<Vec<Vec<char>>, String> {
    let words: Vec<String> = literals.iter().map(|literal| literal.iter().collect()).collect();
    let searcher = AhoCorasick::new(&words).map_err(|error| format!("词库放不进自动机：{error}"))?;
    Ok(literals
        .iter()
        .zip(&words)
        .filter(|(_, word)| searcher.find_overlapping_iter(word.as_str()).all(|found| found.len() == word.len()))
        .map(|(literal, _)| literal.clone())
        .collect())
}

/// The contexts that the conditions of an entry name, each once; being negated asks for that of negation.
fn asked(entry: &Entry, negation: Option<u16>) -> Vec<u16> {
    let of_rewrites = entry
        .rewrites
        .iter()
        .flat_map(|rewrite| rewrite.when.iter().chain(&rewrite.unless).chain(&rewrite.tone));
    let conditions = entry.when.iter().chain(&entry.unless).chain(&entry.soften).chain(entry.clear.iter().flatten());
    let contexts = conditions.chain(of_rewrites).filter_map(|condition| match condition {
        Condition::Context(context, _) => Some(*context),
        Condition::Negated => negation,
        _ => None,
    });
    contexts.collect::<BTreeSet<u16>>().into_iter().collect()
}
