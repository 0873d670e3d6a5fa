//! Figures in words: lengths, sizes, speeds, days and times, languages.
//!
//! How a figure is built (the decimal mark, the order of a date, the names of months and days) is up
//! to each language and stands in its Fluent file. Times are those of this computer's clock: the
//! caller's `now` carries the offset.

use std::time::Duration;

use jiff::civil;

use crate::model::DateTime;

/// `0:34`, `12:05`, `1:02:03`: the seconds that have passed.
#[must_use]
pub fn clock(length: Duration) -> String {
    let s = length.as_secs();
    if s < 3600 {
        format!("{}:{:02}", s / 60, s % 60)
    } else {
        format!("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
    }
}

/// A whole length, rounded to the nearest second.
#[must_use]
pub fn length(whole: Duration) -> String {
    clock_secs(whole.as_secs_f64())
}

/// A length as a row tells it: one that is guessed from the size has "~" before it.
#[must_use]
pub fn measure(whole: Duration, estimated: bool) -> String {
    if estimated { format!("~{}", length(whole)) } else { length(whole) }
}

/// A length in seconds as a part states it, rounded to the nearest second.
#[must_use]
pub fn clock_secs(seconds: f64) -> String {
    clock(Duration::try_from_secs_f64(seconds.round().max(0.0)).unwrap_or_default())
}

/// `71 kB`, `2.0 MB`: SI prefixes (ISO/IEC 80000-13), so steps of 1000.
#[must_use]
pub fn size(octets: u64) -> String {
    let figure = octets as f64;
    let tenths = |figure: f64| decimal(&format!("{figure:.1}"));
    match octets {
        0..1_000 => fl!("size-bytes", figure = octets.to_string()),
        // What rounds to 1000 kB is 1.0 MB.
        1_000..999_500 => fl!("size-kilobytes", figure = format!("{:.0}", figure / 1e3)),
        999_500..999_950_000 => fl!("size-megabytes", figure = tenths(figure / 1e6)),
        _ => fl!("size-gigabytes", figure = tenths(figure / 1e9)),
    }
}

/// `1×`, `1.25×`: a speed of playing.
#[must_use]
pub fn speed(speed: f32) -> String {
    let figure = format!("{speed:.2}");
    let figure = figure.trim_end_matches('0').trim_end_matches('.');
    fl!("speed-times", figure = decimal(figure))
}

/// `2,000`.
#[must_use]
pub fn whole(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(&fl!("thousands-mark"));
        }
        text.push(digit);
    }
    text
}

/// A figure with the decimal mark of the language.
fn decimal(figure: &str) -> String {
    figure.replace('.', &fl!("decimal-mark"))
}

/// The civil time of a moment on this computer's clock.
fn here(moment: DateTime, now: DateTime) -> civil::DateTime {
    DateTime { unix: moment.unix, offset_minutes: now.offset_minutes }.local()
}

/// `09:41`.
#[must_use]
pub fn time_of_day(moment: DateTime, now: DateTime) -> String {
    time(here(moment, now))
}

/// `09:41` of a civil time.
#[must_use]
pub fn time(at: civil::DateTime) -> String {
    fl!("time-of-day", hour = format!("{:02}", at.hour()), minute = format!("{:02}", at.minute()))
}

/// How a day is told, seen from today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    Today,
    Yesterday,
    /// One of the last six.
    Weekday(civil::Date),
    ThisYear(civil::Date),
    Other(civil::Date),
}

impl Day {
    fn of(moment: DateTime, now: DateTime) -> Self {
        let (then, today) = (here(moment, now).date(), here(now, now).date());
        match today.duration_since(then).as_hours() / 24 {
            0 => Self::Today,
            1 => Self::Yesterday,
            2..=6 => Self::Weekday(then),
            _ if then.year() == today.year() => Self::ThisYear(then),
            _ => Self::Other(then),
        }
    }
}

/// The figures of a day as arguments: a year has no thousands mark.
fn parts(date: civil::Date) -> (String, usize, String) {
    let month = usize::try_from(date.month()).unwrap_or_default();
    (date.day().to_string(), month, date.year().to_string())
}

