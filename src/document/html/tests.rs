//! Tests of pages of HTML: what is taken, where it stands, what edits make of it.

use super::super::{Address, ExtractOptions, NotEditable, Problem, Role, Segment, SourceMap, html};
use super::tokens::{Token, tokens};
use crate::text::{Edit, TextRange, apply_edits};

fn read(text: &str) -> (Vec<Segment<'_>>, Vec<Problem>) {
    let mut segments = Vec::new();
    let problems = html::extract(text, &ExtractOptions::default(), &mut |segment| segments.push(segment));
    let mut before = 0;
    for segment in &segments {
        let start = check(text, segment);
        assert!(start >= before, "{text:?} {segment:?}");
        before = start;
    }
    (segments, problems.problems)
}

/// Pieces cover the prose, ascend in the source, and are the same text where they say so. Returns where they begin.
fn check(text: &str, segment: &Segment<'_>) -> usize {
    let pieces = match &segment.map {
        SourceMap::Verbatim(start) => {
            assert_eq!(&text[*start..start + segment.text.len()], segment.text);
            return *start;
        }
        SourceMap::Pieces(pieces) => pieces,
    };
    let (mut prose, mut source) = (0, 0);
    for piece in pieces {
        assert_eq!(piece.prose.start(), prose, "{text:?} {segment:?}");
        assert!(piece.source.start() >= source, "{text:?} {segment:?}");
        prose = piece.prose.end();
        source = piece.source.end();
        let (shown, raw) = (&segment.text[piece.prose.as_range()], &text[piece.source.as_range()]);
        assert!(!piece.verbatim || shown == raw, "{text:?} {segment:?}");
    }
    assert_eq!(prose, segment.text.len(), "{text:?} {segment:?}");
    pieces[0].source.start()
}

fn path(segment: &Segment<'_>) -> String {
    segment.address.as_ref().map_or_else(String::new, Address::to_string)
}

#[test]
fn takes_the_words() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        ("不行", &["不行"]),
        ("<p>不行</p><p>好</p>", &["不行", "好"]),
        ("<p>不行<p>好<div>啊</div>了", &["不行", "好", "啊", "了"]),
        ("<p>\r\n  亲，\r\n\t不<b>行</b>  <i> 了 </i>\r\n</p>", &["亲， 不行 了"]),
        ("<p>不<br>行 <br/> 了<br></p>", &["不\n行\n了"]),
        ("<ul><li>一<li>二<ul><li>三</ul>四</ul>", &["一", "二", "三", "四"]),
        ("<table><tr><td>一<td>二<tr><th>三</table>", &["一", "二", "三"]),
        ("<dl><dt>问<dd>答</dl>", &["问", "答"]),
        (
            "<select><option>甲<option value=1>乙</select><button>丙</button><label>丁</label>",
            &["甲", "乙", "丙", "丁"],
        ),
        ("<p>看<code>a<b>b</b></code>吧", &["看\u{FFFC}吧"]),
        ("<p>看<code>a<p>吧", &["看\u{FFFC}", "吧"]),
        ("<p>看<img src=a.png>吧<input type=hidden value=x>", &["看\u{FFFC}吧"]),
        ("<p>看<svg><title>图</title><style/><path d=''/></svg>吧<!-- 注 -->了", &["看\u{FFFC}吧了"]),
        ("<script>if (a<b) '不行'</script><style>p{}</style><noscript><p>话</noscript>好", &["好"]),
        ("<template><p>话</p></template>", &["话"]),
        ("<div><template><p>话</p></template></div>", &[]),
        ("<pre><code>代码</code></pre>", &[]),
        ("<pre>\n不\n  行\n</pre>", &["不\n  行\n"]),
        ("<textarea>\r\n不\r\n  行<b></textarea>好", &["不\n  行<b>", "好"]),
        ("<title> 不  行&amp;</tit </title>", &["不 行&</tit"]),
        ("不&nbsp;行&amp;&#x4e0d;&#19981;&lt;&notit;", &["不\u{a0}行&不不<¬it;"]),
        ("a &b; &bogus; & <3 x<不 </> 你 </不>好", &["a &b; &bogus; & <3 x<不 你 好"]),
        ("<p>您好 {{ name }}，{{#if a}}不行{{/if}} {% x %}", &["您好 {{ name }}，{{#if a}}不行{{/if}} {% x %}"]),
        ("<!if x>不<![endif]>行<!foo bar>了", &["不行了"]),
        ("<?php echo '<b>' ?>不行", &["' ?>不行"]),
        ("<b><p>不</b>行</p>好", &["不行", "好"]),
        ("<img alt='不\"行' title=\"&quot;好&quot;\"><p title=一 :title=\"二\">三", &["不\"行", "\"好\"", "一", "三"]),
        ("<p>甲<a title='乙'>丙</a>丁<img alt=戊>", &["甲丙丁\u{FFFC}", "乙", "戊"]),
        (
            "<input value=一><input type=submit value=二><input type=checkbox value=三><input placeholder=四>",
            &["一", "二", "四"],
        ),
        ("<meta name=description content='一'><meta name=viewport content='二'>", &["一"]),
        ("<p>客户：退钱<br>客服：不行<br>再说", &["客户：退钱", "客服：不行\n再说"]),
        ("<p> <b> </b>&#32;<br></p><p>\u{3000}</p>", &[]),
        ("\u{200b}😊<i>👍🏽</i>", &["\u{200b}😊👍🏽"]),
    ];
    for (text, expected) in cases {
        let (segments, problems) = read(text);
        let found: Vec<_> = segments.iter().map(|segment| segment.text.as_ref()).collect();
        assert_eq!(found, *expected, "{text:?}");
        assert_eq!(problems, [], "{text:?}");
    }
}

