//! The message that is answered or forwarded: what the composer shows of it, and what it fills in
//! from it.

use std::time::Duration;

use super::{Act, Action, Composer, Kind, Question, Trouble, people::People, recorder::Phase};
use crate::{
    engine::{Account, Error, Opened},
    message::{Mail, PartRole},
    model::{Address, DateTime, MessageKey, MessageKind},
    ui::screen::{Context, words},
    wording::rows,
};

/// The message that is answered or forwarded, in short.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Original {
    pub(super) name: String,
    pub(super) kind: MessageKind,
    pub(super) length: Option<Duration>,
    pub(super) pages: Option<u32>,
    pub(super) date: DateTime,
    pub(super) private: bool,
    pub(super) paths: Vec<String>,
    /// The caller's name and number, which go along with a forward (RFC 3939 section 6.2).
    pub(super) caller: Option<(Option<String>, String)>,
}

impl Composer {
    /// The original is here, or cannot be had.
    pub(super) fn original_here(
        &mut self,
        key: MessageKey,
        result: Result<Box<Opened>, Error>,
        ctx: &Context<'_>,
    ) -> Act {
        let opened = match result {
            Ok(opened) => opened,
            Err(error) => {
                self.trouble = Some(Trouble::Said(words::error_text(&error)));
                return Action::None;
            }
        };
        let mail = &opened.mail;
        self.account = Some(opened.row.account);
        let paths: Vec<String> = mail
            .parts
            .iter()
            .filter(|p| p.role == PartRole::VoiceMessage)
            .map(|p| p.path.clone())
            .collect();
        if !matches!(self.kind, Kind::New) {
            self.original = Some(Original {
                name: rows::sender(&opened.row),
                kind: opened.row.kind,
                length: opened.row.duration,
                pages: opened.row.pages,
                date: opened.row.date,
                private: opened.row.private,
                paths: paths.clone(),
                caller: mail.sender.number.clone().map(|number| {
                    let name = mail.sender.name.clone();
                    (name.filter(|name| *name != number), number)
                }),
            });
        }
        if std::mem::take(&mut self.fill) {
            let account = ctx.accounts.iter().find(|a| a.id == opened.row.account);
            self.to = recipients(&opened, account, matches!(self.kind, Kind::ReplyAll(_)));
        }
        if !self.subject_touched {
            self.subject = match self.kind {
                Kind::New => rows::subject(&opened.row),
                Kind::Forward(_) => prefixed("Fwd: ", &rows::subject(&opened.row)),
                Kind::Reply(_) | Kind::ReplyAll(_) => prefixed("Re: ", &rows::subject(&opened.row)),
            };
        }
        let mut action = self.replan(ctx);
        // A draft that was begun before the original came has no recipients and subject yet.
        if self.edition > 0 || self.unsaved {
            action = action.and(self.changed());
        }
        // Sending a message again: its recording becomes ours.
        if self.kind == Kind::New && self.recorder.phase() == Phase::Ready {
            let file = self.dir.join("take-0.wav");
            action = action.and(Action::Ask(Question::Again { key, paths, file }));
        }
        action
    }
}

/// Whom an answer goes to: the sender, and for all everyone else but ourselves.
fn recipients(opened: &Opened, account: Option<&Account>, all: bool) -> People {
    let mail: &Mail = &opened.mail;
    let own = account.map(|a| &a.settings.address);
    let mut to: Vec<Address> = Vec::new();
    if let Some(address) = &mail.reply_to {
        let mut address = address.clone();
        // A Reply-To without a name is still the sender's, when it is the sender's address.
        if address.name.is_none() && mail.sender.address.as_ref() == Some(&address.addr) {
            address.name = Some(opened.row.sender.clone())
                .filter(|n| !n.is_empty() && n != address.addr.as_str());
        }
        to.push(address);
    }
    if all {
        let others = mail.to.iter().chain(&mail.cc);
        to.extend(
            others
                .filter(|a| own.is_none_or(|own| !own.same_mailbox(&a.addr)))
                .filter(|a| !a.addr.is_non_mail_user())
                .cloned(),
        );
    }
    People::of(to)
}

/// A subject with a prefix, unless it has it.
pub(super) fn prefixed(prefix: &str, subject: &str) -> String {
    let has = subject
        .get(..prefix.trim_end().len())
        .is_some_and(|head| head.eq_ignore_ascii_case(prefix.trim_end()));
    if has { subject.to_owned() } else { format!("{prefix}{subject}") }
}