/// Which day of the week, from Monday, which is 1.
fn day_of_week(date: civil::Date) -> usize {
    usize::try_from(date.weekday().to_monday_one_offset()).unwrap_or_default()
}

/// `Monday`.
#[must_use]
pub fn weekday(date: civil::Date) -> String {
    fl!("weekday", count = day_of_week(date))
}

/// `3 October 2024`.
#[must_use]
pub fn date(date: civil::Date) -> String {
    let (day, month, year) = parts(date);
    fl!("date-year", day = day, month = fl!("month", count = month), year = year)
}

/// `3 October`.
#[must_use]
pub fn date_this_year(date: civil::Date) -> String {
    let (day, month, _) = parts(date);
    fl!("date", day = day, month = fl!("month", count = month))
}

/// `3 October`, `3 October 2024` in another year than now's: the day alone, inside a sentence.
#[must_use]
pub fn day(moment: DateTime, now: DateTime) -> String {
    let (then, today) = (here(moment, now).date(), here(now, now).date());
    if then.year() == today.year() { date_this_year(then) } else { date(then) }
}

/// `Today, 09:41`, `Monday, 09:41`, `3 October 2024, 09:41`.
#[must_use]
pub fn day_comma_time(moment: DateTime, now: DateTime) -> String {
    let day = match Day::of(moment, now) {
        Day::Today => fl!("day-today"),
        Day::Yesterday => fl!("day-yesterday"),
        Day::Weekday(then) => weekday(then),
        Day::ThisYear(then) => date_this_year(then),
        Day::Other(then) => date(then),
    };
    fl!("day-comma-time", day = day, time = time_of_day(moment, now))
}

/// `today at 09:44`, `Monday at 09:44`, inside a sentence.
#[must_use]
pub fn day_at_time(moment: DateTime, now: DateTime) -> String {
    let time = time_of_day(moment, now);
    let day = match Day::of(moment, now) {
        Day::Today => return fl!("day-today-at", time = time),
        Day::Yesterday => return fl!("day-yesterday-at", time = time),
        Day::Weekday(then) => weekday(then),
        Day::ThisYear(then) => date_this_year(then),
        Day::Other(then) => date(then),
    };
    fl!("day-at-time", day = day, time = time)
}

/// As short as a row has room: `09:41`, `Yesterday`, `Mon`, `3 Oct`, `3/10/2024`.
#[must_use]
pub fn row_time(moment: DateTime, now: DateTime) -> String {
    match Day::of(moment, now) {
        Day::Today => time_of_day(moment, now),
        Day::Yesterday => fl!("day-yesterday"),
        Day::Weekday(then) => fl!("weekday-short", count = day_of_week(then)),
        Day::ThisYear(then) => {
            let (day, month, _) = parts(then);
            fl!("date-short", day = day, month = fl!("month-short", count = month))
        }
        Day::Other(then) => {
            let (day, month, year) = parts(then);
            fl!("date-figures", day = day, month = month.to_string(), year = year)
        }
    }
}

/// `English (Canada)` for `en-CA` (RFC 5646); what has no name stays as it is written.
#[must_use]
pub fn language(tag: &str) -> String {
    let (language, region) = tag.split_once('-').unwrap_or((tag, ""));
    let name = fl!("language-name", tag = language.to_ascii_lowercase());
    if region.is_empty() {
        return name;
    }
    let region = fl!("region-name", tag = region.to_ascii_uppercase());
    fl!("language-of-region", language = name, region = region)
}

