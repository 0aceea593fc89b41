//! What the elements and attributes of HTML mean for words. Owns the lists of names. Must not know places.

use super::super::{ExtractOptions, Role, labels};
use super::tokens::{Attribute, StartTag};

/// Whether words before, in and behind such an element are messages of their own.
pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "html"
            | "head"
            | "body"
            | "title"
            | "p"
            | "div"
            | "ul"
            | "ol"
            | "menu"
            | "li"
            | "dl"
            | "dt"
            | "dd"
            | "table"
            | "caption"
            | "colgroup"
            | "thead"
            | "tbody"
            | "tfoot"
            | "tr"
            | "td"
            | "th"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hgroup"
            | "hr"
            | "pre"
            | "listing"
            | "blockquote"
            | "address"
            | "article"
            | "aside"
            | "section"
            | "header"
            | "footer"
            | "main"
            | "nav"
            | "search"
            | "figure"
            | "figcaption"
            | "details"
            | "summary"
            | "dialog"
            | "center"
            | "form"
            | "fieldset"
            | "legend"
            | "label"
            | "button"
            | "select"
            | "datalist"
            | "optgroup"
            | "option"
            | "textarea"
    )
}

/// Whether the element has no content and no end tag.
pub(super) fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Whether what the element holds are no words.
pub(super) fn is_skipped(name: &str) -> bool {
    is_code(name)
        || matches!(
            name,
            "script"
                | "style"
                | "template"
                | "noscript"
                | "iframe"
                | "xmp"
                | "noembed"
                | "noframes"
                | "svg"
                | "math"
                | "canvas"
                | "audio"
                | "video"
                | "object"
        )
}

/// Whether the element holds code in a line of words.
pub(super) fn is_code(name: &str) -> bool {
    matches!(name, "code" | "kbd" | "samp")
}

/// Whether a reader sees something that is not words where the element stands.
pub(super) fn is_placeholder(name: &str) -> bool {
    is_code(name)
        || matches!(
            name,
            "img" | "input" | "embed" | "iframe" | "svg" | "math" | "canvas" | "audio" | "video" | "object"
        )
}

/// The elements that end where one of that name begins, and those out of which they do not reach.
pub(super) fn implied_ends(name: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match name {
        "li" => (&["li"], &["ul", "ol", "menu", "table", "td", "th", "blockquote", "section", "article"]),
        "dt" | "dd" => (&["dt", "dd"], &["dl", "ul", "ol", "table", "td", "th", "blockquote", "section", "article"]),
        "option" => (&["option"], &["select", "datalist", "optgroup"]),
        "optgroup" => (&["optgroup"], &["select"]),
        "td" | "th" => (&["td", "th"], &["tr", "table"]),
        "tr" => (&["tr", "caption"], &["table"]),
        "thead" | "tbody" | "tfoot" => (&["thead", "tbody", "tfoot", "caption"], &["table"]),
        "body" => (&["head"], &[]),
        "button" => (&["button"], &["table", "td", "th"]),
        _ => (&[], &[]),
    }
}

/// Whether an open paragraph ends where an element of that name begins.
pub(super) fn closes_paragraph(name: &str) -> bool {
    is_block(name)
        && !matches!(
            name,
            "label"
                | "button"
                | "select"
                | "datalist"
                | "optgroup"
                | "option"
                | "textarea"
                | "legend"
                | "title"
                | "html"
                | "head"
                | "body"
        )
}

/// Elements out of which an open paragraph, or a stray end tag, does not reach.
pub(super) const SCOPES: &[&str] = &["table", "td", "th", "caption", "button", "template", "object"];

/// Parts of a table, whose end tags reach through all but a whole table.
pub(super) fn is_table_part(name: &str) -> bool {
    matches!(name, "table" | "caption" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th")
}

/// Whether a reader sees the value of the attribute.
pub(super) fn is_read(tag: &StartTag, attribute: &Attribute) -> bool {
    let value = |name: &str| {
        let found = tag.attributes.iter().find(|attribute| attribute.name == name)?;
        Some(found.text().trim().to_ascii_lowercase())
    };
    match attribute.name.as_str() {
        "title" | "alt" | "placeholder" | "aria-label" => true,
        "value" if tag.name == "input" => {
            matches!(value("type").as_deref().unwrap_or("text"), "button" | "submit" | "reset" | "text" | "search")
        }
        "content" if tag.name == "meta" => {
            let name = value("name").or_else(|| value("property"));
            matches!(name.as_deref(), Some("description" | "og:description" | "og:title"))
        }
        _ => false,
    }
}

/// Whether the element is an input that nobody sees.
pub(super) fn is_hidden_input(tag: &StartTag) -> bool {
    let kind = tag.attributes.iter().find(|attribute| attribute.name == "type");
    tag.name == "input" && kind.is_some_and(|kind| kind.text().trim().eq_ignore_ascii_case("hidden"))
}

/// Who speaks in the element, where its attributes say so. A class such as `customer-service` names no customer.
pub(super) fn speaker(tag: &StartTag, options: &ExtractOptions) -> Option<Role> {
    let mut role = None;
    for attribute in &tag.attributes {
        let found = match attribute.name.as_str() {
            "class" | "role" => attribute.text().split_ascii_whitespace().any(names_customer).then_some(Role::Customer),
            "data-role" | "data-speaker" | "data-sender" | "data-from" | "data-author" => {
                labels::known(attribute.text().trim(), options)
            }
            _ => None,
        };
        role = found.or(role);
    }
    role
}

fn names_customer(token: &str) -> bool {
    let token = token.to_lowercase();
    let mut words = token.split(['-', '_', ':']);
    words.clone().any(|word| matches!(word, "customer" | "buyer" | "顾客" | "客户"))
        && !words.any(|word| matches!(word, "service" | "services" | "support" | "care" | "agent" | "staff" | "服务"))
}
