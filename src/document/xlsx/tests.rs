//! Workbooks of the usual writers, of odd ones, and of none.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::*;

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const FIXTURES: [&str; 5] = ["openpyxl", "xlsxwriter", "strict", "extra", "streamed"];

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/formats/fixtures/{name}.xlsx", env!("CARGO_MANIFEST_DIR")))
        .expect("the fixture is there")
}

fn archive(parts: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The parts of a workbook with one sheet `话术`, whose XML within the root is `sheet`, and shared strings.
fn parts(sheet: &str, strings: &str) -> Vec<(&'static str, Vec<u8>)> {
    let relationships = |inner: &str| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inner}</Relationships>"
        )
    };
    vec![
        ("_rels/.rels", relationships(&format!("<Relationship Id=\"a\" Type=\"{TYPES}/officeDocument\" Target=\"xl/workbook.xml\"/>")).into()),
        ("xl/workbook.xml", format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{TYPES}\"><sheets><sheet name=\"话术\" sheetId=\"1\" r:id=\"b\"/></sheets></workbook>").into()),
        ("xl/_rels/workbook.xml.rels", relationships(&format!("<Relationship Id=\"b\" Type=\"{TYPES}/worksheet\" Target=\"s.xml\"/><Relationship Id=\"c\" Type=\"{TYPES}/sharedStrings\" Target=\"t.xml\"/>")).into()),
        ("xl/s.xml", format!("<worksheet xmlns=\"{MAIN}\">{sheet}</worksheet>").into()),
        ("xl/t.xml", format!("<sst xmlns=\"{MAIN}\">{strings}</sst>").into()),
    ]
}

fn workbook(sheet: &str, strings: &str) -> Vec<u8> {
    archive(&parts(sheet, strings), CompressionMethod::Stored)
}

/// A workbook with one part replaced, or taken away.
fn with_part(name: &str, content: Option<&[u8]>) -> Vec<u8> {
    let mut parts = parts("<sheetData/>", "");
    parts.retain(|(part, _)| *part != name);
    parts.extend(
        content.map(|content| (if name == "mimetype" { "mimetype" } else { parts_name(name) }, content.to_vec())),
    );
    archive(&parts, CompressionMethod::Stored)
}

fn parts_name(name: &str) -> &'static str {
    ["_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/s.xml", "xl/t.xml"]
        .into_iter()
        .find(|part| *part == name)
        .expect("a part of the test workbook")
}

/// All cells as `sheet!A1 text`, with `#` before numbers and the reason of a lock behind.
fn shown(book: &Workbook) -> Vec<String> {
    let mut shown = Vec::new();
    for sheet in &book.sheets {
        for row in &sheet.rows {
            for cell in &row.cells {
                let number = if cell.kind == Kind::Number { "#" } else { "" };
                let lock = cell.lock.map_or_else(String::new, |lock| format!("（{}）", lock.reason()));
                shown.push(format!(
                    "{}!{}{} {number}{}{lock}",
                    sheet.name,
                    column_letters(cell.column),
                    row.number,
                    cell.text
                ));
            }
        }
    }
    shown
}

fn change(row: usize, column: usize, text: &str) -> Change {
    Change { sheet: 0, row, column, text: text.to_owned() }
}

/// Every entry's name with its compressed and its inflated bytes.
fn entries(bytes: &[u8]) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|index| {
            let (mut raw, mut inflated) = (Vec::new(), Vec::new());
            archive.by_index_raw(index).unwrap().read_to_end(&mut raw).unwrap();
            let mut entry = archive.by_index(index).unwrap();
            entry.read_to_end(&mut inflated).unwrap();
            (entry.name().unwrap().into_owned(), raw, inflated)
        })
        .collect()
}

