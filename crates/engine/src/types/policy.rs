//! What an administrator has fixed for everybody on a computer (`policy.toml`).
//!
//! ```toml
//! domains = ["example.com"]
//! receipts = "never"
//! autoconfig = false
//!
//! [imap]
//! host = "mail.example.com"
//! port = 993
//! security = "tls"
//!
//! [oauth.microsoft]
//! client-id = "..."
//! ```

use std::collections::BTreeMap;

use super::{AccountSettings, OAuthClient, Provider, ReceiptPolicy, Server};
use aloud_message::address::ascii_domain;
use aloud_model::Secret;

/// What is fixed.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Policy {
    /// Domains whose addresses may have an account; empty for any.
    pub domains: Vec<String>,
    /// The incoming server of every account.
    pub imap: Option<Server>,
    /// The outgoing server of every account.
    pub smtp: Option<Server>,
    /// What to do about receipts, whatever a person's rule says.
    pub receipts: Option<ReceiptPolicy>,
    /// Whether the servers of an address may be looked for.
    pub autoconfig: Option<bool>,
    oauth: BTreeMap<String, Client>,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Client {
    client_id: String,
    client_secret: Option<String>,
}

impl Policy {
    /// Reads `policy.toml`.
    ///
    /// # Errors
    /// What is wrong with it, in the words of the parser. Nothing of it holds then, so the caller does
    /// not go on.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| error.message().to_owned())
    }

    /// What Aloud is called at providers.
    #[must_use]
    pub fn clients(&self) -> Vec<OAuthClient> {
        let client = |(name, client): (&String, &Client)| OAuthClient {
            provider: Provider::named(name),
            id: client.client_id.clone(),
            secret: client.client_secret.clone().map(Secret::new),
        };
        self.oauth.iter().map(client).collect()
    }

    /// Whether an address may have an account.
    #[must_use]
    pub fn allows(&self, settings: &AccountSettings) -> bool {
        let known = |domain: &str| {
            let domain = domain.trim_end_matches('.');
            ascii_domain(domain).unwrap_or_else(|| domain.to_ascii_lowercase())
        };
        let own = known(settings.address.domain());
        self.domains.is_empty() || self.domains.iter().any(|domain| known(domain) == own)
    }

    /// Puts what is fixed into settings. The demo, which is served inside the process, stays as it is.
    pub(crate) fn apply(&self, settings: &mut AccountSettings) {
        if settings.demo {
            return;
        }
        for (fixed, own) in [(&self.imap, &mut settings.imap), (&self.smtp, &mut settings.smtp)] {
            if let Some(server) = fixed {
                own.clone_from(server);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_not_at_all() {
        let text = "domains = [\"Example.com\"]\nreceipts = \"never\"\nautoconfig = false\n\
                    [imap]\nhost = \"mail.example.com\"\nport = 993\nsecurity = \"tls\"\n\
                    [oauth.microsoft]\nclient-id = \"m\"\n";
        let policy = Policy::parse(text).expect("a policy");
        assert_eq!(policy.receipts, Some(ReceiptPolicy::Never));
        assert_eq!(policy.imap.as_ref().map(|server| server.port), Some(993));
        assert_eq!(policy.clients()[0].provider, Provider::Microsoft);
        assert_eq!(Policy::parse("").expect("empty"), Policy::default());
        for bad in [
            "domain = [\"example.com\"]",
            "receipts = \"sometimes\"",
            "domains = \"example.com\"",
            "[imap]\nhost = \"mail.example.com\"",
            "[imap]\nhost = \"x\"\nport = 99999\nsecurity = \"tls\"",
            "[oauth.google]\nid = \"x\"",
            "domains = [",
        ] {
            assert!(Policy::parse(bad).is_err(), "{bad}");
        }
    }
}
