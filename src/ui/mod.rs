//! The window.
//!
//! `app` is the root; each screen is a small state machine in `screen`; `theme` and `widget` are
//! what everything is drawn with; words come from [`crate::wording`].

pub mod app;
pub mod bridge;
pub mod faces;
pub mod focus;
pub mod id;
pub mod keymap;
pub mod latin;
pub mod list;
pub mod now_playing;
pub mod prefs;
pub mod screen;
pub mod sidebar;
#[cfg(test)]
pub mod testing;
pub mod theme;
pub mod toast;
pub mod widget;

pub use app::{Launch, OpenEngine, run};
pub use screen::words;
