//! Composers that open and close, and the window's end: nothing that was begun gets lost by either.

use std::time::{Duration, Instant};

use iced::{Task, widget::operation};

use super::{App, Message, Page, Pane};
use crate::{
    engine::{Closed, DraftId, Engine, Error},
    model::OutboxId,
    ui::{
        bridge,
        screen::{
            Compose,
            composer::{self, Composer, Parting},
            outbox,
        },
        theme::Icon,
        toast::{Toast, Undo},
        words,
    },
};

/// How long the window waits for the disk when it is closed, and for a message that is handed over.
const LEAVE_MAX: Duration = Duration::from_secs(3);

/// How long a warning counts: the window closes without what cannot be kept when it is closed again
/// in that time.
const WARNED_FOR: Duration = Duration::from_secs(60);

/// A composer that was closed.
pub(super) struct Parted {
    /// Its number; answers to it carry that.
    number: u64,
    composer: Composer,
    /// Why its message could not be handed over after it was closed.
    failed: Option<String>,
}

/// How far the window is with closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// Nobody wants it to.
    No,
    /// It waits for the outcome of a message that is being handed over, since then.
    Handing(Instant),
    /// It waits for the disk; since when the user knows that it takes nothing.
    Saving(Option<Instant>),
    /// The disk took nothing, or a message is still not handed over. The next time the window closes
    /// all the same.
    Warned(Instant),
}

impl App {
    /// Opens a composer. One that is open is kept as a draft, and that is said; one that has the
    /// draft already stays as it is.
    pub(super) fn compose(&mut self, what: &Compose) -> Task<Message> {
        if let (Compose::Draft(draft), Some(open)) = (what, &self.composer)
            && open.draft() == draft
        {
            self.pane = Pane::Reading;
            self.page = Page::Mail;
            return Task::none();
        }
        let parted = self.part_composer();
        self.composers += 1;
        let (composer, act) = Composer::open(what, &self.shared.context());
        // The first thing that is missing has the keys; an answer by voice waits for Space.
        let field = composer.first_field().filter(|_| !matches!(what, Compose::Draft(_)));
        let focus = field.map_or_else(Task::none, operation::focus);
        self.composer = Some(composer);
        self.pane = Pane::Reading;
        self.page = Page::Mail;
        Task::batch([parted, self.composer_act(act), focus])
    }

    /// Opens a composer again whose message was sent, and takes the message back.
    pub(super) fn reopen(
        &mut self,
        ids: Vec<OutboxId>,
        mut composer: Box<Composer>,
    ) -> Task<Message> {
        let parted = self.part_composer();
        self.composers += 1;
        let act = composer.reopen(ids);
        self.composer = Some(*composer);
        self.pane = Pane::Reading;
        self.page = Page::Mail;
        Task::batch([parted, self.composer_act(act)])
    }

    /// Carries out what the composer wants; the answers are for this one alone.
    pub(super) fn composer_act(&mut self, act: composer::Act) -> Task<Message> {
        let number = self.composers;
        self.act(act, move |message| Message::ToComposer(number, message))
    }

    /// Hands an answer to the composer that it is for. One that was closed while it waited is closed
    /// once more when it knows what it holds.
    pub(super) fn answer_composer(
        &mut self,
        number: u64,
        message: composer::Message,
    ) -> Task<Message> {
        if let (composer::Message::Handed(Err(_)), Leaving::Handing(_)) = (&message, self.leaving) {
            // It is not sent: the window stays, so that this is seen.
            self.leaving = Leaving::No;
        }
        if self.composer.is_some() && number == self.composers {
            return self.composer(message);
        }
        let find = |parted: &&mut Parted| parted.number == number && parted.composer.is_waiting();
        let Some(parted) = self.parted.iter_mut().find(find) else { return Task::none() };
        if let composer::Message::Handed(Err(error)) = &message {
            parted.failed = Some(words::error_text(error));
        }
        let act = parted.composer.update(message, &self.shared.context());
        // Its message was not handed over, or its draft is open now: that is kept.
        let left = (!parted.composer.is_waiting()).then(|| parted.composer.part());
        let act = self.act(act, move |message| Message::ToComposer(number, message));
        self.drop_spent();
        let Some((stop, parting)) = left else { return act };
        let close = parting.map_or_else(Task::none, |parting| self.close_draft(parting));
        Task::batch([act, self.act(stop, |_| Message::Ignored), close])
    }

