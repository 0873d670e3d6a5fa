//! Decoding and measuring for the player, off the window's thread.

use std::{path::PathBuf, sync::Arc};

use super::{Loaded, MESSAGE, PEAKS, Track};
use crate::{
    audio::Segment,
    codec::{Pcm, level, resample},
    engine::{Engine, Error, Missing},
    message::PartRole,
    model::MessageKey,
};

/// Asks the engine for the sound of every track and measures the message. A spoken name or
/// subject that cannot be decoded is left out as silence; the message must be there. `by_program`:
/// the message itself goes through the program of the settings.
pub async fn load(
    engine: Engine,
    key: MessageKey,
    tracks: Vec<Track>,
    by_program: bool,
) -> Result<Loaded, Error> {
    let mut segments = Vec::with_capacity(tracks.len());
    let mut shown = (Arc::from([]), Arc::from([]));
    for track in tracks {
        let primary = is_primary(track.role);
        let pcm = match sound(&engine, key, &track.paths, by_program && primary).await {
            Ok(pcm) => pcm,
            Err(error) if primary => return Err(error),
            Err(_) => Arc::new(Pcm::telephone(Vec::new())),
        };
        if primary {
            shown = measure(&pcm, PEAKS);
        }
        segments.push(segment(track.role, pcm));
    }
    Ok(Loaded { segments, peaks: shown.0, silences: shown.1 })
}

/// The sound of all leaves of a track, one after the other.
async fn sound(
    engine: &Engine,
    key: MessageKey,
    paths: &[String],
    by_program: bool,
) -> Result<Arc<Pcm>, Error> {
    let mut whole: Option<Arc<Pcm>> = None;
    for path in paths {
        let next = match by_program {
            true => engine.audio_by_program(key, path.clone()).await?,
            false => engine.audio(key, path.clone()).await?,
        };
        whole = Some(match whole {
            None => next,
            Some(first) => Arc::new(join(&first, &next)),
        });
    }
    whole.ok_or(Error::NotFound(Missing::Recording))
}

/// One sound after another, at the rate of the first.
fn join(first: &Pcm, next: &Pcm) -> Pcm {
    let mut samples = first.samples.clone();
    if next.rate == first.rate {
        samples.extend_from_slice(&next.samples);
    } else {
        samples.extend_from_slice(&resample::to_rate(next, first.rate).samples);
    }
    Pcm { samples, rate: first.rate }
}

/// The waveform in `count` bars, and which of them "Skip silence" leaves out.
#[must_use]
pub fn measure(pcm: &Pcm, count: usize) -> (Arc<[u8]>, Arc<[bool]>) {
    let bars = level::bars(&pcm.samples, count);
    let pauses = level::silences(pcm);
    let middle = |bar: usize| (2 * bar + 1) * pcm.samples.len() / (2 * bars.len());
    let silent = (0..bars.len()).map(|bar| pauses.iter().any(|pause| pause.contains(&middle(bar))));
    let silent = silent.collect();
    (bars.into(), silent)
}

/// A track as the audio thread gets it. What only stands beside the message never makes it heard.
pub(super) fn segment(role: PartRole, pcm: Arc<Pcm>) -> Segment {
    let counts = is_primary(role) && role != PartRole::Attachment;
    Segment::whole(label(role), pcm, counts)
}

/// Whether a track is what its player is for; without it there is nothing to play.
fn is_primary(role: PartRole) -> bool {
    matches!(role, PartRole::VoiceMessage | PartRole::Notification | PartRole::Attachment)
}

/// The label under which a track goes to the audio thread.
fn label(role: PartRole) -> &'static str {
    match role {
        PartRole::SpokenName => "name",
        PartRole::SpokenSubject => "subject",
        PartRole::Attachment => "part",
        PartRole::VoiceMessage
        | PartRole::RecipientName
        | PartRole::Notification
        | PartRole::Fax
        | PartRole::Text
        | PartRole::Html
        | PartRole::Card
        | PartRole::Report
        | PartRole::Original
        | PartRole::Transcript => MESSAGE,
    }
}

/// Lets the user choose a file and saves the leaf there; `None` when the user thought better of it.
pub async fn save(
    engine: Engine,
    key: MessageKey,
    path: String,
    name: String,
) -> Result<Option<PathBuf>, Error> {
    let dialog = rfd::AsyncFileDialog::new().set_file_name(name);
    let Some(file) = dialog.save_file().await else { return Ok(None) };
    let to = file.path().to_owned();
    engine.save_part(key, path, to.clone()).await?;
    Ok(Some(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_message_itself_can_make_it_heard() {
        let pcm = Arc::new(Pcm::telephone(vec![0; 80]));
        for (role, counts) in [
            (PartRole::VoiceMessage, true),
            (PartRole::Notification, true),
            (PartRole::SpokenName, false),
            (PartRole::Attachment, false),
        ] {
            let segment = segment(role, Arc::clone(&pcm));
            assert_eq!(segment.primary, counts, "{role:?}");
            assert_eq!(&*segment.label == MESSAGE, counts, "{role:?}");
        }
    }
}
