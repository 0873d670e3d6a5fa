//! Toasts: one short line at the foot of the window, one at a time, with at most one way back.
//!
//! 6 s (10 s after Send, counted down); the pointer over it holds the time.

use std::time::Duration;

use iced::{
    Alignment, Length,
    widget::{container, mouse_area, row},
};

use crate::{
    engine::{DraftId, UndoToken},
    model::OutboxId,
};

use super::{
    id,
    theme::{
        Icon, Look, SEMIBOLD, Type, icon, radius,
        style::{self, Kind},
    },
    widget::{El, button},
};

/// How long a toast stands.
pub const STANDS: Duration = Duration::from_secs(6);

/// A short line with at most one way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// Before the line.
    pub mark: Icon,
    /// The line; with `countdown` the seconds are put behind it.
    pub text: String,
    /// What its button takes back.
    pub undo: Option<Undo>,
    /// What is left.
    left: Duration,
    /// Shows "in 8 s".
    countdown: bool,
    /// The pointer is over it.
    pub held: bool,
}

/// What a toast's button takes back, and Ctrl+Z until the next action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undo {
    /// The engine takes something back.
    Engine(UndoToken),
    /// These are not sent after all; their composer opens again.
    Send(Vec<OutboxId>),
    /// The composer brings the older recording back.
    Take,
    /// A draft just kept is opened again; a second button throws it away.
    Draft(DraftId),
}

impl Undo {
    /// What the button says.
    fn label(&self) -> String {
        match self {
            Self::Engine(_) | Self::Send(_) | Self::Take => fl!("undo"),
            Self::Draft(_) => fl!("draft-continue"),
        }
    }
}

/// What happens to a toast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// The pointer came or left.
    Held(bool),
    /// Its button.
    Act,
    /// The second button: throws the kept draft away.
    Delete,
}

impl Toast {
    /// A toast that stands the usual time.
    #[must_use]
    pub fn new(mark: Icon, text: impl Into<String>) -> Self {
        Self { mark, text: text.into(), undo: None, left: STANDS, countdown: false, held: false }
    }

    /// With a way back.
    #[must_use]
    pub fn undo(self, undo: Undo) -> Self {
        Self { undo: Some(undo), ..self }
    }

    /// Counts down these seconds.
    #[must_use]
    pub fn countdown(mut self, seconds: u32) -> Self {
        self.countdown = true;
        self.left = Duration::from_secs(u64::from(seconds));
        self
    }

    /// A second went by; false when the time is up.
    #[must_use]
    pub fn tick(&mut self) -> bool {
        if !self.held || self.countdown {
            self.left = self.left.saturating_sub(Duration::from_secs(1));
        }
        !self.left.is_zero() || (self.held && !self.countdown)
    }

    /// The line as shown.
    #[must_use]
    pub fn line(&self) -> String {
        if self.countdown {
            let seconds = usize::try_from(self.left.as_secs()).unwrap_or(usize::MAX);
            fl!("toast-in", count = seconds, text = &self.text)
        } else {
            self.text.clone()
        }
    }
}

/// Draws a toast.
pub fn view<'a>(toast: &Toast, look: Look) -> El<'a, Message> {
    let c = look.c;
    let mut line = row![
        icon(toast.mark, 18.0, c.on_toast),
        look.text(Type::Ui, toast.line()).font(SEMIBOLD).color(c.on_toast),
    ]
    .spacing(12)
    .align_y(Alignment::Center);
    if let Some(undo) = &toast.undo {
        line = line.push(
            button::labelled(look, Kind::OnToast, button::Size::Small, None, undo.label())
                .id(id::UNDO)
                .ring(c.on_toast)
                .on_press(Message::Act),
        );
        if matches!(undo, Undo::Draft(_)) {
            let delete = fl!("delete-it");
            line = line.push(
                button::labelled(look, Kind::OnToast, button::Size::Small, None, delete)
                    .ring(c.on_toast)
                    .on_press(Message::Delete),
            );
        }
    }
    let right = if toast.undo.is_some() { 8.0 } else { 20.0 };
    let body = container(line)
        .padding(iced::Padding { left: 16.0, right, ..iced::Padding::ZERO })
        .center_y(Length::Fixed(look.height(44.0)))
        .style(move |_| style::boxed(c.toast, Some(c.toast_border), radius::ROW));
    mouse_area(body).on_enter(Message::Held(true)).on_exit(Message::Held(false)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stands_six_seconds_unless_held() {
        let mut toast = Toast::new(Icon::Archive, "Archived");
        assert_eq!((0..9).take_while(|_| toast.tick()).count(), 5);
        let mut held = Toast { held: true, ..Toast::new(Icon::Archive, "Archived") };
        assert!((0..20).all(|_| held.tick()));
    }

    #[test]
    fn a_countdown_says_its_seconds_and_is_not_held() {
        let mut toast = Toast::new(Icon::Send, "Sending to Priya").countdown(2);
        assert_eq!(toast.line(), "Sending to Priya in 2 s");
        toast.held = true;
        assert!(toast.tick());
        assert!(!toast.tick());
    }
}
