//! The composer and its draft: what of it is kept, when, and how it comes back.
//!
//! The engine keeps drafts ([`crate::engine::drafts`]). Each change is handed over after
//! [`SAVE_AFTER`]; a timer runs only while something is not saved. What Aloud filled in itself, the
//! recipients and subject of a reply, is no draft before the user changes something or records.

use std::time::Duration;

use iced::{Task, widget::text_editor};

use super::{
    Act, Action, Composer, Kind, Medium, Message, Question, Stage, Trouble, orders,
    people::People,
    recorder::{self, Recorder, Take},
};
use crate::{
    audio::Command,
    engine::{Account, Draft, DraftContent, DraftId, Error, Recipient, Relation, Saved, Sound},
    ui::screen::{Compose, Context, words},
};

/// From a change until it is handed to the disk: with the disk's time well under a second.
const SAVE_AFTER: Duration = Duration::from_millis(400);
/// Until the next attempt when the disk took nothing.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// What is left to keep when a composer closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parting {
    /// Its draft.
    pub draft: DraftId,
    /// Of the last revision.
    pub edition: u64,
    /// The last revision.
    pub content: DraftContent,
}

/// What a message does to the draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    /// Nothing.
    None,
    /// Another recording, or room for a note: no word of the user's yet.
    Aside,
    /// Perhaps other recipients, or other letters of one.
    Lines,
    /// The user changes words or options.
    ByHand,
}

impl Message {
    fn edit(&self) -> Edit {
        match self {
            Self::Typed(..)
            | Self::Enter(_)
            | Self::Found(..)
            | Self::Elsewhere(..)
            | Self::Pick(..)
            | Self::Remove(..) => Edit::Lines,
            Self::Subject(_)
            | Self::Importance(_)
            | Self::Private(_)
            | Self::Receipt(_)
            | Self::Format(_) => Edit::ByHand,
            Self::Note(change) if change.is_edit() => Edit::ByHand,
            Self::Press
            | Self::Finish
            | Self::StartAgain
            | Self::UndoStartAgain
            | Self::RecordMore
            | Self::Copied(..)
            | Self::SpokenSubject
            | Self::SpokenFinish
            | Self::SpokenRemove
            | Self::OpenNote => Edit::Aside,
            Self::Original(..)
            | Self::Draft(_)
            | Self::Ready(_)
            | Self::SaveDue
            | Self::Saved(_)
            | Self::Unsent(_)
            | Self::Audio
            | Self::Step(..)
            | Self::Dismiss(_)
            | Self::OpenCc
            | Self::Play
            | Self::Seek(_)
            | Self::Take(..)
            | Self::Measured(..)
            | Self::PlayOriginal
            | Self::PlaySpoken
            | Self::Note(_)
            | Self::Planned(..)
            | Self::Toggle(_)
            | Self::Send
            | Self::Handed(_)
            | Self::Close
            | Self::Maximize
            | Self::Ignored => Edit::None,
        }
    }
}

impl Composer {
    /// What a message may do to the draft, asked before it is applied.
    pub(super) fn edit_of(&self, message: &Message) -> EditMark {
        let edit = message.edit();
        EditMark(edit, (edit == Edit::Lines).then(|| self.lines()))
    }

    /// Notes what a message that was just applied did to the draft.
    pub(super) fn note_edit(&mut self, EditMark(edit, before): EditMark) -> Act {
        match edit {
            Edit::None => return Action::None,
            Edit::Aside => {}
            Edit::Lines if before.is_some_and(|before| before == self.lines()) => {
                return Action::None;
            }
            Edit::Lines | Edit::ByHand => self.by_hand = true,
        }
        self.changed()
    }

    /// What of the lines of recipients is kept.
    fn lines(&self) -> Lines {
        [&self.to, &self.cc].map(|line| (line.recipients(), line.input.clone()))
    }

    /// Something of the draft changed: it is saved soon.
    pub(super) fn changed(&mut self) -> Act {
        self.unsaved = true;
        if std::mem::replace(&mut self.timer, true) {
            return Action::None;
        }
        after(SAVE_AFTER)
    }