#[test]
fn reads_what_openpyxl_writes() {
    let book = read(&fixture("openpyxl")).unwrap();
    let shown = shown(&book);
    for expected in [
        "话术!B2 亲，这个不行的哦😊",
        "话术!D2 #8",
        "话术!B3 您自己查一下物流。\n谢谢",
        "话术!C3  前后有空格 ",
        "话术!B6 普通加粗（单元格里有几种格式）",
        "话术!B7 整格加粗的话术",
        "旧话术!A2 亲，这个不行的哦😊",
        "表 & 格!B1 内容（单元格是表格的标题或汇总）",
        "表 & 格!B2 不知道",
    ] {
        assert!(shown.iter().any(|cell| cell == expected), "{expected} in {shown:#?}");
    }
    assert_eq!(
        book.notes,
        [
            "工作表“话术”有 1 行是隐藏的或被筛选掉了，也检查了",
            "工作表“话术”的 F 列是隐藏的，也检查了",
            "工作表“话术”有 1 处合并单元格，按左上角的单元格检查",
            "工作表“话术”有 3 个公式，不会改动；改了别处文字之后，请在 Excel 中按 Ctrl+Alt+F9 重新计算",
            "工作表“旧话术”是隐藏的，也检查了",
            "工作表“旧话术”设了保护，照样检查和改写，保护不变",
        ]
    );
    let names: Vec<_> = book.sheets.iter().map(|sheet| (&*sheet.name, sheet.hidden)).collect();
    assert_eq!(names, [("话术", false), ("旧话术", true), ("表 & 格", false), ("空", false)]);
}

#[test]
fn reads_what_xlsxwriter_writes() {
    let book = read(&fixture("xlsxwriter")).unwrap();
    let texts: Vec<_> = book.sheets.iter().flat_map(|sheet| &sheet.rows).flat_map(|row| &row.cells).collect();
    let same: Vec<_> = texts.iter().filter(|cell| &*cell.text == "亲，这个不行的哦").collect();
    assert!(same.len() == 2 && Rc::ptr_eq(&same[0].text, &same[1].text), "{same:?}");
    let shown = shown(&book);
    for expected in [
        "话术 1!B3 请稍等哦（单元格里有几种格式）",
        "话术 1!B4 含制表\t和控制\u{1}字符",
        "话术 1!C2 亲，这个不行的哦!（单元格里是公式）",
        "话术 1!C3 请稍等哦!（单元格里是公式）",
        "话术 1!C4 #0（单元格里是公式）",
        "很隐藏!A1 很隐藏的话术",
        "带表格!C2 话术（单元格是表格的标题或汇总）",
        "带表格!B5 合计（单元格是表格的标题或汇总）",
    ] {
        assert!(shown.iter().any(|cell| cell == expected), "{expected} in {shown:#?}");
    }
}

#[test]
fn reads_the_strict_namespace_with_prefixes() {
    let book = read(&fixture("strict")).unwrap();
    let expected = [
        "前缀表!A1 共享&文字",
        "前缀表!C1 一种 格式",
        "前缀表!B4 内<联>行！",
        "前缀表!A5 没有公式的 str",
        "前缀表!B5 两种格式（单元格里有几种格式）",
        "前缀表!C5 没有格式",
    ];
    assert_eq!(shown(&book), expected);
}

#[test]
fn reads_cells() {
    let text = |inner: &str| format!("<c t=\"inlineStr\"><is><t>{inner}</t></is></c>");
    let cases: &[(String, &[&str])] = &[
        ("<row/><row r=\"9\"><c r=\"ZZ9\" t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>".into(), &["ZZ9 一", "AAA9 二"]),
        ("<row><c t=\"b\"><v>1</v></c><c t=\"e\"><v>#N/A</v></c><c t=\"d\"><v>2024-01-02</v></c><c><v>-1.5E3</v></c><c t=\"s\"/><c t=\"s\"><v/></c></row>".into(), &["A1 #TRUE", "D1 #-1.5E3"]),
        (format!("<row>{}{}{}</row>", text(""), text("a&quot;&lt;&amp;&#x597D;&#10;"), text("<b>x</b>y")), &["B1 a\"<&好\n", "C1 y"]),
        (format!("<row>{}{}{}</row>", text("&nbsp;"), text("&#0;"), text("_xD83D_")), &[
            "A1 \u{FFFC}（单元格里有写不回去的内容）",
            "B1 \u{FFFC}（单元格里有写不回去的内容）",
            "C1 \u{FFFD}（单元格里有写不回去的内容）",
        ]),
        (format!("<row>{}</row>", text("不\r\n行\r")), &["A1 不\n行\n"]),
        ("<row><c t=\"str\" vm=\"1\"><v>a</v></c></row>".into(), &["A1 a（单元格里有写不回去的内容）"]),
        // A spilled array: the cells below its formula hold words, but belong to it.
        ("<row><c t=\"str\"><f t=\"array\" ref=\"A1:B2\">X</f><v>a</v></c><c t=\"str\"><v>b</v></c><c t=\"str\"><v>c</v></c></row><row><c t=\"str\"><v>d</v></c></row><row><c t=\"str\"><v>e</v></c></row>".into(), &[
            "A1 a（单元格里是公式）", "B1 b（单元格里是公式）", "C1 c", "A2 d（单元格里是公式）", "A3 e",
        ]),
        ("<row><c t=\"str\"><f t=\"shared\" si=\"0\"/><v>a</v></c></row>".into(), &["A1 a（单元格里是公式）"]),
        ("<row><c t=\"inlineStr\"><is><r><rPr><b/></rPr><t>a</t></r><r><t/></r><rPh sb=\"0\" eb=\"1\"><t>x</t></rPh></is></c></row>".into(), &["A1 a"]),
        ("<row><c t=\"inlineStr\"><is><r><rPr><m:b xmlns:m=\"urn:m\"/></rPr><t>a</t></r></is></c></row>".into(), &["A1 a（单元格里有写不回去的内容）"]),
    ];
    for (rows, expected) in cases {
        let bytes = workbook(&format!("<sheetData>{rows}</sheetData>"), "<si><t>一</t></si><x/><si><t>二</t></si>");
        let shown = shown(&read(&bytes).unwrap());
        let shown: Vec<_> = shown.iter().map(|cell| cell.strip_prefix("话术!").unwrap()).collect();
        assert_eq!(shown, *expected, "{rows}");
    }
}

