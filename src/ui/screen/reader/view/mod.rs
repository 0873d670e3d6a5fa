//! The reading pane drawn.

mod bar;
pub(crate) use bar::conflict;
mod cards;
mod fax;
mod head;

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, mouse_area, row, scrollable, space, text_editor},
};

use super::{Message, Page, Phase, Popover, Reader, bars::Bar, toolbar::Message as Tool};
use crate::{
    engine::ReceiptState,
    message::{PartInfo, PartRole},
    model::MessageKind,
    ui::{
        screen::{
            Context, player,
            words::{self, language, size},
        },
        theme::{
            Icon, Look, MEDIUM, SEMIBOLD, Type, icon, radius,
            style::{self, Kind},
        },
        widget::{
            El, Press, button, ellipsis, empty, hairline,
            menu::{Item, menu},
            popover, vertical_hairline,
        },
    },
};

/// Widest column of text.
const COLUMN: f32 = 760.0;

/// Draws the reader. With a composer docked below, only what is needed to answer stays.
pub fn view<'a>(
    reader: &'a Reader,
    docked: bool,
    ctx: &Context<'a>,
    look: Look,
) -> El<'a, Message> {
    let c = look.c;
    let side = if ctx.narrow { 20.0 } else { 24.0 };
    let (bar, body): (El<'a, Message>, El<'a, Message>) = match &reader.phase {
        Phase::Loading => (space().height(Length::Fixed(52.0)).into(), space().into()),
        Phase::Failed(error) => (
            back_only(ctx, look),
            empty(
                look,
                icon(Icon::TriangleAlert, 32.0, c.danger).into(),
                fl!("reader-failed"),
                words::error_text(error),
                None,
            ),
        ),
        Phase::Open(page) => {
            let width = (ctx.width - 2.0 * side).clamp(200.0, COLUMN);
            let content = match &page.raw {
                Some(raw) => original(raw, look),
                None => message(page, docked, ctx, look, width),
            };
            let content = container(content).max_width(COLUMN).width(Length::Fill);
            let content = container(content)
                .width(Length::Fill)
                .align_x(if ctx.width > 1_000.0 { Alignment::Center } else { Alignment::Start })
                .padding(Padding { top: 20.0, right: side, bottom: 24.0, left: side });
            let content = scrollable(content)
                .style(style::scrollbar(look))
                .width(Length::Fill)
                .height(Length::Fill);
            (toolbar(page, ctx, look), content.into())
        }
    };
    container(column![bar, hairline(look), body])
        .width(Length::Fill)
        .height(Length::Fill)
        .style(move |_| style::area(c.reading))
        .into()
}

fn back<'a>(look: Look) -> El<'a, Message> {
    button::icon_button(look, Icon::ArrowLeft, fl!("back"), Some("Esc"), Message::Back)
}

fn back_only<'a>(ctx: &Context<'_>, look: Look) -> El<'a, Message> {
    let mut line = row![].align_y(Alignment::Center);
    if ctx.narrow {
        line = line.push(back(look));
    }
    container(line).padding([0, 20]).center_y(Length::Fixed(52.0)).width(Length::Fill).into()
}

/// Which answers have room in the toolbar; the others are in More. Large text and long words take
/// more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fits {
    /// The second way of answering.
    second: bool,
    /// Forward.
    forward: bool,
}

impl Fits {
    fn of(page: &Page, ctx: &Context<'_>, look: Look) -> Self {
        let report = matches!(page.opened.row.kind, MessageKind::Dsn | MessageKind::Mdn);
        let labels = [fl!("reader-reply-voice"), fl!("reader-reply"), fl!("reader-forward")]
            .map(|label| label.chars().count());
        Self::in_width(ctx.width, ctx.narrow, report, labels, look.scale)
    }

