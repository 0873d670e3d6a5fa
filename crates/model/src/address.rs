//! Mail addresses (RFC 5322 section 3.4), already parsed: a display name and an addr-spec.
//!
//! Telephone-style local parts (RFC 3804) are read by `message::number`; here they are opaque.

/// An addr-spec (`local@domain`) as the sender wrote it; a reply uses the same octets.
#[derive(
    Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct AddrSpec(String);

/// Why a string is not an addr-spec.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddrError {
    /// No `@`, or nothing before or after it.
    #[error("not a complete mail address")]
    Incomplete,
    /// Control characters, which would break a header field or an SMTP command.
    #[error("a mail address cannot hold control characters")]
    Control,
}

impl AddrSpec {
    /// Accepts an addr-spec that can stand in a header field and in an SMTP command.
    ///
    /// # Errors
    /// [`AddrError`]; the text stays with the caller, who shows it.
    pub fn parse(text: &str) -> Result<Self, AddrError> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control()) {
            return Err(AddrError::Control);
        }
        match text.rsplit_once('@') {
            Some((local, domain))
                if !local.is_empty()
                    && !domain.is_empty()
                    && !domain.contains(char::is_whitespace) =>
            {
                Ok(Self(text.to_owned()))
            }
            _ => Err(AddrError::Incomplete),
        }
    }

    /// The whole address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the last `@`.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(local, _)| local)
    }

    /// The part after the last `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Whether both addresses name the same mailbox. Compares without case, in the local part too,
    /// because no voice mail system tells `Ada` from `ada` (mail is still sent to the original
    /// octets).
    #[must_use]
    pub fn same_mailbox(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// Whether this is the reserved sender of outside callers (RFC 2421 section 4.1.1), which
    /// cannot receive an answer.
    #[must_use]
    pub fn is_non_mail_user(&self) -> bool {
        let local = self.local_part();
        // Quotes that nobody needs do not make it another address (RFC 5322 section 3.4.1).
        let local = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')).unwrap_or(local);
        local.eq_ignore_ascii_case("non-mail-user")
    }
}

impl std::fmt::Display for AddrSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for AddrSpec {
    type Err = AddrError;
    fn from_str(text: &str) -> Result<Self, AddrError> {
        Self::parse(text)
    }
}

/// A display name and an addr-spec. RFC 5322 calls this a mailbox; here that word means IMAP's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Address {
    /// The display name, decoded and without control characters.
    pub name: Option<String>,
    /// The address.
    pub addr: AddrSpec,
}

impl Address {
    /// An address without a display name.
    #[must_use]
    pub fn bare(addr: AddrSpec) -> Self {
        Self { name: None, addr }
    }

    /// The display name, or the address if there is none.
    #[must_use]
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.addr.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_telephone_local_parts_and_refuses_line_breaks() {
        for good in ["+16135550142@vm.example.net", "VPIM=613/EXT=2@gw.example.com", "a@b"] {
            assert_eq!(AddrSpec::parse(good).map(|a| a.to_string()), Ok(good.to_owned()));
        }
        assert_eq!(AddrSpec::parse("2500"), Err(AddrError::Incomplete));
        assert_eq!(AddrSpec::parse("a@b\r\nRCPT TO:<c@d>"), Err(AddrError::Control));
    }

    #[test]
    fn knows_the_non_mail_user() {
        assert!(AddrSpec::parse("Non-Mail-User@x.example").is_ok_and(|a| a.is_non_mail_user()));
        assert!(AddrSpec::parse("\"non-mail-user\"@x").is_ok_and(|a| a.is_non_mail_user()));
        assert!(AddrSpec::parse("ada@x.example").is_ok_and(|a| !a.is_non_mail_user()));
    }
}
