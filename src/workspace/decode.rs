//! The encodings of text files: telling them by their bytes, decoding, and writing back the same bytes. Must not know
//! what stands in the text, nor open files.
//!
//! Chinese files come as UTF-8, as UTF-16 (Windows' "Unicode") and as GB18030 with its subsets GBK and GB2312. Which one
//! is told from a byte order mark, then from zero bytes, then from validity: Chinese in GB18030 is practically never
//! valid UTF-8, and Big5 or Shift JIS read as GB18030 give characters that nobody uses. (Korean in EUC-KR cannot be told
//! from GB18030 so, and is not looked for.)

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use encoding_rs::{DecoderResult, EncoderResult, GB18030};

/// How a file writes its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// GB18030, also for GBK and GB2312.
    Gb18030,
}

impl Encoding {
    /// The name that a reader sees.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf16Le => "UTF-16LE",
            Encoding::Utf16Be => "UTF-16BE",
            Encoding::Gb18030 => "GB18030",
        }
    }

    /// The byte order mark. GB18030 has one too, which some editors write.
    fn mark(self) -> &'static [u8] {
        match self {
            Encoding::Utf8 => &[0xEF, 0xBB, 0xBF],
            Encoding::Utf16Le => &[0xFF, 0xFE],
            Encoding::Utf16Be => &[0xFE, 0xFF],
            Encoding::Gb18030 => &[0x84, 0x31, 0x95, 0x33],
        }
    }
}

/// Whether a file begins with a byte order mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bom {
    /// It does.
    Present,
    /// It does not.
    Absent,
}

/// Why a file cannot be read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecodeErrorKind {
    /// Bytes that the encoding, in which the rest of the file seems to be, does not allow.
    Invalid(Encoding),
    /// The file ends in the middle of a character of that encoding.
    Truncated(Encoding),
    /// None of the encodings fits.
    Unknown,
    /// Not a text file.
    Binary,
}

/// A file that cannot be read as text, and where it goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// What is wrong.
    pub kind: DecodeErrorKind,
    /// The offset of the first bad byte in the file, from zero.
    pub offset: u64,
    /// The line of that byte, from one.
    pub line: usize,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DecodeError { kind, offset, line } = self;
        let place = offset + 1;
        match kind {
            DecodeErrorKind::Invalid(encoding) => {
                let name = encoding.name();
                write!(
                    f,
                    "第 {line} 行（文件的第 {place} 个字节）不是有效的 {name}，请用编辑器修正这里，或者把文件另存为 UTF-8"
                )
            }
            DecodeErrorKind::Truncated(encoding) => {
                let name = encoding.name();
                write!(f, "第 {line} 行（文件的第 {place} 个字节）的最后一个字不完整（{name}），文件可能没有复制完整")
            }
            DecodeErrorKind::Unknown => {
                write!(f, "认不出文件的编码（第 {line} 行，文件的第 {place} 个字节起），请把文件另存为 UTF-8")
            }
            DecodeErrorKind::Binary => {
                write!(f, "这不是文本文件（文件的第 {place} 个字节是零字节），已跳过")
            }
        }
    }
}

impl std::error::Error for DecodeError {}

/// A character that the file's encoding cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeError {
    /// The character.
    pub character: char,
    /// The encoding.
    pub encoding: Encoding,
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EncodeError { character, encoding } = self;
        let (code, name) = (u32::from(*character), encoding.name());
        write!(f, "文件的编码 {name} 写不出字符“{character}”（U+{code:04X}），请先把文件另存为 UTF-8")
    }
}

impl std::error::Error for EncodeError {}

/// The text of a file.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    /// The text, without the byte order mark.
    pub text: Cow<'a, str>,
    /// How the file writes it.
    pub encoding: Encoding,
    /// Whether a byte order mark comes first.
    pub bom: Bom,
    /// The last answer of [`Decoded::byte_offset`]: an offset of the text, and the bytes of the file before it.
    counted: Cell<(usize, u64)>,
}

