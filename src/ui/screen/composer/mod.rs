//! The composer: a voice message (new, reply, reply to all, forward with an introduction), or a
//! text message. Docked at the foot of the reading pane.
//!
//! The recording is a file from its first sample, everything else a draft within a second of each
//! change ([`draft`]); closing keeps it, a crash keeps it, sending reads it. Nothing without sound is ever sent. The
//! engine checks the rules again and chooses a format per recipient; here is only its line.

use std::{path::PathBuf, sync::Arc};

use iced::widget::{operation, text_editor};

use super::{Action, Compose, Context, Verb, words};
use crate::{
    audio::{ClipId, Command},
    engine::{DraftId, FormatPlan, Relation},
    model::{AccountId, Importance, MessageKey, voice::VoiceFormat},
};

mod ask;
mod draft;
mod options;
mod original;
pub mod people;
mod recipients;
pub mod recorder;
mod sending;
mod sound;
mod types;
mod view;
mod work;

pub use ask::Question;
pub use draft::Parting;
pub use options::Popover;
use original::Original;
use people::People;
use recorder::{Phase, Recorder, Take};
use sound::{hear, loaded, orders, stop_take, take_clip};
pub use types::{Kind, Line, Medium, Message, Trouble};
pub use view::{FIELDS, view};
pub use work::read as take;

/// How far a message is with being handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Its draft is being opened.
    Opening,
    /// It is being written.
    Open,
    /// The engine has it, or takes it back, and has not answered yet.
    Sending,
    /// There is nothing here any more: it was handed over, or its draft could not be opened.
    Spent,
}

/// The composer.
#[derive(Debug)]
pub struct Composer {
    kind: Kind,
    medium: Medium,
    account: Option<AccountId>,
    to: People,
    cc: People,
    cc_open: bool,
    subject: String,
    /// The user changed the subject; a late original must not.
    subject_touched: bool,
    recorder: Recorder,
    /// The recorder of the spoken subject, while it is open or holds one.
    spoken: Option<Recorder>,
    /// Its draft.
    draft: DraftId,
    /// The draft's folder, where its takes go; made when the composer opens.
    dir: PathBuf,
    dir_ready: bool,
    /// Counts the revisions that were handed to the disk.
    edition: u64,
    /// The user changed something.
    by_hand: bool,
    /// Something changed since the last revision.
    unsaved: bool,
    /// A timer that saves it runs.
    timer: bool,
    record_when_ready: bool,
    importance: Importance,
    private: bool,
    receipt: bool,
    note: Option<text_editor::Content>,
    original: Option<Original>,
    /// Recipients come from the original as soon as it is here.
    fill: bool,
    plan: FormatPlan,
    planned: u64,
    /// What the recipients cost, or may cost.
    costs: Vec<String>,
    format: Option<VoiceFormat>,
    popover: Option<Popover>,
    trouble: Option<Trouble>,
    send_after: bool,
    stage: Stage,
    maximized: bool,
    /// Sound of what was handed over, to write it back after Undo.
    kept: work::Kept,
    /// Waveform of the finished take, and which it belongs to.
    peaks: Option<(ClipId, Arc<[u8]>)>,
}

/// The composer's [`Action`].
pub type Act = Action<Message, Question>;

