//! Keys: the table of `keymap` gives a command; here it meets what is on screen.

use iced::{
    Task,
    advanced::widget::{operate, operation::focusable},
    widget::operation,
};

use super::{App, Layout, Message, Page, Pane, dialog::Dialog};
use crate::{
    audio::{Command as Audio, Phase},
    engine::{Mark, Progress},
    message::PartRole,
    ui::{
        id,
        keymap::{self, Command as C},
        list,
        screen::{
            Compose, Verb, composer, directory,
            player::{self, Player},
            reader,
            reader::Reader,
        },
        sidebar::Place,
    },
};

impl App {
    pub(super) fn key(&mut self, press: &keymap::Press) -> Task<Message> {
        let pair = std::mem::take(&mut self.pair);
        let phone = self.world.prefs.phone_keys;
        match keymap::command(press, pair, phone) {
            Some(C::Go) => {
                self.pair = true;
                Task::none()
            }
            Some(command) => self.command(command),
            None => Task::none(),
        }
    }

    /// Carries out a command, as far as it makes sense here.
    pub(super) fn command(&mut self, command: C) -> Task<Message> {
        match command {
            C::Quit => return iced::exit(),
            C::NextControl => return operation::focus_next(),
            C::PreviousControl => return operation::focus_previous(),
            _ => {}
        }
        if self.dialog.is_some() {
            if matches!(command, C::Back | C::Keys) {
                self.dialog = None;
            }
            return Task::none();
        }
        match command {
            C::Keys => {
                self.dialog = Some(Dialog::Keys);
                return Task::none();
            }
            C::Settings => return self.open_settings(),
            C::Back => return self.escape(),
            _ => {}
        }
        match &self.page {
            Page::Mail => self.mail_command(command),
            Page::Settings(_) => match command {
                C::GoTo(place) => self.go(place),
                _ => Task::none(),
            },
            _ => Task::none(),
        }
    }

    fn mail_command(&mut self, command: C) -> Task<Message> {
        if let Some(task) = self.listening_command(command) {
            return task;
        }
        let height = self.world.row_height();
        let directory = self.place == Place::Directory;
        let messages = self.place.scope().is_some();
        match command {
            C::Next | C::Previous if self.pane == Pane::Sidebar => {
                self.walk_places(if command == C::Next { 1 } else { -1 })
            }
            C::Next | C::Previous if directory => {
                let by = if command == C::Next { 1 } else { -1 };
                self.directory(directory::Message::Step(by))
            }
            C::Next if messages => self.step(1, height),
            C::Previous if messages => self.step(-1, height),
            C::First if messages => {
                let action = self.list.end(false, height);
                self.list_action(action)
            }
            C::Last if messages => {
                let action = self.list.end(true, height);
                self.list_action(action)
            }
            C::PageOn | C::PageBack => self.page_command(command, height),
            C::Select if messages => {
                self.list.toggle_mark();
                Task::none()
            }
            C::ExtendDown if messages => {
                let action = self.list.extend(1, height);
                self.list_action(action)
            }
            C::ExtendUp if messages => {
                let action = self.list.extend(-1, height);
                self.list_action(action)
            }
            C::Open => self.enter(height),
            C::NextPane => self.turn_pane(1),
            C::PreviousPane => self.turn_pane(-1),
            C::Search => {
                // The Outbox has nothing to search: the keys that follow must find a field.
                let there = match self.place {
                    Place::Outbox => self.go(Place::AllInboxes),
                    _ => Task::none(),
                };
                self.pane = Pane::List;
                self.forward = false;
                Task::batch([there, operation::focus(id::SEARCH)])
            }
            C::GoTo(place) => self.go(place),
            C::Account(number) => {
                let inbox =
                    self.world.sidebar.accounts.get(usize::from(number) - 1).and_then(|account| {
                        self.world.sidebar.mailboxes_of(account.id).first().map(|m| m.id)
                    });
                inbox.map_or_else(Task::none, |id| self.go(Place::Mailbox(id)))
            }
            C::NewVoice => self.verb(Verb::Compose(Compose::Voice(Vec::new()))),
            C::NewText => self.verb(Verb::Compose(Compose::Text(Vec::new()))),
            C::Send => self.composer(composer::Message::Send),
            C::ReplyVoice if directory => self.directory(directory::Message::Record),
            C::ReplyVoice => self.reader(reader::Message::ReplyVoice),
            C::ReplyText => self.reader(reader::Message::ReplyText),
            C::ReplyAllVoice => self.reader(reader::Message::ReplyAll),
            C::Forward => self.reader(reader::Message::Forward),
            C::Archive if messages => match self.list.chosen() {
                keys if keys.is_empty() => Task::none(),
                keys => self.archive(keys),
            },
            C::Delete if directory => self.directory(directory::Message::Delete),
            C::Delete if messages => match self.list.chosen() {
                keys if keys.is_empty() => Task::none(),
                keys => self.delete(keys),
            },
            C::ToggleHeard | C::KeepAsNew if messages => {
                let keys = self.list.chosen();
                let any_done = keys
                    .iter()
                    .filter_map(|key| self.list.find(*key))
                    .any(|row| row.progress != Progress::New);
                let unheard = command == C::KeepAsNew || any_done;
                match keys.is_empty() {
                    true => Task::none(),
                    false => self.mark(keys, if unheard { Mark::Unheard } else { Mark::Heard }),
                }
            }
            C::Undo => self.undo(),
            _ => Task::none(),
        }
    }

