//! What every screen looks at and none of them owns.

use std::path::PathBuf;

use iced::Size;

use super::Launch;
use crate::{
    audio,
    engine::{Mailbox, ReceiptPolicy},
    model::{DateTime, MailboxId, imap::MailboxRole},
    ui::{
        faces::Faces,
        list,
        prefs::Prefs,
        screen::Context,
        sidebar::{RAIL, SIDEBAR, Sidebar},
        theme::{DARK, LIGHT, Look, Mode},
    },
};

/// What every screen looks at and none of them owns.
#[derive(Debug)]
pub struct Shared {
    /// The audio thread, as last seen.
    pub sound: audio::State,
    /// Now, with this computer's offset.
    pub now: DateTime,
    /// Size of the window.
    pub size: Size,
    /// Accounts, mailboxes, counts.
    pub sidebar: Sidebar,
    /// Photos.
    pub faces: Faces,
    /// The user's choices.
    pub prefs: Prefs,
    /// What to do about receipts, where an administrator has fixed it.
    pub fixed_receipts: Option<ReceiptPolicy>,
    /// The system prefers dark.
    pub system_dark: bool,
    /// Folder for recordings in progress.
    pub recordings_dir: PathBuf,
    /// Mailboxes out of which messages can be taken back to the inbox.
    pub aside: Vec<MailboxId>,
}

/// How the panes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Sidebar, list, reading pane.
    Wide,
    /// Rail, list, reading pane.
    Medium,
    /// Rail and one pane.
    Narrow,
}

impl Shared {
    /// At the start.
    #[must_use]
    pub fn new(launch: &Launch) -> Self {
        Self {
            sound: audio::State::default(),
            now: now(),
            size: Size::new(1280.0, 800.0),
            sidebar: Sidebar::default(),
            faces: Faces::default(),
            prefs: launch.prefs_file.as_deref().map(Prefs::load).unwrap_or_default(),
            fixed_receipts: launch.engine.as_ref().and_then(|engine| engine.policy().receipts),
            system_dark: false,
            recordings_dir: launch
                .engine
                .as_ref()
                .map(|engine| engine.recordings_dir().to_owned())
                .unwrap_or_default(),
            aside: Vec::new(),
        }
    }

    /// Takes over the mailboxes of all accounts.
    pub fn set_mailboxes(&mut self, mailboxes: Vec<Mailbox>) {
        let aside = |m: &&Mailbox| {
            matches!(m.role, MailboxRole::Archive | MailboxRole::Trash | MailboxRole::Junk)
        };
        self.aside = mailboxes.iter().filter(aside).map(|m| m.id).collect();
        self.sidebar.mailboxes = mailboxes;
    }

    /// Whether a mailbox is the one of deleted messages.
    #[must_use]
    pub fn is_trash(&self, id: MailboxId) -> bool {
        self.sidebar.mailboxes.iter().any(|m| m.id == id && m.role == MailboxRole::Trash)
    }

    /// How things look now.
    #[must_use]
    pub fn look(&self) -> Look {
        let dark = match self.prefs.theme {
            Mode::System => self.system_dark,
            Mode::Light => false,
            Mode::Dark => true,
        };
        Look {
            c: if dark { &DARK } else { &LIGHT },
            scale: f32::from(self.prefs.text_size) / 100.0,
            reduced_motion: self.prefs.reduced_motion,
        }
    }

    /// How the panes stand now. Larger text needs more room, so it counts as a narrower window.
    #[must_use]
    pub fn layout(&self) -> Layout {
        match self.size.width / self.look().scale.max(1.0) {
            w if w >= 1080.0 => Layout::Wide,
            w if w >= 760.0 => Layout::Medium,
            _ => Layout::Narrow,
        }
    }

    /// Width of sidebar or rail.
    #[must_use]
    pub fn side_width(&self) -> f32 {
        match self.layout() {
            Layout::Wide => self.look().height(SIDEBAR),
            Layout::Medium | Layout::Narrow => RAIL,
        }
    }

    /// Width of the list.
    #[must_use]
    pub fn list_width(&self) -> f32 {
        match self.layout() {
            Layout::Wide => self.look().height(self.prefs.list_width),
            Layout::Medium => self.look().height(320.0),
            Layout::Narrow => self.size.width - RAIL,
        }
    }

    /// Width of the reading pane.
    #[must_use]
    pub fn reading_width(&self) -> f32 {
        match self.layout() {
            Layout::Narrow => self.size.width - RAIL,
            Layout::Wide | Layout::Medium => {
                self.size.width - self.side_width() - self.list_width()
            }
        }
    }

    /// Height of a row of the list.
    #[must_use]
    pub fn row_height(&self) -> f32 {
        list::row_height(self.look(), self.prefs.compact)
    }

    /// Whether no account has a connection.
    #[must_use]
    pub fn offline(&self) -> bool {
        !self.sidebar.accounts.is_empty() && self.sidebar.offline_since().is_some()
    }

    /// What a screen in the reading pane gets.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        self.context_of(self.reading_width())
    }

    /// What a screen of another width gets.
    #[must_use]
    pub fn context_of(&self, width: f32) -> Context<'_> {
        Context {
            audio: &self.sound,
            now: self.now,
            width,
            height: self.size.height,
            narrow: self.layout() == Layout::Narrow,
            accounts: &self.sidebar.accounts,
            offline: self.offline(),
            recordings_dir: &self.recordings_dir,
            aside: &self.aside,
            prefs: &self.prefs,
            fixed_receipts: self.fixed_receipts,
            photos: self.faces.photos(),
        }
    }
}

/// Now, with this computer's offset from UTC.
#[must_use]
pub fn now() -> DateTime {
    let now = jiff::Zoned::now();
    DateTime {
        unix: now.timestamp().as_second(),
        offset_minutes: i16::try_from(now.offset().seconds() / 60).unwrap_or(0),
    }
}
