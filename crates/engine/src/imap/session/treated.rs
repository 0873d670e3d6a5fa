//! How the server is treated (`crate::servers`): what it offers counts where it is believed.

use std::sync::Arc;

use super::{super::link::Literals, Session};
use crate::servers::Profile;

impl Session {
    fn note_literals(&mut self) {
        let refused = self.profile.denies("LITERAL+") || self.profile.denies("LITERAL-");
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
        self.profile = Arc::new(Profile::of(&self.clues));
        self.note_literals();
    }

    /// How the server is treated.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// What it offers and is believed.
    pub(super) fn believed(&self) -> Vec<String> {
        self.capabilities.iter().filter(|name| !self.profile.denies(name)).cloned().collect()
    }

    /// Whether the server has a capability (upper case), and is believed.
    #[must_use]
    pub fn has(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|known| known == capability)
            && !self.profile.denies(capability)
    }
}
