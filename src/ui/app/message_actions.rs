//! Actions on messages (archive, delete, move, mark), their toasts, and how they are undone.

use iced::Task;

use super::{App, Done, Layout, Message, Undo};
use crate::{
    engine::{DeletedUnheard, Error, Mark, Progress, UndoToken},
    model::MessageKey,
    ui::{
        bridge,
        screen::{Compose, composer, player},
        theme::Icon,
        toast::{self, Toast},
        words,
    },
};

impl App {
    pub(super) fn archive(&mut self, keys: Vec<MessageKey>) -> Task<Message> {
        let done = Done::Archived(keys.len(), self.subject(&keys));
        let next = self.take_away(&keys);
        let task = bridge::ask(
            self.engine.as_ref(),
            move |engine| async move { engine.archive(keys).await },
            move |answer| Message::Done(done.clone(), answer),
        );
        Task::batch([next, task])
    }

    pub(super) fn move_to_inbox(&mut self, keys: Vec<MessageKey>) -> Task<Message> {
        let done = Done::ToInbox(keys.len());
        let next = self.take_away(&keys);
        let task = bridge::ask(
            self.engine.as_ref(),
            move |engine| async move { engine.move_to_inbox(keys).await },
            move |answer| Message::Done(done.clone(), answer),
        );
        Task::batch([next, task])
    }

    pub(super) fn delete(&mut self, mut keys: Vec<MessageKey>) -> Task<Message> {
        // What lies among the deleted messages is deleted; nothing is ever lost by one key more.
        let (list, shared) = (&self.list, &self.shared);
        keys.retain(|key| list.find(*key).is_none_or(|row| !shared.is_trash(row.mailbox)));
        if keys.is_empty() {
            self.say(Icon::Trash2, fl!("toast-deleted-already"));
            return Task::none();
        }
        let done = Done::Deleted(keys.len(), self.subject(&keys));
        let next = self.take_away(&keys);
        let task = bridge::ask(
            self.engine.as_ref(),
            move |engine| async move {
                let token = engine.delete(keys.clone()).await?;
                // What cannot be found out is not asked about.
                let unheard = engine.deleted_unheard(keys).await.unwrap_or_default();
                Ok((token, unheard))
            },
            move |answer| Message::Deleted(done.clone(), answer),
        );
        Task::batch([next, task])
    }

    pub(super) fn mark(&mut self, keys: Vec<MessageKey>, mark: Mark) -> Task<Message> {
        let (done, progress) = match mark {
            Mark::Heard => (Done::Heard(keys.len()), Progress::Done),
            Mark::Unheard => (Done::Unheard(keys.len()), Progress::New),
        };
        self.list.change(&keys, |row| row.progress = progress);
        bridge::ask(
            self.engine.as_ref(),
            move |engine| async move { engine.mark(keys, mark).await },
            move |answer| Message::Done(done.clone(), answer),
        )
    }

    fn subject(&self, keys: &[MessageKey]) -> Option<String> {
        match keys {
            [key] => self.list.find(*key).map(|row| row.subject.clone()).filter(|s| !s.is_empty()),
            [] | [_, _, ..] => None,
        }
    }

    /// Takes rows out of the list before the server confirms. What sounds stops with its message.
    fn take_away(&mut self, keys: &[MessageKey]) -> Task<Message> {
        let player = &self.shared.sound.player;
        if player.clip.as_ref().and_then(player::key_of).is_some_and(|key| keys.contains(&key)) {
            self.send(crate::audio::Command::Stop);
        }
        let narrow = self.shared.layout() == Layout::Narrow;
        let action = self.list.remove(keys);
        if narrow {
            self.forward = false;
        }
        if self.reader.as_ref().is_some_and(|reader| keys.contains(&reader.key())) {
            self.reader = None;
        }
        self.list_action(action)
    }

    pub(super) fn done(&mut self, done: Done, answer: Result<UndoToken, Error>) -> Task<Message> {
        match answer {
            Ok(token) => {
                let (mark, text) = done_words(&done);
                self.put_toast(Toast::new(mark, text).undo(Undo::Engine(token)));
                self.overview()
            }
            Err(error) => {
                self.say(Icon::CircleX, words::error_text(&error));
                self.reload_soon()
            }
        }
    }

    /// As [`Self::done`]; senders who asked for a receipt are asked about in a bar.
    pub(super) fn deleted(
        &mut self,
        done: Done,
        answer: Result<(UndoToken, Vec<DeletedUnheard>), Error>,
    ) -> Task<Message> {
        let answer = answer.map(|(token, unheard)| {
            self.unheard.extend(unheard.into_iter().map(|one| (token, one)));
            token
        });
        self.done(done, answer)
    }

