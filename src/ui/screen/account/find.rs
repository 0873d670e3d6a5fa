//! The first page of the form: address and password, from which the servers are found. What was found is
//! shown on the second page before anybody is signed in at it.

use std::sync::atomic::{AtomicU64, Ordering};

use super::{Account, Act, Action, Field, Phase, Question, ServerForm, Which, Wrong};
use crate::{
    engine::{
        Provider, Security, Server,
        autoconfig::{Found, NotFound},
    },
    model::AddrSpec,
    wording,
};

/// An address whose servers were looked for.
pub(super) struct Searched {
    address: String,
    user: Option<String>,
    servers: Vec<(Which, Server)>,
}

/// Answers to a form that was left reach the next one, which must know that they are not its own.
pub(super) fn new_number() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

impl Account {
    pub(super) fn find(&mut self) -> Act {
        if self.is_busy() {
            return Action::None;
        }
        let address = AddrSpec::parse(&self.address).ok().filter(|a| a.domain().contains('.'));
        let Some(address) = address else {
            self.wrong = Some(Wrong::new(Some(Field::Address), fl!("account-bad-address")));
            return Action::None;
        };
        self.wrong = None;
        self.phase = Phase::Finding;
        self.number = new_number();
        let servers = Vec::new();
        self.searched =
            Some(Searched { address: self.address.trim().to_owned(), user: None, servers });
        Action::Ask(Question::Find(self.number, address))
    }

    pub(super) fn found(&mut self, found: Result<Box<Found>, Box<NotFound>>) -> Act {
        self.phase = Phase::Typing;
        self.by_hand = true;
        let mut filled = Vec::new();
        match found {
            Ok(found) => {
                filled.push((Which::Imap, found.imap.clone()));
                filled.push((Which::Smtp, found.smtp.clone()));
                self.imap.fill(&found.imap);
                self.smtp.fill(&found.smtp);
                self.user.clone_from(&found.user);
                self.user_touched = true;
                self.found = Some(*found);
            }
            Err(not) => {
                for (which, server) in [(Which::Imap, &not.imap), (Which::Smtp, &not.smtp)] {
                    if let Some(server) = server {
                        self.server(which).fill(server);
                        filled.push((which, server.clone()));
                    }
                }
                let asked = wording::found::asked(&not);
                self.wrong = Some(Wrong {
                    detail: (!asked.is_empty()).then(|| asked.join("\n")),
                    ..Wrong::new(None, wording::found::not_found(&not))
                });
            }
        }
        if let Some(searched) = &mut self.searched {
            searched.user = self.found.as_ref().map(|found| found.user.clone());
            searched.servers = filled;
        }
        Action::None
    }

    /// Another address has other servers: what was found for the one before, or is still looked for,
    /// stands no more, as far as nobody has changed it.
    pub(super) fn forget_search(&mut self) {
        let same = |searched: &mut Searched| searched.address != self.address.trim();
        let Some(searched) = self.searched.take_if(same) else { return };
        if self.phase == Phase::Finding {
            self.phase = Phase::Typing;
        }
        self.number = new_number();
        self.found = None;
        if searched.user.as_ref() == Some(&self.user) {
            self.user_touched = false;
        }
        for (which, server) in searched.servers {
            let form = self.server(which);
            if form.is(&server) {
                let usual = super::usual_port(which, Security::Tls);
                *form = ServerForm::new(Security::Tls, usual);
            }
        }
    }

    /// What was found, as long as it is what stands in the form, and what to be careful about.
    pub(super) fn told(&self) -> Option<(Vec<String>, Vec<String>)> {
        let found = self.standing()?;
        Some((wording::found::lines(found), wording::found::cautions(found, self.domain())))
    }

    /// The provider that this address or server belongs to, where Aloud knows it or found it.
    pub(super) fn provider(&self) -> Option<Provider> {
        let known = Provider::of_host(self.domain()).or_else(|| Provider::of_host(&self.imap.host));
        known.or_else(|| self.standing()?.provider.clone())
    }

    fn standing(&self) -> Option<&Found> {
        let same = |found: &&Found| self.imap.is(&found.imap) && self.smtp.is(&found.smtp);
        self.found.as_ref().filter(same)
    }

    fn domain(&self) -> &str {
        self.address.trim().rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl ServerForm {
    fn fill(&mut self, server: &Server) {
        self.host.clone_from(&server.host);
        self.port = server.port.to_string();
        self.security = server.security;
        self.touched = true;
    }

    fn is(&self, server: &Server) -> bool {
        self.host.trim() == server.host
            && self.port == server.port.to_string()
            && self.security == server.security
    }
}
