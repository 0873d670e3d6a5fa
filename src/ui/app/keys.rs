//! Keys: the table of `keymap` gives a command, `focus` says whether it counts, and here it meets
//! what is on screen.

use iced::{
    Task,
    advanced::widget::{operate, operation::focusable},
    widget::operation,
};

use super::{
    App, Layout, Message, Page, Pane, Undo,
    dialog::{self, Dialog},
};
use crate::{
    audio::{Command as Audio, Phase},
    engine::{Mark, Progress},
    ui::{
        focus::{self, Holder, Space, Stand},
        id,
        keymap::{self, Command, Go, Listen, Move, Tidy, Window, Write, Zoom},
        list,
        screen::{
            Compose, Verb, composer, directory,
            player::{self, Player},
            reader,
            reader::{Reader, toolbar::Message as Tool},
        },
        sidebar::Place,
        widget::Turn,
    },
};

/// An order about sound: to the player in sight, or to the audio thread.
enum Sound {
    Player(player::Message),
    Thread(Audio),
}

impl App {
    pub(super) fn key(&mut self, press: &keymap::Press) -> Task<Message> {
        let found = self.keyboard.command(press, self.shared.prefs.phone_keys);
        let Some((command, stroke)) = found else { return Task::none() };
        let holder = self.stand(press.taken).holder();
        if focus::counts(holder, command, stroke) {
            self.command(holder, command)
        } else {
            Task::none()
        }
    }

    /// What decides who has the keys.
    fn stand(&self, taken: bool) -> Stand {
        let composer = self.composer.as_ref().map(|composer| match composer.takes_space() {
            true => Space::Recorder,
            false => Space::Nothing,
        });
        let person = self.place == Place::Directory
            && self.directory.as_ref().is_some_and(directory::Directory::is_editing);
        Stand {
            taken,
            layer: self.dialog.is_some() || self.menu,
            page: match self.page {
                Page::Mail => focus::Page::Mail,
                Page::Account(_) => focus::Page::Account,
                Page::Starting | Page::Welcome | Page::Settings(_) => focus::Page::Other,
            },
            composer,
            person,
            pane: self.pane,
        }
    }

    /// Carries out a command that counts, as far as it makes sense here.
    fn command(&mut self, holder: Holder, command: Command) -> Task<Message> {
        match (command, &self.page) {
            (Command::Window(command), _) => self.window_command(command),
            (Command::Go(Go::Place(place)), Page::Mail | Page::Settings(_)) => self.go(place),
            (
                Command::Go(_)
                | Command::Listen(_)
                | Command::Move(_)
                | Command::Write(_)
                | Command::Tidy(_)
                | Command::Zoom(_),
                Page::Starting | Page::Welcome | Page::Account(_) | Page::Settings(_),
            ) => Task::none(),
            (Command::Go(go), Page::Mail) => self.go_command(go),
            (Command::Listen(listen), Page::Mail) => self.listen_command(holder, listen),
            (Command::Move(movement), Page::Mail) => self.move_command(movement),
            (Command::Write(write), Page::Mail) => self.write_command(write),
            (Command::Tidy(Tidy::Undo), Page::Mail) => match holder {
                Holder::Composer(_) | Holder::Form => self.undo_in_composer(),
                Holder::Widget | Holder::Layer | Holder::Page => Task::none(),
                Holder::Beside(..) | Holder::Pane(_) => self.undo(),
            },
            (Command::Tidy(tidy), Page::Mail) => self.tidy(tidy),
            (Command::Zoom(zoom), Page::Mail) => self.zoom_command(zoom),
        }
    }

    /// Zooms the fax pages in sight.
    fn zoom_command(&mut self, zoom: Zoom) -> Task<Message> {
        let fax = self.reader.as_ref().is_some_and(Reader::shows_fax);
        if !fax || self.shown().is_none() || self.composer.is_some() {
            return Task::none();
        }
        self.reader(reader::Message::Fax(match zoom {
            Zoom::In => reader::fax::Message::ZoomIn,
            Zoom::Out => reader::fax::Message::ZoomOut,
            Zoom::FitWidth => reader::fax::Message::FitWidth,
        }))
    }