    /// Saves everything anew; answers to it under an earlier number are lost, the timer's too.
    pub fn save_again(&mut self) -> Act {
        self.timer = false;
        self.changed()
    }

    /// The timer went off.
    pub(super) fn save_due(&mut self) -> Act {
        if self.unsaved { self.save() } else { Action::None }
    }

    /// Hands what is not saved to the disk.
    pub(super) fn save(&mut self) -> Act {
        self.unsaved = false;
        self.edition += 1;
        let content = Box::new(self.content());
        Action::Ask(Question::Save(self.draft.clone(), self.edition, content))
    }

    /// The disk took a revision, or not: then it is tried again, and said.
    pub(super) fn saved(&mut self, result: Result<Saved, Error>) -> Act {
        match result {
            Ok(_) => {
                if matches!(self.trouble, Some(Trouble::NotKept(_))) {
                    self.trouble = None;
                }
                Action::None
            }
            Err(error) => {
                self.trouble = Some(Trouble::NotKept(words::error_text(&error)));
                self.unsaved = true;
                if std::mem::replace(&mut self.timer, true) {
                    return Action::None;
                }
                after(TRY_AGAIN_AFTER)
            }
        }
    }

    /// Ends what sounds or records here, and says what is left to keep. Nothing is while the message
    /// is being handed over: the engine has it, and the draft on the disk is as it was handed over.
    pub fn part(&mut self) -> (Act, Option<Parting>) {
        let mut act = orders(self.recorder.finish());
        if let Some(spoken) = &mut self.spoken {
            act = act.and(orders(spoken.finish()));
        }
        act = act.and(Action::Audio(Command::Monitor(false)));
        // Closed before its recording was, it is a draft.
        self.send_after = false;
        if self.stage != Stage::Open {
            return (act, None);
        }
        self.edition += 1;
        let (draft, edition) = (self.draft.clone(), self.edition);
        (act, Some(Parting { draft, edition, content: self.content() }))
    }

    /// Everything of the draft but its sound.
    pub(super) fn content(&self) -> DraftContent {
        let name = |recorder: Option<&Recorder>| {
            let file = &recorder?.take()?.file;
            Some(file.file_name()?.to_str()?.to_owned())
        };
        let (reply_to, forward) = match self.kind {
            Kind::New => (None, None),
            Kind::Reply(key) | Kind::ReplyAll(key) => (Some(key), None),
            Kind::Forward(key) => (None, Some(key)),
        };
        DraftContent {
            account: self.account,
            reply_to,
            reply_all: matches!(self.kind, Kind::ReplyAll(_)),
            forward,
            to: self.to.recipients(),
            to_typed: self.to.input.clone(),
            cc: self.cc.recipients(),
            cc_typed: self.cc.input.clone(),
            subject: self.subject.clone(),
            text: self.medium == Medium::Text,
            note: self.note.as_ref().map(text_editor::Content::text).unwrap_or_default(),
            importance: self.importance,
            private: self.private,
            ask_receipt: self.receipt,
            format: self.format,
            take: name(Some(&self.recorder)),
            spoken_subject: name(self.spoken.as_ref()),
            by_hand: self.by_hand,
        }
    }

    /// The draft that was to be opened is here, or cannot be had: then there is nothing to show.
    pub(super) fn draft_here(
        &mut self,
        result: Result<Box<Draft>, Error>,
        ctx: &Context<'_>,
    ) -> Act {
        match result {
            Ok(draft) => {
                let (composer, action) = Self::resume(*draft, ctx);
                *self = composer;
                action
            }
            Err(error) => {
                self.stage = Stage::Spent;
                Action::say(match matches!(error, Error::NotFound(_)) {
                    true => fl!("composer-draft-gone"),
                    false => words::error_text(&error),
                })
            }
        }
    }

