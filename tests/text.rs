//! What hides a phrase does not hide it from the built-in lexicon; what only looks like one is none; and a finding names
//! the words as they were written.

use unicode_segmentation::UnicodeSegmentation;
use wanyan::builtin;
use wanyan::diagnostic::{Category, Severity};
use wanyan::lexicon::Lexicon;
use wanyan::lint::{Fixing, Linter, Scratch};

/// The offending words in a message, as they stand in it, with their rules and how grave they are.
/// What the words of a message make; its structure is another matter.
fn found(lexicon: &Lexicon, message: &str) -> Vec<(String, String, Severity)> {
    let linter = Linter::new(lexicon);
    let found = linter.check(message, Fixing::Skip, &mut Scratch::default());
    found
        .iter()
        .filter(|finding| finding.rule.category != Category::Structure)
        .map(|finding| {
            let words = message[finding.range.as_range()].to_owned();
            let boundaries: Vec<usize> =
                message.grapheme_indices(true).map(|(at, _)| at).chain([message.len()]).collect();
            assert!(
                boundaries.contains(&finding.range.start()) && boundaries.contains(&finding.range.end()),
                "{message}: {words}"
            );
            (words, finding.rule.id.clone(), finding.severity)
        })
        .collect()
}

/// Each message, the words in it that offend, and the plain spelling of the message, which the same rule finds.
const HIDDEN: [(&str, &str, &str); 34] = [
    // Fillers between Han characters.
    ("神 经 病", "神 经 病", "神经病"),
    ("神　经　病", "神　经　病", "神经病"),
    ("神*经*病", "神*经*病", "神经病"),
    ("滚.蛋", "滚.蛋", "滚蛋"),
    ("滚·蛋", "滚·蛋", "滚蛋"),
    ("滚**蛋", "滚**蛋", "滚蛋"),
    ("不※行", "不※行", "不行"),
    ("不😊行", "不😊行", "不行"),
    ("不 行", "不 行", "不行"),
    ("不👍🏻行", "不👍🏻行", "不行"),
    ("不-知-道", "不-知-道", "不知道"),
    // Invisible characters.
    ("不\u{200b}行", "不\u{200b}行", "不行"),
    ("滚\u{2060}\u{feff}蛋", "滚\u{2060}\u{feff}蛋", "滚蛋"),
    ("不\u{fe0f}知\u{200d}道", "不\u{fe0f}知\u{200d}道", "不知道"),
    // Whole graphemes.
    ("不行\u{fe0f}", "不行\u{fe0f}", "不行"),
    ("不行\u{301}", "不行\u{301}", "不行"),
    // Traditional characters.
    ("神經病", "神經病", "神经病"),
    ("滾蛋", "滾蛋", "滚蛋"),
    ("沒辦法", "沒辦法", "没办法"),
    ("滾.蛋", "滾.蛋", "滚蛋"),
    // Repeated characters and particles.
    ("不行行行", "不行行行", "不行"),
    ("不不不行", "不不不行", "不行"),
    ("不知道啊啊啊", "不知道啊啊啊", "不知道"),
    ("滚蛋蛋蛋蛋蛋！！！", "滚蛋蛋蛋蛋蛋", "滚蛋"),
    // Variant and wrong characters, also hidden.
    ("不请楚", "不请楚", "不清楚"),
    ("不請楚", "不請楚", "不清楚"),
    ("不.请.楚", "不.请.楚", "不清楚"),
    ("不青楚", "不青楚", "不清楚"),
    ("不情楚", "不情楚", "不清楚"),
    // In the middle of more text.
    ("亲，不※行", "不※行", "不行"),
    ("ＡＢＣ，神 经 病", "神 经 病", "神经病"),
    ("😊滚.蛋😊", "滚.蛋", "滚蛋"),
    ("（滾蛋）", "滾蛋", "滚蛋"),
    ("您好！\r\n不\u{200b}行", "不\u{200b}行", "不行"),
];