impl<'a> Decoded<'a> {
    fn new(text: Cow<'a, str>, encoding: Encoding, bom: Bom) -> Self {
        let mark = if bom == Bom::Present { encoding.mark().len() as u64 } else { 0 };
        Decoded { text, encoding, bom, counted: Cell::new((0, mark)) }
    }

    /// The offset in the file's own bytes of the byte `offset` of the text. Offsets asked in ascending order cost no
    /// more together than one pass over the text. Right where the file [round-trips](Decoded::is_written_as).
    ///
    /// # Panics
    /// If `offset` is beyond the text or inside a character.
    pub fn byte_offset(&self, offset: usize) -> u64 {
        let mark = if self.bom == Bom::Present { self.encoding.mark().len() as u64 } else { 0 };
        if self.encoding == Encoding::Utf8 {
            return offset as u64 + mark;
        }
        let (from, bytes) = self.counted.get();
        let (from, bytes) = if offset < from { (0, mark) } else { (from, bytes) };
        let between = &self.text[from..offset];
        let bytes = bytes
            + match self.encoding {
                Encoding::Utf8 => between.len() as u64,
                Encoding::Utf16Le | Encoding::Utf16Be => between.chars().map(|c| 2 * c.len_utf16() as u64).sum(),
                Encoding::Gb18030 => gb18030_length(between),
            };
        self.counted.set((offset, bytes));
        bytes
    }

    /// Whether writing the text as it is gives back exactly `bytes`, the file it was decoded from. Ask before writing a
    /// changed text: GB18030 has a few characters with two spellings.
    #[must_use]
    pub fn is_written_as(&self, bytes: &[u8]) -> bool {
        match self.encoding {
            // Decoding these is one to one.
            Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => true,
            Encoding::Gb18030 => encode(&self.text, self.encoding, self.bom).is_ok_and(|written| written == bytes),
        }
    }
}

/// Tells the encoding of a file by its beginning, `head`, which may end inside a character.
///
/// # Errors
/// [`DecodeError`] where no encoding fits.
pub fn detect(head: &[u8]) -> Result<(Encoding, Bom), DecodeError> {
    // UTF-8 without zero bytes is by far the most usual; the check is as fast as reading.
    let utf8 = simdutf8::compat::from_utf8(head)
        .map_or_else(|error| if error.error_len().is_none() { Ok(()) } else { Err(error.valid_up_to()) }, |_| Ok(()));
    for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Gb18030] {
        if head.starts_with(encoding.mark()) {
            return Ok((encoding, Bom::Present));
        }
    }
    if let Some(zero) = memchr::memchr(0, head) {
        return match utf16_order(head) {
            Some(encoding) => Ok((encoding, Bom::Absent)),
            None => Err(error(head, zero, DecodeErrorKind::Binary, Encoding::Utf8)),
        };
    }
    let Err(bad) = utf8 else {
        return Ok((Encoding::Utf8, Bom::Absent));
    };
    let gb = survey_gb18030(head);
    if gb.invalid.is_none() && gb.is_chinese() {
        return Ok((Encoding::Gb18030, Bom::Absent));
    }
    if let Some(encoding) = utf16_order(head).filter(|encoding| is_chinese_utf16(head, *encoding)) {
        return Ok((encoding, Bom::Absent));
    }
    // Nothing fits as a whole: name the encoding that fits the part before the first bad byte.
    Err(if !head[..bad].is_ascii() {
        error(head, bad, DecodeErrorKind::Invalid(Encoding::Utf8), Encoding::Utf8)
    } else if let Some(at) = gb.invalid.filter(|_| gb.is_chinese()) {
        error(head, at, DecodeErrorKind::Invalid(Encoding::Gb18030), Encoding::Gb18030)
    } else {
        error(head, bad, DecodeErrorKind::Unknown, Encoding::Utf8)
    })
}

