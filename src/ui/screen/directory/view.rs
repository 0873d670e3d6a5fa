//! The directory drawn: the list at the left, a card or the form at the right.

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, scrollable, space},
};

use super::{
    Directory, Message,
    form::{Field, Form, Message as Change},
    letter, name_sounds,
};
use crate::{
    engine::{CardOfferKind, Contact, ContactEmail, ContactTel},
    model::DateTime,
    ui::{
        screen::{
            Context, player,
            reader::conflict,
            words::{clock, day_at_time, extension, phone},
        },
        theme::{
            Icon, Look, MEDIUM, SEMIBOLD, Type, icon, radius,
            style::{self, Face, Kind},
        },
        widget::{
            Badge, El, Press, avatar, badge_owned, button, checkbox, ellipsis, empty, field,
            field::bare,
            hairline,
            menu::{Item, menu},
            popover, search,
        },
    },
    wording,
};

/// The list of people with its head and search field.
pub fn list<'a>(directory: &'a Directory, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let head = row![
        look.text(Type::Heading, fl!("place-directory")).color(c.text),
        look.text(Type::Small, fl!("directory-count", count = directory.count())).color(c.text_2),
        space().width(Length::Fill),
        button::labelled(look, Kind::Ghost, button::Size::Small, Some(Icon::Plus), fl!("add"))
            .on_press(Message::New),
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    let input = bare(look, &fl!("directory-search"), &directory.search)
        .on_input(Message::Search)
        .id("search");
    let top = column![container(head).center_y(Length::Fixed(52.0)), search(look, input, None),];
    let top =
        container(top).padding(Padding { left: 16.0, right: 16.0, ..Padding::ZERO }).height(96);
    let body: El<'a, Message> = if directory.people.is_empty() && !directory.has_pages() {
        if !directory.loaded {
            space().into()
        } else if directory.search.trim().is_empty() {
            empty(
                look,
                icon(Icon::BookUser, 32.0, c.text_3).into(),
                fl!("directory-empty"),
                fl!("directory-empty-line"),
                Some(
                    button::outline(look, fl!("directory-import")).on_press(Message::Import).into(),
                ),
            )
        } else {
            empty(
                look,
                icon(Icon::Search, 32.0, c.text_3).into(),
                fl!("directory-nothing", text = directory.search.trim()),
                fl!("directory-nothing-line"),
                None,
            )
        }
    } else {
        people(directory, ctx, look)
    };
    container(column![top, hairline(look), body])
        .width(Length::Fill)
        .height(Length::Fill)
        .style(move |_| style::area(c.list))
        .into()
}

fn people<'a>(directory: &'a Directory, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let mut all = column![].padding([8, 8]);
    let mut under = String::new();
    for person in &directory.people {
        let initial = letter(person);
        if initial != under {
            under.clone_from(&initial);
            all = all.push(
                container(look.text(Type::Small, initial).font(SEMIBOLD).color(c.text_2))
                    .padding(Padding { left: 12.0, top: 8.0, bottom: 6.0, ..Padding::ZERO }),
            );
        }
        all = all.push(entry(person, directory, ctx, look));
    }
    if directory.has_pages() {
        all = all.push(directory.pages_view(look));
    }
    scrollable(all).style(style::scrollbar(look)).width(Length::Fill).height(Length::Fill).into()
}

fn entry<'a>(
    person: &'a Contact,
    directory: &Directory,
    ctx: &Context<'a>,
    look: Look,
) -> El<'a, Message> {
    let c = look.c;
    let chosen = person.id.is_some() && person.id == directory.selected;
    let address = person.emails.first().map_or("", |e| e.addr.as_str());
    let face = ctx.face(person.id, &person.name, address, false);
    let mut line = row![
        avatar(look, face, 34.0),
        column![
            ellipsis(look, Type::Ui, person.name.as_str()).font(SEMIBOLD).color(c.text),
            ellipsis(look, Type::Small, second_line(person)).color(c.text_2),
        ]
        .spacing(1)
        .width(Length::Fill),
    ]
    .spacing(12)
    .align_y(Alignment::Center);
    if person.newer_card.is_some() {
        line = line.push(icon(Icon::RefreshCw, 14.0, c.text_2));
    }
    if person.emails.iter().any(|e| e.vpim) {
        line = line.push(icon(Icon::Voicemail, 16.0, c.accent));
    }
    let row = Press::new(container(line).center_y(Length::Fill))
        .width(Length::Fill)
        .height(look.height(52.0))
        .padding([0, 12])
        .face(move |touch| Face {
            fill: if chosen { Some(c.selected) } else { Kind::Ghost.face(look, touch).fill },
            outline: None,
            radius: radius::ROW,
            text: c.text,
        })
        .ring(c.accent)
        .ring_inside();
    match person.id {
        Some(id) => row.on_press(Message::Select(id)).into(),
        None => row.into(),
    }
}

