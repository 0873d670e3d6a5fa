//! The voice player of one message: chips, play button, waveform, position, speed, volume.
//!
//! The player makes no sound of its own: the engine decodes ([`Question::Load`], or piece by piece
//! while the message is fetched, [`Question::Hear`]), the audio thread plays. Which clip sounds is seen
//! in [`audio::State`]; a player whose clip is not loaded there is simply at rest, so only one message
//! ever sounds and it goes on when another row is selected.
//!
//! [`Listening`] follows the audio thread for the whole window and says when a message began and
//! when it counts as heard (decisions D11, E2), whether or not its player is on screen.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    Action, Context,
    words::{error_text, saved},
};
use crate::{
    audio::{self, ClipId, Command, Phase, Segment},
    codec::Pcm,
    engine::Error,
    message::{Mail, PartInfo, PartRole},
    model::MessageKey,
};

mod ask;
mod coming;
mod listening;
mod load;
mod part;
mod stand;
mod track;
mod view;

pub use ask::Question;
pub use coming::{Came, follow};
pub use listening::{Listening, MESSAGE, Noticed};
pub use load::save;
pub use stand::Stand;
pub use track::{Fault, Track};
use track::{fault, file_name, tracks};
pub use view::{caption, compact, full, pill, small};

/// Speeds of the list under the stepper.
pub const SPEEDS: [f32; 9] = [0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0];
/// Longest recording that is decoded before it is asked for.
const AHEAD: Duration = Duration::from_secs(10 * 60);
/// Bars that a waveform is measured into.
pub const PEAKS: usize = 256;

/// Where the sound is.
#[derive(Debug, Clone)]
enum Sound {
    /// Not asked for.
    Unasked,
    /// Asked for.
    Loading,
    /// Asked for while the message is still being fetched.
    Coming(Box<coming::Coming>),
    /// Decoded; one segment a track.
    Here(Vec<Segment>),
}

/// Where to begin once the sound is here.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Start {
    track: usize,
    at: Duration,
    play: bool,
}

/// The player of one message, or of one message inside another.
#[derive(Debug, Clone)]
pub struct Player {
    key: MessageKey,
    clip: ClipId,
    tracks: Vec<Track>,
    sound: Sound,
    start: Option<Start>,
    /// Where somebody stopped listening to it before.
    stopped_at: Duration,
    fault: Option<Fault>,
    /// Octets here and in all, while the message is being fetched.
    progress: Option<(u64, u64)>,
    peaks: Arc<[u8]>,
    silences: Arc<[bool]>,
    show_total: bool,
    speeds_open: bool,
    volume_open: bool,
    anyway: bool,
    /// Its parts may be saved.
    saves: bool,
    /// It is decoded once the whole message is here, not piece by piece.
    waits: bool,
    /// The fault in spite of which a program decodes it now.
    despite: Option<Fault>,
    file_name: String,
}

/// What happens to a player.
#[derive(Debug, Clone)]
pub enum Message {
    /// Play, pause, or from the start again.
    Toggle,
    /// Play one track alone from its start, or hold it.
    Chip(PartRole),
    /// Go to a position in the message.
    Seek(Duration),
    /// Seconds forward or back.
    Skip(f64),
    /// From the start.
    Restart,
    /// One step slower or faster.
    Step(i8),
    /// A speed of the list.
    Speed(f32),
    /// Show or hide the list of speeds.
    Speeds,
    /// Leave out pauses.
    SkipSilence(bool),
    /// 0 to 1.
    Volume(f32),
    /// Silence, or sound again.
    Mute,
    /// Show or hide the volume, where it is folded into a button.
    VolumeOpen,
    /// Swap remaining and total time.
    SwapTime,
    /// Play what can be played of a damaged recording.
    PlayWhatsThere,
    /// Save the recording in a file.
    Save,
    /// Let the program that was chosen in the settings decode it.
    ByProgram,
    /// Somebody stopped listening there.
    StoppedAt(Duration),
    /// The engine decoded the tracks.
    Loaded(ClipId, Result<Loaded, Error>),
    /// Something came of a clip that is still being fetched: index of the message among its tracks,
    /// which question it answers, and what.
    Came(ClipId, usize, u64, Box<Came>),
    /// The recording was saved in a file, or not.
    Saved(Result<Option<PathBuf>, Error>),
}

