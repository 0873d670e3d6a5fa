//! The account form drawn.

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, scrollable, space},
};

use super::{Account, Field, Message, Phase, ServerForm, Which};
use crate::{
    engine::{Security, handle::is_loopback},
    ui::{
        theme::{
            Icon, Look, MEDIUM, Type, icon, radius,
            style::{self, Kind},
        },
        widget::{El, Press, button, field, segmented},
    },
};

/// The form, in the middle of the window.
pub fn view<'a>(form: &'a Account, look: Look) -> El<'a, Message> {
    let c = look.c;
    let back = Press::new(
        row![
            icon(Icon::ArrowLeft, 14.0, c.text_2),
            look.text(Type::Small, fl!("back")).font(MEDIUM)
        ]
        .spacing(6)
        .align_y(Alignment::Center),
    )
    .padding([6, 6])
    .face(move |touch| Kind::Ghost.face(look, touch))
    .ring(c.accent)
    .on_press(Message::Back);
    let (title, line) = match (form.is_edit(), form.by_hand) {
        (true, _) => (fl!("account-edit-title"), fl!("account-edit-line")),
        (false, true) => (fl!("account-title"), fl!("account-line")),
        (false, false) => (fl!("account-title"), fl!("account-find-line")),
    };
    let label = form
        .is_edit()
        .then(|| text_field(form, Field::Label, fl!("account-label"), &form.label, look));
    let mut fields = column![
        container(back).padding(Padding::ZERO.left(-6.0)),
        space().height(12),
        look.text(Type::Title, title).color(c.text),
        space().height(2),
        look.text(Type::Ui, line).color(c.text_2),
        space().height(16),
    ]
    .push(label)
    .extend([
        text_field(form, Field::Name, fl!("account-name"), &form.name, look),
        text_field(form, Field::Address, fl!("account-address"), &form.address, look),
        password(form, look),
        provider(form, look),
    ]);
    if form.by_hand {
        fields = fields
            .push(space().height(8))
            .push(look.text(Type::Small, fl!("account-servers")).color(c.text_2))
            .push(space().height(8))
            .push(told(form, look))
            .push(server(form, Which::Imap, fl!("account-incoming"), &form.imap, look))
            .push(server(form, Which::Smtp, fl!("account-outgoing"), &form.smtp, look))
            .push(text_field(form, Field::User, fl!("account-user"), &form.user, look))
            .push(text_field(form, Field::Gateway, fl!("account-gateway"), &form.gateway, look));
    }
    // Never beside an error: who is asked to trust something at that moment presses.
    if form.is_edit() {
        let (imap, smtp) = (&form.imap.pin, &form.smtp.pin);
        fields = fields
            .push(look.text(Type::Small, fl!("account-pin-line")).color(c.text_2))
            .push(space().height(8))
            .push(text_field(form, Field::Pin(Which::Imap), fl!("account-pin-imap"), imap, look))
            .push(text_field(form, Field::Pin(Which::Smtp), fl!("account-pin-smtp"), smtp, look));
    }
    if let Some(wrong) = form.wrong.as_ref().filter(|w| w.field.is_none()) {
        if let Some(fact) = &wrong.fact {
            fields = fields.push(look.text(Type::Ui, fact.as_str()).font(MEDIUM).color(c.danger));
        }
        fields = fields.push(complaint(&wrong.text, look)).push(space().height(8));
    }
    let asks = form.wrong.as_ref().is_some_and(|w| w.asks_ca);
    if asks || !form.ca.is_empty() {
        fields = fields.push(ca_file(form, look));
    }
    if let Some(detail) =
        form.wrong.as_ref().and_then(|w| w.detail.as_ref()).filter(|_| form.details)
    {
        fields = fields
            .push(look.text(Type::Small, detail.as_str()).color(c.text_2))
            .push(space().height(8));
    }
    fields = fields.push(buttons(form, look));
    let card = container(fields)
        .width(472.0 * look.scale.min(1.2))
        .padding([24, 32])
        .style(move |_| style::boxed(c.reading, Some(c.border), radius::CARD));
    let foot = row![
        icon(Icon::KeyRound, 14.0, c.text_2),
        look.text(Type::Small, fl!("account-keyring")).color(c.text_3)
    ]
    .spacing(8)
    .align_y(Alignment::Center);
    let page = column![card, space().height(20), foot].align_x(Alignment::Center);
    let page = container(page).center_x(Length::Fill).padding([32, 16]);
    container(scrollable(page).id(super::PAGE).style(style::scrollbar(look)))
        .center_y(Length::Fill)
        .width(Length::Fill)
        .style(move |_| style::area(c.list))
        .into()
}

