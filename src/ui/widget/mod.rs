//! The widgets of the window. Every function takes a [`Look`] first and draws from nothing else.
//!
//! iced has neither keyboard focus on buttons, nor an ellipsis, nor digits of one width, nor
//! popovers; [`Press`], [`ellipsis()`], [`clock()`] and [`popover()`] add them.

pub mod avatar;
pub mod bar;
pub mod button;
pub mod clock;
pub mod editable;
pub mod ellipsis;
pub mod field;
pub mod focus;
pub mod history;
pub mod lines;
pub mod menu;
pub mod meter;
pub mod popover;
pub mod press;
pub mod slider;
pub mod toggle;
pub mod tokens;
pub mod turn;
pub mod veil;
pub mod wave;

pub use avatar::{Avatar, avatar};
pub use bar::{Bar, Tone, bar};
pub use clock::clock;
pub use ellipsis::ellipsis;
pub use field::{field, key_cap, search};
pub use meter::meter;
pub use popover::{modal, popover};
pub use press::Press;
pub use slider::slider;
pub use toggle::{checkbox, segmented, switch};
pub use turn::{Turn, turning};
pub use veil::veiled;
pub use wave::Waveform;

use iced::{
    Alignment, Color, Element, Length, Padding,
    widget::{Space, container, row, rule, tooltip},
};

use super::theme::{Icon, Look, Type, icon, radius, style};

/// An element over iced's own theme and renderer.
pub type El<'a, M> = Element<'a, M>;

/// A name that appears after half a second under the pointer, with its key: "Archive  E".
pub fn tip<'a, M: 'a>(
    look: Look,
    content: impl Into<El<'a, M>>,
    name: impl Into<String>,
    key: Option<&'a str>,
) -> El<'a, M> {
    let name: String = name.into();
    let mut line =
        row![look.text(Type::Small, name).color(look.c.text)].spacing(8).align_y(Alignment::Center);
    if let Some(key) = key {
        line = line.push(key_cap(look, key));
    }
    tooltip(content, container(line).padding([4, 8]), tooltip::Position::Bottom)
        .gap(6)
        .delay(std::time::Duration::from_millis(500))
        .style(move |_| style::boxed(look.c.raised, Some(look.c.border_strong), radius::CONTROL))
        .into()
}

/// A horizontal hairline.
pub fn hairline<'a, M: 'a>(look: Look) -> El<'a, M> {
    rule::horizontal(1).style(style::hairline(look)).into()
}

/// A vertical hairline.
pub fn vertical_hairline<'a, M: 'a>(look: Look) -> El<'a, M> {
    rule::vertical(1).style(style::hairline(look)).into()
}

/// A badge: an icon and a word on a quiet fill ("High importance", "Private").
pub fn badge_owned<'a, M: 'a>(
    look: Look,
    tone: Badge,
    mark: Option<Icon>,
    text: String,
) -> El<'a, M> {
    let c = look.c;
    let (fill, outline, color) = match tone {
        Badge::Plain => (c.card, Some(c.border), c.text_2),
        Badge::Danger => (c.danger_soft, None, c.danger),
        Badge::Accent => (c.accent_soft, None, c.accent),
    };
    let mut line = row![].spacing(5).align_y(Alignment::Center);
    if let Some(mark) = mark {
        line = line.push(icon(mark, 12.0, color));
    }
    let line = line.push(look.text(Type::Small, text).font(super::theme::MEDIUM).color(color));
    container(line)
        .padding([2, 6])
        .style(move |_| style::boxed(fill, outline, radius::BADGE))
        .into()
}

/// The colour family of a badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Badge {
    /// Neutral.
    Plain,
    /// Failed, high importance.
    Danger,
    /// Accent.
    Accent,
}

/// A recipient: photo or icon, name, a quiet second part, and a way to remove it.
pub struct Chip<'a, M> {
    /// Photo, initials or telephone.
    pub avatar: Avatar<'a>,
    /// Name.
    pub name: String,
    /// Extension or organisation.
    pub detail: Option<String>,
    /// Unknown or wrong.
    pub wrong: bool,
    /// What removing says.
    pub remove: Option<M>,
    /// What removing is called, for its tooltip.
    pub remove_name: String,
}

/// Draws a [`Chip`], 26 px high.
pub fn chip<'a, M: Clone + 'a>(look: Look, chip: Chip<'a, M>) -> El<'a, M> {
    let c = look.c;
    let color = if chip.wrong { c.danger } else { c.text };
    let face: El<'a, M> = if chip.wrong {
        icon(Icon::CircleAlert, 14.0, c.danger).into()
    } else {
        match chip.avatar {
            Avatar::Caller => icon(Icon::Phone, 14.0, c.text_2).into(),
            other => avatar(look, other, 20.0),
        }
    };
    let mut line =
        row![face, look.text(Type::Small, chip.name).font(super::theme::MEDIUM).color(color)]
            .spacing(6)
            .align_y(Alignment::Center);
    if let Some(detail) = chip.detail {
        line = line.push(look.text(Type::Small, detail).color(c.text_2));
    }
    if let Some(remove) = chip.remove {
        line = line.push(tip(
            look,
            Press::new(icon(Icon::X, 12.0, c.text_2))
                .padding(3)
                .face(move |touch| style::Kind::Ghost.face(look, touch))
                .ring(c.accent)
                .on_press(remove),
            chip.remove_name,
            None,
        ));
    }
    let (fill, outline) = if chip.wrong { (c.danger_soft, c.danger) } else { (c.card, c.border) };
    container(line)
        .height(look.height(26.0))
        .padding(Padding { left: 4.0, right: 6.0, ..Padding::ZERO })
        .align_y(Alignment::Center)
        .style(move |_| style::boxed(fill, Some(outline), radius::FULL))
        .into()
}

/// A number in a round, filled badge (on the rail).
pub fn count_bubble<'a, M: 'a>(look: Look, count: u32) -> El<'a, M> {
    let text = if count > 99 { "99+".to_owned() } else { count.to_string() };
    container(look.text(Type::Micro, text).color(look.c.on_accent))
        .padding([0, 4])
        .center_y(Length::Fixed(look.line(Type::Micro)))
        .style(move |_| style::boxed(look.c.accent, None, radius::FULL))
        .into()
}

/// A filled or hollow circle.
pub fn dot<'a, M: 'a>(size: f32, fill: Option<Color>, outline: Option<Color>) -> El<'a, M> {
    container(Space::new().width(size).height(size))
        .style(move |_| iced::widget::container::Style {
            background: fill.map(iced::Background::Color),
            border: iced::Border {
                color: outline.unwrap_or(Color::TRANSPARENT),
                width: if outline.is_some() { 2.0 } else { 0.0 },
                radius: radius::FULL.into(),
            },
            ..Default::default()
        })
        .into()
}

/// An empty place: a picture, a title, a line and perhaps an action.
pub fn empty<'a, M: 'a>(
    look: Look,
    picture: El<'a, M>,
    title: String,
    line: String,
    action: Option<El<'a, M>>,
) -> El<'a, M> {
    let mut column = iced::widget::column![
        picture,
        iced::widget::space().height(6),
        look.text(Type::Heading, title).center(),
        container(look.text(Type::Ui, line).color(look.c.text_2).center().width(Length::Fill))
            .max_width(320.0 * look.scale),
    ]
    .spacing(4)
    .align_x(Alignment::Center);
    if let Some(action) = action {
        column = column.push(iced::widget::space().height(8)).push(action);
    }
    container(column).center(Length::Fill).padding(24).into()
}