    /// `labels`: the letters of the three.
    fn in_width(width: f32, narrow: bool, report: bool, labels: [usize; 3], scale: f32) -> Self {
        // Sides, Archive, Delete, line and More; a label with its icon and padding.
        let fixed = 36.0 + 3.0 * 40.0 + 21.0 + if narrow { 40.0 } else { 0.0 };
        #[allow(clippy::cast_precision_loss)]
        let button = |letters: usize| letters as f32 * 7.6 * scale + 16.0 + 8.0 + 24.0 + 8.0;
        let [voice, text, forward] = labels.map(button);
        let one = fixed + if report { text } else { voice };
        let two = if report { one } else { one + text };
        Self { second: two <= width, forward: two + forward <= width }
    }
}

fn toolbar<'a>(page: &'a Page, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let kind = page.opened.row.kind;
    let report = matches!(kind, MessageKind::Dsn | MessageKind::Mdn);
    let text_first = matches!(kind, MessageKind::Email | MessageKind::Other);
    let by_voice = || -> El<'a, Message> {
        answer(
            page,
            ctx,
            Popover::Reply,
            (Icon::Mic, fl!("reader-reply-voice"), !text_first),
            "R",
            Message::Toolbar(Tool::ReplyVoice),
            look,
        )
    };
    let by_text = || -> El<'a, Message> {
        answer(
            page,
            ctx,
            Popover::Reply,
            (Icon::Reply, fl!("reader-reply"), text_first),
            "Shift+R",
            Message::Toolbar(Tool::ReplyText),
            look,
        )
    };
    let mut line = row![].spacing(8).align_y(Alignment::Center);
    if ctx.narrow {
        line = line.push(back(look));
    }
    let fits = Fits::of(page, ctx, look);
    let (first, second): (Option<El<'a, Message>>, Option<El<'a, Message>>) = if text_first {
        (Some(by_text()), fits.second.then(by_voice))
    } else if report {
        (Some(by_text()), None)
    } else {
        (Some(by_voice()), fits.second.then(by_text))
    };
    line = line.push(first).push(second);
    if fits.forward {
        line = line.push(answer(
            page,
            ctx,
            Popover::Forward,
            (Icon::Forward, fl!("reader-forward"), false),
            "F",
            Message::Toolbar(Tool::Forward),
            look,
        ));
    }
    line = line
        .push(space().width(Length::Fill))
        .push(button::icon_button(
            look,
            Icon::Archive,
            fl!("reader-archive"),
            Some("E"),
            Message::Toolbar(Tool::Archive),
        ))
        .push(button::icon_button(
            look,
            Icon::Trash2,
            fl!("reader-delete"),
            Some("Delete"),
            Message::Toolbar(Tool::Delete),
        ))
        .push(container(vertical_hairline(look)).height(20).padding([0, 2]))
        .push(more(page, fits, ctx, look));
    container(line)
        .padding(Padding {
            left: if ctx.narrow { 12.0 } else { 20.0 },
            right: 16.0,
            ..Padding::ZERO
        })
        .center_y(Length::Fixed(51.0))
        .width(Length::Fill)
        .into()
}

/// A button that answers or forwards, or the same one explaining why it does not.
fn answer<'a>(
    page: &Page,
    ctx: &Context<'_>,
    popup: Popover,
    (mark, label, tonal): (Icon, String, bool),
    key: &'a str,
    message: Message,
    look: Look,
) -> El<'a, Message> {
    let mail = &page.opened.mail;
    let may = if popup == Popover::Forward { &mail.may_forward } else { &mail.may_reply };
    let Some(reason) = may.reason() else {
        let kind = if tonal { Kind::Tonal } else { Kind::Ghost };
        return crate::ui::widget::tip(
            look,
            button::labelled(look, kind, button::Size::Default, Some(mark), label.clone())
                .on_press(message),
            label,
            Some(key),
        );
    };
    // One popover for both ways of answering, below the first that was pressed.
    let shown = page.popover == Some(popup) && (popup != Popover::Reply || mark == Icon::Mic);
    let fact = match popup {
        Popover::Forward => fl!("reader-no-forward"),
        Popover::Reply | Popover::Save | Popover::Copy => fl!("reader-no-reply"),
    };
    let content = shown.then(|| button::reason(look, fact, reason.to_owned()));
    let press = button::disabled(look, None, label, message);
    let hover = mouse_area(press)
        .on_enter(Message::Toolbar(Tool::Explain(Some(popup))))
        .on_exit(Message::Toolbar(Tool::Explain(None)));
    let (left, drop) = beside_subject(page, ctx, look);
    popover(look, hover, content, Message::Toolbar(Tool::Explain(None))).past(left, drop).into()
}