    /// Closes the composer. What it holds is kept as a draft; the engine says whether that was
    /// anything.
    pub(super) fn part_composer(&mut self) -> Task<Message> {
        let Some(mut composer) = self.composer.take() else { return Task::none() };
        let (act, parting) = composer.part();
        let act = self.act(act, |_| Message::Ignored);
        let number = self.composers;
        if parting.is_some() || composer.is_waiting() {
            self.parted.push(Parted { number, composer, failed: None });
        }
        let close = parting.map_or_else(Task::none, |parting| self.close_draft(parting));
        Task::batch([act, close])
    }

    fn close_draft(&self, Parting { draft, edition, content }: Parting) -> Task<Message> {
        let id = draft.clone();
        bridge::ask(
            self.engine.as_ref(),
            move |engine| async move { engine.close_draft(draft, edition, Some(content)).await },
            move |answer| Message::Parted(id.clone(), answer),
        )
    }

    /// The draft of a closed composer is on the disk, or not: then the composer is there again.
    pub(super) fn parted(
        &mut self,
        draft: &DraftId,
        answer: Result<Closed, Error>,
    ) -> Task<Message> {
        let at = self.parted.iter().position(|parted| parted.composer.draft() == draft);
        let parted = at.map(|at| self.parted.remove(at));
        let failed = parted.as_ref().and_then(|parted| parted.failed.clone());
        match answer {
            Ok(Closed { kept: true, sound_lost }) => {
                let text = match (failed, sound_lost) {
                    (Some(why), _) => fl!("composer-not-sent-kept", why = &why),
                    (None, true) => fl!("composer-kept-without-sound"),
                    (None, false) => fl!("composer-kept"),
                };
                let undo = Undo::Draft(draft.clone());
                self.put_toast(Toast::new(Icon::Check, text).undo(undo));
            }
            Ok(Closed { kept: false, sound_lost: true }) => {
                self.say(Icon::CircleX, fl!("composer-sound-lost"));
            }
            Ok(Closed { kept: false, sound_lost: false }) => {
                if let Some(why) = failed {
                    self.say(Icon::CircleX, why);
                }
            }
            Err(error) => {
                self.say(Icon::CircleX, words::error_text(&error));
                match parted {
                    Some(mut parted) if self.composer.is_none() => {
                        self.composers += 1;
                        let act = parted.composer.save_again();
                        self.composer = Some(parted.composer);
                        return self.composer_act(act);
                    }
                    // Another is open by now: this one is tried again when the window closes.
                    parted => self.parted.extend(parted),
                }
            }
        }
        Task::none()
    }

    /// A message was handed over: its composer is done.
    pub(super) fn drop_spent(&mut self) {
        if self.composer.as_ref().is_some_and(Composer::is_spent) {
            self.composer = None;
        }
        self.parted.retain(|parted| !parted.composer.is_spent());
    }

    /// Whether a message is being handed over, or taken back.
    fn hands_over(&self) -> bool {
        let parted = self.parted.iter().map(|parted| &parted.composer);
        self.composer.iter().chain(parted).any(Composer::is_leaving)
    }

    /// A message that the window waited for was handed over: it goes on to close.
    pub(super) fn leave_when_handed(&mut self) -> Option<Task<Message>> {
        let Leaving::Handing(_) = self.leaving else { return None };
        if self.hands_over() {
            return None;
        }
        self.leaving = Leaving::No;
        Some(self.quit())
    }

    /// The window waited long enough: it stays, and goes when it is closed once more.
    pub(super) fn handing_late(&mut self, since: Instant) -> Task<Message> {
        if self.leaving == Leaving::Handing(since) {
            self.leaving = Leaving::Warned(Instant::now());
            self.say(Icon::CircleX, fl!("quit-not-handed"));
        }
        Task::none()
    }

