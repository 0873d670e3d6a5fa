//! Who has the keys, and which commands count then.
//!
//! Widgets come first: a field types, a menu walks, a focused button is pressed, and what they took
//! is no command. What they left is looked at here, by where the window stands. While something is
//! written, letters, digits and signs are no commands at all, and no key acts on mail.

use super::{
    app::Pane,
    keymap::{Command, Go, Listen, Move, Stroke, Tidy, Window, Zoom},
};

/// Who has the keys that no widget took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A widget took the key.
    Widget,
    /// A dialog over the page, or the sidebar over a narrow window.
    Layer,
    /// A page without mail on it (welcome, settings).
    Page,
    /// A form: an account, a person of the directory.
    Form,
    /// The composer.
    Composer(Space),
    /// A pane beside an open composer, where the user went.
    Beside(Pane, Space),
    /// A pane; nothing is written.
    Pane(Pane),
}

/// What Space does while a composer is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Space {
    /// Records, holds, goes on, plays: the main button of the recorder.
    Recorder,
    /// Nothing.
    Nothing,
}

/// What the window knows of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// A widget took the key.
    pub taken: bool,
    /// A dialog, or the sidebar over a narrow window.
    pub layer: bool,
    /// What fills the window.
    pub page: Page,
    /// The composer, if one is open.
    pub composer: Option<Space>,
    /// The form of a person is open.
    pub person: bool,
    /// The pane that was turned to.
    pub pane: Pane,
}

/// What fills the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// Welcome, settings, or the moment before.
    Other,
    /// The form of an account.
    Account,
    /// Mail.
    Mail,
}

impl Stand {
    /// Who has the keys.
    #[must_use]
    pub fn holder(self) -> Holder {
        match self {
            Self { taken: true, .. } => Holder::Widget,
            Self { layer: true, .. } => Holder::Layer,
            Self { page: Page::Other, .. } => Holder::Page,
            Self { page: Page::Account, .. } => Holder::Form,
            Self { composer: Some(space), pane: Pane::Reading, .. } => Holder::Composer(space),
            Self { person: true, .. } => Holder::Form,
            Self { composer: Some(space), pane, .. } => Holder::Beside(pane, space),
            Self { pane, .. } => Holder::Pane(pane),
        }
    }
}

/// Whether a command counts.
#[must_use]
pub fn counts(holder: Holder, command: Command, stroke: Stroke) -> bool {
    match holder {
        Holder::Widget => false,
        Holder::Layer => match command {
            Command::Window(Window::Settings) => false,
            Command::Window(_) => true,
            Command::Listen(_)
            | Command::Move(_)
            | Command::Go(_)
            | Command::Write(_)
            | Command::Tidy(_)
            | Command::Zoom(_) => false,
        },
        Holder::Page => match command {
            Command::Window(_) | Command::Go(Go::Place(_)) => true,
            Command::Go(Go::Account(_) | Go::Search | Go::NextPane | Go::PreviousPane)
            | Command::Listen(_)
            | Command::Move(_)
            | Command::Write(_)
            | Command::Tidy(_)
            | Command::Zoom(_) => false,
        },
        Holder::Form => writing(command, stroke, Space::Nothing),
        Holder::Composer(space) => writing(command, stroke, space),
        Holder::Beside(_, space) => {
            writing(command, stroke, space)
                || match command {
                    // Looking at other messages, by keys that one does not type with.
                    Command::Move(
                        Move::Next
                        | Move::Previous
                        | Move::First
                        | Move::Last
                        | Move::PageOn
                        | Move::PageBack
                        | Move::Open
                        | Move::ExtendDown
                        | Move::ExtendUp,
                    ) => stroke == Stroke::Named,
                    Command::Tidy(Tidy::Undo) => stroke == Stroke::Combination,
                    Command::Tidy(
                        Tidy::Archive | Tidy::Delete | Tidy::ToggleHeard | Tidy::KeepAsNew,
                    )
                    | Command::Move(Move::Select)
                    | Command::Listen(_)
                    | Command::Go(_)
                    | Command::Write(_)
                    | Command::Zoom(_)
                    | Command::Window(_) => false,
                }
        }
        Holder::Pane(_) => true,
    }
}

/// What counts while something is written and no field has the focus.
fn writing(command: Command, stroke: Stroke, space: Space) -> bool {
    match stroke {
        Stroke::Sign => false,
        Stroke::Named => match command {
            Command::Listen(Listen::PlayPause) => space == Space::Recorder,
            Command::Window(_) | Command::Go(_) => true,
            Command::Listen(_)
            | Command::Move(_)
            | Command::Write(_)
            | Command::Tidy(_)
            | Command::Zoom(_) => false,
        },
        Stroke::Combination => match command {
            // Only the composer's own: see `App::undo_in_composer`.
            Command::Tidy(Tidy::Undo) => true,
            Command::Tidy(Tidy::Archive | Tidy::Delete | Tidy::ToggleHeard | Tidy::KeepAsNew) => {
                false
            }
            Command::Listen(_)
            | Command::Move(_)
            | Command::Go(_)
            | Command::Write(_)
            | Command::Zoom(Zoom::In | Zoom::Out | Zoom::FitWidth)
            | Command::Window(_) => true,
        },
    }
}

#[cfg(test)]
mod tests;