impl Composer {
    /// Opens a composer. A draft fills it once it is read.
    #[must_use]
    pub fn open(what: &Compose, ctx: &Context<'_>) -> (Self, Act) {
        let (kind, medium, to) = match what {
            Compose::Voice(to) => (Kind::New, Medium::Voice, to.clone()),
            Compose::Text(to) => (Kind::New, Medium::Text, to.clone()),
            Compose::ReplyVoice(key) => (Kind::Reply(*key), Medium::Voice, Vec::new()),
            Compose::ReplyAllVoice(key) => (Kind::ReplyAll(*key), Medium::Voice, Vec::new()),
            Compose::ReplyText(key) => (Kind::Reply(*key), Medium::Text, Vec::new()),
            Compose::Forward(key) => (Kind::Forward(*key), Medium::Voice, Vec::new()),
            Compose::Again { to, .. } => (Kind::New, Medium::Voice, to.clone()),
            Compose::Draft(_) => (Kind::New, Medium::Voice, Vec::new()),
        };
        let id = DraftId::random();
        let dir = ctx.recordings_dir.join(id.as_str());
        let mut composer = Self {
            kind,
            medium,
            account: ctx.accounts.first().map(|a| a.id),
            to: People::of(to),
            cc: People::default(),
            cc_open: false,
            subject: String::new(),
            subject_touched: false,
            recorder: Recorder::new(dir.clone(), "take", None),
            spoken: None,
            draft: id,
            dir,
            dir_ready: false,
            edition: 0,
            by_hand: false,
            unsaved: false,
            timer: false,
            record_when_ready: false,
            importance: Importance::Normal,
            private: matches!(what, Compose::Again { private: true, .. }),
            receipt: false,
            note: (medium == Medium::Text).then(text_editor::Content::new),
            original: None,
            fill: matches!(kind, Kind::Reply(_) | Kind::ReplyAll(_)),
            plan: FormatPlan::default(),
            planned: 0,
            costs: Vec::new(),
            format: None,
            popover: None,
            trouble: None,
            send_after: false,
            stage: Stage::Open,
            maximized: false,
            kept: Vec::new(),
            peaks: None,
        };
        if let Compose::Draft(id) = what {
            composer.draft = id.clone();
            composer.stage = Stage::Opening;
            return (composer, Action::Ask(Question::Draft(id.clone())));
        }
        let mut action = Action::Ask(Question::Prepare(composer.draft.clone()));
        let source = match what {
            Compose::Again { key, .. } => Some(*key),
            Compose::Voice(_)
            | Compose::Text(_)
            | Compose::ReplyVoice(_)
            | Compose::ReplyAllVoice(_)
            | Compose::ReplyText(_)
            | Compose::Forward(_)
            | Compose::Draft(_) => composer.key(),
        };
        if let Some(key) = source {
            action = action.and(Action::Ask(Question::Open(key)));
        }
        if medium == Medium::Voice {
            action = action.and(Action::Audio(Command::Monitor(true)));
        }
        let plan = composer.replan(ctx);
        (composer, action.and(plan))
    }

