//! Audio and fax as arithmetic: octets in, samples or pixels out, and back.
//!
//! Pure: no files, devices, threads, clock or randomness. Audio is always mono `i16`; multi-channel
//! input is mixed down on decoding. Every decoder is bounded by [`Limits`] and never panics.

#[cfg(feature = "amr")]
mod amr;
pub mod au;
pub mod decode;
mod estimate;
pub mod fax;
pub mod g711;
pub mod g722;
pub mod g726;
#[cfg(feature = "gsm")]
pub mod gsm;
pub mod level;
mod library;
#[cfg(feature = "opus")]
mod opus;
pub mod pcm;
pub mod probe;
pub mod resample;
pub mod sniff;
pub mod stream;
pub mod wav;

pub use decode::{Hint, Limits, MOST_SAMPLES, decode, decode_packed, packing, wave_g726};
pub use estimate::estimate;
pub use pcm::Pcm;
pub use sniff::describe;
pub use stream::Stream;

/// Why octets did not become samples or pixels. What could be decoded before the damage is kept by
/// the caller where the function returns both.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing to decode: zero octets, or a container without samples.
    #[error("the recording is empty")]
    Empty,
    /// A form that is recognised and cannot be decoded here, by name ("Windows Media Audio").
    #[error("this kind of recording cannot be played here: {0}")]
    Unsupported(String),
    /// The container or stream is broken; the text says where.
    #[error("the recording is damaged: {0}")]
    Damaged(String),
    /// Longer, larger or deeper than [`Limits`] allow.
    #[error("larger than the limit: {0}")]
    Limit(&'static str),
}
