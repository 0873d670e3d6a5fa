//! Who a message is from, and how that is known: whether the user's own server confirmed the domain
//! in From, and which person of the directory an outside caller's number belongs to.
//!
//! Authentication-Results (RFC 8601) counts only from the user's own server. Its name is learned for
//! each account: it is that of the account's own domain or host, or stands topmost in most mail of the
//! inbox. A name learned so can only make Aloud say that something was not confirmed; nothing is ever
//! called genuine.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

use crate::{
    errors::Result,
    lock::lock,
    store::{Reader, accounts, contacts, messages},
    types::{AccountSettings, Confirmation, KnownCaller},
};
use aloud_message::{Mail, auth, view::View};
use aloud_model::{AccountId, AddrSpec, Address};

/// Messages of the inbox that are looked at, and how much of each header.
const LOOKED_AT: i64 = 60;
const HEADER: i64 = 32 * 1024;
/// Messages that must name a server before it is taken for the user's own.
const AT_LEAST: usize = 5;

/// Names of servers that were learned to be an account's own, so that the inbox is asked once.
pub(crate) type OwnServers = Arc<Mutex<HashSet<(AccountId, String)>>>;

/// What the user's own server says of the domain in From.
pub(crate) fn confirmation(
    c: &Reader,
    account: AccountId,
    mail: &Mail,
    own: &OwnServers,
) -> Result<Confirmation> {
    let (Some(found), Some(from)) = (&mail.auth, &mail.sender.address) else {
        return Ok(Confirmation::NotChecked);
    };
    let settings = accounts::account(c, account)?.settings;
    let learned = (account, found.server.clone());
    if !belongs_to(&found.server, &settings) && !lock(own).contains(&learned) {
        if !speaks_for(c, account, &found.server)? {
            return Ok(Confirmation::NotChecked);
        }
        lock(own).insert(learned);
    }
    let domain = from.domain().to_owned();
    Ok(if found.failed() {
        Confirmation::Failed { domain, server: found.server.clone() }
    } else if found.confirmed() {
        Confirmation::Confirmed
    } else {
        Confirmation::Missing { domain }
    })
}

/// Whether a server's name is that of the account: its mail domain, its host, or below these.
fn belongs_to(server: &str, settings: &AccountSettings) -> bool {
    let below = |domain: &str| {
        let domain = domain.to_ascii_lowercase();
        let inside = server.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'));
        domain.contains('.') && (server == domain || inside)
    };
    below(settings.address.domain()) || below(&settings.imap.host)
}

/// Whether a server stands topmost in most of the mail that says who checked it.
fn speaks_for(c: &Reader, account: AccountId, server: &str) -> Result<bool> {
    let headers = messages::newest_headers(c, account, LOOKED_AT, HEADER)?;
    let (mut same, mut all) = (0_usize, 0_usize);
    for octets in headers {
        if let Some(found) = auth::topmost(View::parse(&octets).header()) {
            all += 1;
            same += usize::from(found.server == server);
        }
    }
    Ok(same >= AT_LEAST && same * 5 >= all * 4)
}

/// The one person whom the directory knows by an outside caller's number. Several people with the
/// same number are nobody.
pub(crate) fn known_caller(c: &Reader, mail: &Mail) -> Result<Option<KnownCaller>> {
    let Some(number) = mail.sender.number.as_deref().filter(|_| mail.sender.outside_caller) else {
        return Ok(None);
    };
    let ids = contacts::by_number(c, number)?;
    let [id] = ids.as_slice() else { return Ok(None) };
    let person = contacts::one(c, *id)?;
    let best = person.emails.iter().min_by_key(|(_, vpim, preferred)| (!vpim, !preferred));
    let address = best.and_then(|(address, ..)| AddrSpec::parse(address).ok());
    Ok(Some(KnownCaller {
        contact: *id,
        address: address.map(|addr| Address { name: Some(person.name.clone()), addr }),
        name: person.name,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Security, Server};

    #[test]
    fn a_server_of_the_account_is_its_own() {
        let server = Server { host: "127.0.0.1".into(), port: 1, security: Security::None };
        let settings = AccountSettings {
            name: "Robin Vale".into(),
            address: AddrSpec::parse("robin@example.com").expect("an address"),
            label: "Robin".into(),
            imap: server.clone(),
            smtp: server,
            user: "robin".into(),
            sign_in: Default::default(),
            ca_pem: None,
            pins: Vec::new(),
            gateway: None,
            demo: false,
        };
        for (server, own) in [
            ("example.com", true),
            ("mx.example.com", true),
            ("badexample.com", false),
            ("example.com.evil.example", false),
            ("com", false),
            ("", false),
        ] {
            assert_eq!(belongs_to(server, &settings), own, "{server}");
        }
    }
}
