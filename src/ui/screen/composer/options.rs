//! The options of a message, and what they mean for its recipients.

use iced::widget::text_editor;

use super::{Composer, Medium, Trouble};
use crate::{
    engine::{Error, FormatPlan},
    message::address,
    model::{Importance, voice::VoiceFormat},
    ui::{
        screen::{Context, words},
        widget::lines::Change,
    },
    wording,
};

/// What hangs open in the composer; one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Popover {
    /// The choice of importance.
    Importance,
    /// The choice of format.
    Format,
}

impl Composer {
    /// Opens a popover in place of another, or closes it.
    pub(super) fn toggle_popover(&mut self, popover: Popover) {
        self.popover = (self.popover != Some(popover)).then_some(popover);
    }

    pub(super) fn set_importance(&mut self, importance: Importance) {
        self.importance = importance;
        self.popover = None;
    }

    pub(super) fn set_format(&mut self, format: Option<VoiceFormat>) {
        self.format = format;
        self.popover = None;
        self.recorder.set_limit(self.plan.room(self.format));
    }

    /// Opens the note of a voice message, or removes it. True when it is open.
    pub(super) fn toggle_note(&mut self) -> bool {
        if self.medium == Medium::Voice {
            self.note = match self.note.take() {
                None => Some(text_editor::Content::new()),
                Some(_) => None,
            };
        }
        self.note.is_some()
    }

    pub(super) fn change_note(&mut self, change: Change) {
        if let Some(note) = &mut self.note {
            change.apply(note);
        }
        if self.trouble == Some(Trouble::NothingWritten) {
            self.trouble = None;
        }
    }

    /// Which format each recipient gets. A late answer counts no more.
    pub(super) fn planned(&mut self, number: u64, plan: Result<FormatPlan, Error>) {
        if let (Ok(plan), true) = (plan, number == self.planned) {
            self.plan = plan;
            self.recorder.set_limit(self.plan.room(self.format));
        }
    }

    /// The names of recipients whose system gets VPIM, and so no text note.
    pub(super) fn without_note(&self) -> Vec<String> {
        let groups = self.plan.groups.iter();
        groups
            .filter(|(format, _)| self.format.unwrap_or(*format) == VoiceFormat::Vpim)
            .flat_map(|(_, to)| to.iter().map(|a| self.label_of(a)))
            .collect()
    }

    /// What recipients cost, or may cost: numbers that a gateway dials (RFC 3804 section 5).
    pub(super) fn tolls(&self, ctx: &Context<'_>) -> Vec<String> {
        let gateway = self.account_of(ctx).and_then(|a| a.settings.gateway.as_deref());
        let mut all: Vec<String> = Vec::new();
        for to in self.everyone() {
            let parsed = address::parse(to.addr.as_str());
            let through = gateway.filter(|g| g.eq_ignore_ascii_case(to.addr.domain()));
            let said = wording::address::toll(&parsed).or_else(|| {
                let number = parsed.number.as_deref().filter(|n| n.starts_with('+'))?;
                let number = words::phone(number);
                Some(fl!("composer-toll-gateway", domain = through?, number = &number))
            });
            all.extend(said.filter(|said| !all.contains(said)));
        }
        all.truncate(3);
        all
    }
}
