//! Cards of the reading pane: delivery reports, messages inside, recipients, details.

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, space},
};

use super::{super::Inner, Message, Page};
use crate::{
    engine::Delivery,
    message::{PartInfo, PartRole, dsn::NextStep},
    model::{DateTime, MessageKind},
    ui::{
        screen::{
            Context, player,
            reader::{
                report::{self, Line, Message as Answer, State, Summary, Tone},
                toolbar::Message as Tool,
            },
            words::{day_at_time, day_comma_time, length, phone, short_name},
        },
        theme::{
            Icon, Look, MEDIUM, SEMIBOLD, Type, icon, radius,
            style::{self, Kind},
        },
        widget::{Avatar, El, Press, avatar, button, ellipsis, hairline},
    },
    wording::rows,
};

/// A report: what happened, what to do, the message sent, each recipient.
pub(super) fn report<'a>(page: &'a Page, ctx: &Context<'a>, look: Look) -> Option<El<'a, Message>> {
    let c = look.c;
    let summary = report::summary(&page.opened, page.about_opened(), ctx.now)?;
    let (mark, fill, color) = match summary.tone {
        Tone::Failed => (Icon::MailX, c.danger_soft, c.danger),
        Tone::Waiting => (Icon::Clock, c.warn_soft, c.warn),
        Tone::Good => (Icon::MailCheck, c.ok_soft, c.ok),
    };
    let mut words = column![
        look.text(Type::Title, summary.title.clone()).color(c.text),
        space().height(4),
        look.text(Type::Body, summary.sentences.join(" ")).color(c.text),
        space().height(12),
    ]
    .width(Length::Fill);
    words = words.push(actions(&summary, page, ctx, look));
    let top = container(row![icon(mark, 24.0, color), words].spacing(16))
        .width(Length::Fill)
        .padding([18, 20])
        .style(move |_| container::Style {
            border: iced::Border {
                radius: iced::border::top(radius::CARD - 1.0),
                ..iced::Border::default()
            },
            ..style::area(fill)
        });
    let mut below = column![].spacing(12);
    if let Some(about) = &page.about {
        below = below.push(sent(about, ctx, look));
    }
    let mut lines = column![];
    for line in &summary.lines {
        lines = lines.push(hairline(look)).push(recipient(line, look));
    }
    let below = container(below.push(lines)).width(Length::Fill).padding(Padding {
        top: 18.0,
        right: 20.0,
        bottom: 8.0,
        left: 20.0,
    });
    Some(
        container(column![top, below])
            .padding(1)
            .style(move |_| style::boxed(c.reading, Some(c.border), radius::CARD))
            .into(),
    )
}

fn actions<'a>(
    summary: &Summary,
    page: &'a Page,
    ctx: &Context<'a>,
    look: Look,
) -> El<'a, Message> {
    let mut line = row![].spacing(8).align_y(Alignment::Center);
    let first = |label: String, mark: Option<Icon>, message: Message| {
        button::labelled(look, Kind::Primary, button::Size::Default, mark, label).on_press(message)
    };
    let here = page.about.is_some();
    let voice = page.about.as_ref().is_some_and(|a| a.player.is_some());
    let name = match summary.failed.as_slice() {
        [one] => Some(short_name(one.label())),
        _ => None,
    };
    let again = || match &name {
        Some(name) => fl!("report-send-again-to", name = name),
        None => fl!("report-send-again"),
    };
    if here && voice {
        match summary.step {
            NextStep::SendAgain => {
                line =
                    line.push(first(again(), Some(Icon::Send), Message::Report(Answer::SendAgain)));
            }
            NextStep::SendWithoutPrivate => {
                line = line.push(first(
                    fl!("report-without-private"),
                    None,
                    Message::Report(Answer::SendAgain),
                ));
            }
            NextStep::TrimAndSendAgain => {
                line =
                    line.push(first(fl!("report-trim"), None, Message::Report(Answer::SendAgain)));
            }
            NextStep::SendAsVoice | NextStep::SendAsFriendly => {
                line = line.push(first(again(), None, Message::Report(Answer::SendAgain)));
            }
            NextStep::TryAnotherAddress
            | NextStep::CopyNumber
            | NextStep::Details
            | NextStep::Nothing => {}
        }
        if summary.step == NextStep::TryAnotherAddress {
            line =
                line.push(first(fl!("report-another"), None, Message::Report(Answer::TryAnother)));
        } else if summary.tone == Tone::Failed {
            line = line.push(
                button::outline(look, fl!("report-another"))
                    .on_press(Message::Report(Answer::TryAnother)),
            );
        }
    }
    if matches!(summary.step, NextStep::Details) {
        line = line
            .push(button::outline(look, fl!("details")).on_press(Message::Toolbar(Tool::Details)));
    }
    if let Some(spoken) = &page.player {
        line = line.push(
            player::pill(
                look,
                spoken.is_playing(ctx.audio),
                fl!("report-hear"),
                spoken.length().map(length),
                player::Message::Toggle,
            )
            .map(Message::Player),
        );
    }
    line.wrap().vertical_spacing(8).into()
}

