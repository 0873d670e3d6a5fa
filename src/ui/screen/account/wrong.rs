//! What is wrong with what was typed or with what a server said, and with which field.

use super::{Account, Field};
use crate::{
    engine::{BadCertificate, CertificateFault, Error, SignInFault},
    ui::screen::words,
    wording,
};

/// What is wrong, and with which field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The field it stands under; `None` stands at the end of the form.
    pub field: Option<Field>,
    /// A fact before it, where there is one.
    pub fact: Option<String>,
    /// The sentence.
    pub text: String,
    /// What the server or system said, for the curious.
    pub detail: Option<String>,
    /// Mail can be read but not sent: going on is offered.
    pub can_go_on: bool,
    /// A certificate file would help.
    pub asks_ca: bool,
}

impl Wrong {
    /// It is about a field below the password.
    pub(super) fn is_late(&self) -> bool {
        self.field != Some(Field::Address)
    }

    pub(super) fn new(field: Option<Field>, text: String) -> Self {
        Self { field, fact: None, text, detail: None, can_go_on: false, asks_ca: false }
    }
}

impl Account {
    /// What is wrong with the server's certificate and what to do. The incoming server is tried
    /// first, so the name that was looked for is its, unless both differ.
    fn explain_certificate(&self, bad: BadCertificate) -> Wrong {
        use CertificateFault as F;
        let host = self.imap.host.trim();
        let (fact, text, asks_ca) = match &bad.kind {
            F::Expired(Some(at)) => {
                let day = crate::wording::figures::date(at.local().date());
                (fl!("account-expired"), fl!("account-expired-line", day = &day), false)
            }
            F::Expired(None) => (fl!("account-expired"), fl!("account-expired-line-bare"), false),
            F::OtherName(names) if names.is_empty() => {
                let text = fl!("account-other-name-line-bare", host = host);
                (fl!("account-other-name"), text, false)
            }
            F::OtherName(names) => {
                let names = names.join(", ");
                let text = fl!("account-other-name-line", names = &names, host = host);
                (fl!("account-other-name"), text, false)
            }
            F::UnknownIssuer => {
                (fl!("account-unknown-issuer"), fl!("account-unknown-issuer-line"), true)
            }
            F::OwnFile => (fl!("account-own-file"), fl!("account-own-file-line"), true),
            F::Other | _ => {
                let wrong = Wrong::new(None, fl!("account-certificate"));
                return Wrong { detail: Some(bad.reason), ..wrong };
            }
        };
        Wrong { fact: Some(fact), detail: Some(bad.reason), asks_ca, ..Wrong::new(None, text) }
    }

    // What the form knows no better sentence for has one of its own.
    #[allow(clippy::wildcard_enum_match_arm)]
    pub(super) fn explain(&self, error: Error) -> Wrong {
        let smtp = format!("{}:{}", self.smtp.host.trim(), self.smtp.port);
        let imap = format!("{}:{}", self.imap.host.trim(), self.imap.port);
        let wrong = Wrong::new;
        match error {
            Error::Auth(said) => Wrong {
                detail: Some(said),
                ..wrong(Some(Field::Password), fl!("account-wrong-password"))
            },
            // The user gave it up.
            Error::SignIn(SignInFault::TooLate) => wrong(None, fl!("sign-in-too-late")),
            Error::NoEncryption => wrong(None, fl!("account-no-encryption")),
            Error::Certificate(bad) => self.explain_certificate(bad),
            // The outgoing server is tried last: incoming mail works.
            Error::Unreachable { host, reason } if host == smtp && host != imap => {
                let text = fl!(
                    "account-no-sending",
                    host = &host,
                    text = wording::failure::broken(&reason)
                );
                Wrong { can_go_on: true, ..wrong(None, text) }
            }
            Error::Unreachable { host, reason } => {
                let (name, port) = host.rsplit_once(':').unwrap_or((host.as_str(), ""));
                let text = fl!("account-silent", host = name, port = port);
                Wrong { detail: Some(wording::failure::broken(&reason)), ..wrong(None, text) }
            }
            other => wrong(None, words::error_text(&other)),
        }
    }
}
