//! Bars over the list: what keeps mail from coming, most pressing first, and the demo.

use super::App;
use crate::{
    engine::{AccountState, DeletedUnheard},
    model::{AddrSpec, DateTime},
    ui::{
        list::{BarAct, Message},
        screen::{
            outbox,
            words::{clock, day_at_time, short_name},
        },
        theme::{Icon, Look},
        widget::{Bar, El, Tone, bar, button},
    },
    wording::{failure, server},
};

impl App {
    /// At most one bar about what keeps mail from coming, what servers want told, and the demo.
    pub(super) fn bars<'a>(&self) -> Vec<El<'a, Message>> {
        let look = self.shared.look();
        let mut bars = Vec::new();
        let act =
            |label: String, act| button::outline_small(look, label).on_press(Message::Bar(act));
        if self.demo {
            let demo = Bar::new(Tone::Ask, Icon::Headphones, fl!("demo-bar"), fl!("demo-bar-line"))
                .button(act(fl!("demo-add"), BarAct::AddAccount))
                .flush();
            bars.push(bar(look, demo));
        }
        if let Some(rebuilt) = &self.rebuilt {
            let (fact, line) = failure::rebuilt(rebuilt);
            let told = Bar::new(Tone::Warn, Icon::TriangleAlert, fact, line)
                .close(Message::Bar(BarAct::Noted), fl!("close"))
                .flush();
            bars.push(bar(look, told));
        }
        if let Some((_, unheard)) = self.unheard.first() {
            bars.push(bar(look, deleted_unheard(look, unheard)));
        }
        if let Some(draft) = self.kept.as_ref().filter(|_| self.composer.is_none()) {
            let when = day_at_time(DateTime::utc(draft.written), self.shared.now);
            let to = outbox::draft_names(draft).unwrap_or_else(|| fl!("kept-nobody"));
            let line = match &draft.take {
                Some(take) => {
                    let length = clock(take.length);
                    fl!("kept-bar-line", length = &length, to = &to, when = &when)
                }
                None => fl!("kept-bar-text-line", to = &to, when = &when),
            };
            let fact = if draft.take.is_some() { fl!("kept-bar") } else { fl!("kept-bar-text") };
            let mark = if draft.take.is_some() { Icon::Mic } else { Icon::SquarePen };
            let kept = Bar::new(Tone::Ask, mark, fact, line)
                .button(act(fl!("draft-continue"), BarAct::Continue))
                .close(Message::Bar(BarAct::NotNow), fl!("close"))
                .flush();
            bars.push(bar(look, kept));
        }
        if self.shared.offline() {
            let waiting = self.shared.sidebar.counts.outbox;
            let line = if waiting == 0 { fl!("offline-line") } else { fl!("offline-line-waiting") };
            let offline = Bar::new(Tone::Warn, Icon::CloudOff, fl!("offline"), line)
                .button(act(fl!("try-again"), BarAct::TryAgain))
                .flush();
            bars.push(bar(look, offline));
            return bars;
        }
        let accounts = &self.shared.sidebar.accounts;
        for account in accounts {
            let label = &account.settings.label;
            if let Some(notice) = account.notes.notices.first() {
                let fact = fl!("notice-bar", account = label);
                let seen = Message::Bar(BarAct::Noticed(account.id));
                let notice = Bar::new(Tone::Warn, Icon::Info, fact, notice.said.clone());
                bars.push(bar(look, notice.close(seen, fl!("close")).flush().stacked()));
            }
            if let Some(quota) = account.notes.quota.filter(|q| server::is_nearly_full(*q)) {
                let line = fl!("full-bar-line", quota = server::quota(quota));
                let fact = fl!("full-bar", account = label);
                bars.push(bar(look, Bar::new(Tone::Warn, Icon::TriangleAlert, fact, line).flush()));
            }
        }
        let password = accounts
            .iter()
            .find(|a| matches!(a.state, AccountState::NeedsPassword(_)))
            .map(|account| {
                let label = &account.settings.label;
                let provider = account.settings.sign_in.is_token();
                let (fact, line) = match provider {
                    true => (fl!("sign-in-bar", account = label), fl!("sign-in-bar-line")),
                    false => (fl!("password-bar", account = label), fl!("password-bar-line")),
                };
                Bar::new(Tone::Failed, Icon::KeyRound, fact, line)
                    .button(act(fl!("sign-in"), BarAct::SignIn(account.id)))
            });
        let failed = || {
            accounts.iter().find_map(|account| match &account.state {
                AccountState::Failed { retry_at, .. } => {
                    let fact = fl!("failed-bar", account = &account.settings.label);
                    let seconds = (retry_at.unix - self.shared.now.unix).max(0);
                    let minutes = usize::try_from((seconds + 59) / 60).unwrap_or(1).max(1);
                    let line = fl!("failed-bar-line", count = minutes);
                    Some(
                        Bar::new(Tone::Warn, Icon::TriangleAlert, fact, line)
                            .button(act(fl!("try-now"), BarAct::TryAgain)),
                    )
                }
                AccountState::Idle
                | AccountState::Checking
                | AccountState::Fetching { .. }
                | AccountState::UpToDate(_)
                | AccountState::Incomplete(_)
                | AccountState::Offline(_)
                | AccountState::NeedsPassword(_) => None,
            })
        };
        if let Some(found) = password.or_else(failed) {
            bars.push(bar(look, found.flush()));
        }
        bars
    }
}

/// A message was deleted unheard and its sender asked for a receipt: nothing is sent unless the
/// user says so; closing the bar says nothing.
fn deleted_unheard<'a>(look: Look, unheard: &DeletedUnheard) -> Bar<'a, Message> {
    let name = &unheard.sender;
    let act = |label: String, send| {
        button::outline_small(look, label).on_press(Message::Bar(BarAct::Tell(send)))
    };
    let fact = fl!("bar-receipt", name = name);
    let line = fl!("bar-deleted-line", name = short_name(name));
    let (tone, mark, line) = if unheard.elsewhere.is_empty() {
        (Tone::Ask, Icon::MailCheck, line)
    } else {
        let to: Vec<&str> = unheard.elsewhere.iter().map(AddrSpec::as_str).collect();
        let warning = fl!("bar-receipt-elsewhere", to = to.join(", "), name = name);
        (Tone::Warn, Icon::TriangleAlert, format!("{line} {warning}"))
    };
    Bar::new(tone, mark, fact, line)
        .button(act(fl!("dont-tell"), false))
        .button(act(fl!("send-receipt"), true))
        .close(Message::Bar(BarAct::LeaveUntold), fl!("close"))
        .flush()
        .stacked()
}