/// "Calder & Finch · ext. 4417".
fn second_line(person: &Contact) -> String {
    let ext = person.emails.iter().find_map(|e| extension(&e.addr));
    let ext = ext.map(|ext| fl!("extension", number = ext));
    let place = person.organization.clone().or_else(|| person.role.clone());
    let parts: Vec<String> = [place, ext].into_iter().flatten().collect();
    if parts.is_empty() {
        person.emails.first().map_or_else(
            || person.tels.first().map(|t| t.number.clone()).unwrap_or_default(),
            |e| e.addr.to_string(),
        )
    } else {
        parts.join(" · ")
    }
}

/// The card of the selected person, the form, or nothing selected.
pub fn card<'a>(directory: &'a Directory, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let body = match (&directory.form, directory.selected()) {
        (Some(form), _) => form_page(form, ctx, look),
        (None, Some(person)) => person_page(directory, person, ctx, look),
        (None, None) => empty(
            look,
            icon(Icon::BookUser, 32.0, c.text_3).into(),
            fl!("directory-none"),
            fl!("directory-none-line"),
            None,
        ),
    };
    container(body)
        .width(Length::Fill)
        .height(Length::Fill)
        .style(move |_| style::area(c.reading))
        .into()
}

fn page<'a>(
    bar: El<'a, Message>,
    content: El<'a, Message>,
    ctx: &Context<'_>,
    look: Look,
) -> El<'a, Message> {
    let side = if ctx.narrow { 20.0 } else { 24.0 };
    let content = container(container(content).max_width(760.0).width(Length::Fill))
        .width(Length::Fill)
        .align_x(if ctx.width > 1_000.0 { Alignment::Center } else { Alignment::Start })
        .padding(Padding { top: 24.0, right: side, bottom: 24.0, left: side });
    column![
        container(bar)
            .padding(Padding { left: 20.0, right: 16.0, ..Padding::ZERO })
            .center_y(Length::Fixed(51.0))
            .width(Length::Fill),
        hairline(look),
        scrollable(content).style(style::scrollbar(look)).width(Length::Fill).height(Length::Fill),
    ]
    .into()
}

fn person_page<'a>(
    directory: &'a Directory,
    person: &'a Contact,
    ctx: &Context<'a>,
    look: Look,
) -> El<'a, Message> {
    let mut bar = row![].spacing(8).align_y(Alignment::Center);
    if ctx.narrow {
        bar = bar.push(button::icon_button(
            look,
            Icon::ArrowLeft,
            fl!("back"),
            Some("Esc"),
            Message::Back,
        ));
    }
    let menu = directory.more.then(|| {
        menu(
            look,
            vec![
                Item::new(fl!("directory-export"), Message::Export).mark(Icon::Download),
                Item::new(fl!("directory-import"), Message::Import).mark(Icon::UserRoundPlus),
                Item::separator(),
                Item::new(fl!("directory-delete"), Message::Delete).mark(Icon::Trash2),
            ],
            220.0,
        )
    });
    let more = button::icon_button(look, Icon::Ellipsis, fl!("reader-more"), None, Message::More);
    bar = bar
        .push(button::tonal(look, Icon::Mic, fl!("directory-record")).on_press(Message::Record))
        .push(
            button::ghost(look, Some(Icon::SquarePen), fl!("directory-write"))
                .on_press(Message::Write),
        )
        .push(space().width(Length::Fill))
        .push(button::ghost(look, Some(Icon::Pencil), fl!("edit")).on_press(Message::Edit))
        .push(popover(look, more, menu, Message::More).end());

    let mut body = column![head(person, ctx, look)].spacing(16).width(Length::Fill);
    if let Some(newer) = directory.newer.as_ref().filter(|n| Some(n.person) == person.id) {
        body = body.push(newer_bar(newer, ctx, look));
    }
    let mut rows = column![];
    for tel in &person.tels {
        rows = rows.push(hairline(look)).push(tel_row(tel, look));
    }
    for email in &person.emails {
        rows = rows.push(hairline(look)).push(email_row(email, look));
    }
    if let Some(place) = &person.place {
        rows = rows.push(hairline(look)).push(value_row(
            Icon::MapPin,
            place.as_str(),
            person.zone.clone().unwrap_or_else(|| fl!("directory-place")),
            None,
            look,
        ));
    }
    body = body.push(rows).push(source(person, ctx.now, look));
    page(bar.into(), body.into(), ctx, look)
}

