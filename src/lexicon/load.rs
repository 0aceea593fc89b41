//! Reads lexicon files and merges them: the built-in ones, then overlays in their order.

use std::collections::BTreeMap;

use super::cues::{self, CueSet, Leanings};
use super::error::{LexiconError, did_you_mean};
use super::schema::{
    ContextSource, CueSource, EntrySource, ExemptionSource, ExtendSource, Form, LexiconFile, Located, Mitigation,
    Passage,
};
use crate::diagnostic::Category;
use crate::text::line_of;

/// How much a cue leans to the category that a person chose for it: more than the learned ones do.
const CHOSEN_LEANING: i8 = 40;

/// Where a file stands in the order of lexicons.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Part of the program: everything in it is defined once.
    BuiltIn,
    /// An organisation's or a project's: it may change what came before.
    Overlay,
}

/// A lexicon file.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its name, as its reader knows it.
    pub name: String,
    /// What it holds.
    pub text: String,
    /// Where it stands.
    pub origin: Origin,
}

/// A thing of a file, and the way back to it for errors.
#[derive(Clone, Debug)]
pub struct From<T> {
    /// The thing.
    pub item: T,
    /// The number of its file.
    pub file: usize,
    /// Its line there, from one.
    pub line: usize,
}

/// An entry after merging.
#[derive(Clone, Debug)]
pub struct MergedEntry {
    /// The whole rule id.
    pub id: String,
    /// Its category.
    pub category: Category,
    /// As written, with what overlays added.
    pub source: EntrySource,
    /// The policy of its category.
    pub mitigation: Option<Mitigation>,
}

/// All files together.
#[derive(Debug, Default)]
pub struct Merged {
    /// Word sets by name.
    pub words: BTreeMap<String, From<Vec<String>>>,
    /// Contexts by name.
    pub contexts: BTreeMap<String, From<ContextSource>>,
    /// Entries, in their order.
    pub entries: Vec<From<MergedEntry>>,
    /// Ordinary words.
    pub ordinary: Vec<From<String>>,
    /// Exemptions.
    pub exemptions: Vec<From<ExemptionSource>>,
    /// Variants, by spelling.
    pub variants: BTreeMap<String, From<String>>,
    /// Weighted cues.
    pub cues: CueSet,
    /// Recommended forms.
    pub forms: Vec<From<Form>>,
    /// Passages.
    pub passages: Vec<From<Passage>>,
    /// Rules switched off, and why.
    pub disabled: Vec<(String, String)>,
}

/// Reads and merges `files`. What can be read is merged even where something else is wrong, so that all errors are found at once.
#[must_use]
pub fn load(files: &[SourceFile]) -> (Merged, Vec<LexiconError>) {
    let mut loader = Loader { merged: Merged::default(), errors: Vec::new(), files, own_entries: 0 };
    for (number, file) in files.iter().enumerate() {
        if file.name.ends_with(".tsv") {
            match cues::parse_learned(&file.text) {
                Ok(learned) => loader.merged.cues.extend(learned),
                Err((line, message)) => loader.error(number, line, None, message, None),
            }
            continue;
        }
        match toml::from_str::<LexiconFile>(&file.text) {
            Ok(parsed) => loader.merge(number, parsed),
            Err(error) => loader.errors.push(toml_error(file, &error)),
        }
    }
    (loader.merged, loader.errors)
}

/// A TOML error in the words of the reader.
fn toml_error(file: &SourceFile, error: &toml::de::Error) -> LexiconError {
    let original = error.message();
    let quoted: Vec<&str> = original.split('`').skip(1).step_by(2).collect();
    let (message, help) = if original.starts_with("unknown field") {
        let name = quoted.first().copied().unwrap_or_default();
        let known = quoted.get(1..).unwrap_or_default();
        let help = match did_you_mean(name, known.iter().copied()) {
            Some(best) => format!("是不是想写 {best}？这里可以用的键：{}", known.join("、")),
            None => format!("这里可以用的键：{}", known.join("、")),
        };
        (format!("不认识的键 {name}"), Some(help))
    } else if original.starts_with("missing field") {
        let name = quoted.first().copied().unwrap_or_default();
        (format!("缺少 {name}"), Some(format!("请补上 {name}；`wanyan lexicon new 词条名` 可以生成一份完整的模板")))
    } else if original.starts_with("unknown variant") {
        let name = quoted.first().copied().unwrap_or_default();
        let known = quoted.get(1..).unwrap_or_default();
        let best = did_you_mean(name, known.iter().copied())
            .map(|best| format!("是不是想写 {best}？"))
            .unwrap_or_default();
        (format!("不认识的值 {name}"), Some(format!("{best}可以用的值：{}", known.join("、"))))
    } else {
        (
            format!("TOML 写法有误：{original}"),
            Some("请检查引号、括号和等号是否成对，或对照 docs/lexicon-format.md".to_owned()),
        )
    };
    LexiconError {
        file: file.name.clone(),
        line: error.span().map(|span| line_of(&file.text, span.start)),
        entry: error.span().and_then(|span| entry_at(&file.text, span.start)),
        message,
        help,
    }
}