    /// Closes the window once everything that is open is on the disk, and what is being handed over
    /// is.
    pub(super) fn quit(&mut self) -> Task<Message> {
        let warned = match self.leaving {
            Leaving::No => None,
            Leaving::Handing(_) | Leaving::Saving(_) => return Task::none(),
            Leaving::Warned(at) => Some(at),
        };
        if self.hands_over() && warned.is_none_or(|at| at.elapsed() >= WARNED_FOR) {
            let since = Instant::now();
            self.leaving = Leaving::Handing(since);
            let wait = async { tokio::time::sleep(LEAVE_MAX).await };
            return Task::perform(wait, move |()| Message::HandingLate(since));
        }
        let mut stop = Vec::new();
        let mut partings = Vec::new();
        let parted = self.parted.iter_mut().map(|parted| &mut parted.composer);
        for composer in self.composer.iter_mut().chain(parted) {
            let (act, parting) = composer.part();
            stop.push(act);
            partings.extend(parting);
        }
        let stop: Vec<_> =
            stop.into_iter().map(|act| self.act(act, |_| Message::Ignored)).collect();
        let Some(engine) = self.engine.clone().filter(|_| !partings.is_empty()) else {
            return iced::exit();
        };
        self.leaving = Leaving::Saving(warned);
        let leave = Task::perform(save_all(engine, partings), Message::Left);
        Task::batch([Task::batch(stop), leave])
    }

    /// Everything is on the disk, or the user is asked once more.
    pub(super) fn left(&mut self, answer: Result<(), Error>) -> Task<Message> {
        let warned = match self.leaving {
            Leaving::Saving(warned) => warned.is_some_and(|at| at.elapsed() < WARNED_FOR),
            Leaving::No | Leaving::Handing(_) | Leaving::Warned(_) => false,
        };
        match answer {
            Ok(()) => iced::exit(),
            Err(_) if warned => iced::exit(),
            Err(error) => {
                self.leaving = Leaving::Warned(Instant::now());
                let why = words::error_text(&error);
                self.say(Icon::CircleX, format!("{} {why}", fl!("quit-not-kept")));
                Task::none()
            }
        }
    }

    /// Looks for drafts that were kept, or that a crash left behind.
    pub(super) fn find_kept(&self) -> Task<Message> {
        self.ask_drafts(Message::Kept)
    }

    /// Drafts came or went.
    pub(super) fn drafts_changed(&mut self) -> Task<Message> {
        let bar = match self.kept {
            Some(_) => self.ask_drafts(Message::StillKept),
            None => Task::none(),
        };
        match self.outbox.is_some() {
            true => Task::batch([bar, self.update(Message::Outbox(outbox::Message::Changed))]),
            false => bar,
        }
    }

    fn ask_drafts(&self, message: fn(Vec<crate::engine::Draft>) -> Message) -> Task<Message> {
        bridge::ask(
            self.engine.as_ref(),
            |engine| async move { engine.drafts().await },
            move |answer| message(answer.unwrap_or_default()),
        )
    }
}

/// Saves drafts, then closes them: where one is not saved, the window stays and all are still open.
async fn save_all(engine: Engine, partings: Vec<Parting>) -> Result<(), Error> {
    let save = async {
        let mut saved = Ok(());
        for Parting { draft, edition, content } in &partings {
            let one = engine.save_draft(draft.clone(), *edition, content.clone()).await;
            saved = saved.and(one.map(drop));
        }
        saved?;
        for Parting { draft, edition, .. } in partings {
            // The end of the process closes what this does not.
            let _ = engine.close_draft(draft, edition, None).await;
        }
        Ok(())
    };
    match tokio::time::timeout(LEAVE_MAX, save).await {
        Ok(saved) => saved,
        Err(_) => Err(Error::Store(std::io::ErrorKind::TimedOut.to_string())),
    }
}
