//! What goes in and out of [`super::Engine`]: plain values, cheap to clone, without any type of the
//! crates underneath.

mod account;
mod certificate;
mod event;
mod list;
mod operation;
mod outgoing;
mod people;
mod phrases;
mod policy;
mod receipt;
mod server;

pub use super::drafts::{
    Closed, Draft, DraftContent, DraftId, Listed, Recipient, Revision, Saved, Sound, Unsent,
    read_take,
};
pub use super::errors::{
    BadCertificate, Broken, CertificateFault, Error, Fault, Invalid, KeyringFault, Missing,
    Refusal, Service, SignInFault,
};
pub use account::*;
pub use certificate::{Fingerprint, NoFingerprint, Pin};
pub use event::*;
pub use list::*;
pub use operation::*;
pub use outgoing::*;
pub use people::*;
pub(crate) use phrases::filled;
pub use phrases::{Covered, Phrases};
pub use policy::Policy;
pub use receipt::*;
pub use server::*;
