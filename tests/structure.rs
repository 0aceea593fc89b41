//! What the words of one phrase do not tell: the structure of messages and conversations, several mild findings that
//! together are one, and what a project says of the rules.
#![cfg(feature = "cli")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use wanyan::builtin;
use wanyan::config::{Level, Policy};
use wanyan::diagnostic::Severity;
use wanyan::document::{ExtractOptions, Format, extract};
use wanyan::lexicon::compile::compile;
use wanyan::lexicon::{Lexicon, Origin, SourceFile};
use wanyan::lint::{Conversation, Fixing, Linter, Scratch};
use wanyan::text::apply_edits;

static LEXICON: LazyLock<Lexicon> = LazyLock::new(builtin::lexicon);

/// The rules of structure that are broken in a message, and how grave that is.
fn structure(linter: Linter<'_>, message: &str) -> Vec<(String, Severity)> {
    let found = linter.check_quickly(message, Fixing::Make, &mut Scratch::default());
    let all = linter.check(message, Fixing::Make, &mut Scratch::default());
    assert_eq!(found.len(), all.len(), "{message}: the quick way finds the same");
    found
        .iter()
        .filter_map(|finding| Some((finding.rule.id.strip_prefix("structure/")?.to_owned(), finding.severity)))
        .collect()
}

#[test]
fn messages_are_looked_at_as_a_whole() {
    let long = format!("您{}就可以了。", "先打开应用再点一下右下角的图标然后进入设置页面".repeat(4));
    for (message, rules) in [
        ("您好，你的包裹到了，你记得来取", vec!["mixed-address"]),
        ("您好，你们公司的发票开好了", vec![]),
        ("亲，这款不支持换货", vec!["refusal-without-way-out"]),
        ("亲，这款不支持换货，因为是定制的，尺寸不合适我帮您联系改一改", vec![]),
        ("仓库漏发了一双袜子，今天下午补寄给您", vec!["missing-apology"]),
        ("实在抱歉，仓库漏发了一双袜子，今天下午补寄给您", vec![]),
        ("已经报给财务了，还请您耐心等待", vec!["open-ended-wait"]),
        ("已经报给财务了，还请您耐心等待，周五前给您回复", vec![]),
        ("好", vec!["bare-reply"]),
        ("在", vec!["bare-here"]),
        ("好的，马上给您查", vec![]),
        ("尊敬的{姓名}，您的保单已生效", vec!["placeholder"]),
        ("XX女士您好，您的车保养好了", vec!["placeholder"]),
        ("XXL码还有两件", vec![]),
        ("发货了！！！", vec!["punctuation"]),
        ("您看的是哪一款？？", vec!["punctuation"]),
        ("呵呵，您真会说笑", vec!["cold-laugh"]),
        (&long, vec!["long-sentence"]),
    ] {
        let found: Vec<String> = structure(Linter::new(&LEXICON), message).into_iter().map(|(rule, _)| rule).collect();
        assert_eq!(found, rules, "{message}");
    }
}

#[test]
fn mending_structure_keeps_everything_else() {
    for (message, mended) in [
        ("您好，你的包裹到了！！！链接 https://a.cn/你?x=1", "您好，您的包裹到了！链接 https://a.cn/你?x=1"),
        ("您问的“你们管不管”，你放心，管的", "您问的“你们管不管”，您放心，管的"),
    ] {
        let found = Linter::new(&LEXICON).check(message, Fixing::Make, &mut Scratch::default());
        let edits: Vec<_> =
            found.iter().filter_map(|finding| finding.fixes.first()).flat_map(|fix| fix.edits.clone()).collect();
        assert_eq!(apply_edits(message, &edits).unwrap(), mended);
    }
}

#[test]
fn a_project_says_how_grave_rules_are() {
    let message = "尊敬的【客户姓名】，您好，你的包裹到了";
    let usual = structure(Linter::new(&LEXICON), message);
    assert_eq!(usual, [("placeholder".to_owned(), Severity::Info), ("mixed-address".to_owned(), Severity::Info)]);
    let drafts = structure(Linter::new(&LEXICON).for_drafts(true), message);
    assert_eq!(drafts[0], ("placeholder".to_owned(), Severity::Warning));

    let policy = Policy {
        severity: BTreeMap::from([
            ("structure".to_owned(), Level::Hint),
            ("structure/placeholder".to_owned(), Level::Off),
            ("insulting".to_owned(), Level::Info),
        ]),
        limits: BTreeMap::from([("structure/long-sentence".to_owned(), 5)]),
        ..Policy::USUAL
    };
    let linter = Linter::new(&LEXICON).with_policy(&policy);
    let found = structure(linter, message);
    let hints = ["long-sentence", "mixed-address"].map(|rule| (rule.to_owned(), Severity::Hint));
    assert_eq!(found, hints);
    let found = linter.check("滚蛋", Fixing::Skip, &mut Scratch::default());
    assert_eq!(found[0].severity, Severity::Info);
}

