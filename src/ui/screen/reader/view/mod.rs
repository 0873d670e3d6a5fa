//! The reading pane drawn.

mod bar;
pub(crate) use bar::conflict;
mod cards;
mod clips;
mod fax;
mod head;
mod toolbar;

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, scrollable, space, text_editor},
};

use super::{
    Message, Page, Panel, Phase, Reader, bars::Bar, fax as fax_of, toolbar::Message as Tool,
};
use crate::{
    engine::ReceiptState,
    message::{PartInfo, PartProblem, PartRole, Rendering},
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
        widget::{El, Press, button, ellipsis, empty, hairline},
    },
    wording,
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
            let content = match page.original() {
                Some(raw) => original(raw, page.may_copy(), look),
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
            (toolbar::view(page, ctx, look), content.into())
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

/// The raw message.
fn original<'a>(raw: &'a text_editor::Content, copies: bool, look: Look) -> El<'a, Message> {
    let private = (!copies)
        .then(|| look.text(Type::Small, fl!("reader-original-private")).color(look.c.text_2));
    column![
        row![
            look.text(Type::Title, fl!("reader-original-title")).width(Length::Fill),
            button::outline_small(look, fl!("reader-message"))
                .on_press(Message::Toolbar(Tool::ShowOriginal)),
        ]
        .align_y(Alignment::Center),
    ]
    .push(private)
    .push(selectable(raw, look, true, copies, Message::RawText))
    .spacing(16)
    .into()
}

/// Text that can be selected and copied, but not changed. Other keys go on to the window. `copies`:
/// the message may leave this program; text of a private one is selected to be read, not taken.
pub(super) fn selectable<'a>(
    content: &'a text_editor::Content,
    look: Look,
    mono: bool,
    copies: bool,
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
        .key_binding(move |press| {
            use text_editor::Binding;
            let binding = Binding::from_key_press(press)?;
            let reads = matches!(
                binding,
                Binding::SelectAll | Binding::Select(_) | Binding::SelectWord | Binding::SelectLine
            );
            (reads || copies && matches!(binding, Binding::Copy)).then_some(binding)
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
        if page.has_text() && page.details {
            all = all.push(selectable(&page.text, look, false, page.may_copy(), Message::Text));
        }
        all = all.push(clips::list(&page.clips, ctx, look, width).map(|l| l.map(Message::Clips)));
        // What came back with the report, where the message sent is not here.
        for (at, inner) in page.inner.iter().enumerate().filter(|_| page.about.is_none()) {
            all = all.push(cards::inner(at, page, inner, ctx, look, width));
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
        if page.has_text() {
            all = all.push(selectable(&page.text, look, false, page.may_copy(), Message::Text));
        }
        all = all.push(clips::list(&page.clips, ctx, look, width).map(|l| l.map(Message::Clips)));
        return all.into();
    }
    if !opened.deliveries.is_empty() {
        all = all.push(cards::deliveries(&opened.deliveries, opened.row.kind, ctx.now, look));
    }
    let is_fax = opened.row.kind == MessageKind::Fax;
    if let Some(fax) = page.fax.as_ref().filter(|_| is_fax) {
        all = all.push(fax::pages(fax, ctx, look, width).map(Message::Fax));
    }
    all = all.push(text(page, look));
    if let Some(Panel::Link(url)) = &page.panel {
        all = all.push(bar::link(url, look));
    }
    all = all.push(clips::list(&page.clips, ctx, look, width).map(|l| l.map(Message::Clips)));
    for (at, inner) in page.inner.iter().enumerate() {
        all = all.push(cards::inner(at, page, inner, ctx, look, width));
        if let Some(fax) = pages_of(page, Some(&inner.path)) {
            all = all.push(fax::pages(fax, ctx, look, width).map(Message::Fax));
        }
    }
    all = all.push(attachments(page, look));
    if let Some(fax) = pages_of(page, None) {
        all = all.push(fax::pages(fax, ctx, look, width).map(Message::Fax));
    }
    // What is sealed is said once, where the text would stand when there is none.
    let said = sealed(page).filter(|_| !is_bare(page));
    let open = |problem: &PartProblem| wording::problem::sealed(problem).is_none();
    let other = mail.parts.iter().filter_map(|p| p.problem.as_ref()).any(open);
    if let Some(said) = said.or_else(|| other.then(|| fl!("reader-problem"))) {
        all = all.push(warning(said, look));
    }
    if page.details {
        all = all.push(cards::details(page, look));
    }
    all.into()
}

/// The pages that are open below the attachments of the message, or of the one inside at `above`.
fn pages_of<'a>(page: &'a Page, above: Option<&str>) -> Option<&'a fax_of::Fax> {
    let fax = page.fax.as_ref().filter(|_| page.fax_open)?;
    let around = fax.path().and_then(|path| path.rsplit_once('/')).map(|(above, _)| above);
    (page.opened.row.kind != MessageKind::Fax && around == above).then_some(fax)
}

