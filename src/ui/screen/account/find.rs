//! The first page of the form: address and password, from which the servers are found. What was found is
//! shown on the second page before anybody is signed in at it.

use super::{Account, Act, Action, Field, Phase, Question, Wrong};
use crate::{
    engine::{
        Server,
        autoconfig::{Found, NotFound},
    },
    model::AddrSpec,
    wording,
};

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
        self.number += 1;
        Action::Ask(Question::Find(self.number, address))
    }

    pub(super) fn found(&mut self, found: Result<Box<Found>, Box<NotFound>>) -> Act {
        self.phase = Phase::Typing;
        self.by_hand = true;
        match found {
            Ok(found) => {
                self.imap.fill(&found.imap);
                self.smtp.fill(&found.smtp);
                self.user.clone_from(&found.user);
                self.user_touched = true;
                self.found = Some(*found);
            }
            Err(not) => {
                for (form, server) in [(&mut self.imap, &not.imap), (&mut self.smtp, &not.smtp)] {
                    if let Some(server) = server {
                        form.fill(server);
                    }
                }
                let asked = wording::found::asked(&not);
                self.wrong = Some(Wrong {
                    detail: (!asked.is_empty()).then(|| asked.join("\n")),
                    ..Wrong::new(None, wording::found::not_found(&not))
                });
            }
        }
        Action::None
    }

    /// What was found, as long as it is what stands in the form, and what to be careful about.
    pub(super) fn told(&self) -> Option<(Vec<String>, Vec<String>)> {
        let found = self.found.as_ref()?;
        let same = self.imap.is(&found.imap) && self.smtp.is(&found.smtp);
        let domain = self.address.trim().rsplit_once('@').map_or("", |(_, domain)| domain);
        same.then(|| (wording::found::lines(found), wording::found::cautions(found, domain)))
    }
}

impl super::ServerForm {
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
