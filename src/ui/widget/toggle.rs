//! Switches, check boxes and segmented choices. State shows by position or shape, not by colour.

use iced::{
    Alignment, Border, Length,
    widget::{Space, container, row},
};

use super::{El, Press, dot};
use crate::ui::theme::{
    Icon, Look, MEDIUM, Type, icon, radius,
    style::{self, Face, Kind},
};

/// A switch, 32 by 18.
pub fn switch<'a, M: Clone + 'a>(look: Look, on: bool, message: M) -> El<'a, M> {
    let c = look.c;
    let knob: El<'a, M> = if on {
        dot(12.0, Some(c.on_accent), None)
    } else {
        dot(12.0, Some(c.border_strong), None)
    };
    let track = container(knob)
        .width(32)
        .height(18)
        .padding([3, 3])
        .align_x(if on { Alignment::End } else { Alignment::Start })
        .style(move |_| {
            if on {
                style::boxed(c.accent, None, radius::FULL)
            } else {
                style::boxed(c.reading, Some(c.border_strong), radius::FULL)
            }
        });
    Press::new(track)
        .face(move |_| Face { fill: None, outline: None, radius: radius::FULL, text: c.text })
        .ring(c.accent)
        .on_press(message)
        .into()
}

/// A check box with its label.
pub fn checkbox<'a, M: Clone + 'a>(
    look: Look,
    on: bool,
    label: impl Into<String>,
    message: M,
) -> El<'a, M> {
    let c = look.c;
    let label: String = label.into();
    let inner: El<'a, M> =
        if on { icon(Icon::Check, 12.0, c.on_accent).into() } else { Space::new().into() };
    let mark = container(inner).center(Length::Fixed(16.0)).style(move |_| {
        iced::widget::container::Style {
            border: Border {
                color: c.border_strong,
                width: if on { 0.0 } else { 1.0 },
                radius: radius::BADGE.into(),
            },
            ..style::area(if on { c.accent } else { c.reading })
        }
    });
    Press::new(
        container(
            row![mark, look.text(Type::Ui, label).font(MEDIUM)]
                .spacing(8)
                .align_y(Alignment::Center),
        )
        .center_y(Length::Fill),
    )
    .height(look.height(28.0))
    .padding([0, 4])
    .face(move |_| Face { fill: None, outline: None, radius: radius::BADGE, text: c.text })
    .ring(c.accent)
    .on_press(message)
    .into()
}

/// One of a few, side by side; the chosen one is filled and bold.
pub fn segmented<'a, M: Clone + 'a>(
    look: Look,
    options: impl IntoIterator<Item = (String, bool, M)>,
) -> El<'a, M> {
    let c = look.c;
    let mut line = row![].spacing(2);
    for (label, chosen, message) in options {
        line = line.push(
            Press::new(
                container(look.text(Type::Small, label).font(if chosen {
                    crate::ui::theme::SEMIBOLD
                } else {
                    MEDIUM
                }))
                .center_y(Length::Fill),
            )
            .height(look.height(28.0))
            .padding([0, 10])
            .face(move |touch| Face {
                fill: if chosen { Some(c.accent_soft) } else { Kind::Ghost.face(look, touch).fill },
                outline: None,
                radius: radius::CONTROL,
                text: if chosen { c.accent } else { c.text_2 },
            })
            .ring(c.accent)
            .on_press(message),
        );
    }
    container(line)
        .padding(1)
        .style(move |_| style::boxed(c.reading, Some(c.border_strong), radius::CONTROL))
        .into()
}