/// Decodes the bytes of a file.
///
/// # Errors
/// [`DecodeError`] where the bytes are no text, or hold a character that their encoding does not allow.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, DecodeError> {
    let (encoding, bom) = detect(bytes)?;
    let mark = if bom == Bom::Present { encoding.mark().len() } else { 0 };
    let body = &bytes[mark..];
    let text = match encoding {
        Encoding::Utf8 => match simdutf8::compat::from_utf8(body) {
            Ok(text) => Cow::Borrowed(text),
            Err(bad) => {
                let kind = match bad.error_len() {
                    Some(_) => DecodeErrorKind::Invalid(encoding),
                    None => DecodeErrorKind::Truncated(encoding),
                };
                return Err(error(bytes, mark + bad.valid_up_to(), kind, encoding));
            }
        },
        Encoding::Utf16Le | Encoding::Utf16Be => {
            Cow::Owned(decode_utf16(body, encoding).map_err(|(at, kind)| error(bytes, mark + at, kind, encoding))?)
        }
        Encoding::Gb18030 => {
            Cow::Owned(decode_gb18030(body).map_err(|(at, kind)| error(bytes, mark + at, kind, encoding))?)
        }
    };
    if let Some(zero) = memchr::memchr(0, text.as_bytes()) {
        let decoded = Decoded::new(text, encoding, bom);
        let offset = usize::try_from(decoded.byte_offset(zero)).unwrap_or(bytes.len());
        return Err(error(bytes, offset, DecodeErrorKind::Binary, encoding));
    }
    Ok(Decoded::new(text, encoding, bom))
}

/// Writes `text` in `encoding`.
///
/// # Errors
/// [`EncodeError`] for a character that the encoding cannot hold.
pub fn encode(text: &str, encoding: Encoding, bom: Bom) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::with_capacity(text.len() + 4);
    if bom == Bom::Present {
        bytes.extend_from_slice(encoding.mark());
    }
    match encoding {
        Encoding::Utf8 => bytes.extend_from_slice(text.as_bytes()),
        Encoding::Utf16Le => bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
        Encoding::Utf16Be => bytes.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
        Encoding::Gb18030 => encode_gb18030(text, |part| bytes.extend_from_slice(part))
            .map_err(|character| EncodeError { character, encoding })?,
    }
    Ok(bytes)
}

fn error(bytes: &[u8], offset: usize, kind: DecodeErrorKind, encoding: Encoding) -> DecodeError {
    let before = &bytes[..offset.min(bytes.len())];
    // In GB18030 no second byte of a character is a line feed; in UTF-16 a whole unit must be one.
    let lines = match encoding {
        Encoding::Utf8 | Encoding::Gb18030 => memchr::memchr_iter(b'\n', before).count(),
        Encoding::Utf16Le => before.chunks_exact(2).filter(|unit| *unit == [b'\n', 0]).count(),
        Encoding::Utf16Be => before.chunks_exact(2).filter(|unit| *unit == [0, b'\n']).count(),
    };
    DecodeError { kind, offset: offset as u64, line: lines + 1 }
}

/// The byte order in which `head` reads as UTF-16 of Chinese or Latin text, if one does.
fn utf16_order(head: &[u8]) -> Option<Encoding> {
    let share = |encoding| {
        let (mut usual, mut all) = (0_usize, 0_usize);
        for unit in units(head, encoding) {
            all += 1;
            let is_usual = matches!(
                unit,
                0x09 | 0x0A | 0x0D | 0x20..=0x7E | 0xA0..=0xFF | 0x2000..=0x206F | 0x2190..=0x27BF | 0x3000..=0x30FF
                | 0x4E00..=0x9FFF | 0xD800..=0xDFFF | 0xFE0F | 0xFF01..=0xFF5E
            );
            usual += usize::from(is_usual);
        }
        (usual, all)
    };
    let little = share(Encoding::Utf16Le);
    let big = share(Encoding::Utf16Be);
    let (encoding, (usual, all)) =
        if little.0 >= big.0 { (Encoding::Utf16Le, little) } else { (Encoding::Utf16Be, big) };
    // Chinese swapped gives rarer characters, and Latin text swapped none of these; nine in ten must be usual.
    (little.0 != big.0 && all > 0 && usual * 10 >= all * 9).then_some(encoding)
}

