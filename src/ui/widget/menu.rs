//! Menus inside popovers: rows with a name, perhaps an icon, a check and a key.

use iced::{
    Alignment, Length, Padding,
    widget::{column, container, row, space},
};

use super::{El, Press, hairline, key_cap};
use crate::ui::theme::{
    Icon, Look, Type, icon, radius,
    style::{Face, Kind},
};

/// A row of a menu.
pub struct Item<'a, M> {
    /// Before the name.
    pub mark: Option<Icon>,
    /// The name.
    pub name: String,
    /// Its key.
    pub key: Option<&'a str>,
    /// `Some(true)` shows a check, `Some(false)` keeps room for one.
    pub checked: Option<bool>,
    /// What it says; `None` draws a line instead of a row.
    pub message: Option<M>,
}

impl<'a, M> Item<'a, M> {
    /// A row with a name.
    pub fn new(name: impl Into<String>, message: M) -> Self {
        Self { mark: None, name: name.into(), key: None, checked: None, message: Some(message) }
    }

    /// A line.
    #[must_use]
    pub fn separator() -> Self {
        Self { mark: None, name: String::new(), key: None, checked: None, message: None }
    }

    /// With an icon.
    #[must_use]
    pub fn mark(mut self, mark: Icon) -> Self {
        self.mark = Some(mark);
        self
    }

    /// With a key.
    #[must_use]
    pub fn key(mut self, key: &'a str) -> Self {
        self.key = Some(key);
        self
    }

    /// With a check, or room for one.
    #[must_use]
    pub fn checked(mut self, checked: bool) -> Self {
        self.checked = Some(checked);
        self
    }
}

/// A menu for use inside a popover.
pub fn menu<'a, M: Clone + 'a>(look: Look, items: Vec<Item<'a, M>>, width: f32) -> El<'a, M> {
    let mut list = column![];
    for item in items {
        let Some(message) = item.message else {
            list = list.push(container(hairline(look)).padding([4, 0]));
            continue;
        };
        let mut line = row![].spacing(10).align_y(Alignment::Center);
        if let Some(checked) = item.checked {
            let mark: El<'a, M> = if checked {
                icon(Icon::Check, 14.0, look.c.accent).into()
            } else {
                space().width(14).into()
            };
            line = line.push(mark);
        }
        if let Some(mark) = item.mark {
            line = line.push(icon(mark, 16.0, look.c.text_2));
        }
        line = line.push(look.text(Type::Ui, item.name).width(Length::Fill));
        if let Some(key) = item.key {
            line = line.push(key_cap(look, key));
        }
        // A long name takes a second line.
        let vertical = (look.height(32.0) - look.line(Type::Ui)) / 2.0;
        list = list.push(
            Press::new(line)
                .width(Length::Fill)
                .padding(Padding::from([vertical, 10.0]))
                .face(move |touch| Face {
                    radius: radius::CONTROL,
                    text: look.c.text,
                    ..Kind::Ghost.face(look, touch)
                })
                .ring(look.c.accent)
                .ring_inside()
                .on_press(message),
        );
    }
    container(list).padding(4).width(width * look.scale).into()
}
