//! The checks, a function a target: any octets in, a panic where a promise is broken.
//!
//! Promises beyond "no panic": reading gives the same twice; JSON is JSON; what is refused has a
//! reason; what is written reads back; lengths and sizes stay within the stated limits. Time (1 s)
//! and memory (256 MB) are watched from outside.

mod address;
mod card;
mod codec;
mod fax;
mod imap;
mod message;
mod recognize;
mod report;
mod wrapped;

pub use address::address;
pub use card::card;
pub use codec::codec;
pub use fax::fax;
pub use imap::imap;
pub use message::message;
pub use recognize::recognize;
pub use report::report;
pub use wrapped::wrapped;

/// What a target does with an input.
pub type Target = fn(&[u8]);

/// All of them, by name.
pub const ALL: [(&str, Target); 9] = [
    ("message", message),
    ("recognize", recognize),
    ("report", report),
    ("address", address),
    ("card", card),
    ("codec", codec),
    ("fax", fax),
    ("imap", imap),
    ("wrapped", wrapped),
];

/// The first octet, which chooses among variants, and the rest.
fn choice(octets: &[u8]) -> (usize, &[u8]) {
    match octets.split_first() {
        Some((first, rest)) => (usize::from(*first), rest),
        None => (0, octets),
    }
}
