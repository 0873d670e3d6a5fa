//! Recordings that stand beside what a message is about: sent along with ordinary mail, among the
//! attachments of a voice message, inside an enclosed message. Each has a player where it stands.
//!
//! Nothing is decoded before it is asked for but a few short ones, so that a message with a thousand
//! recordings is a list; and only those played last keep their sound ([`KEPT`]). Playing one never
//! makes the message heard.

use super::{file_name, player, player::Player};
use crate::{
    audio,
    message::{Mail, PartInfo, PartRole},
    model::MessageKey,
    ui::screen::{Action, Ask, Context},
};

/// Recordings that are decoded before they are asked for, and how many octets each may have.
pub(super) const AHEAD: usize = 4;
const AHEAD_OCTETS: usize = 4 * 1024 * 1024;
/// Recordings that keep their decoded sound, in the message and in all messages inside together.
pub(super) const KEPT: usize = 8;
/// Recordings shown at first, and with each press on "Show more".
const SHOWN: usize = 20;

/// The recordings of one level of a message.
#[derive(Debug, Default)]
pub struct Clips {
    all: Vec<Clip>,
    shown: usize,
    /// The whole message is here, so sizes and lengths are true.
    complete: bool,
}

/// A recording.
#[derive(Debug)]
pub struct Clip {
    /// What it is called.
    pub title: String,
    /// Its size.
    pub octets: usize,
    /// Its player.
    pub player: Player,
}

/// What happens to them.
#[derive(Debug, Clone)]
pub enum Message {
    /// To the player of one.
    Player(usize, player::Message),
    /// Show more of them.
    More,
}

impl Message {
    /// The recording that it is for.
    pub(super) fn of(&self) -> Option<usize> {
        match self {
            Self::Player(at, _) => Some(*at),
            Self::More => None,
        }
    }
}

/// A question of the player of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Question(pub usize, pub player::Question);

/// The action of the recordings.
type Act = Action<Message, Question>;

impl Clips {
    /// The recordings of a message that its own player does not play. `above` leads to an enclosed
    /// message.
    #[must_use]
    pub fn new(
        key: MessageKey,
        mail: &Mail,
        above: Option<&str>,
        own: Option<&Player>,
        saves: bool,
    ) -> Self {
        let full = |part: &PartInfo| match above {
            Some(above) => format!("{above}/{}", part.path),
            None => part.path.clone(),
        };
        let beside = |part: &&PartInfo| {
            let played = own.is_some_and(|own| own.plays(&full(part)));
            part.rendering.sounds() && part.role != PartRole::Original && !played
        };
        let all = mail.parts.iter().filter(beside).map(|part| {
            let name = file_name(part);
            let title = part.description.clone().filter(|_| part.filename.is_none());
            Clip {
                title: title.unwrap_or_else(|| name.clone()),
                octets: part.octets,
                player: Player::of_part(key, part, full(part), name).saves(saves),
            }
        });
        Self { all: all.collect(), shown: SHOWN, complete: false }
    }

    /// Those on screen, and how many more there are.
    #[must_use]
    pub fn shown(&self) -> (&[Clip], usize) {
        let shown = self.shown.min(self.all.len());
        (self.all.get(..shown).unwrap_or_default(), self.all.len() - shown)
    }

    /// Whether their sizes and lengths are known.
    #[must_use]
    pub fn are_measured(&self) -> bool {
        self.complete
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.all.len()
    }

    /// The player of one.
    #[must_use]
    pub fn player(&self, at: usize) -> Option<&Player> {
        self.all.get(at).map(|clip| &clip.player)
    }

    /// The player of one, to be changed.
    pub fn player_mut(&mut self, at: usize) -> Option<&mut Player> {
        self.all.get_mut(at).map(|clip| &mut clip.player)
    }

    /// The one that is under way, if one is.
    #[must_use]
    pub fn under_way(&self, audio: &audio::State) -> Option<usize> {
        self.all.iter().position(|clip| clip.player.is_under_way(audio))
    }

    /// Whether something hangs open at one.
    #[must_use]
    pub fn hangs(&self) -> bool {
        self.all.iter().any(|clip| clip.player.hangs())
    }

    /// The wishes to play, and what is shown, outlive the download of the rest.
    pub fn inherit(&mut self, before: &Self) {
        self.shown = before.shown;
        for (clip, before) in self.all.iter_mut().zip(&before.all) {
            clip.player.inherit_wish(&before.player);
        }
    }

    /// Says how much of the message is here, or that the rest cannot be fetched.
    pub fn note(&mut self, complete: bool, failed: bool, have: (u64, u64)) {
        self.complete = complete;
        for clip in &mut self.all {
            match (complete, failed) {
                (true, _) => clip.player.set_progress(1, 1),
                (false, true) => clip.player.not_here(),
                (false, false) => clip.player.set_progress(have.0, have.1.max(have.0 + 1)),
            }
        }
    }

    /// Decodes what was asked for while the message was fetched, and with `ahead` a few short ones.
    pub fn prepare(&mut self, ahead: bool) -> Act {
        if !self.complete {
            return Action::None;
        }
        let few = ahead && self.all.len() <= AHEAD;
        let mut action = Action::None;
        for (at, clip) in self.all.iter_mut().enumerate() {
            let mut ask = clip.player.completed();
            if few && clip.octets <= AHEAD_OCTETS {
                ask = ask.and(clip.player.prepare());
            }
            action = action.and(ask.map(move |m| Message::Player(at, m), move |q| Question(at, q)));
        }
        action
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        let (at, message) = match message {
            Message::Player(at, message) => (at, message),
            Message::More => {
                self.shown = self.shown.saturating_add(SHOWN);
                return Action::None;
            }
        };
        let Some(clip) = self.all.get_mut(at) else { return Action::None };
        let action = clip.player.update(message, ctx);
        action.map(move |m| Message::Player(at, m), move |q| Question(at, q))
    }

    /// Decodes again what has code words in another order now.
    pub fn reload(&mut self, ctx: &Context<'_>) -> Act {
        let mut action = Action::None;
        for (at, clip) in self.all.iter_mut().enumerate() {
            let ask = clip.player.reload(ctx);
            action = action.and(ask.map(move |m| Message::Player(at, m), move |q| Question(at, q)));
        }
        action
    }
}

impl Ask<Message> for Question {
    fn ask(self, engine: &crate::engine::Engine) -> iced::Task<Message> {
        let Self(at, question) = self;
        question.ask(engine).map(move |m| Message::Player(at, m))
    }
}
