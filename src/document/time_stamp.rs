//! Time stamps as chat programs write them. Must not know what stands around them.

/// When something was said, as far as its stamp tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The day, counted from 1970-01-01; of a stamp without a year, from a day nobody knows. None: the stamp has no date.
    day: Option<i64>,
    /// The seconds since midnight.
    second: i64,
}

impl Moment {
    /// Reads a time stamp, with or without a date; the days of 今天 or 周五 are not known.
    #[must_use]
    pub fn read(stamp: &str) -> Option<Moment> {
        let stamp = stamp.trim().trim_matches(['[', ']', '【', '】', '（', '）', '(', ')', '<', '>', ' ']);
        let length = date(stamp);
        let day = length.and_then(|length| day_of(&stamp[..length]));
        let rest = match length {
            Some(length) => &stamp[length..],
            None => &stamp[stamp.find(|c: char| c.is_ascii_digit() || "上下中晚凌AP".contains(c)).unwrap_or(0)..],
        };
        let rest = rest.trim_start_matches([' ', '\t', 'T', ',', '，']);
        let length = time(rest)?;
        Some(Moment { day, second: second_of(&rest[..length])? })
    }

    /// The moment that many seconds (or, where the number is that great, milliseconds) after 1970 began.
    #[must_use]
    pub fn from_epoch(number: i64) -> Moment {
        let seconds = if number.abs() > 100_000_000_000 { number / 1000 } else { number };
        Moment { day: Some(seconds.div_euclid(DAY)), second: seconds.rem_euclid(DAY) }
    }

    /// How many seconds this is after `earlier`; nothing where that cannot be told, or it is before.
    #[must_use]
    pub fn seconds_after(self, earlier: Moment) -> Option<i64> {
        let days = match (self.day, earlier.day) {
            (Some(day), Some(before)) => day - before,
            (None, None) => 0,
            _ => return None,
        };
        Some(days * DAY + self.second - earlier.second).filter(|seconds| *seconds >= 0)
    }
}

/// The seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// The number of the day that a [`date`] names. One without a year counts as in a leap year.
fn day_of(date: &str) -> Option<i64> {
    let mut numbers = date.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = || numbers.next()?.parse::<i64>().ok();
    let (first, second) = (next()?, next()?);
    let (year, month, day) = match next() {
        Some(third) => (first, second, third),
        None => (1972, first, second),
    };
    // Counting months from March puts the odd day last: a year is 365.25 days less the centuries, a month 30.6.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap + (month * 153 + 2) / 5 + day - 719_469)
}

/// The seconds since midnight of a [`time`].
fn second_of(time: &str) -> Option<i64> {
    let mut numbers = time.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    let mut next = || numbers.next()?.parse::<i64>().ok();
    let (hour, minute) = (next()?, next()?);
    let second = if time.matches([':', '：']).count() > 1 { next().unwrap_or(0) } else { 0 };
    let afternoon = ["下午", "晚上", "PM", "pm"].iter().any(|part| time.contains(part));
    let hour = if afternoon && hour < 12 { hour + 12 } else { hour };
    Some((hour * 60 + minute) * 60 + second)
}

/// The length of the time stamp with which `text` begins, with its brackets: a time of day, perhaps with a date, or a
/// date in brackets.
pub(super) fn time_stamp(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if let Some(close) = closing(first) {
        let inner = &text[first.len_utf8()..];
        let length = inner.find(close).filter(|length| *length <= 48)?;
        let whole = inner[..length].trim();
        let stamp = bare_stamp(whole).or_else(|| date(whole))?;
        return (stamp == whole.len()).then_some(first.len_utf8() + length + close.len_utf8());
    }
    bare_stamp(text)
}

/// A time of day, perhaps with a date.
fn bare_stamp(text: &str) -> Option<usize> {
    let dated = date(text).or_else(|| {
        const DAYS: [&str; 3] = ["今天", "昨天", "前天"];
        const WEEK: [&str; 3] = ["星期", "周", "礼拜"];
        let day = DAYS.iter().find(|day| text.starts_with(**day)).map(|day| day.len());
        day.or_else(|| {
            let week = WEEK.iter().find(|week| text.starts_with(**week))?;
            let number = text[week.len()..].chars().next().filter(|c| "一二三四五六日天".contains(*c))?;
            Some(week.len() + number.len_utf8())
        })
    });
    let Some(length) = dated else {
        return time(text);
    };
    let rest = &text[length..];
    let between = rest.len() - rest.trim_start_matches([' ', '\t', 'T', ',', '，']).len();
    let time = time(&rest[between..])?;
    Some(length + between + time)
}

pub(super) fn has_date(stamp: &str) -> bool {
    date(stamp.trim_start_matches(['[', '【', '(', '（', '<', ' '])).is_some()
}