/// Where an explanation hangs so that the subject stays readable: beside a short one, below a long
/// one. The least distance from the right edge of the window for its left side, and how far it drops.
fn beside_subject(page: &Page, ctx: &Context<'_>, look: Look) -> (f32, f32) {
    #[allow(clippy::cast_precision_loss)]
    let wanted = page.opened.row.subject.chars().count() as f32 * 11.0 * look.scale;
    let side = if ctx.narrow { 20.0 } else { 24.0 };
    let free = ctx.width - side - wanted - 24.0;
    if free >= 300.0 * look.scale {
        (free, 0.0)
    } else {
        let lines = (wanted / (ctx.width - 2.0 * side).max(100.0)).ceil().max(1.0);
        (f32::INFINITY, 24.0 + lines * look.line(Type::Title))
    }
}

fn more<'a>(page: &'a Page, fits: Fits, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let anchor = button::icon_button(
        look,
        Icon::Ellipsis,
        fl!("reader-more"),
        None,
        Message::Toolbar(Tool::More),
    );
    let mail = &page.opened.mail;
    let has = |role: PartRole| mail.parts.iter().any(|p| p.role == role);
    let content = if page.more {
        let mut items: Vec<Item<'a, Message>> = Vec::new();
        if !fits.second {
            let text_first =
                matches!(page.opened.row.kind, MessageKind::Email | MessageKind::Other);
            let (name, message, key) = match text_first {
                true => ("reader-reply-voice", Message::Toolbar(Tool::ReplyVoice), "R"),
                false => ("reader-reply", Message::Toolbar(Tool::ReplyText), "Shift+R"),
            };
            let mut reply = Item::new(name, message).key(key);
            if !mail.may_reply.is_allowed() {
                reply = reply.mark(Icon::Lock);
            }
            items.push(reply);
        }
        if !fits.forward {
            let mut forward =
                Item::new(fl!("reader-forward"), Message::Toolbar(Tool::Forward)).key("F");
            if !mail.may_forward.is_allowed() {
                forward = forward.mark(Icon::Lock);
            }
            items.push(forward);
        }
        if mail.may_reply.is_allowed() && mail.to.len() + mail.cc.len() > 1 {
            items.push(
                Item::new(fl!("reader-reply-all"), Message::Toolbar(Tool::ReplyAll)).key("A"),
            );
        }
        items.push(Item::new(fl!("reader-unheard"), Message::Toolbar(Tool::MarkUnheard)).key("U"));
        if ctx.aside.contains(&page.opened.row.mailbox) {
            items.push(Item::new(fl!("reader-to-inbox"), Message::Toolbar(Tool::MoveToInbox)));
        }
        if has(PartRole::VoiceMessage) {
            let mut save = Item::new(fl!("reader-save"), Message::Toolbar(Tool::SaveRecording));
            if !mail.may_save.is_allowed() {
                save = save.mark(Icon::Lock);
            }
            items.push(save);
        }
        if page.opened.offers.iter().any(|o| o.kind != crate::engine::CardOfferKind::Known) {
            items.push(Item::new(fl!("reader-add-card"), Message::Toolbar(Tool::AddToDirectory)));
        }
        if super::shown_text(mail).is_some() {
            let name = if mail.transcript.is_some() {
                fl!("reader-copy-transcript")
            } else {
                fl!("reader-copy")
            };
            let mut copy = Item::new(name, Message::Toolbar(Tool::CopyText));
            if !mail.may_save.is_allowed() {
                copy = copy.mark(Icon::Lock);
            }
            items.push(copy);
        }
        if page.has_code_words() {
            items.push(Item::separator());
            items.push(
                Item::new(fl!("reader-swap"), Message::Toolbar(Tool::Swap))
                    .checked(page.opened.swapped),
            );
        }
        items.push(Item::separator());
        let original =
            if page.raw.is_some() { fl!("reader-message") } else { fl!("reader-original") };
        items.push(Item::new(original, Message::Toolbar(Tool::ShowOriginal)));
        items.push(Item::new(fl!("reader-details"), Message::Toolbar(Tool::Details)));
        Some(menu(look, items, 290.0))
    } else {
        match page.popover {
            // Where Forward or Reply itself is in this menu, its reason hangs from it too.
            Some(Popover::Forward) if !fits.forward => Some(button::reason(
                look,
                fl!("reader-no-forward"),
                mail.may_forward.reason().unwrap_or_default().to_owned(),
            )),
            Some(Popover::Save | Popover::Copy) => Some(button::reason(
                look,
                fl!("reader-no-save"),
                mail.may_save.reason().unwrap_or_default().to_owned(),
            )),
            _ => None,
        }
    };
    let close = if page.more {
        Message::Toolbar(Tool::More)
    } else {
        Message::Toolbar(Tool::Explain(None))
    };
    popover(look, anchor, content, close).end().into()
}

