//! NOTIFY (RFC 5465), where the server has it: what changes in any of the user's mailboxes is told at
//! once, so that nobody has to ask. What it tells is a hint, as LIST-STATUS is ([`super::changes`]).

use super::{super::command::Command, Session};
use crate::types::Error;

/// The user's own mailboxes: what came, went or changed. The one that is selected is told as without
/// NOTIFY. STATUS: what they are like now, so that nothing is missed between this and the last look.
const WANTED: &str = "NOTIFY SET STATUS (selected-delayed (MessageNew MessageExpunge FlagChange)) \
                      (personal (MessageNew MessageExpunge FlagChange))";

impl Session {
    /// Asks to be told of all mailboxes, once a connection; whether the server does.
    ///
    /// # Errors
    /// When the connection is of no use any more. NO and BAD are no harm.
    pub async fn notify(&mut self) -> Result<bool, Error> {
        if !self.has("NOTIFY") {
            return Ok(false);
        }
        if self.notified.is_none() {
            let done =
                self.link.run(&Command::new(WANTED).at_most(super::LISTED), &mut |_| {}).await?;
            self.notified = Some(done.ok().is_ok());
            self.link.overflowed = false;
        }
        Ok(self.notifies())
    }

    /// Whether the server tells of all mailboxes. It stops where that is too much for it (RFC 5465
    /// section 5.8).
    #[must_use]
    pub fn notifies(&self) -> bool {
        self.notified == Some(true) && !self.link.overflowed
    }
}