/// Tracks as sound, with what the waveform needs.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// One segment a track.
    pub segments: Vec<Segment>,
    /// Loudness of the message, [`PEAKS`] values.
    pub peaks: Arc<[u8]>,
    /// Which of these are pauses.
    pub silences: Arc<[bool]>,
}

/// The clip of a message; parts of messages inside have the path of the inner message behind it.
#[must_use]
pub fn clip_of(key: MessageKey, inner: Option<&str>) -> ClipId {
    ClipId(match inner {
        None => format!("message:{key}"),
        Some(path) => format!("message:{key}/{path}"),
    })
}

/// The message that a clip belongs to, if it is one's.
#[must_use]
pub fn key_of(clip: &ClipId) -> Option<MessageKey> {
    let rest = clip.0.strip_prefix("message:")?;
    let number = rest.split_once('/').map_or(rest, |(number, _)| number);
    number.parse().ok().map(MessageKey)
}

impl Player {
    /// The player of a message, or of a message inside (`inner` is the path of its part). `None`
    /// when nothing in it sounds.
    #[must_use]
    pub fn new(
        key: MessageKey,
        mail: &Mail,
        inner: Option<&str>,
        name_first: bool,
    ) -> Option<Self> {
        let tracks = tracks(mail, inner, name_first);
        if tracks.is_empty() {
            return None;
        }
        Some(Self {
            key,
            clip: clip_of(key, inner),
            fault: fault(mail, &tracks, inner),
            tracks,
            sound: Sound::Unasked,
            start: None,
            stopped_at: Duration::ZERO,
            progress: None,
            peaks: Arc::from([]),
            silences: Arc::from([]),
            show_total: false,
            speeds_open: false,
            volume_open: false,
            anyway: false,
            saves: true,
            waits: false,
            despite: None,
            file_name: file_name(mail),
        })
    }

    /// A player of given tracks, for spoken reports.
    #[must_use]
    pub fn of_report(key: MessageKey, mail: &Mail) -> Option<Self> {
        let spoken: Vec<&PartInfo> = mail
            .parts
            .iter()
            .filter(|p| matches!(p.role, PartRole::Notification | PartRole::VoiceMessage))
            .collect();
        let first = spoken.first()?;
        let mut player = Self::new(key, mail, None, false)?;
        player.tracks = vec![Track {
            role: PartRole::Notification,
            paths: spoken.iter().map(|p| p.path.clone()).collect(),
            seconds: first.seconds,
        }];
        player.fault = fault(mail, &player.tracks, None);
        Some(player)
    }

    /// Whether its parts may be saved.
    #[must_use]
    pub fn saves(mut self, saves: bool) -> Self {
        self.saves = saves;
        self
    }

    /// Takes over the wish to play, what came of the sound, and how it is shown, of the player that
    /// stood here before; more of the message is known now.
    pub fn inherit(&mut self, before: &Self, audio: &audio::State) {
        if self.clip != before.clip {
            return;
        }
        self.start = before.start;
        self.stopped_at = before.stopped_at;
        self.show_total = before.show_total;
        if !before.is_coming() {
            return;
        }
        let places = |player: &Self| -> Vec<(PartRole, Vec<String>)> {
            player.tracks.iter().map(|t| (t.role, t.paths.clone())).collect()
        };
        if places(self) == places(before) {
            self.sound = before.sound.clone();
            self.peaks = Arc::clone(&before.peaks);
        } else if before.is_loaded(audio) && before.current(audio) == before.role() {
            // The tracks stand in another order: begin anew, where it is.
            let play = matches!(audio.player.phase, Phase::Playing | Phase::Waiting);
            let start = Start { track: self.main(), at: audio.player.position, play };
            self.start = self.start.or(Some(start));
        }
    }

    /// The role of the track that the waveform shows.
    fn role(&self) -> Option<PartRole> {
        self.tracks.get(self.main()).map(|t| t.role)
    }

    /// Whether its sound is still coming.
    #[must_use]
    pub fn is_coming(&self) -> bool {
        matches!(self.sound, Sound::Coming(_))
    }

    /// Its clip.
    #[must_use]
    pub fn clip(&self) -> &ClipId {
        &self.clip
    }

