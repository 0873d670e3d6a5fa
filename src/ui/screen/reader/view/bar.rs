//! The bars of a message, with the exact words of the interface text.

use iced::{
    Alignment, Length,
    widget::{column, container, row, space},
};

use super::{Bar, Page};
use crate::{
    model::DateTime,
    ui::{
        screen::{
            Context,
            reader::bars::Message,
            words::{day_at_time, phone, short_name},
        },
        theme::{Icon, Look, SEMIBOLD, Type, icon, radius, style},
        widget::{Bar as Drawn, El, Tone, bar, button, checkbox},
    },
    wording::{people, rows},
};

pub(super) fn view<'a>(
    which: &Bar,
    page: &'a Page,
    ctx: &Context<'_>,
    look: Look,
) -> El<'a, Message> {
    let sender = rows::sender(&page.opened.row);
    let sender = sender.as_str();
    match which {
        Bar::Incomplete => bar(
            look,
            Drawn::new(
                Tone::Failed,
                Icon::CloudOff,
                fl!("bar-incomplete"),
                fl!("bar-incomplete-line"),
            )
            .close(Message::Close, fl!("close")),
        ),
        Bar::CardNew { path, name, numbers, addresses, spoken_name } => bar(
            look,
            Drawn::new(
                Tone::Offer,
                Icon::UserRoundPlus,
                fl!("bar-card-new", name = name),
                contents(*numbers, *addresses, *spoken_name),
            )
            .button(import(page, look, fl!("add"), path, false))
            .close(Message::Close, fl!("close")),
        ),
        Bar::CardNews { path, name, news } => bar(
            look,
            Drawn::new(
                Tone::Offer,
                Icon::RefreshCw,
                fl!("bar-card-news", name = name),
                fl!("bar-card-news-line", news = people::fields(news)),
            )
            .button(import(page, look, fl!("update"), path, false))
            .close(Message::Close, fl!("close")),
        ),
        Bar::CardConflict { path, name, in_use, new } => {
            let item = &page.opened.row;
            conflict(
                look,
                name,
                &rows::subject(item),
                &day_at_time(item.date, ctx.now),
                (in_use, new),
                button::outline_small(look, fl!("keep-current")).on_press(Message::Close).into(),
                import(page, look, fl!("use-new"), path, true),
            )
        }
        Bar::CardOther { path, card, from, .. } => {
            let mut drawn = Drawn::new(
                Tone::Warn,
                Icon::TriangleAlert,
                fl!("bar-card-other", card = card, from = from),
                String::new(),
            );
            drawn = if page.review {
                drawn
                    .button(button::outline_small(look, fl!("dont-add")).on_press(Message::Close))
                    .button(import(page, look, fl!("add"), path, true))
            } else {
                drawn.button(button::outline_small(look, fl!("review")).on_press(Message::Review))
            };
            bar(look, drawn.close(Message::Close, fl!("close")))
        }
        Bar::Receipt { elsewhere } => receipt(
            page,
            elsewhere.as_deref().map(|to| {
                let to: Vec<&str> = to.iter().map(crate::model::AddrSpec::as_str).collect();
                to.join(", ")
            }),
            ctx,
            look,
        ),
        Bar::Unplayable => unplayable(page, ctx, look),
        Bar::Private { word } => bar(
            look,
            Drawn::new(
                Tone::Offer,
                Icon::Lock,
                match page.opened.row.outgoing {
                    true => fl!("bar-private-own", word = word),
                    false => fl!("bar-private", name = short_or_full(sender), word = word),
                },
                fl!("bar-private-line"),
            ),
        ),
        Bar::Unconfirmed { domain, server } => bar(
            look,
            Drawn::new(
                Tone::Warn,
                Icon::TriangleAlert,
                fl!("bar-unconfirmed", domain = domain),
                fl!("bar-unconfirmed-line", domain = domain, server = server),
            )
            .close(Message::Close, fl!("close")),
        ),
        Bar::Outside { number, known } => {
            let line = match number {
                Some(number) => fl!("bar-outside-line", number = phone(number)),
                None => fl!("bar-outside-unknown"),
            };
            let mut drawn = Drawn::new(Tone::Offer, Icon::Phone, fl!("bar-outside"), line);
            if let Some(name) = known {
                let label = fl!("bar-outside-known", name = name);
                drawn = drawn
                    .button(button::outline_small(look, label).on_press(Message::ReplyToKnown));
            }
            if number.is_some() {
                drawn = drawn
                    .button(
                        button::outline_small(look, fl!("copy-number"))
                            .on_press(Message::CopyNumber),
                    )
                    .button(
                        button::outline_small(look, fl!("bar-outside-call"))
                            .on_press(Message::Call),
                    );
            }
            bar(look, drawn)
        }
        Bar::Notice(text) => bar(
            look,
            Drawn::new(Tone::Offer, Icon::Info, text.clone(), String::new())
                .close(Message::Close, fl!("close")),
        ),
    }
}

