//! Handing a message over, closing, and what is kept meanwhile.

use std::path::PathBuf;

use super::{
    Act, Action, Composer, Kind, Medium, Question, Stage, Trouble, orders, people::People,
    recorder::Recorder, stop_take, take_clip, work,
};
use crate::{
    audio::Command,
    engine::{DraftId, Error, FormatPlan, Outgoing, Unsent},
    model::{Importance, OutboxId},
    ui::screen::{Context, Verb, words},
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
        self.costs = self.tolls(ctx);
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
        self.stage = Stage::Sending;
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
                draft: Some(self.draft.clone()),
            },
            take: take.filter(|_| voice),
            spoken_subject: self
                .spoken
                .as_ref()
                .and_then(Recorder::take)
                .map(|t| t.file.clone())
                .filter(|_| voice),
        };
        let unsaved = if self.unsaved { self.save() } else { Action::None };
        stop_take(ctx.audio)
            .and(Action::Audio(Command::Monitor(false)))
            .and(unsaved)
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
            Medium::Text if !self.has_text() => Some(Trouble::NothingWritten),
            Medium::Voice | Medium::Text => None,
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
                self.stage = Stage::Open;
                self.trouble = Some(Trouble::Said(words::error_text(&error)));
                if self.unsaved { self.changed() } else { Action::None }
            }
        }
    }

    /// After Undo of Send: as it was, once its draft is written back and its rows are taken back.
    pub fn reopen(&mut self, ids: Vec<OutboxId>) -> Act {
        self.stage = Stage::Sending;
        self.send_after = false;
        self.timer = false;
        let kept = std::mem::take(&mut self.kept);
        let content = Box::new(self.content());
        Action::Ask(Question::Unsend(ids, self.draft.clone(), content, kept))
    }

    pub(super) fn unsent(&mut self, result: Result<Unsent, Error>) -> Act {
        match result {
            Ok(unsent) => {
                self.stage = Stage::Open;
                if unsent.gone.is_empty() {
                    return self.measure();
                }
                Action::say(fl!("composer-partly-gone")).and(self.measure())
            }
            // It is on its way: there is nothing to keep of this composer.
            Err(error) => {
                self.stage = Stage::Spent;
                Action::say(words::error_text(&error))
            }
        }
    }

    /// Asks for the waveform of the take.
    pub(super) fn measure(&self) -> Act {
        match self.recorder.take() {
            Some(take) => Action::Ask(Question::Measure(take_clip(take), take.file.clone())),
            None => Action::None,
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
            draft: DraftId::random(),
            dir: PathBuf::new(),
            dir_ready: false,
            edition: 0,
            by_hand: false,
            unsaved: false,
            timer: false,
            record_when_ready: false,
            importance: Importance::Normal,
            private: false,
            receipt: false,
            note: None,
            original: None,
            fill: false,
            plan: FormatPlan::default(),
            planned: 0,
            costs: Vec::new(),
            format: None,
            popover: None,
            trouble: None,
            send_after: false,
            stage: Stage::Spent,
            maximized: false,
            kept: Vec::new(),
            peaks: None,
        }
    }
}
