//! The outbox: what is on its way out, with its state, what is kept on this computer, and what the
//! servers would not do ([`undone`]).

pub mod undone;

use iced::{
    Alignment, Length, Task,
    widget::{column, container, row, scrollable},
};

use super::{
    Action, Ask, Compose, Context, Toast, Verb,
    words::{day_at_time, error_text, length as clock, time_of_day},
};
use undone::Undone;

use crate::{
    engine::{Draft, DraftId, Engine, Error, Operation, OutboxRow, OutboxState, Recipient},
    model::{AccountId, Address, DateTime, OutboxId},
    ui::{
        theme::{Icon, Look, SEMIBOLD, Type, icon, style},
        widget::{Avatar, El, avatar, button, ellipsis, empty, hairline},
    },
    wording::{failure, people},
};

/// The outbox.
#[derive(Debug, Default)]
pub struct Outbox {
    rows: Vec<OutboxRow>,
    drafts: Vec<Draft>,
    undone: Undone,
    loaded: bool,
    /// Rows with an order under way; their buttons rest.
    busy: Vec<OutboxId>,
}

/// What happens to the outbox.
#[derive(Debug, Clone)]
pub enum Message {
    /// The engine says that it changed.
    Changed,
    /// Its rows and what is kept.
    Loaded(Result<Vec<OutboxRow>, Error>, Vec<Draft>),
    /// What the servers would not do.
    Undone(Vec<Operation>),
    /// About one of those.
    Operation(undone::Message),
    /// "Undo": takes a row back.
    Cancel(OutboxId),
    /// It was taken back, or it was too late.
    Cancelled(OutboxId, Result<(), Error>),
    /// "Try again".
    Retry(OutboxId),
    /// It is tried again.
    Retried(OutboxId, Result<(), Error>),
    /// "Sign in", where a row waits for that.
    SignIn(AccountId),
    /// "Edit": takes it back and opens its composer.
    Edit(OutboxId),
    /// It was taken back and is a draft now.
    ToEdit(OutboxId, Result<DraftId, Error>),
    /// Opens what is kept.
    Resume(DraftId),
    /// Throws it away.
    Forget(DraftId),
    /// It is gone.
    Forgotten(Result<(), Error>),
}

/// What the outbox asks the engine and the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Its rows, and the drafts that no window has open.
    Load,
    /// Takes a row back.
    Cancel(OutboxId),
    /// Tries again.
    Retry(OutboxId),
    /// Takes a row back and makes a draft of it.
    Edit(Box<OutboxRow>),
    /// Throws a draft away.
    Forget(DraftId),
    /// About what a server would not do.
    Operation(undone::Question),
}

/// The outbox's [`Action`].
pub type Act = Action<Message, Question>;

impl Outbox {
    /// Asks for everything.
    #[must_use]
    pub fn open() -> (Self, Act) {
        (Self::default(), Action::Ask(Question::Load))
    }

    /// Applies `message` and returns what the window should do.
    pub fn update(&mut self, message: Message) -> Act {
        let load = || Action::Ask(Question::Load);
        match message {
            Message::Changed => load(),
            Message::Loaded(rows, drafts) => {
                self.loaded = true;
                self.drafts = drafts;
                match rows {
                    Ok(rows) => {
                        self.rows = rows.into_iter().filter(|r| !r.receipt).collect();
                        Action::None
                    }
                    Err(error) => Action::say(error_text(&error)),
                }
            }
            Message::Undone(all) => {
                self.undone.loaded(all);
                Action::None
            }
            Message::Operation(message) => {
                let done = matches!(message, undone::Message::Done(..));
                let act = self.undone.update(message);
                let act = act.map(Message::Operation, Question::Operation);
                if done { act.and(load()) } else { act }
            }
            Message::Cancel(id) => self.order(id, Question::Cancel(id)),
            Message::Retry(id) => self.order(id, Question::Retry(id)),
            Message::SignIn(account) => Action::Do(Verb::SignIn(account)),
            Message::Edit(id) => match self.rows.iter().find(|r| r.id == id) {
                Some(row) => {
                    let row = Box::new(row.clone());
                    self.order(id, Question::Edit(row))
                }
                None => Action::None,
            },
            Message::Cancelled(id, result) => {
                self.done(id, result, || Action::say(fl!("toast-not-sent"))).and(load())
            }
            Message::Retried(id, result) => self.done(id, result, || Action::None).and(load()),
            Message::ToEdit(id, Ok(draft)) => {
                self.busy.retain(|b| *b != id);
                Action::Do(Verb::Compose(Compose::Draft(draft))).and(load())
            }
            Message::ToEdit(id, Err(error)) => {
                self.done(id, Err(error), || Action::None).and(load())
            }
            Message::Resume(draft) => Action::Do(Verb::Compose(Compose::Draft(draft))),
            Message::Forget(draft) => Action::Ask(Question::Forget(draft)),
            Message::Forgotten(Ok(())) => {
                Action::Toast(Toast::new(Icon::Trash2, fl!("toast-draft-deleted"))).and(load())
            }
            Message::Forgotten(Err(error)) => Action::say(error_text(&error)).and(load()),
        }
    }