/// "Dr Okafor" for people with a title, else the whole name.
fn short_or_full(name: &str) -> String {
    let short = short_name(name);
    if short.contains(' ') { short } else { name.to_owned() }
}

fn import<'a>(page: &Page, look: Look, label: String, path: &str, accept: bool) -> El<'a, Message> {
    button::outline_small(look, label)
        .on_press_maybe((!page.busy).then(|| Message::Import(path.to_owned(), accept)))
        .into()
}

/// "The contact card has 2 numbers, 2 addresses and a spoken name."
fn contents(numbers: usize, addresses: usize, spoken_name: bool) -> String {
    let mut all = Vec::new();
    if numbers > 0 {
        all.push(fl!("card-numbers", count = numbers));
    }
    if addresses > 0 {
        all.push(fl!("card-addresses", count = addresses));
    }
    if spoken_name {
        all.push(fl!("card-spoken-name"));
    }
    let list = match all.as_slice() {
        [] => return fl!("bar-card-new-bare"),
        [one] => one.clone(),
        [first @ .., last] => fl!("list-and", first = first.join(", "), last = last),
    };
    fl!("bar-card-new-line", contents = &list)
}

fn receipt<'a>(
    page: &'a Page,
    elsewhere: Option<String>,
    ctx: &Context<'_>,
    look: Look,
) -> El<'a, Message> {
    let sender = rows::sender(&page.opened.row);
    let sender = sender.as_str();
    let short = short_name(sender);
    let heard: DateTime = page.presented.unwrap_or(ctx.now);
    let when = day_at_time(heard, ctx.now);
    let voice = page.opened.row.kind == crate::model::MessageKind::Voice;
    let line = match &elsewhere {
        Some(to) => fl!("bar-receipt-elsewhere", to = to, name = sender),
        None => match page.opened.mail.unrenderable() {
            Some(_) => fl!("bar-receipt-line-failed", name = &short),
            None if voice => fl!("bar-receipt-line", name = &short, when = &when),
            None => fl!("bar-receipt-line-read", name = &short, when = &when),
        },
    };
    let mut always = None;
    // "From now on" is not offered for an address that is not the sender's.
    if elsewhere.is_none() {
        always = Some(
            container(checkbox(
                look,
                page.from_now_on,
                fl!("bar-receipt-always", name = &short),
                Message::FromNowOn(!page.from_now_on),
            ))
            .padding(iced::Padding::ZERO.left(-4.0))
            .into(),
        );
    }
    question(page, (elsewhere.is_some(), line), always, Message::Receipt, ctx, look)
}

/// The recording cannot be played: the sender may be told so.
fn unplayable<'a>(page: &'a Page, ctx: &Context<'_>, look: Look) -> El<'a, Message> {
    let fax = page.opened.row.kind == crate::model::MessageKind::Fax;
    let name = short_name(&rows::sender(&page.opened.row));
    let line = if fax {
        fl!("bar-unplayable-line-fax", name = name)
    } else {
        fl!("bar-unplayable-line", name = name)
    };
    question(page, (false, line), None, Message::ReceiptUnplayable, ctx, look)
}

