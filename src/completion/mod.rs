//! Layer 3: the recommended forms, found by what one types: by their scene or their words, in Chinese, by pinyin, by the
//! initials of pinyin, or by a mixture of these. Must not know editors: what a form looks like in one is for the front.
//!
//! What stands before the cursor says what is asked for ([`Forms::complete`]); `query` compares it with the forms.

mod pieces;
mod query;
mod sound;

pub use pieces::{FormPiece, form_pieces};
pub use sound::Spelling;

use crate::lexicon::schema::Form;
use crate::text::is_han;
use query::{Query, Rank};
use sound::{Sounds, sounds};

/// What opens a list of forms at the start of a word.
pub const TRIGGERS: [char; 2] = ['/', '、'];

/// No more characters before the cursor are looked at, the trigger not counted.
const LONGEST_QUERY: usize = 32;

/// So many Han characters at least say what is asked for where no trigger does: fewer are found in too many forms.
const FEWEST_HAN: usize = 2;

/// How forms are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// Somebody typed one of [`TRIGGERS`] just now.
    ByTrigger,
    /// On request, or while typing on.
    Openly,
}

/// Forms to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer<'f> {
    /// How many bytes before the cursor a chosen form takes the place of.
    pub replaced: usize,
    /// The forms, the best first.
    pub forms: Vec<&'f Form>,
}

/// Recommended forms, ready to be found.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    /// By scene, in the order in which the scenes first come.
    items: Vec<Item>,
}

#[derive(Clone, Debug)]
struct Item {
    form: Form,
    scene: Sounds,
    text: Sounds,
}

impl Forms {
    /// Looks up the readings of all characters of `forms`.
    #[must_use]
    pub fn new(forms: Vec<Form>) -> Forms {
        let mut scenes: Vec<String> = Vec::new();
        for form in &forms {
            if !scenes.contains(&form.scene) {
                scenes.push(form.scene.clone());
            }
        }
        let mut items: Vec<Item> = forms
            .into_iter()
            .map(|form| Item { scene: sounds(&form.scene), text: sounds(&form.text), form })
            .collect();
        items.sort_by_key(|item| scenes.iter().position(|scene| *scene == item.form.scene));
        Forms { items }
    }

    /// All of them, by scene, each with how its scene and its text are typed.
    pub fn all(&self) -> impl Iterator<Item = (&Form, Spelling, Spelling)> {
        self.items.iter().map(|item| (&item.form, item.scene.spelling(), item.text.spelling()))
    }

    /// What to offer where `before` stands before the cursor on its line; nothing where nobody asks for a form.
    #[must_use]
    pub fn complete(&self, before: &str, asking: Asking) -> Option<Offer<'_>> {
        let typed = typed_run(before);
        let ahead = &before[..before.len() - typed.len()];
        if let Some(outside) = ahead.strip_suffix(TRIGGERS)
            && (starts_word(outside, ahead) || is_slip(outside, ahead, typed))
        {
            return Some(Offer { replaced: before.len() - outside.len(), forms: self.find(typed, Rank::LAST) });
        }
        if asking == Asking::ByTrigger {
            return None;
        }
        if typed.is_empty() {
            return Some(Offer { replaced: 0, forms: self.find("", Rank::LAST) });
        }
        // All of what was typed since the last mark, or the longest end of it that any form begins with; words in Latin
        // letters are not cut.
        starts(typed).find_map(|start| {
            let worst = match start {
                // One Han character says little: it may name a scene.
                0 if typed.chars().count() < FEWEST_HAN && typed.starts_with(is_han) => Rank::SceneStart,
                0 => Rank::TextInside,
                _ => Rank::TextStart,
            };
            let forms = self.find(&typed[start..], worst);
            (!forms.is_empty()).then_some(Offer { replaced: typed.len() - start, forms })
        })
    }

    /// The forms that `typed` finds with that rank or a better one, the best first; all where nothing is typed.
    fn find(&self, typed: &str, worst: Rank) -> Vec<&Form> {
        let query = Query::new(typed);
        let mut found: Vec<(Rank, usize, &Form)> = self
            .items
            .iter()
            .filter_map(|item| {
                let (rank, guessed) = query.rank(&item.scene, &item.text, &item.form.when)?;
                (rank <= worst).then_some((rank, guessed, &item.form))
            })
            .collect();
        found.sort_by_key(|(rank, guessed, _)| (*rank, *guessed));
        found.into_iter().map(|(_, _, form)| form).collect()
    }
}

