//! The composer drawn: recipients, subject, recorder, options; its foot is in [`foot`].

mod foot;
mod recorder;

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, scrollable, space, text_editor},
};

use super::{
    Composer, Kind, Line, Medium, Message, Original, Popover, Trouble,
    people::People,
    recorder::{Phase, Recorder},
};
use crate::{
    audio,
    engine::CompletionKind,
    model::{Importance, MessageKind},
    ui::{
        id,
        screen::{
            Context, player,
            words::{day_at_time, length as time, phone},
        },
        theme::{
            Icon, Look, MEDIUM, Type, icon, radius,
            style::{self, Face, Kind as Button},
        },
        widget::{
            Avatar, Bar, Chip, El, Press, Tone, bar, button, chip,
            editable::Step,
            field::bare,
            hairline,
            lines::Lines,
            menu::{Item, menu},
            popover, switch,
            tokens::tokens,
        },
    },
    wording,
};

/// The field of the recipients.
pub(super) const TO: &str = "composer-to";
/// The field of those who get a copy.
pub(super) const CC: &str = "composer-cc";
/// The field of the text.
pub(super) const TEXT: &str = "composer-text";
/// The field of the subject.
pub(super) const SUBJECT: &str = "composer-subject";
/// What Tab reaches before any button, so that nothing begins to record on the way.
pub const FIELDS: [&str; 4] = [TO, CC, SUBJECT, TEXT];

/// Width of the labels at the left.
const LABEL: f32 = 72.0;
/// Room for the ring of a field beside what follows it.
const RING: f32 = 6.0;

/// The composer. Docked it takes what it needs; maximised or in a narrow window it fills the pane.
pub fn view<'a>(
    composer: &'a Composer,
    fills: bool,
    ctx: &Context<'a>,
    look: Look,
) -> El<'a, Message> {
    let c = look.c;
    let side = if ctx.narrow { 20.0 } else { 24.0 };
    let cc: Option<El<'a, Message>> = composer
        .cc_open
        .then(|| column![to_line(composer, Line::Cc, ctx, look), hairline(look)].into());
    let rows = column![
        hairline(look),
        to_line(composer, Line::To, ctx, look),
        hairline(look),
        column![].push(cc),
        subject(composer, ctx, look),
    ];
    let spoken = composer.spoken.as_ref().filter(|s| s.phase() != Phase::Review);
    let (body, note) = match composer.medium {
        Medium::Voice => (recorder::card(composer, ctx, look), note(composer, look)),
        Medium::Text => (text_body(composer, fills, look), None),
    };
    // Everything has a place of its own, there or not: what comes later moves no field, which
    // would lose its focus by that.
    let all = column![
        rows,
        below(spoken.map(|spoken| recorder::spoken_subject(spoken, ctx, look))),
        below(Some(body)),
        below(original(composer, ctx, look)),
        below(caller(composer, look)),
        below(note),
        below(tolls(composer, look)),
        below(trouble(composer, look)),
    ]
    .width(Length::Fill);
    let content =
        container(all).padding(Padding { top: 0.0, right: side, bottom: 12.0, left: side });
    let content = scrollable(content).style(style::scrollbar(look)).width(Length::Fill);
    let content = if fills {
        container(content.height(Length::Fill)).height(Length::Fill)
    } else {
        // Docked: at most two thirds of the pane, then it scrolls.
        container(content).max_height((ctx.height * 0.66 - 150.0).max(160.0))
    };
    let foot = container(
        column![options(composer, ctx, look), foot::foot(composer, ctx, look)].spacing(8),
    )
    .padding(Padding { top: 4.0, right: side, bottom: 16.0, left: side });
    let body = column![head(composer, fills, ctx, look, side), content, foot];
    let line = container(space())
        .height(1)
        .width(Length::Fill)
        .style(move |_| style::area(c.border_strong));
    let height = if fills { Length::Fill } else { Length::Shrink };
    container(column![line, body.height(height)])
        .id(id::COMPOSER)
        .width(Length::Fill)
        .height(height)
        .style(move |_| style::area(c.raised))
        .into()
}

/// Something that may be there, 12 px below what stands above it.
fn below<'a>(content: Option<El<'a, Message>>) -> El<'a, Message> {
    let top = if content.is_some() { 12.0 } else { 0.0 };
    column![].push(content).padding(Padding::ZERO.top(top)).into()
}