#[test]
fn tells_who_speaks() {
    use Role::{Agent, Customer};
    let cases: &[(&str, &[(Role, &str)])] = &[
        ("<div class='msg customer'>退钱<p>快</p></div>好", &[(Customer, "退钱"), (Customer, "快"), (Agent, "好")]),
        ("<div class='msg-customer'>退<p data-role=agent>不</p></div>", &[(Customer, "退"), (Agent, "不")]),
        ("<div data-role=\"customer\">退</div><div class=顾客>钱</div>", &[(Customer, "退"), (Customer, "钱")]),
        ("<div class='customer-service'>不</div><p class=customers>行", &[(Agent, "不"), (Agent, "行")]),
        ("<blockquote>退<p>钱</blockquote><p>不", &[(Customer, "退"), (Customer, "钱"), (Agent, "不")]),
        ("<p><b class=buyer>张三</b>：不行", &[(Agent, "张三：不行")]),
        ("<span class=buyer title=丙>退钱</span>", &[(Customer, "丙"), (Customer, "退钱")]),
        ("<p>顾客：退钱<br>客服：不行", &[(Customer, "顾客：退钱"), (Agent, "客服：不行")]),
    ];
    for (text, expected) in cases {
        let (segments, _) = read(text);
        let found: Vec<_> = segments.iter().map(|segment| (segment.role, segment.text.as_ref())).collect();
        assert_eq!(found, *expected, "{text:?}");
    }
}

#[test]
fn tells_places() {
    let cases: &[(&str, &[&str])] = &[
        ("不", &["body"]),
        (
            "<html><head><title>一</title></head><body><p>二</p><p>三</p><div><p>四",
            &["title", "body > p[1]", "body > p[2]", "body > div[1] > p[1]"],
        ),
        ("<div><ul id=refund><li>一<li>二<b>三</b></ul></div>", &["#refund > li[1]", "#refund > li[2]"]),
        ("<body><p><img alt=一><span><img alt=二>", &["body > p[1] > img[1]@alt", "body > p[1] > img[1]@alt"]),
        ("<p title=一>二", &["p[1]@title", "p[1]"]),
        ("<div><div><div><div><div>一", &["… > div[1] > div[1] > div[1] > div[1]"]),
    ];
    for (text, expected) in cases {
        let (segments, _) = read(text);
        assert_eq!(segments.iter().map(path).collect::<Vec<_>>(), *expected, "{text:?}");
    }
}

#[test]
fn tells_where_a_page_breaks_off() {
    let cases = [
        ("不\n行<b", 2, "标签"),
        ("不\n行\n<a title='好", 3, "标签"),
        ("不\n<!-- 好\n", 2, "注释"),
        ("\n<!foo", 2, "注释"),
        ("\n<!DOCTYPE", 2, "声明"),
        (&"<div>\n".repeat(600), 512, "512"),
    ];
    for (text, line, words) in cases {
        let (_, problems) = read(text);
        assert_eq!(problems.len(), 1, "{text:?}");
        assert_eq!(problems[0].line, line, "{text:?}");
        assert!(problems[0].message.contains(words), "{problems:?}");
    }
}

