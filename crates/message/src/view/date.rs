//! The Date field (RFC 5322 sections 3.3 and 4.3), and what programs write in its place: years of two
//! or three digits, named zones, comments, no seconds, no zone, `asctime`, ISO 8601.
//!
//! Not by mail-parser, which wants seconds and a zone and makes wrong hours of `JST`, `GMT+0100`, `-600`
//! and `PM`, nor by jiff, which reads RFC 5322 only. On 662 dates of real mail they differ from this in
//! 16 and 21.
//!
//! A value that cannot be read for sure gives nothing; no date is better than a wrong one. Zones
//! whose letters mean several places count as none (RFC 5322 section 4.3).

use aloud_model::DateTime;

use super::header::without_comments;

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Minutes east. The first line is RFC 5322's, the others are what European and Asian programs write
/// that has one meaning.
const ZONES: [(&str, i16); 27] = [
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("wet", 0),
    ("west", 60),
    ("cet", 60),
    ("cest", 120),
    ("met", 60),
    ("mest", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("jst", 540),
    ("kst", 540),
    ("hkt", 480),
];

#[derive(Default)]
struct Found {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<(i8, i8, i8)>,
    /// Minutes east.
    zone: Option<i16>,
    afternoon: Option<bool>,
}

/// Reads a Date value.
pub fn date(value: &str) -> Option<DateTime> {
    let value = value.get(..value.len().min(200)).unwrap_or(value);
    let plain = without_comments(value).replace(['"', ','], " ").to_ascii_lowercase();
    let mut found = Found::default();
    for word in plain.split_whitespace() {
        take(&mut found, word)?;
    }
    let (mut hour, minute, second) = found.time.unwrap_or_default();
    match found.afternoon {
        Some(true) if hour < 12 => hour += 12,
        Some(false) if hour == 12 => hour = 0,
        _ => {}
    }
    let civil = jiff::civil::DateTime::new(
        found.year.filter(|year| (1900..2200).contains(year))?,
        found.month?,
        found.day?,
        hour,
        minute,
        second.min(59),
        0,
    )
    .ok()?;
    let offset_minutes = found.zone.unwrap_or(0);
    let as_utc = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?.as_second();
    Some(DateTime { unix: as_utc - i64::from(offset_minutes) * 60, offset_minutes })
}

/// Puts one word where it belongs; `None` when the value cannot be a date.
fn take(found: &mut Found, word: &str) -> Option<()> {
    let number = word.bytes().all(|c| c.is_ascii_digit());
    if word.starts_with(['+', '-']) && found.time.is_some() {
        found.zone = found.zone.or(offset(word));
    } else if number {
        digits(found, word)?;
    } else if word.starts_with(|c: char| c.is_ascii_digit()) {
        compound(found, word)?;
    } else if let Some(month) = month(word).filter(|_| found.month.is_none()) {
        found.month = Some(month);
    } else if matches!(word, "am" | "pm") {
        found.afternoon = Some(word == "pm");
    } else if found.time.is_some() {
        // "GMT+0100" is the offset behind the name.
        let (name, rest) = word.split_at(word.find(['+', '-']).unwrap_or(word.len()));
        let named = ZONES.iter().find(|(zone, _)| *zone == name).map(|(_, minutes)| *minutes);
        found.zone = found.zone.or_else(|| offset(rest)).or(named);
    }
    Some(())
}

/// A day or a year, by what is there already.
fn digits(found: &mut Found, word: &str) -> Option<()> {
    if word.len() <= 2 && found.day.is_none() {
        found.day = Some(word.parse().ok()?);
    } else if found.year.is_none() {
        found.year = Some(year(word)?);
    }
    Some(())
}

/// `09:10:00`, `09:10:00.5Z`, `09.10.00`, `2025-03-04`, `2025-03-04T09:10`, `4-Mar-25`.
fn compound(found: &mut Found, word: &str) -> Option<()> {
    if let Some((day, time)) = word.split_once('t').filter(|(day, _)| day.contains('-')) {
        compound(found, day)?;
        return compound(found, time);
    }
    let pieces: Vec<&str> = word.split('-').collect();
    if let [first, middle, last] = pieces.as_slice()
        && !word.contains(':')
    {
        let (y, d) = if first.len() == 4 { (first, last) } else { (last, first) };
        found.year = Some(year(y)?);
        found.month = month(middle).or_else(|| middle.parse().ok());
        found.day = Some(d.parse().ok()?);
        // Day and month as two numbers: nobody can say which is which.
        return (first.len() == 4 || month(middle).is_some()).then_some(());
    }
    let end = word.find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.'));
    let (clock, rest) = word.split_at(end.unwrap_or(word.len()));
    let (clock, mark) = match clock.contains(':') {
        // What stands behind a dot are fractions of a second.
        true => (clock.split('.').next().unwrap_or_default(), ':'),
        false => (clock, '.'),
    };
    let mut fields = clock.split(mark);
    let hour = fields.next()?.parse().ok()?;
    let minute = fields.next()?.parse().ok()?;
    let second = fields.next().map_or(Some(0), |second| second.parse().ok())?;
    if found.time.is_none() {
        found.time = Some((hour, minute, second));
    }
    if rest.is_empty() { Some(()) } else { take(found, rest) }
}

fn month(word: &str) -> Option<i8> {
    let start = word.get(..3)?;
    let letters = word.trim_end_matches('.').bytes().all(|c| c.is_ascii_alphabetic());
    let at = MONTHS.iter().position(|month| *month == start).filter(|_| letters)?;
    i8::try_from(at + 1).ok()
}

/// Two and three digits as RFC 5322 section 4.3 says.
fn year(word: &str) -> Option<i16> {
    let value: i16 = word.parse().ok()?;
    Some(match word.len() {
        1 => return None,
        2 if value < 50 => value + 2000,
        2 | 3 => value + 1900,
        _ => value,
    })
}

/// `-0500`, `+05:30`, `+01`; minutes east. Nothing that no place on earth has.
fn offset(word: &str) -> Option<i16> {
    let east = match word.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i16>().ok()?, 0),
        3 => (digits.get(..1)?.parse().ok()?, digits.get(1..)?.parse::<i16>().ok()?),
        4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse::<i16>().ok()?),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(east * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_old_voice_mail_are_read() {
        for (text, rfc3339) in [
            ("Wed, 28 Jul 96 10:08:49 -0800 (PST)", "1996-07-28T10:08:49-08:00"),
            ("Tue, 04 Mar 2025 09:10:00 -0500", "2025-03-04T09:10:00-05:00"),
            ("4 Mar 25 09:10 EST", "2025-03-04T09:10:00-05:00"),
            ("Fri, 20 Nov 2026 21:56:09", "2026-11-20T21:56:09+00:00"),
            ("Mon, 3 Jan 100 00:00:00 GMT", "2000-01-03T00:00:00+00:00"),
            ("Wed, 31 Dec 69 23:59:60 -0500", "1969-12-31T23:59:59-05:00"),
        ] {
            assert_eq!(date(text).map(DateTime::to_rfc3339).as_deref(), Some(rfc3339), "{text}");
        }
    }

    #[test]
    fn other_spellings_of_a_date_are_read() {
        let noon = "2025-03-04T09:10:00";
        for (text, zone) in [
            ("Tue Mar  4 09:10:00 2025", "+00:00"),
            ("Tue Mar  4 09:10:00 EST 2025", "-05:00"),
            ("2025-03-04T09:10:00Z", "+00:00"),
            ("2025-03-04 09:10:00.250 +0530", "+05:30"),
            ("2025-03-04T09:10:00-05:00", "-05:00"),
            ("04-Mar-2025 09:10:00 +0000", "+00:00"),
            ("Tuesday, 4 March 2025 9:10 -0500", "-05:00"),
            ("Mar 4, 2025 9:10 AM", "+00:00"),
            ("Tue (x), 4 (y) Mar 2025 09:10 (z) -0500 (EST)", "-05:00"),
            ("tue,04 mar 2025 09:10:00 z", "+00:00"),
            ("Tue, 04 Mar 2025 09.10.00 +0000", "+00:00"),
            ("Tue, 04 Mar 2025 09:10:00 GMT+0100", "+01:00"),
            ("Tue, 04 Mar 2025 09:10:00 \"GMT\"", "+00:00"),
            ("Tue, 04 Mar 2025 09:10:00 CEST", "+02:00"),
            ("Tue, 04 Mar 2025 09:10:00 AM -0500", "-05:00"),
            // No zone that there is, or one that is in several places.
            ("Tue, 04 Mar 2025 09:10:00 +2500", "+00:00"),
            ("Tue, 04 Mar 2025 09:10:00 IST", "+00:00"),
            ("Tue, 04 Mar 2025 09:10:00 -0000", "+00:00"),
            ("Tue,4 Mar 2025 09:10:00 (EDT)-0400", "-04:00"),
            ("Tue, 4 Mar 2025 09:10:00 -600", "-06:00"),
        ] {
            let expected = format!("{noon}{zone}");
            assert_eq!(date(text).map(DateTime::to_rfc3339), Some(expected), "{text}");
        }
        let evening = date("Tue, 04 Mar 2025 12:10:00 PM -0500").map(DateTime::to_rfc3339);
        assert_eq!(evening.as_deref(), Some("2025-03-04T12:10:00-05:00"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "tomorrow",
            "",
            "32 Foo 2025 99:99:99 +0000",
            "Thu, 30 Feb 2025 09:10:00 -0500",
            "Tue, 04 Mar 2025 24:00:00 +0000",
            "Mon, 1 Jan 0001 00:00:00 +0000",
            "Wed, 30 Jun 3609 15:33:50 +0600",
            "03-04-2025 09:10",
            "4 Mar 5 09:10",
            "Mar 2025",
            "4 Mar 99999999999 09:10",
            "-0500",
            "é:é",
        ] {
            assert_eq!(date(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "\\PC{0,60}", like in "[0-9A-Za-z:.,+ -]{0,60}") {
            let _ = (date(&text), date(&like));
        }
    }
}
