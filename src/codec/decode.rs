//! One door for every audio form.
use super::{Error, Pcm};
use std::time::Duration;
/// What the sender said about the octets. Content is sniffed first; this decides the rest.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hint<'a> {
    /// `audio/32kadpcm`, without parameters, any case.
    pub media_type: &'a str,
    /// File name, for its extension.
    pub filename: Option<&'a str>,
}
/// Bounds against hostile input.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Longest audio.
    pub duration: Duration,
}
impl Default for Limits {
    fn default() -> Self {
        Self { duration: Duration::from_secs(2 * 3600) }
    }
}
/// Decodes a whole body part to mono samples.
///
/// # Errors
/// See [`Error`].
pub fn decode(_octets: &[u8], _hint: Hint<'_>, _limits: Limits) -> Result<Pcm, Error> {
    Err(Error::Empty)
}
