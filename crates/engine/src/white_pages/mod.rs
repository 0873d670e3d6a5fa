//! White pages: a directory of others that is asked beside the user's own (LDAP, RFC 4511; people as
//! `inetOrgPerson`, RFC 2798, and as users of voice mail, RFC 4237).
//!
//! It is only read. What is found is shown with the directory's name and comes into the user's own
//! directory by a click. One question is one connection, which ends within [`WHOLE`]; nothing waits for it.
//! A referral is told and not followed. Bounds: [`MOST`] people, [`client`] for octets, [`entry`] for
//! values. Tests: `tests` of the submodules and `tests/engine/white_pages.rs`.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

pub(crate) mod client;
mod entry;
mod filter;

use std::{path::PathBuf, time::Duration};

use crate::types::Server;
use aloud_message::card::CardDoc;
use aloud_model::{AddrSpec, voice::VoiceFormat};

/// How long a question may take, from the first octet to the last.
pub const WHOLE: Duration = Duration::from_secs(5);
/// Most people that are taken of an answer.
pub const MOST: usize = 200;
/// How the name of a password in the keyring begins; frozen, because people's keyrings hold it.
pub(crate) const PASSWORD: &str = "aloud/white-pages";

/// Where the white pages are.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct WhitePages {
    /// What people call it.
    pub name: String,
    /// The server.
    pub server: Server,
    /// The distinguished name under which people are (RFC 4514).
    pub base: String,
    /// Who asks; nobody in particular without.
    #[serde(default)]
    pub bind: Option<String>,
    /// A CA certificate in PEM that is trusted besides the platform's.
    #[serde(default)]
    pub ca_pem: Option<PathBuf>,
    /// The user wants to ask another computer without encryption. No password goes there.
    #[serde(default)]
    pub unencrypted: bool,
}

impl WhitePages {
    /// The name of the password in the keyring. It names whom the password was given for, so that one
    /// of other white pages, which another process or a keyring that would not delete left behind, is
    /// told to nobody else.
    pub(crate) fn password_name(&self) -> Option<String> {
        let bind = self.bind.as_ref()?;
        Some(format!("{PASSWORD}/{}:{}/{bind}", self.server.host, self.server.port))
    }
}

/// What the white pages have of somebody.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Name, addresses, numbers and, where it was asked for, the spoken name.
    pub card: CardDoc,
    /// Those of the addresses that are voice mail.
    pub boxes: Vec<AddrSpec>,
    /// The form of voice messages that these take (RFC 4237 section 2.5); `None` without any.
    pub voice: Option<VoiceFormat>,
    /// They want no messages now (RFC 4237 section 2.7).
    pub blocked: bool,
}

/// Why there may be more than was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Left {
    /// The server, or Aloud, gives no more people at once.
    More,
    /// The time was over.
    Late,
    /// It was too much, or it could not be read any further.
    Unreadable,
    /// Others are said to know more, and were not asked.
    Elsewhere,
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pages {
    /// People.
    pub people: Vec<Page>,
    /// What is missing.
    pub left: Vec<Left>,
}

impl Pages {
    fn leave(&mut self, left: Left) {
        if !self.left.contains(&left) {
            self.left.push(left);
        }
    }
}
