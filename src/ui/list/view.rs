//! How the list looks.

use iced::{
    Alignment, Length, Padding,
    widget::{Space, column, container, keyed_column, row, scrollable, space, stack},
};

use super::{At, List, Message};
use crate::{
    engine::{ListRow, Progress, Scope, Sort},
    model::{DateTime, Importance, MessageKey, MessageKind},
    ui::{
        faces::Faces,
        id,
        theme::{
            Icon, Look, MEDIUM, REGULAR, SEMIBOLD, Type, icon, radius,
            style::{self, Face, Kind, Touch},
        },
        widget::{
            Avatar, El, Press, avatar, button, clock, dot, ellipsis, empty,
            field::{self, key_cap},
            hairline,
            menu::{Item, menu},
            popover,
        },
        words,
    },
    wording::{Word, figures::row_time, rows},
};

const SORTS: [(Sort, Word); 5] = [
    (Sort::Newest, word!("sort-newest")),
    (Sort::Oldest, word!("sort-oldest")),
    (Sort::UnheardFirst, word!("sort-unheard")),
    (Sort::Sender, word!("sort-sender")),
    (Sort::Longest, word!("sort-longest")),
];

/// The whole pane: head, bars, rows or an empty state.
pub fn view<'a>(
    list: &'a List,
    look: Look,
    at: At,
    title: String,
    faces: &'a Faces,
    bars: Vec<El<'a, Message>>,
) -> El<'a, Message> {
    let c = look.c;
    let mut body = column![head(list, look, title), hairline(look)];
    for bar in bars {
        body = body.push(bar).push(hairline(look));
    }
    body = body.push(if list.loaded && list.total == 0 {
        nothing(list, look, at)
    } else {
        rows(list, look, at, faces)
    });
    container(body)
        .width(Length::Fill)
        .height(Length::Fill)
        .style(move |_| style::area(c.list))
        .into()
}

fn head(list: &List, look: Look, title: String) -> El<'_, Message> {
    let c = look.c;
    let mut line = row![look.text(Type::Heading, title)].spacing(8).align_y(Alignment::Center);
    if list.unseen > 0 {
        let new = fl!("list-new", count = list.unseen as usize);
        line = line.push(look.text(Type::Small, new).color(c.text_2));
    }
    let (_, sort) = SORTS.iter().find(|(sort, _)| *sort == list.sort).unwrap_or(&SORTS[0]);
    let sort = Press::new(
        container(
            row![
                look.text(Type::Small, sort()).font(MEDIUM),
                icon(Icon::ChevronDown, 14.0, c.text_2)
            ]
            .spacing(6)
            .align_y(Alignment::Center),
        )
        .center_y(Length::Fill),
    )
    .height(look.height(28.0))
    .padding(Padding { left: 8.0, right: 0.0, ..Padding::ZERO })
    .face(move |touch| Kind::Ghost.face(look, touch))
    .ring(c.accent)
    .id(id::SORT)
    .on_press(Message::SortMenu(!list.sort_open));
    let items = || {
        SORTS
            .iter()
            .map(|(sort, name)| Item::new(name(), Message::Sort(*sort)).checked(*sort == list.sort))
            .collect()
    };
    let line = line.push(space().width(Length::Fill)).push(
        popover(
            look,
            sort,
            list.sort_open.then(|| menu(look, items(), 180.0)),
            Message::SortMenu(false),
        )
        .end(),
    );
    let input = field::bare(look, &fl!("search-hint"), &list.search)
        .id(id::SEARCH)
        .on_input(Message::Search)
        .on_submit(Message::SearchDone);
    let end = if list.search.is_empty() {
        key_cap(look, "Ctrl K")
    } else {
        button::icon_button_of(
            look,
            Kind::Ghost,
            Icon::X,
            24.0,
            fl!("clear-search"),
            Some("Esc"),
            Some(Message::Clear),
        )
    };
    let search = field::search(look, input, Some(end));
    column![
        container(line).padding([0, 16]).center_y(Length::Fixed(look.height(52.0))),
        container(search).padding(Padding { left: 16.0, right: 16.0, bottom: 12.0, top: 0.0 }),
    ]
    .into()
}