/// The findings of a conversation: on which turn, from zero, and by what rule.
fn heard(source: &str, format: Format, policy: &Policy) -> Vec<(usize, String)> {
    let mut conversation = Conversation::new(Linter::new(&LEXICON).with_policy(policy));
    let (mut found, mut turn) = (Vec::new(), 0);
    let problems = extract(source, format, &ExtractOptions::default(), &mut |segment| {
        found.extend(conversation.hear(&segment).into_iter().map(|finding| (turn, finding.rule.id.clone())));
        turn += 1;
    });
    assert!(problems.problems.is_empty(), "{problems:?}");
    found
}

#[test]
fn conversations_are_heard_from_turn_to_turn() {
    let transcript = "\
客服小李 2024-06-18 10:00:00
您好，请问您的订单号是多少？
买家 2024-06-18 10:00:30
在哪看
客服小李 2024-06-18 10:09:00
麻烦提供下订单号
客服小李 2024-06-18 10:09:20
订单号是多少呢？
买家 2024-06-18 10:09:30
123
客服小李 2024-06-18 10:09:40
您的订单号是多少？
";
    let late = "structure/late-reply".to_owned();
    let repeated = "structure/repeated-question".to_owned();
    assert_eq!(heard(transcript, Format::Transcript, &Policy::USUAL), [(2, late.clone()), (5, repeated)]);
    let patient = Policy { limits: BTreeMap::from([(late.clone(), 3600)]), ..Policy::USUAL };
    assert_eq!(heard(transcript, Format::Transcript, &patient).len(), 1);

    // Each line is a conversation; times may be numbers.
    let lines = r#"{"turns":[{"role":"customer","text":"在吗","time":1718700000},{"role":"agent","text":"在的，您请说","time":1718700600}]}
{"turns":[{"role":"customer","text":"在吗","time":1718700000}]}
{"turns":[{"role":"agent","text":"在的，您请说","time":1718709600}]}
"#;
    assert_eq!(heard(lines, Format::JsonLines, &Policy::USUAL), [(1, late)]);
}

#[test]
fn what_is_not_minded_is_not_heard_by_cues_either() {
    let warned = |level: Option<Level>| {
        let severity = level.map(|level| ("blunt-refusal".to_owned(), level)).into_iter().collect();
        let policy = Policy { severity, ..Policy::USUAL };
        let found =
            Linter::new(&LEXICON)
                .with_policy(&policy)
                .check("这个我们处理不了", Fixing::Skip, &mut Scratch::default());
        found.iter().any(|finding| finding.severity >= Severity::Warning)
    };
    assert!(warned(None));
    assert!(!warned(Some(Level::Off)) && !warned(Some(Level::Hint)));
}

/// An overlay with two mild phrases and a context that forgives.
const MILD: &str = r#"category = "dismissive"
[context.sorry-goose]
title = "鹅道歉"
forgives = true
patterns = ["鹅抱怨"]
[[entry]]
id = "green-duck"
title = "绿鸭子"
patterns = ["绿鸭子"]
severity = "warning"
mitigation = { soften = ["sorry-goose"] }
why = "没有。"
source = ["S1.4"]
advice = "别说。"
examples = { bad = ["绿鸭子"] }
[[entry]]
id = "blue-duck"
title = "蓝鸭子"
patterns = ["蓝鸭子"]
severity = "info"
why = "没有。"
source = ["S1.4"]
advice = "别说。"
examples = { bad = ["蓝鸭子"] }
"#;

#[test]
fn several_mild_findings_together_are_an_offence() {
    let mut files = builtin::files();
    files.push(SourceFile { name: "mild.toml".to_owned(), text: MILD.to_owned(), origin: Origin::Overlay });
    let (lexicon, _) = compile(&files).unwrap();
    let severities = |message: &str| -> Vec<(Severity, usize)> {
        let found = Linter::new(&lexicon).check(message, Fixing::Skip, &mut Scratch::default());
        found.iter().map(|finding| (finding.severity, finding.raised_by)).collect()
    };
    assert_eq!(severities("蓝鸭子"), [(Severity::Info, 0)]);
    assert_eq!(severities("蓝鸭子，蓝鸭子"), [(Severity::Warning, 2), (Severity::Info, 0)]);
    assert_eq!(severities("蓝鸭子，绿鸭子"), [(Severity::Info, 0), (Severity::Warning, 0)], "one offends already");
    assert_eq!(severities("蓝鸭子，鹅抱怨，绿鸭子"), [(Severity::Info, 0), (Severity::Info, 0)], "forgiven");
    let policy = Policy { severity: BTreeMap::from([("dismissive".to_owned(), Level::Info)]), ..Policy::USUAL };
    let capped =
        Linter::new(&lexicon)
            .with_policy(&policy)
            .check("蓝鸭子，蓝鸭子", Fixing::Skip, &mut Scratch::default());
    assert!(capped.iter().all(|finding| finding.severity == Severity::Info));
}
