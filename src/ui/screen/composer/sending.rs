//! Handing a message over, closing, and what is kept meanwhile.

use std::path::PathBuf;

use super::{
    Act, Action, Composer, Kind, Medium, Question, Trouble, draft::Facts, orders, people::People,
    recorder::Recorder, stop_take, take_clip, work,
};
use crate::{
    audio::Command,
    engine::{Error, FormatPlan, Outgoing},
    model::{Importance, OutboxId},
    ui::{
        screen::{Context, Toast, Undo, Verb, words},
        theme::Icon,
    },
};

impl Composer {
    pub(super) fn send(&mut self, ctx: &Context<'_>) -> Act {
        let Some(account) = self.account_of(ctx) else {
            self.trouble = Some(Trouble::NoAccount);
            return Action::None;
        };
        // What is still being typed counts as a recipient.
        self.to.take_typed(account);
        self.cc.take_typed(account);
        let account = account.id;
        self.trouble = self.check();
        if self.trouble.is_some() {
            return Action::None;
        }
        if !self.takes_closed() {
            self.send_after = true;
            let spoken = self.spoken.as_mut().map(Recorder::finish).unwrap_or_default();
            return orders(spoken).and(orders(self.recorder.finish()));
        }
        let take = self.recorder.take().map(|t| t.file.clone());
        let voice = self.medium == Medium::Voice;
        if voice && take.is_none() {
            self.trouble = Some(Trouble::NothingRecorded);
            return Action::None;
        }
        self.sending = true;
        let job = work::Job {
            outgoing: Outgoing {
                account,
                relation: self.relation(),
                to: self.to.addresses(),
                cc: self.cc.addresses(),
                subject: self.subject.trim().to_owned(),
                voice: None,
                spoken_subject: None,
                text: self.text(),
                importance: self.importance,
                private: self.private,
                ask_receipt: self.receipt,
                format: self.format,
                recording: Some(self.dir.clone()),
            },
            take: take.filter(|_| voice),
            spoken_subject: self
                .spoken
                .as_ref()
                .and_then(Recorder::take)
                .map(|t| t.file.clone())
                .filter(|_| voice),
        };
        stop_take(ctx.audio)
            .and(Action::Audio(Command::Monitor(false)))
            .and(Action::Ask(Question::Send(Box::new(job))))
    }

    /// What keeps it from being sent, before the recording is looked at.
    fn check(&self) -> Option<Trouble> {
        if let Some((fact, line)) = self.to.wrong().or(self.cc.wrong()) {
            return Some(Trouble::Recipient(fact.clone(), line.clone()));
        }
        if self.to.chips.is_empty() && self.cc.chips.is_empty() {
            return Some(Trouble::Nobody);
        }
        match self.medium {
            Medium::Voice if !self.recorder.is_open() && self.recorder.take().is_none() => {
                Some(Trouble::NothingRecorded)
            }
            Medium::Text if self.text().is_none() => Some(Trouble::NothingWritten),
            _ => None,
        }
    }

    pub(super) fn handed(&mut self, result: Result<(Vec<OutboxId>, work::Kept), Error>) -> Act {
        match result {
            Ok((ids, kept)) => {
                self.kept = kept;
                let to = self.names();
                // The window keeps this composer for Undo and puts an empty one in its place.
                let composer = Box::new(std::mem::replace(self, Self::spent()));
                Action::Do(Verb::Sent { ids, to, composer })
            }
            Err(error) => {
                self.sending = false;
                self.trouble = Some(Trouble::Said(words::error_text(&error)));
                Action::None
            }
        }
    }

    pub(super) fn close(&mut self) -> Act {
        let held = self.holds_something();
        let close = Action::Audio(Command::Monitor(false)).and(Action::Do(Verb::CloseComposer));
        if !held {
            return orders(self.recorder.discard())
                .and(Action::Ask(Question::Forget(self.dir.clone())))
                .and(close);
        }
        orders(self.recorder.finish()).and(self.keep()).and(close).and(Action::Toast(
            Toast::new(Icon::Check, fl!("composer-kept")).undo(Undo::DeleteDraft(self.dir.clone())),
        ))
    }

    /// Asks for the waveform of the take.
    pub(super) fn measure(&self) -> Act {
        match self.recorder.take() {
            Some(take) => Action::Ask(Question::Measure(take_clip(take), take.file.clone())),
            None => Action::None,
        }
    }

    /// Writes what goes with the recording, so that a crash loses no recipient either.
    pub(super) fn keep(&self) -> Act {
        Action::Ask(Question::Keep(self.dir.clone(), self.facts()))
    }

    pub(super) fn facts(&self) -> Facts {
        let name = |recorder: Option<&Recorder>| {
            let file = &recorder?.take()?.file;
            Some(file.file_name()?.to_str()?.to_owned())
        };
        Facts {
            account: self.account,
            reply_to: match self.kind {
                Kind::Reply(key) | Kind::ReplyAll(key) => Some(key),
                _ => None,
            },
            forward: match self.kind {
                Kind::Forward(key) => Some(key),
                _ => None,
            },
            to: self.to.addresses(),
            cc: self.cc.addresses(),
            subject: self.subject.clone(),
            text: self.medium == Medium::Text,
            note: self.text().unwrap_or_default(),
            importance: self.importance,
            private: self.private,
            ask_receipt: self.receipt,
            take: name(Some(&self.recorder)),
            spoken_subject: name(self.spoken.as_ref()),
        }
    }

    /// What stands in for a composer that was handed over.
    fn spent() -> Self {
        Self {
            kind: Kind::New,
            medium: Medium::Text,
            account: None,
            to: People::default(),
            cc: People::default(),
            cc_open: false,
            subject: String::new(),
            subject_touched: false,
            recorder: Recorder::new(PathBuf::new(), "take", None),
            spoken: None,
            dir: PathBuf::new(),
            dir_ready: false,
            record_when_ready: false,
            importance: Importance::Normal,
            importance_open: false,
            private: false,
            private_hint: false,
            receipt: false,
            note: None,
            original: None,
            fill: false,
            plan: FormatPlan::default(),
            planned: 0,
            format: None,
            format_open: false,
            trouble: None,
            send_after: false,
            sending: true,
            maximized: false,
            kept: Vec::new(),
            peaks: None,
        }
    }
}