#[test]
fn what_hides_a_phrase_does_not_hide_it() {
    let lexicon = builtin::lexicon();
    let linter = Linter::new(&lexicon);
    let mut wrong = Vec::new();
    for (message, words, plain) in HIDDEN {
        let plain = found(&lexicon, plain);
        assert!(plain.len() == 1 && plain[0].2 >= Severity::Warning, "{message}: {plain:?}");
        let hidden = found(&lexicon, message);
        if hidden.len() != 1 || hidden[0].0 != words || (&hidden[0].1, hidden[0].2) != (&plain[0].1, plain[0].2) {
            wrong.push(format!("{message:?}: {words:?} by {plain:?} expected, found {hidden:?}"));
        }
        if !linter.may_find_in(message) {
            wrong.push(format!("{message:?}: the prefilter misses it"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Width and case matter no more than script does: each spelling is found as the first one is.
#[test]
fn width_and_case_do_not_matter() {
    let lexicon = builtin::lexicon();
    for spellings in [
        ["你是sb吗", "你是SB吗", "你是ｓｂ吗", "你是ＳＢ吗", "你是Ｓb吗"],
        ["100%有效", "１００％有效", "１00％有效", "100％有效", "１００%有效"],
        ["不行!", "不行！", "不行。", "不行.", "不行"],
        ["答复是:不行", "答复是：不行", "答复是： 不行", "答復是：不行", "答复是：不\u{200b}行"],
    ] {
        let [first, rest @ ..] = spellings;
        let expected = found(&lexicon, first);
        assert_eq!(expected.len(), 1, "{first}: {expected:?}");
        for spelling in rest {
            let rules: Vec<_> =
                found(&lexicon, spelling).into_iter().map(|(_, rule, severity)| (rule, severity)).collect();
            assert_eq!(rules, [(expected[0].1.clone(), expected[0].2)], "{spelling}");
        }
    }
}

#[test]
fn nothing_is_found_inside_words() {
    let lexicon = builtin::lexicon();
    let mut wrong = Vec::new();
    for message in [
        "不行动",
        "行不行",
        "保证金",
        "不能不说",
        "自己人",
        "正品保证",
        "行不行动",
        "不行动的话",
        "不，行李到了",
        "您看这样行不行？",
        "您的保证金已经退回",
        "不能不说您眼光真好",
        "都是自己人，您别客气",
        "店里正品保证",
        "神经病学教材到货了",
        "操作步骤发您了",
        "滚筒洗衣机到货了",
        "垃圾袋到货了",
        // The end of one clause and the beginning of the next.
        "能不 行李先放前台",
        "好不，行李先放前台",
        "要不\n行李先放前台",
        // Latin letters are no Han: what lies in a longer word is none.
        "usb接口",
        "ＵＳＢ接口",
        "",
        "您好",
        "😊",
    ] {
        for (words, rule, severity) in found(&lexicon, message) {
            wrong.push(format!("{message}: {words} {rule} {severity:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn quotations_and_titles_are_not_judged() {
    let lexicon = builtin::lexicon();
    let mut wrong = Vec::new();
    for words in ["神经病", "滚蛋", "不行", "白痴"] {
        assert!(!found(&lexicon, words).is_empty(), "{words}");
        for (open, close) in
            [("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"), ("《", "》"), ("\"", "\""), ("＂", "＂")]
        {
            for frame in ["@", "您好，@这几个字已经改过来了。", "这是@，请查收"] {
                let message = frame.replace('@', &format!("{open}{words}{close}"));
                if !found(&lexicon, &message).is_empty() {
                    wrong.push(format!("{message}: {:?}", found(&lexicon, &message)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // A quotation ends where it ends.
    for (message, words) in [("您看完《白痴》了吗？滚蛋！", "滚蛋"), ("滚蛋！您说的“不行”我记下了。", "滚蛋")]
    {
        let found: Vec<String> = found(&lexicon, message).into_iter().map(|(words, _, _)| words).collect();
        assert_eq!(found, [words], "{message}");
    }
}
