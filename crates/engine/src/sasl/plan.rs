//! Which mechanism comes next, and when to stop: a password that was turned down is not tried in
//! every way that a server knows, because servers count.

use super::{Mechanism, PASSWORD, TOKEN};
use crate::types::{AccountSettings, Security, Server};

/// Most connections that are opened for one sign-in: some servers hang up on a mechanism that they
/// offer themselves.
const CONNECTIONS: u32 = 4;

/// What a server offers, and what we may use of it.
pub(crate) struct Offer<'a> {
    /// Names of mechanisms, upper case.
    pub(crate) names: &'a [String],
    /// The LOGIN command of IMAP may be used.
    pub(crate) login_command: bool,
    /// The connection is encrypted.
    pub(crate) encrypted: bool,
    /// The server's certificate is known and can be bound in.
    pub(crate) end_point: bool,
    /// The secret is an access token.
    pub(crate) token: bool,
}

impl<'a> Offer<'a> {
    /// What an account may use at one of its servers, which offers mechanisms of these names.
    pub(crate) fn of(
        settings: &AccountSettings,
        server: &Server,
        names: &'a [String],
        end_point: bool,
        login_command: bool,
    ) -> Self {
        let encrypted = server.security != Security::None;
        Self { names, login_command, encrypted, end_point, token: settings.sign_in.is_token() }
    }
}

/// Why an attempt failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The server will not have the mechanism; the credential was not looked at.
    Mechanism,
    /// The server will not have the credential.
    Credential,
    /// No, and no reason. Where PLAIN was refused so, IMAP's LOGIN is still worth a try.
    Unclear,
}

/// What is left to try.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    left: Vec<Mechanism>,
    connections: u32,
    said: Option<String>,
    /// A server has turned the credential down, not only a mechanism.
    denied: bool,
}

impl Plan {
    pub(crate) fn new(offer: &Offer<'_>) -> Self {
        let order: &[Mechanism] = if offer.token { &TOKEN } else { &PASSWORD };
        let usable = |mechanism: &&Mechanism| match mechanism {
            Mechanism::LoginCommand => offer.login_command,
            Mechanism::CramMd5 if !offer.encrypted => false,
            Mechanism::ScramSha256Plus | Mechanism::ScramSha1Plus if !offer.end_point => false,
            other => offer.names.iter().any(|name| name == other.name()),
        };
        let left = order.iter().filter(usable).copied().collect();
        Self { left, connections: 1, said: None, denied: false }
    }

    /// What to try now.
    pub(crate) fn next(&self) -> Option<Mechanism> {
        self.left.first().copied()
    }

    /// The current attempt failed; the server's words.
    pub(crate) fn turned_down(&mut self, why: Refusal, said: &str) {
        let Some(current) = self.next() else { return };
        self.left.remove(0);
        match why {
            Refusal::Mechanism => {}
            Refusal::Credential => self.left.retain(|other| other.kind() != current.kind()),
            Refusal::Unclear => self.left.retain(|other| {
                let command = *other == Mechanism::LoginCommand && current == Mechanism::Plain;
                other.kind() != current.kind() || command
            }),
        }
        tracing::debug!(mechanism = current.name(), ?why, next = ?self.next(), "not signed in");
        self.denied |= why != Refusal::Mechanism;
        // What was said of the credential says more than what was said of a mechanism.
        if self.said.is_none() || why != Refusal::Mechanism {
            self.said = Some(said.to_owned());
        }
    }

    /// The connection ended in the current attempt, which was the first over it or not: whether
    /// another connection is worth it.
    pub(crate) fn again(&mut self, first: bool) -> bool {
        if first && !self.left.is_empty() {
            self.left.remove(0);
        }
        self.connections += 1;
        self.connections <= CONNECTIONS && !self.left.is_empty()
    }

    /// What servers said, when nothing is left.
    pub(crate) fn said(&self) -> Option<&str> {
        self.said.as_deref()
    }

    /// Whether a server has turned the credential down. Else what broke off says nothing of it.
    pub(crate) fn denied(&self) -> bool {
        self.denied
    }