/// The title of a composer.
#[must_use]
pub fn title(composer: &Composer) -> String {
    match (composer.kind, composer.medium) {
        (Kind::New, Medium::Voice) => fl!("composer-new-voice"),
        (Kind::New, Medium::Text) => fl!("composer-new-text"),
        (Kind::Reply(_), Medium::Voice) => fl!("composer-reply-voice"),
        (Kind::ReplyAll(_), Medium::Voice) => fl!("composer-reply-all-voice"),
        (Kind::Reply(_) | Kind::ReplyAll(_), Medium::Text) => fl!("composer-reply-text"),
        (Kind::Forward(_), _) => fl!("composer-forward"),
    }
}

fn head<'a>(
    composer: &'a Composer,
    fills: bool,
    ctx: &Context<'_>,
    look: Look,
    side: f32,
) -> El<'a, Message> {
    let c = look.c;
    let mark = match (composer.kind, composer.medium) {
        (Kind::Forward(_), _) => Icon::Forward,
        (_, Medium::Voice) => Icon::Mic,
        (_, Medium::Text) => Icon::SquarePen,
    };
    let mut line = row![
        icon(mark, 18.0, c.accent),
        look.text(Type::Heading, title(composer)).color(c.text),
        space().width(Length::Fill),
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    if !ctx.narrow {
        let (mark, name) = if fills {
            (Icon::Minimize2, fl!("composer-restore"))
        } else {
            (Icon::Maximize2, fl!("composer-maximize"))
        };
        line = line.push(button::icon_button(look, mark, name, None, Message::Maximize));
    }
    line = line.push(button::icon_button(look, Icon::X, fl!("close"), Some("Esc"), Message::Close));
    container(line)
        .padding(Padding { left: side, right: side - 8.0, ..Padding::ZERO })
        .center_y(Length::Fixed(48.0))
        .width(Length::Fill)
        .into()
}

fn label<'a>(text: String, look: Look) -> El<'a, Message> {
    look.text(Type::Ui, text).color(look.c.text_2).width(LABEL * look.scale).into()
}

fn to_line<'a>(
    composer: &'a Composer,
    line: Line,
    ctx: &Context<'a>,
    look: Look,
) -> El<'a, Message> {
    let (name, people): (String, &'a People) = match line {
        Line::To => (fl!("composer-to"), &composer.to),
        Line::Cc => (fl!("composer-cc"), &composer.cc),
    };
    let mut items: Vec<El<'a, Message>> = Vec::new();
    for (at, person) in people.chips.iter().enumerate() {
        let address = person.address.as_ref().map_or("", |a| a.addr.as_str());
        let face = if person.number {
            Avatar::Caller
        } else {
            ctx.face(person.contact, &person.label, address, false)
        };
        items.push(chip(
            look,
            Chip {
                avatar: face,
                name: person.label.clone(),
                detail: person.detail.clone(),
                wrong: person.wrong.is_some(),
                remove: Some(Message::Remove(line, at)),
                remove_name: fl!("composer-remove", name = &person.label),
            },
        ));
    }
    let input = bare(look, &fl!("composer-add-name"), &people.input)
        .on_input(move |text| Message::Typed(line, text))
        .on_submit(Message::Enter(line))
        .clears()
        .on_step((!people.found.is_empty()).then_some(move |step| {
            Message::Step(
                line,
                match step {
                    Step::Up => -1,
                    Step::Down => 1,
                    Step::PageUp => -6,
                    Step::PageDown => 6,
                },
            )
        }))
        .on_back(people.chips.len().checked_sub(1).map(|last| Message::Remove(line, last)))
        .on_leave(Message::Dismiss(line))
        .id(match line {
            Line::To => TO,
            Line::Cc => CC,
        })
        .ring(look.c.accent)
        .between_lines(", ")
        .width(Length::Fill);
    let found = (!people.found.is_empty()).then(|| {
        let items = people.found.iter().enumerate().map(|(at, found)| {
            let (name, detail) = wording::people::completion(found);
            let name = match detail.is_empty() || detail == name {
                true => name,
                false => format!("{name} · {detail}"),
            };
            let mut item = Item::new(name, Message::Pick(line, at)).mark(suggested(&found.kind));
            if people.at == Some(at) {
                item = item.key("Enter");
            }
            item
        });
        menu(look, items.collect(), 380.0)
    });
    let input = popover(look, input, found, Message::Dismiss(line)).hint();
    let mut all = row![
        container(label(name, look)).center_y(Length::Fixed(look.height(26.0))),
        tokens(input, items, look.height(26.0), 140.0 * look.scale),
    ]
    .spacing(RING);
    if line == Line::To && !composer.cc_open {
        all = all
            .push(button::link(look, fl!("composer-cc")).padding([4, 0]).on_press(Message::OpenCc));
    }
    container(all).padding([6, 0]).width(Length::Fill).into()
}

