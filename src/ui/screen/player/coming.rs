//! Sound that is still coming: what a player keeps of it, and what it tells the audio thread.
//!
//! The pieces reach the audio thread through [`follow`], for every message that sounds, whichever
//! is on screen; a player on screen keeps them too, so that it can begin at any moment.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{Stream, stream};

use super::{Fault, Loaded, Message, PEAKS, Player, Question, Sound, Start, Track, load};
use crate::{
    audio::{ClipId, Command, Segment},
    codec::Pcm,
    engine::{Engine, Error, Heard, Hearing},
    model::MessageKey,
    ui::screen::Action,
};

/// What came of a recording.
#[derive(Debug, Clone)]
pub enum Came {
    /// More of the message.
    Piece {
        /// The other tracks as far as they are here, and the message without any sound; only with
        /// the first piece.
        segments: Option<Vec<Segment>>,
        /// Place of the first sample.
        at: usize,
        /// The samples.
        pcm: Arc<Pcm>,
        /// The waveform so far, over the whole length.
        peaks: Arc<[u8]>,
    },
    /// All of it. `as_told`: it begins with the pieces that came.
    Whole {
        /// The tracks.
        loaded: Loaded,
        /// Whether what sounds may go on with it.
        as_told: bool,
    },
    /// The rest cannot be fetched now.
    Broken(Error),
    /// It is here, and cannot be decoded.
    Failed(Error),
}

/// What a player has of a recording that is still coming.
#[derive(Debug, Clone, Default)]
pub(super) struct Coming {
    /// Which question it answers.
    pub(super) ticket: u64,
    /// One a track, the message open and empty; nothing before the first piece.
    segments: Vec<Segment>,
    pieces: Vec<(usize, Arc<Pcm>)>,
    samples: usize,
    rate: u32,
    pub(super) broken: bool,
}

impl Coming {
    pub(super) fn has_begun(&self) -> bool {
        !self.segments.is_empty()
    }

    /// Whether a track is here, or coming.
    pub(super) fn sounds(&self, track: usize) -> bool {
        let here = |s: &Segment| s.open.is_some() || !s.pcm.samples.is_empty();
        self.segments.get(track).is_some_and(here)
    }

    /// How much of the message is here.
    pub(super) fn here(&self) -> Duration {
        Duration::from_secs_f64(self.samples as f64 / f64::from(self.rate.max(1)))
    }

    fn take(&mut self, segments: Option<Vec<Segment>>, at: usize, pcm: Arc<Pcm>) {
        if at != self.samples || (self.rate != 0 && self.rate != pcm.rate) {
            return;
        }
        if let Some(segments) = segments {
            self.segments = segments;
        }
        self.rate = pcm.rate;
        self.samples += pcm.samples.len();
        self.broken = false;
        self.pieces.push((at, pcm));
    }

    /// The orders that begin it somewhere.
    pub(super) fn orders(&self, clip: &ClipId, main: usize, start: Start) -> Vec<Command> {
        let load = Command::Load {
            clip: clip.clone(),
            segments: self.segments.clone(),
            segment: start.track.min(self.segments.len().saturating_sub(1)),
            // The rate is that of the first piece; until then there are no positions.
            at: Duration::ZERO,
            play: false,
        };
        let append = |(at, pcm): &(usize, Arc<Pcm>)| Command::Append {
            clip: clip.clone(),
            segment: main,
            at: *at,
            pcm: Arc::clone(pcm),
        };
        let mut orders = vec![load];
        orders.extend(self.pieces.iter().map(append));
        if !start.at.is_zero() {
            orders.push(Command::Seek(start.at));
        }
        if start.play {
            orders.push(Command::Play);
        }
        orders
    }
}

/// What the audio thread must be told of something that came; it knows whether it plays that clip.
#[must_use]
pub fn follow(message: &Message) -> Option<Command> {
    let Message::Came(clip, main, _, came) = message else { return None };
    let clip = clip.clone();
    Some(match &**came {
        Came::Piece { at, pcm, .. } => {
            Command::Append { clip, segment: *main, at: *at, pcm: Arc::clone(pcm) }
        }
        Came::Whole { loaded, as_told: true } => {
            Command::Complete { clip, segments: loaded.segments.clone() }
        }
        // What came in pieces holds until the player begins anew with the whole.
        Came::Whole { as_told: false, .. } | Came::Broken(_) | Came::Failed(_) => {
            Command::Broken(clip)
        }
    })
}