    /// Opens what was kept on this computer.
    #[must_use]
    pub fn resume(draft: Draft, ctx: &Context<'_>) -> (Self, Act) {
        let content = draft.content;
        let what =
            if content.text { Compose::Text(Vec::new()) } else { Compose::Voice(Vec::new()) };
        let (mut composer, _) = Self::open(&what, ctx);
        composer.draft = draft.id;
        composer.dir = draft.dir;
        composer.dir_ready = true;
        composer.by_hand = content.by_hand;
        composer.recorder = Recorder::new(composer.dir.clone(), "again", None);
        if let Some(Sound { file, length }) = draft.take {
            composer.recorder.adopt(Take { file, length });
        }
        if let Some(Sound { file, length }) = draft.spoken {
            let limit = Some(recorder::SUBJECT_LIMIT);
            let mut spoken = Recorder::new(composer.dir.clone(), "subject-again", limit);
            spoken.adopt(Take { file, length });
            composer.spoken = Some(spoken);
        }
        composer.kind = match content.relation() {
            Relation::Forward(key) => Kind::Forward(key),
            Relation::Reply { to, .. } if content.reply_all => Kind::ReplyAll(to),
            Relation::Reply { to, .. } => Kind::Reply(to),
            Relation::New => Kind::New,
        };
        composer.account = content.account.or(composer.account);
        let account = composer.account_of(ctx);
        composer.to = People::resumed(content.to, content.to_typed, account);
        composer.cc = People::resumed(content.cc, content.cc_typed, account);
        composer.cc_open = !composer.cc.chips.is_empty() || !composer.cc.input.is_empty();
        // An answer whose original was not read when the process died is filled in now.
        let empty = !content.by_hand && composer.to.chips.is_empty() && content.subject.is_empty();
        composer.fill = empty && matches!(composer.kind, Kind::Reply(_) | Kind::ReplyAll(_));
        composer.subject_touched = !empty;
        composer.subject = content.subject;
        composer.importance = content.importance;
        composer.private = content.private;
        composer.receipt = content.ask_receipt;
        composer.format = content.format;
        if content.text || !content.note.is_empty() {
            composer.note = Some(text_editor::Content::with_text(&content.note));
        }
        if draft.sound_lost {
            composer.trouble = Some(Trouble::SoundLost);
        }
        let mut action = composer.replan(ctx).and(composer.measure());
        if !content.text && composer.recorder.take().is_none() {
            action = action.and(Action::Audio(Command::Monitor(true)));
        }
        if let Some(key) = composer.key() {
            action = action.and(Action::Ask(Question::Open(key)));
        }
        (composer, action)
    }
}

/// To and Cc: the recipients, and what is being typed.
type Lines = [(Vec<Recipient>, String); 2];

/// What a message may do to the draft; where it may change the lines of recipients, those before it.
pub(super) struct EditMark(Edit, Option<Lines>);

fn after(pause: Duration) -> Act {
    let timer = async move { tokio::time::sleep(pause).await };
    Action::Run(Task::perform(timer, |()| Message::SaveDue))
}

impl People {
    /// The recipients of this line, with those that are no address.
    fn recipients(&self) -> Vec<Recipient> {
        let recipient = |chip: &super::people::Chip| match &chip.address {
            Some(address) => Recipient::Address(address.clone()),
            None => Recipient::Text(chip.label.clone()),
        };
        self.chips.iter().map(recipient).collect()
    }

    /// A line as it was kept.
    fn resumed(recipients: Vec<Recipient>, typed: String, account: Option<&Account>) -> Self {
        let mut line = Self::default();
        for recipient in recipients {
            match (recipient, account) {
                (Recipient::Address(address), _) => {
                    line.chips.extend(Self::of([address]).chips);
                }
                (Recipient::Text(text), Some(account)) => {
                    line.input = text;
                    line.take_typed(account);
                }
                // Without an account nothing can be sent; the text is kept all the same.
                (Recipient::Text(text), None) => {
                    let chip = super::people::Chip {
                        address: None,
                        label: text,
                        detail: None,
                        number: false,
                        contact: None,
                        wrong: None,
                    };
                    line.chips.push(chip);
                }
            }
        }
        line.input = typed;
        line
    }
}