/// What stands before the cursor and may be a query: letters, Han characters, digits and apostrophes.
fn typed_run(before: &str) -> &str {
    let is_typed = |c: &char| c.is_alphanumeric() || *c == '\'';
    let length: usize = before.chars().rev().take_while(is_typed).take(LONGEST_QUERY).map(char::len_utf8).sum();
    &before[before.len() - length..]
}

/// Whether a trigger at the end of `ahead` begins a word: `outside` stands before it. A link, a fraction, a path, an end
/// tag or an enumeration is none.
fn starts_word(outside: &str, ahead: &str) -> bool {
    match outside.chars().next_back() {
        None => true,
        // A scheme; the label of a speaker is not written in Latin letters.
        Some(':') if ahead.ends_with('/') => {
            !outside[..outside.len() - 1].ends_with(|c: char| c.is_ascii_alphanumeric())
        }
        Some('<' | '.' | '\\' | '~' | '/' | '、' | '_' | '-') => false,
        Some(c) => !c.is_alphanumeric(),
    }
}

/// Whether a slash that follows upon a Han character is meant as a trigger: only letters come after it.
fn is_slip(outside: &str, ahead: &str, typed: &str) -> bool {
    let latin = !typed.is_empty() && typed.chars().all(|c| c.is_ascii_alphabetic());
    latin && ahead.ends_with('/') && outside.ends_with(is_han)
}