#[test]
fn edits() {
    use NotEditable::{LineBreak, MarkupBetween, Unmapped, Unwritable};
    // page, the words to replace, the replacement, the page afterwards
    let cases = [
        ("<p>不<b>行</b>哦", "行", "a&b <c> &d; &", Ok("<p>不<b>a&amp;b &lt;c&gt; &amp;d; &</b>哦")),
        ("<p>不<b>行</b>哦", "不行", "好", Err(MarkupBetween)),
        ("<p>不<br>行", "不\n行", "好", Err(MarkupBetween)),
        ("<p>不&nbsp;行&amp;", "不\u{a0}行", "好\u{a0}", Ok("<p>好&nbsp;&amp;")),
        ("<p>不\n  行", "不 行", "好", Ok("<p>好")),
        ("<p>不行", "不", "不\n", Err(LineBreak)),
        ("<p>不 行 了", "行", "", Err(Unwritable)),
        ("<p>不 <b> 行</b>了", "不", "好", Ok("<p>好 <b> 行</b>了")),
        ("<p>不 <b> 行</b>了", "不 ", "好", Err(MarkupBetween)),
        ("<p>不 <b> 行</b>了", "行", "好", Ok("<p>不 <b> 好</b>了")),
        ("<p>不行", "不", " 不", Err(Unwritable)),
        ("<p>x &l<b>t</b>", "t", "t;", Ok("<p>x &l<b>&#116;;</b>")),
        ("<p>x &l行", "行", "t;", Ok("<p>x &l&#116;;")),
        ("<p>x &l行t;", "行", "", Err(Unwritable)),
        ("<p>1 <行", "行", "b", Ok("<p>1 <&#98;")),
        ("<p>不&nbsp行", "行", "好", Err(Unmapped)),
        (
            "<textarea>不\r\n行</textarea>",
            "不\n行",
            "一\n</textarea>",
            Ok("<textarea>一\n&lt;/textarea&gt;</textarea>"),
        ),
        ("<textarea>不行</textarea>", "不", "\n", Err(LineBreak)),
        ("<pre>不<b>行</b></pre>", "不", "  \n不 ", Ok("<pre>  \n不 <b>行</b></pre>")),
        ("<img alt='不行'>", "行", "'\"&amp", Ok("<img alt='不&#39;\"&amp;amp'>")),
        ("<img alt=\"不行\">", "行", "'\"", Ok("<img alt=\"不'&quot;\">")),
        ("<img alt=不行>", "行", "好", Ok("<img alt=不好>")),
        ("<img alt=不行>", "行", "好 了", Err(Unwritable)),
        ("<img alt=不行>", "不行", "", Err(Unwritable)),
        ("<img alt='不行'>", "行", "\n", Err(LineBreak)),
    ];
    for (page, words, replacement, expected) in cases {
        let (segments, _) = read(page);
        let (segment, at) = segments
            .iter()
            .find_map(|segment| Some((segment, segment.text.find(words)?)))
            .expect("the words are on the page");
        let edit = Edit { range: TextRange::new(at, at + words.len()), replacement: replacement.to_owned() };
        let result = segment
            .source_edit(&edit)
            .map(|source| apply_edits(page, &[source]).expect("one edit cannot overlap"));
        assert_eq!(result, expected.map(str::to_owned), "{page:?} {words:?}");
    }
}

/// The tags of a page, without the attributes' values.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    tokens(page, &mut |token| {
        match token {
            Token::Start(tag) => {
                let names: Vec<_> = tag.attributes.iter().map(|attribute| attribute.name.as_str()).collect();
                tags.push(format!("{} {names:?} {}", tag.name, tag.self_closing));
            }
            Token::End(name, _) => tags.push(format!("/{name}")),
            _ => {}
        }
        true
    });
    tags
}

const FRAGMENTS: &str = "(<p>|</p>|<b>|</b>|<br>|<li>|<pre>|</pre>|<textarea>|</textarea>|<title>|</title>|<div class=customer>\
    |</div>|<code>|</code>|<img alt='|' title=\"|\">|<a title=|<svg>|</svg>|<!--|-->|<!x|>|</|<|&amp;|&#32;|&lt;|&|#|;|&#65|&notin|lt|amp\
    | |  |\n|\r\n|\r|\t|不|行|a|😊|\u{a0}|\u{200b}|'|\"|=|/|x|\0)";

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(1500))]

    #[test]
    fn any_page_has_a_sound_map(page in "\\PC{0,60}") {
        read(&page);
    }

    /// Whatever is edited, the page has the same tags afterwards, and shows the edited prose and everything else as before.
    #[test]
    fn edits_round_trip(
        page in proptest::string::string_regex(&format!("{FRAGMENTS}{{0,24}}")).expect("a valid pattern"),
        replacement in "(不|a|lt|;|#|&|<|>|/|x|!| |\n|\r|\t|'|\"|=|\u{a0}|😊|\0){0,4}",
        places in (0_usize..9, 0_usize..40, 0_usize..6),
    ) {
        let (segments, _) = read(&page);
        if segments.is_empty() {
            return Ok(());
        }
        let chosen = places.0 % segments.len();
        let segment = &segments[chosen];
        let offsets: Vec<usize> = segment.text.char_indices().map(|(at, _)| at).chain([segment.text.len()]).collect();
        let start = places.1 % offsets.len();
        let end = (start + places.2).min(offsets.len() - 1);
        let edit = Edit { range: TextRange::new(offsets[start], offsets[end]), replacement };
        let Ok(source) = segment.source_edit(&edit) else { return Ok(()) };
        let result = apply_edits(&page, std::slice::from_ref(&source)).expect("one edit cannot overlap");
        let shown = apply_edits(&segment.text, &[edit]).expect("one edit cannot overlap");
        let (after, _) = read(&result);
        let mut expected: Vec<(Role, String)> =
            segments.iter().map(|segment| (segment.role, segment.text.to_string())).collect();
        expected[chosen].1 = shown.clone();
        if !shown.contains(|c: char| !c.is_whitespace() && c != '\u{fffc}') {
            expected.remove(chosen);
        }
        let found: Vec<_> = after.iter().map(|segment| (segment.role, segment.text.to_string())).collect();
        proptest::prop_assert_eq!(found, expected, "{:?} {:?} {:?}", page, source, result);
        proptest::prop_assert_eq!(tags(&page), tags(&result));
    }
}