fn head<'a>(person: &'a Contact, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let address = person.emails.first().map_or("", |e| e.addr.as_str());
    let face = ctx.face(person.id, &person.name, address, false);
    let role = [person.role.as_deref(), person.organization.as_deref()]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ");
    let mut words = column![look.text(Type::Name, person.name.as_str()).color(c.text)].spacing(2);
    if !role.is_empty() {
        words = words.push(look.text(Type::Body, role).color(c.text_2));
    }
    let mut pills = row![].spacing(8).align_y(Alignment::Center);
    if person.has_spoken_name {
        let sounding = person.id.is_some_and(|id| name_sounds(id, &ctx.audio.player));
        pills = pills.push(player::pill(
            look,
            sounding,
            fl!("directory-hear"),
            person.spoken_name_length.map(clock),
            Message::HearName,
        ));
    }
    if person.emails.iter().any(|e| e.vpim) {
        pills = pills.push(badge_owned(
            look,
            Badge::Accent,
            Some(Icon::Voicemail),
            fl!("directory-vpim"),
        ));
    }
    words = words.push(space().height(4)).push(pills);
    row![avatar(look, face, 80.0), words.width(Length::Fill)]
        .spacing(20)
        .align_y(Alignment::Center)
        .into()
}

fn newer_bar<'a>(newer: &'a super::Newer, ctx: &Context<'_>, look: Look) -> El<'a, Message> {
    use crate::ui::widget::{Bar, Tone, bar};
    let keep = || button::outline_small(look, fl!("keep-current")).on_press(Message::Accept(false));
    let name = newer.offer.name.as_str();
    match &newer.offer.kind {
        CardOfferKind::Conflict { in_use, new } => conflict(
            look,
            name,
            &newer.subject,
            &day_at_time(newer.date, ctx.now),
            (in_use, new),
            keep().into(),
            button::outline_small(look, fl!("use-new")).on_press(Message::Accept(true)).into(),
        ),
        CardOfferKind::News(news) => bar(
            look,
            Bar::new(
                Tone::Offer,
                Icon::RefreshCw,
                fl!("bar-card-news", name = name),
                fl!("bar-card-news-line", news = wording::people::fields(news)),
            )
            .button(button::outline_small(look, fl!("update")).on_press(Message::Accept(true)))
            .close(Message::Accept(false), fl!("close")),
        ),
        CardOfferKind::New { .. } | CardOfferKind::OtherSender { .. } | CardOfferKind::Known => {
            space().into()
        }
    }
}

fn tel_row<'a>(tel: &'a ContactTel, look: Look) -> El<'a, Message> {
    let fax = tel.kinds.iter().any(|k| k.eq_ignore_ascii_case("fax"));
    let kinds = tel.kinds.iter().map(|k| kind_word(k)).collect::<Vec<_>>().join(", ");
    let kinds = capital(if kinds.is_empty() { fl!("tel-voice") } else { kinds });
    let copy = button::icon_button_of(
        look,
        Kind::Ghost,
        Icon::Copy,
        28.0,
        fl!("reader-copy"),
        None,
        Some(Message::Copy(tel.number.clone())),
    );
    let mark = if fax { Icon::Fax } else { Icon::Phone };
    value_row(mark, phone(&tel.number), kinds, Some(copy), look)
}