/// All cells that may be edited are, and nothing else changes: not a byte of another part, not a byte outside the cells.
#[test]
fn writes_only_the_changed_cells() {
    for name in FIXTURES {
        let original = fixture(name);
        let book = read(&original).unwrap();
        for (number, sheet) in book.sheets.iter().enumerate() {
            for row in &sheet.rows {
                for cell in row.cells.iter().filter(|cell| cell.kind == Kind::Text) {
                    let text = format!("“{}”改了", cell.text);
                    let change = Change { sheet: number, row: row.number, column: cell.column, text };
                    let result = write(&original, std::slice::from_ref(&change));
                    assert_eq!(result.is_err(), cell.lock.is_some(), "{name} {change:?} {result:?}");
                    let Ok(result) = result else { continue };
                    let (before, after) = (entries(&original), entries(&result));
                    assert_eq!(before.len(), after.len());
                    let changed: Vec<_> = before.iter().zip(&after).filter(|(one, other)| one != other).collect();
                    let [((old_name, _, old), (new_name, _, new))] = changed[..] else {
                        panic!("one part: {}", changed.len())
                    };
                    assert_eq!(old_name, new_name);
                    let head = old.iter().zip(new).take_while(|(one, other)| one == other).count();
                    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
                    let old =
                        String::from_utf8_lossy(&old[head..old.len().saturating_sub(tail).max(head)]).into_owned();
                    assert!(!old.contains("</row") && !old.contains("</c"), "{name} {change:?} {old}");
                }
            }
        }
    }
}

#[test]
fn keeps_the_rest_of_a_cell() {
    let sheet = "<!--\r\n--><sheetData>\r\n<row r=\"2\" ht=\"3\"><c s='1' r=\"B2\"\r\n t='s' ph=\"1\"><v>0</v></c><c t=\"s\"><v>1</v></c ></row></sheetData><z/>";
    let strings = "<si><r><rPr><b/></rPr><t>一</t></r></si><si><t>二</t></si>";
    let result = write(&workbook(sheet, strings), &[change(2, 1, "A&B\n "), change(2, 2, "三")]).unwrap();
    let expected = "<!--\r\n--><sheetData>\r\n<row r=\"2\" ht=\"3\"><c s='1' r=\"B2\"\r\n t='inlineStr' ph=\"1\"><is><r><rPr><b/></rPr><t xml:space=\"preserve\">A&amp;B\n </t></r></is></c><c t=\"inlineStr\"><is><t xml:space=\"preserve\">三</t></is></c ></row></sheetData><z/>";
    let written = entries(&result).into_iter().find(|entry| entry.0 == "xl/s.xml").unwrap().2;
    assert_eq!(String::from_utf8(written).unwrap(), format!("<worksheet xmlns=\"{MAIN}\">{expected}</worksheet>"));
    // What was written once can be written again.
    let again = write(&result, &[change(2, 1, "四")]).unwrap();
    assert_eq!(shown(&read(&again).unwrap()), ["话术!B2 四", "话术!C2 三"]);
}

