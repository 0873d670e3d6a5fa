//! The head of a message: subject, who from, to whom, when, badges.

use iced::{
    Alignment, Length,
    widget::{column, row},
};

use super::{Message, Page};
use crate::{
    engine::{Confirmation, ListRow},
    message::Mail,
    model::{Address, ContactId, Importance, MessageKind},
    ui::{
        screen::{
            Context,
            directory::name_sounds,
            player,
            words::{self, extension},
        },
        theme::{Icon, Look, Type},
        widget::{Badge, El, avatar, badge_owned, ellipsis},
    },
    wording::rows,
};

/// Recipients named in the head; the rest is counted.
const NAMED: usize = 4;

pub(super) fn view<'a>(
    page: &'a Page,
    docked: bool,
    ctx: &Context<'a>,
    look: Look,
    width: f32,
) -> El<'a, Message> {
    let c = look.c;
    let item = &page.opened.row;
    let mail = &page.opened.mail;
    let shown = Shown::of(page, ctx);
    let face = ctx.face(shown.contact, shown.name, shown.address, shown.outside);
    let mut name =
        row![ellipsis(look, Type::Heading, shown.title(item)).color(c.text).width(Length::Shrink)]
            .spacing(10)
            .align_y(Alignment::Center);
    if let Some(second) = second_part(page, &shown) {
        name = name.push(ellipsis(look, Type::Ui, second).color(c.text_2));
    }
    if let Confirmation::Missing { domain } = &page.opened.confirmation {
        let quiet = look.text(Type::Small, fl!("head-unconfirmed")).color(c.text_3);
        let why = fl!("head-unconfirmed-why", domain = domain);
        name = name.push(crate::ui::widget::tip(look, quiet, why, None));
    }
    if let Some(known) = page.known_name() {
        name = name.push(player::pill(
            look,
            name_sounds(known.contact, &ctx.audio.player),
            fl!("directory-hear"),
            known.length.map(words::length),
            Message::HearName,
        ));
    }
    let who = column![name, ellipsis(look, Type::Ui, to_line(mail, ctx)).color(c.text_2),]
        .spacing(1)
        .width(Length::Fill);
    let when = look
        .text(Type::Ui, words::day_comma_time(item.date, ctx.now))
        .color(c.text_2)
        .wrapping(iced::widget::text::Wrapping::None);
    let badges = if docked { Vec::new() } else { badges(page, ctx, look) };
    let mut all = column![look.text(Type::Title, rows::subject(item)).color(c.text)].spacing(12);
    if width / look.scale >= 520.0 || badges.is_empty() {
        let mut right = column![when].spacing(6).align_x(Alignment::End);
        if !badges.is_empty() {
            right = right.push(row(badges).spacing(6));
        }
        all = all.push(
            row![avatar(look, face, 44.0), who, right].spacing(12).align_y(Alignment::Center),
        );
    } else {
        all = all
            .push(row![avatar(look, face, 44.0), who, when].spacing(12).align_y(Alignment::Center))
            .push(row(badges).spacing(6).wrap());
    }
    all.into()
}

/// Who is shown: the sender, or the user in what they sent.
pub(super) struct Shown<'a> {
    pub(super) name: &'a str,
    address: &'a str,
    contact: Option<ContactId>,
    outside: bool,
}

impl<'a> Shown<'a> {
    pub(super) fn of(page: &'a Page, ctx: &Context<'a>) -> Self {
        let item = &page.opened.row;
        let own = ctx.accounts.iter().find(|a| a.id == item.account).filter(|_| item.outgoing);
        match own {
            Some(own) => Self {
                name: &own.settings.name,
                address: own.settings.address.as_str(),
                contact: None,
                outside: false,
            },
            None => Self {
                name: &item.sender,
                address: item.address.as_deref().unwrap_or_default(),
                contact: item.contact,
                outside: item.outside_caller,
            },
        }
    }

    /// The name as the title has it.
    pub(super) fn title(&self, row: &ListRow) -> String {
        if self.name.is_empty() { rows::sender(row) } else { words::phone(self.name) }
    }
}

