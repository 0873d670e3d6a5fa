//! Dates as IMAP spells them (RFC 9051 section 9: `date-time`, `date`).

use aloud_model::DateTime;

/// `17-Jul-1996 02:44:25 -0700`
pub(super) fn date_time(text: &str) -> Option<DateTime> {
    let text = text.strip_prefix(' ').map_or_else(|| text.to_owned(), |rest| format!("0{rest}"));
    if text.len() != 26 || !text.is_ascii() {
        return None;
    }
    let date = date(text.get(..11)?)?;
    let time = jiff::civil::Time::strptime("%H:%M:%S", text.get(12..20)?).ok()?;
    let sign = match text.get(20..22)? {
        " +" => 1,
        " -" => -1,
        _ => return None,
    };
    let zone = text.get(22..26)?;
    let hours: i16 = zone.get(..2)?.parse().ok()?;
    let minutes: i16 = zone.get(2..)?.parse().ok()?;
    let offset_minutes = sign * (hours * 60 + minutes);
    let utc = date.to_datetime(time).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(DateTime {
        unix: utc.timestamp().as_second() - i64::from(offset_minutes) * 60,
        offset_minutes,
    })
}

/// `1-Feb-1994` or `17-Jul-1996`
pub(super) fn date(text: &str) -> Option<jiff::civil::Date> {
    const MONTHS: [&str; 12] =
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let mut pieces = text.splitn(3, '-');
    let day: i8 = pieces.next()?.parse().ok()?;
    let month = pieces.next()?.to_ascii_lowercase();
    let month = MONTHS.iter().position(|m| *m == month)?;
    let year = pieces.next().filter(|y| y.len() == 4)?.parse().ok()?;
    jiff::civil::Date::new(year, i8::try_from(month).ok()? + 1, day).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        let date = date_time("17-Jul-1996 02:44:25 -0700").expect("from RFC 9051");
        assert_eq!(date.to_rfc3339(), "1996-07-17T02:44:25-07:00");
        assert_eq!(date_time(" 1-Feb-1994 21:52:25 +0000").map(|d| d.unix), Some(760_139_545));
        assert_eq!(date_time("1996-07-17"), None);
    }
}
