//! QUOTA (RFC 9208), where the server has it.

use async_imap::imap_proto::{Response, rfc2087::QuotaResourceName};

use super::{super::command::Command, Session};
use crate::types::{Error, Quota};

impl Session {
    /// How much room there is where a mailbox is (RFC 9208); `None` when the server does not say.
    ///
    /// # Errors
    /// As [`Self::search_message_id`].
    pub async fn quota(&mut self, wire_name: &str) -> Result<Option<Quota>, Error> {
        if !self.has("QUOTA") {
            return Ok(None);
        }
        let mut found: Option<Quota> = None;
        let command = Command::new("GETQUOTAROOT").mailbox(wire_name);
        let listener = &mut |response: &Response<'_>| {
            let Response::Quota(told) = response else { return };
            for resource in &told.resources {
                if resource.name == QuotaResourceName::Storage {
                    let octets = |kibibytes: u64| kibibytes.saturating_mul(1024);
                    let quota =
                        Quota { used: octets(resource.usage), limit: octets(resource.limit) };
                    // Of several, the one that is full first.
                    let room = |quota: &Quota| quota.limit.saturating_sub(quota.used);
                    if found.is_none_or(|known| room(&quota) < room(&known)) {
                        found = Some(quota);
                    }
                }
            }
        };
        self.link.run(&command, listener).await?.ok()?;
        Ok(found)
    }
}