/// "... asked for a receipt", with a line, perhaps a tick, and both answers.
fn question<'a>(
    page: &'a Page,
    (warns, line): (bool, String),
    tick: Option<El<'a, Message>>,
    answer: fn(bool) -> Message,
    ctx: &Context<'_>,
    look: Look,
) -> El<'a, Message> {
    let c = look.c;
    let sender = rows::sender(&page.opened.row);
    let sender = sender.as_str();
    let (fill, color, mark) = if warns {
        (c.warn_soft, c.warn, Icon::TriangleAlert)
    } else {
        (c.accent_soft, c.accent, Icon::MailCheck)
    };
    let mut words = column![
        look.text(Type::Ui, fl!("bar-receipt", name = sender)).font(SEMIBOLD).color(c.text),
        look.text(Type::Small, line).color(c.text_2),
    ]
    .width(Length::Fill);
    words = words.push(tick);
    let say = |yes: bool| (!page.busy).then(|| answer(yes));
    let buttons = row![
        button::labelled(look, style::Kind::Outline, button::Size::Small, None, fl!("dont-send"))
            .on_press_maybe(say(false)),
        button::labelled(
            look,
            style::Kind::Primary,
            button::Size::Small,
            None,
            fl!("send-receipt")
        )
        .on_press_maybe(say(true)),
    ]
    .spacing(12);
    let body: El<'a, Message> = if ctx.width / look.scale < 560.0 {
        column![row![icon(mark, 18.0, color), words].spacing(12), buttons]
            .spacing(8)
            .align_x(Alignment::End)
            .into()
    } else {
        row![icon(mark, 18.0, color), words, buttons].spacing(12).align_y(Alignment::Center).into()
    };
    container(body)
        .width(Length::Fill)
        .padding([12, 12])
        .style(move |_| style::boxed(fill, None, radius::ROW))
        .into()
}

/// A newer card with another address; also shown in the directory. Neither button is the default.
pub(crate) fn conflict<'a, M: Clone + 'a>(
    look: Look,
    name: &str,
    subject: &str,
    when: &str,
    (in_use, new): (&str, &str),
    keep: El<'a, M>,
    take: El<'a, M>,
) -> El<'a, M> {
    let c = look.c;
    let short = short_name(name);
    let value = |label: String, text: &str, strong: bool| {
        row![
            look.text(Type::Small, label).color(c.text_2).width(76.0 * look.scale),
            look.text(Type::Ui, text.to_owned())
                .font(if strong { SEMIBOLD } else { crate::ui::theme::REGULAR })
                .color(c.text),
        ]
    };
    let words = column![
        look.text(Type::Ui, fl!("bar-card-conflict", name = &short)).font(SEMIBOLD).color(c.text),
        look.text(
            Type::Small,
            fl!("bar-card-conflict-line", subject = subject, when = when, name = &short)
        )
        .color(c.text_2),
        space().height(8),
        value(fl!("in-use"), in_use, false),
        space().height(4),
        value(fl!("new-value"), new, true),
        space().height(8),
        row![keep, take].spacing(8),
    ]
    .width(Length::Fill);
    container(row![icon(Icon::TriangleAlert, 18.0, c.warn), words].spacing(12))
        .width(Length::Fill)
        .padding(12)
        .style(move |_| style::boxed(c.warn_soft, None, radius::ROW))
        .into()
}

/// "Open example.com in your browser?"
pub(super) fn link<'a>(url: &str, look: Look) -> El<'a, super::Message> {
    let host = url
        .split_once("://")
        .map_or(url, |(_, rest)| rest)
        .split(['/', '?', '#'])
        .next()
        .unwrap_or(url);
    // Name and password before an @ must not pass for the host.
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    bar(
        look,
        Drawn::new(Tone::Ask, Icon::Info, fl!("open-link", host = host), url.to_owned())
            .button(
                button::outline_small(look, fl!("cancel"))
                    .on_press(super::Message::OpenLink(false)),
            )
            .button(
                button::outline_small(look, fl!("open")).on_press(super::Message::OpenLink(true)),
            ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_card_holds() {
        assert_eq!(
            contents(2, 2, true),
            "The contact card has 2 numbers, 2 addresses and a spoken name."
        );
        assert_eq!(contents(1, 0, false), "The contact card has 1 number.");
    }

    #[test]
    fn people_with_a_title_keep_it() {
        assert_eq!(short_or_full("Dr Amara Okafor"), "Dr Okafor");
        assert_eq!(short_or_full("Graham Pearce"), "Graham Pearce");
    }
}
