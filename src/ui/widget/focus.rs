//! Focus, as the widgets share it: the state of those that can have it, and the operations that
//! look for it and move it.

use iced::{
    Rectangle,
    advanced::widget::{
        Id, Operation,
        operation::{Focusable, TextInput},
    },
};

/// Whether a widget has the focus.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Focus(pub bool);

impl Focusable for Focus {
    fn is_focused(&self) -> bool {
        self.0
    }
    fn focus(&mut self) {
        self.0 = true;
    }
    fn unfocus(&mut self) {
        self.0 = false;
    }
}

/// Looks whether something has the focus.
#[derive(Debug, Default)]
pub struct Has(pub bool);

impl Operation for Has {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }
    fn focusable(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn Focusable) {
        self.0 |= state.is_focused();
    }
}

/// Gives the focus to the first that can have it, and takes it from the others.
#[derive(Debug, Default)]
pub struct Give(bool);

impl Operation for Give {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }
    fn focusable(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn Focusable) {
        if std::mem::replace(&mut self.0, true) {
            state.unfocus();
        } else if !state.is_focused() {
            state.focus();
        }
    }
}

/// Puts the cursor of a line to a place, counted as the line counts.
#[derive(Debug)]
pub struct Place(pub usize);

impl Operation for Place {
    fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
        operate(self);
    }
    fn text_input(&mut self, _: Option<&Id>, _: Rectangle, state: &mut dyn TextInput) {
        state.move_cursor_to(self.0);
    }
}