fn rows<'a>(list: &'a List, look: Look, at: At, faces: &'a Faces) -> El<'a, Message> {
    let height = row_height(look, at.compact);
    let range = list.visible(height);
    #[allow(clippy::cast_precision_loss)]
    let (above, below) =
        (range.start as f32 * height, (list.total.saturating_sub(range.end)) as f32 * height);
    // All children of one keyed column must be the same widget, or iced panics when keys shift:
    // every child is a Press, and the spacers stay outside.
    let built = keyed_column(range.map(|index| {
        let below = list.row(index + 1).map(|next| next.key);
        let key = list.row(index).map_or(-i64::from(index) - 1, |row| row.key.0);
        (key, line(list, look, at, faces, index, below, height))
    }));
    let content = column![
        space().height(above + 6.0),
        container(built).padding([0, 8]),
        space().height(below + 6.0)
    ];
    scrollable(content)
        .id(id::LIST)
        .width(Length::Fill)
        .height(Length::Fill)
        .direction(scrollable::Direction::Vertical(
            scrollable::Scrollbar::new().width(6).scroller_width(6).margin(1),
        ))
        .style(style::scrollbar(look))
        .on_scroll(|viewport| {
            Message::Scrolled(viewport.absolute_offset().y, viewport.bounds().height)
        })
        .into()
}

/// Height of a row.
#[must_use]
pub fn row_height(look: Look, compact: bool) -> f32 {
    look.height(if compact { 52.0 } else { 76.0 })
}

fn line<'a>(
    list: &'a List,
    look: Look,
    at: At,
    faces: &'a Faces,
    index: u32,
    next: Option<crate::model::MessageKey>,
    height: f32,
) -> El<'a, Message> {
    let c = look.c;
    let Some(row) = list.row(index) else {
        return Press::new(Space::new()).width(Length::Fill).height(height).tab_stop(false).into();
    };
    let marked = list.marked.contains(&row.key);
    let selected = list.selected == Some(row.key) || marked;
    let next_selected =
        next.is_none_or(|next| list.selected == Some(next) || list.marked.contains(&next));
    let content = message_row(row, look, at, faces, marked);
    // The hairline runs from the edge of the text, between rows that are not selected.
    let ruled: El<'a, Message> = if selected || next_selected {
        content
    } else {
        let under = container(hairline(look))
            .height(Length::Fill)
            .padding(Padding { left: 56.0 * look.scale, ..Padding::ZERO })
            .align_y(Alignment::End);
        stack![content, under].into()
    };
    Press::new(ruled)
        .width(Length::Fill)
        .height(height)
        .padding(Padding { left: 6.0, right: 10.0, ..Padding::ZERO })
        .face(move |touch| Face {
            fill: match (selected, touch) {
                (true, _) if at.focused => Some(c.selected),
                (true, _) => Some(c.selected_idle),
                (_, Touch::Rest) => None,
                _ => Some(c.hover),
            },
            outline: None,
            radius: radius::ROW,
            text: c.text,
        })
        .ring(c.accent)
        .ring_inside()
        .tab_stop(false)
        .on_press(Message::Pressed(index))
        .into()
}

fn message_row<'a>(
    row: &'a ListRow,
    look: Look,
    at: At,
    faces: &'a Faces,
    marked: bool,
) -> El<'a, Message> {
    let c = look.c;
    let new = row.progress == Progress::New;
    let gutter: El<'a, Message> = match standing(row, at.playing) {
        Standing::Sounding => bars(look),
        Standing::New => dot(8.0, Some(c.accent), None),
        Standing::Started => dot(8.0, None, Some(c.accent)),
        Standing::Done => space().width(8).into(),
    };
    let size = if at.compact { 32.0 } else { 36.0 };
    let face = avatar(look, who(row, faces, marked), look.height(size));
    let time = look
        .text(Type::Small, row_time(row.date, at.now))
        .font(if new { MEDIUM } else { REGULAR })
        .color(if new { c.accent } else { c.text_2 });
    let name = ellipsis(look, Type::Ui, name(row)).font(SEMIBOLD);
    let mut first = iced::widget::row![].spacing(8).align_y(Alignment::Center);
    first = match rows::via(row) {
        Some(via) => first
            .push(name.width(Length::Shrink))
            .push(ellipsis(look, Type::Small, via).color(c.text_2).width(Length::Fill)),
        None => first.push(name),
    };
    let first = first.push(time);

    let mut second = iced::widget::row![].spacing(8).align_y(Alignment::Center);
    second = second.push(kind(row, look));
    second = second.push(ellipsis(look, Type::Ui, subject(row)).font(if new {
        SEMIBOLD
    } else {
        REGULAR
    }));
    let mut words = column![first].spacing(1);
    if at.compact {
        words = words.push(second.push(marks(row, look)));
    } else {
        let third = iced::widget::row![
            ellipsis(look, Type::Small, preview(row, at.now)).color(c.text_2),
            marks(row, look)
        ]
        .spacing(8)
        .align_y(Alignment::Center);
        words = words.push(second).push(third);
    }
    // The dot stands in the gutter, level with the middle of the photo.
    let gutter =
        container(gutter).center_y(Length::Fixed(look.height(size))).center_x(Length::Fixed(8.0));
    let body = iced::widget::row![gutter, face, words.width(Length::Fill)]
        .spacing(10)
        .align_y(if at.compact { Alignment::Center } else { Alignment::Start });
    let top = look.height(if at.compact { 8.0 } else { 10.0 });
    container(body).padding(Padding { top, ..Padding::ZERO }).into()
}

