//! Which player the keys mean, and the now-playing strip: the one under way, else the first. And
//! which of those that are not the message's own keep their sound.

use super::{Act, Inner, Message, Page, Question, clips, player, player::Player};
use crate::{
    audio::State,
    model::MessageKey,
    ui::screen::{Action, Context},
};

/// Where a player stands in the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// That of the message.
    Main,
    /// That of the message that a report is about.
    About,
    /// A recording beside the message.
    Beside(usize),
    /// That of a message inside.
    Inner(usize),
    /// A recording beside a message inside.
    BesideInner(usize, usize),
}

impl Page {
    /// Its players, in the order in which they stand; of the recordings beside only the first.
    fn slots(&self) -> impl Iterator<Item = Slot> {
        let main = self.player.is_some().then_some(Slot::Main);
        let about = self.about.as_ref().and_then(|a| a.player.as_ref()).map(|_| Slot::About);
        let inner = self.inner.iter().enumerate().flat_map(|(at, inner)| {
            let own = inner.player.is_some().then_some(Slot::Inner(at));
            let beside = (!inner.clips.is_empty()).then_some(Slot::BesideInner(at, 0));
            own.into_iter().chain(beside)
        });
        let beside = (!self.clips.is_empty()).then_some(Slot::Beside(0));
        main.into_iter().chain(about).chain(beside).chain(inner)
    }

    /// The player that a key means.
    pub(super) fn in_hand(&self, audio: &State) -> Option<Slot> {
        let own = self
            .slots()
            .find(|slot| self.player_at(*slot).is_some_and(|player| player.is_under_way(audio)));
        let beside = || self.clips.under_way(audio).map(Slot::Beside);
        let inside = || {
            let mut inner = self.inner.iter().enumerate();
            inner.find_map(|(at, inner)| Some(Slot::BesideInner(at, inner.clips.under_way(audio)?)))
        };
        own.or_else(beside).or_else(inside).or_else(|| self.slots().next())
    }

    /// The player in a place.
    pub(super) fn player_at(&self, slot: Slot) -> Option<&Player> {
        match slot {
            Slot::Main => self.player.as_ref(),
            Slot::About => self.about.as_ref()?.player.as_ref(),
            Slot::Beside(at) => self.clips.player(at),
            Slot::Inner(at) => self.inner.get(at)?.player.as_ref(),
            Slot::BesideInner(inner, at) => self.inner.get(inner)?.clips.player(at),
        }
    }

    fn player_mut(&mut self, slot: Slot) -> Option<&mut Player> {
        match slot {
            Slot::Main => self.player.as_mut(),
            Slot::About => self.about.as_mut()?.player.as_mut(),
            Slot::Beside(at) => self.clips.player_mut(at),
            Slot::Inner(at) => self.inner.get_mut(at)?.player.as_mut(),
            Slot::BesideInner(inner, at) => self.inner.get_mut(inner)?.clips.player_mut(at),
        }
    }

    /// Takes over the wishes to play, and what is open, of the page that stood here before.
    pub(super) fn inherit_beside(&mut self, before: &Self) {
        self.clips.inherit(&before.clips);
        for inner in &mut self.inner {
            let Some(before) = before.inner.iter().find(|b| b.path == inner.path) else { continue };
            inner.clips.inherit(&before.clips);
            inner.open = before.open;
            if let (Some(player), Some(before)) = (&mut inner.player, &before.player) {
                player.inherit_wish(before);
            }
        }
    }

    /// Decodes what was asked for while the message was fetched, and a few short recordings. Those of
    /// messages inside are counted together: fifty messages with one each are many.
    pub(super) fn prepare_beside(&mut self) -> Act {
        let mut action = self.clips.prepare(true).map(Message::Clips, Question::Clips);
        if !self.opened.complete {
            return action;
        }
        let count = |inner: &Inner| inner.clips.count() + usize::from(inner.player.is_some());
        let few = self.inner.iter().map(count).sum::<usize>() <= clips::AHEAD;
        for (at, inner) in self.inner.iter_mut().enumerate() {
            let ask = inner.clips.prepare(few);
            action = action.and(
                ask.map(move |m| Message::InnerClips(at, m), move |q| Question::InnerClips(at, q)),
            );
            if let Some(player) = &mut inner.player {
                let wished = player.completed();
                let ask = wished.and(if few { player.prepare() } else { Action::None });
                action = action
                    .and(ask.map(move |m| Message::Inner(at, m), move |q| Question::Inner(at, q)));
            }
        }
        action
    }

    /// Something happened to a recording that is not the message's own: where it has its sound, the
    /// one that was asked for longest ago lets go of it.
    pub(super) fn keep(&mut self, slot: Slot, audio: &State) {
        if !self.player_at(slot).is_some_and(Player::is_here) {
            return;
        }
        self.recent.retain(|other| *other != slot);
        self.recent.push_back(slot);
        if self.recent.len() <= clips::KEPT {
            return;
        }
        // What the audio thread has stays in any case.
        let rests = |slot: &Slot| !self.player_at(*slot).is_some_and(|p| p.is_loaded(audio));
        let oldest = self.recent.iter().position(rests).and_then(|at| self.recent.remove(at));
        if let Some(player) = oldest.and_then(|slot| self.player_mut(slot)) {
            player.rest(audio);
        }
    }

    /// Gives what a key says to the player that it means.
    pub(super) fn keyed(
        &mut self,
        key: MessageKey,
        message: player::Message,
        ctx: &Context<'_>,
    ) -> Act {
        let Some(slot) = self.in_hand(ctx.audio) else { return Act::None };
        let message = match slot {
            Slot::Main => Message::Player(message),
            Slot::About => Message::AboutPlayer(message),
            Slot::Beside(at) => Message::Clips(clips::Message::Player(at, message)),
            Slot::Inner(at) => Message::Inner(at, message),
            Slot::BesideInner(inner, at) => {
                Message::InnerClips(inner, clips::Message::Player(at, message))
            }
        };
        self.update(key, message, ctx)
    }
}