impl Player {
    /// Asks for the sound while the message is still being fetched, if it can come in pieces.
    /// Without that it is asked for when the message is here.
    pub(super) fn hear(&mut self) -> Action<Message, Question> {
        static TICKETS: AtomicU64 = AtomicU64::new(1);
        let main = self.main();
        let one = self.tracks.get(main).is_some_and(|track| track.paths.len() == 1);
        if !one || self.despite.is_some() {
            return Action::None;
        }
        let ticket = TICKETS.fetch_add(1, Ordering::Relaxed);
        let have = match &mut self.sound {
            Sound::Coming(coming) => {
                coming.ticket = ticket;
                coming.broken = false;
                coming.samples
            }
            Sound::Unasked | Sound::Loading | Sound::Here(_) => {
                self.sound = Sound::Coming(Box::new(Coming { ticket, ..Coming::default() }));
                0
            }
        };
        Action::Ask(Question::Hear {
            clip: self.clip.clone(),
            key: self.key,
            tracks: self.tracks.clone(),
            main,
            ticket,
            have,
        })
    }

    /// Something came.
    pub(super) fn came(
        &mut self,
        ticket: u64,
        came: Came,
        playing_at: Option<(Duration, bool)>,
    ) -> Action<Message, Question> {
        let Sound::Coming(coming) = &mut self.sound else { return Action::None };
        if coming.ticket != ticket {
            return Action::None;
        }
        match came {
            Came::Piece { segments, at, pcm, peaks } => {
                let begins = !coming.has_begun();
                coming.take(segments, at, pcm);
                self.peaks = peaks;
                if self.fault == Some(Fault::NotHere) {
                    self.fault = None;
                }
                match self.start.filter(|_| begins) {
                    Some(start) => {
                        self.start = None;
                        self.begin(start)
                    }
                    None => Action::None,
                }
            }
            Came::Whole { loaded, as_told } => {
                let again = playing_at.filter(|_| !as_told);
                self.start = self
                    .start
                    .or_else(|| again.map(|(at, play)| Start { track: self.main(), at, play }));
                self.loaded(Ok(loaded))
            }
            Came::Broken(error) if coming.has_begun() => {
                tracing::debug!(error = error.class(), "a recording stopped coming");
                coming.broken = true;
                Action::None
            }
            Came::Broken(error) if self.start.is_none() => {
                tracing::debug!(error = error.class(), "a recording did not come");
                self.sound = Sound::Unasked;
                Action::None
            }
            Came::Broken(error) | Came::Failed(error) => self.loaded(Err(error)),
        }
    }
}

/// Everything that comes of a recording, as the engine fetches it. `have`: samples of the message
/// that are known.
pub(super) fn hear(
    engine: Engine,
    key: MessageKey,
    tracks: Vec<Track>,
    main: usize,
    have: usize,
) -> impl Stream<Item = Came> + Send + 'static {
    let track = tracks.get(main);
    let path = track.and_then(|track| track.paths.first()).cloned().unwrap_or_default();
    let seconds = track.and_then(|track| track.seconds);
    let length = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let hearing = engine.hear(key, path);
    let bars = Bars { expected: length.unwrap_or_default(), ..Bars::default() };
    let source = Source { engine, key, tracks, main, have, hearing, bars, at: 0 };
    stream::unfold(source, |mut source| async move {
        let came = source.next().await?;
        Some((came, source))
    })
}

struct Source {
    engine: Engine,
    key: MessageKey,
    tracks: Vec<Track>,
    main: usize,
    have: usize,
    hearing: Hearing,
    bars: Bars,
    /// Samples that came.
    at: usize,
}

impl Source {
    async fn next(&mut self) -> Option<Came> {
        loop {
            return Some(match self.hearing.next().await? {
                Heard::Piece(pcm) => {
                    self.bars.add(&pcm);
                    let at = self.at;
                    self.at += pcm.samples.len();
                    if self.at <= self.have {
                        continue;
                    }
                    let known = self.have.saturating_sub(at);
                    let segments = if at + known == 0 { Some(self.others().await) } else { None };
                    let peaks = self.bars.peaks(PEAKS).into();
                    Came::Piece { segments, at: at + known, pcm: without(pcm, known), peaks }
                }
                Heard::Whole { pcm, as_told } => {
                    let (peaks, silences) = load::measure(&pcm, PEAKS);
                    let mut segments = self.others().await;
                    if let Some(segment) = segments.get_mut(self.main) {
                        (segment.pcm, segment.open) = (pcm, None);
                    }
                    Came::Whole { loaded: Loaded { segments, peaks, silences }, as_told }
                }
                Heard::Broken(error) => Came::Broken(error),
                Heard::Failed(error) => Came::Failed(error),
            });
        }
    }