/// The mark of a suggestion: a person, an address, or what a gateway dials.
fn suggested(kind: &CompletionKind) -> Icon {
    match kind {
        CompletionKind::Person { .. } => Icon::CircleUserRound,
        CompletionKind::Elsewhere { .. } => Icon::BookUser,
        CompletionKind::Address => Icon::Mail,
        CompletionKind::Number { .. } | CompletionKind::Extension(_) => Icon::Phone,
    }
}

fn subject<'a>(composer: &'a Composer, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let input = bare(look, "", &composer.subject)
        .on_input(Message::Subject)
        .id(SUBJECT)
        .ring(c.accent)
        .width(Length::Fill);
    let mut line =
        row![label(fl!("composer-subject"), look), input].spacing(RING).align_y(Alignment::Center);
    if composer.medium == Medium::Voice {
        let spoken = composer.spoken.as_ref().filter(|s| s.phase() == Phase::Review);
        line = match spoken.and_then(Recorder::take) {
            Some(take) => line.push(
                row![
                    player::pill(
                        look,
                        ctx.audio.player.clip == Some(super::take_clip(take))
                            && ctx.audio.player.phase == audio::Phase::Playing,
                        fl!("composer-spoken"),
                        Some(time(take.length)),
                        Message::PlaySpoken
                    ),
                    button::icon_button_of(
                        look,
                        Button::Ghost,
                        Icon::X,
                        28.0,
                        fl!("composer-spoken-remove"),
                        None,
                        Some(Message::SpokenRemove)
                    )
                ]
                .align_y(Alignment::Center),
            ),
            None if composer.spoken.is_none() => line.push(
                Press::new(
                    container(
                        row![
                            icon(Icon::Mic, 14.0, c.accent),
                            look.text(Type::Small, fl!("composer-add-spoken")).font(MEDIUM)
                        ]
                        .spacing(8)
                        .align_y(Alignment::Center),
                    )
                    .center_y(Length::Fill),
                )
                .height(look.height(28.0))
                .padding([0, 12])
                .face(move |touch| Face {
                    radius: radius::FULL,
                    ..Button::Outline.face(look, touch)
                })
                .ring(c.accent)
                .on_press(Message::SpokenSubject),
            ),
            None => line,
        };
    }
    container(line).center_y(Length::Fixed(look.height(40.0))).width(Length::Fill).into()
}

fn text_body<'a>(composer: &'a Composer, fills: bool, look: Look) -> El<'a, Message> {
    let Some(content) = &composer.note else { return space().into() };
    let height = if fills { 320.0 } else { 180.0 };
    editor(content, look, height * look.scale, &fl!("composer-write"))
}

fn editor<'a>(
    content: &'a text_editor::Content,
    look: Look,
    height: f32,
    placeholder: &str,
) -> El<'a, Message> {
    let placeholder = placeholder.to_owned();
    Lines::new(content, Message::Note)
        .with(|editor| {
            editor
                .padding(10)
                .font(Type::Body.font())
                .size(look.size(Type::Body))
                .line_height(iced::widget::text::LineHeight::Absolute(look.line(Type::Body).into()))
                .style(style::editor(look, true))
                .placeholder(placeholder)
                .height(height)
                .id(TEXT)
        })
        .into()
}