/// The message that a report is about, with its player.
fn sent<'a>(about: &'a super::super::About, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let item = &about.opened.row;
    let voice = about.player.is_some();
    let when = day_at_time(item.date, ctx.now);
    let told = if voice {
        fl!("report-your-voice", when = when)
    } else {
        fl!("report-your-text", when = when)
    };
    let mark = if voice { Icon::Voicemail } else { Icon::Mail };
    let head = row![
        icon(mark, 18.0, c.accent),
        column![
            ellipsis(look, Type::Ui, item.subject.as_str()).font(SEMIBOLD).color(c.text),
            ellipsis(look, Type::Small, told).color(c.text_2),
        ]
        .width(Length::Fill),
        Press::new(
            row![
                look.text(Type::Small, fl!("report-open")).font(MEDIUM),
                icon(Icon::ArrowRight, 14.0, c.text_2)
            ]
            .spacing(6)
            .align_y(Alignment::Center)
        )
        .padding([6, 8])
        .face(move |touch| Kind::Ghost.face(look, touch))
        .ring(c.accent)
        .on_press(Message::Report(Answer::OpenAbout)),
    ]
    .spacing(12)
    .align_y(Alignment::Center);
    let mut all = column![head].spacing(10);
    if let Some(player) = &about.player {
        all = all.push(player::compact(player, ctx, look).map(Message::AboutPlayer));
    }
    all.into()
}

fn recipient<'a>(line: &Line, look: Look) -> El<'a, Message> {
    let c = look.c;
    let (mark, color) = match line.state {
        State::Failed => (Icon::CircleX, c.danger),
        State::Delayed => (Icon::Clock, c.warn),
        State::Delivered => (Icon::CircleCheck, c.ok),
        State::Heard => (Icon::CheckCheck, c.ok),
    };
    let face = avatar(look, Avatar::Initials { name: &line.name, address: &line.address }, 32.0);
    container(
        row![
            face,
            column![
                ellipsis(look, Type::Ui, line.name.clone()).font(MEDIUM).color(c.text),
                ellipsis(look, Type::Small, line.address.clone()).color(c.text_2),
            ]
            .width(Length::Fill),
            row![
                icon(mark, 16.0, color),
                look.text(Type::Ui, line.text.clone()).font(MEDIUM).color(color)
            ]
            .spacing(6)
            .align_y(Alignment::Center),
        ]
        .spacing(12)
        .align_y(Alignment::Center),
    )
    .padding([8, 0])
    .into()
}

/// The recipients of a message we sent, with what is known of each.
pub(super) fn deliveries<'a>(
    all: &[Delivery],
    kind: MessageKind,
    now: DateTime,
    look: Look,
) -> El<'a, Message> {
    let mut list = column![];
    for delivery in all {
        let line = Line {
            name: delivery.recipient.label().to_owned(),
            address: delivery.recipient.addr.to_string(),
            state: report::state_of(delivery),
            text: rows::delivery_text(delivery, kind, now),
        };
        list = list.push(hairline(look)).push(recipient(&line, look));
    }
    list.into()
}