/// The raw message.
fn original<'a>(raw: &'a text_editor::Content, look: Look) -> El<'a, Message> {
    column![
        row![
            look.text(Type::Title, fl!("reader-original-title")).width(Length::Fill),
            button::outline_small(look, fl!("reader-message"))
                .on_press(Message::Toolbar(Tool::ShowOriginal)),
        ]
        .align_y(Alignment::Center),
        selectable(raw, look, true, Message::RawText),
    ]
    .spacing(16)
    .into()
}

/// Text that can be selected and copied, but not changed. Other keys go on to the window.
pub(super) fn selectable<'a>(
    content: &'a text_editor::Content,
    look: Look,
    mono: bool,
    on_action: impl Fn(text_editor::Action) -> Message + 'a,
) -> El<'a, Message> {
    let step = if mono { Type::Small } else { Type::Body };
    let font = if mono { iced::Font::MONOSPACE } else { step.font() };
    text_editor(content)
        .padding(0)
        .font(font)
        .size(look.size(step))
        .line_height(iced::widget::text::LineHeight::Absolute(look.line(step).into()))
        .style(style::editor(look, false))
        .key_binding(|press| {
            use text_editor::Binding;
            let binding = Binding::from_key_press(press)?;
            let reads = matches!(
                binding,
                Binding::Copy
                    | Binding::SelectAll
                    | Binding::Select(_)
                    | Binding::SelectWord
                    | Binding::SelectLine
            );
            reads.then_some(binding)
        })
        .on_action(on_action)
        .into()
}