fn who<'a>(row: &'a ListRow, faces: &'a Faces, marked: bool) -> Avatar<'a> {
    if marked {
        return Avatar::Checked;
    }
    if let Some(photo) = row.contact.and_then(|id| faces.get(id)) {
        return Avatar::Photo(photo);
    }
    match row.kind {
        MessageKind::Dsn => Avatar::Symbol(Icon::MailX),
        MessageKind::Mdn => Avatar::Symbol(Icon::MailCheck),
        MessageKind::Voice
        | MessageKind::Fax
        | MessageKind::Video
        | MessageKind::Email
        | MessageKind::Other => match row.outside_caller {
            true => Avatar::Caller,
            false => Avatar::Initials {
                name: &row.sender,
                address: row.address.as_deref().unwrap_or(&row.sender),
            },
        },
    }
}

/// What stands in the gutter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Three small bars.
    Sounding,
    /// A filled dot.
    New,
    /// A ring.
    Started,
    /// Nothing.
    Done,
}

/// The mark of a row: it changes with what was heard, read or viewed (RFC 4024 section 3).
pub(super) fn standing(row: &ListRow, playing: Option<MessageKey>) -> Standing {
    match row.progress {
        _ if playing == Some(row.key) => Standing::Sounding,
        Progress::New => Standing::New,
        Progress::Started => Standing::Started,
        Progress::Done => Standing::Done,
    }
}

/// Who it is from; numbers in groups for the eye. A report is named as what it is.
pub(super) fn name(row: &ListRow) -> String {
    match row.kind {
        MessageKind::Dsn => fl!("row-report"),
        MessageKind::Voice
        | MessageKind::Fax
        | MessageKind::Video
        | MessageKind::Email
        | MessageKind::Mdn
        | MessageKind::Other => rows::sender_shown(row, words::phone(&row.sender)),
    }
}

/// First words, or a plain fact.
pub(super) fn preview(row: &ListRow, now: DateTime) -> String {
    let text = rows::preview(row, now);
    if text.is_empty() && row.private { fl!("row-private") } else { text }
}

/// The subject, or the sentence that stands for a missing one.
pub(super) fn subject(row: &ListRow) -> String {
    if row.subject.is_empty() {
        return rows::missing_subject(row, rows::sender_shown(row, words::phone(&row.sender)));
    }
    if row.kind != MessageKind::Dsn {
        return row.subject.clone();
    }
    // The name says already that it is a report.
    let prefix = format!("{}: ", fl!("row-report"));
    row.subject.strip_prefix(&prefix).unwrap_or(&row.subject).to_owned()
}

/// Icon of the primary content, and its size as people count it: time or pages (RFC 4024 sections
/// 3 and 5).
pub(super) fn measure(row: &ListRow) -> (Icon, Option<String>) {
    match row.kind {
        MessageKind::Voice => {
            (Icon::Voicemail, row.duration.map(|d| words::measure(d, row.estimated)))
        }
        MessageKind::Fax => {
            (Icon::Fax, row.pages.map(|pages| fl!("pages", count = pages as usize)))
        }
        MessageKind::Dsn => (Icon::MailX, None),
        MessageKind::Mdn => (Icon::MailCheck, None),
        MessageKind::Video | MessageKind::Email | MessageKind::Other => (Icon::Mail, None),
    }
}

/// The kind icon with its measure.
fn kind<'a>(row: &ListRow, look: Look) -> El<'a, Message> {
    let c = look.c;
    let (mark, measure) = measure(row);
    let color = match row.kind {
        MessageKind::Voice => c.accent,
        MessageKind::Fax => c.fax,
        MessageKind::Dsn => c.danger,
        MessageKind::Video | MessageKind::Email | MessageKind::Mdn | MessageKind::Other => c.text_2,
    };
    let mut line =
        iced::widget::row![icon(mark, 14.0, color)].spacing(6).align_y(Alignment::Center);
    if let Some(measure) = measure {
        line = line.push(clock(look, Type::Small, measure).color(color).font(MEDIUM));
    }
    line.into()
}