/// A vCard TEL type as a word.
fn kind_word(kind: &str) -> String {
    match kind.to_ascii_lowercase().as_str() {
        "work" => fl!("tel-work"),
        "home" => fl!("tel-home"),
        "voice" => fl!("tel-voice"),
        "fax" => fl!("tel-fax"),
        "cell" => fl!("tel-cell"),
        "msg" => fl!("tel-msg"),
        other => other.to_owned(),
    }
}

fn capital(text: String) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text,
    }
}

fn email_row<'a>(email: &'a ContactEmail, look: Look) -> El<'a, Message> {
    let (mark, what) = match (email.vpim, email.preferred) {
        (true, true) => (Icon::Voicemail, fl!("email-voice-preferred")),
        (true, false) => (Icon::Voicemail, fl!("email-voice")),
        (false, _) => (Icon::Mail, fl!("email-mail")),
    };
    let end = email
        .vpim
        .then(|| badge_owned(look, Badge::Accent, Some(Icon::CircleCheck), "VPIM".to_owned()));
    value_row(mark, email.addr.as_str(), what, end, look)
}

fn value_row<'a>(
    mark: Icon,
    value: impl Into<String>,
    what: String,
    end: Option<El<'a, Message>>,
    look: Look,
) -> El<'a, Message> {
    let c = look.c;
    container(
        row![
            icon(mark, 18.0, c.text_2),
            column![
                ellipsis(look, Type::Body, value).color(c.text),
                ellipsis(look, Type::Small, what).color(c.text_2),
            ]
            .width(Length::Fill)
        ]
        .push(end)
        .spacing(14)
        .align_y(Alignment::Center),
    )
    .padding([6, 0])
    .into()
}

/// Where the data comes from.
fn source<'a>(person: &'a Contact, now: DateTime, look: Look) -> El<'a, Message> {
    let c = look.c;
    let words = look
        .text(Type::Ui, wording::people::source(&person.source, now))
        .font(SEMIBOLD)
        .color(c.text);
    container(row![icon(Icon::FileCheck, 18.0, c.text_2), words.width(Length::Fill)].spacing(12))
        .width(Length::Fill)
        .padding([12, 16])
        .style(move |_| style::boxed(c.card, Some(c.border), radius::ROW))
        .into()
}

fn form_page<'a>(form: &'a Form, ctx: &Context<'a>, look: Look) -> El<'a, Message> {
    let c = look.c;
    let title = if form.before.id.is_some() { fl!("directory-edit") } else { fl!("directory-new") };
    let bar = row![
        look.text(Type::Heading, title).color(c.text),
        space().width(Length::Fill),
        button::ghost(look, None, fl!("cancel")).on_press(Message::Cancel),
        button::primary(look, fl!("save")).on_press(Message::Form(Change::Save)),
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    let input = |label: String, value: &'a str, which: Field| -> El<'a, Message> {
        column![
            look.text(Type::Ui, label).font(MEDIUM).color(c.text),
            field(look, "", value, false)
                .id(which.id())
                .on_input(move |text| Message::Form(Change::Typed(which, text)))
                .on_submit(Message::Form(Change::Save)),
        ]
        .spacing(6)
        .into()
    };
    let mut all = column![
        input(fl!("field-name"), &form.name, Field::Name),
        input(fl!("field-role"), &form.role, Field::Role),
        input(fl!("field-organization"), &form.organization, Field::Organization),
    ]
    .spacing(14)
    .max_width(480.0);
    for (at, (number, _)) in form.tels.iter().enumerate() {
        all = all.push(input(fl!("field-number"), number, Field::Tel(at)));
    }
    all = all.push(
        button::link(look, fl!("add-number")).padding(0).on_press(Message::Form(Change::AddTel)),
    );
    for (at, (address, vpim)) in form.emails.iter().enumerate() {
        all = all.push(input(fl!("field-address"), address, Field::Email(at))).push(checkbox(
            look,
            *vpim,
            fl!("field-vpim"),
            Message::Form(Change::Vpim(at, !vpim)),
        ));
    }
    all = all
        .push(
            button::link(look, fl!("add-address"))
                .padding(0)
                .on_press(Message::Form(Change::AddEmail)),
        )
        .push(input(fl!("field-place"), &form.place, Field::Place));
    if let Some(wrong) = &form.wrong {
        all = all.push(look.text(Type::Small, wrong.as_str()).color(c.danger));
    }
    page(bar.into(), all.into(), ctx, look)
}