fn message<'a>(
    page: &'a Page,
    docked: bool,
    ctx: &Context<'a>,
    look: Look,
    width: f32,
) -> El<'a, Message> {
    let opened = &page.opened;
    let mail = &opened.mail;
    let mut all = column![].spacing(16).width(Length::Fill);
    if let Some(report) = cards::report(page, ctx, look) {
        all = all.push(report);
        if super::shown_text(mail).is_some() && page.details {
            all = all.push(selectable(&page.text, look, false, Message::Text));
        }
        return all.push(cards::details(page, look)).into();
    }
    all = all.push(head::view(page, docked, ctx, look, width));
    let bar = page.bar().filter(|_| !docked);
    // What explains stands below the player, what asks above it.
    let (above, below): (Vec<Bar>, Vec<Bar>) =
        bar.into_iter().partition(|b| !matches!(b, Bar::Private { .. } | Bar::Outside { .. }));
    for b in above {
        all = all.push(bar::view(&b, page, ctx, look).map(Message::Bar));
    }
    if let Some(player) = &page.player {
        if !page.inner.is_empty() && !docked {
            all = all.push(player::caption(look, introduction(page, ctx)));
        }
        let drawn = if docked {
            player::compact(player, ctx, look)
        } else {
            player::full(player, origin(page), ctx, look, width)
        };
        all = all.push(drawn.map(Message::Player));
    }
    for b in below {
        all = all.push(bar::view(&b, page, ctx, look).map(Message::Bar));
    }
    if docked {
        if super::shown_text(mail).is_some() {
            all = all.push(selectable(&page.text, look, false, Message::Text));
        }
        return all.into();
    }
    if !opened.deliveries.is_empty() {
        all = all.push(cards::deliveries(&opened.deliveries, look));
    }
    let is_fax = opened.row.kind == MessageKind::Fax;
    if let Some(fax) = page.fax.as_ref().filter(|_| is_fax) {
        all = all.push(fax::pages(fax, ctx, look, width).map(Message::Fax));
    }
    all = all.push(text(page, look));
    if let Some(url) = &page.link {
        all = all.push(bar::link(url, look));
    }
    for (at, inner) in page.inner.iter().enumerate() {
        all = all.push(cards::inner(at, inner, ctx, look));
    }
    all = all.push(attachments(page, look));
    if let Some(fax) = page.fax.as_ref().filter(|_| !is_fax && page.fax_open) {
        all = all.push(fax::pages(fax, ctx, look, width).map(Message::Fax));
    }
    if mail.parts.iter().any(|p| p.problem.is_some()) {
        all = all.push(
            row![
                icon(Icon::TriangleAlert, 14.0, look.c.warn),
                look.text(Type::Small, fl!("reader-problem")).color(look.c.text_2)
            ]
            .spacing(8)
            .align_y(Alignment::Center),
        );
    }
    if page.details {
        all = all.push(cards::details(page, look));
    }
    all.into()
}

/// "Introduction by Gwen Vidal, 0:12".
fn introduction(page: &Page, _: &Context<'_>) -> String {
    let length = page.player.as_ref().and_then(player::Player::length).unwrap_or_default();
    fl!(
        "reader-introduction",
        name = words::phone(&page.opened.row.sender),
        length = words::length(length)
    )
}

/// "VPIM · English (Canada)": the one quiet line about protocol.
fn origin(page: &Page) -> String {
    let mail = &page.opened.mail;
    let profile = match mail.profile.as_deref() {
        Some("vpim2" | "vpim1") => "VPIM",
        Some("ivm") => "IVM",
        _ => "",
    };
    let tongue = mail.language.as_deref().map(language).unwrap_or_default();
    match (profile.is_empty(), tongue.is_empty()) {
        (false, false) => format!("{profile} · {tongue}"),
        (false, true) => profile.to_owned(),
        _ => tongue,
    }
}

/// The transcript, or the sender's text.
fn text<'a>(page: &'a Page, look: Look) -> El<'a, Message> {
    let c = look.c;
    let mail = &page.opened.mail;
    let shown = super::shown_text(mail).is_some();
    let voice = page.opened.row.kind == MessageKind::Voice;
    let heading = match (&mail.transcript, shown, voice) {
        (Some(transcript), _, _) => Some((
            fl!("reader-transcript"),
            fl!("reader-transcript-by", system = &transcript.origin),
        )),
        (None, true, true) => Some((fl!("reader-text-from-sender"), String::new())),
        (None, false, true) if page.opened.complete => {
            Some((fl!("reader-transcript"), String::new()))
        }
        _ => None,
    };
    let mut all = column![].spacing(6).width(Length::Fill);
    if let Some((title, line)) = heading {
        let mut head = row![
            look.text(Type::Ui, title).font(SEMIBOLD).color(c.text),
            ellipsis(look, Type::Small, line).color(c.text_2)
        ]
        .spacing(8)
        .align_y(Alignment::Center);
        if shown {
            head = head.push(button::icon_button_of(
                look,
                Kind::Ghost,
                Icon::Copy,
                28.0,
                fl!("reader-copy"),
                None,
                Some(Message::Toolbar(Tool::CopyText)),
            ));
        }
        all = all.push(head);
    }
    if shown {
        all = all.push(selectable(&page.text, look, false, Message::Text));
        for url in links(&page.text.text()) {
            all = all
                .push(button::link(look, url.clone()).padding([2, 0]).on_press(Message::Link(url)));
        }
    } else if voice && page.opened.complete {
        all = all.push(look.text(Type::Body, fl!("reader-no-text")).color(c.text_2));
    } else if page.player.is_none() && page.fax.is_none() && page.opened.complete {
        all = all.push(look.text(Type::Body, fl!("reader-empty")).color(c.text_2));
    }
    all.into()
}

