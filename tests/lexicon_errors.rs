//! Lexicons that cannot be used say what is wrong, where, and what to do; overlays do what they say; examples are tests.

use wanyan::builtin;
use wanyan::lexicon::compile::compile;
use wanyan::lexicon::{Docs, Lexicon, LexiconErrors, Origin, SourceFile};
use wanyan::lint::{Fixing, Linter, Scratch, examples};

/// An overlay without a fault; each case puts one in. `@id` is the name of the case.
const SOUND: &str = r#"category = "dismissive"

[[entry]]
id = "@id"
title = "绿鸭子"
patterns = ["绿<what:(鸭|鹅)>子@id"]
when = ["clause-end"]
why = "没有绿鸭子。"
source = ["S1.4"]

[[entry.rewrite]]
to = "白{what}子"
applicability = "suggested"

[entry.examples]
bad = ["绿鸭子@id"]
in = ["绿鸭子@id", "您好，绿鸭子@id", "您好，绿鹅子@id"]
"#;

/// A fault: what stands for what, the line on which it lies, the entry, and what is said.
struct Case {
    id: &'static str,
    from: &'static str,
    to: &'static str,
    /// The error names a line from that of the first of these texts to that of the last.
    lines: [&'static str; 2],
    entry: Option<&'static str>,
    message: &'static str,
    help: &'static str,
}

const REWRITE: &str = "[[entry.rewrite]]\nto = \"白{what}子\"\napplicability = \"suggested\"\n";
const TEN: &str = "patterns = [\"(甲|乙|丙|丁|戊|己|庚|辛|壬|癸)(甲|乙|丙|丁|戊|己|庚|辛|壬|癸)(甲|乙|丙|丁|戊|己|庚|辛|壬|癸)(甲|乙|丙|丁|戊|己|庚|辛|壬|癸)\", \"绿<what:鸭>子\"]";
const PATTERNS: &str = "patterns = [\"绿<what:(鸭|鹅)>子@id\"]";

fn case(
    id: &'static str,
    (from, to): (&'static str, &'static str),
    lines: [&'static str; 2],
    message: &'static str,
    help: &'static str,
) -> Case {
    Case { id, from, to, lines, entry: Some(id), message, help }
}

fn cases() -> Vec<Case> {
    let whole = ["[[entry]]", "[[entry]]"];
    let pattern = ["patterns", "patterns"];
    vec![
        case("unknown-key", ("why =", "whi ="), ["whi", "whi"], "不认识的键 whi", "是不是想写 why？"),
        case(
            "unknown-set",
            ("[\"绿", "[\"@partcle不行\", \"绿"),
            pattern,
            "没有词表 @partcle",
            "是不是想写 @particle？",
        ),
        case("empty", ("[\"绿", "[\"\", \"绿"), pattern, "是空的", "请写出要查的短语"),
        case("too-many", (PATTERNS, TEN), pattern, "展开后有", "请拆成几个模式"),
        case("no-slot", ("白{what}", "白{waht}"), ["[[entry.rewrite]]", "to ="], "没有的槽位 {waht}", "可以用：what"),
        case(
            "no-condition",
            ("clause-end", "clause-ned"),
            ["[[entry]]", "when"],
            "不认识的条件 clause-ned",
            "是不是想写 clause-end？",
        ),
        case("no-scope", ("clause-end", "apology@claus"), ["[[entry]]", "when"], "不认识的范围 @claus", "@clause"),
        case("no-source", ("S1.4", "S1.44"), ["source =", "source ="], "没有出处 S1.44", "是不是想写 S1.4"),
        case("no-advice", (REWRITE, ""), whole, "既没有改写也没有建议", "advice"),
        case("too-few-in", (", \"您好，绿鹅子@id\"]", "]"), whole, "至少三个 in 例句，现在是 2 个", "整句"),
        case(
            "end-gap",
            ("子@id\"]\nwhen", "子@id\", \"绿鸭子…\"]\nwhen"),
            pattern,
            "两边都要有字",
            "空隙不能在开头或结尾",
        ),
        case("too-short", ("绿<what:(鸭|鹅)>子@id", "<what:鸭>"), pattern, "太短", "whole-message"),
        case("no-bad", ("bad = [\"绿鸭子@id\"]", "bad = []"), whole, "没有写 bad 例句", "[entry.examples]"),
        case("no-braces", ("白{what}", "白{what"), ["[[entry.rewrite]]", "to ="], "花括号不成对", "{{"),
        case(
            "no-severity",
            (PATTERNS, "severity = \"grave\"\npatterns = [\"绿<what:鸭>子@id\"]"),
            ["severity =", "severity ="],
            "不认识的值 grave",
            "warning",
        ),
        case("no-toml", ("why = \"没有", "why = 没有"), ["why", "why"], "TOML 写法有误", "引号"),
        Case {
            entry: None,
            ..case(
                "no-category",
                ("category = \"dismissive\"", "category = \"dismisive\""),
                ["category", "category"],
                "不认识的值 dismisive",
                "是不是想写 dismissive？",
            )
        },
        case("left-out-category", ("category = \"dismissive\"", ""), whole, "没有写 category", "blunt-refusal"),
        // These add a table to what is sound.
        case(
            "twice",
            (
                "",
                "[[entry]] #last\nid = \"twice\"\ntitle = \"又\"\npatterns = [\"又一只绿鸭子\"]\nwhy = \"又\"\nsource = [\"S1.4\"]\nadvice = \"又\"\n[entry.examples]\nbad = [\"又一只绿鸭子\"]\n",
            ),
            ["#last", "#last"],
            "词条重复定义",
            "[[replace]]",
        ),
        Case {
            entry: Some("insulting/get-lost"),
            ..case(
                "no-reason",
                ("", "[[disable]] #last\nid = \"insulting/get-lost\"\nreason = \"\"\n"),
                ["#last", "#last"],
                "停用词条要写明原因",
                "请填写 reason",
            )
        },
        Case {
            entry: Some("insulting/insan"),
            ..case(
                "extend-nothing",
                ("", "[[extend]] #last\nid = \"insulting/insan\"\npatterns = [\"红鸭子\"]\n"),
                ["#last", "#last"],
                "没有这个词条",
                "是不是想写 insulting/insane？",
            )
        },
        Case {
            entry: Some("insulting/insan"),
            ..case(
                "disable-nothing",
                ("", "[[disable]] #last\nid = \"insulting/insan\"\nreason = \"不用\"\n"),
                ["#last", "#last"],
                "没有这个词条",
                "是不是想写 insulting/insane？",
            )
        },
        Case {
            entry: Some("insulting/insan"),
            ..case(
                "replace-nothing",
                (
                    "",
                    "[[replace]] #last\nid = \"insulting/insan\"\ntitle = \"又\"\npatterns = [\"又一只绿鸭子\"]\nwhy = \"又\"\nsource = [\"S1.4\"]\nadvice = \"又\"\n[replace.examples]\nbad = [\"又一只绿鸭子\"]\n",
                ),
                ["#last", "#last"],
                "没有这个词条",
                "是不是想写 insulting/insane？",
            )
        },
        Case {
            entry: None,
            ..case(
                "unequal-variant",
                ("", "[variants]\n\"绿鸭鸭子\" = \"绿鸭子\"\n"),
                ["绿鸭鸭子", "绿鸭鸭子"],
                "「绿鸭鸭子」和「绿鸭子」的字数不同",
                "字数要相同",
            )
        },
        Case {
            entry: None,
            ..case(
                "no-rule",
                ("", "[[exemption]]\npatterns = [\"绿鸭子\"]\nrules = [\"insulting/insan\"]\n"),
                ["rules", "rules"],
                "没有规则或类别 insulting/insan",
                "是不是想写 insulting/insane？",
            )
        },
    ]
}

fn overlay(name: &str, text: &str) -> SourceFile {
    SourceFile { name: name.to_owned(), text: text.to_owned(), origin: Origin::Overlay }
}

/// The built-in files that these overlays are about, and those overlays. The whole lexicon takes a debug build a minute;
/// a test of `builtin` compiles it.
fn files(overlays: Vec<SourceFile>) -> Vec<SourceFile> {
    const USED: [&str; 5] = ["insulting.toml", "words.toml", "mitigations.toml", "sources.toml", "variants.toml"];
    let mut files = builtin::files();
    files.retain(|file| USED.iter().any(|used| file.name.ends_with(used)));
    assert_eq!(files.len(), USED.len());
    files.extend(overlays);
    files
}

fn errors_of(overlays: Vec<SourceFile>) -> LexiconErrors {
    match compile(&files(overlays)) {
        Ok(_) => panic!("the lexicon is accepted"),
        Err(errors) => errors,
    }
}

/// The line of the first place where `text` stands, from one.
fn line_of(file: &str, text: &str) -> usize {
    let at = file.find(text).unwrap_or_else(|| panic!("{text} is not in {file}"));
    file[..at].matches('\n').count() + 1
}

#[test]
fn each_fault_is_named_with_its_place_and_its_cure() {
    let cases = cases();
    let overlays: Vec<SourceFile> = cases
        .iter()
        .map(|case| {
            let text = match case.from {
                "" => format!("{SOUND}\n{}", case.to),
                from => {
                    assert!(SOUND.contains(from), "{}: {from} is not in the sound one", case.id);
                    SOUND.replacen(from, case.to, 1)
                }
            };
            overlay(&format!("{}.toml", case.id), &text.replace("@id", case.id))
        })
        .collect();
    // One run for all: every error of every file is found at once.
    let errors = errors_of(overlays.clone());
    let mut wrong = Vec::new();
    for (case, file) in cases.iter().zip(&overlays) {
        let own: Vec<_> = errors.0.iter().filter(|error| error.file == file.name).collect();
        let [error] = own.as_slice() else {
            wrong.push(format!("{}: one error expected: {own:?}", case.id));
            continue;
        };
        let [first, last] = case.lines.map(|text| line_of(&file.text, &text.replace("@id", case.id)));
        let placed = error.line.is_some_and(|line| (first..=last).contains(&line));
        let named = match case.entry {
            None => true,
            Some(entry) => {
                error.entry.as_deref().is_some_and(|named| named.rsplit('/').next() == entry.rsplit('/').next())
            }
        };
        let helped = error.help.as_deref().is_some_and(|help| help.contains(case.help));
        if !placed || !named || !helped || !error.message.contains(case.message) {
            wrong.push(format!("{} (lines {first} to {last}): {error:?}", case.id));
        }
        let shown = error.to_string();
        assert!(shown.starts_with(&format!("{}.toml:", case.id)) && shown.contains("怎么办："), "{shown}");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let expected: Vec<String> = overlays.iter().map(|file| file.name.clone()).collect();
    let others: Vec<_> = errors.0.iter().filter(|error| !expected.contains(&error.file)).collect();
    assert!(others.is_empty(), "{others:?}");
}

const OVERLAY: &str = r#"category = "dismissive"

[[entry]]
id = "duck"
title = "绿鸭子"
patterns = ["绿<what:(鸭|鹅)>子"]
why = "没有绿鸭子。"
source = ["S1.4"]
[[entry.rewrite]]
to = "白{what}子"
applicability = "safe"
[entry.examples]
bad = ["绿鸭子"]
good = ["白鸭子"]
in = ["绿鸭子", "您好，绿鸭子", "您好，绿鹅子来了"]

[[entry]]
id = "duds"
title = "灰鸭子"
patterns = ["灰(鸭|鹅)子"]
why = "没有灰鸭子。"
source = ["S1.4"]
[[entry.rewrite]]
to = "又是灰鹅子"
applicability = "suggested"
[[entry.rewrite]]
to = "白鸭子"
applicability = "suggested"
when = ["whole-message"]
[[entry.rewrite]]
to = "用不上"
applicability = "suggested"
when = ["quoted"]
[entry.examples]
bad = ["灰狗子"]
good = ["您家的灰鸭子", "灰狗子"]
in = ["您好，灰鸭子在哪", "您家的灰鸭子", "三只灰狗子"]

[[extend]]
id = "insulting/insane"
patterns = ["红鸭子"]
[extend.examples]
bad = ["红鸭子"]

[[replace]]
id = "insulting/name-calling"
title = "蓝鸭子"
patterns = ["蓝鸭子"]
why = "没有蓝鸭子。"
source = ["S1.4"]
advice = "请改"
[replace.examples]
bad = ["蓝鸭子"]

[[disable]]
id = "insulting/@disabled"
reason = "试试停用"
"#;

/// A rule of the built-in lexicon that finds this.
const DISABLED_WORDS: &str = "滚蛋";

fn rules(lexicon: &Lexicon, message: &str) -> Vec<String> {
    let found = Linter::new(lexicon).check(message, Fixing::Skip, &mut Scratch::default());
    found.iter().map(|diagnostic| diagnostic.rule.id.clone()).collect()
}

#[test]
fn overlays_add_extend_replace_and_disable() {
    let built_in = builtin::lexicon();
    let disabled = rules(&built_in, DISABLED_WORDS);
    let [disabled] = disabled.as_slice() else { panic!("one rule finds {DISABLED_WORDS}: {disabled:?}") };
    assert_eq!(rules(&built_in, "白痴"), ["insulting/name-calling"]);
    assert_eq!(rules(&built_in, "红鸭子，绿鸭子，蓝鸭子"), Vec::<String>::new());

    let text = OVERLAY.replace("insulting/@disabled", disabled);
    let (lexicon, docs) = compile(&files(vec![overlay("店.toml", &text)])).unwrap_or_else(|errors| panic!("{errors}"));
    for (message, expected) in [
        ("绿鹅子", "dismissive/duck"),
        ("红鸭子", "insulting/insane"),
        ("神经病", "insulting/insane"),
        ("蓝鸭子", "insulting/name-calling"),
    ] {
        assert_eq!(rules(&lexicon, message), [expected], "{message}");
    }
    for message in ["白痴", DISABLED_WORDS] {
        assert_eq!(rules(&lexicon, message), Vec::<String>::new(), "{message}");
    }
    assert_eq!(docs.disabled, [(disabled.clone(), "试试停用".to_owned())]);
    let touched = |rule: &str| docs.entries[lexicon.entry(rule).unwrap().0].touched_by.contains(&"店.toml".to_owned());
    assert!(touched("insulting/insane") && touched("insulting/name-calling") && touched("dismissive/duck"));

    let mut scratch = Scratch::default();
    let found = Linter::new(&lexicon).check("您好，绿鹅子来了", Fixing::Make, &mut scratch);
    assert_eq!(found[0].fixes[0].edits[0].replacement, "白鹅子");

    examples_are_tests(&lexicon, &docs, &text);
}

/// What the examples of the overlay come to; here, so that it is compiled once.
fn examples_are_tests(lexicon: &Lexicon, docs: &Docs, text: &str) {
    let run = |rule: &str| examples::run(Linter::new(lexicon), docs, lexicon.entry(rule).unwrap().0);
    let duck = run("dismissive/duck");
    assert_eq!(duck.len(), 5);
    assert!(duck.iter().all(|outcome| outcome.failure.is_none()), "{duck:?}");
    assert_eq!(duck[4].rewrites, ["您好，白鹅子来了"]);

    let duds = run("dismissive/duds");
    let expected: [(&str, &str, Option<&str>); 7] = [
        ("bad", "灰狗子", Some("没有被查出")),
        ("good", "您家的灰鸭子", Some("dismissive/duds「灰鸭子」")),
        ("good", "灰狗子", None),
        ("in", "您好，灰鸭子在哪", Some("改写之后仍被 dismissive/duds 查出：「您好，又是灰鹅子在哪」")),
        ("in", "您家的灰鸭子", Some("改写之后仍被 dismissive/duds 查出")),
        ("in", "三只灰狗子", Some("没有被查出")),
        ("rewrite", "又是灰鹅子", Some("没有用上")),
    ];
    for ((key, example, says), outcome) in expected.iter().zip(&duds) {
        assert_eq!((outcome.key, outcome.text.as_str()), (*key, *example));
        match (says, &outcome.failure) {
            (None, failure) => assert_eq!(*failure, None),
            (Some(says), failure) => {
                assert!(failure.as_ref().is_some_and(|failure| failure.contains(says)), "{example}: {failure:?}");
            }
        }
        if *key != "rewrite" {
            let line = text.lines().nth(outcome.line - 1).unwrap();
            assert!(line.starts_with(key) && line.contains(example), "line {} is {line}", outcome.line);
        }
    }
    assert_eq!(duds.len(), 9, "none of the three rewrites is used: {duds:?}");
}