    /// Its message.
    #[must_use]
    pub fn key(&self) -> MessageKey {
        self.key
    }

    /// Whether something is known to be wrong with it.
    #[must_use]
    pub fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    /// Whether its list of speeds or its volume hangs open.
    #[must_use]
    pub fn hangs(&self) -> bool {
        self.speeds_open || self.volume_open
    }

    /// Takes over what the engine knows about the waveform.
    pub fn set_peaks(&mut self, peaks: &Arc<[u8]>) {
        if self.peaks.is_empty() {
            self.peaks = Arc::clone(peaks);
        }
    }

    /// Notes where somebody stopped listening before.
    pub fn set_stopped_at(&mut self, at: Duration) {
        self.stopped_at = at;
    }

    /// Its waveform; empty while it is not measured.
    #[must_use]
    pub fn peaks(&self) -> &Arc<[u8]> {
        &self.peaks
    }

    /// Notes how much of the message is here.
    pub fn set_progress(&mut self, here: u64, all: u64) {
        self.progress = (here < all).then_some((here, all));
    }

    /// The whole message is here; a track that waited is asked for again.
    pub fn completed(&mut self) -> Action<Message, Question> {
        self.progress = None;
        if self.fault == Some(Fault::NotHere) {
            self.fault = None;
        }
        match (&self.sound, self.start) {
            (Sound::Unasked, Some(_)) => self.load(),
            // What could not be fetched is here after all.
            (Sound::Coming(coming), _) if coming.broken => self.hear(),
            (Sound::Unasked, None) | (Sound::Loading | Sound::Coming(_) | Sound::Here(_), _) => {
                Action::None
            }
        }
    }

    /// Notes that the recording is not on this computer and cannot be fetched now.
    pub fn not_here(&mut self) {
        self.fault = Some(Fault::NotHere);
    }

    /// The track with this role.
    #[must_use]
    pub fn track(&self, role: PartRole) -> Option<&Track> {
        self.tracks.iter().find(|t| t.role == role)
    }

    /// The track that the waveform shows: the message, else the first.
    #[must_use]
    pub fn main(&self) -> usize {
        self.tracks
            .iter()
            .position(|t| matches!(t.role, PartRole::VoiceMessage | PartRole::Notification))
            .unwrap_or(0)
    }

    /// Whether the audio thread has this clip.
    #[must_use]
    pub fn is_loaded(&self, audio: &audio::State) -> bool {
        audio.player.clip.as_ref() == Some(&self.clip)
    }

    /// Whether this clip sounds now.
    #[must_use]
    pub fn is_playing(&self, audio: &audio::State) -> bool {
        self.is_loaded(audio) && audio.player.phase == Phase::Playing
    }

