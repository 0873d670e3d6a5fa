//! Mail submission (RFC 6409, RFC 5321) through lettre, over a [`Wire`](super::net::Wire) of ours.

mod types;

use std::sync::Arc;

pub use types::{DataGate, Envelope, SmtpFacts, SubmitOutcome};

use super::{
    net::{Dialer, Traffic},
    types::{AccountSettings, Error},
};
use crate::model::Secret;

/// Submits one message.
pub async fn submit(
    dialer: &dyn Dialer,
    settings: &AccountSettings,
    password: &Secret,
    envelope: &Envelope,
    octets: &[u8],
    gate: &mut dyn DataGate,
) -> Result<SubmitOutcome, Error> {
    let _ = (dialer, settings, password, envelope, octets, gate, Arc::<Traffic>::default());
    Err(Error::Stopped)
}

/// Connects, signs in, and says what the server offers; sends nothing.
pub async fn probe(
    dialer: &dyn Dialer,
    settings: &AccountSettings,
    password: &Secret,
) -> Result<SmtpFacts, Error> {
    let _ = (dialer, settings, password);
    Err(Error::Stopped)
}