#[test]
fn refuses_changes() {
    let sheet =
        "<sheetData><row><c t=\"s\"><v>0</v></c><c><v>1</v></c><c t=\"str\"><f>A1</f><v>一</v></c></row></sheetData>";
    let bytes = workbook(sheet, "<si><t>一</t></si>");
    let long = "长".repeat(32_768);
    let cases: &[(&[Change], &str)] = &[
        (&[change(1, 1, "x")], "单元格 话术!B1 里没有文字，不能改，没有改动原文件"),
        (&[change(1, 2, "x")], "单元格 话术!C1 里是公式，不能改，没有改动原文件"),
        (&[change(7, 0, "x")], "单元格 话术!A7 里没有文字，不能改，没有改动原文件"),
        (&[Change { sheet: 4, ..change(1, 0, "x") }], "单元格 ？!A1 里没有文字，不能改，没有改动原文件"),
        (&[change(1, 0, "")], "单元格 话术!A1 的文字不能删光，不能改，没有改动原文件"),
        (&[change(1, 0, &long)], "单元格 话术!A1 放不下超过 32767 个字符的文字，不能改，没有改动原文件"),
        (&[change(1, 0, "x"), change(1, 0, "y")], "同一个单元格不能改两次，没有改动原文件"),
    ];
    for (changes, message) in cases {
        assert_eq!(write(&bytes, changes).unwrap_err().to_string(), *message);
    }
    assert!(write(&bytes, &[change(1, 0, &long[3..])]).is_ok());
    assert_eq!(shown(&read(&write(&bytes, &[]).unwrap()).unwrap()), shown(&read(&bytes).unwrap()));
}

#[test]
fn refuses_what_is_no_workbook() {
    let compound = |stream: &str| {
        let mut bytes = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
        bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
        bytes
    };
    let good = fixture("openpyxl");
    let mut damaged = good.clone();
    // Within the compressed data of the first part.
    damaged[60..100].fill(0xFF);
    let mut twice = archive(&[("a.xml", vec![]), ("b.xml", vec![])], CompressionMethod::Stored);
    while let Some(at) = memchr::memmem::find(&twice, b"b.xml") {
        twice[at] = b'a';
    }
    let folded = archive(&[("a.xml", vec![]), ("A.xml", vec![])], CompressionMethod::Stored);
    let docx = format!(
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"a\" Type=\"{TYPES}/officeDocument\" Target=\"xl/t.xml\"/></Relationships>"
    );
    let xlsb = docx.replace("t.xml", "workbook.bin");
    let mut encrypted = archive(&parts("", ""), CompressionMethod::Stored);
    for (signature, flags) in [(b"PK\x03\x04", 6), (b"PK\x01\x02", 8)] {
        let places: Vec<usize> = memchr::memmem::find_iter(&encrypted, signature).collect();
        for at in places {
            encrypted[at + flags] |= 1;
        }
    }
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("empty", vec![], "文件是空的"),
        ("text", b"a,b\n".to_vec(), "这不是 Excel 工作簿（.xlsx 应当是 ZIP 压缩包）"),
        ("xls", compound("Workbook"), "这是旧版 .xls 工作簿，请用 Excel 或 WPS 另存为 .xlsx"),
        ("password", compound("EncryptedPackage"), "工作簿设了打开密码"),
        ("truncated", good[..good.len() / 2].to_vec(), "工作簿的压缩包不完整或已损坏"),
        ("no directory", good[..good.len() - 60].to_vec(), "工作簿的压缩包不完整或已损坏"),
        ("four bytes", b"PK\x03\x04".to_vec(), "工作簿的压缩包不完整或已损坏"),
        ("twice", twice, "重名的部件"),
        ("twice but for case", folded, "重名的部件"),
        ("any archive", archive(&[("a.txt", vec![])], CompressionMethod::Stored), "只是一个压缩包"),
        ("encrypted", encrypted, "_rels/.rels 加了密"),
        (
            "ods",
            with_part("mimetype", Some(b"application/vnd.oasis.opendocument.spreadsheet")),
            "而是 OpenDocument 文档",
        ),
        ("docx", with_part("_rels/.rels", Some(docx.as_bytes())), "这不是 Excel 工作簿；"),
        ("xlsb", with_part("_rels/.rels", Some(xlsb.as_bytes())), "这是 .xlsb 二进制工作簿"),
        ("no sheet", with_part("xl/s.xml", None), "工作簿里的 xl/s.xml 找不到"),
        ("no strings", with_part("xl/t.xml", None), "工作簿里的 xl/t.xml 找不到"),
        ("no relationships", with_part("xl/_rels/workbook.xml.rels", None), "找不到工作表“话术”的内容"),
        ("no XML", with_part("xl/s.xml", Some(b"")), "xl/s.xml 第 1 行第 1 个字符处没有内容"),
        ("GBK", with_part("xl/s.xml", Some(b"\xB2\xBB\xD0\xD0")), "xl/s.xml 不是 UTF-8 编码"),
        ("other root", with_part("xl/s.xml", Some(b"<worksheet/>")), "这不是 Excel 工作簿"),
    ];
    for (name, bytes, message) in cases {
        let error = read(bytes).expect_err(name).to_string();
        assert!(error.contains(message), "{name}: {error}");
        assert_eq!(write(bytes, &[]).expect_err(name).to_string(), error);
    }
    let _ = read(&damaged);
}