/// Where in `typed` a query may begin, the longest first.
fn starts(typed: &str) -> impl Iterator<Item = usize> + '_ {
    let cuts_word = |at: usize| {
        let latin = |c: char| c.is_ascii_alphanumeric() || c == '\'';
        typed[..at].ends_with(latin) && typed[at..].starts_with(latin)
    };
    let says_enough = |at: usize| {
        let rest = &typed[at..];
        at == 0 || rest.contains(|c: char| c.is_ascii_alphabetic()) || rest.chars().count() >= FEWEST_HAN
    };
    typed.char_indices().map(|(at, _)| at).filter(move |at| !cuts_word(*at) && says_enough(*at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builtin;

    fn forms() -> Forms {
        let form = |id: &str, scene: &str, text: &str, when: &str| Form {
            id: id.to_owned(),
            scene: scene.to_owned(),
            text: text.to_owned(),
            source: "S2.8".to_owned(),
            when: when.to_owned(),
        };
        Forms::new(vec![
            form("thanks", "致谢", "谢谢您提醒，我们会留意的", "客户指出疏漏时"),
            form("sorry", "致歉", "{称呼}，真对不起，由于{原因}", "客户不高兴时"),
            form("green", "给选择", "您看绿色可以吗？", ""),
            form("also", "致谢", "谢谢您耐心等待", "客户等候之后"),
            form("refuse", "拒绝", "这件事恐怕暂时帮不了您，可以给您退款", "暂时办不到时"),
            form("bank", "拒绝", "银行还没有到账", ""),
        ])
    }

    fn ids<'f>(offer: Option<&Offer<'f>>) -> Vec<&'f str> {
        offer.map_or(Vec::new(), |offer| offer.forms.iter().map(|form| form.id.as_str()).collect())
    }

    #[test]
    fn finds_by_chinese_and_by_pinyin() {
        let forms = forms();
        let cases: [(&str, &[&str]); 24] = [
            ("", &["thanks", "also", "sorry", "green", "refuse", "bank"]),
            ("zq", &["sorry"]),
            ("zhiqian", &["sorry"]),
            ("zhi", &["thanks", "also", "sorry"]),
            ("zhiq", &["sorry"]),
            ("zqian", &["sorry"]),
            ("ZHI'QIAN", &["sorry"]),
            ("致歉", &["sorry"]),
            ("致q", &["sorry"]),
            ("歉", &["sorry"]),
            ("zhdbq", &["sorry"]),
            ("xiexie", &["thanks", "also"]),
            ("xxnnx", &["also"]),
            ("对不起", &["sorry"]),
            ("退款", &["refuse"]),
            ("tuikuan", &["refuse"]),
            ("tk", &[]),
            ("nklv", &["green"]),
            ("ninkanluse", &["green"]),
            ("yinhang", &["bank"]),
            ("yinhanghai", &["bank"]),
            ("等候", &["also"]),
            ("绝拒", &[]),
            ("hello", &[]),
        ];
        for (typed, expected) in cases {
            let offer = forms.complete(&format!("/{typed}"), Asking::Openly);
            assert_eq!(ids(offer.as_ref()), expected, "{typed}");
            assert_eq!(offer.unwrap().replaced, typed.len() + 1, "{typed}");
        }
    }

    #[test]
    fn a_trigger_begins_a_word() {
        let forms = forms();
        let replaced = |before: &str, asking| forms.complete(before, asking).map(|offer| offer.replaced);
        for (before, bytes) in [
            ("/", Some(1)),
            ("、", Some(3)),
            ("您好，/", Some(1)),
            ("您好 /", Some(1)),
            ("客服：/", Some(1)),
            ("客服:/", Some(1)),
            ("（、", Some(3)),
            ("和/", None),
            ("10/", None),
            ("https:/", None),
            ("https://", None),
            ("a/b/", None),
            ("</", None),
            ("苹果、", None),
            ("1、", None),
            ("您好", None),
            ("", None),
        ] {
            assert_eq!(replaced(before, Asking::ByTrigger), bytes, "{before}");
        }
        for (before, bytes) in [
            ("、zq", Some(5)),
            ("您好/zq", Some(3)),
            ("和/或", None),
            ("您好，zq", Some(2)),
            ("您好zq", Some(2)),
            ("您好致歉", Some(6)),
            ("您好致", None),
            ("您好，", Some(0)),
            ("", Some(0)),
            ("您好", None),
            ("azq", None),
            ("2024", None),
            ("谢谢您", Some(9)),
            ("退款", Some(6)),
            ("我退款", None),
        ] {
            assert_eq!(replaced(before, Asking::Openly), bytes, "{before}");
        }
        assert_eq!(ids(forms.complete("/home", Asking::Openly).as_ref()), [""; 0]);
    }

    #[test]
    fn finds_every_built_in_scene() {
        let forms = Forms::new(builtin::reference().forms);
        for (typed, scene) in [
            ("qt", "倾听"),
            ("qingting", "倾听"),
            ("zq", "致歉"),
            ("zhiqian", "致歉"),
            ("jj", "拒绝"),
            ("gxz", "给选择"),
            ("geixuanze", "给选择"),
            ("cngj", "承诺跟进"),
            ("chengnuo", "承诺跟进"),
            ("gj", "承诺跟进"),
            ("zx", "致谢"),
            ("zhuanjie", "转接"),
            ("zj", "转接"),
            ("af", "安抚"),
            ("lijie", "理解"),
            ("qqtg", "请求提供信息"),
            ("tigongxinxi", "请求提供信息"),
            ("wenhou", "问候"),
            ("jsy", "结束语"),
            ("dengdai", "请求等待"),
        ] {
            let offer = forms.complete(&format!("/{typed}"), Asking::Openly).unwrap();
            assert_eq!(offer.forms[0].scene, scene, "{typed}");
            let of_scene = forms.items.iter().filter(|item| item.form.scene == scene).count();
            assert!(of_scene >= 8, "{scene} has {of_scene} forms");
            assert!(offer.forms[..8].iter().all(|form| form.scene == scene), "{typed}");
        }
    }
}