/// The web addresses in a text, each once, at most eight.
fn links(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || "<>\"()[]".contains(c)) {
        let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let long_enough = word.len() > "https://a".len() && word.len() < 2_000;
        if long_enough && super::is_web(word) && word.contains("://") {
            let url = word.to_owned();
            if !found.contains(&url) {
                found.push(url);
            }
        }
        if found.len() == 8 {
            break;
        }
    }
    found
}

/// What else came along.
fn attachments<'a>(page: &'a Page, look: Look) -> El<'a, Message> {
    let c = look.c;
    let attached: Vec<&PartInfo> = page
        .opened
        .mail
        .parts
        .iter()
        .filter(|p| match p.role {
            PartRole::Card | PartRole::Attachment => true,
            // In a fax the pages themselves are on screen.
            PartRole::Fax => page.opened.row.kind != MessageKind::Fax,
            PartRole::VoiceMessage
            | PartRole::SpokenName
            | PartRole::SpokenSubject
            | PartRole::RecipientName
            | PartRole::Notification
            | PartRole::Text
            | PartRole::Html
            | PartRole::Report
            | PartRole::Original
            | PartRole::Transcript => false,
        })
        .take(50)
        .collect();
    if attached.is_empty() {
        return space().into();
    }
    let octets: u64 = attached.iter().map(|p| p.octets as u64).sum();
    let count = fl!("reader-attached-count", count = attached.len(), size = size(octets));
    let head = row![
        look.text(Type::Ui, fl!("reader-attached")).font(SEMIBOLD).color(c.text),
        look.text(Type::Small, count).color(c.text_2)
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    let tiles = attached.into_iter().map(|part| tile(page, part, look));
    let tiles = row(tiles).spacing(12).wrap().vertical_spacing(12);
    column![head, tiles].spacing(8).into()
}

fn tile<'a>(page: &Page, part: &'a PartInfo, look: Look) -> El<'a, Message> {
    let c = look.c;
    let (mark, kind) = match part.role {
        PartRole::Card => (Icon::Contact, fl!("reader-kind-card")),
        PartRole::Fax => (
            Icon::Fax,
            page.opened
                .mail
                .pages
                .map_or_else(|| fl!("kind-fax"), |n| fl!("reader-fax-pages", count = n as usize)),
        ),
        PartRole::VoiceMessage
        | PartRole::SpokenName
        | PartRole::SpokenSubject
        | PartRole::RecipientName
        | PartRole::Notification
        | PartRole::Text
        | PartRole::Html
        | PartRole::Report
        | PartRole::Original
        | PartRole::Transcript
        | PartRole::Attachment => (Icon::Paperclip, part.media_type.clone()),
    };
    let name = match part.role {
        PartRole::Card => page
            .opened
            .mail
            .cards
            .iter()
            .find(|card| card.path == part.path)
            .and_then(|card| card.name.clone())
            .map_or_else(|| super::file_name(part), |name| format!("{name}.vcf")),
        PartRole::Fax => fax_title(part, page.opened.row.subject.as_str()),
        PartRole::VoiceMessage
        | PartRole::SpokenName
        | PartRole::SpokenSubject
        | PartRole::RecipientName
        | PartRole::Notification
        | PartRole::Text
        | PartRole::Html
        | PartRole::Report
        | PartRole::Original
        | PartRole::Transcript
        | PartRole::Attachment => super::file_name(part),
    };
    let detail = if part.role == PartRole::Fax {
        kind
    } else {
        format!("{kind} · {}", size(part.octets as u64))
    };
    let picture = container(icon(mark, 18.0, c.text_2))
        .center_x(40)
        .center_y(44)
        .style(move |_| style::boxed(c.card, Some(c.border), radius::BADGE));
    let line = row![
        picture,
        column![
            ellipsis(look, Type::Ui, name).font(MEDIUM).color(c.text).width(Length::Shrink),
            look.text(Type::Small, detail).color(c.text_2),
        ]
        .spacing(2)
    ]
    .spacing(10)
    .align_y(Alignment::Center);
    Press::new(line)
        .padding(Padding { top: 8.0, right: 14.0, bottom: 8.0, left: 8.0 })
        .face(move |touch| style::Face {
            radius: radius::ROW,
            outline: Some(c.border),
            ..Kind::Ghost.face(look, touch)
        })
        .ring(c.accent)
        .on_press(Message::Attachment(part.path.clone()))
        .into()
}