#[test]
fn refuses_broken_sheets() {
    let deep = format!("{}{}", "<a>".repeat(300), "</a>".repeat(300));
    let cases = [
        ("\n<sheetData><row></sheetData>", "xl/s.xml 第 2 行第 17 个字符处，标记没有配对"),
        ("<sheetData><row><!--", "标记没有写完"),
        ("<sheetData><row><c", "内容没有写完"),
        ("<sheetData></worksheet><a>", "标记没有配对"),
        ("<sheetData><row r=1></row></sheetData>", "标记的属性写得不对"),
        (&deep, "标记嵌套得太深"),
        ("<sheetData><row r=\"1048577\"/></sheetData>", "有第 1048577 行，超过了 Excel 的 1048576 行"),
        ("<sheetData><row r=\"2\"/><row r=\"2\"/></sheetData>", "工作表“话术”第 2 行后面的行号“2”不对"),
        ("<sheetData><row r=\"x\"/></sheetData>", "行号“x”不对"),
        ("<sheetData><row><c r=\"XFE1\"/></row></sheetData>", "单元格 话术!XFE1 超过了 Excel 的 16384 列"),
        ("<sheetData><row><c r=\"A2\"/></row></sheetData>", "第 1 行里的单元格“A2”位置不对"),
        ("<sheetData><row><c r=\"B1\"/><c r=\"A1\"/></row></sheetData>", "第 1 行里的单元格“A1”位置不对"),
        (
            "<sheetData><row><c r=\"B1\" t=\"s\"><v>1</v></c></row></sheetData>",
            "单元格 话术!B1 指向第 1 条共享文字，但没有这一条",
        ),
        ("<sheetData><row><c r=\"B1\" t=\"s\"><v>-1</v></c></row></sheetData>", "单元格 话术!B1 指向第 -1 条共享文字"),
    ];
    for (sheet, message) in cases {
        let error = read(&workbook(sheet, "<si><t>一</t></si>")).expect_err(sheet).to_string();
        assert!(error.contains(message), "{sheet}: {error}");
    }
    // A document type declares nothing that is believed.
    let bomb = format!(
        "<!DOCTYPE worksheet [<!ENTITY a \"bomb\">]><worksheet xmlns=\"{MAIN}\"><sheetData><row><c t=\"inlineStr\"><is><t>&a;</t></is></c></row></sheetData></worksheet>"
    );
    let book = read(&with_part("xl/s.xml", Some(bomb.as_bytes()))).unwrap();
    assert_eq!(shown(&book), ["话术!A1 \u{FFFC}（单元格里有写不回去的内容）"]);
}

#[test]
fn refuses_bombs() {
    let bomb = |megabytes: usize| vec![b' '; megabytes << 20];
    let mut parts = parts("<sheetData/>", "");
    parts[3].1.splice(0..0, bomb(9));
    let bytes = archive(&parts, CompressionMethod::Deflated);
    assert!(bytes.len() < 1 << 20);
    assert!(read(&bytes).unwrap_err().to_string().contains("xl/s.xml 解压后超过 256 MB"));
    parts[3].1.drain(..2 << 20);
    parts[4].1.splice(0..0, bomb(6));
    let bytes = archive(&parts, CompressionMethod::Deflated);
    assert!(read(&bytes).unwrap_err().to_string().contains("工作簿解压后超过 512 MB"));
}

#[test]
fn takes_long_cells_up_to_a_limit() {
    let sheet = "<sheetData><row><c t=\"s\"><v>0</v></c></row></sheetData>";
    let strings =
        |length: usize| format!("<si><t>{}</t></si><si><t>{}</t></si>", "a".repeat(length), "b".repeat(1 << 18));
    let book = read(&workbook(sheet, &strings(1 << 18))).unwrap();
    assert_eq!(book.sheets[0].rows[0].cells[0].text.len(), 1 << 18);
    let error = read(&workbook(sheet, &strings((1 << 20) + 1))).unwrap_err();
    assert_eq!(error.to_string(), "单元格 话术!A1 里的文字超过 16 MB，太长了；请拆开再检查");
}