/// The original of a forward, or why it does not go along.
fn original<'a>(composer: &'a Composer, ctx: &Context<'a>, look: Look) -> Option<El<'a, Message>> {
    let original = composer.original.as_ref()?;
    let c = look.c;
    if !matches!(composer.kind, Kind::Forward(_)) {
        return original.private.then(|| {
            row![
                icon(Icon::Lock, 14.0, c.text_2),
                look.text(Type::Small, fl!("composer-no-original")).color(c.text_2)
            ]
            .spacing(8)
            .align_y(Alignment::Center)
            .into()
        });
    }
    let mark = match original.kind {
        MessageKind::Voice => Icon::Voicemail,
        MessageKind::Fax => Icon::Fax,
        MessageKind::Video
        | MessageKind::Email
        | MessageKind::Mdn
        | MessageKind::Dsn
        | MessageKind::Other => Icon::Mail,
    };
    let picture = container(icon(mark, 18.0, c.accent))
        .center(40.0)
        .style(move |_| style::boxed(c.card, Some(c.border), radius::BADGE));
    let mut line = row![
        picture,
        column![
            look.text(Type::Ui, fl!("composer-original", name = phone(&original.name)))
                .font(MEDIUM)
                .color(c.text),
            look.text(Type::Small, original_line(original, ctx)).color(c.text_2),
        ]
        .spacing(2)
        .width(Length::Fill),
    ]
    .spacing(12)
    .align_y(Alignment::Center);
    if !original.paths.is_empty() {
        let sounding = composer.key().is_some_and(|key| {
            ctx.audio.player.clip == Some(player::clip_of(key, None))
                && ctx.audio.player.phase == audio::Phase::Playing
        });
        line = line.push(player::pill(
            look,
            sounding,
            fl!("player-play"),
            original.length.map(time),
            Message::PlayOriginal,
        ));
    }
    Some(
        container(line)
            .width(Length::Fill)
            .padding([10, 12])
            .style(move |_| style::boxed(c.reading, Some(c.border), radius::ROW))
            .into(),
    )
}

/// What a forward tells about the caller of the original.
fn caller<'a>(composer: &Composer, look: Look) -> Option<El<'a, Message>> {
    let (name, number) = composer.original.as_ref()?.caller.as_ref()?;
    if !matches!(composer.kind, Kind::Forward(_)) {
        return None;
    }
    let number = phone(number);
    let text = match name {
        Some(name) => fl!("composer-caller-name", name = name, number = &number),
        None => fl!("composer-caller", number = &number),
    };
    let line = row![
        icon(Icon::Phone, 14.0, look.c.text_2),
        look.text(Type::Small, text).color(look.c.text_2).width(Length::Fill)
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    Some(line.into())
}

/// Who is asked to pay where a gateway dials.
fn tolls<'a>(composer: &Composer, look: Look) -> Option<El<'a, Message>> {
    let costs = &composer.costs;
    (!costs.is_empty()).then(|| {
        let words = costs.join(" ");
        bar(look, Bar::new(Tone::Warn, Icon::TriangleAlert, fl!("composer-toll"), words))
    })
}

fn original_line(original: &Original, ctx: &Context<'_>) -> String {
    let what = match (original.kind, original.length, original.pages) {
        (MessageKind::Fax, _, Some(pages)) => {
            fl!("kind-fax-pages", count = pages as usize)
        }
        (MessageKind::Voice, Some(length), _) => {
            fl!("kind-voice-length", length = time(length))
        }
        (MessageKind::Voice, None, _) => fl!("kind-voice"),
        (MessageKind::Fax, _, None) => fl!("kind-fax"),
        (
            MessageKind::Video
            | MessageKind::Email
            | MessageKind::Mdn
            | MessageKind::Dsn
            | MessageKind::Other,
            ..,
        ) => fl!("kind-text"),
    };
    let when = day_at_time(original.date, ctx.now);
    fl!("composer-original-line", what = &what, when = &when)
}

/// The text note, and who will not get it.
fn note<'a>(composer: &'a Composer, look: Look) -> Option<El<'a, Message>> {
    let content = composer.note.as_ref()?;
    let mut all = column![row![
        label(fl!("composer-note"), look),
        editor(content, look, 72.0 * look.scale, "")
    ]]
    .spacing(10);
    let without = composer.without_note();
    if !without.is_empty() && composer.has_text() {
        let names = match without.as_slice() {
            [one] => one.clone(),
            [first @ .., last] => fl!("list-and", first = first.join(", "), last = last),
            [] => String::new(),
        };
        let introduction = matches!(composer.kind, Kind::Forward(_));
        all = all.push(bar(
            look,
            Bar::new(
                Tone::Warn,
                Icon::TriangleAlert,
                fl!("composer-no-note", names = &names),
                if introduction {
                    fl!("composer-no-note-line")
                } else {
                    fl!("composer-no-note-line-say")
                },
            ),
        ));
    }
    Some(all.into())
}

