//! The only owner of sockets.
//!
//! TCP, TLS (rustls with ring), the STARTTLS upgrade, octet counters and deadlines; IMAP and SMTP
//! get an open [`Wire`] from here. Nothing received before a TLS handshake is ever looked at after
//! it, and credentials are sent only over verified TLS or within this computer.
//!
//! Deadlines: [`CONNECT`], [`REPLY`]. Tests: `tests` of the submodules and `tests/engine/wire.rs`.
#![cfg_attr(not(test), warn(clippy::indexing_slicing))]

mod deflate;
mod dial;
mod end_point;
mod line;
mod pinned;
mod tls;
mod wire;

use std::time::Duration;

pub use dial::{Dialer, Stream, TcpDialer};
pub(crate) use line::Lines;
pub(crate) use tls::Trust;
pub use wire::{Shunned, Traffic, Wire};

/// How long connecting and the TLS handshake may take, each.
pub const CONNECT: Duration = Duration::from_secs(20);
/// How long a server may take to answer.
pub const REPLY: Duration = Duration::from_secs(60);
