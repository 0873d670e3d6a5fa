//! Bars over the list: what keeps mail from coming, most pressing first, and the demo.

use super::App;
use crate::{
    engine::{AccountState, DeletedUnheard},
    model::{AddrSpec, DateTime},
    ui::{
        i18n::{t, tf, tn},
        list::{BarAct, Message},
        screen::words::{clock, day_at_time, short_name},
        theme::{Icon, Look},
        widget::{Bar, El, Tone, bar, button},
    },
};

impl App {
    /// At most one bar about the accounts, and the one of the demo.
    pub(super) fn bars<'a>(&self) -> Vec<El<'a, Message>> {
        let look = self.world.look();
        let mut bars = Vec::new();
        let act =
            |label: &str, act| button::outline_small(look, t(label)).on_press(Message::Bar(act));
        if self.demo {
            let demo = Bar::new(Tone::Ask, Icon::Headphones, t("demo-bar"), t("demo-bar-line"))
                .button(act("demo-add", BarAct::AddAccount))
                .flush();
            bars.push(bar(look, demo));
        }
        if let Some((_, unheard)) = self.unheard.first() {
            bars.push(bar(look, deleted_unheard(look, unheard)));
        }
        if let Some(draft) = self.kept.as_ref().filter(|_| self.composer.is_none()) {
            let when = day_at_time(DateTime::utc(draft.written), self.world.now);
            let to = draft.facts.to.first().map_or_else(|| t("kept-nobody"), |a| a.label().into());
            let line = if draft.take.is_some() {
                let length = clock(draft.length);
                tf("kept-bar-line", &[("length", &length), ("to", &to), ("when", &when)])
            } else {
                tf("kept-bar-text-line", &[("to", &to), ("when", &when)])
            };
            let fact = if draft.take.is_some() { "kept-bar" } else { "kept-bar-text" };
            let kept = Bar::new(Tone::Ask, Icon::Mic, t(fact), line)
                .button(act("draft-continue", BarAct::Continue))
                .close(Message::Bar(BarAct::NotNow), t("close"))
                .flush();
            bars.push(bar(look, kept));
        }
        if self.world.offline() {
            let waiting = self.world.sidebar.counts.outbox as usize;
            let line = if waiting == 0 {
                t("offline-line")
            } else {
                tn("offline-line-waiting", waiting, &[])
            };
            let offline = Bar::new(Tone::Warn, Icon::CloudOff, t("offline"), line)
                .button(act("try-again", BarAct::TryAgain))
                .flush();
            bars.push(bar(look, offline));
            return bars;
        }
        let accounts = &self.world.sidebar.accounts;
        let password = accounts
            .iter()
            .find(|a| matches!(a.state, AccountState::NeedsPassword(_)))
            .map(|account| {
                let fact = tf("password-bar", &[("account", &account.settings.label)]);
                Bar::new(Tone::Failed, Icon::KeyRound, fact, t("password-bar-line"))
                    .button(act("sign-in", BarAct::SignIn(account.id)))
            });
        let failed = || {
            accounts.iter().find_map(|account| match &account.state {
                AccountState::Failed { retry_at, .. } => {
                    let fact = tf("failed-bar", &[("account", &account.settings.label)]);
                    let seconds = (retry_at.unix - self.world.now.unix).max(0);
                    let minutes = usize::try_from((seconds + 59) / 60).unwrap_or(1).max(1);
                    let mut line = tn("failed-bar-line", minutes, &[]);
                    if accounts.len() > 1 {
                        line = format!("{line} {}", t("failed-bar-others"));
                    }
                    Some(
                        Bar::new(Tone::Warn, Icon::TriangleAlert, fact, line)
                            .button(act("try-now", BarAct::TryAgain)),
                    )
                }
                _ => None,
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
    let act = |label: &str, send| {
        button::outline_small(look, t(label)).on_press(Message::Bar(BarAct::Tell(send)))
    };
    let fact = tf("bar-receipt", &[("name", name)]);
    let line = tf("bar-deleted-line", &[("name", &short_name(name))]);
    let (tone, mark, line) = if unheard.elsewhere.is_empty() {
        (Tone::Ask, Icon::MailCheck, line)
    } else {
        let to: Vec<&str> = unheard.elsewhere.iter().map(AddrSpec::as_str).collect();
        let warning = tf("bar-receipt-elsewhere", &[("to", &to.join(", ")), ("name", name)]);
        (Tone::Warn, Icon::TriangleAlert, format!("{line} {warning}"))
    };
    Bar::new(tone, mark, fact, line)
        .button(act("dont-tell", false))
        .button(act("send-receipt", true))
        .close(Message::Bar(BarAct::LeaveUntold), t("close"))
        .flush()
        .stacked()
}
