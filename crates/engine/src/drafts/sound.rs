//! The recordings of a draft. The recorder (`audio::take` of the program) writes them as 16-bit WAV
//! with a header of 44 octets whose sizes may lag behind the file; the length of the file counts.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use aloud_codec::{self as codec, Hint, Limits, Pcm};

use super::{Sound, journal};
use crate::{errors::Result, types::Error};

/// Largest recording that is read: two hours of 48 kHz, 16 bit.
const TAKE_MAX: u64 = 700 * 1024 * 1024;
/// Octets of the header that the recorder writes.
const HEADER: u64 = 44;

/// The sound of a recording. Blocks.
///
/// # Errors
/// [`Error::Store`] when it cannot be read.
pub fn read_take(file: &Path) -> Result<Pcm> {
    if fs::metadata(file)?.len() > TAKE_MAX {
        return Err(Error::Store("recording > 700 MiB".into()));
    }
    let mut octets = fs::read(file)?;
    if plain_rate(&octets).is_some() {
        count(&mut octets);
    }
    let hint = Hint { media_type: "audio/wav", filename: Some("take.wav") };
    codec::decode(&octets, hint, Limits::default()).map_err(|error| Error::Store(error.to_string()))
}

/// Puts the sizes in the header of a plain recording right: a power cut may leave them behind, and
/// whoever trusts them loses the end.
fn count(octets: &mut [u8]) {
    let whole = (octets.len() as u64).saturating_sub(HEADER) & !1;
    let data = u32::try_from(whole).unwrap_or(u32::MAX - 36);
    for (at, size) in [(4, data + 36), (40, data)] {
        if let Some(field) = octets.get_mut(at..at + 4) {
            field.copy_from_slice(&size.to_le_bytes());
        }
    }
}

/// Writes a recording, flushed.
pub(super) fn write_take(file: &Path, pcm: &Pcm) -> io::Result<()> {
    journal::write(file, &codec::wav::write(pcm))
}

/// How long a recording is; `None` when it is not there or not ours and cannot be decoded.
pub(super) fn length(file: &Path) -> Option<Duration> {
    let octets = fs::metadata(file).ok()?.len();
    let mut header = Vec::new();
    File::open(file).ok()?.take(HEADER).read_to_end(&mut header).ok()?;
    match plain_rate(&header) {
        Some(rate) => {
            let samples = octets.saturating_sub(HEADER) / 2;
            Some(Duration::from_secs_f64(samples as f64 / f64::from(rate)))
        }
        None if octets <= HEADER => Some(Duration::ZERO),
        None => read_take(file).ok().map(|pcm| pcm.duration()),
    }
}

/// The rate of a file that begins like the recorder's: linear samples of 16 bit, one channel, and
/// nothing else before them.
fn plain_rate(header: &[u8]) -> Option<u32> {
    if header.len() < HEADER as usize {
        return None;
    }
    let at = |from: usize, len: usize| header.get(from..from + len);
    let plain = at(0, 4)? == b"RIFF"
        && at(8, 8)? == b"WAVEfmt "
        && at(16, 8)? == [16, 0, 0, 0, 1, 0, 1, 0]
        && at(34, 6)? == [16, 0, b'd', b'a', b't', b'a'];
    let rate = u32::from_le_bytes(at(24, 4)?.try_into().ok()?);
    (plain && rate > 0).then_some(rate)
}

/// The recording of the message that was written last, if one sounds. That of a spoken subject has
/// another name.
pub(super) fn newest_take(dir: &Path) -> Option<Sound> {
    takes(dir)
        .into_iter()
        .filter(|sound| {
            let name = sound.file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            !name.starts_with("subject")
        })
        .max_by_key(|sound| modified_exactly(&sound.file))
}

/// Every recording in a folder that sounds.
pub(super) fn takes(dir: &Path) -> Vec<Sound> {
    let wav = |file: &PathBuf| file.extension().is_some_and(|x| x.eq_ignore_ascii_case("wav"));
    fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(wav)
        .filter_map(|file| {
            let length = length(&file).filter(|length| !length.is_zero())?;
            Some(Sound { file, length })
        })
        .collect()
}

/// When a file was last written, in seconds since 1970.
pub(super) fn modified(file: &Path) -> Option<i64> {
    modified_exactly(file).and_then(|since| i64::try_from(since.as_secs()).ok())
}

fn modified_exactly(file: &Path) -> Option<Duration> {
    fs::metadata(file).ok()?.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}
