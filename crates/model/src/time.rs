//! An instant with a UTC offset. Mail dates keep the offset of their sender, so that a receipt can
//! quote them; compare dates by `unix`.

use jiff::{Timestamp, tz};

/// An instant and an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix: i64,
    /// Minutes east of UTC.
    pub offset_minutes: i16,
}

impl DateTime {
    /// An instant in UTC.
    #[must_use]
    pub const fn utc(unix: i64) -> Self {
        Self { unix, offset_minutes: 0 }
    }

    /// Formats as RFC 3339: `2025-03-04T09:10:00-05:00`.
    #[must_use]
    pub fn to_rfc3339(self) -> String {
        let (sign, off) = self.split_offset();
        self.local().strftime("%Y-%m-%dT%H:%M:%S").to_string()
            + &format!("{sign}{:02}:{:02}", off / 60, off % 60)
    }

    /// Formats as RFC 5322: `Tue, 04 Mar 2025 09:10:00 -0500`.
    #[must_use]
    pub fn to_rfc5322(self) -> String {
        let (sign, off) = self.split_offset();
        self.local().strftime("%a, %d %b %Y %H:%M:%S ").to_string()
            + &format!("{sign}{:02}{:02}", off / 60, off % 60)
    }

    /// Parses RFC 3339.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let pieces = jiff::fmt::temporal::DateTimeParser::new().parse_timestamp(text).ok()?;
        let offset = text
            .rfind(['+', '-'])
            .filter(|at| *at > 10)
            .and_then(|at| {
                let sign = if text.get(at..=at)? == "-" { -1 } else { 1 };
                let (h, m) = text.get(at + 1..)?.split_once(':')?;
                Some(sign * (h.parse::<i16>().ok()? * 60 + m.parse::<i16>().ok()?))
            })
            .unwrap_or(0);
        Some(Self { unix: pieces.as_second(), offset_minutes: offset })
    }

    /// The civil date and time at this offset.
    #[must_use]
    pub fn local(self) -> jiff::civil::DateTime {
        let offset = tz::Offset::from_seconds(i32::from(self.offset_minutes) * 60)
            .unwrap_or(tz::Offset::UTC);
        let instant = Timestamp::from_second(self.unix).unwrap_or(Timestamp::UNIX_EPOCH);
        offset.to_datetime(instant)
    }

    fn split_offset(self) -> (char, u16) {
        (if self.offset_minutes < 0 { '-' } else { '+' }, self.offset_minutes.unsigned_abs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_both_forms_and_reads_its_own() {
        let t = DateTime { unix: 1_741_097_400, offset_minutes: -300 };
        assert_eq!(t.to_rfc3339(), "2025-03-04T09:10:00-05:00");
        assert_eq!(t.to_rfc5322(), "Tue, 04 Mar 2025 09:10:00 -0500");
        assert_eq!(DateTime::parse_rfc3339("2025-03-04T09:10:00-05:00"), Some(t));
        assert_eq!(DateTime::parse_rfc3339("2025-03-04T14:10:00Z"), Some(DateTime::utc(t.unix)));
    }
}