/// What stands on a key, or on several with a space between: `Ctrl K`.
#[must_use]
pub fn keys(caps: &str) -> String {
    let caps: Vec<String> = caps
        .split(' ')
        .map(|cap| match cap {
            "Ctrl" => fl!("cap-ctrl"),
            "Shift" => fl!("cap-shift"),
            "Enter" => fl!("cap-enter"),
            "Esc" => fl!("cap-esc"),
            "Space" => fl!("cap-space"),
            "Delete" => fl!("cap-delete"),
            sign => sign.to_owned(),
        })
        .collect();
    caps.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tuesday, 14 October 2025, 10:40 in London.
    const NOW: DateTime = DateTime { unix: 1_760_434_800, offset_minutes: 60 };

    fn back(hours: i64) -> DateTime {
        DateTime { unix: NOW.unix - hours * 3600, offset_minutes: 0 }
    }

    #[test]
    fn lengths() {
        assert_eq!(clock(Duration::from_secs(34)), "0:34");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
        assert_eq!(clock_secs(1.6), "0:02");
        assert_eq!(measure(Duration::from_millis(37_600), false), "0:38");
        assert_eq!(measure(Duration::from_secs(38), true), "~0:38");
        assert_eq!(clock_secs(f64::NAN), "0:00");
    }

    #[test]
    fn sizes_and_speeds() {
        for (octets, said) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1 kB"),
            (71_300, "71 kB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (2_000_000, "2.0 MB"),
            (999_950_000, "1.0 GB"),
            (u64::MAX, "18446744073.7 GB"),
        ] {
            assert_eq!(size(octets), said);
        }
        assert_eq!([1.0, 1.5, 1.25, 0.5].map(speed), ["1×", "1.5×", "1.25×", "0.5×"]);
        assert_eq!([0, 999, 2_000, 1_234_567].map(whole), ["0", "999", "2,000", "1,234,567"]);
    }

    #[test]
    fn days() {
        for (hours, long, inside, short) in [
            (0, "Today, 10:40", "today at 10:40", "10:40"),
            (12, "Yesterday, 22:40", "yesterday at 22:40", "Yesterday"),
            (26, "Yesterday, 08:40", "yesterday at 08:40", "Yesterday"),
            (72, "Saturday, 10:40", "Saturday at 10:40", "Sat"),
            (24 * 11, "3 October, 10:40", "3 October at 10:40", "3 Oct"),
            (24 * 400, "9 September 2024, 10:40", "9 September 2024 at 10:40", "9/9/2024"),
        ] {
            let moment = back(hours);
            assert_eq!(day_comma_time(moment, NOW), long);
            assert_eq!(day_at_time(moment, NOW), inside);
            assert_eq!(row_time(moment, NOW), short);
        }
        assert_eq!(day(back(24 * 11), NOW), "3 October");
        assert_eq!(day(back(24 * 400), NOW), "9 September 2024");
        // The future has a date, not a weekday.
        assert_eq!(day_at_time(back(-48), NOW), "16 October at 10:40");
    }

    #[test]
    fn every_month_and_day_has_its_own_name() {
        let months: Vec<String> =
            (1..=12).map(|count: usize| fl!("month", count = count)).collect();
        let short: Vec<String> =
            (1..=12).map(|count: usize| fl!("month-short", count = count)).collect();
        let days: Vec<String> = (1..=7).map(|count: usize| fl!("weekday", count = count)).collect();
        let short_days: Vec<String> =
            (1..=7).map(|count: usize| fl!("weekday-short", count = count)).collect();
        assert_eq!((months[0].as_str(), months[11].as_str()), ("January", "December"));
        assert_eq!((days[0].as_str(), days[6].as_str()), ("Monday", "Sunday"));
        for (long, short) in [(months, short), (days, short_days)] {
            let names: std::collections::BTreeSet<&String> = long.iter().collect();
            assert_eq!(names.len(), long.len(), "{long:?}");
            assert!(long.iter().zip(&short).all(|(long, short)| long.starts_with(short)));
        }
    }

    #[test]
    fn languages_have_names_or_stay_tags() {
        for (tag, name) in [
            ("en-CA", "English (Canada)"),
            ("EN-ca", "English (Canada)"),
            ("de", "German"),
            ("xx", "xx"),
            ("es-419", "Spanish (419)"),
            ("", ""),
        ] {
            assert_eq!(language(tag), name);
        }
    }

    #[test]
    fn keys_are_called_what_stands_on_them() {
        assert_eq!(["Ctrl K", "Space", "F6", "["].map(keys), ["Ctrl K", "Space", "F6", "["]);
    }
}
