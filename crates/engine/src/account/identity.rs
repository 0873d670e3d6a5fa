//! Whether a message on the server is the one that is meant. Asked before anything is moved or
//! removed: a UID may mean another message than it did, and a Message-ID may belong to several
//! (scanners write the same one each time).

use crate::imap::Head;

/// What is known of a message that an operation works on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// Its header block as the server sent it; empty for one that the server could not give.
    pub header: Vec<u8>,
    /// RFC822.SIZE; 0 when not known.
    pub size: u64,
}

impl Identity {
    /// True if the message at a UID is this one: the same header block, else the same Message-ID,
    /// else (where neither has one) the same size.
    #[must_use]
    pub fn is_of(&self, head: &Head) -> bool {
        let same_size = self.size != 0 && self.size == head.size;
        if self.header.is_empty() || head.header.is_empty() {
            return self.header == head.header || same_size;
        }
        if self.header == head.header {
            return true;
        }
        match (message_id(&self.header), message_id(&head.header)) {
            (Some(ours), Some(theirs)) => ours == theirs,
            (None, None) => same_size,
            _ => false,
        }
    }
}

/// True if one message is a copy of the other: COPY keeps octets and INTERNALDATE (RFC 9051 section
/// 6.4.7).
#[must_use]
pub(super) fn is_copy(one: &Head, other: &Head) -> bool {
    let dates = one.internal_date.zip(other.internal_date);
    !one.header.is_empty()
        && one.header == other.header
        && one.size == other.size
        && dates.is_none_or(|(one, other)| one.unix == other.unix)
}

/// The Message-ID of a header block, without brackets.
pub(super) fn message_id(header: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(header);
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.trim().eq_ignore_ascii_case("message-id") {
            let mut value = value.to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
                value.push_str(more);
            }
            let (id, _) = value.split_once('<')?.1.split_once('>')?;
            return (!id.is_empty() && !id.contains(char::is_whitespace)).then(|| id.to_owned());
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use aloud_model::{DateTime, Uid};

    fn head(header: &str, size: u64) -> Head {
        Head {
            uid: Uid(1),
            flags: Vec::new(),
            internal_date: Some(DateTime::utc(7)),
            size,
            modseq: 0,
            server_id: String::new(),
            header: header.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_message_is_known_again_by_header_message_id_or_size() {
        let known = |header: &str, size| Identity { header: header.into(), size };
        for (known, header, size, same) in [
            (known("Message-ID: <a@x>\r\n", 9), "Message-ID: <a@x>\r\n", 9, true),
            // A server that adds a trace field, or counts otherwise.
            (known("Message-ID: <a@x>\r\n", 9), "X-Y: z\r\nMessage-ID: <a@x>\r\n", 17, true),
            (known("Message-ID: <a@x>\r\n", 9), "Message-ID: <b@x>\r\n", 9, false),
            (known("Message-ID: <a@x>\r\n", 9), "Subject: b\r\n", 9, false),
            (known("Subject: a\r\n", 9), "Message-ID: <b@x>\r\n", 9, false),
            (known("Subject: a\r\n", 9), "Subject: b\r\n", 9, true),
            (known("Subject: a\r\n", 9), "Subject: b\r\n", 8, false),
            (known("Subject: a\r\n", 0), "Subject: b\r\n", 0, false),
            (known("", 9), "", 4, true),
            (known("", 9), "Subject: b\r\n", 9, true),
            (known("", 9), "Subject: b\r\n", 4, false),
        ] {
            assert_eq!(known.is_of(&head(header, size)), same, "{known:?} {header:?} {size}");
        }
    }

    #[test]
    fn a_copy_has_header_size_and_date() {
        let one = head("Message-ID: <scan@x>\r\nDate: a\r\n", 9);
        let late = Head { internal_date: Some(DateTime::utc(8)), ..one.clone() };
        let undated = Head { internal_date: None, ..one.clone() };
        assert!(is_copy(&one, &one) && is_copy(&one, &undated));
        assert!(!is_copy(&one, &late));
        assert!(!is_copy(&one, &head("Message-ID: <scan@x>\r\nDate: b\r\n", 9)));
        assert!(!is_copy(&one, &head("Message-ID: <scan@x>\r\nDate: a\r\n", 8)));
        assert!(!is_copy(&head("", 9), &head("", 9)), "nothing is known of either");
    }

    #[test]
    fn finds_the_message_id() {
        for (header, id) in [
            ("Message-ID: <a@b>\r\n", Some("a@b")),
            ("To: x\r\nmessage-id:\r\n <a@b>\r\n", Some("a@b")),
            ("To: <x@y>\r\n", None),
            ("Message-ID: nothing\r\n", None),
        ] {
            assert_eq!(message_id(header.as_bytes()).as_deref(), id, "{header:?}");
        }
    }
}
