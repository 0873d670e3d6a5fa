//! A signed-in connection.

use tokio_util::sync::CancellationToken;

use super::types::{Head, IdleEnd, Listed, SeenFlags, Selected, Stored};
use crate::{
    engine::{
        net::Dialer,
        types::{AccountSettings, Error},
    },
    model::{DateTime, Flag, Secret, Uid},
};

/// A signed-in connection.
pub struct Session {
    _later: (),
}

#[allow(clippy::unused_async, unused_variables, missing_docs)]
impl Session {
    pub async fn connect(
        dialer: &dyn Dialer,
        settings: &AccountSettings,
        password: &Secret,
        product: &str,
    ) -> Result<Self, Error> {
        Err(Error::Stopped)
    }
    pub fn has(&self, capability: &str) -> bool {
        false
    }
    pub async fn list(&mut self) -> Result<Vec<Listed>, Error> {
        Err(Error::Stopped)
    }
    pub async fn select(&mut self, wire_name: &str) -> Result<Selected, Error> {
        Err(Error::Stopped)
    }
    pub async fn fetch_heads(&mut self, first: u32, last: u32) -> Result<Vec<Head>, Error> {
        Err(Error::Stopped)
    }
    pub async fn fetch_flags(
        &mut self,
        first: u32,
        last: u32,
        changed_since: Option<u64>,
    ) -> Result<Vec<SeenFlags>, Error> {
        Err(Error::Stopped)
    }
    pub async fn fetch_slice(&mut self, uid: Uid, offset: u64, len: u32) -> Result<Vec<u8>, Error> {
        Err(Error::Stopped)
    }
    pub async fn store(
        &mut self,
        uids: &[Uid],
        add: bool,
        flags: &[Flag],
    ) -> Result<Stored, Error> {
        Err(Error::Stopped)
    }
    pub async fn move_to(&mut self, uids: &[Uid], wire_name: &str) -> Result<Stored, Error> {
        Err(Error::Stopped)
    }
    pub async fn copy(&mut self, uids: &[Uid], wire_name: &str) -> Result<Stored, Error> {
        Err(Error::Stopped)
    }
    pub async fn append(
        &mut self,
        wire_name: &str,
        flags: &[Flag],
        date: DateTime,
        octets: &[u8],
    ) -> Result<Stored, Error> {
        Err(Error::Stopped)
    }
    pub async fn search_message_id(&mut self, message_id: &str) -> Result<Vec<Uid>, Error> {
        Err(Error::Stopped)
    }
    pub async fn idle(&mut self, cancel: &CancellationToken) -> Result<IdleEnd, Error> {
        Err(Error::Stopped)
    }
    pub async fn noop(&mut self) -> Result<(), Error> {
        Err(Error::Stopped)
    }
    pub async fn logout(self) {}
}