/// Importance, private, receipt, attachment: in this order.
fn marks<'a>(row: &ListRow, look: Look) -> El<'a, Message> {
    let c = look.c;
    let mut line = iced::widget::row![].spacing(6).align_y(Alignment::Center);
    let all = [
        (row.importance == Importance::High, Icon::CircleAlert, c.danger),
        (row.importance == Importance::Low, Icon::ArrowDown, c.text_2),
        (row.private, Icon::Lock, c.text_2),
        (row.receipt, Icon::MailCheck, c.text_2),
        (row.attachment, Icon::Paperclip, c.text_2),
        (row.answered, Icon::Reply, c.text_2),
        (row.forwarded, Icon::Forward, c.text_2),
    ];
    for (_, mark, color) in all.into_iter().filter(|(on, ..)| *on) {
        line = line.push(icon(mark, 14.0, color));
    }
    line.into()
}

/// Three small bars in place of the dot while a message plays. They stand still: the playhead
/// shows the movement.
fn bars<'a>(look: Look) -> El<'a, Message> {
    let bar = |height: f32| {
        container(Space::new().width(2).height(height))
            .style(move |_| style::boxed(look.c.accent, None, 1.0))
    };
    iced::widget::row![bar(5.0), bar(10.0), bar(7.0)].spacing(1).align_y(Alignment::Center).into()
}

fn nothing<'a>(list: &'a List, look: Look, at: At) -> El<'a, Message> {
    let all = || {
        let press: El<'a, Message> =
            button::link(look, fl!("show-all")).on_press(Message::ShowAll).into();
        press
    };
    if let Some(error) = &list.error {
        return empty(
            look,
            icon(Icon::TriangleAlert, 32.0, look.c.warn).into(),
            fl!("list-failed"),
            words::error_text(error),
            None,
        );
    }
    if !list.search.trim().is_empty() {
        let clear = button::link(look, fl!("clear-search")).on_press(Message::Clear);
        return empty(
            look,
            icon(Icon::Search, 32.0, look.c.text_2).into(),
            fl!("empty-search", text = list.search.trim()),
            fl!("empty-search-line"),
            Some(clear.into()),
        );
    }
    if at.checking {
        let mark = icon(Icon::AudioLines, 40.0, look.c.text_3).into();
        return empty(look, mark, fl!("sync-checking"), String::new(), None);
    }
    let (title, line, action) = match list.scope {
        Scope::AllInboxes => (
            fl!("empty-all"),
            fl!("empty-all-line"),
            Some(button::link(look, fl!("new-voice")).on_press(Message::NewVoice).into()),
        ),
        Scope::Unheard if at.offline => {
            (fl!("empty-unheard"), fl!("empty-unheard-offline"), Some(all()))
        }
        Scope::Unheard => (fl!("empty-unheard"), fl!("empty-unheard-line"), Some(all())),
        Scope::Voice => (fl!("empty-voice"), fl!("empty-arrive"), Some(all())),
        Scope::Fax => (fl!("empty-fax"), fl!("empty-arrive"), Some(all())),
        Scope::Text => (fl!("empty-text"), fl!("empty-arrive"), Some(all())),
        Scope::Mailbox(_) => (fl!("empty-mailbox"), fl!("empty-arrive"), Some(all())),
    };
    let picture = container(check_picture(look)).padding(Padding { bottom: 20.0, ..Padding::ZERO });
    empty(look, picture.into(), title, line, action)
}

/// A check between two fading waves.
fn check_picture<'a>(look: Look) -> El<'a, Message> {
    let c = look.c;
    let bar = |height: f32| {
        container(Space::new().width(4).height(height))
            .style(move |_| style::boxed(crate::ui::theme::fade(c.wave_idle, 0.55), None, 2.0))
    };
    let disc = container(icon(Icon::Check, 32.0, c.accent))
        .center(Length::Fixed(60.0))
        .style(move |_| style::boxed(c.accent_soft, None, radius::FULL));
    let left = iced::widget::row![bar(5.0), bar(5.0), bar(8.0), bar(12.0), bar(22.0)];
    let right = iced::widget::row![bar(22.0), bar(12.0), bar(8.0), bar(5.0), bar(5.0)];
    iced::widget::row![
        left.spacing(6).align_y(Alignment::Center),
        disc,
        right.spacing(6).align_y(Alignment::Center)
    ]
    .spacing(8)
    .align_y(Alignment::Center)
    .into()
}