/// The id of the entry in which an offset lies, read by the eye: the `id = "…"` between the `[[…]]` headers around it.
fn entry_at(text: &str, at: usize) -> Option<String> {
    let mut found = None;
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        let begin = position;
        position += line.len();
        let line = line.trim();
        if line.starts_with("[[") && !line.contains('.') {
            if begin > at {
                break;
            }
            found = None;
        }
        if let Some(value) = line.strip_prefix("id").and_then(|rest| rest.trim_start().strip_prefix('=')) {
            found = Some(value.trim().trim_matches('"').to_owned());
        }
    }
    found
}

/// The same things, knowing that they stand in a file other than that of the entry they go to.
fn of_file<T>(file: usize, things: Vec<Located<T>>) -> impl Iterator<Item = Located<T>> {
    things.into_iter().map(move |thing| Located { file: Some(file), ..thing })
}

struct Loader<'f> {
    merged: Merged,
    errors: Vec<LexiconError>,
    files: &'f [SourceFile],
    /// How many entries overlays have added; they stand first.
    own_entries: usize,
}

impl Loader<'_> {
    fn from<T>(&self, file: usize, located: Located<T>) -> From<T> {
        From { file, line: line_of(&self.files[file].text, located.at), item: located.value }
    }

    fn error(&mut self, file: usize, line: usize, entry: Option<&str>, message: String, help: Option<String>) {
        let file = self.files[file].name.clone();
        self.errors
            .push(LexiconError { file, line: Some(line), entry: entry.map(str::to_owned), message, help });
    }

    /// Says that a built-in thing is defined twice.
    fn twice(&mut self, what: &str, name: &str, file: usize, line: usize, before: (usize, usize)) {
        let place = format!("{}:{}", self.files[before.0].name, before.1);
        self.error(
            file,
            line,
            Some(name),
            format!("{what}重复定义"),
            Some(format!("已经在 {place} 定义过，请改名或合并")),
        );
    }

    fn merge(&mut self, number: usize, file: LexiconFile) {
        let overlay = self.files[number].origin == Origin::Overlay;
        for (name, words) in file.words {
            let words = self.from(number, words);
            match self.merged.words.get_mut(&name) {
                Some(existing) if overlay => existing.item.extend(words.item),
                Some(existing) => {
                    let before = (existing.file, existing.line);
                    self.twice("词表", &name, number, words.line, before);
                }
                None => {
                    self.merged.words.insert(name, words);
                }
            }
        }
        for (name, context) in file.context {
            let context = self.from(number, context);
            match self.merged.contexts.get_mut(&name) {
                Some(existing) if overlay => {
                    existing.item.patterns.extend(of_file(number, context.item.patterns));
                    existing.item.exemptions.extend(of_file(number, context.item.exemptions));
                }
                Some(existing) => {
                    let before = (existing.file, existing.line);
                    self.twice("语境", &name, number, context.line, before);
                }
                None => {
                    self.merged.contexts.insert(name, context);
                }
            }
        }
        for (spelling, right) in file.variants {
            let right = self.from(number, right);
            self.merged.variants.insert(spelling, right);
        }
        for word in file.ordinary {
            let word = self.from(number, word);
            self.merged.ordinary.push(word);
        }
        for exemption in file.exemption {
            let exemption = self.from(number, exemption);
            self.merged.exemptions.push(exemption);
        }
        for cue in file.cue {
            self.cue(self.from(number, cue));
        }
        for form in file.form {
            let form = self.from(number, form);
            self.merged.forms.push(form);
        }
        for passage in file.passage {
            let passage = self.from(number, passage);
            self.merged.passages.push(passage);
        }
        for entry in file.entry {
            let entry = self.from(number, entry);
            self.add_entry(entry, file.category, file.mitigation.as_ref());
        }
        if !overlay {
            let misplaced = [
                (file.extend.first().map(|x| x.at), "extend"),
                (file.replace.first().map(|x| x.at), "replace"),
                (file.disable.first().map(|x| x.at), "disable"),
            ];
            for (at, name) in misplaced {
                if let Some(at) = at {
                    let line = line_of(&self.files[number].text, at);
                    self.error(
                        number,
                        line,
                        None,
                        format!("内置词库里不能用 [[{name}]]"),
                        Some("请直接修改词条本身".to_owned()),
                    );
                }
            }
            return;
        }
        for extension in file.extend {
            let extension = self.from(number, extension);
            self.extend(extension);
        }
        for replacement in file.replace {
            let replacement = self.from(number, replacement);
            self.replace(replacement, file.mitigation.as_ref());
        }
        for disabled in file.disable {
            let disabled = self.from(number, disabled);
            if disabled.item.reason.trim().is_empty() {
                self.error(
                    number,
                    disabled.line,
                    Some(&disabled.item.id),
                    "停用词条要写明原因".to_owned(),
                    Some("请填写 reason，例如 reason = \"门店口头语，已与质检确认\"".to_owned()),
                );
            }
            if let Some(at) = self.find(number, disabled.line, &disabled.item.id) {
                self.merged.entries.remove(at);
                self.own_entries -= usize::from(at < self.own_entries);
                self.merged.disabled.push((disabled.item.id, disabled.item.reason));
            }
        }
    }

    fn cue(&mut self, cue: From<CueSource>) {
        let From { item: CueSource { text, weight, category }, file, line } = cue;
        let Some(text) = cues::normal_form(&text) else {
            let help = "线索是一到三个字，例如 text = \"铁定\"；句首写 ^，句尾写 $，数字写 0，字母写 a";
            self.error(file, line, None, format!("线索「{text}」不合写法"), Some(help.to_owned()));
            return;
        };
        let keen = weight > 0 && cues::can_be_keen(&text);
        let known = self.merged.cues.entry(text).or_default();
        known.weight = i32::from(weight);
        known.keen = keen;
        if let Some(category) = category {
            known.leanings = Leanings::default();
            known.leanings[category as usize] = CHOSEN_LEANING;
        }
    }

    fn add_entry(&mut self, entry: From<EntrySource>, category: Option<Category>, mitigation: Option<&Mitigation>) {
        let Some(category) = category else {
            let help = format!(
                "请在文件开头写上，例如 category = \"blunt-refusal\"；可选：{}",
                Category::ALL.map(Category::name).join("、")
            );
            self.error(entry.file, entry.line, Some(&entry.item.id), "这个文件没有写 category".to_owned(), Some(help));
            return;
        };
        let id = format!("{}/{}", category.name(), entry.item.id);
        let well_formed = !entry.item.id.is_empty()
            && entry.item.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        if !well_formed {
            self.error(
                entry.file,
                entry.line,
                Some(&id),
                "词条名只能用小写字母、数字和连字符".to_owned(),
                Some("例如 id = \"cannot-handle\"".to_owned()),
            );
            return;
        }
        if let Some(existing) = self.merged.entries.iter().find(|existing| existing.item.id == id) {
            let place = format!("{}:{}", self.files[existing.file].name, existing.line);
            let help = format!("已经在 {place} 定义过；要改写它请用 [[replace]]，要补充请用 [[extend]]");
            self.error(entry.file, entry.line, Some(&id), "词条重复定义".to_owned(), Some(help));
            return;
        }
        let merged = MergedEntry { id, category, source: entry.item, mitigation: mitigation.cloned() };
        let place = From { item: merged, file: entry.file, line: entry.line };
        match self.files[entry.file].origin {
            Origin::BuiltIn => self.merged.entries.push(place),
            // Of equally long hits the earlier entry wins: that shall be the one of the user's own lexicon.
            Origin::Overlay => {
                self.merged.entries.insert(self.own_entries, place);
                self.own_entries += 1;
            }
        }
    }

    /// Where the entry of that id stands; an error with a guess where there is none.
    fn find(&mut self, file: usize, line: usize, id: &str) -> Option<usize> {
        let at = self.merged.entries.iter().position(|entry| entry.item.id == id);
        if at.is_none() {
            let ids: Vec<&str> = self.merged.entries.iter().map(|entry| entry.item.id.as_str()).collect();
            let guess = did_you_mean(id, ids.iter().copied()).map(|best| format!("是不是想写 {best}？"));
            let help = guess.unwrap_or_default() + "`wanyan rules` 会列出全部规则";
            self.error(file, line, Some(id), "没有这个词条".to_owned(), Some(help));
        }
        at
    }

    fn extend(&mut self, extension: From<ExtendSource>) {
        let Some(at) = self.find(extension.file, extension.line, &extension.item.id) else { return };
        let entry = &mut self.merged.entries[at].item.source;
        let file = extension.file;
        entry.patterns.extend(of_file(file, extension.item.patterns));
        entry.exemptions.extend(of_file(file, extension.item.exemptions));
        entry.rewrite.splice(0..0, of_file(file, extension.item.rewrite));
        if let Some(examples) = extension.item.examples {
            entry.examples.bad.extend(of_file(file, examples.bad));
            entry.examples.good.extend(of_file(file, examples.good));
            entry.examples.sentences.extend(of_file(file, examples.sentences));
        }
    }

    fn replace(&mut self, replacement: From<EntrySource>, mitigation: Option<&Mitigation>) {
        let id = replacement.item.id.clone();
        let Some(at) = self.find(replacement.file, replacement.line, &id) else { return };
        let existing = &mut self.merged.entries[at];
        let mitigation = mitigation.cloned().or_else(|| existing.item.mitigation.clone());
        let merged = MergedEntry { id, category: existing.item.category, source: replacement.item, mitigation };
        *existing = From { item: merged, file: replacement.file, line: replacement.line };
    }
}