    /// The role of the track that is loaded now, if this clip is.
    #[must_use]
    pub fn current(&self, audio: &audio::State) -> Option<PartRole> {
        self.is_loaded(audio)
            .then(|| self.tracks.get(audio.player.segment))
            .flatten()
            .map(|t| t.role)
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Action<Message, Question> {
        let loaded = self.is_loaded(ctx.audio);
        match message {
            Message::Toggle => self.toggle(ctx),
            Message::Restart if loaded || !self.stopped_at.is_zero() => {
                let main = self.main();
                self.begin(Start { track: main, at: Duration::ZERO, play: true })
            }
            Message::Restart => self.toggle(ctx),
            Message::Chip(role) => self.chip(role, ctx),
            Message::Seek(at) => self.seek(at, ctx),
            Message::Skip(seconds) if loaded => Action::Audio(Command::Skip(seconds)),
            Message::Skip(_) => Action::None,
            Message::Step(by) => Action::Audio(Command::Speed(step(ctx.audio.player.speed, by))),
            Message::Speed(speed) => {
                self.speeds_open = false;
                Action::Audio(Command::Speed(speed))
            }
            Message::Speeds => {
                self.speeds_open = !self.speeds_open;
                Action::None
            }
            Message::SkipSilence(on) => Action::Audio(Command::SkipSilence(on)),
            Message::Volume(volume) => Action::Audio(Command::Volume(volume))
                .and(unmute(ctx.audio.player.muted && volume > 0.0)),
            Message::Mute => Action::Audio(Command::Mute(!ctx.audio.player.muted)),
            Message::VolumeOpen => {
                self.volume_open = !self.volume_open;
                Action::None
            }
            Message::SwapTime => {
                self.show_total = !self.show_total;
                Action::None
            }
            Message::PlayWhatsThere => {
                self.anyway = true;
                self.toggle(ctx)
            }
            Message::Save => self.save(),
            Message::ByProgram => self.by_program(),
            Message::StoppedAt(at) => {
                self.stopped_at = at;
                Action::None
            }
            Message::Loaded(clip, result) if clip == self.clip => self.loaded(result),
            Message::Came(clip, _, ticket, came) if clip == self.clip => {
                let (at, _) = self.position(ctx.audio);
                let playing = loaded.then(|| (at, self.wants_sound(ctx.audio)));
                self.came(ticket, *came, playing)
            }
            Message::Loaded(..) | Message::Came(..) | Message::Saved(Ok(None)) => Action::None,
            Message::Saved(Ok(Some(file))) => Action::say(saved(&file)),
            Message::Saved(Err(error)) => Action::say(error_text(&error)),
        }
    }

    /// Decodes ahead, so that the waveform shows and play starts at once. Long recordings wait for
    /// the press.
    pub fn prepare(&mut self) -> Action<Message, Question> {
        let short = self.length().is_none_or(|length| length <= AHEAD);
        let unasked = matches!(self.sound, Sound::Unasked);
        if !short || !unasked || self.fault.is_some() {
            return Action::None;
        }
        match self.progress.is_some() {
            true if self.waits => Action::None,
            true => self.hear(),
            false => self.load(),
        }
    }

    /// Whether this clip sounds, or would if more of it were here.
    fn wants_sound(&self, audio: &audio::State) -> bool {
        self.is_loaded(audio) && matches!(audio.player.phase, Phase::Playing | Phase::Waiting)
    }

    fn toggle(&mut self, ctx: &Context<'_>) -> Action<Message, Question> {
        if self.is_loaded(ctx.audio) {
            let order = match self.stand(ctx.audio) {
                _ if self.wants_sound(ctx.audio) => Command::Pause,
                // At the end: again from the message, not from the spoken name.
                Stand::Ended => {
                    let track = self.main();
                    return self.begin(Start { track, at: Duration::ZERO, play: true });
                }
                Stand::Ready
                | Stand::Loading(_)
                | Stand::Playing
                | Stand::Paused
                | Stand::Faulty(_)
                | Stand::NoOutput => return Action::Audio(Command::Play).and(self.ask_again()),
            };
            return Action::Audio(order);
        }
        if self.start.is_some() {
            // A second press while fetching takes the wish back.
            self.start = None;
            return Action::None;
        }
        // Who goes on has heard the name.
        let track = if self.stopped_at.is_zero() { 0 } else { self.main() };
        self.begin(Start { track, at: self.stopped_at, play: true })
    }

    /// Asks for the rest of what could not be fetched.
    fn ask_again(&mut self) -> Action<Message, Question> {
        match &self.sound {
            Sound::Coming(coming) if coming.broken => self.hear(),
            Sound::Unasked | Sound::Loading | Sound::Coming(_) | Sound::Here(_) => Action::None,
        }
    }

    fn chip(&mut self, role: PartRole, ctx: &Context<'_>) -> Action<Message, Question> {
        let Some(track) = self.tracks.iter().position(|t| t.role == role) else {
            return Action::None;
        };
        if self.current(ctx.audio) == Some(role) && self.is_playing(ctx.audio) {
            return Action::Audio(Command::Pause);
        }
        self.begin(Start { track, at: Duration::ZERO, play: true })
    }

    fn seek(&mut self, at: Duration, ctx: &Context<'_>) -> Action<Message, Question> {
        let Some(length) = self.length() else { return Action::None };
        let at = at.min(length);
        let main = self.main();
        if self.is_loaded(ctx.audio) && ctx.audio.player.segment == main {
            return Action::Audio(Command::Seek(at));
        }
        self.begin(Start { track: main, at, play: self.is_playing(ctx.audio) })
    }

    fn begin(&mut self, start: Start) -> Action<Message, Question> {
        if self.fault == Some(Fault::NotHere) && self.is_coming() {
            // Perhaps now; what is here plays in any case.
            self.fault = None;
        }
        if let Some(fault) = &self.fault
            && !(self.anyway && *fault == Fault::Damaged)
        {
            return Action::None;
        }
        match &self.sound {
            Sound::Here(segments) => Action::Audio(Command::Load {
                clip: self.clip.clone(),
                segments: segments.clone(),
                segment: start.track.min(segments.len().saturating_sub(1)),
                at: start.at,
                play: start.play,
            }),
            Sound::Coming(coming) if coming.sounds(start.track) => {
                let orders = coming.orders(&self.clip, self.main(), start);
                let orders = Action::Batch(orders.into_iter().map(Action::Audio).collect());
                orders.and(self.ask_again())
            }
            Sound::Loading => {
                self.start = Some(start);
                Action::None
            }
            Sound::Coming(_) => {
                self.start = Some(start);
                self.ask_again()
            }
            Sound::Unasked => {
                self.start = Some(start);
                match self.progress.is_some() {
                    true if self.waits => Action::None,
                    true => self.hear(),
                    false => self.load(),
                }
            }
        }
    }

    fn load(&mut self) -> Action<Message, Question> {
        self.sound = Sound::Loading;
        Action::Ask(Question::Load {
            clip: self.clip.clone(),
            key: self.key,
            tracks: self.tracks.clone(),
            by_program: self.despite.is_some(),
        })
    }

    /// Only a press leads here: no message ever starts a program by itself (RFC 3458 section 7).
    fn by_program(&mut self) -> Action<Message, Question> {
        let Some(Fault::Unknown(_)) = &self.fault else { return Action::None };
        self.despite = self.fault.take();
        self.start = Some(Start { track: self.main(), at: Duration::ZERO, play: true });
        self.load()
    }

    /// Decodes everything again and goes on where it was.
    pub fn reload(&mut self, ctx: &Context<'_>) -> Action<Message, Question> {
        if !matches!(self.sound, Sound::Here(_) | Sound::Coming(_)) {
            return Action::None;
        }
        let stop = if self.is_loaded(ctx.audio) {
            let (at, _) = self.position(ctx.audio);
            let play = self.wants_sound(ctx.audio);
            self.start = Some(Start { track: self.main(), at, play });
            Action::Audio(Command::Stop)
        } else {
            Action::None
        };
        self.peaks = Arc::from([]);
        self.sound = Sound::Unasked;
        let again = if self.progress.is_some() { self.hear() } else { self.load() };
        stop.and(again)
    }

    fn loaded(&mut self, result: Result<Loaded, Error>) -> Action<Message, Question> {
        match result {
            Ok(loaded) => {
                self.peaks = loaded.peaks;
                self.silences = loaded.silences;
                self.sound = Sound::Here(loaded.segments);
                self.despite = None;
                match self.start.take() {
                    Some(start) => self.begin(start),
                    None => Action::None,
                }
            }
            Err(error) => {
                self.sound = Sound::Unasked;
                self.start = None;
                if let Some(fault) = self.despite.take() {
                    self.fault = Some(fault);
                    return Action::say(error_text(&error));
                }
                self.fault = Some(if matches!(error, Error::Unreachable { .. }) {
                    Fault::NotHere
                } else {
                    Fault::Other(error.to_string())
                });
                Action::None
            }
        }
    }

    fn save(&self) -> Action<Message, Question> {
        if !self.saves {
            return Action::None;
        }
        let path = self.tracks.get(self.main()).and_then(|t| t.paths.first());
        path.map_or(Action::None, |path| {
            Action::Ask(Question::Save {
                key: self.key,
                path: path.clone(),
                name: self.file_name.clone(),
            })
        })
    }
}

fn unmute(needed: bool) -> Action<Message, Question> {
    if needed { Action::Audio(Command::Mute(false)) } else { Action::None }
}

/// The next speed of the stepper: quarters from 0.5 to 3.
fn step(speed: f32, by: i8) -> f32 {
    let quarters = (speed * 4.0).round() as i32 + i32::from(by);
    quarters.clamp(2, 12) as f32 / 4.0
}

/// The waveform of a recording in `count` bars; an empty recording has none.
#[must_use]
pub fn peaks_of(pcm: &Pcm, count: usize) -> (Arc<[u8]>, Arc<[bool]>) {
    load::measure(pcm, count)
}

#[cfg(test)]
mod tests;
