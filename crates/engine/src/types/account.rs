//! Values about accounts: settings, how they are doing, what their servers take.

use std::path::PathBuf;

use super::{AccountNotes, Error, Fingerprint, Pin, Quota, Skipped};
use aloud_message::address::{ascii_domain, in_ascii};
use aloud_model::{AccountId, AddrSpec, DateTime, Uid};

/// How a connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// TLS from the first octet.
    Tls,
    /// STARTTLS, required.
    StartTls,
    /// None; accepted for loopback addresses only.
    None,
}

impl Security {
    /// As it is called.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Tls => "TLS",
            Self::StartTls => "STARTTLS",
            Self::None => "plaintext",
        }
    }
}

/// One server of an account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Server {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection.
    pub security: Security,
}

/// What an account signs in with.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignIn {
    /// A password.
    #[default]
    Password,
    /// Access tokens of a provider (OAuth 2.0, RFC 6749).
    OAuth(OAuth),
}

impl SignIn {
    /// Whether the secret is an access token and not a password.
    #[must_use]
    pub fn is_token(&self) -> bool {
        matches!(self, Self::OAuth(_))
    }
}

/// Whose access tokens an account signs in with.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct OAuth {
    /// Who gives them.
    pub provider: Provider,
    /// What Aloud is called there.
    pub client_id: String,
}

/// Who gives access tokens.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// Microsoft 365 and Outlook.com.
    Microsoft,
    /// Gmail and Google Workspace.
    Google,
    /// An issuer that says of itself where things are (OpenID Connect Discovery): an https URL.
    Issuer(String),
}

/// What Aloud is called at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthClient {
    /// Where.
    pub provider: Provider,
    /// The client id.
    pub id: String,
    /// A client secret, where the provider wants one of programs.
    pub secret: Option<aloud_model::Secret>,
}

/// What an account needs, except the password.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AccountSettings {
    /// The user's own name, as recipients see it.
    pub name: String,
    /// The user's own address.
    pub address: AddrSpec,
    /// What the account is called in the sidebar.
    pub label: String,
    /// IMAP.
    pub imap: Server,
    /// Submission.
    pub smtp: Server,
    /// Login name at both.
    pub user: String,
    /// What it signs in with at both.
    #[serde(default)]
    pub sign_in: SignIn,
    /// A CA certificate in PEM that is trusted besides the platform's.
    pub ca_pem: Option<PathBuf>,
    /// Certificates of hosts that are trusted by their fingerprint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pins: Vec<Pin>,
    /// Domain that telephone numbers are sent to (RFC 3804), if there is one.
    pub gateway: Option<String>,
    /// The built-in demo account, served inside the process.
    pub demo: bool,
}

impl AccountSettings {
    /// Whether it connects or signs in in another way than these.
    #[must_use]
    pub(crate) fn connects_otherwise(&self, other: &Self) -> bool {
        (&self.imap, &self.smtp, &self.user, &self.sign_in)
            != (&other.imap, &other.smtp, &other.user, &other.sign_in)
    }

    /// The fingerprints that are trusted of a host.
    #[must_use]
    pub fn pins_of(&self, host: &str) -> Vec<Fingerprint> {
        let own = |pin: &&Pin| pin.host.eq_ignore_ascii_case(host);
        self.pins.iter().filter(own).map(|pin| pin.sha256).collect()
    }

    /// Trusts a certificate of a host, too.
    pub fn trust(&mut self, host: &str, sha256: Fingerprint) {
        if !self.pins_of(host).contains(&sha256) {
            self.pins.push(Pin { host: host.to_owned(), sha256 });
        }
    }

    /// Trusts no certificate of a host by its fingerprint any more.
    pub fn distrust(&mut self, host: &str) {
        let host = ascii_domain(host).unwrap_or_else(|| host.to_owned());
        self.pins.retain(|pin| !pin.host.eq_ignore_ascii_case(&host));
    }

    /// The same with the names of domains and hosts as the name servers know them (A-labels).
    #[must_use]
    pub fn in_ascii(mut self) -> Self {
        let ascii = |name: &mut String| {
            if let Some(known) = ascii_domain(name).filter(|_| !name.is_ascii()) {
                *name = known;
            }
        };
        [&mut self.imap.host, &mut self.smtp.host].into_iter().for_each(ascii);
        self.gateway.iter_mut().for_each(ascii);
        self.pins.iter_mut().map(|pin| &mut pin.host).for_each(ascii);
        if let Ok((address, _)) = in_ascii(&self.address) {
            self.address = address;
        }
        self
    }
}