    /// The first sender asked about is told, or not. Without an answer nothing is sent.
    pub(super) fn tell_deleted(&mut self, send: bool) -> Task<Message> {
        if self.unheard.is_empty() {
            return Task::none();
        }
        let (_, DeletedUnheard { key, sender, .. }) = self.unheard.remove(0);
        let name = send.then_some(sender);
        bridge::ask(
            self.engine.as_ref(),
            move |engine| async move { engine.answer_receipt_deleted(key, send).await },
            move |answer| Message::Told(name.clone(), answer),
        )
    }

    pub(super) fn told(
        &mut self,
        name: Option<String>,
        answer: Result<(), Error>,
    ) -> Task<Message> {
        match (answer, name) {
            (Ok(()), Some(name)) => {
                self.say(Icon::MailCheck, fl!("toast-receipt-sent", name = &name));
            }
            (Ok(()), None) => {}
            (Err(error), _) => self.say(Icon::CircleX, words::error_text(&error)),
        }
        Task::none()
    }

    pub(super) fn undo(&mut self) -> Task<Message> {
        self.toast = None;
        match self.undo.take() {
            None => Task::none(),
            Some(Undo::Engine(token)) => {
                self.unheard.retain(|(deleted, _)| *deleted != token);
                bridge::ask(
                    self.engine.as_ref(),
                    move |engine| async move { engine.undo(token).await },
                    Message::Undone,
                )
            }
            Some(Undo::Send(ids)) => {
                let Some(composer) = self.sent.take() else { return Task::none() };
                self.sending.retain(|s| !s.ids.iter().any(|id| ids.contains(id)));
                self.reopen(ids, composer)
            }
            Some(Undo::Take) => self.composer(composer::Message::UndoStartAgain),
            Some(Undo::Draft(draft)) => self.compose(&Compose::Draft(draft)),
        }
    }

    /// Throws the draft away that was just kept.
    fn delete_draft(&mut self) -> Task<Message> {
        match self.undo.take() {
            Some(Undo::Draft(draft)) => {
                self.say(Icon::Trash2, fl!("toast-draft-deleted"));
                self.order(move |engine| async move { engine.remove_draft(draft).await })
            }
            other => {
                self.undo = other;
                Task::none()
            }
        }
    }

    // Toasts

    pub(super) fn say(&mut self, mark: Icon, text: String) {
        self.put_toast(Toast::new(mark, text));
    }

    /// Shows a toast. What it offers to take back is what Ctrl+Z takes back from now on.
    pub(super) fn put_toast(&mut self, toast: Toast) {
        if let Some(undo) = &toast.undo {
            self.undo = Some(undo.clone());
            self.sent = None;
        }
        self.toast = Some(toast);
    }

    /// What was sent is gone, or refused: there is nothing to take back.
    pub(super) fn forget_sent(&mut self) {
        if matches!(self.undo, Some(Undo::Send(_))) {
            self.undo = None;
            self.sent = None;
        }
    }

    pub(super) fn second(&mut self) -> Task<Message> {
        if let Some(toast) = &mut self.toast
            && !toast.tick()
        {
            self.toast = None;
        }
        Task::none()
    }

    pub(super) fn toast_message(&mut self, message: toast::Message) -> Task<Message> {
        match message {
            toast::Message::Held(held) => {
                if let Some(toast) = &mut self.toast {
                    toast.held = held;
                }
                Task::none()
            }
            toast::Message::Act => self.undo(),
            toast::Message::Delete => self.delete_draft(),
        }
    }
}

fn done_words(done: &Done) -> (Icon, String) {
    match done {
        Done::Archived(_, Some(subject)) => {
            (Icon::Archive, fl!("toast-archived", subject = subject))
        }
        Done::Archived(count, None) => (Icon::Archive, fl!("toast-archived-many", count = *count)),
        Done::Deleted(_, Some(subject)) => (Icon::Trash2, fl!("toast-deleted", subject = subject)),
        Done::Deleted(count, None) => (Icon::Trash2, fl!("toast-deleted-many", count = *count)),
        Done::ToInbox(count) => (Icon::Inbox, fl!("toast-to-inbox", count = *count)),
        Done::Heard(count) => (Icon::CircleCheck, fl!("toast-heard", count = *count)),
        Done::Unheard(count) => (Icon::CircleDot, fl!("toast-unheard", count = *count)),
    }
}