fn trouble<'a>(composer: &'a Composer, look: Look) -> Option<El<'a, Message>> {
    let (fact, line) = match composer.trouble.as_ref()? {
        Trouble::Nobody => (fl!("composer-nobody"), String::new()),
        Trouble::NothingRecorded => (fl!("composer-nothing-recorded"), String::new()),
        Trouble::NothingWritten => (fl!("composer-nothing-written"), String::new()),
        Trouble::Recipient(fact, line) => (fact.clone(), line.clone()),
        Trouble::NoAccount => (fl!("composer-no-account"), String::new()),
        Trouble::SoundLost => (fl!("composer-sound-lost"), fl!("composer-sound-lost-line")),
        Trouble::NotKept(why) => (fl!("composer-not-kept"), why.clone()),
        Trouble::Said(text) => (text.clone(), String::new()),
    };
    Some(bar(look, Bar::new(Tone::Failed, Icon::CircleAlert, fact, line)))
}

fn options<'a>(composer: &'a Composer, ctx: &Context<'_>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let words = |importance| match importance {
        Importance::Low => (fl!("importance-low"), Icon::ArrowDown, c.text_2),
        Importance::Normal => (fl!("importance-normal"), Icon::CircleAlert, c.text_2),
        Importance::High => (fl!("importance-high"), Icon::CircleAlert, c.danger),
    };
    let (name, mark, color) = words(composer.importance);
    let anchor = Press::new(
        container(
            row![
                icon(mark, 16.0, color),
                look.text(Type::Small, name).font(MEDIUM).color(color),
                icon(Icon::ChevronDown, 14.0, color)
            ]
            .spacing(6)
            .align_y(Alignment::Center),
        )
        .center_y(Length::Fill),
    )
    .height(look.height(28.0))
    .padding([0, 6])
    .face(move |touch| Button::Ghost.face(look, touch))
    .ring(c.accent)
    .on_press(Message::Toggle(Popover::Importance));
    let list = (composer.popover == Some(Popover::Importance)).then(|| {
        let items = [Importance::High, Importance::Normal, Importance::Low].map(|i| {
            let (name, mark, _) = words(i);
            Item::new(name, Message::Importance(i)).mark(mark).checked(i == composer.importance)
        });
        menu(look, items.into(), 220.0)
    });
    let toggle = |on: bool, name: String, message: Message| {
        row![switch(look, on, message), look.text(Type::Ui, name).font(MEDIUM).color(c.text)]
            .spacing(8)
            .align_y(Alignment::Center)
    };
    let wide = ctx.width / look.scale >= 600.0;
    let line = row![
        container(popover(look, anchor, list, Message::Toggle(Popover::Importance)))
            .padding(Padding::ZERO.left(-6.0)),
        toggle(composer.private, fl!("composer-private"), Message::Private(!composer.private)),
        toggle(composer.receipt, fl!("composer-receipt"), Message::Receipt(!composer.receipt)),
    ]
    .spacing(if wide { 22 } else { 12 })
    .align_y(Alignment::Center);
    let note = (composer.medium == Medium::Voice).then(|| {
        let name = if composer.note.is_some() {
            fl!("composer-remove-note")
        } else {
            fl!("composer-add-note")
        };
        button::labelled(look, Button::Ghost, button::Size::Small, Some(Icon::Type), name)
            .on_press(Message::OpenNote)
    });
    // Where the words are too long for one line, the choices take two; the note stays at the right.
    let line: El<'a, Message> = if wide {
        let choices = line.width(Length::Fill).wrap().vertical_spacing(8);
        row![choices].push(note).spacing(12).align_y(Alignment::Center).into()
    } else {
        line.push(note).wrap().vertical_spacing(8).into()
    };
    let mut all = column![line].spacing(6);
    if composer.private {
        all = all.push(look.text(Type::Small, fl!("composer-private-hint")).color(c.text_2));
    }
    all.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_address_wears_no_telephone() {
        let (number, gateway) = ("5550142".to_owned(), "vm.example.com".to_owned());
        for (kind, mark) in [
            (CompletionKind::Person { unproven: true }, Icon::CircleUserRound),
            (CompletionKind::Address, Icon::Mail),
            (CompletionKind::Number { number, gateway }, Icon::Phone),
            (CompletionKind::Extension("4417".into()), Icon::Phone),
        ] {
            assert_eq!(suggested(&kind), mark, "{kind:?}");
        }
    }
}
