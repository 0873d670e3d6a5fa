//! The root of the window: its state, what can happen, and who is told.
//!
//! Screens never name each other. They return actions and verbs, and only this module moves
//! between them. Built apart from `main`, so tests boot it without a window or an engine.

// A new variant is decided upon wherever it can arrive; tests may look at one variant only.
#![cfg_attr(not(test), warn(clippy::wildcard_enum_match_arm))]

mod bars;
mod dialog;
mod drafts;
mod events;
mod keys;
mod message_actions;
mod navigation;
mod shared;
mod update;
mod view;

use std::{path::PathBuf, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use iced::{Size, Subscription, Task, event, keyboard, mouse, theme, window};

use super::{
    bridge, keymap, list, now_playing,
    screen::{
        account, composer,
        composer::Composer,
        directory,
        directory::Directory,
        outbox,
        outbox::Outbox,
        player::Listening,
        reader,
        reader::Reader,
        settings,
        signing_in::{GivenUp, Waits},
        welcome,
    },
    sidebar::{self, Place},
    theme::{FONTS, REGULAR},
    toast::{self, Undo},
};
use crate::{
    audio::{self, Audio},
    engine::{
        self, Account, Closed, Counts, DeletedUnheard, Draft, DraftId, Engine, Event, Mailbox,
        Operation, OperationId, UndoToken, store::Rebuilt,
    },
    model::{ContactId, MessageKey, OutboxId},
};

pub use shared::{Layout, Shared};

/// Starts another engine.
pub type OpenEngine =
    Arc<dyn Fn() -> BoxFuture<'static, Result<Engine, engine::Error>> + Send + Sync>;

/// What the window needs from the program.
#[derive(Clone, Default)]
pub struct Launch {
    /// The engine, started.
    pub engine: Option<Engine>,
    /// The audio thread, if the system gave one.
    pub audio: Option<Audio>,
    /// The engine holds the demo mailbox.
    pub demo: bool,
    /// How "Open the demo" opens it.
    pub open_demo: Option<OpenEngine>,
    /// How the user's own mail is opened from the demo.
    pub open_home: Option<OpenEngine>,
    /// Where the choices of the window are kept.
    pub prefs_file: Option<PathBuf>,
}

/// Opens the window and returns when it is closed.
///
/// # Errors
/// When the system gives no window.
pub fn run(launch: Launch) -> iced::Result {
    let boot = move || App::boot(launch.clone());
    let mut application = iced::application(boot, App::update, view::view)
        .title(App::title)
        .subscription(App::subscription)
        .theme(App::theme)
        .default_font(REGULAR)
        .exit_on_close_request(false)
        .window(window::Settings {
            size: Size::new(1280.0, 800.0),
            min_size: Some(Size::new(480.0, 480.0)),
            platform_specific: platform(),
            ..window::Settings::default()
        });
    for font in FONTS {
        application = application.font(font);
    }
    application.run()
}

#[cfg(target_os = "linux")]
fn platform() -> window::settings::PlatformSpecific {
    window::settings::PlatformSpecific {
        application_id: "org.aloud.Aloud".into(),
        ..window::settings::PlatformSpecific::default()
    }
}

#[cfg(not(target_os = "linux"))]
fn platform() -> window::settings::PlatformSpecific {
    window::settings::PlatformSpecific::default()
}

/// Which page fills the window.
#[derive(Debug)]
pub enum Page {
    /// Nothing is known yet.
    Starting,
    /// First run.
    Welcome,
    /// The form of a new account.
    Account(Box<account::Account>),
    /// Mail, outbox, directory.
    Mail,
    /// Settings.
    Settings(Box<settings::Settings>),
}

/// Which pane has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// Sidebar or rail.
    Sidebar,
    /// List, outbox, or people of the directory.
    #[default]
    List,
    /// Message, card or composer.
    Reading,
}

/// The window.
pub struct App {
    engine: Option<Engine>,
    /// The engine of the user's own mail while the demo is open.
    home: Option<Engine>,
    /// Counts engines, so that feeds of an old one end.
    engine_number: u64,
    audio: Option<Audio>,
    open_demo: Option<OpenEngine>,
    open_home: Option<OpenEngine>,
    demo: bool,
    prefs_file: Option<PathBuf>,

    shared: Shared,
    page: Page,
    place: Place,
    pane: Pane,
    list: list::List,
    reader: Option<Reader>,
    composer: Option<Composer>,
    outbox: Option<Outbox>,
    directory: Option<Directory>,
    dialog: Option<dialog::Dialog>,
    /// The sign-in in a browser that was begun last.
    signing_in: GivenUp,
    /// In a narrow window: the message (or card) is shown instead of the list.
    forward: bool,
    /// In a narrow window: the whole sidebar lies over the page.
    menu: bool,
    keyboard: keymap::Keyboard,
    /// The border of the list is being dragged.
    dragging: bool,

