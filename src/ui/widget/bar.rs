//! Bars: one short fact, one small line, at most two buttons and a close.

use iced::{
    Alignment, Length,
    widget::{column, container, row},
};

use super::{El, button};
use crate::ui::theme::{Icon, Look, SEMIBOLD, Type, icon, radius, style};

/// What a bar does, in its order of precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Something failed.
    Failed,
    /// A warning.
    Warn,
    /// A question.
    Ask,
    /// An offer.
    Offer,
}

/// A bar.
pub struct Bar<'a, M> {
    /// What it does.
    pub tone: Tone,
    /// 18 px.
    pub mark: Icon,
    /// Bold fact.
    pub fact: String,
    /// Small second line; may be empty.
    pub line: String,
    /// At most two.
    pub buttons: Vec<El<'a, M>>,
    /// Close, with the name of its tooltip.
    pub close: Option<(M, String)>,
    /// Without corners and outline, from edge to edge (at the top of the list).
    pub flush: bool,
    /// Buttons below the words instead of beside them.
    pub stacked: bool,
}

impl<'a, M: Clone + 'a> Bar<'a, M> {
    /// A bar without buttons.
    pub fn new(tone: Tone, mark: Icon, fact: impl Into<String>, line: impl Into<String>) -> Self {
        Self {
            tone,
            mark,
            fact: fact.into(),
            line: line.into(),
            buttons: Vec::new(),
            close: None,
            flush: false,
            stacked: false,
        }
    }

    /// With one more button.
    #[must_use]
    pub fn button(mut self, button: impl Into<El<'a, M>>) -> Self {
        self.buttons.push(button.into());
        self
    }

    /// With a close button.
    #[must_use]
    pub fn close(mut self, message: M, name: impl Into<String>) -> Self {
        self.close = Some((message, name.into()));
        self
    }

    /// With its buttons below the words, where there is little room.
    #[must_use]
    pub fn stacked(mut self) -> Self {
        self.stacked = true;
        self
    }

    /// From edge to edge.
    #[must_use]
    pub fn flush(mut self) -> Self {
        self.flush = true;
        self
    }
}

/// Draws a [`Bar`].
pub fn bar<'a, M: Clone + 'a>(look: Look, bar: Bar<'a, M>) -> El<'a, M> {
    let c = look.c;
    let (fill, outline, color) = match bar.tone {
        Tone::Failed => (c.danger_soft, None, c.danger),
        Tone::Warn => (c.warn_soft, None, c.warn),
        Tone::Ask => (c.accent_soft, None, c.accent),
        Tone::Offer => (c.card, Some(c.border), c.accent),
    };
    let mut words = column![look.text(Type::Ui, bar.fact).font(SEMIBOLD).color(c.text)];
    if !bar.line.is_empty() {
        words = words.push(look.text(Type::Small, bar.line).color(c.text_2));
    }
    let mut beside = bar.buttons;
    if bar.stacked {
        let below = row(beside.drain(..)).spacing(8).wrap().vertical_spacing(6);
        words = words.push(container(below).padding([6, 0]));
    }
    let mut line = row![icon(bar.mark, 18.0, color), words.width(Length::Fill)]
        .spacing(if bar.flush { 10 } else { 12 })
        .align_y(if bar.stacked { Alignment::Start } else { Alignment::Center });
    for button in beside {
        line = line.push(button);
    }
    if let Some((message, name)) = bar.close {
        line = line.push(button::icon_button_of(
            look,
            style::Kind::Ghost,
            Icon::X,
            28.0,
            name,
            None,
            Some(message),
        ));
    }
    let (radius, outline, padding) =
        if bar.flush { (0.0, None, [12, 16]) } else { (radius::ROW, outline, [9, 12]) };
    container(line)
        .width(Length::Fill)
        .padding(padding)
        .style(move |_| style::boxed(fill, outline, radius))
        .into()
}
