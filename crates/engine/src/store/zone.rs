//! Moments in this computer's zone.

use aloud_model::time::DateTime;

/// An instant in this computer's zone.
#[must_use]
pub fn local(unix: i64) -> DateTime {
    let Ok(instant) = jiff::Timestamp::from_second(unix) else { return DateTime::utc(unix) };
    let offset = jiff::tz::TimeZone::system().to_offset(instant).seconds() / 60;
    DateTime { unix, offset_minutes: i16::try_from(offset).unwrap_or(0) }
}

/// `2 September`.
#[must_use]
pub fn day(unix: i64) -> String {
    local(unix).local().strftime("%-d %B").to_string()
}

/// `today at 09:45`, `yesterday at 09:45`, `2 September at 09:45`.
#[must_use]
pub fn day_and_time(unix: i64, now: i64) -> String {
    let (then, today) = (local(unix), local(now));
    let days = (today.local().date() - then.local().date()).get_days();
    let day = match days {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        _ => day(unix),
    };
    format!("{day} at {}", then.local().strftime("%H:%M"))
}