/// 2024-01-02, 2024/1/2, 2024.1.2, 2024年1月2日, 1月2日, 01-02, 1/2.
fn date(text: &str) -> Option<usize> {
    let (first, length) = number(text, 1..=4)?;
    let mark = text[length..].chars().next()?;
    let (end_mark, from) = match (first, mark) {
        (4, '-' | '/' | '.' | '年') => {
            let from = length + mark.len_utf8();
            let (_, month) = number(&text[from..], 1..=2)?;
            let next = text[from + month..].chars().next()?;
            let same = if mark == '年' { next == '月' } else { next == mark };
            (mark, same.then_some(from + month + next.len_utf8())?)
        }
        (1 | 2, '-' | '/' | '月') => (mark, length + mark.len_utf8()),
        _ => return None,
    };
    let (_, day) = number(&text[from..], 1..=2)?;
    let end = from + day;
    match end_mark {
        '年' | '月' => text[end..].starts_with(['日', '号']).then_some(end + '日'.len_utf8()),
        _ => Some(end),
    }
}

/// 10:20, 10:20:30, 10:20:30.123, 上午10:20, 10:20 PM, 10:20:30+08:00.
fn time(text: &str) -> Option<usize> {
    const PARTS: [&str; 7] = ["上午", "下午", "中午", "晚上", "凌晨", "AM", "PM"];
    let mut at = PARTS.iter().find(|part| text.starts_with(**part)).map_or(0, |part| part.len());
    at += text[at..].len() - text[at..].trim_start_matches(' ').len();
    at += number(&text[at..], 1..=2)?.1;
    at += text[at..].chars().next().filter(|c| matches!(c, ':' | '：'))?.len_utf8();
    at += number(&text[at..], 2..=2)?.1;
    if let Some(rest) = text[at..].strip_prefix([':', '：'])
        && let Some((_, seconds)) = number(rest, 2..=2)
    {
        at = text.len() - rest.len() + seconds;
        if let Some(rest) = text[at..].strip_prefix(['.', ','])
            && let Some((_, fraction)) = number(rest, 1..=6)
        {
            at = text.len() - rest.len() + fraction;
        }
    }
    let rest = text[at..].trim_start_matches(' ');
    if let Some(rest) = ["AM", "PM", "am", "pm"].iter().find_map(|part| rest.strip_prefix(part)) {
        at = text.len() - rest.len();
    } else if let Some(rest) = text[at..].strip_prefix('Z') {
        at = text.len() - rest.len();
    } else if let Some(rest) = text[at..].strip_prefix(['+', '-'])
        && let Some((_, hours)) = number(rest, 2..=2)
        && let Some((_, minutes)) = number(rest[hours..].trim_start_matches(':'), 2..=2)
    {
        at = text.len() - rest[hours..].trim_start_matches(':').len() + minutes;
    }
    Some(at)
}

/// The digits at the start of `text`, if there are as many as `count` allows: how many, and how many bytes.
fn number(text: &str, count: std::ops::RangeInclusive<usize>) -> Option<(usize, usize)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    count.contains(&digits).then_some((digits, digits))
}

/// The bracket that closes `open`.
pub(super) fn closing(open: char) -> Option<char> {
    match open {
        '[' => Some(']'),
        '【' => Some('】'),
        '（' => Some('）'),
        '(' => Some(')'),
        '<' => Some('>'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_between_stamps() {
        let after = |late: &str, early: &str| Moment::read(late).unwrap().seconds_after(Moment::read(early).unwrap());
        assert_eq!(after("10:20:30", "10:20"), Some(30));
        assert_eq!(after("下午3:05", "14:55:00"), Some(600));
        assert_eq!(after("[2024-03-01 00:00:10]", "2024/2/29 23:59:50"), Some(20));
        assert_eq!(after("2025年1月1日 08:00", "2024-12-31 08:00"), Some(86_400));
        assert_eq!(after("3月1日 08:00", "02-28 08:00"), Some(2 * 86_400));
        assert_eq!(after("09:00", "10:00"), None);
        assert_eq!(after("2024-01-01 09:00", "08:00"), None);
        assert_eq!(Moment::read("1970-01-02 00:00:01"), Some(Moment::from_epoch(86_401)));
        assert_eq!(Moment::from_epoch(1_700_000_000), Moment::from_epoch(1_700_000_000_123));
        assert_eq!(Moment::read("2024-01-02"), None);
    }

    #[test]
    fn reads_time_stamps() {
        let stamps = [
            "10:20",
            "10:20:30",
            "9：05",
            "10:20:30.123",
            "上午10:20",
            "下午 3:20",
            "10:20 PM",
            "2024-01-02 10:20",
            "2024/1/2 10:20:30",
            "2024.1.2 10:20",
            "2024年1月2日 10:20:30",
            "1月2日 10:20",
            "01-02 10:20",
            "[2024-01-02 10:20:30]",
            "（10:20）",
            "【2024/1/2】",
            "(6/18 10:21:33)",
            "昨天 10:20",
            "星期一 10:20",
            "周五10:20",
            "2024-01-02T10:20:30Z",
            "2024-01-02T10:20:30.5+08:00",
        ];
        for stamp in stamps {
            assert_eq!(time_stamp(stamp), Some(stamp.len()), "{stamp}");
        }
        for other in ["", "10", "10:2", "2024-01-02", "[客服]", "[", "10点20", "1/2", "12345:20", "：10:20", "周10:20"]
        {
            assert_eq!(time_stamp(other), None, "{other}");
        }
    }
}
