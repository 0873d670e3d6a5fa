//! Looks of containers, fields, scroll bars and rules, as values from a [`Look`].

use iced::{
    Background, Border, Color, Theme, border,
    widget::{container, rule, scrollable, text_editor, text_input},
};

use super::{Look, fade, radius};

/// How something that can be pressed looks in one state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    /// Fill.
    pub fill: Option<Color>,
    /// Outline, 1 px, if it has a colour.
    pub outline: Option<Color>,
    /// Corner radius.
    pub radius: f32,
    /// Colour of text that has none of its own.
    pub text: Color,
}

/// What the pointer does to something that can be pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Touch {
    /// Nothing.
    #[default]
    Rest,
    /// The pointer is over it.
    Hover,
    /// It is held down.
    Pressed,
}

/// The kinds of button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Filled; one per view.
    Primary,
    /// The usual next step.
    Tonal,
    /// Choices.
    Outline,
    /// The rest.
    Ghost,
    /// Outline with `danger` text.
    Destructive,
    /// Recording: filled red.
    Record,
    /// Cannot be used now; it explains itself when pressed.
    Disabled,
    /// On a toast.
    OnToast,
}

impl Kind {
    /// Its face.
    #[must_use]
    pub fn face(self, look: Look, touch: Touch) -> Face {
        let c = look.c;
        let hover = |rest| match touch {
            Touch::Rest => rest,
            Touch::Hover => Some(c.hover),
            Touch::Pressed => Some(c.selected_idle),
        };
        let (fill, outline, text) = match self {
            Self::Primary => (
                Some(match touch {
                    Touch::Rest => c.accent,
                    Touch::Hover => c.accent_hover,
                    Touch::Pressed => c.accent_pressed,
                }),
                None,
                c.on_accent,
            ),
            Self::Tonal => (
                Some(match touch {
                    Touch::Rest => c.accent_soft,
                    Touch::Hover | Touch::Pressed => c.selected,
                }),
                None,
                if touch == Touch::Pressed { c.text } else { c.accent },
            ),
            Self::Outline => (hover(None), Some(c.border_strong), c.text),
            Self::Destructive => (hover(None), Some(c.border_strong), c.danger),
            Self::Ghost => (hover(None), None, c.text_2),
            Self::Record => (
                Some(match touch {
                    Touch::Rest => c.rec,
                    Touch::Hover | Touch::Pressed => c.danger,
                }),
                None,
                c.on_rec,
            ),
            Self::Disabled => (Some(c.card), None, c.text_3),
            Self::OnToast => (
                match touch {
                    Touch::Rest => None,
                    Touch::Hover | Touch::Pressed => Some(fade(c.on_toast, 0.14)),
                },
                Some(c.on_toast),
                c.on_toast,
            ),
        };
        Face { fill, outline, radius: radius::CONTROL, text }
    }
}

/// A plain area.
#[must_use]
pub fn area(fill: Color) -> container::Style {
    container::Style { background: Some(Background::Color(fill)), ..container::Style::default() }
}

/// An area with round corners and perhaps an outline.
#[must_use]
pub fn boxed(fill: Color, outline: Option<Color>, radius: f32) -> container::Style {
    container::Style { border: edge(outline, radius), ..area(fill) }
}

/// A border of 1 px, or only the radius.
#[must_use]
pub fn edge(outline: Option<Color>, radius: f32) -> Border {
    Border {
        color: outline.unwrap_or(Color::TRANSPARENT),
        width: if outline.is_some() { 1.0 } else { 0.0 },
        radius: radius.into(),
    }
}

/// A card.
#[must_use]
pub fn card(look: Look) -> container::Style {
    boxed(look.c.card, Some(look.c.border), radius::CARD)
}

/// A popover or a menu.
#[must_use]
pub fn popover(look: Look) -> container::Style {
    container::Style {
        text_color: Some(look.c.text),
        ..boxed(look.c.raised, Some(look.c.border_strong), radius::ROW)
    }
}

/// A dialog.
#[must_use]
pub fn dialog(look: Look) -> container::Style {
    container::Style {
        text_color: Some(look.c.text),
        ..boxed(look.c.raised, Some(look.c.border_strong), radius::CARD)
    }
}

/// A hairline.
pub fn hairline(look: Look) -> impl Fn(&Theme) -> rule::Style {
    move |_| rule::Style {
        color: look.c.border,
        radius: border::Radius::default(),
        fill_mode: rule::FillMode::Full,
        snap: true,
    }
}

/// A text field; `wrong` gives it a `danger` outline.
pub fn field(look: Look, wrong: bool) -> impl Fn(&Theme, text_input::Status) -> text_input::Style {
    move |_, status| {
        let c = look.c;
        let focused = matches!(status, text_input::Status::Focused { .. });
        text_input::Style {
            background: Background::Color(if status == text_input::Status::Disabled {
                c.card
            } else {
                c.reading
            }),
            border: Border {
                color: match (wrong, focused) {
                    (true, _) => c.danger,
                    (_, true) => c.accent,
                    _ => c.border_strong,
                },
                width: if focused { 2.0 } else { 1.0 },
                radius: radius::CONTROL.into(),
            },
            icon: c.text_2,
            placeholder: c.text_3,
            value: c.text,
            selection: c.selected,
        }
    }
}

/// A text field inside an outline that its surroundings draw.
pub fn bare_field(look: Look) -> impl Fn(&Theme, text_input::Status) -> text_input::Style {
    move |theme, status| text_input::Style {
        background: Background::Color(Color::TRANSPARENT),
        border: Border::default(),
        ..field(look, false)(theme, status)
    }
}

/// Several lines of text; `framed` draws an outline.
pub fn editor(
    look: Look,
    framed: bool,
) -> impl Fn(&Theme, text_editor::Status) -> text_editor::Style {
    move |_, status| {
        let c = look.c;
        let focused = matches!(status, text_editor::Status::Focused { .. });
        let color = if focused { c.accent } else { c.border_strong };
        text_editor::Style {
            background: Background::Color(if framed { c.reading } else { Color::TRANSPARENT }),
            border: if framed {
                Border {
                    color,
                    width: if focused { 2.0 } else { 1.0 },
                    radius: radius::CONTROL.into(),
                }
            } else {
                Border::default()
            },
            placeholder: c.text_3,
            value: c.text,
            selection: c.selected,
        }
    }
}

/// A thin scroll bar.
pub fn scrollbar(look: Look) -> impl Fn(&Theme, scrollable::Status) -> scrollable::Style {
    move |theme, status| {
        let busy = match status {
            scrollable::Status::Active { .. } => false,
            scrollable::Status::Hovered { is_vertical_scrollbar_hovered: v, .. } => v,
            scrollable::Status::Dragged { .. } => true,
        };
        let rail = scrollable::Rail {
            background: None,
            border: Border::default(),
            scroller: scrollable::Scroller {
                background: Background::Color(if busy {
                    look.c.border_strong
                } else {
                    look.c.border
                }),
                border: border::rounded(3.0),
            },
        };
        scrollable::Style {
            container: container::Style::default(),
            vertical_rail: rail,
            horizontal_rail: rail,
            gap: None,
            ..scrollable::default(theme, status)
        }
    }
}