    fn order(&mut self, id: OutboxId, question: Question) -> Act {
        if self.busy.contains(&id) {
            return Action::None;
        }
        self.busy.push(id);
        Action::Ask(question)
    }

    fn done(&mut self, id: OutboxId, result: Result<(), Error>, then: impl FnOnce() -> Act) -> Act {
        self.busy.retain(|b| *b != id);
        match result {
            Ok(()) => then(),
            Err(error) => Action::say(error_text(&error)),
        }
    }
}

/// The state of a row in words.
#[must_use]
pub fn state_text(state: &OutboxState, offline: bool, now: DateTime) -> String {
    match state {
        OutboxState::Held(at) => fl!("outbox-held", time = time_of_day(*at, now)),
        OutboxState::Queued if offline => fl!("outbox-waits"),
        OutboxState::Queued => fl!("outbox-queued"),
        OutboxState::Sending(percent) => fl!("outbox-sending", percent = percent.to_string()),
        OutboxState::Accepted => fl!("outbox-accepted"),
        OutboxState::Ambiguous => fl!("outbox-ambiguous"),
        OutboxState::Failed(reason) => fl!("outbox-failed", reason = failure::sentence(reason)),
        OutboxState::Retry { reason, .. } if reason.why.waits_for_user() => {
            fl!("outbox-waits-for-you", reason = failure::sentence(reason))
        }
        OutboxState::Retry { reason, at } => {
            let reason = failure::sentence(reason);
            fl!("outbox-retry", reason = reason, time = time_of_day(*at, now))
        }
    }
}

/// "Graham Pearce and 2 others".
fn names(to: &[&str]) -> String {
    if to.is_empty() { fl!("outbox-nobody") } else { people::names(to) }
}

/// Whom a draft is for, as far as that is known.
#[must_use]
pub fn draft_names(draft: &Draft) -> Option<String> {
    let content = &draft.content;
    let typed = [content.to_typed.trim(), content.cc_typed.trim()];
    let chosen = content.to.iter().chain(&content.cc).map(Recipient::label);
    let all: Vec<&str> = chosen.chain(typed).filter(|name| !name.is_empty()).collect();
    (!all.is_empty()).then(|| names(&all))
}

/// Draws the outbox, as one list.
pub fn view<'a>(outbox: &'a Outbox, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let nothing = outbox.rows.is_empty() && outbox.drafts.is_empty() && outbox.undone.is_empty();
    if outbox.loaded && nothing {
        return empty(
            look,
            icon(Icon::Clock, 32.0, look.c.text_3).into(),
            fl!("outbox-empty"),
            fl!("outbox-empty-line"),
            None,
        );
    }
    let mut list = column![].padding([8, 16]);
    for row in &outbox.rows {
        list = list.push(entry(row, outbox.busy.contains(&row.id), ctx, look)).push(hairline(look));
    }
    for draft in &outbox.drafts {
        list = list.push(kept(draft, ctx, look)).push(hairline(look));
    }
    for part in undone::view(&outbox.undone, ctx, look) {
        list = list.push(part.map(Message::Operation)).push(hairline(look));
    }
    scrollable(list).style(style::scrollbar(look)).width(Length::Fill).height(Length::Fill).into()
}

