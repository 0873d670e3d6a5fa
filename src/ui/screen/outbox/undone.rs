//! The part of the outbox about what was asked for of the servers and is not done: each with the
//! server's words, the way to ask again and the way to give it up.
//!
//! What was only not tried yet is not listed: it goes by itself, and the state of the connection is
//! told where it belongs.

use iced::{
    Alignment, Length, Task,
    widget::{column, row},
};

use super::{Context, entry_of};
use crate::{
    engine::{Engine, Error, Operation, OperationId, OperationState},
    ui::{
        screen::{Action, words::error_text},
        theme::{Icon, Look, SEMIBOLD, Type, icon},
        widget::{Avatar, El, avatar, button, ellipsis},
    },
    wording::{self, figures},
};

/// Most that are drawn; the rest is counted.
const SHOWN: usize = 100;

/// What is not done.
#[derive(Debug, Default)]
pub struct Undone {
    all: Vec<Operation>,
    /// Those with an order under way; their buttons rest.
    busy: Vec<OperationId>,
}

/// What happens to it.
#[derive(Debug, Clone)]
pub enum Message {
    /// "Try again".
    Retry(OperationId),
    /// "Give up", or "Remove" for what was given up.
    Discard(OperationId),
    /// The engine has done either.
    Done(OperationId, Result<(), Error>),
}

/// What it asks the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Asks the server again now.
    Retry(OperationId),
    /// Forgets it; what it did here is taken back.
    Discard(OperationId),
}

impl Undone {
    /// Takes the engine's list.
    pub fn loaded(&mut self, all: Vec<Operation>) {
        self.all = all.into_iter().filter(|o| o.state != OperationState::Waiting).collect();
        self.busy.retain(|id| self.all.iter().any(|o| o.id == *id));
    }

    /// Whether there is nothing to show.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Applies `message`.
    pub fn update(&mut self, message: Message) -> Action<Message, Question> {
        match message {
            Message::Retry(id) => self.order(id, Question::Retry(id)),
            Message::Discard(id) => self.order(id, Question::Discard(id)),
            Message::Done(id, result) => {
                self.busy.retain(|busy| *busy != id);
                match result {
                    // What is done meanwhile needs no order any more.
                    Ok(()) | Err(Error::NotFound(_)) => Action::None,
                    Err(error) => Action::say(error_text(&error)),
                }
            }
        }
    }

    fn order(&mut self, id: OperationId, question: Question) -> Action<Message, Question> {
        if self.busy.contains(&id) {
            return Action::None;
        }
        self.busy.push(id);
        Action::Ask(question)
    }
}

impl Question {
    /// Asks the engine.
    pub fn ask(self, engine: &Engine) -> Task<Message> {
        let e = engine.clone();
        match self {
            Self::Retry(id) => {
                Task::perform(async move { e.retry_operation(id).await }, move |done| {
                    Message::Done(id, done)
                })
            }
            Self::Discard(id) => {
                Task::perform(async move { e.discard_operation(id).await }, move |done| {
                    Message::Done(id, done)
                })
            }
        }
    }
}

/// Draws the heading and the rows.
pub fn view<'a>(undone: &'a Undone, ctx: &Context<'a>, look: Look) -> Vec<El<'a, Message>> {
    if undone.is_empty() {
        return Vec::new();
    }
    let title = look.text(Type::Ui, fl!("undone-title")).font(SEMIBOLD).color(look.c.text);
    let mut rows: Vec<El<'a, Message>> = vec![title.into()];
    for operation in undone.all.iter().take(SHOWN) {
        rows.push(entry(operation, undone.busy.contains(&operation.id), ctx, look));
    }
    let more = undone.all.len().saturating_sub(SHOWN);
    if more > 0 {
        let more = fl!("undone-more", count = more);
        rows.push(look.text(Type::Small, more).color(look.c.text_2).into());
    }
    rows
}

fn entry<'a>(
    operation: &'a Operation,
    busy: bool,
    ctx: &Context<'a>,
    look: Look,
) -> El<'a, Message> {
    let c = look.c;
    let id = operation.id;
    let subject = match operation.subject.is_empty() {
        true => fl!("subject-none"),
        false => operation.subject.clone(),
    };
    let failed = operation.state == OperationState::Failed;
    let (mark, color) =
        if failed { (Icon::CircleAlert, c.danger) } else { (Icon::Clock, c.text_2) };
    let said = look.text(Type::Small, wording::operation::sentence(operation)).color(color);
    let again = match operation.state {
        OperationState::Later(at) => {
            let time = figures::time_of_day(at, ctx.now);
            Some(look.text(Type::Small, fl!("undone-again", time = time)).color(c.text_3))
        }
        OperationState::Waiting | OperationState::Failed => None,
    };
    let words = column![
        ellipsis(look, Type::Ui, subject).font(SEMIBOLD).color(c.text),
        row![icon(mark, 14.0, color), said.width(Length::Fill)]
            .spacing(6)
            .align_y(Alignment::Start),
    ]
    .push(again)
    .spacing(2)
    .width(Length::Fill);
    let active = |message: Message| (!busy).then_some(message);
    let retry = (!failed).then(|| {
        button::outline_small(look, fl!("try-again")).on_press_maybe(active(Message::Retry(id)))
    });
    let label = if failed { fl!("undone-remove") } else { fl!("undone-give-up") };
    let discard = button::outline_small(look, label).on_press_maybe(active(Message::Discard(id)));
    let buttons = row![].push(retry).push(discard).spacing(8).align_y(Alignment::Center);
    entry_of(avatar(look, Avatar::Symbol(mark), 36.0), words.into(), buttons.into(), ctx)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{Missing, OpFailure, OperationKind, Refusal},
        model::{AccountId, DateTime, MailboxId, MessageKey},
    };

    fn operation(id: i64, state: OperationState) -> Operation {
        Operation {
            id: OperationId(id),
            account: AccountId(1),
            mailbox: MailboxId(1),
            message: MessageKey(id),
            subject: "Friday".into(),
            kind: OperationKind::Move(MailboxId(2)),
            state,
            why: OpFailure::Server,
            said: "Not today".into(),
            attempts: 1,
        }
    }

    #[test]
    fn what_was_only_not_tried_yet_is_not_listed() {
        let mut undone = Undone::default();
        undone.loaded(vec![operation(1, OperationState::Waiting)]);
        assert!(undone.is_empty());
        undone.loaded(vec![operation(2, OperationState::Later(DateTime::utc(0)))]);
        assert!(!undone.is_empty());
    }

    #[test]
    fn one_order_at_a_time_and_what_is_done_meanwhile_is_no_error() {
        let mut undone = Undone::default();
        undone.loaded(vec![operation(2, OperationState::Failed)]);
        let id = OperationId(2);
        let asked = undone.update(Message::Discard(id));
        assert!(matches!(asked, Action::Ask(Question::Discard(_))));
        assert!(matches!(undone.update(Message::Discard(id)), Action::None));
        let gone = Err(Error::NotFound(Missing::Operation(id)));
        assert!(matches!(undone.update(Message::Done(id, gone)), Action::None));
        let failed = undone.update(Message::Done(id, Err(Error::Refused(Refusal::OnItsWay))));
        assert!(matches!(failed, Action::Toast(_)), "{failed:?}");
    }
}
