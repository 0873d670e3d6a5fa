//! What a server says with NO and BAD: its words, and the response code in front of them (RFC 9051
//! section 7.1, RFC 5530), by which callers decide.

use crate::servers::{Means, Treatment};

/// A response code that Aloud acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplyCode {
    /// A subsystem is down for the moment.
    Unavailable,
    /// Another session holds the mailbox.
    InUse,
    /// Too many of something at once.
    Limit,
    /// The server broke.
    ServerBug,
    /// There is no room.
    OverQuota,
    /// The server cannot ever do this.
    Cannot,
    /// The user may not do this.
    NoPerm,
    /// There is no such mailbox.
    NonExistent,
    /// The same, and it may be made.
    TryCreate,
    /// The message is larger than the server takes (RFC 7889).
    TooBig,
    /// The server takes the client for broken.
    ClientBug,
}

impl ReplyCode {
    fn is_final(self) -> bool {
        match self {
            Self::Unavailable | Self::InUse | Self::Limit | Self::ServerBug | Self::OverQuota => {
                false
            }
            Self::Cannot
            | Self::NoPerm
            | Self::NonExistent
            | Self::TryCreate
            | Self::TooBig
            | Self::ClientBug => true,
        }
    }

    fn parse(atom: &str) -> Option<Self> {
        [
            ("UNAVAILABLE", Self::Unavailable),
            ("INUSE", Self::InUse),
            ("LIMIT", Self::Limit),
            ("SERVERBUG", Self::ServerBug),
            ("OVERQUOTA", Self::OverQuota),
            ("CANNOT", Self::Cannot),
            ("NOPERM", Self::NoPerm),
            ("NONEXISTENT", Self::NonExistent),
            ("TRYCREATE", Self::TryCreate),
            ("TOOBIG", Self::TooBig),
            ("CLIENTBUG", Self::ClientBug),
        ]
        .into_iter()
        .find_map(|(name, code)| atom.eq_ignore_ascii_case(name).then_some(code))
    }
}

/// A NO or BAD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The code in front, where it is one that Aloud acts on.
    pub code: Option<ReplyCode>,
    /// The server's words, the code among them.
    pub text: String,
    /// What these words mean at this server ([`crate::servers`]).
    pub means: Option<Means>,
}

impl Reply {
    /// Reads the words after NO or BAD of a server that is treated so.
    #[must_use]
    pub fn read(text: impl Into<String>, server: &Treatment) -> Self {
        let reply = Self::parse(text);
        Self { means: server.meaning(&reply.text), ..reply }
    }

    /// Reads the words after NO or BAD.
    #[must_use]
    pub fn parse(text: impl Into<String>) -> Self {
        let text = text.into();
        let code = text.trim_start().strip_prefix('[').and_then(|rest| {
            let atom = rest.split([']', ' ']).next()?;
            ReplyCode::parse(atom)
        });
        Self { code, text, means: None }
    }

    /// True if the same may be accepted later without the user doing anything.
    #[must_use]
    pub fn passes(&self) -> bool {
        match self.means {
            Some(means) => means == Means::Later,
            None => self.code.is_some_and(|code| !code.is_final()),
        }
    }

    /// True if the server says why, and it would be the same for any other message: fewer of them help
    /// nobody.
    #[must_use]
    pub fn concerns_all(&self) -> bool {
        matches!(self.code, Some(ReplyCode::Unavailable | ReplyCode::InUse | ReplyCode::OverQuota))
    }

    /// True if the server says that user name or password are the reason, or what they may do
    /// (RFC 5530 section 3).
    #[must_use]
    pub fn names_credentials(&self) -> bool {
        const CODES: [&str; 5] = [
            "AUTHENTICATIONFAILED",
            "AUTHORIZATIONFAILED",
            "EXPIRED",
            "PRIVACYREQUIRED",
            "CONTACTADMIN",
        ];
        if let Some(means) = self.means {
            return means == Means::Credential;
        }
        let code = self.text.trim_start().strip_prefix('[').and_then(|rest| {
            let atom = rest.split([']', ' ']).next()?;
            CODES.iter().find(|code| code.eq_ignore_ascii_case(atom))
        });
        code.is_some()
    }

    /// True if the server says why it will never do this. Without a code nobody knows.
    #[must_use]
    pub fn is_final(&self) -> bool {
        match self.means {
            Some(means) => means == Means::Never,
            None => self.code.is_some_and(ReplyCode::is_final),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::{Clues, Profile};

    #[test]
    fn the_code_stands_in_front() {
        for (text, code, passes) in [
            ("[UNAVAILABLE] later", Some(ReplyCode::Unavailable), true),
            ("[inuse] busy", Some(ReplyCode::InUse), true),
            ("[LIMIT 5] too many", Some(ReplyCode::Limit), true),
            ("[SERVERBUG]", Some(ReplyCode::ServerBug), true),
            ("no such mailbox [UNAVAILABLE]", None, false),
            ("[UNAVAILABLE-EVER] no", None, false),
            ("[OVERQUOTA] full", Some(ReplyCode::OverQuota), true),
            ("[NOPERM] not yours", Some(ReplyCode::NoPerm), false),
            ("[TRYCREATE] none", Some(ReplyCode::TryCreate), false),
            ("[", None, false),
            ("", None, false),
            ("User is authenticated but not connected.", None, true),
            ("not connected to the list of friends", None, false),
        ] {
            let reply = Reply::read(text, &Profile::of(&Clues::default()));
            assert_eq!((reply.code, reply.passes()), (code, passes), "{text:?}");
        }
    }

    #[test]
    fn some_codes_are_about_the_credentials() {
        for (text, want) in [
            ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", true),
            ("[authorizationfailed]", true),
            ("[EXPIRED] change it", true),
            ("Authentication failed", false),
            ("[UNAVAILABLE] later", false),
            ("[CANNOT] no such mechanism", false),
            ("wrong [AUTHENTICATIONFAILED]", false),
        ] {
            assert_eq!(Reply::parse(text).names_credentials(), want, "{text}");
        }
    }
}
