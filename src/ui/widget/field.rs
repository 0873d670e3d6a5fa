//! Text fields, the search field, key caps.

use iced::{
    Alignment, Length, Padding,
    widget::{container, row, space, stack, text::LineHeight},
};

use super::{El, editable::Field};
use crate::{
    ui::theme::{Icon, Look, REGULAR, Type, icon, radius, style},
    wording::figures,
};

/// A text field, 36 px high. `wrong` gives it a `danger` outline; the reason stands below it.
pub fn field<'a, M: Clone + 'a>(
    look: Look,
    placeholder: &str,
    value: &str,
    wrong: bool,
) -> Field<'a, M> {
    Field::new(placeholder, value)
        .font(REGULAR)
        .size(look.size(Type::Ui))
        .line_height(LineHeight::Absolute(look.line(Type::Ui).into()))
        .padding([9, 12])
        .style(style::field(look, wrong))
}

/// A field without a box, for use inside another outline.
pub fn bare<'a, M: Clone + 'a>(look: Look, placeholder: &str, value: &str) -> Field<'a, M> {
    field(look, placeholder, value, false).padding(0).style(style::bare_field(look))
}

/// The search field: a glass, the text, and the key that leads there or a way to clear it.
/// `input` is a [`bare`] field that already knows its id and messages; it gets its own outline and
/// focus ring here, and the glass and the end lie over it.
pub fn search<'a, M: Clone + 'a>(
    look: Look,
    input: Field<'a, M>,
    end: Option<El<'a, M>>,
) -> El<'a, M> {
    let height = look.height(32.0);
    let line = row![icon(Icon::Search, 16.0, look.c.text_2), space().width(Length::Fill)]
        .push(end)
        .align_y(Alignment::Center);
    let vertical = (height - look.line(Type::Ui)) / 2.0;
    let padding = Padding { top: vertical, bottom: vertical, left: 32.0, right: 64.0 * look.scale };
    stack![
        input.padding(padding).style(style::field(look, false)),
        container(line)
            .padding(Padding { left: 9.0, right: 8.0, ..Padding::ZERO })
            .center_y(Length::Fixed(height)),
    ]
    .into()
}

/// The cap of a key, or of several.
pub fn key_cap<'a, M: 'a>(look: Look, key: &str) -> El<'a, M> {
    container(look.text(Type::Micro, figures::keys(key)).color(look.c.text_2))
        .padding([1, 5])
        .style(move |_| style::boxed(look.c.reading, Some(look.c.border), radius::BADGE))
        .into()
}
