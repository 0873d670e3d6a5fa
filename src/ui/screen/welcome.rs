//! The first screen: two doors, the demo mailbox and an account of one's own.

use std::convert::Infallible;

use iced::{
    Alignment, Length,
    widget::{column, container, row, scrollable, space},
};

use super::{Action, Verb};
use crate::ui::{
    theme::{Icon, Look, Type, icon, icons::logo, radius, style},
    widget::{El, Press},
};

/// Both doors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// "Open the demo".
    OpenDemo,
    /// "Add account".
    AddAccount,
}

/// Applies `message` and returns what the window should do.
#[must_use]
pub fn update(message: Message) -> Action<Message, Infallible> {
    Action::Do(match message {
        Message::OpenDemo => Verb::OpenDemo,
        Message::AddAccount => Verb::AddAccount,
    })
}

/// Bars of the picture at the top: loudness in percent, the first 26 played.
const PICTURE: [u8; 52] = [
    5, 5, 13, 22, 18, 40, 26, 26, 42, 42, 54, 54, 55, 54, 42, 20, 20, 30, 50, 62, 80, 60, 100, 76,
    60, 64, 90, 44, 36, 24, 5, 40, 32, 52, 72, 42, 70, 62, 46, 52, 42, 42, 28, 30, 14, 5, 5, 18,
    18, 16, 26, 26,
];
/// Bars of it that are drawn as played.
const PLAYED: usize = 26;

/// The two doors.
pub fn view<'a>(look: Look, width: f32) -> El<'a, Message> {
    let c = look.c;
    let narrow = width < 720.0;
    let mut picture = row![].spacing(4).align_y(Alignment::Center).height(92);
    for (at, loud) in PICTURE.iter().enumerate() {
        let color = if at < PLAYED { c.accent } else { crate::ui::theme::fade(c.wave_idle, 0.45) };
        picture = picture.push(
            container(space())
                .width(5)
                .height(f32::from(*loud) * 0.9)
                .style(move |_| style::boxed(color, None, radius::FULL)),
        );
    }
    let title = row![logo(look, 40.0), look.text(Type::Display, fl!("welcome-title"))]
        .spacing(14)
        .align_y(Alignment::Center);
    let line = column![
        look.text(Type::Heading, fl!("welcome-line-1"))
            .font(crate::ui::theme::REGULAR)
            .color(c.text_2),
        look.text(Type::Heading, fl!("welcome-line-2"))
            .font(crate::ui::theme::REGULAR)
            .color(c.text_2),
    ]
    .spacing(2)
    .align_x(Alignment::Center);
    let demo = door(
        look,
        Icon::Headphones,
        fl!("welcome-demo"),
        fl!("welcome-demo-line"),
        wide(
            look,
            style::Kind::Outline,
            fl!("welcome-demo-open"),
            "welcome-demo",
            Message::OpenDemo,
        ),
    );
    let account = door(
        look,
        Icon::AtSign,
        fl!("welcome-account"),
        fl!("welcome-account-line"),
        wide(
            look,
            style::Kind::Primary,
            fl!("welcome-account-add"),
            "welcome-account",
            Message::AddAccount,
        ),
    );
    let doors: El<'a, Message> = if narrow {
        column![demo, account].spacing(16).into()
    } else {
        row![demo, account].spacing(20).into()
    };
    let foot = row![
        icon(Icon::ShieldCheck, 14.0, c.text_2),
        look.text(Type::Small, fl!("welcome-foot")).color(c.text_3)
    ]
    .spacing(10)
    .align_y(Alignment::Center);
    let page = column![
        picture,
        space().height(34),
        title,
        space().height(8),
        line,
        space().height(36),
        doors,
        space().height(36),
        foot,
    ]
    .align_x(Alignment::Center)
    .padding(24);
    let page = container(page).center_x(Length::Fill).padding([24, 0]);
    container(scrollable(page).style(style::scrollbar(look)))
        .center_y(Length::Fill)
        .width(Length::Fill)
        .style(move |_| style::area(c.list))
        .into()
}

/// A large button as wide as its door, with its label in the middle.
fn wide<'a>(
    look: Look,
    kind: style::Kind,
    label: String,
    id: &'static str,
    message: Message,
) -> El<'a, Message> {
    let words = look.text(Type::Ui, label).font(crate::ui::theme::SEMIBOLD);
    Press::new(container(words).center(Length::Fill))
        .id(id)
        .width(Length::Fill)
        .height(look.height(40.0))
        .face(move |touch| kind.face(look, touch))
        .ring(look.c.accent)
        .on_press(message)
        .into()
}

fn door<'a>(
    look: Look,
    mark: Icon,
    title: String,
    line: String,
    press: El<'a, Message>,
) -> El<'a, Message> {
    let c = look.c;
    let picture = container(icon(mark, 22.0, c.accent))
        .center(44.0)
        .style(move |_| style::boxed(c.accent_soft, None, 10.0));
    let words = column![
        picture,
        space().height(16),
        look.text(Type::Heading, title).color(c.text),
        space().height(4),
        container(look.text(Type::Ui, line).color(c.text_2)).height(look.line(Type::Ui) * 3.2),
        space().height(14),
        press,
    ];
    container(words)
        .width(316.0 * look.scale.min(1.3))
        .padding(24)
        .style(move |_| style::boxed(c.reading, Some(c.border), radius::CARD))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_doors() {
        assert!(matches!(update(Message::OpenDemo), Action::Do(Verb::OpenDemo)));
        assert!(matches!(update(Message::AddAccount), Action::Do(Verb::AddAccount)));
    }
}
