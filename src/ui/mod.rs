//! The window.
//!
//! `app` is the root; each screen is a small state machine in `screen`; `theme` and `widget` are
//! what everything is drawn with; words come from [`crate::wording`].

pub(crate) mod app;
pub(crate) mod bridge;
pub(crate) mod faces;
pub(crate) mod focus;
pub(crate) mod id;
pub(crate) mod keymap;
pub(crate) mod latin;
pub(crate) mod list;
pub(crate) mod now_playing;
pub mod prefs;
pub(crate) mod press;
pub(crate) mod screen;
pub(crate) mod sidebar;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod theme;
pub(crate) mod toast;
pub(crate) mod widget;

pub use app::{Launch, OpenEngine, run};
pub(crate) use screen::words;
