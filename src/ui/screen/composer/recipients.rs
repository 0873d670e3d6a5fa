//! The lines of recipients in the composer: what is typed and chosen there, and who they are
//! together.

use super::{Act, Action, Composer, Line, Medium, Question, Trouble, people::People};
use crate::{
    engine::{Account, FormatPlan},
    model::Address,
    ui::screen::Context,
    wording,
};

impl Composer {
    /// Changes a line of recipients, which needs an account: whether a number can be sent to depends
    /// on it. Other recipients may get other formats.
    pub(super) fn on_line(
        &mut self,
        line: Line,
        ctx: &Context<'_>,
        change: impl FnOnce(&mut People, &Account) -> Act,
    ) -> Act {
        let Some(account) = self.account_of(ctx) else {
            self.trouble = Some(Trouble::NoAccount);
            return Action::None;
        };
        let before = self.everyone();
        let action = change(self.line(line), account);
        if self.everyone() == before {
            return action;
        }
        self.trouble = None;
        action.and(self.replan(ctx))
    }

    /// Asks again which format each recipient gets, and looks what they cost.
    pub(super) fn replan(&mut self, ctx: &Context<'_>) -> Act {
        self.planned += 1;
        self.plan = FormatPlan::default();
        self.costs = self.tolls(ctx);
        let to = self.everyone();
        match self.account_of(ctx) {
            Some(account) if self.medium == Medium::Voice => Action::Ask(Question::Plan {
                number: self.planned,
                account: account.id,
                relation: self.relation(),
                to,
            }),
            Some(_) | None => Action::None,
        }
    }

    pub(super) fn line(&mut self, line: Line) -> &mut People {
        match line {
            Line::To => &mut self.to,
            Line::Cc => &mut self.cc,
        }
    }

    pub(super) fn everyone(&self) -> Vec<Address> {
        let mut all = self.to.addresses();
        all.extend(self.cc.addresses());
        all
    }

    /// Everyone in a few words.
    pub(super) fn names(&self) -> String {
        let all: Vec<&str> =
            self.to.chips.iter().chain(&self.cc.chips).map(|c| c.label.as_str()).collect();
        wording::people::names(&all)
    }

    pub(super) fn label_of(&self, address: &Address) -> String {
        let chips = self.to.chips.iter().chain(&self.cc.chips);
        chips
            .filter(|c| c.address.as_ref().is_some_and(|a| a.addr.same_mailbox(&address.addr)))
            .map(|c| c.label.clone())
            .next()
            .unwrap_or_else(|| address.label().to_owned())
    }

    pub(super) fn account_of<'a>(&self, ctx: &Context<'a>) -> Option<&'a Account> {
        let chosen = self.account.and_then(|id| ctx.accounts.iter().find(|a| a.id == id));
        chosen.or(ctx.accounts.first())
    }
}