/// An account as the window shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its row.
    pub id: AccountId,
    /// Its settings.
    pub settings: AccountSettings,
    /// How it is doing.
    pub state: AccountState,
    /// What else is to be told of it.
    pub notes: AccountNotes,
}

/// How an account is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountState {
    /// Not started.
    Idle,
    /// Connecting or looking for news.
    Checking,
    /// Fetching `done` of `total` messages.
    Fetching {
        /// Messages fetched.
        done: u32,
        /// Messages to fetch.
        total: u32,
    },
    /// Connected; last success at the given time.
    UpToDate(DateTime),
    /// Connected, but not all mailboxes could be looked at; the time of the last look. They say why
    /// ([`super::Mailbox::fault`]).
    Incomplete(DateTime),
    /// No network; since when.
    Offline(DateTime),
    /// The password is missing or was turned down.
    NeedsPassword(Error),
    /// Another failure; Aloud tries again by itself at the given time.
    Failed {
        /// Why.
        error: Error,
        /// Next attempt.
        retry_at: DateTime,
    },
}

impl AccountState {
    /// Whether there is a connection and nothing is under way.
    #[must_use]
    pub fn is_up(&self) -> bool {
        match self {
            Self::UpToDate(_) | Self::Incomplete(_) => true,
            Self::Idle
            | Self::Checking
            | Self::Fetching { .. }
            | Self::Offline(_)
            | Self::NeedsPassword(_)
            | Self::Failed { .. } => false,
        }
    }
}

/// What the submission server of an account takes and does, as it said last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Submission {
    /// Most octets of a message (SIZE, RFC 1870); `None` without limit or while not known.
    pub most: Option<u64>,
    /// Whether it reports deliveries (DSN, RFC 3461); `None` while not known.
    pub reports: Option<bool>,
}

/// What failed in a pass, and the rest of it went on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncFault {
    /// The mailbox it concerns, by its name on the wire; `None` for the account.
    pub mailbox: Option<String>,
    /// The message there.
    pub uid: Option<Uid>,
    /// Why.
    pub error: Error,
}

/// One account's pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncReport {
    /// Account label.
    pub account: String,
    /// Mailboxes looked at.
    pub mailboxes: u32,
    /// Messages known after the pass.
    pub messages: u32,
    /// Of these, new.
    pub new: u32,
    /// IMAP commands sent.
    pub commands: u32,
    /// Octets read from the server.
    pub bytes_in: u64,
    /// Octets written.
    pub bytes_out: u64,
    /// Wall clock.
    pub milliseconds: u64,
    /// Peak resident memory of the process.
    pub peak_rss_kib: u64,
    /// What failed.
    pub errors: Vec<SyncFault>,
    /// Answers that could not be read and were left out.
    pub skipped: Vec<Skipped>,
    /// What the server wants the user to see.
    pub notices: Vec<String>,
    /// How much room there is, where the server tells.
    pub quota: Option<Quota>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_the_name_servers_know() {
        let server = |host: &str| Server { host: host.into(), port: 993, security: Security::Tls };
        let settings = AccountSettings {
            pins: vec![Pin {
                host: "imap.b\u{fc}cher.example".into(),
                sha256: Fingerprint([7; 32]),
            }],
            name: "Bj\u{f6}rn".into(),
            address: AddrSpec::parse("bjorn@b\u{fc}cher.example").expect("an address"),
            label: "b\u{fc}cher.example".into(),
            imap: server("imap.b\u{fc}cher.example"),
            smtp: server("SMTP.example.com"),
            user: "bj\u{f6}rn".into(),
            sign_in: SignIn::default(),
            ca_pem: None,
            gateway: Some("vm.b\u{fc}cher.example".into()),
            demo: false,
        };
        let ascii = settings.clone().in_ascii();
        assert_eq!(ascii.address.as_str(), "bjorn@xn--bcher-kva.example");
        assert_eq!(ascii.imap.host, "imap.xn--bcher-kva.example");
        assert_eq!(ascii.pins_of("imap.xn--bcher-kva.example").len(), 1);
        let mut none = ascii.clone();
        none.distrust("imap.b\u{fc}cher.example");
        assert_eq!(none.pins, []);
        assert_eq!(ascii.gateway.as_deref(), Some("vm.xn--bcher-kva.example"));
        let others = (&ascii.smtp, &ascii.user, &ascii.name, &ascii.label);
        assert_eq!(others, (&settings.smtp, &settings.user, &settings.name, &settings.label));
    }
}