/// Whether UTF-16 without a zero byte, so without any Latin letter or line end, is Chinese as people write it.
fn is_chinese_utf16(head: &[u8], encoding: Encoding) -> bool {
    let text: String = char::decode_utf16(units(head, encoding)).map_while(Result::ok).collect();
    encode(&text, Encoding::Gb18030, Bom::Absent).is_ok_and(|bytes| survey_gb18030(&bytes).is_chinese())
}

fn units(bytes: &[u8], encoding: Encoding) -> impl Iterator<Item = u16> {
    bytes.chunks_exact(2).map(move |pair| {
        let pair = [pair[0], pair[1]];
        if encoding == Encoding::Utf16Be { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) }
    })
}

fn decode_utf16(body: &[u8], encoding: Encoding) -> Result<String, (usize, DecodeErrorKind)> {
    let mut text = String::with_capacity(body.len() + body.len() / 2);
    let mut at = 0;
    for c in char::decode_utf16(units(body, encoding)) {
        match c {
            Ok(c) => {
                text.push(c);
                at += 2 * c.len_utf16();
            }
            Err(_) => return Err((at, DecodeErrorKind::Invalid(encoding))),
        }
    }
    if body.len() % 2 == 1 {
        return Err((body.len() - 1, DecodeErrorKind::Truncated(encoding)));
    }
    Ok(text)
}

fn decode_gb18030(body: &[u8]) -> Result<String, (usize, DecodeErrorKind)> {
    let mut decoder = GB18030.new_decoder_without_bom_handling();
    let room = decoder.max_utf8_buffer_length_without_replacement(body.len()).unwrap_or(body.len() * 3 + 16);
    let mut text = String::with_capacity(room);
    let (result, _) = decoder.decode_to_string_without_replacement(body, &mut text, true);
    match result {
        DecoderResult::InputEmpty => Ok(text),
        DecoderResult::OutputFull | DecoderResult::Malformed(..) => {
            let survey = survey_gb18030(body);
            let at = survey.invalid.unwrap_or(survey.complete);
            let kind = match survey.invalid {
                Some(_) => DecodeErrorKind::Invalid(Encoding::Gb18030),
                None => DecodeErrorKind::Truncated(Encoding::Gb18030),
            };
            Err((at, kind))
        }
    }
}

/// Gives `text` in GB18030 to `write`, in parts.
///
/// # Errors
/// The first character that GB18030 cannot hold.
fn encode_gb18030(text: &str, mut write: impl FnMut(&[u8])) -> Result<(), char> {
    let mut encoder = GB18030.new_encoder();
    let mut buffer = [0; 4096];
    let mut rest = text;
    loop {
        let (result, read, written) = encoder.encode_from_utf8_without_replacement(rest, &mut buffer, true);
        write(&buffer[..written]);
        rest = &rest[read..];
        match result {
            EncoderResult::InputEmpty => return Ok(()),
            EncoderResult::OutputFull => {}
            EncoderResult::Unmappable(character) => return Err(character),
        }
    }
}

/// The bytes that `text` takes in GB18030.
fn gb18030_length(text: &str) -> u64 {
    let mut length = 0;
    // Text that was decoded from GB18030 can be written in it; should a character fail, the count stops there.
    let _ = encode_gb18030(text, |part| length += part.len() as u64);
    length
}

/// What bytes look like when read as GB18030.
struct Survey {
    /// Where the first sequence begins that GB18030 does not allow.
    invalid: Option<usize>,
    /// How far complete characters reach.
    complete: usize,
    /// Characters of two bytes.
    pairs: usize,
    /// Those that are common in Chinese: the 3755 of GB2312's first level and its signs.
    common: usize,
}

impl Survey {
    /// Whether most characters are common ones. Traditional Chinese in GBK has more than half of them so, while other
    /// encodings read as GB18030 have a third or fewer.
    fn is_chinese(&self) -> bool {
        self.pairs > 0 && self.common * 2 >= self.pairs
    }
}