/// The number, extension or address behind the name. Where only the message says who it is, the
/// address it came from is always there.
fn second_part(page: &Page, shown: &Shown<'_>) -> Option<String> {
    let item = &page.opened.row;
    if item.outgoing {
        return (shown.address != shown.name).then(|| shown.address.to_owned());
    }
    let sender = &page.opened.mail.sender;
    let number = item.number.as_deref().map(words::phone);
    let number = number.filter(|number| *number != words::phone(&item.sender));
    if let Some(via) = &item.via {
        let told = match item.kind {
            MessageKind::Voice | MessageKind::Fax => fl!("head-via", address = via),
            MessageKind::Video
            | MessageKind::Email
            | MessageKind::Mdn
            | MessageKind::Dsn
            | MessageKind::Other => via.clone(),
        };
        return Some([number, Some(told)].into_iter().flatten().collect::<Vec<_>>().join(" · "));
    }
    let second = number.or_else(|| {
        let addr = sender.address.as_ref().filter(|_| !sender.outside_caller)?;
        Some(match extension(addr) {
            Some(ext) => fl!("extension", number = ext),
            None => addr.to_string(),
        })
    })?;
    (second != words::phone(&item.sender)).then_some(second)
}

/// "To Helen Marsh, Leeds front desk".
fn to_line(mail: &Mail, ctx: &Context<'_>) -> String {
    let label = |address: &Address| match &address.name {
        Some(name) => name.clone(),
        None => ctx
            .accounts
            .iter()
            .find(|a| a.settings.address.same_mailbox(&address.addr))
            .map_or_else(|| address.addr.to_string(), |a| a.settings.name.clone()),
    };
    let all: Vec<String> = mail.to.iter().chain(&mail.cc).take(NAMED + 1).map(label).collect();
    let count = mail.to.len() + mail.cc.len();
    let private = mail.sensitivity.as_ref().is_some_and(|s| s.blocks_forwarding());
    match (all.as_slice(), count) {
        ([], _) => fl!("reader-to-unknown"),
        ([one], 1) if private => fl!("reader-to-only", name = one),
        (names, count) if count > NAMED => {
            let named = names.get(..NAMED - 1).unwrap_or(names).join(", ");
            fl!("reader-to-many", count = count + 1 - NAMED, names = &named)
        }
        (names, _) => fl!("reader-to", names = names.join(", ")),
    }
}

fn badges<'a>(page: &Page, ctx: &Context<'_>, look: Look) -> Vec<El<'a, Message>> {
    let mail = &page.opened.mail;
    let mut all = Vec::new();
    match mail.importance {
        Some(Importance::High) => {
            all.push(badge_owned(look, Badge::Danger, Some(Icon::CircleAlert), fl!("badge-high")));
        }
        Some(Importance::Low) => {
            all.push(badge_owned(look, Badge::Plain, Some(Icon::ArrowDown), fl!("badge-low")));
        }
        _ => {}
    }
    if let Some(word) = super::super::bars::blocked(&page.opened) {
        let word = match word.as_str() {
            "private" => fl!("badge-private"),
            "personal" => fl!("badge-personal"),
            other => other.to_owned(),
        };
        all.push(badge_owned(look, Badge::Plain, Some(Icon::Lock), word));
    }
    if let Some(text) = super::receipt_badge(page, ctx) {
        all.push(badge_owned(look, Badge::Plain, Some(Icon::MailCheck), text));
    }
    if !mail.forwarded.is_empty() {
        all.push(badge_owned(look, Badge::Plain, Some(Icon::Forward), fl!("badge-forwarded")));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        audio::State,
        model::Sensitivity,
        ui::screen::testing::{ctx, mail, person},
    };

    #[test]
    fn recipients_in_words() {
        let idle = State::default();
        let mut m = mail();
        assert_eq!(to_line(&m, &ctx(&idle)), "To Helen Marsh, Leeds front desk");
        m.cc = (0..4).map(|n| person(&format!("P{n}"), &format!("p{n}@x.example"))).collect();
        assert_eq!(to_line(&m, &ctx(&idle)), "To Helen Marsh, Leeds front desk, P0 and 3 others");
        m.to.clear();
        m.cc.clear();
        assert_eq!(to_line(&m, &ctx(&idle)), "To you (the full list wasn’t given)");
        m.to = vec![person("Helen Marsh", "helen@calderfinch.example")];
        m.sensitivity = Some(Sensitivity::Private);
        assert_eq!(to_line(&m, &ctx(&idle)), "To Helen Marsh only");
    }
}
