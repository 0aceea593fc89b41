//! The script of a reply, simplified or traditional, and words put into it.

use std::sync::LazyLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

use crate::normalize::{simplify, traditional_forms};

/// The dictionary of OpenCC, with the characters of Taiwan, which readers in Hong Kong read as their own.
static TO_TRADITIONAL: LazyLock<Option<OpenCC>> = LazyLock::new(|| OpenCC::from_config(BuiltinConfig::S2tw).ok());

/// Whether a message is written in traditional characters: of those that differ, at least half are traditional.
pub(super) fn is_traditional(message: &str) -> bool {
    let traditional = message.chars().filter(|c| simplify(*c) != *c).count();
    traditional > 0 && traditional >= message.chars().filter(|c| is_simplified_only(*c)).count()
}

/// Whether a character is simplified and stands for nothing in traditional writing.
fn is_simplified_only(character: char) -> bool {
    // 后, 里, 只, 面 and others are written in both.
    const IN_BOTH: &str = "后里只面台干发系着了几才表谷斗松御余征致制周划云";
    traditional_forms(character).next().is_some() && !IN_BOTH.contains(character)
}

/// The text in traditional characters.
pub(super) fn to_traditional(text: &str) -> String {
    TO_TRADITIONAL.as_ref().map_or_else(|| text.to_owned(), |dictionary| dictionary.convert(text))
}

/// The text in simplified characters, one by one.
pub(super) fn to_simplified(text: &str) -> String {
    text.chars().map(simplify).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_script() {
        for traditional in ["這個不能退", "沒有", "您好，這裡只有一個", "妳自己看"] {
            assert!(is_traditional(traditional), "{traditional}");
        }
        for simplified in ["这个不能退", "没有", "不行", "", "ok", "这台机器的说明书，著名品牌"] {
            assert!(!is_traditional(simplified), "{simplified}");
        }
    }

    #[test]
    fn writes_traditional() {
        assert_eq!(
            to_traditional("抱歉，这边帮您查一下发货时间，里面有说明"),
            "抱歉，這邊幫您查一下發貨時間，裡面有說明"
        );
        assert_eq!(to_simplified("還沒發貨嗎"), "还没发货吗");
    }
}
