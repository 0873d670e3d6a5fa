//! What FETCH responses say, as values.

use async_imap::imap_proto::AttributeValue;

use super::types::{Head, SeenFlags};
use aloud_model::{DateTime, Flag, Uid};

/// Header octets kept of a message.
pub(super) const HEADER: usize = 256 * 1024;
/// Flags kept of a message, and octets of one.
const FLAGS: usize = 100;
const FLAG: usize = 256;

pub(super) fn uid_of(items: &[AttributeValue<'_>]) -> Option<Uid> {
    items.iter().find_map(|item| match item {
        AttributeValue::Uid(uid) if *uid != 0 => Some(Uid(*uid)),
        _ => None,
    })
}

pub(super) fn read_flags(flags: &[std::borrow::Cow<'_, str>]) -> Vec<Flag> {
    flags
        .iter()
        .filter(|flag| !flag.eq_ignore_ascii_case("\\Recent") && *flag != "\\*")
        .filter(|flag| flag.len() <= FLAG)
        .take(FLAGS)
        .map(|flag| Flag::parse(flag))
        .collect()
}

pub(super) fn read_seen(items: &[AttributeValue<'_>]) -> Option<SeenFlags> {
    let uid = uid_of(items)?;
    let flags = items.iter().find_map(|item| match item {
        AttributeValue::Flags(flags) => Some(read_flags(flags)),
        _ => None,
    })?;
    Some(SeenFlags { uid, flags, modseq: modseq_of(items) })
}

fn modseq_of(items: &[AttributeValue<'_>]) -> u64 {
    let value = items.iter().find_map(|item| match item {
        AttributeValue::ModSeq(value) => Some(*value),
        _ => None,
    });
    value.unwrap_or(0)
}

/// More octets than this beyond what was asked for are no slice that was rounded up.
const ROUNDED: usize = 4096;

/// What came of a message of which a part was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Slice {
    /// The octets from where they were asked for, maybe more of them than were; `None` where they
    /// may as well be those from the start of the message, so that all of it is to be asked for.
    pub octets: Option<Vec<u8>>,
    /// The whole message came in the place of the part.
    pub whole: bool,
}

pub(super) fn read_slice(items: &[AttributeValue<'_>], offset: u64, len: u32) -> Option<Slice> {
    items.iter().find_map(|item| match item {
        AttributeValue::BodySection { section: None, index, data } => {
            // NIL is no text, which is not the same as no more of it.
            let data = data.as_deref()?;
            let from = usize::try_from(offset).unwrap_or(usize::MAX);
            let beyond = data.len().saturating_sub(len as usize);
            let (skip, unclear) = match index {
                // Octets from elsewhere are none that were asked for.
                Some(origin) if u64::from(*origin) != offset => return None,
                // Some send all of the message under the origin of the part; what is shorter than
                // what is here of it already is not all.
                Some(_) => (0, offset > 0 && beyond > 0 && data.len() >= from),
                // A server that ignores the partial sends the whole message.
                None => (from, false),
            };
            let octets = (!unclear).then(|| data.get(skip..).unwrap_or_default().to_vec());
            Some(Slice { octets, whole: beyond > ROUNDED })
        }
        _ => None,
    })
}

pub(super) fn read_head(items: &[AttributeValue<'_>]) -> Option<Head> {
    let mut head = Head {
        uid: uid_of(items)?,
        flags: Vec::new(),
        internal_date: None,
        size: 0,
        modseq: modseq_of(items),
        server_id: String::new(),
        header: Vec::new(),
    };
    let mut has_header = false;
    for item in items {
        match item {
            AttributeValue::Flags(flags) => head.flags = read_flags(flags),
            AttributeValue::InternalDate(text) => head.internal_date = read_date(text),
            AttributeValue::Rfc822Size(size) => head.size = u64::from(*size),
            AttributeValue::GmailMsgId(id) => head.server_id = id.to_string(),
            AttributeValue::BodySection { section: Some(_), data, .. }
            | AttributeValue::Rfc822Header(data) => {
                let data = data.as_deref().unwrap_or_default();
                head.header = data.get(..data.len().min(HEADER)).unwrap_or_default().to_vec();
                has_header = true;
            }
            _ => {}
        }
    }
    has_header.then_some(head)
}

/// `" 4-Mar-2025 09:10:00 -0500"`.
fn read_date(text: &str) -> Option<DateTime> {
    let text = text.trim();
    let (date_time, zone) = text.rsplit_once(' ')?;
    let civil = jiff::civil::DateTime::strptime("%d-%b-%Y %H:%M:%S", date_time).ok()?;
    let unix = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    let sign = match zone.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours: i16 = zone.get(1..3)?.parse().ok()?;
    let minutes: i16 = zone.get(3..5)?.parse().ok()?;
    let offset_minutes = sign * (hours.checked_mul(60)?.checked_add(minutes)?);
    Some(DateTime { unix: unix - i64::from(offset_minutes) * 60, offset_minutes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates() {
        let want = Some(DateTime { unix: 1_741_097_400, offset_minutes: -300 });
        assert_eq!(read_date(" 4-Mar-2025 09:10:00 -0500"), want);
        assert_eq!(read_date("04-Mar-2025 09:10:00 -0500"), want);
        for bad in ["", "x", "04-Mar-2025 09:10:00", "04-Foo-2025 09:10:00 +0000", "a b +1"] {
            assert_eq!(read_date(bad), None, "{bad}");
        }
    }
}