fn label<'a>(look: Look, text: String) -> El<'a, Message> {
    look.text(Type::Ui, text).font(MEDIUM).color(look.c.text).into()
}

/// A sentence in `danger` with its icon.
fn complaint<'a>(text: &'a str, look: Look) -> El<'a, Message> {
    let c = look.c;
    row![
        container(icon(Icon::CircleAlert, 14.0, c.danger)).padding(Padding::ZERO.top(1)),
        look.text(Type::Small, text).color(c.danger)
    ]
    .spacing(8)
    .into()
}

/// The sentence that belongs under a field.
fn under<'a>(form: &'a Account, which: Field, look: Look) -> Option<El<'a, Message>> {
    let wrong = form.wrong.as_ref().filter(|w| w.field == Some(which))?;
    Some(complaint(&wrong.text, look))
}

fn is_wrong(form: &Account, which: Field) -> bool {
    form.wrong.as_ref().is_some_and(|w| w.field == Some(which))
}

fn text_field<'a>(
    form: &'a Account,
    which: Field,
    name: String,
    value: &'a str,
    look: Look,
) -> El<'a, Message> {
    let input = field(look, "", value, is_wrong(form, which))
        .on_input(move |text| Message::Typed(which, text))
        .on_submit(enter(form))
        .id(id(which));
    column![label(look, name), input]
        .push(under(form, which, look))
        .spacing(6)
        .padding(Padding::ZERO.bottom(14.0))
        .into()
}

fn id(which: Field) -> &'static str {
    match which {
        Field::Label => "account-label",
        Field::Name => super::FIRST,
        Field::Address => "account-address",
        Field::Password => "account-password",
        Field::User => "account-user",
        Field::Gateway => "account-gateway",
        Field::Ca => "account-ca",
        Field::Pin(Which::Imap) => "account-imap-pin",
        Field::Pin(Which::Smtp) => "account-smtp-pin",
        Field::Host(Which::Imap) => "account-imap-host",
        Field::Host(Which::Smtp) => "account-smtp-host",
        Field::Port(Which::Imap) => "account-imap-port",
        Field::Port(Which::Smtp) => "account-smtp-port",
    }
}

fn password<'a>(form: &'a Account, look: Look) -> El<'a, Message> {
    let input = field(look, "", &form.password, is_wrong(form, Field::Password))
        .secure(!form.shown)
        .on_input(|text| Message::Typed(Field::Password, text))
        .on_submit(enter(form))
        .id(id(Field::Password));
    let (mark, name) = if form.shown {
        (Icon::EyeOff, fl!("account-hide"))
    } else {
        (Icon::Eye, fl!("account-show"))
    };
    let eye = button::icon_button(look, mark, name, None, Message::ShowPassword);
    let name = if form.is_edit() { fl!("account-new-password") } else { fl!("account-password") };
    column![label(look, name), row![input, eye].spacing(4).align_y(Alignment::Center)]
        .push(under(form, Field::Password, look))
        .spacing(6)
        .padding(Padding::ZERO.bottom(14.0))
        .into()
}

/// The way without a password, where the provider is known.
fn provider<'a>(form: &'a Account, look: Look) -> El<'a, Message> {
    if form.provider().is_none() {
        return space().into();
    }
    let press = if form.phase == Phase::Browser {
        let no_browser = form.waits.as_ref().is_some_and(|waits| waits.no_browser);
        let said = if no_browser { fl!("sign-in-no-browser") } else { fl!("account-waiting") };
        let copy = button::outline(look, fl!("copy-address"))
            .id("account-copy")
            .on_press_maybe(form.waits.as_ref().map(|_| Message::CopyAddress));
        let cancel =
            button::outline(look, fl!("cancel")).id("account-cancel").on_press(Message::Cancel);
        row![look.text(Type::Small, said).color(look.c.text_2).width(Length::Fill), copy, cancel,]
    } else {
        let free = (!form.is_busy()).then_some(Message::SignIn);
        row![
            button::outline(look, fl!("account-sign-in"))
                .id("account-sign-in")
                .on_press_maybe(free)
        ]
    };
    container(press.spacing(12).align_y(Alignment::Center))
        .padding(Padding::ZERO.bottom(14.0))
        .into()
}

/// What was found, and what to be careful about.
fn told<'a>(form: &'a Account, look: Look) -> Option<El<'a, Message>> {
    let (lines, cautions) = form.told()?;
    let mut all = column![].spacing(4).padding(Padding::ZERO.bottom(12.0));
    for line in lines {
        all = all.push(look.text(Type::Small, line).color(look.c.text_2));
    }
    for caution in cautions {
        all = all.push(look.text(Type::Small, caution).color(look.c.danger));
    }
    Some(all.into())
}

