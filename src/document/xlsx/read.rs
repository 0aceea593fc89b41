//! The workbook: which parts it has, by their relationships, and what its sheets are called. Must not know cells.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;
use std::rc::Rc;

use super::package::Package;
use super::sheet::{self, Area, Context, Found};
use super::strings::{self, RichText};
use super::xml::Xml;
use super::{Error, Sheet};

/// The main namespace, transitional and strict.
const MAIN: [&str; 2] =
    ["http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main"];

/// The namespace of relationship parts.
const RELATIONSHIPS: [&str; 1] = ["http://schemas.openxmlformats.org/package/2006/relationships"];

/// What the types of relationships begin with, transitional and strict.
const RELATIONSHIP_TYPES: [&str; 2] = [
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
];

/// How many characters of a sheet's name are shown; Excel allows 31.
const NAME_LIMIT: usize = 255;

/// A relationship of a part to another.
struct Relationship {
    id: String,
    kind: String,
    target: String,
}

/// A cell of the sheet of that number, with the text of the part of shared strings, as [`workbook`] gives it.
pub(super) type Each<'a> = dyn FnMut(usize, &Found<'_>, &str) -> Result<(), Error> + 'a;

/// Reads all sheets, and which part each is, giving each cell with text to `each`.
pub(super) fn workbook(package: &mut Package<'_>, each: &mut Each<'_>) -> Result<Vec<(Sheet, String)>, Error> {
    let main = main_part(package)?;
    let source = package.text(&main)?;
    let not_workbook = || Error::file("这不是 Excel 工作簿；请用打开它的软件另存为 .xlsx 再检查");
    let mut xml = Xml::open(&main, bare(&source), "workbook", &MAIN)?.ok_or_else(not_workbook)?;
    let relationships = relationships(package, &main)?;
    let (shared, strings) = shared_strings(package, &relationships)?;
    let by_id: HashMap<&str, &Relationship> =
        relationships.iter().map(|relationship| (relationship.id.as_str(), relationship)).collect();
    let mut sheets = Vec::new();
    let mut seen = HashSet::new();
    while let Some(child) = xml.child()? {
        if child.name != "sheets" {
            xml.skip()?;
            continue;
        }
        while let Some(element) = xml.child()? {
            let name = xml.attribute(&element, "name")?.unwrap_or_default();
            let name: Rc<str> = name.chars().take(NAME_LIMIT).collect::<String>().into();
            let id = xml.prefixed_attribute(&element, "id")?.unwrap_or_default();
            let hidden = matches!(xml.attribute(&element, "state")?.as_deref(), Some("hidden" | "veryHidden"));
            xml.skip()?;
            let relationship = by_id.get(&*id).ok_or_else(|| {
                Error::File(format!("找不到工作表“{name}”的内容，工作簿不完整；请用 Excel 修复后另存再检查"))
            })?;
            // Sheets of other kinds, charts and old macros, hold no words in cells.
            if relationship.kind != "worksheet" {
                continue;
            }
            let part = &relationship.target;
            if !seen.insert(part.to_ascii_lowercase()) {
                return Err(Error::part(part, "被两个工作表共用；请用 Excel 打开，另存一份再检查"));
            }
            let context = Context { name, hidden, strings: &strings, table_rows: table_rows(package, part)? };
            let source = package.text(part)?;
            let mut sheet = Xml::open(part, bare(&source), "worksheet", &MAIN)?.ok_or_else(not_workbook)?;
            let number = sheets.len();
            let sheet = sheet::read(&mut sheet, context, &mut |found| each(number, found, &shared))?;
            sheets.push((sheet, part.clone()));
        }
    }
    Ok(sheets)
}

/// A part's text without its byte order mark.
pub(super) fn bare(text: &str) -> &str {
    text.strip_prefix('\u{FEFF}').unwrap_or(text)
}

/// The name of the part that the package is about.
fn main_part(package: &mut Package<'_>) -> Result<String, Error> {
    if package.has("mimetype") && package.text("mimetype")?.contains("opendocument") {
        return Err(Error::file(
            "这不是 Excel 工作簿，而是 OpenDocument 文档；请用 Excel、WPS 或 LibreOffice 另存为 .xlsx 再检查",
        ));
    }
    if !package.has("_rels/.rels") {
        return Err(Error::file("这不是 Excel 工作簿，只是一个压缩包；请检查是不是选错了文件"));
    }
    let relationships = relationships(package, "")?;
    let main = relationships.into_iter().find(|relationship| relationship.kind == "officeDocument");
    let main = main.ok_or_else(|| Error::file("这不是 Excel 工作簿；请用打开它的软件另存为 .xlsx 再检查"))?.target;
    if main.to_ascii_lowercase().ends_with(".bin") {
        return Err(Error::file("这是 .xlsb 二进制工作簿，请用 Excel 另存为 .xlsx 再检查"));
    }
    Ok(main)
}