    fn window_command(&mut self, command: Window) -> Task<Message> {
        match (command, &self.dialog) {
            (Window::Quit, _) => self.quit(),
            // The widgets move the focus, as `turn` says.
            (Window::NextControl | Window::PreviousControl, _) => Task::none(),
            (Window::Back, Some(_)) | (Window::Keys, Some(Dialog::Keys)) => {
                self.dialog_message(dialog::Message::Close)
            }
            (Window::Keys | Window::Settings, Some(_)) => Task::none(),
            (Window::Keys, None) => {
                self.dialog = Some(Dialog::Keys);
                Task::none()
            }
            (Window::Settings, None) => self.open_settings(),
            (Window::Back, None) => self.escape(),
        }
    }

    /// Where Tab leads: round in a dialog or an open composer, else round the window.
    pub(super) fn turn(&self) -> Turn {
        let (scope, first, enter): (_, &'static [&'static str], _) =
            match (&self.dialog, &self.composer) {
                (Some(_), _) => (Some(id::DIALOG), &[], true),
                (None, Some(_)) => {
                    (Some(id::COMPOSER), &composer::FIELDS, self.pane == Pane::Reading)
                }
                (None, None) => (None, &[], false),
            };
        Turn { scope, first, enter }
    }

    /// Takes back what the composer did last. What was done to mail is left alone: Ctrl+Z means what
    /// is being written.
    fn undo_in_composer(&mut self) -> Task<Message> {
        match self.undo {
            Some(Undo::Take) => self.undo(),
            Some(Undo::Engine(_) | Undo::Send(_) | Undo::Draft(_)) | None => Task::none(),
        }
    }

    fn go_command(&mut self, command: Go) -> Task<Message> {
        match command {
            Go::Place(place) => self.go(place),
            Go::Account(number) => {
                let account = self.shared.sidebar.accounts.get(usize::from(number).wrapping_sub(1));
                let inbox = account.and_then(|account| {
                    self.shared.sidebar.mailboxes_of(account.id).first().map(|m| m.id)
                });
                inbox.map_or_else(Task::none, |id| self.go(Place::Mailbox(id)))
            }
            Go::NextPane => self.turn_pane(1),
            Go::PreviousPane => self.turn_pane(-1),
            Go::Search => {
                // The Outbox has nothing to search: the keys that follow must find a field.
                let there = if self.place == Place::Outbox {
                    self.go(Place::AllInboxes)
                } else {
                    Task::none()
                };
                self.pane = Pane::List;
                self.forward = false;
                Task::batch([there, operation::focus(id::SEARCH)])
            }
        }
    }

    fn write_command(&mut self, command: Write) -> Task<Message> {
        let directory = self.place == Place::Directory;
        match command {
            Write::NewVoice => self.verb(Verb::Compose(Compose::Voice(Vec::new()))),
            Write::NewText => self.verb(Verb::Compose(Compose::Text(Vec::new()))),
            Write::Send => self.composer(composer::Message::Send),
            Write::ReplyVoice if directory => self.directory(directory::Message::Record),
            Write::ReplyVoice => self.toolbar(Tool::ReplyVoice),
            Write::ReplyText => self.toolbar(Tool::ReplyText),
            Write::ReplyAllVoice => self.toolbar(Tool::ReplyAll),
            Write::Forward => self.toolbar(Tool::Forward),
        }
    }

    /// Acts on the messages chosen, or on the person chosen in the directory.
    pub(super) fn tidy(&mut self, command: Tidy) -> Task<Message> {
        if command == Tidy::Undo {
            return self.undo();
        }
        if self.place == Place::Directory {
            return match command {
                Tidy::Delete => self.directory(directory::Message::Delete),
                Tidy::Archive | Tidy::ToggleHeard | Tidy::KeepAsNew | Tidy::Undo => Task::none(),
            };
        }
        let keys = self.list.chosen();
        if self.place.scope().is_none() || keys.is_empty() {
            return Task::none();
        }
        match command {
            Tidy::Archive => self.archive(keys),
            Tidy::Delete => self.delete(keys),
            Tidy::KeepAsNew => self.mark(keys, Mark::Unheard),
            Tidy::ToggleHeard => {
                let any_done = keys
                    .iter()
                    .filter_map(|key| self.list.find(*key))
                    .any(|row| row.progress != Progress::New);
                self.mark(keys, if any_done { Mark::Unheard } else { Mark::Heard })
            }
            Tidy::Undo => Task::none(),
        }
    }

    fn move_command(&mut self, command: Move) -> Task<Message> {
        let height = self.shared.row_height();
        match command {
            Move::Open => return self.enter(height),
            Move::PageOn => return self.page_command(1, height),
            Move::PageBack => return self.page_command(-1, height),
            Move::Next | Move::Previous => {
                let by: i8 = if command == Move::Next { 1 } else { -1 };
                if self.pane == Pane::Sidebar {
                    return self.walk_places(by.into());
                }
                if self.place == Place::Directory {
                    return self.directory(directory::Message::Step(by.into()));
                }
                if self.place.scope().is_some() {
                    return self.step(by.into(), height);
                }
            }
            Move::First | Move::Last | Move::Select | Move::ExtendDown | Move::ExtendUp => {}
        }
        if self.place.scope().is_none() {
            return Task::none();
        }
        let action = match command {
            Move::First => self.list.end(false, height),
            Move::Last => self.list.end(true, height),
            Move::ExtendDown => self.list.extend(1, height),
            Move::ExtendUp => self.list.extend(-1, height),
            Move::Select => {
                self.list.toggle_mark();
                list::Action::None
            }
            Move::Open | Move::PageOn | Move::PageBack | Move::Next | Move::Previous => {
                list::Action::None
            }
        };
        self.list_action(action)
    }

    fn step(&mut self, by: i64, height: f32) -> Task<Message> {
        self.pane = Pane::List;
        let action = self.list.step(by, height);
        self.list_action(action)
    }

    /// Page keys turn fax pages while a fax is open, else pages of the list.
    fn page_command(&mut self, by: i64, height: f32) -> Task<Message> {
        let fax = self.reader.as_ref().is_some_and(Reader::shows_fax);
        if fax && (self.pane == Pane::Reading || self.forward) {
            let message = match by > 0 {
                true => reader::fax::Message::Next,
                false => reader::fax::Message::Back,
            };
            return self.reader(reader::Message::Fax(message));
        }
        #[allow(clippy::cast_possible_truncation)]
        let rows = (self.shared.size.height / height) as i64 - 2;
        let action = self.list.step(by * rows, height);
        self.list_action(action)
    }

    fn listen_command(&mut self, holder: Holder, command: Listen) -> Task<Message> {
        use player::Message as P;
        if let (Listen::PlayPause, Holder::Composer(_) | Holder::Beside(..)) = (command, holder) {
            return self.composer(composer::Message::Press);
        }
        let sound = &self.shared.sound.player;
        let loaded = !matches!(sound.phase, Phase::Empty | Phase::Ready);
        let reader = self.reader.as_ref();
        let here = reader.and_then(|reader| reader.player(&self.shared.sound)).map(Player::key);
        let playing = sound.clip.as_ref().and_then(player::key_of);
        // A message that sounds out of sight keeps its keys, but Space starts the one in sight.
        let own = here.is_some() && (playing.is_none() || playing == here);
        let (speed, volume, muted) = (sound.speed, sound.volume, sound.muted);
        let skip = |by: f64| loaded.then_some(Sound::Thread(Audio::Skip(by)));
        let faster = |steps: i8| match own {
            true => Sound::Player(P::Step(steps)),
            false => {
                let speed = (speed + f32::from(steps) * 0.25).clamp(0.5, 3.0);
                Sound::Thread(Audio::Speed(speed))
            }
        };
        let louder = |by: f32| Sound::Player(P::Volume((volume + by).clamp(0.0, 1.0)));
        let order = match command {
            Listen::PlayPause if here.is_some() => Some(Sound::Player(P::Toggle)),
            Listen::PlayPause => loaded.then_some(Sound::Thread(Audio::Toggle)),
            Listen::WhoFrom => return self.reader(reader::Message::HearName),
            Listen::FromStart => Some(Sound::Player(P::Restart)),
            Listen::Back5 => skip(-5.0),
            Listen::On5 => skip(5.0),
            Listen::Back10 => skip(-10.0),
            Listen::On10 => skip(10.0),
            Listen::Slower => Some(faster(-1)),
            Listen::Faster => Some(faster(1)),
            Listen::SkipSilence => Some(Sound::Player(P::SkipSilence(!sound.skip_silence))),
            Listen::Mute if own => Some(Sound::Player(P::Mute)),
            Listen::Mute => Some(Sound::Thread(Audio::Mute(!muted))),
            Listen::Louder => Some(louder(0.05)),
            Listen::Quieter => Some(louder(-0.05)),
        };
        match order {
            Some(Sound::Player(message)) => self.reader(reader::Message::Keyed(message)),
            Some(Sound::Thread(command)) => {
                self.send(command);
                Task::none()
            }
            None => Task::none(),
        }
    }

    fn walk_places(&mut self, by: isize) -> Task<Message> {
        let places = self.shared.sidebar.places();
        let at = places.iter().position(|place| *place == self.place).unwrap_or(0);
        let to = at.saturating_add_signed(by).min(places.len().saturating_sub(1));
        match places.get(to) {
            Some(place) if to != at => {
                let task = self.go(*place);
                self.pane = Pane::Sidebar;
                task
            }
            Some(_) | None => Task::none(),
        }
    }

    fn enter(&mut self, height: f32) -> Task<Message> {
        if self.pane == Pane::Sidebar {
            self.pane = Pane::List;
            return Task::none();
        }
        let open = match self.list.selected {
            Some(key) => list::Action::Open(key),
            None => self.list.step(0, height),
        };
        if self.place.scope().is_none() {
            self.forward = true;
            return Task::none();
        }
        let task = self.list_action(open);
        self.forward = true;
        if self.shared.layout() != Layout::Narrow {
            self.pane = Pane::Reading;
        }
        task
    }

    fn turn_pane(&mut self, by: i32) -> Task<Message> {
        const ALL: [Pane; 3] = [Pane::Sidebar, Pane::List, Pane::Reading];
        let narrow = self.shared.layout() == Layout::Narrow;
        let at = ALL.iter().position(|pane| *pane == self.pane).unwrap_or(0);
        let mut to = at;
        for _ in 0..ALL.len() {
            to = if by > 0 { (to + 1) % ALL.len() } else { (to + ALL.len() - 1) % ALL.len() };
            // In a narrow window only one of list and message is there.
            let there = match ALL[to] {
                Pane::Sidebar => true,
                Pane::List => !narrow || !self.forward,
                Pane::Reading => !narrow || self.forward,
            };
            if there {
                break;
            }
        }
        self.pane = ALL[to];
        operate(focusable::unfocus())
    }

    /// Esc: closes what is open, one thing at a time.
    fn escape(&mut self) -> Task<Message> {
        if self.menu {
            self.menu = false;
            return Task::none();
        }
        if !matches!(self.page, Page::Mail) {
            return match self.page {
                Page::Account(_) | Page::Settings(_) => self.back(),
                Page::Starting | Page::Welcome | Page::Mail => Task::none(),
            };
        }
        if self.reader.as_mut().is_some_and(Reader::escape) {
            return Task::none();
        }
        if self.place == Place::Directory
            && self.directory.as_mut().is_some_and(directory::Directory::escape)
        {
            return Task::none();
        }
        if self.composer.is_some() && self.pane == Pane::Reading {
            return self.composer(composer::Message::Close);
        }
        if !self.list.marked.is_empty() {
            self.list.marked.clear();
            return Task::none();
        }
        if !self.list.search.is_empty() && self.place.scope().is_some() {
            let height = self.shared.row_height();
            let action = self.list.update(list::Message::Clear, height);
            return self.list_action(action);
        }
        self.forward = false;
        self.pane = Pane::List;
        operate(focusable::unfocus())
    }
}
