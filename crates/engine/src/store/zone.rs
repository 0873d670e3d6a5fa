//! Moments in this computer's zone.

use aloud_model::time::DateTime;

/// An instant in this computer's zone.
#[must_use]
pub fn local(unix: i64) -> DateTime {
    let Ok(instant) = jiff::Timestamp::from_second(unix) else { return DateTime::utc(unix) };
    let offset = jiff::tz::TimeZone::system().to_offset(instant).seconds() / 60;
    DateTime { unix, offset_minutes: i16::try_from(offset).unwrap_or(0) }
}