/// The relationships of a part; none if it has none.
fn relationships(package: &mut Package<'_>, part: &str) -> Result<Vec<Relationship>, Error> {
    let (folder, file) = part.rsplit_once('/').map_or(("", part), |(folder, file)| (folder, file));
    let slash = if folder.is_empty() { "" } else { "/" };
    let name = format!("{folder}{slash}_rels/{file}.rels");
    if !package.has(&name) {
        return Ok(Vec::new());
    }
    let source = package.text(&name)?;
    let mut xml = Xml::open(&name, bare(&source), "Relationships", &RELATIONSHIPS)?
        .ok_or_else(|| Error::part(&name, "的内容不对；请用 Excel 修复后另存再检查"))?;
    let mut relationships = Vec::new();
    while let Some(element) = xml.child()? {
        let external = xml.attribute(&element, "TargetMode")?.is_some_and(|mode| mode == "External");
        let id = xml.attribute(&element, "Id")?.unwrap_or_default().into_owned();
        let kind = xml.attribute(&element, "Type")?.unwrap_or_default();
        let kind = RELATIONSHIP_TYPES.iter().find_map(|start| kind.strip_prefix(start)).unwrap_or("").to_owned();
        let target = xml.attribute(&element, "Target")?.unwrap_or_default();
        if !external {
            relationships.push(Relationship { id, kind, target: resolve(folder, &target) });
        }
        xml.skip()?;
    }
    Ok(relationships)
}

/// The name of the part that `target` means in a relationship of a part in `folder`. It is only looked up in the
/// archive, so that steps out of the root lead nowhere.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let base = if target.starts_with('/') { "" } else { folder };
    let mut steps = Vec::new();
    for step in base.split('/').chain(target.split('/')) {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

fn shared_strings(package: &mut Package<'_>, relationships: &[Relationship]) -> Result<(String, Vec<RichText>), Error> {
    let Some(part) = relationships.iter().find(|relationship| relationship.kind == "sharedStrings") else {
        return Ok((String::new(), Vec::new()));
    };
    let source = package.text(&part.target)?;
    let text = bare(&source);
    let mut xml = Xml::open(&part.target, text, "sst", &MAIN)?
        .ok_or_else(|| Error::part(&part.target, "的内容不对；请用 Excel 修复后另存再检查"))?;
    let strings = strings::shared_strings(&mut xml)?;
    let mark = source.len() - text.len();
    let text = if mark == 0 { source } else { source[mark..].to_owned() };
    Ok((text, strings))
}

/// The cells of a sheet whose words a table repeats: its header, by which its columns are named, and its totals.
fn table_rows(package: &mut Package<'_>, sheet: &str) -> Result<BTreeMap<usize, Vec<RangeInclusive<usize>>>, Error> {
    let mut rows: BTreeMap<usize, Vec<RangeInclusive<usize>>> = BTreeMap::new();
    for relationship in relationships(package, sheet)?.iter().filter(|relationship| relationship.kind == "table") {
        let part = &relationship.target;
        let source = package.text(part)?;
        let wrong = || Error::part(part, "的内容不对；请用 Excel 修复后另存再检查");
        let (xml, root) = Xml::open_root(part, bare(&source), "table", &MAIN)?.ok_or_else(wrong)?;
        let area = xml.attribute(&root, "ref")?.as_deref().and_then(Area::parse).ok_or_else(wrong)?;
        let has = |name, usual: &str| Ok(xml.attribute(&root, name)?.as_deref().unwrap_or(usual).trim() != "0");
        if has("headerRowCount", "1")? {
            rows.entry(*area.rows.start()).or_default().push(area.columns.clone());
        }
        if has("totalsRowCount", "0")? {
            rows.entry(*area.rows.end()).or_default().push(area.columns);
        }
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resolves_targets() {
        let cases = [
            ("xl", "worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl", "/xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml"),
            ("xl/worksheets", "../tables/table1.xml", "xl/tables/table1.xml"),
            ("xl", "..\\..\\..\\etc\\passwd", "etc/passwd"),
            ("", "./xl/workbook.xml", "xl/workbook.xml"),
        ];
        for (folder, target, expected) in cases {
            assert_eq!(resolve(folder, target), expected, "{target}");
        }
    }
}
