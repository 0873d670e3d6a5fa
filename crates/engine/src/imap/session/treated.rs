//! How the server is treated (`crate::servers`): what it offers counts where it is believed.

use std::sync::Arc;

use super::{
    super::{
        command::{SET_LENGTH, UidSet},
        link::Literals,
        types::Selected,
    },
    Session,
};
use crate::{net::Shunned, servers::Profile};
use aloud_model::{Flag, Uid};

impl Session {
    fn note_literals(&mut self) {
        let refused = self.profile().denies("LITERAL+") || self.profile().denies("LITERAL-");
        self.link.literals = if self.has("LITERAL+") {
            Literals::Plus
        } else if self.has("LITERAL-") || (self.has("IMAP4REV2") && !refused) {
            Literals::Minus
        } else {
            Literals::Synchronizing
        };
    }

    /// Takes what is known of the server by now for how to treat it.
    pub(super) fn learn(&mut self) {
        self.clues.offers(&self.capabilities);
        self.clues.introduced(&self.link.introduced);
        let profile = Arc::new(Profile::of(&self.clues));
        // What is learned on the way to signing in holds where that fails; it is never less than was
        // known of the last connection.
        let traffic = self.link.traffic();
        if profile.matched.len() >= traffic.profile().matched.len() {
            traffic.set_profile(Arc::clone(&profile));
        }
        self.link.profile = profile;
        self.note_literals();
    }

    /// How the server is treated.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.link.profile
    }

    /// What it offers and is believed.
    pub(super) fn believed(&self) -> Vec<String> {
        self.capabilities.iter().filter(|name| !self.profile().denies(name)).cloned().collect()
    }

    /// Whether the server has a capability (upper case), and is believed.
    #[must_use]
    pub fn has(&self, capability: &str) -> bool {
        let shunned = match capability {
            "MOVE" => Some(Shunned::Move),
            "UIDPLUS" => Some(Shunned::UidExpunge),
            "X-GM-EXT-1" => Some(Shunned::GmailId),
            _ => None,
        };
        self.capabilities.iter().any(|known| known == capability)
            && !self.profile().denies(capability)
            && shunned.is_none_or(|what| !self.link.traffic().shuns(what))
    }

    /// UIDs as sets for commands that are not too long for the server.
    pub(super) fn sets(&self, uids: &[Uid]) -> Vec<UidSet> {
        let most = self.profile().set_octets.and_then(|most| usize::try_from(most).ok());
        UidSet::many_within(uids, most.unwrap_or(SET_LENGTH))
    }

    /// Takes back what SELECT said and is not so.
    pub(super) fn correct(&self, selected: &mut Selected) {
        if self.profile().uid_validity == Some(false) {
            selected.uid_validity = None;
        }
        if self.profile().keywords == Some(false) {
            selected.may_store_any_keyword = false;
            let system = [Flag::Seen, Flag::Answered, Flag::Flagged, Flag::Deleted, Flag::Draft];
            let kept = selected.permanent_flags.get_or_insert_with(|| system.to_vec());
            kept.retain(|flag| flag.as_str().starts_with('\\'));
        }
    }
}
