//! When the demo's mail came: times of day as in a working morning, days before the given moment.

use aloud_model::DateTime;

/// The moment the demo mailbox is looked at: 09:43 of today, or now if that is still to come.
pub(super) struct Morning {
    /// 09:43 of the day that is "today" for the mail.
    anchor: DateTime,
}

const LOOKED_AT: i64 = 9 * 60 + 43;

impl Morning {
    pub(super) fn at(now: DateTime) -> Self {
        let offset = i64::from(now.offset_minutes) * 60;
        let midnight = (now.unix + offset).div_euclid(86_400) * 86_400 - offset;
        let unix = (midnight + LOOKED_AT * 60).min(now.unix);
        Self { anchor: DateTime { unix, ..now } }
    }

    /// So many days before, at `hour:minute`, in the user's own offset. Early in the morning it is
    /// earlier by as much as 09:43 is still ahead, so that nothing lies in the future.
    pub(super) fn day(&self, days_before: i64, hour: i64, minute: i64) -> DateTime {
        let minutes = days_before * 1_440 + LOOKED_AT - (hour * 60 + minute);
        DateTime { unix: self.anchor.unix - minutes * 60, ..self.anchor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_times_of_day_and_stays_in_the_past() {
        let read = |text| DateTime::parse_rfc3339(text).expect("a date");
        let late = Morning::at(read("2025-10-14T16:00:00+01:00"));
        assert_eq!(late.day(0, 9, 41), read("2025-10-14T09:41:00+01:00"));
        assert_eq!(late.day(1, 18, 20), read("2025-10-13T18:20:00+01:00"));
        let early = Morning::at(read("2025-10-14T00:30:00+01:00"));
        assert_eq!(early.day(0, 9, 41), read("2025-10-14T00:28:00+01:00"));
        assert_eq!(early.day(0, 8, 27), read("2025-10-13T23:14:00+01:00"));
    }
}
