//! Buttons. Labels are verbs.

use iced::{
    Alignment, Length,
    widget::{container, row},
};

use super::{El, Press, tip};
use crate::ui::theme::{
    Icon, Look, MEDIUM, SEMIBOLD, Type, icon, radius,
    style::{Face, Kind, Touch},
};

/// Heights of buttons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Size {
    /// 28.
    Small,
    /// 32.
    #[default]
    Default,
}

impl Size {
    const fn height(self) -> f32 {
        match self {
            Self::Small => 28.0,
            Self::Default => 32.0,
        }
    }
}

/// A button with a label and perhaps an icon before it.
pub fn labelled<'a, M: Clone + 'a>(
    look: Look,
    kind: Kind,
    size: Size,
    mark: Option<Icon>,
    label: impl Into<String>,
) -> Press<'a, M> {
    let color = kind.face(look, Touch::Rest).text;
    let (step, font) = match size {
        Size::Small => (Type::Small, MEDIUM),
        _ => {
            (Type::Ui, if kind == Kind::Ghost || kind == Kind::Outline { MEDIUM } else { SEMIBOLD })
        }
    };
    let mut line =
        row![].spacing(if size == Size::Small { 6 } else { 8 }).align_y(Alignment::Center);
    if let Some(mark) = mark {
        line = line.push(icon(mark, if size == Size::Small { 14.0 } else { 16.0 }, color));
    }
    let label: String = label.into();
    line =
        line.push(look.text(step, label).font(font).wrapping(iced::widget::text::Wrapping::None));
    Press::new(container(line).center_y(Length::Fill))
        .height(look.height(size.height()))
        .padding([0, if size == Size::Small { 8 } else { 12 }])
        .face(move |touch| kind.face(look, touch))
        .ring(look.c.accent)
}

/// Filled; one per view.
pub fn primary<'a, M: Clone + 'a>(look: Look, label: impl Into<String>) -> Press<'a, M> {
    labelled(look, Kind::Primary, Size::Default, None, label)
}

/// The usual next step, with an icon.
pub fn tonal<'a, M: Clone + 'a>(look: Look, mark: Icon, label: impl Into<String>) -> Press<'a, M> {
    labelled(look, Kind::Tonal, Size::Default, Some(mark), label)
}

/// A choice.
pub fn outline<'a, M: Clone + 'a>(look: Look, label: impl Into<String>) -> Press<'a, M> {
    labelled(look, Kind::Outline, Size::Default, None, label)
}

/// A small choice, as on bars.
pub fn outline_small<'a, M: Clone + 'a>(look: Look, label: impl Into<String>) -> Press<'a, M> {
    labelled(look, Kind::Outline, Size::Small, None, label)
}

/// The rest, perhaps with an icon.
pub fn ghost<'a, M: Clone + 'a>(
    look: Look,
    mark: Option<Icon>,
    label: impl Into<String>,
) -> Press<'a, M> {
    labelled(look, Kind::Ghost, Size::Default, mark, label)
}

/// Destroys something.
pub fn destructive<'a, M: Clone + 'a>(look: Look, label: impl Into<String>) -> Press<'a, M> {
    labelled(look, Kind::Destructive, Size::Default, None, label)
}

/// A link inside a page: accent text without a box.
pub fn link<'a, M: Clone + 'a>(look: Look, label: impl Into<String>) -> Press<'a, M> {
    let label: String = label.into();
    Press::new(look.text(Type::Small, label).font(MEDIUM))
        .padding([6, 8])
        .face(move |touch| Face { text: look.c.accent, ..Kind::Ghost.face(look, touch) })
        .ring(look.c.accent)
}

/// A control that cannot be used now. It stays in the focus order; a press opens the popover that
/// says why and what to do (see [`reason`]).
pub fn disabled<'a, M: Clone + 'a>(
    look: Look,
    mark: Option<Icon>,
    label: impl Into<String>,
    explain: M,
) -> Press<'a, M> {
    labelled(look, Kind::Disabled, Size::Default, Some(mark.unwrap_or(Icon::Lock)), label)
        .on_press(explain)
}

/// The content of the popover of a [`disabled`] control: a bold fact, then the way out.
pub fn reason<'a, M: 'a>(look: Look, fact: impl Into<String>, way: impl Into<String>) -> El<'a, M> {
    let (fact, way): (String, String) = (fact.into(), way.into());
    container(
        iced::widget::column![
            look.text(Type::Ui, fact).font(SEMIBOLD),
            look.text(Type::Small, way).color(look.c.text_2),
        ]
        .spacing(4),
    )
    .max_width(288.0 * look.scale)
    .padding(12)
    .into()
}

/// A square button with only an icon; its name shows as a tooltip with its key.
pub fn icon_button<'a, M: Clone + 'a>(
    look: Look,
    mark: Icon,
    name: impl Into<String>,
    key: Option<&'a str>,
    on_press: M,
) -> El<'a, M> {
    icon_button_of(look, Kind::Ghost, mark, 32.0, name, key, Some(on_press))
}

/// [`icon_button`] of another kind or size.
pub fn icon_button_of<'a, M: Clone + 'a>(
    look: Look,
    kind: Kind,
    mark: Icon,
    size: f32,
    name: impl Into<String>,
    key: Option<&'a str>,
    on_press: Option<M>,
) -> El<'a, M> {
    let color = match kind {
        Kind::Ghost => look.c.text_2,
        other => other.face(look, Touch::Rest).text,
    };
    let glyph = if size < 30.0 { 14.0 } else { 18.0 };
    tip(
        look,
        Press::new(container(icon(mark, glyph, color)).center(Length::Fill))
            .width(size)
            .height(size)
            .face(move |touch| kind.face(look, touch))
            .ring(look.c.accent)
            .on_press_maybe(on_press),
        name,
        key,
    )
}

/// The round play button: 48, 40 in the now-playing strip, 36 compact.
pub fn round<'a, M: Clone + 'a>(
    look: Look,
    kind: Kind,
    mark: Icon,
    size: f32,
    name: impl Into<String>,
    key: Option<&'a str>,
    on_press: M,
) -> El<'a, M> {
    let color = kind.face(look, Touch::Rest).text;
    let outline = (kind == Kind::Disabled).then_some(look.c.border);
    tip(
        look,
        Press::new(container(icon(mark, (size * 0.46).round(), color)).center(Length::Fill))
            .width(size)
            .height(size)
            .face(move |touch| {
                let face = kind.face(look, touch);
                Face { radius: radius::FULL, outline: face.outline.or(outline), ..face }
            })
            .ring(look.c.accent)
            .on_press(on_press),
        name,
        key,
    )
}