    fn step(&mut self, by: i64, height: f32) -> Task<Message> {
        self.pane = Pane::List;
        let action = self.list.step(by, height);
        self.list_action(action)
    }

    /// Page keys turn fax pages while a fax is open, else pages of the list.
    fn page_command(&mut self, command: C, height: f32) -> Task<Message> {
        let fax = self
            .reader
            .as_ref()
            .and_then(Reader::opened)
            .is_some_and(|opened| opened.mail.parts.iter().any(|p| p.role == PartRole::Fax));
        if fax && (self.pane == Pane::Reading || self.forward) {
            let message = match command {
                C::PageOn => reader::fax::Message::Next,
                _ => reader::fax::Message::Back,
            };
            return self.reader(reader::Message::Fax(message));
        }
        #[allow(clippy::cast_possible_truncation)]
        let rows = (self.world.size.height / height) as i64 - 2;
        let action = self.list.step(if command == C::PageOn { rows } else { -rows }, height);
        self.list_action(action)
    }

    /// Commands about sound. `None` when it is not one.
    fn listening_command(&mut self, command: C) -> Option<Task<Message>> {
        use player::Message as P;
        if command == C::PlayPause
            && self.pane == Pane::Reading
            && self.composer.as_ref().is_some_and(composer::Composer::takes_space)
        {
            return Some(self.composer(composer::Message::Press));
        }
        let sound = &self.world.sound.player;
        let loaded = !matches!(sound.phase, Phase::Empty | Phase::Ready);
        let here = self.reader.as_ref().and_then(Reader::player).map(Player::key);
        let playing = sound.clip.as_ref().and_then(player::key_of);
        // A message that sounds out of sight keeps its keys, but Space starts the one in sight.
        let own = here.is_some() && (playing.is_none() || playing == here);
        let (speed, muted) = (sound.speed, sound.muted);
        let message = match command {
            C::PlayPause if here.is_some() => Some(P::Toggle),
            C::PlayPause if loaded => {
                self.send(Audio::Toggle);
                None
            }
            C::PlayPause => None,
            C::WhoFrom => return Some(self.reader(reader::Message::HearName)),
            C::FromStart => Some(P::Restart),
            C::Back5 | C::On5 | C::Back10 | C::On10 => {
                let by = match command {
                    C::Back5 => -5.0,
                    C::On5 => 5.0,
                    C::Back10 => -10.0,
                    _ => 10.0,
                };
                if loaded {
                    self.send(Audio::Skip(by));
                }
                None
            }
            C::Slower | C::Faster if own => {
                Some(P::Step(if command == C::Slower { -1 } else { 1 }))
            }
            C::Slower | C::Faster => {
                let by = if command == C::Slower { -0.25 } else { 0.25 };
                self.send(Audio::Speed((speed + by).clamp(0.5, 3.0)));
                None
            }
            C::SkipSilence => Some(P::SkipSilence(!sound.skip_silence)),
            C::Mute if own => Some(P::Mute),
            C::Mute => {
                self.send(Audio::Mute(!muted));
                None
            }
            C::Louder | C::Quieter => {
                let by = if command == C::Louder { 0.05 } else { -0.05 };
                Some(P::Volume((sound.volume + by).clamp(0.0, 1.0)))
            }
            _ => return None,
        };
        Some(match message {
            Some(message) => self.reader(reader::Message::Player(message)),
            None => Task::none(),
        })
    }

    fn walk_places(&mut self, by: isize) -> Task<Message> {
        let places = self.world.sidebar.places();
        let at = places.iter().position(|place| *place == self.place).unwrap_or(0);
        let to = at.saturating_add_signed(by).min(places.len().saturating_sub(1));
        match places.get(to) {
            Some(place) if to != at => {
                let task = self.go(*place);
                self.pane = Pane::Sidebar;
                task
            }
            _ => Task::none(),
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
        if self.world.layout() != Layout::Narrow {
            self.pane = Pane::Reading;
        }
        task
    }

    fn turn_pane(&mut self, by: i32) -> Task<Message> {
        const ALL: [Pane; 3] = [Pane::Sidebar, Pane::List, Pane::Reading];
        let narrow = self.world.layout() == Layout::Narrow;
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
                _ => Task::none(),
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
            let height = self.world.row_height();
            let action = self.list.update(list::Message::Clear, height);
            return self.list_action(action);
        }
        self.forward = false;
        self.pane = Pane::List;
        operate(focusable::unfocus())
    }
}