fn survey_gb18030(bytes: &[u8]) -> Survey {
    let mut survey = Survey { invalid: None, complete: 0, pairs: 0, common: 0 };
    let mut at = 0;
    while let Some(&lead) = bytes.get(at) {
        let length = match (lead, bytes.get(at + 1)) {
            (0..=0x80, _) => 1,
            (0xFF, _) => 0,
            (_, None) => return survey,
            (_, Some(0x40..=0x7E | 0x80..=0xFE)) => 2,
            (_, Some(0x30..=0x39)) => match (bytes.get(at + 2), bytes.get(at + 3)) {
                (Some(0x81..=0xFE), Some(0x30..=0x39)) => 4,
                (None, _) | (Some(0x81..=0xFE), None) => return survey,
                _ => 0,
            },
            _ => 0,
        };
        if length == 0
            || length > 1
                && GB18030.decode_without_bom_handling_and_without_replacement(&bytes[at..at + length]).is_none()
        {
            survey.invalid = Some(at);
            return survey;
        }
        if length == 2 {
            survey.pairs += 1;
            let trail = bytes[at + 1];
            survey.common += usize::from(matches!(lead, 0xA1..=0xA3 | 0xB0..=0xD7) && trail >= 0xA1);
        }
        at += length;
        survey.complete = at;
    }
    survey
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = "亲，您好！这个订单不能退哦😊\r\n请稍等 a1～\n";

    fn written(text: &str, encoding: Encoding, bom: Bom) -> Vec<u8> {
        encode(text, encoding, bom).expect("every encoding holds this")
    }

    const ALL: [Encoding; 4] = [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Gb18030];

    #[test]
    fn tells_encodings() {
        for text in [LINE, "不行", "繁體中文也認得，請稍等", "hello\n不行", "\u{200b}您好", "您好\r退款"]
        {
            for encoding in ALL {
                for bom in [Bom::Present, Bom::Absent] {
                    let bytes = written(text, encoding, bom);
                    let decoded = decode(&bytes).unwrap_or_else(|error| panic!("{text:?} {encoding:?}: {error}"));
                    assert_eq!((decoded.text.as_ref(), decoded.encoding, decoded.bom), (text, encoding, bom));
                    assert!(decoded.is_written_as(&bytes));
                }
            }
        }
        for ascii in ["", "hello", "a\n"] {
            assert_eq!(detect(ascii.as_bytes()), Ok((Encoding::Utf8, Bom::Absent)));
        }
        for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
            assert_eq!(detect(&written("hello\n", encoding, Bom::Absent)), Ok((encoding, Bom::Absent)));
        }
    }

    #[test]
    fn heads_may_end_inside_a_character() {
        for encoding in ALL {
            let bytes = written(&LINE.repeat(3), encoding, Bom::Absent);
            for end in 12..bytes.len() {
                assert_eq!(detect(&bytes[..end]), Ok((encoding, Bom::Absent)), "{encoding:?} {end}");
            }
        }
    }

    #[test]
    fn reports_what_is_wrong() {
        use DecodeErrorKind::{Binary, Invalid, Truncated, Unknown};
        let joined = |parts: &[&[u8]]| parts.concat();
        let gb = |text: &str| written(text, Encoding::Gb18030, Bom::Absent);
        let le = |text: &str| written(text, Encoding::Utf16Le, Bom::Present);
        let cases = [
            (joined(&["您好\n不".as_bytes(), b"\xFF", "行".as_bytes()]), Invalid(Encoding::Utf8), 10, 2),
            (joined(&[b"\xEF\xBB\xBFa\n\xC0"]), Invalid(Encoding::Utf8), 5, 2),
            ("您好".as_bytes()[..5].to_vec(), Truncated(Encoding::Utf8), 3, 1),
            (joined(&[&gb("您好这里不能退款\n"), b"\xFF"]), Invalid(Encoding::Gb18030), 17, 2),
            (joined(&[&gb("您好这里\n不能"), b"\xB2"]), Truncated(Encoding::Gb18030), 13, 2),
            (joined(&[&le("好\n不"), b"\x00\xD8", b"a\0"]), Invalid(Encoding::Utf16Le), 8, 2),
            (joined(&[&le("好\n不"), b"a"]), Truncated(Encoding::Utf16Le), 8, 2),
            (b"abc\n\x00\x01\x02\xFF\xFE\x80".to_vec(), Binary, 4, 2),
            ("您好\0不行".as_bytes().to_vec(), Binary, 6, 1),
            (b"\xEF\xBB\xBFa\0".to_vec(), Binary, 4, 1),
            (b"caf\xE9 au lait, tr\xE8s bon\n".to_vec(), Unknown, 3, 1),
        ];
        for (bytes, kind, offset, line) in cases {
            let error = decode(&bytes).expect_err("not text");
            assert_eq!(error, DecodeError { kind, offset, line }, "{bytes:?}");
            assert!(!error.to_string().is_empty());
        }
        let error = decode("您\n\u{FFFD}".as_bytes()).map(|decoded| decoded.text.into_owned());
        assert_eq!(error.as_deref(), Ok("您\n\u{FFFD}"));
        assert_eq!(
            DecodeError { kind: Invalid(Encoding::Utf8), offset: 10, line: 2 }.to_string(),
            "第 2 行（文件的第 11 个字节）不是有效的 UTF-8，请用编辑器修正这里，或者把文件另存为 UTF-8"
        );
    }

    #[test]
    fn big5_and_shift_jis_are_not_taken_for_gb18030() {
        for (encoding, text) in [
            (encoding_rs::BIG5, "親愛的顧客您好，這個訂單目前無法退款，請您稍候，我們會儘快為您處理。"),
            (encoding_rs::SHIFT_JIS, "お客様、いつもご利用いただきありがとうございます。ご注文を確認いたします。"),
        ] {
            let (bytes, _, _) = encoding.encode(text);
            let found = detect(&bytes);
            assert_ne!(found.map(|(encoding, _)| encoding), Ok(Encoding::Utf8), "{}", encoding.name());
            assert!(found.is_err(), "{} {found:?}", encoding.name());
        }
    }

    #[test]
    fn knows_bytes_that_would_change() {
        // 0x80 is the euro sign of GBK; GB18030 writes it with two bytes.
        let mut bytes = written("您好这里不能退款", Encoding::Gb18030, Bom::Absent);
        bytes.push(0x80);
        let decoded = decode(&bytes).unwrap();
        assert!(decoded.text.ends_with('€'));
        assert!(!decoded.is_written_as(&bytes));
        let error = encode("\u{E5E5}", Encoding::Gb18030, Bom::Absent).unwrap_err();
        assert_eq!(error.character, '\u{E5E5}');
        assert!(error.to_string().contains("U+E5E5"));
    }

    proptest::proptest! {
        #[test]
        fn round_trips(text in "[您好不能退款请稍等的了是我们在有这个 a1\n\r，。😊𠮷é\u{200b}\u{FE0F}]{1,40}", bom: bool) {
            let bom = if bom { Bom::Present } else { Bom::Absent };
            // Enough common words, and no rare ones, so that the encoding can be told without a mark.
            let text = format!("您好，这个订单我们在处理，请您稍等。{text}");
            for encoding in ALL {
                let bytes = written(&text, encoding, bom);
                let decoded = decode(&bytes).unwrap();
                proptest::prop_assert_eq!(decoded.text.as_ref(), text.as_str());
                proptest::prop_assert_eq!((decoded.encoding, decoded.bom), (encoding, bom));
                proptest::prop_assert!(decoded.is_written_as(&bytes));
                proptest::prop_assert_eq!(&written(&decoded.text, encoding, bom), &bytes);
                let offsets = text.char_indices().map(|(at, _)| at).chain([text.len(), 0]);
                for offset in offsets {
                    let expected = written(&text[..offset], encoding, bom).len() as u64;
                    proptest::prop_assert_eq!(decoded.byte_offset(offset), expected);
                }
            }
        }

        #[test]
        fn any_bytes_are_text_or_an_error(bytes: Vec<u8>) {
            if let Ok(decoded) = decode(&bytes)
                && decoded.is_written_as(&bytes)
            {
                let written = encode(&decoded.text, decoded.encoding, decoded.bom).unwrap();
                proptest::prop_assert_eq!(written, bytes);
            }
        }
    }
}
