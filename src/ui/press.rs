//! A key press as the window saw it, before anybody asks what it means.

use iced::keyboard::{Key, Modifiers, key::Physical};

/// A key press as the window saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Press {
    /// The key without anything held.
    pub key: Key,
    /// The key with Shift and AltGr applied.
    pub modified: Key,
    /// Its place on the keyboard.
    pub physical: Physical,
    /// What was held.
    pub modifiers: Modifiers,
    /// A widget took it (a text field, a menu, a focused button).
    pub taken: bool,
}

#[cfg(test)]
impl Press {
    /// A key whose place is not known, as it was produced.
    #[must_use]
    pub fn new(key: Key, modifiers: Modifiers) -> Self {
        Self {
            modified: key.clone(),
            key,
            physical: Physical::Unidentified(iced::keyboard::key::NativeCode::Unidentified),
            modifiers,
            taken: false,
        }
    }
}
