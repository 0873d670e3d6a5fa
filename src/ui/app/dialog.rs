//! Dialogs: the page of keys, a password asked for, a sign-in in the browser, and removing an account.

use iced::{
    Alignment, Length, Padding,
    widget::{Id, Space, column, container, row, space},
};

use super::Shared;
use crate::{
    model::AccountId,
    ui::{
        keymap::{self, Group},
        screen::signing_in::Waits,
        theme::{
            Icon, Look, SEMIBOLD, Type, icon, radius,
            style::{self, Kind},
        },
        widget::{El, button, field, key_cap},
    },
    wording::Word,
};

/// The password field.
pub const PASSWORD: Id = Id::new("password");

/// What lies over the page.
#[derive(Clone)]
pub enum Dialog {
    /// All keys.
    Keys,
    /// An account wants its password.
    Password {
        /// Which.
        account: AccountId,
        /// What was typed.
        value: String,
    },
    /// The user signs in with the provider of an account, in a browser.
    SignIn {
        /// Which.
        account: AccountId,
        /// What is waited for, once it is known.
        waits: Option<Waits>,
    },
    /// Remove this account?
    RemoveAccount(AccountId),
}

/// What a dialog says.
#[derive(Clone)]
pub enum Message {
    /// Close it.
    Close,
    /// Typing.
    Typed(String),
    /// Its main button.
    Accept,
}

/// The content of a dialog.
pub fn view<'a>(dialog: &'a Dialog, shared: &'a Shared) -> El<'a, Message> {
    let look = shared.look();
    let label = |account: &AccountId| {
        shared
            .sidebar
            .accounts
            .iter()
            .find(|a| a.id == *account)
            .map_or("", |a| a.settings.label.as_str())
    };
    match dialog {
        Dialog::Keys => keys(look, shared),
        Dialog::Password { account, value } => {
            let input = field(look, &fl!("password"), value, false)
                .id(PASSWORD)
                .secure(true)
                .on_input(Message::Typed)
                .on_submit(Message::Accept);
            small(
                look,
                fl!("password-title", account = label(account)),
                fl!("password-line"),
                Some(input.into()),
                button::primary(look, fl!("sign-in")).on_press(Message::Accept).into(),
            )
        }
        Dialog::SignIn { account, waits } => {
            let no_browser = waits.as_ref().is_some_and(|waits| waits.no_browser);
            let line = if no_browser { fl!("sign-in-no-browser") } else { fl!("account-waiting") };
            let copy = button::primary(look, fl!("copy-address"))
                .id("sign-in-copy")
                .on_press_maybe(waits.is_some().then_some(Message::Accept));
            let title = fl!("password-title", account = label(account));
            small(look, title, line, None, copy.into())
        }
        Dialog::RemoveAccount(account) => small(
            look,
            fl!("remove-title", account = label(account)),
            fl!("remove-line"),
            None,
            button::destructive(look, fl!("remove")).on_press(Message::Accept).into(),
        ),
    }
}

fn small<'a>(
    look: Look,
    title: String,
    line: String,
    body: Option<El<'a, Message>>,
    accept: El<'a, Message>,
) -> El<'a, Message> {
    let buttons = row![
        space().width(Length::Fill),
        button::ghost(look, None, fl!("cancel")).on_press(Message::Close),
        accept
    ]
    .spacing(8);
    let mut all =
        column![look.text(Type::Title, title), look.text(Type::Ui, line).color(look.c.text_2)]
            .spacing(8);
    all = all.push(body).push(space().height(8)).push(buttons);
    container(all).width(420.0 * look.scale).padding(24).into()
}

fn keys<'a>(look: Look, shared: &Shared) -> El<'a, Message> {
    let c = look.c;
    let head = row![
        look.text(Type::Title, fl!("keys-title")),
        space().width(Length::Fill),
        button::icon_button(look, Icon::X, fl!("close"), Some("Esc"), Message::Close),
    ]
    .align_y(Alignment::Center);
    let columns = keymap::PAGE.iter().map(|groups| {
        let mut all = column![].spacing(16);
        for group in groups {
            all = all.push(key_group(look, group));
        }
        all.into()
    });
    let phone = column![
        row![
            icon(Icon::Phone, 16.0, c.text),
            look.text(Type::Ui, fl!("phone-title")).font(SEMIBOLD)
        ]
        .spacing(6)
        .align_y(Alignment::Center),
        column(keymap::PHONE.chunks(3).map(|line| {
            row(line.iter().map(|(sign, _, words)| phone_key(look, sign, *words))).spacing(8).into()
        }))
        .spacing(8),
        look.text(
            Type::Small,
            if shared.prefs.phone_keys { fl!("phone-note") } else { fl!("phone-off") }
        )
        .color(c.text_2),
    ]
    .spacing(8);
    let wide = shared.size.width >= 980.0;
    let left: El<'a, Message> = if shared.size.width >= 620.0 {
        row(columns).spacing(16).into()
    } else {
        column(columns).spacing(16).into()
    };
    let body: El<'a, Message> = if wide {
        row![left, phone].spacing(44).into()
    } else {
        column![left, phone].spacing(24).into()
    };
    // Nothing lies under the bar at the right.
    let body = container(body).padding(Padding::ZERO.right(14.0));
    let all =
        column![head, iced::widget::scrollable(body).style(style::scrollbar(look))].spacing(16);
    let columns = if shared.size.width >= 620.0 { 2.0 } else { 1.0 };
    let width = columns * 247.0 + (columns - 1.0) * 16.0 + if wide { 44.0 + 301.0 } else { 0.0 };
    container(all).max_width(width * look.scale + 64.0 + 26.0).padding([24, 32]).into()
}

fn key_group<'a>(look: Look, group: &Group) -> El<'a, Message> {
    let (title, lines) = group;
    let caps_width = 94.0 * look.scale;
    let mut all = column![row![
        Space::new().width(caps_width + 12.0),
        look.text(Type::Ui, title()).font(SEMIBOLD)
    ]]
    .spacing(9);
    for (caps, words) in *lines {
        let caps = row(caps.iter().map(|cap| key_cap(look, cap))).spacing(4);
        all = all.push(
            row![
                container(caps).width(caps_width).align_x(Alignment::End),
                look.text(Type::Ui, words())
            ]
            .spacing(12)
            .align_y(Alignment::Center),
        );
    }
    container(all).width(247.0 * look.scale).into()
}

fn phone_key<'a>(look: Look, sign: &'a str, words: Word) -> El<'a, Message> {
    let c = look.c;
    let middle = sign == "5";
    let face = column![
        look.text(Type::Heading, sign).size(look.size(Type::Title) * 0.95).color(if middle {
            c.accent
        } else {
            c.text
        }),
        look.text(Type::Small, words()).color(c.text_2),
    ]
    .spacing(2)
    .align_x(Alignment::Center);
    container(face)
        .center_x(Length::Fixed(95.0 * look.scale))
        .center_y(Length::Fixed(76.0 * look.scale))
        .style(move |_| {
            style::boxed(
                if middle { c.accent_soft } else { c.card },
                Some(Kind::Outline.face(look, style::Touch::Rest).outline.unwrap_or(c.border)),
                radius::ROW,
            )
        })
        .into()
}
