//! Loudspeaker and microphone. The only module that opens sound devices; one thread owns them all.
//!
//! [`Audio`] sends [`Command`]s to that thread and shows its [`State`]. It knows nothing of mail.
//! No device, a refused microphone and an unplugged headset are ordinary states with a [`Problem`],
//! never errors that end anything.

mod types;

pub use types::*;