    listening: Listening,
    playing: Option<now_playing::Playing>,
    toast: Option<toast::Toast>,
    /// What Ctrl+Z takes back.
    undo: Option<Undo>,
    /// The composer of what was sent last, while that can be taken back.
    sent: Option<Box<Composer>>,
    sending: Vec<Sending>,
    reload_due: bool,
    /// When it was last loaded again.
    reloaded: Option<std::time::Instant>,
    /// A draft found at the start, to go on with.
    kept: Option<Draft>,
    /// Counts composers, so that answers to a closed one reach no other.
    composers: u64,
    /// Composers that were closed, until their drafts are on the disk or their messages handed over.
    parted: Vec<drafts::Parted>,
    leaving: drafts::Leaving,
    /// What was done at the start because the database was damaged, until the user has read it.
    rebuilt: Option<Rebuilt>,
    /// Senders who asked for a receipt and whose messages were deleted unheard, with what takes the
    /// deletion back. Nothing is sent unless the user says so.
    unheard: Vec<(UndoToken, DeletedUnheard)>,
}

/// A message on its way, for "Sent to ...".
struct Sending {
    ids: Vec<OutboxId>,
    to: String,
}

/// What happens to the window.
#[derive(Clone)]
pub enum Message {
    /// The engine has news.
    Engine(Event),
    /// The audio thread has news.
    Sound(audio::State),
    /// A key was pressed.
    Key(keymap::Press),
    /// The window has another size.
    Resized(Size),
    /// The system prefers light or dark.
    System(theme::Mode),
    /// Time went by.
    Clock,
    /// A second went by while a toast stands.
    Second,
    /// The pointer moved while the border of the list is dragged.
    Dragged(f32),
    /// The border is taken or let go.
    Drag(bool),
    /// Accounts, mailboxes and counts.
    Overview(Result<Overview, engine::Error>),
    /// Photos of people, and everyone who is in the directory.
    Faces(Vec<(ContactId, iced::widget::image::Handle)>, Vec<ContactId>),
    /// The list is due for loading again.
    Reload,
    /// Something was done that can be taken back.
    Done(Done, Result<UndoToken, engine::Error>),
    /// Messages were deleted, some of them perhaps unheard although a receipt was asked for.
    Deleted(Done, Result<(UndoToken, Vec<DeletedUnheard>), engine::Error>),
    /// A sender was told that a message was deleted unheard, or is not to be told.
    Told(Option<String>, Result<(), engine::Error>),
    /// Something was taken back, or not.
    Undone(Result<(), engine::Error>),
    /// An order without an answer was carried out, or not.
    Ordered(Result<(), engine::Error>),
    /// A sign-in waits for the browser.
    SigningIn(GivenUp, Waits),
    /// It ended.
    SignedIn(GivenUp, Result<(), engine::Error>),
    /// The demo is open.
    Demo(Result<Engine, engine::Error>),
    /// What the servers have not done, because one of it was refused.
    NotDone(OperationId, Vec<Operation>),
    /// The user's own mail is open, to add an account to it.
    Home(Result<Engine, engine::Error>),

    /// From the sidebar.
    Sidebar(sidebar::Message),
    /// From the list.
    List(list::Message),
    /// From the now-playing strip.
    Strip(now_playing::Message),
    /// From the toast.
    Toast(toast::Message),
    /// From a dialog.
    Dialog(dialog::Message),
    /// From the settings.
    Settings(settings::Message),
    /// From the welcome page.
    Welcome(welcome::Message),
    /// From the account form.
    Account(account::Message),
    /// From the reading pane.
    Reader(reader::Message),
    /// From the composer.
    Composer(composer::Message),
    /// An answer to the composer with this number.
    ToComposer(u64, composer::Message),
    /// The draft of a closed composer is on the disk, or not.
    Parted(DraftId, Result<Closed, engine::Error>),
    /// The window is to be closed: by its button, a key, or the system.
    Quit,
    /// What was open is on the disk before the window closes, or not.
    Left(Result<(), engine::Error>),
    /// The window has waited since then for a message that is being handed over.
    HandingLate(std::time::Instant),
    /// From the outbox.
    Outbox(outbox::Message),
    /// From the directory.
    Directory(directory::Message),
    /// Several selected: archive, delete, mark as heard.
    Many(keymap::Tidy),
    /// A pane was pressed.
    Pane(Pane),
    /// Closes the sidebar over a narrow window.
    CloseMenu,
    /// Drafts that are kept on this computer, newest first; asked at the start.
    Kept(Vec<Draft>),
    /// The same, after some of them changed.
    StillKept(Vec<Draft>),
    /// Nothing.
    Ignored,
}

/// Accounts, mailboxes and counts, loaded together.
#[derive(Debug, Clone)]
pub struct Overview {
    accounts: Vec<Account>,
    mailboxes: Vec<Mailbox>,
    counts: Counts,
}

