//! Certificates that are trusted by their fingerprint.

use std::{fmt, str::FromStr};

/// SHA-256 of a certificate in DER.
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fingerprint(pub [u8; 32]);

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not 32 octets in hexadecimal digits")]
pub struct NoFingerprint;

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    /// Hexadecimal digits, with colons or spaces between them or without.
    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let mut digits = text.chars().filter(|c| !matches!(c, ':' | ' '));
        let mut octets = [0; 32];
        for octet in &mut octets {
            let mut digit = || digits.next().and_then(|c| c.to_digit(16)).ok_or(NoFingerprint);
            *octet = u8::try_from(digit()? << 4 | digit()?).map_err(|_| NoFingerprint)?;
        }
        if digits.next().is_some() { Err(NoFingerprint) } else { Ok(Self(octets)) }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, octet) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(":")?;
            }
            write!(f, "{octet:02X}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}

impl TryFrom<String> for Fingerprint {
    type Error = NoFingerprint;
    fn try_from(text: String) -> Result<Self, NoFingerprint> {
        text.parse()
    }
}

impl From<Fingerprint> for String {
    fn from(print: Fingerprint) -> Self {
        print.to_string()
    }
}

/// A certificate of a host that is trusted besides what the usual check finds good.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Pin {
    /// The host, as the account names it.
    pub host: String,
    /// The certificate.
    pub sha256: Fingerprint,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_as_programs_show_them() {
        let plain = "ab".repeat(32);
        let shown = ["AB"; 32].join(":");
        for text in [plain.clone(), shown.clone(), ["Ab"; 32].join(" ")] {
            let print: Fingerprint = text.parse().expect("a fingerprint");
            assert_eq!(print.to_string(), shown);
        }
        for bad in ["", &plain[1..], &format!("{plain}0"), &plain.replace('b', "g"), "SHA256:ab"] {
            assert_eq!(bad.parse::<Fingerprint>(), Err(NoFingerprint), "{bad}");
        }
    }
}