/// A message inside, as its own quiet card.
pub(super) fn inner<'a>(
    at: usize,
    page: &'a Page,
    inner: &'a Inner,
    ctx: &Context<'a>,
    look: Look,
    width: f32,
) -> El<'a, Message> {
    let c = look.c;
    let mail = &inner.mail;
    let name = mail
        .sender
        .name
        .clone()
        .or_else(|| mail.sender.number.as_deref().map(phone))
        .or_else(|| mail.sender.address.as_ref().map(ToString::to_string))
        .unwrap_or_else(|| fl!("reader-someone"));
    let when = mail.date.map(|date| day_comma_time(date, ctx.now)).unwrap_or_default();
    let length = inner.player.as_ref().and_then(player::Player::length).map(length);
    // Nobody has looked whether the name is true.
    let address = mail.sender.address.as_ref().filter(|address| address.as_str() != name);
    let via = address.map(|address| fl!("row-via", domain = address.domain()));
    let line = [Some(fl!("reader-from-original", name = &name)), via, length, Some(when)]
        .into_iter()
        .flatten()
        .filter(|s| !s.is_empty())
        .collect::<Vec<_>>()
        .join(", ");
    let chevron = if inner.open { Icon::ChevronDown } else { Icon::ChevronRight };
    let head = Press::new(
        row![
            icon(chevron, 14.0, c.text_2),
            ellipsis(look, Type::Ui, line).font(MEDIUM).color(c.text)
        ]
        .spacing(8)
        .align_y(Alignment::Center),
    )
    .width(Length::Fill)
    .padding([6, 4])
    .face(move |touch| Kind::Ghost.face(look, touch))
    .ring(c.accent)
    .on_press(Message::OpenInner(at));
    let mut all = column![head].spacing(8);
    if inner.open {
        if let Some(subject) = &mail.subject {
            all = all.push(
                container(look.text(Type::Small, subject.as_str()).color(c.text_2))
                    .padding(Padding::ZERO.left(26.0)),
            );
        }
        if let Some(player) = &inner.player {
            all = all.push(player::compact(player, ctx, look).map(move |m| Message::Inner(at, m)));
        }
        if let Some(text) = inner.text.as_deref() {
            all = all.push(container(look.text(Type::Body, text).color(c.text)).padding([0, 4]));
        }
        let clips = super::clips::list(&inner.clips, ctx, look, width - 24.0);
        all = all.push(clips.map(|list| list.map(move |m| Message::InnerClips(at, m))));
        let beside = |p: &&PartInfo| {
            let attached = matches!(p.role, PartRole::Attachment | PartRole::Fax | PartRole::Card);
            attached && !p.rendering.sounds()
        };
        let tiles = mail
            .parts
            .iter()
            .filter(beside)
            .take(50)
            .map(|part| super::tile(page, part, format!("{}/{}", inner.path, part.path), look));
        let tiles: Vec<El<'a, Message>> = tiles.collect();
        if !tiles.is_empty() {
            all = all.push(row(tiles).spacing(12).wrap().vertical_spacing(12));
        }
    }
    let card = container(all)
        .width(Length::Fill)
        .padding(12)
        .style(move |_| style::boxed(c.reading, Some(c.border), radius::CARD));
    // A message inside a message inside stands further in.
    let further = 16.0 * f32::from(u8::try_from(inner.depth.min(4)).unwrap_or(4));
    container(card).padding(Padding::ZERO.left(further)).into()
}

/// "Details for your administrator", folded.
pub(super) fn details<'a>(page: &'a Page, look: Look) -> El<'a, Message> {
    let c = look.c;
    let chevron = if page.details { Icon::ChevronDown } else { Icon::ChevronRight };
    let head = Press::new(
        row![
            icon(chevron, 16.0, c.text_2),
            look.text(Type::Ui, fl!("reader-details")).color(c.text_2)
        ]
        .spacing(8)
        .align_y(Alignment::Center),
    )
    .padding([4, 4])
    .face(move |touch| Kind::Ghost.face(look, touch))
    .ring(c.accent)
    .on_press(Message::Toolbar(Tool::Details));
    let mut all = column![head].spacing(6);
    if page.details {
        let mut table = column![].spacing(6);
        for (label, value) in report::details(&page.opened) {
            table = table.push(
                row![
                    look.text(Type::Ui, label).color(c.text_2).width(130.0 * look.scale),
                    look.text(Type::Ui, value).color(c.text).width(Length::Fill),
                ]
                .spacing(8),
            );
        }
        let copy = button::outline_small(look, fl!("copy-all"))
            .on_press(Message::Toolbar(Tool::CopyDetails));
        all = all.push(
            container(column![table, copy].spacing(12))
                .width(Length::Fill)
                .padding([12, 16])
                .style(move |_| style::card(look)),
        );
    }
    all.into()
}