/// What a fax is called: as described, else its file's name where that says more than that it is a
/// fax, else the subject it came with.
fn fax_title(part: &PartInfo, subject: &str) -> String {
    const SAYS_NOTHING: [&str; 5] = ["fax", "document", "image", "scan", "attachment"];
    let stem = part.filename.as_deref().map(|name| name.rsplit_once('.').map_or(name, |(s, _)| s));
    let stem = stem.filter(|stem| {
        let letters = stem.trim_end_matches(|c: char| !c.is_alphabetic());
        !letters.is_empty() && !SAYS_NOTHING.iter().any(|word| letters.eq_ignore_ascii_case(word))
    });
    let title = part.description.as_deref().or(stem).unwrap_or(subject).trim();
    if title.is_empty() { fl!("kind-fax") } else { title.to_owned() }
}

/// Whether the receipt badge is shown, and its words.
pub(super) fn receipt_badge(page: &Page, ctx: &Context<'_>) -> Option<String> {
    match &page.opened.receipt {
        ReceiptState::None | ReceiptState::Declined => None,
        ReceiptState::NotYet | ReceiptState::Ask { .. } => Some(fl!("badge-receipt")),
        ReceiptState::Sent(at) => {
            Some(fl!("badge-receipt-sent", time = words::time_of_day(*at, ctx.now)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Fits, fax_title, links};
    use crate::{message::PartRole, ui::screen::testing::part};

    #[test]
    fn a_fax_is_called_by_what_it_is() {
        let mut fax = part("2", "image/tiff", PartRole::Fax, None);
        for (description, filename, title) in [
            (Some("Cut-over plan"), Some("fax.tif"), "Cut-over plan"),
            (None, Some("Signed lease.tiff"), "Signed lease"),
            (None, Some("fax.tif"), "Bill of lading"),
            (None, Some("FAX_0017.TIF"), "Bill of lading"),
            (None, None, "Bill of lading"),
        ] {
            fax.description = description.map(Into::into);
            fax.filename = filename.map(Into::into);
            assert_eq!(fax_title(&fax, "Bill of lading"), title);
        }
        assert_eq!(fax_title(&fax, ""), "Fax");
    }

    #[test]
    fn what_has_no_room_goes_into_more() {
        let labels = [14, 5, 7];
        for (width, narrow, scale, second, forward) in [
            (688.0, false, 1.0, true, true),
            (664.0, true, 1.0, true, true),
            (664.0, true, 1.5, true, false),
            (424.0, true, 1.0, false, false),
            (744.0, false, 1.5, true, true),
            (424.0, true, 1.5, false, false),
        ] {
            let fits = Fits::in_width(width, narrow, false, labels, scale);
            assert_eq!(fits, Fits { second, forward }, "{width} at {scale}");
        }
    }

    #[test]
    fn finds_web_links_and_nothing_else() {
        assert_eq!(
            links("See <https://example.com/a?b=1>, http://example.net/x. javascript:alert(1)"),
            ["https://example.com/a?b=1", "http://example.net/x"]
        );
        assert!(links("file:///etc/passwd mailto:a@b.example").is_empty());
    }
}