/// About 3 MB of XML.
#[test]
fn reads_and_writes_many_cells() {
    let (mut sheet, mut strings) = ("<sheetData>".to_owned(), String::new());
    for row in 0..8_000 {
        write!(strings, "<si><t>第 {row} 条话术，您稍等一下，我帮您查一查这个订单的物流情况，好吗</t></si>").unwrap();
        write!(sheet, "<row r=\"{}\" spans=\"1:5\">", row + 1).unwrap();
        for column in ["A", "B", "C", "D", "E"] {
            write!(sheet, "<c r=\"{column}{}\" s=\"1\" t=\"s\"><v>{row}</v></c>", row + 1).unwrap();
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData>");
    let bytes = archive(&parts(&sheet, &strings), CompressionMethod::Deflated);
    let changes: Vec<_> = (1..=8_000).step_by(7).map(|row| change(row, row % 5, "好的，马上为您处理")).collect();
    let book = read(&write(&bytes, &changes).unwrap()).unwrap();
    let cells: BTreeMap<_, _> = book.sheets[0]
        .rows
        .iter()
        .flat_map(|row| row.cells.iter().map(|cell| ((row.number, cell.column), &*cell.text)))
        .collect();
    assert_eq!(cells.len(), 40_000);
    assert_eq!(cells.values().filter(|text| **text == "好的，马上为您处理").count(), changes.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is written is read back.
    #[test]
    fn texts_round_trip(texts in prop::collection::vec("([不行a<>&\"'\\]\u{0}-\u{1F}\u{7F}\u{85}\u{FFFC}-\u{FFFF}😊 ]|_x[0-9A-Fa-f]{3,4}_|_x005F_|\\PC){1,8}", 1..6)) {
        let sheet: String = texts.iter().map(|_| "<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row>").collect();
        let bytes = workbook(&format!("<sheetData>{sheet}</sheetData>"), "<si><t>一</t></si><si><r><rPr><b/></rPr><t>二</t></r></si>");
        let changes: Vec<_> = texts.iter().enumerate().map(|(row, text)| change(row + 1, row % 2, text)).collect();
        let book = read(&write(&bytes, &changes).expect("cells hold any text")).expect("it reads again");
        for (row, text) in texts.iter().enumerate() {
            prop_assert_eq!(&*book.sheets[0].rows[row].cells[row % 2].text, text.as_str());
        }
    }

    /// Broken bytes, in the archive or in its XML, never panic.
    #[test]
    fn never_panics(part in 0..6_usize, places in prop::collection::vec((any::<prop::sample::Index>(), "[<>/&;=\"'xrst0-9A-Z:\u{0}\\PC-]{0,4}"), 1..4)) {
        let mut parts = parts(
            "<cols><col min=\"1\" max=\"2\" hidden=\"1\"/></cols><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c t=\"inlineStr\"><is><r><rPr><b/></rPr><t>a&amp;_x0041_</t></r></is></c><c t=\"str\"><f t=\"array\" ref=\"C1:D2\"/><v>c</v></c></row></sheetData>",
            "<si><t>一</t></si>",
        );
        let spoil = |bytes: &mut Vec<u8>| {
            for (place, with) in &places {
                let at = place.index(bytes.len());
                bytes.splice(at..(at + 1).min(bytes.len()), with.bytes());
            }
        };
        if let Some((_, bytes)) = parts.get_mut(part) {
            spoil(bytes);
        }
        let mut bytes = archive(&parts, CompressionMethod::Stored);
        if part == 5 {
            spoil(&mut bytes);
        }
        if let Ok(book) = read(&bytes) {
            let changes: Vec<_> = book.sheets.iter().enumerate().flat_map(|(sheet, found)| {
                found.rows.iter().flat_map(move |row| row.cells.iter().map(move |cell| Change { sheet, row: row.number, column: cell.column, text: "改".to_owned() }))
            }).collect();
            let _ = write(&bytes, &changes[..changes.len().min(1)]);
        }
    }

    /// Nor do bytes of any kind.
    #[test]
    fn never_panics_on_noise(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(&[b"PK\x03\x04".as_slice(), &bytes].concat());
        let _ = read(&bytes);
    }
}