    fn others(&self) -> impl Future<Output = Vec<Segment>> + Send + 'static {
        let (engine, tracks) = (self.engine.clone(), self.tracks.clone());
        others(engine, self.key, tracks, self.main, self.bars.expected)
    }
}

/// All tracks: the others as far as they are here, the message empty and open.
async fn others(
    engine: Engine,
    key: MessageKey,
    tracks: Vec<Track>,
    main: usize,
    expected: Duration,
) -> Vec<Segment> {
    let mut segments = Vec::with_capacity(tracks.len());
    for (at, track) in tracks.into_iter().enumerate() {
        let mut pcm = None;
        if at != main
            && let [path] = track.paths.as_slice()
        {
            // A name or subject that cannot be heard yet is left out.
            pcm = engine.audio_here(key, path.clone()).await.ok().flatten();
        }
        let pcm = pcm.unwrap_or_else(|| Arc::new(Pcm::telephone(Vec::new())));
        let open = (at == main).then_some(expected);
        segments.push(Segment { open, ..load::segment(track.role, pcm) });
    }
    segments
}

/// A piece without its first samples.
fn without(pcm: Arc<Pcm>, first: usize) -> Arc<Pcm> {
    match pcm.samples.get(first..) {
        Some(rest) if first > 0 => Arc::new(Pcm { samples: rest.to_vec(), rate: pcm.rate }),
        _ => pcm,
    }
}

/// The waveform of what came so far; each sample is looked at once.
#[derive(Default)]
struct Bars {
    expected: Duration,
    rate: u32,
    samples: usize,
    /// The loudest sample of each [`Self::window`].
    loudest: Vec<u16>,
}

impl Bars {
    /// Samples of a twentieth of a second.
    fn window(&self) -> usize {
        (self.rate / 20).max(1) as usize
    }

    fn add(&mut self, pcm: &Pcm) {
        self.rate = pcm.rate;
        let window = self.window();
        for sample in &pcm.samples {
            if self.samples.is_multiple_of(window) {
                self.loudest.push(0);
            }
            self.samples += 1;
            if let Some(loudest) = self.loudest.last_mut() {
                *loudest = (*loudest).max(sample.unsigned_abs());
            }
        }
    }

    /// `count` bars over the expected length, flat where nothing came yet; as loud as those of
    /// [`crate::codec::level::bars`].
    fn peaks(&self, count: usize) -> Vec<u8> {
        let about = self.expected.as_secs_f64() * f64::from(self.rate);
        let windows = (about as usize).max(self.samples).div_ceil(self.window()).max(1);
        let top = u32::from(self.loudest.iter().copied().max().unwrap_or(0).max(328));
        let bar = |bar: usize| {
            let (from, to) = (bar * windows / count, (bar + 1) * windows / count);
            let to = to.max(from + 1).min(self.loudest.len());
            let stretch = self.loudest.get(from..to).unwrap_or_default();
            let peak = u32::from(stretch.iter().copied().max().unwrap_or(0));
            // At most 255, since no stretch is louder than the loudest.
            (peak * 255 / top) as u8
        };
        (0..count).map(bar).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waveform_fills_in_from_the_left() {
        let mut bars = Bars { expected: Duration::from_secs(4), ..Bars::default() };
        bars.add(&Pcm::telephone(vec![-8000; 8000]));
        assert_eq!(bars.peaks(4), [255, 0, 0, 0]);
        bars.add(&Pcm::telephone(vec![16_000; 8001]));
        assert_eq!(bars.peaks(4), [127, 255, 255, 0]);
        // Longer than was said: the whole is what is here.
        bars.add(&Pcm::telephone(vec![16_000; 7 * 8000 - 1]));
        assert_eq!(bars.peaks(8)[0], 255);
        assert_eq!(bars.loudest.len(), 9 * 20);
        assert_eq!(Bars::default().peaks(2), [0, 0]);
    }
}