/// "Introduction by Gwen Vidal, 0:12".
fn introduction<'a>(page: &'a Page, ctx: &Context<'a>) -> String {
    let length = page.player.as_ref().and_then(player::Player::length).unwrap_or_default();
    fl!(
        "reader-introduction",
        name = head::Shown::of(page, ctx).title(&page.opened.row),
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
    let shown = page.has_text();
    // What stands for a missing text is about other people's systems.
    let voice = page.opened.row.kind == MessageKind::Voice && !page.opened.row.outgoing;
    let heading = match (&mail.transcript, shown, voice) {
        (Some(transcript), _, _) => Some((
            fl!("reader-transcript"),
            fl!("reader-transcript-by", system = &transcript.origin),
        )),
        (None, true, true) => Some((fl!("reader-text-from-sender"), String::new())),
        (None, false, true) if page.opened.complete && sealed(page).is_none() => {
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
        all = all.push(selectable(&page.text, look, false, page.may_copy(), Message::Text));
        for url in page.links.iter().cloned() {
            all = all
                .push(button::link(look, url.clone()).padding([2, 0]).on_press(Message::Link(url)));
        }
    } else if let Some(said) =
        sealed(page).filter(|_| page.opened.complete && (voice || is_bare(page)))
    {
        all = all.push(warning(said, look));
    } else if voice && page.opened.complete {
        all = all.push(look.text(Type::Body, fl!("reader-no-text")).color(c.text_2));
    } else if is_bare(page) {
        all = all.push(look.text(Type::Body, fl!("reader-empty")).color(c.text_2));
    }
    all.into()
}

/// Whether the whole message has come and nothing in it can be read, heard or looked at.
fn is_bare(page: &Page) -> bool {
    let nothing = page.clips.is_empty() && page.inner.is_empty() && !page.has_text();
    nothing && page.player.is_none() && page.fax.is_none() && page.opened.complete
}

/// Why it cannot be read: it is encrypted, or protected in another way.
fn sealed(page: &Page) -> Option<String> {
    let problems = page.opened.mail.parts.iter().filter_map(|p| p.problem.as_ref());
    problems.filter_map(wording::problem::sealed).next()
}

fn warning<'a>(said: String, look: Look) -> El<'a, Message> {
    let sign = icon(Icon::TriangleAlert, 14.0, look.c.warn);
    row![sign, look.text(Type::Small, said).color(look.c.text_2)]
        .spacing(8)
        .align_y(Alignment::Center)
        .into()
}

/// The web addresses in a text, each once, at most eight.
pub(super) fn links(text: &str) -> Vec<String> {
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
    let shown = |p: &&PartInfo| match p.role {
        PartRole::Card => true,
        // What sounds has a player.
        PartRole::Attachment => !p.rendering.sounds(),
        // In a fax the pages themselves are on screen.
        PartRole::Fax => {
            page.opened.row.kind != MessageKind::Fax || p.rendering != Rendering::Pages
        }
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
    };
    let attached: Vec<&PartInfo> = page.opened.mail.parts.iter().filter(shown).take(50).collect();
    if attached.is_empty() {
        return space().into();
    }
    let octets: u64 = attached.iter().map(|p| p.octets as u64).sum();
    let count = match page.opened.complete {
        true => fl!("reader-attached-count", count = attached.len(), size = size(octets)),
        false => fl!("reader-attached-arriving", count = attached.len()),
    };
    let head = row![
        look.text(Type::Ui, fl!("reader-attached")).font(SEMIBOLD).color(c.text),
        look.text(Type::Small, count).color(c.text_2)
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    let tiles = attached.into_iter().map(|part| tile(page, part, part.path.clone(), look));
    let tiles = row(tiles).spacing(12).wrap().vertical_spacing(12);
    column![head, tiles].spacing(8).into()
}

/// What something is, and how large; that is known when all of the message is here.
fn sized(what: String, octets: u64, complete: bool) -> String {
    match complete {
        true if what.is_empty() => size(octets),
        true => format!("{what} · {}", size(octets)),
        false => what,
    }
}

/// An attachment; `path` leads to it from the whole message.
pub(super) fn tile<'a>(
    page: &Page,
    part: &'a PartInfo,
    path: String,
    look: Look,
) -> El<'a, Message> {
    let c = look.c;
    let opened = &page.opened;
    let count = |n: u32| fl!("reader-pages", count = n as usize);
    let fax = |n: Option<u32>| match n {
        Some(n) => fl!("reader-fax-pages", count = n as usize),
        None => fl!("kind-fax"),
    };
    let sized = |what: String| sized(what, part.octets as u64, opened.complete);
    let (mark, detail) = match (part.role, part.rendering, part.pages) {
        (PartRole::Card, _, _) => (Icon::Contact, sized(fl!("reader-kind-card"))),
        (PartRole::Fax, _, pages) => (Icon::Fax, fax(pages.or(opened.mail.pages))),
        (_, Rendering::Pages | Rendering::Document, Some(n)) => (Icon::Fax, sized(count(n))),
        (_, Rendering::Pages, None) => (Icon::Fax, sized(String::new())),
        (_, Rendering::Document | Rendering::Sound { .. } | Rendering::Other, _) => {
            (Icon::Paperclip, sized(part.media_type.clone()))
        }
    };
    let card = opened.mail.cards.iter().find(|card| card.path == path);
    let name = match (part.role, card.and_then(|card| card.name.as_ref())) {
        (PartRole::Card, Some(name)) => format!("{name}.vcf"),
        (PartRole::Fax, _) => fax_title(part, opened.row.subject.as_str()),
        _ => super::file_name(part),
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
        .on_press(Message::Attachment(path))
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
    use super::{fax_title, links, sized};

    #[test]
    fn no_size_is_told_of_what_is_still_arriving() {
        let film = || "video/mp4".to_owned();
        assert_eq!(sized(film(), 376_200_000, true), "video/mp4 · 376.2 MB");
        assert_eq!(sized(String::new(), 12_000, true), "12 kB");
        assert_eq!(sized(film(), 12_000, false), "video/mp4");
        assert_eq!(sized(String::new(), 12_000, false), "");
    }
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
    fn finds_web_links_and_nothing_else() {
        assert_eq!(
            links("See <https://example.com/a?b=1>, http://example.net/x. javascript:alert(1)"),
            ["https://example.com/a?b=1", "http://example.net/x"]
        );
        assert!(links("file:///etc/passwd mailto:a@b.example").is_empty());
    }
}
