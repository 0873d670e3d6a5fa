//! Large providers (`assets/providers.toml`), known without asking anybody.

use std::sync::LazyLock;

use crate::types::{Provider, Security, Server};

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Known {
    /// What it is called.
    pub name: String,
    domains: Vec<String>,
    mx: Vec<String>,
    imap: String,
    smtp: String,
    #[serde(default)]
    starttls: bool,
    /// It wants a password of its own for mail programs.
    #[serde(default)]
    pub app_password: bool,
    /// A page of the provider that says how to get one.
    pub help: Option<String>,
    sign_in: Option<String>,
}

#[derive(serde::Deserialize)]
struct File {
    provider: Vec<Known>,
}

static TABLE: LazyLock<Vec<Known>> = LazyLock::new(|| {
    // A test reads every row, so none is lost here.
    toml::from_str::<File>(include_str!("../../../../assets/providers.toml"))
        .map(|file| file.provider)
        .unwrap_or_default()
});

impl Known {
    /// The provider that has addresses of a domain.
    #[must_use]
    pub fn of_domain(domain: &str) -> Option<&'static Self> {
        let domain = domain.trim_end_matches('.').to_ascii_lowercase();
        TABLE.iter().find(|known| known.domains.contains(&domain))
    }

    /// The provider that a mail exchanger belongs to.
    pub(super) fn of_exchanger(host: &str) -> Option<&'static Self> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        let within = |name: &&String| {
            host.strip_suffix(name.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let best = |known: &&Known| known.mx.iter().filter(within).map(String::len).max();
        TABLE.iter().filter(|known| best(known).is_some()).max_by_key(best)
    }

    /// Its servers, incoming and outgoing.
    #[must_use]
    pub fn servers(&self) -> (Server, Server) {
        let server = |text: &str, security| {
            let (host, port) = text.rsplit_once(':').unwrap_or((text, "0"));
            Server { host: host.to_owned(), port: port.parse().unwrap_or(0), security }
        };
        let outgoing = if self.starttls { Security::StartTls } else { Security::Tls };
        (server(&self.imap, Security::Tls), server(&self.smtp, outgoing))
    }

    /// Who gives access tokens for it.
    #[must_use]
    pub fn provider(&self) -> Option<Provider> {
        self.sign_in.as_deref().map(Provider::named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_can_be_used_and_no_domain_is_in_two() {
        let file: File =
            toml::from_str(include_str!("../../../../assets/providers.toml")).expect("a table");
        assert!(file.provider.len() >= 60 && file.provider.len() == TABLE.len());
        let mut seen = std::collections::HashSet::new();
        for known in &file.provider {
            let (imap, smtp) = known.servers();
            for server in [&imap, &smtp] {
                assert!(server.port > 0 && server.host.contains('.'), "{}: {server:?}", known.name);
                assert!(super::super::host_name(&server.host).is_some(), "{server:?}");
            }
            assert!(!known.domains.is_empty() || !known.mx.is_empty(), "{}", known.name);
            for domain in known.domains.iter().chain(&known.mx) {
                assert_eq!(*domain, domain.to_lowercase(), "{}", known.name);
            }
            for domain in &known.domains {
                assert!(seen.insert(domain), "{domain} is there twice");
            }
            assert!(known.help.as_ref().is_none_or(|help| help.starts_with("https://")));
            if let Some(provider) = known.provider() {
                assert_eq!(provider.servers(), Some((imap, smtp)), "{}", known.name);
                for domain in &known.domains {
                    let of_host = Provider::of_host(domain);
                    assert!(of_host.is_none() || of_host == Some(provider.clone()), "{domain}");
                }
            }
        }
    }

    #[test]
    fn domains_and_exchangers_are_known_whole() {
        for (domain, name) in [
            ("gmail.com", Some("Gmail")),
            ("GMX.de.", Some("GMX")),
            ("notgmail.com", None),
            ("gmail.com.example.net", None),
            ("", None),
        ] {
            assert_eq!(Known::of_domain(domain).map(|k| k.name.as_str()), name, "{domain}");
        }
        for (host, name) in [
            ("aspmx.l.google.com", Some("Gmail")),
            ("example-com.mail.protection.outlook.com.", Some("Outlook")),
            ("mx-aol.mail.gm0.yahoodns.net", Some("AOL")),
            ("mta7.am0.yahoodns.net", Some("Yahoo")),
            ("notgoogle.com", None),
            ("google.com.example.net", None),
        ] {
            assert_eq!(Known::of_exchanger(host).map(|k| k.name.as_str()), name, "{host}");
        }
    }
}