fn entry<'a>(item: &'a OutboxRow, busy: bool, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let first = item.to.first();
    let failed = matches!(item.state, OutboxState::Failed(_) | OutboxState::Ambiguous);
    let face = avatar(
        look,
        Avatar::Initials {
            name: first.map_or("?", Address::label),
            address: first.map_or("", |a| a.addr.as_str()),
        },
        36.0,
    );
    let measure: El<'a, Message> = match item.duration {
        Some(length) => row![
            icon(Icon::Voicemail, 16.0, c.accent),
            look.text(Type::Small, clock(length)).color(c.accent)
        ]
        .spacing(5)
        .align_y(Alignment::Center)
        .into(),
        None => icon(Icon::Mail, 16.0, c.text_2).into(),
    };
    let state = state_text(&item.state, ctx.offline, ctx.now);
    let state_color = if failed { c.danger } else { c.text_2 };
    let mut state_line = row![].spacing(6).align_y(Alignment::Center);
    if failed {
        state_line = state_line.push(icon(Icon::CircleAlert, 14.0, c.danger));
    }
    let said = match &item.state {
        OutboxState::Failed(reason) | OutboxState::Retry { reason, .. } => failure::said(reason),
        OutboxState::Held(_)
        | OutboxState::Queued
        | OutboxState::Sending(_)
        | OutboxState::Accepted
        | OutboxState::Ambiguous => None,
    };
    let said =
        said.map(|said| look.text(Type::Small, fl!("outbox-said", text = said)).color(c.text_3));
    let to: Vec<&str> = item.to.iter().map(Address::label).collect();
    let words = column![
        ellipsis(look, Type::Ui, names(&to)).font(SEMIBOLD).color(c.text),
        row![measure, ellipsis(look, Type::Ui, item.subject.as_str()).color(c.text)]
            .spacing(8)
            .align_y(Alignment::Center),
        state_line.push(look.text(Type::Small, state).color(state_color)),
    ]
    .push(said)
    .spacing(2)
    .width(Length::Fill);
    let mut buttons = row![].spacing(8).align_y(Alignment::Center);
    let id = item.id;
    let active = |message: Message| (!busy).then_some(message);
    match &item.state {
        OutboxState::Held(_) => {
            buttons = buttons.push(
                button::outline_small(look, fl!("undo"))
                    .on_press_maybe(active(Message::Cancel(id))),
            );
        }
        OutboxState::Failed(_) | OutboxState::Ambiguous | OutboxState::Retry { .. } => {
            // Another try with what was turned down is none.
            let waits = matches!(
                &item.state,
                OutboxState::Retry { reason, .. } if reason.why.waits_for_user()
            );
            let (word, order) = if waits {
                (fl!("sign-in"), Message::SignIn(item.account))
            } else {
                (fl!("try-again"), Message::Retry(id))
            };
            buttons =
                buttons.push(button::outline_small(look, word).on_press_maybe(active(order))).push(
                    button::outline_small(look, fl!("edit"))
                        .on_press_maybe(active(Message::Edit(id))),
                );
        }
        OutboxState::Queued => {
            buttons = buttons.push(
                button::outline_small(look, fl!("edit")).on_press_maybe(active(Message::Edit(id))),
            );
        }
        OutboxState::Sending(_) | OutboxState::Accepted => {}
    }
    entry_of(face, words.into(), buttons.into(), ctx)
}

fn kept<'a>(draft: &'a Draft, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let to = draft_names(draft).unwrap_or_else(|| fl!("draft-nobody"));
    let when = day_at_time(DateTime::utc(draft.written), ctx.now);
    let what = match &draft.take {
        Some(take) => fl!("draft-voice", length = clock(take.length), when = &when),
        None => fl!("draft-text", when = &when),
    };
    let words = column![
        ellipsis(look, Type::Ui, to).font(SEMIBOLD).color(c.text),
        ellipsis(look, Type::Ui, draft.content.subject.as_str()).color(c.text),
        look.text(Type::Small, what).color(c.text_2),
    ]
    .spacing(2)
    .width(Length::Fill);
    let mark = if draft.take.is_some() { Icon::Mic } else { Icon::SquarePen };
    let buttons = row![
        button::outline_small(look, fl!("draft-continue"))
            .on_press(Message::Resume(draft.id.clone())),
        button::outline_small(look, fl!("draft-delete"))
            .on_press(Message::Forget(draft.id.clone())),
    ]
    .spacing(8);
    entry_of(avatar(look, Avatar::Symbol(mark), 36.0), words.into(), buttons.into(), ctx)
}

/// Face, words and buttons; in the narrow column of the list the buttons stand below.
fn entry_of<'a, M: 'a>(
    face: El<'a, M>,
    words: El<'a, M>,
    buttons: El<'a, M>,
    ctx: &Context<'_>,
) -> El<'a, M> {
    let body: El<'a, M> = if ctx.width < 520.0 {
        row![face, column![words, buttons].spacing(8).width(Length::Fill)].spacing(12).into()
    } else {
        row![face, words, buttons].spacing(12).align_y(Alignment::Center).into()
    };
    container(body).padding([12, 4]).into()
}