/// What the Enter key does in a field.
fn enter(form: &Account) -> Message {
    if form.by_hand { Message::Check } else { Message::Find }
}

/// The file of a certificate that is trusted besides the system's.
fn ca_file<'a>(form: &'a Account, look: Look) -> El<'a, Message> {
    let input = field(look, "/etc/ssl/company.pem", &form.ca, false)
        .on_input(|text| Message::Typed(Field::Ca, text))
        .on_submit(enter(form))
        .id(id(Field::Ca));
    let choose = button::outline(look, fl!("account-ca-choose")).on_press(Message::FindCa);
    column![
        label(look, fl!("account-ca")),
        row![input, choose].spacing(8).align_y(Alignment::Center)
    ]
    .spacing(6)
    .padding(Padding::ZERO.bottom(14.0))
    .into()
}

fn server<'a>(
    form: &'a Account,
    which: Which,
    name: String,
    server: &'a ServerForm,
    look: Look,
) -> El<'a, Message> {
    let host = field(look, "", &server.host, is_wrong(form, Field::Host(which)))
        .on_input(move |text| Message::Typed(Field::Host(which), text))
        .on_submit(enter(form))
        .id(id(Field::Host(which)));
    let port = field(look, "", &server.port, is_wrong(form, Field::Port(which)))
        .on_input(move |text| Message::Typed(Field::Port(which), text))
        .on_submit(enter(form))
        .width(76.0 * look.scale)
        .id(id(Field::Port(which)));
    let kind = |security: Security, label: &str| {
        (label.to_owned(), server.security == security, Message::Security(which, security))
    };
    let mut kinds = vec![kind(Security::Tls, "TLS"), kind(Security::StartTls, "STARTTLS")];
    // Without encryption only to this computer itself.
    if is_loopback(&server.host) {
        kinds.push((
            fl!("account-none"),
            server.security == Security::None,
            Message::Security(which, Security::None),
        ));
    }
    let mark = match which {
        Which::Imap => Icon::Inbox,
        Which::Smtp => Icon::Send,
    };
    column![
        row![
            icon(mark, 16.0, look.c.text_2),
            look.text(Type::Ui, name).font(MEDIUM).color(look.c.text).width(Length::Fill),
            segmented(look, kinds),
        ]
        .spacing(8)
        .align_y(Alignment::Center),
        row![host, port].spacing(8),
    ]
    .push(under(form, Field::Host(which), look))
    .push(under(form, Field::Port(which), look))
    .spacing(6)
    .padding(Padding::ZERO.bottom(14.0))
    .into()
}

fn buttons<'a>(form: &'a Account, look: Look) -> El<'a, Message> {
    let c = look.c;
    let busy = form.is_busy();
    let mut line = row![].spacing(8).align_y(Alignment::Center);
    if let Some(wrong) = &form.wrong {
        if wrong.detail.is_some() {
            line = line.push(button::ghost(look, None, fl!("details")).on_press(Message::Details));
        }
        if wrong.can_go_on {
            let anyway =
                if form.is_edit() { fl!("account-save-anyway") } else { fl!("account-go-on") };
            line = line.push(button::ghost(look, None, anyway).on_press(Message::GoOn));
        }
    }
    if busy {
        let text = match form.phase {
            Phase::Adding if form.is_edit() => fl!("account-saving"),
            Phase::Adding => fl!("account-adding"),
            Phase::Browser => fl!("account-waiting"),
            Phase::Finding => fl!("account-finding"),
            Phase::Typing | Phase::Checking => fl!("account-checking"),
        };
        line = line.push(look.text(Type::Small, text).color(c.text_2));
    }
    if !form.by_hand {
        let by_hand = button::ghost(look, None, fl!("account-by-hand")).on_press(Message::ByHand);
        let find = button::primary(look, fl!("account-find"))
            .id("account-find")
            .on_press_maybe((!busy).then_some(Message::Find));
        return line.push(by_hand).push(space().width(Length::Fill)).push(find).into();
    }
    let label = match (form.is_edit(), form.tried && !busy) {
        (true, _) => fl!("account-save"),
        (false, true) => fl!("try-again"),
        (false, false) => fl!("account-check"),
    };
    line = line.push(space().width(Length::Fill)).push(
        button::primary(look, label)
            .id("account-check")
            .on_press_maybe((!busy).then_some(Message::Check)),
    );
    line.into()
}