    /// The field that has the keys when it opens, where one is missing.
    #[must_use]
    pub fn first_field(&self) -> Option<&'static str> {
        match (self.medium, self.kind) {
            (_, Kind::New | Kind::Forward(_)) if self.to.chips.is_empty() => Some(view::TO),
            (Medium::Text, _) => Some(view::TEXT),
            (Medium::Voice, _) => None,
        }
    }

    /// Whether it fills the pane.
    #[must_use]
    pub fn is_maximized(&self) -> bool {
        self.maximized
    }

    /// Whether Space belongs to the recorder.
    #[must_use]
    pub fn takes_space(&self) -> bool {
        self.medium == Medium::Voice && self.stage == Stage::Open
    }

    /// Whether there is anything to lose.
    #[must_use]
    pub fn holds_something(&self) -> bool {
        self.by_hand || self.recorder.take().is_some() || self.recorder.is_open()
    }

    /// Its folder, where tests look for recordings.
    #[cfg(test)]
    pub(crate) fn dir(&self) -> &std::path::Path {
        &self.dir
    }

    /// Whether the engine has its message and has not answered yet.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        self.stage == Stage::Sending
    }

    /// Whether it was told to send its message and that has no outcome yet: the engine has it, or the
    /// recording is still being closed.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.is_sending() || self.send_after
    }

    /// Whether the engine has its message or its draft and has not answered yet.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        matches!(self.stage, Stage::Opening | Stage::Sending)
    }

    /// Whether nothing of it is left to show or to keep.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.stage == Stage::Spent
    }

    /// Whether a menu is open in it.
    #[must_use]
    pub fn hangs(&self) -> bool {
        self.popover.is_some()
    }

    /// Its draft.
    #[must_use]
    pub fn draft(&self) -> &DraftId {
        &self.draft
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        if let Message::SaveDue = message {
            self.timer = false;
        }
        // Handed over, or not there yet: only the outcome counts until it comes.
        let outcome =
            matches!(message, Message::Handed(_) | Message::Unsent(_) | Message::Draft(_));
        if self.stage != Stage::Open && !outcome {
            return Action::None;
        }
        let edit = self.edit_of(&message);
        let action = self.apply(message, ctx);
        action.and(self.note_edit(edit))
    }

    fn apply(&mut self, message: Message, ctx: &Context<'_>) -> Act {
        match message {
            Message::Original(key, result) => return self.original_here(key, result, ctx),
            Message::Draft(result) => return self.draft_here(result, ctx),
            Message::SaveDue => return self.save_due(),
            Message::Saved(result) => return self.saved(result),
            Message::Unsent(result) => return self.unsent(result),
            Message::Ready(Ok(())) => {
                self.dir_ready = true;
                if std::mem::take(&mut self.record_when_ready) {
                    return self.press();
                }
            }
            Message::Ready(Err(error)) => {
                self.record_when_ready = false;
                self.trouble = Some(Trouble::Said(words::error_text(&error)));
            }
            Message::Copied(file, Ok(pcm)) => {
                self.recorder.adopt(Take { file, length: pcm.duration() });
                return self.measure();
            }
            Message::Copied(_, Err(error)) => {
                self.trouble = Some(Trouble::Said(words::error_text(&error)));
            }
            Message::Audio => return self.audio(ctx),

            Message::Typed(line, text) => {
                return self.on_line(line, ctx, |people, account| {
                    let ask = people.typed(text, account);
                    ask.map_or(Action::None, |ask| {
                        Action::Ask(Question::Complete(line, ask.clone()))
                            .and(Action::Ask(Question::LookUp(line, ask)))
                    })
                });
            }
            Message::Enter(line) => {
                return self.on_line(line, ctx, |people, account| {
                    people.submit(account);
                    Action::None
                });
            }
            Message::Found(line, number, found) => {
                return self.on_line(line, ctx, |people, _| {
                    people.answered(number, found);
                    Action::None
                });
            }
            Message::Elsewhere(line, number, found) => {
                self.line(line).elsewhere(number, found);
            }
            Message::Pick(line, at) => {
                return self.on_line(line, ctx, |people, _| {
                    people.pick(at);
                    Action::None
                });
            }
            Message::Step(line, by) => self.line(line).step(by),
            Message::Dismiss(line) => self.line(line).dismiss(),
            Message::Remove(line, at) => {
                return self.on_line(line, ctx, |people, _| {
                    people.remove(at);
                    Action::None
                });
            }
            Message::OpenCc => {
                self.cc_open = true;
                return Action::Run(operation::focus(view::CC));
            }
            Message::Subject(text) => {
                self.subject = text;
                self.subject_touched = true;
            }

            Message::Press => {
                return match self.recorder.phase() {
                    Phase::Review => self.play(ctx),
                    Phase::Ready | Phase::Recording | Phase::Paused => self.press(),
                };
            }
            Message::Finish => return orders(self.recorder.finish()),
            Message::StartAgain => return self.start_again(),
            Message::UndoStartAgain => {
                return orders(self.recorder.undo_start_again()).and(self.measure());
            }
            Message::RecordMore => return orders(self.recorder.record_more()),
            Message::Play => return self.play(ctx),
            Message::Seek(at) => return self.seek(at, ctx),
            Message::Take(clip, result) => return loaded(clip, result),
            Message::Measured(clip, peaks) => self.peaks = Some((clip, peaks)),
            Message::PlayOriginal => return self.play_original(ctx),
            Message::SpokenSubject => return self.speak_subject(),
            Message::PlaySpoken => {
                let spoken = self.spoken.as_ref().and_then(Recorder::take);
                return spoken.map_or(Action::None, |take| hear(take, ctx));
            }
            Message::SpokenFinish => {
                let orders_of = self.spoken.as_mut().map(Recorder::finish);
                return orders(orders_of.unwrap_or_default());
            }
            Message::SpokenRemove => return self.remove_spoken(),

            Message::Toggle(popover) => self.toggle_popover(popover),
            Message::Importance(importance) => self.set_importance(importance),
            Message::Private(on) => self.private = on,
            Message::Receipt(on) => self.receipt = on,
            Message::OpenNote => {
                if self.toggle_note() {
                    return Action::Run(operation::focus(view::TEXT));
                }
            }
            Message::Note(change) => self.change_note(change),
            Message::Planned(number, plan) => self.planned(number, plan),
            Message::Format(format) => self.set_format(format),

            Message::Send => return self.send(ctx),
            Message::Handed(result) => return self.handed(result),
            Message::Close => return Action::Do(Verb::CloseComposer),
            Message::Maximize => self.maximized = !self.maximized,
            Message::Ignored => {}
        }
        Action::None
    }

    fn relation(&self) -> Relation {
        match self.kind {
            Kind::New => Relation::New,
            Kind::Reply(to) | Kind::ReplyAll(to) => Relation::Reply { to, include_original: false },
            Kind::Forward(key) => Relation::Forward(key),
        }
    }

    fn key(&self) -> Option<MessageKey> {
        match self.kind {
            Kind::New => None,
            Kind::Reply(key) | Kind::ReplyAll(key) | Kind::Forward(key) => Some(key),
        }
    }

    fn text(&self) -> Option<String> {
        let text = self.note.as_ref()?.text();
        (!text.trim().is_empty()).then(|| text.trim_end().to_owned())
    }

    /// Whether there is any; asked for each frame.
    fn has_text(&self) -> bool {
        let lines = self.note.iter().flat_map(text_editor::Content::lines);
        lines.into_iter().any(|line| !line.text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests;