impl Ask<Message> for Question {
    fn ask(self, engine: &Engine) -> Task<Message> {
        let e = engine.clone();
        match self {
            Self::Load => {
                let all = engine.clone();
                Task::batch([
                    Task::perform(
                        async move { (e.outbox().await, e.drafts().await.unwrap_or_default()) },
                        |(rows, drafts)| Message::Loaded(rows, drafts),
                    ),
                    Task::perform(
                        async move { all.operations().await.unwrap_or_default() },
                        Message::Undone,
                    ),
                ])
            }
            Self::Cancel(id) => Task::perform(async move { e.cancel_send(id).await }, move |r| {
                Message::Cancelled(id, r)
            }),
            Self::Retry(id) => Task::perform(async move { e.retry_send(id).await }, move |r| {
                Message::Retried(id, r)
            }),
            Self::Edit(row) => {
                let id = row.id;
                let edit = async move { e.edit_unsent(*row).await };
                Task::perform(edit, move |r| Message::ToEdit(id, r))
            }
            Self::Operation(question) => question.ask(engine).map(Message::Operation),
            Self::Forget(draft) => {
                Task::perform(async move { e.remove_draft(draft).await }, Message::Forgotten)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{Failure, FailureWhy},
        model::AddrSpec,
        ui::screen::testing::{NOW, person},
    };

    fn refused(code: u16, recipient: Option<&str>, said: &str) -> Failure {
        Failure {
            why: FailureWhy::Refused,
            code: Some(code),
            recipient: recipient.and_then(|to| AddrSpec::parse(to).ok()),
            said: said.into(),
        }
    }

    fn row(id: i64, state: OutboxState) -> OutboxRow {
        OutboxRow {
            id: OutboxId(id),
            account: AccountId(1),
            to: vec![person("Graham Pearce", "g@x.example")],
            subject: "Re: Friday".into(),
            duration: None,
            state,
            message_id: "1@x.example".into(),
            receipt: id == 9,
            answers: None,
            forward: false,
        }
    }

    #[test]
    fn receipts_are_not_shown_among_messages() {
        let (mut o, ask) = Outbox::open();
        assert!(matches!(ask, Action::Ask(Question::Load)));
        let rows = vec![row(1, OutboxState::Queued), row(9, OutboxState::Queued)];
        o.update(Message::Loaded(Ok(rows), Vec::new()));
        assert_eq!(o.rows.len(), 1);
    }

    #[test]
    fn one_order_at_a_time_for_a_row() {
        let (mut o, _) = Outbox::open();
        assert!(matches!(
            o.update(Message::Cancel(OutboxId(1))),
            Action::Ask(Question::Cancel(OutboxId(1)))
        ));
        assert!(matches!(o.update(Message::Cancel(OutboxId(1))), Action::None));
        let late = Err(Error::Refused(crate::engine::Refusal::OnItsWay));
        let actions = o.update(Message::Cancelled(OutboxId(1), late)).flat();
        assert!(matches!(&actions[0], Action::Toast(t) if t.text == fl!("refused-on-its-way")));
    }

    #[test]
    fn editing_takes_the_row_back_first() {
        let (mut o, _) = Outbox::open();
        let rows = vec![row(1, OutboxState::Failed(refused(550, None, "no")))];
        o.update(Message::Loaded(Ok(rows), Vec::new()));
        let asked = o.update(Message::Edit(OutboxId(1)));
        assert!(matches!(asked, Action::Ask(Question::Edit(row)) if row.id == OutboxId(1)));
        let draft = DraftId::random();
        let done = Message::ToEdit(OutboxId(1), Ok(draft.clone()));
        let actions = o.update(done).flat();
        assert!(matches!(&actions[0], Action::Do(Verb::Compose(Compose::Draft(d))) if *d == draft));
    }

    #[test]
    fn states_in_words() {
        let at = DateTime { unix: NOW.unix + 60, offset_minutes: 0 };
        for (state, offline, text) in [
            (OutboxState::Queued, true, "Waits for the network"),
            (OutboxState::Sending(60), false, "Sending, 60 %"),
            (OutboxState::Held(at), false, "Goes out at 10:41"),
            (OutboxState::Failed(refused(550, None, "no")), false, "Couldn’t be sent: 550 no"),
            (
                OutboxState::Failed(refused(552, Some("b@x.example"), "5.2.2 full")),
                false,
                "Couldn’t be sent: The mailbox is full, so the system at x.example turned your \
                 message away.",
            ),
        ] {
            assert_eq!(state_text(&state, offline, NOW), text);
        }
    }
}