/// What was done, for the words of its toast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Done {
    /// Archived; the subject of a single one.
    Archived(usize, Option<String>),
    /// Deleted; the subject of a single one.
    Deleted(usize, Option<String>),
    /// Moved back to the inbox.
    ToInbox(usize),
    /// Marked as heard.
    Heard(usize),
    /// Marked as unheard.
    Unheard(usize),
}

impl App {
    /// The window at its start, and the questions it asks first.
    pub fn boot(launch: Launch) -> (Self, Task<Message>) {
        let shared = Shared::new(&launch);
        let rebuilt = launch.engine.as_ref().and_then(|engine| engine.rebuilt().cloned());
        let app = Self {
            rebuilt,
            engine: launch.engine,
            home: None,
            engine_number: 0,
            audio: launch.audio,
            open_demo: launch.open_demo,
            open_home: launch.open_home,
            demo: launch.demo,
            prefs_file: launch.prefs_file,
            shared,
            page: Page::Starting,
            place: Place::AllInboxes,
            pane: Pane::List,
            list: list::List::default(),
            reader: None,
            composer: None,
            outbox: None,
            directory: None,
            dialog: None,
            signing_in: GivenUp::default(),
            forward: false,
            menu: false,
            keyboard: keymap::Keyboard::default(),
            dragging: false,
            listening: Listening::default(),
            playing: None,
            toast: None,
            undo: None,
            sent: None,
            sending: Vec::new(),
            reload_due: false,
            reloaded: None,
            kept: None,
            composers: 0,
            parted: Vec::new(),
            leaving: drafts::Leaving::No,
            unheard: Vec::new(),
        };
        let sound = [
            audio::Command::Speed(app.shared.prefs.speed),
            audio::Command::Volume(app.shared.prefs.volume),
            audio::Command::SkipSilence(app.shared.prefs.skip_silence),
        ];
        for command in sound {
            app.send(command);
        }
        let first = Task::batch([
            app.overview(),
            app.load_faces(),
            app.find_kept(),
            iced::system::theme().map(Message::System),
        ]);
        (app, first)
    }

    fn title(&self) -> String {
        let place = self.shared.sidebar.name(self.place);
        let name = match self.page {
            Page::Mail => place,
            Page::Settings(_) => fl!("place-settings"),
            Page::Starting | Page::Welcome | Page::Account(_) => String::new(),
        };
        if name.is_empty() { "Aloud".into() } else { format!("{name} – Aloud") }
    }

    fn theme(&self) -> iced::Theme {
        self.shared.look().theme()
    }

    fn subscription(&self) -> Subscription<Message> {
        let mut all = vec![
            event::listen_with(listen),
            iced::system::theme_changes().map(Message::System),
            iced::time::every(Duration::from_secs(20)).map(|_| Message::Clock),
            window::close_requests().map(|_| Message::Quit),
            bridge::end_of_session().map(|()| Message::Quit),
        ];
        if let Some(engine) = &self.engine {
            all.push(bridge::events(engine, self.engine_number).map(Message::Engine));
        }
        if let Some(audio) = &self.audio {
            all.push(bridge::sound(audio).map(Message::Sound));
        }
        // Ticks run only while something moves.
        if self.toast.is_some() {
            all.push(iced::time::every(Duration::from_secs(1)).map(|_| Message::Second));
        }
        if self.dragging {
            all.push(event::listen_with(dragged));
        }
        Subscription::batch(all)
    }

    /// Gives the audio thread an order.
    fn send(&self, command: audio::Command) {
        if let Some(audio) = &self.audio {
            audio.send(command);
        }
    }

    /// The message on screen.
    fn shown(&self) -> Option<MessageKey> {
        let visible = self.place.scope().is_some()
            && (self.shared.layout() != Layout::Narrow || self.forward)
            && matches!(self.page, Page::Mail);
        self.reader.as_ref().filter(|_| visible).map(Reader::key)
    }
}

/// What the window takes of the system's events. Others are not for it.
fn listen(event: iced::Event, status: event::Status, _: window::Id) -> Option<Message> {
    if let iced::Event::Keyboard(keyboard::Event::KeyPressed {
        key,
        modified_key: modified,
        physical_key: physical,
        modifiers,
        ..
    }) = event
    {
        let taken = status == event::Status::Captured;
        return Some(Message::Key(keymap::Press { key, modified, physical, modifiers, taken }));
    }
    if let iced::Event::Window(window::Event::Resized(size) | window::Event::Opened { size, .. }) =
        event
    {
        return Some(Message::Resized(size));
    }
    None
}

/// Where the border of the list is dragged to, and that it is let go.
fn dragged(event: iced::Event, _: event::Status, _: window::Id) -> Option<Message> {
    if let iced::Event::Mouse(mouse::Event::CursorMoved { position }) = event {
        return Some(Message::Dragged(position.x));
    }
    matches!(event, iced::Event::Mouse(mouse::Event::ButtonReleased(_)))
        .then_some(Message::Drag(false))
}

#[cfg(test)]
mod journey_tests;
#[cfg(test)]
mod tests;
