//! The window.
//!
//! `app` is the root; each screen is a small state machine in `screen`; `theme` and `widget` are
//! what everything is drawn with; words come from [`i18n`].

pub mod screen;
pub mod theme;
pub mod widget;

pub use crate::i18n;
