//! The outbox: a message leaves this computer at most once without the user's word.
//!
//! The contract, kept by durable states (`store::outbox`):
//!
//! 1. On Send the octets, the envelope and the Message-ID are frozen and on disk before the call
//!    returns.
//! 2. `held` or `queued` -> `connecting` -> `data` (durable before the first content octet) ->
//!    `accepted` -> filed in Sent, and the row is gone. Besides `ambiguous` and `failed`.
//! 3. A cut before `data`, or before the final dot left: again by itself, 30 s doubling to 1 h with
//!    jitter, for 5 days. What cannot be read here is dropped within the message, so the server has
//!    no final dot: it is told as that, and goes again after a pause.
//! 4. A cut at or after the final dot without a reply, or an end of the program in `data`:
//!    `ambiguous`. It is searched for by Message-ID (4 times within a minute, then at every
//!    occasion); found means sent, else the user decides. It is never sent again by itself.
//! 5. A refused recipient means that nothing is sent; the address is named.
//! 6. 4xx: again; 5xx: stop (`5.5.0` once more); credentials and certificates: wait, no try is
//!    counted.
//! 7. Filing is an operation that searches Sent by Message-ID before it appends.
//!
//! One process sends from a data folder, whichever holds `outbox.lock`; others only freeze.
//!
//! Tests: `tests/engine/outbox.rs`, which also ends a process at every step.

pub(crate) mod state;
pub(crate) mod submit;

pub use state::Steps;
