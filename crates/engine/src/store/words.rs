//! The few sentences that rows carry (docs/design.md 5.1 and 5.3). Kept together, so that a translation
//! finds them.

use aloud_model::{MessageKind, time::DateTime};

/// Name where a message has none.
#[must_use]
pub fn unknown_sender(outgoing: bool) -> &'static str {
    if outgoing { "Nobody yet" } else { "Unknown caller" }
}

/// The first recipient and how many more there are.
#[must_use]
pub fn and_others(first: &str, others: usize) -> String {
    match others {
        0 => first.to_owned(),
        1 => format!("{first} and 1 other"),
        n => format!("{first} and {n} others"),
    }
}

/// "To Graham Pearce and 2 others".
#[must_use]
pub fn towards(whom: &str) -> String {
    format!("To {whom}")
}

/// What stands for a missing subject.
#[must_use]
pub fn missing_subject(kind: MessageKind, name: &str, outgoing: bool) -> String {
    let towards = if outgoing { "to" } else { "from" };
    match kind {
        MessageKind::Voice => format!("Voice message {towards} {name}"),
        MessageKind::Fax => format!("Fax {towards} {name}"),
        MessageKind::Video => format!("Video message {towards} {name}"),
        MessageKind::Mdn => format!("Receipt {towards} {name}"),
        MessageKind::Dsn => "Delivery report".into(),
        MessageKind::Email | MessageKind::Other => "No subject".into(),
    }
}

/// `17:05`, in the zone of the value.
#[must_use]
pub fn clock(at: DateTime) -> String {
    at.local().strftime("%H:%M").to_string()
}

/// An instant in this computer's zone.
#[must_use]
pub fn local(unix: i64) -> DateTime {
    let Ok(instant) = jiff::Timestamp::from_second(unix) else { return DateTime::utc(unix) };
    let offset = jiff::tz::TimeZone::system().to_offset(instant).seconds() / 60;
    DateTime { unix, offset_minutes: i16::try_from(offset).unwrap_or(0) }
}

/// `2 September`, with the year when it is not this one's.
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
    format!("{day} at {}", clock(then))
}