    /// Whether a mechanism that binds the certificate in was on offer.
    pub(crate) fn binds(names: &[String]) -> bool {
        names.iter().any(|name| name.starts_with("SCRAM-") && name.ends_with("-PLUS"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(names: &[&str], login_command: bool, encrypted: bool) -> Plan {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let end_point = encrypted;
        Plan::new(&Offer { names: &names, login_command, encrypted, end_point, token: false })
    }

    /// The mechanisms that are tried when each fails in this way.
    fn tried(mut plan: Plan, why: &[Refusal]) -> Vec<Mechanism> {
        let mut tried = Vec::new();
        let mut why = why.iter().copied();
        while let Some(next) = plan.next() {
            tried.push(next);
            plan.turned_down(why.next().unwrap_or(Refusal::Credential), "no");
        }
        tried
    }

    const ALL: [&str; 9] = [
        "LOGIN",
        "PLAIN",
        "CRAM-MD5",
        "SCRAM-SHA-1",
        "SCRAM-SHA-256-PLUS",
        "SCRAM-SHA-1-PLUS",
        "SCRAM-SHA-256",
        "XOAUTH2",
        "GSSAPI",
    ];

    #[test]
    fn the_best_comes_first_and_each_falls_to_the_next() {
        use super::super::Mechanism as M;
        use Refusal::{Credential, Mechanism, Unclear};
        let all = [Mechanism; 9];
        for (names, command, encrypted, why, want) in [
            (&ALL[..], true, true, &all[..], &PASSWORD[..]),
            // Without TLS no certificate can be bound in, and CRAM-MD5 is not said.
            (
                &ALL,
                true,
                false,
                &all,
                &[M::ScramSha256, M::ScramSha1, M::Plain, M::LoginCommand, M::Login],
            ),
            // A refused password goes out once as a proof and once itself, and no more.
            (&ALL, true, true, &[], &[M::ScramSha256Plus, M::Plain]),
            (&["PLAIN", "LOGIN"], true, true, &[], &[M::Plain]),
            (&["PLAIN"], true, true, &[Mechanism], &[M::Plain, M::LoginCommand]),
            (&["PLAIN", "LOGIN"], true, true, &[Unclear], &[M::Plain, M::LoginCommand]),
            (&["PLAIN", "LOGIN"], false, true, &[Unclear], &[M::Plain]),
            (&["CRAM-MD5"], false, true, &[], &[M::CramMd5]),
            (&["CRAM-MD5"], false, false, &[], &[]),
            (&["GSSAPI"], true, true, &[Unclear], &[M::LoginCommand]),
            (&["XOAUTH2"], false, true, &[], &[]),
            (&["PLAIN"], true, true, &[Credential], &[M::Plain]),
        ] {
            assert_eq!(tried(plan(names, command, encrypted), why), want, "{names:?} {why:?}");
        }
    }

    #[test]
    fn a_token_goes_out_once_and_never_as_a_password() {
        let names = ["PLAIN", "XOAUTH2", "OAUTHBEARER"].map(str::to_owned);
        let offer = |names| Offer {
            names,
            login_command: true,
            encrypted: true,
            end_point: true,
            token: true,
        };
        let plan = Plan::new(&offer(&names));
        assert_eq!(tried(plan.clone(), &[]), [Mechanism::OAuthBearer]);
        assert_eq!(tried(plan, &[Refusal::Mechanism]), TOKEN);
        assert_eq!(tried(Plan::new(&offer(&names[..1])), &[]), []);
    }

    #[test]
    fn a_server_that_hangs_up_is_called_again_a_few_times() {
        let mut hanging = plan(&ALL, true, true);
        let mut connections = 1;
        while hanging.again(true) {
            connections += 1;
        }
        assert_eq!(connections, CONNECTIONS);
        assert!(!plan(&["PLAIN"], false, true).again(true), "nothing else to try");
        let mut later = plan(&["PLAIN"], true, true);
        later.turned_down(Refusal::Mechanism, "no");
        // It closed after its no: the next has not been tried yet.
        assert!(later.again(false));
        assert_eq!(later.next(), Some(Mechanism::LoginCommand));
        assert_eq!(later.said(), Some("no"));
    }
}
