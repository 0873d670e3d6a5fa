//! What happens, and what is done about it.

use iced::{Task, widget::operation};

use super::{
    App, Message, Overview, Page, Pane, Sending, Undo,
    dialog::{self, Dialog},
    settings::Settings,
};
use crate::{
    audio::Phase,
    engine::{Engine, Event, Mark, Progress},
    model::MessageKey,
    ui::{
        bridge, faces,
        i18n::{t, tf},
        id, list, now_playing,
        screen::{
            self, Action, Ask, Compose, Verb, account,
            composer::{self, Composer},
            directory::Directory,
            outbox::Outbox,
            player::{self, Noticed},
            reader::{self, Reader},
            welcome,
        },
        sidebar::{self, Place},
        theme::Icon,
        toast::Toast,
        words,
    },
};

impl App {
    /// What happens next.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Engine(event) => self.engine_event(event),
            Message::Sound(state) => self.sound(state),
            Message::Key(press) => self.key(&press),
            Message::Resized(size) => {
                self.world.size = size;
                Task::none()
            }
            Message::System(mode) => {
                self.world.system_dark = mode == iced::theme::Mode::Dark;
                Task::none()
            }
            Message::Clock => {
                self.world.now = super::world::now();
                Task::none()
            }
            Message::Second => self.second(),
            Message::Drag(on) => {
                self.dragging = on;
                if !on {
                    self.save_prefs();
                }
                Task::none()
            }
            Message::Dragged(x) => {
                let width = (x - self.world.side_width()) / self.world.look().scale;
                self.world.prefs.list_width = width.clamp(300.0, 480.0);
                Task::none()
            }
            Message::Overview(answer) => self.overview_came(answer),
            Message::Faces(photos, people) => {
                self.world.faces.retain(&people);
                for (id, photo) in photos {
                    self.world.faces.insert(id, photo);
                }
                Task::none()
            }
            Message::Reload => {
                self.reload_due = false;
                let height = self.world.row_height();
                let fetches = self.list.reload(height);
                Task::batch([self.fetch(fetches), self.overview()])
            }
            Message::Done(done, answer) => self.done(done, answer),
            Message::Undone(answer) => {
                if let Err(error) = answer {
                    self.say(Icon::CircleX, words::error_text(&error));
                }
                self.reload_soon()
            }
            Message::Unsent(answer) => match answer {
                Ok(()) => Task::none(),
                Err(error) => {
                    self.say(Icon::CircleX, words::error_text(&error));
                    Task::none()
                }
            },
            Message::Ordered(answer) => {
                if let Err(error) = answer {
                    self.say(Icon::CircleX, words::error_text(&error));
                }
                Task::none()
            }
            Message::Demo(answer) => match answer {
                Ok(engine) => {
                    self.home = self.engine.take();
                    self.demo = true;
                    self.take_engine(engine)
                }
                Err(error) => {
                    self.page = Page::Welcome;
                    self.say(Icon::CircleX, words::error_text(&error));
                    Task::none()
                }
            },
            Message::Home(answer) => match answer {
                Ok(engine) => self.leave_demo(engine),
                Err(error) => {
                    self.say(Icon::CircleX, words::error_text(&error));
                    Task::none()
                }
            },
            Message::Sidebar(message) => self.sidebar(message),
            Message::List(message) => {
                if matches!(message, list::Message::Pressed(_) | list::Message::Search(_)) {
                    self.pane = Pane::List;
                }
                let action = self.list.update(message, self.world.row_height());
                self.list_action(action)
            }
            Message::Strip(message) => self.strip(message),
            Message::Toast(message) => self.toast_message(message),
            Message::Dialog(message) => self.dialog_message(message),
            Message::Settings(message) => self.settings_message(message),
            Message::Welcome(message) => match welcome::update(message) {
                Action::Do(verb) => self.verb(verb),
                _ => Task::none(),
            },
            Message::Account(message) => {
                let Page::Account(form) = &mut self.page else { return Task::none() };
                let act = form.update(message);
                self.act(act, Message::Account)
            }
            Message::Reader(message) => self.reader(message),
            Message::Composer(message) => self.composer(message),
            Message::Outbox(message) => {
                let Some(outbox) = &mut self.outbox else { return Task::none() };
                let act = outbox.update(message, &self.world.context());
                self.act(act, Message::Outbox)
            }
            Message::Directory(message) => self.directory(message),
            Message::Many(command) => self.command(command),
            Message::Pane(pane) => {
                self.pane = pane;
                Task::none()
            }
            Message::CloseMenu => {
                self.menu = false;
                Task::none()
            }
            Message::Kept(drafts) => {
                self.kept = drafts.into_iter().next();
                Task::none()
            }
            Message::Ignored => Task::none(),
        }
    }

    // What the engine and the audio thread say

    fn engine_event(&mut self, event: Event) -> Task<Message> {
        match event {
            Event::MailboxChanged(_) | Event::Arrived(_) => self.reload_soon(),
            Event::Resync => {
                let outbox = self
                    .outbox
                    .as_mut()
                    .map(|_| Task::done(Message::Outbox(screen::outbox::Message::Changed)));
                let mut all = vec![self.reload_soon(), self.load_faces()];
                all.extend(outbox);
                all.extend(
                    self.reader
                        .as_ref()
                        .map(|_| Task::done(Message::Reader(reader::Message::Changed))),
                );
                Task::batch(all)
            }
            Event::MessageChanged(key) => {
                let open = self.reader.as_ref().is_some_and(|reader| reader.key() == key);
                let reload = self.reload_soon();
                if open {
                    Task::batch([reload, self.reader(reader::Message::Changed)])
                } else {
                    reload
                }
            }
            Event::BodyProgress(key, have, all) => {
                match self.reader.as_ref().is_some_and(|reader| reader.key() == key) {
                    true => self.reader(reader::Message::Progress(have, all)),
                    false => Task::none(),
                }
            }
            Event::OutboxChanged => {
                let overview = self.overview();
                match self.outbox.is_some() {
                    true => Task::batch([
                        overview,
                        self.update(Message::Outbox(screen::outbox::Message::Changed)),
                    ]),
                    false => overview,
                }
            }
            Event::Sent(id) => {
                if let Some(at) = self.sending.iter().position(|s| s.ids.contains(&id)) {
                    let sending = &mut self.sending[at];
                    sending.ids.retain(|other| *other != id);
                    if sending.ids.is_empty() {
                        let to = self.sending.remove(at).to;
                        // Once it went there is nothing to take back.
                        if matches!(self.undo, Some(Undo::Send(..))) {
                            self.undo = None;
                        }
                        self.say(Icon::Send, tf("toast-sent", &[("to", &to)]));
                    }
                }
                self.overview()
            }
            Event::SendFailed(id, reason) => {
                if self.sending.iter().any(|s| s.ids.contains(&id)) {
                    self.sending.retain(|s| !s.ids.contains(&id));
                    if matches!(self.undo, Some(Undo::Send(..))) {
                        self.undo = None;
                    }
                    self.say(Icon::CircleX, tf("toast-send-failed", &[("text", &reason)]));
                }
                self.overview()
            }
            Event::AccountChanged(_) => self.overview(),
            Event::AuthRequired(_) => self.overview(),
            Event::DirectoryChanged => {
                let faces = self.load_faces();
                let reload = self.reload_soon();
                match self.directory.is_some() {
                    true => Task::batch([
                        faces,
                        reload,
                        self.directory(screen::directory::Message::Changed),
                    ]),
                    false => Task::batch([faces, reload]),
                }
            }
        }
    }

    fn sound(&mut self, state: crate::audio::State) -> Task<Message> {
        let noticed = self.listening.observe(&state.player);
        self.world.sound = state;
        let mut tasks = Vec::new();
        for notice in noticed {
            match notice {
                Noticed::Started(key) => {
                    self.list.change(&[key], |row| {
                        if row.progress == Progress::New {
                            row.progress = Progress::Started;
                        }
                    });
                    tasks.push(self.order(move |engine| async move { engine.started(key).await }));
                }
                Noticed::Heard(key) => {
                    self.list.change(&[key], |row| row.progress = Progress::Done);
                    let told = self.order(move |engine| async move { engine.presented(key).await });
                    tasks.push(told);
                    if self.reader.as_ref().is_some_and(|r| r.key() == key) {
                        tasks.push(self.reader(reader::Message::Heard));
                    }
                }
            }
        }
        self.follow_playing();
        if self.composer.is_some() {
            tasks.push(self.composer(composer::Message::Audio));
        }
        Task::batch(tasks)
    }

    /// Keeps who and what sounds for the strip, whatever is on screen later.
    fn follow_playing(&mut self) {
        let player = &self.world.sound.player;
        let key = player.clip.as_ref().and_then(player::key_of);
        let sounding = matches!(player.phase, Phase::Playing | Phase::Paused);
        match key {
            Some(key) if sounding => {
                let reader = self.reader.as_ref().filter(|reader| reader.key() == key);
                let row = reader.and_then(Reader::opened).map(|opened| &opened.row);
                let row = row.or_else(|| self.list.find(key)).cloned();
                let player = reader.and_then(Reader::player);
                match (row, &mut self.playing) {
                    (_, Some(playing)) if playing.row.key == key => {
                        if let Some(player) = player {
                            playing.peaks = player.peaks().clone();
                            playing.length = player.length();
                        }
                    }
                    (Some(row), playing) => {
                        *playing = Some(now_playing::Playing {
                            row,
                            peaks: player.map(|p| p.peaks().clone()).unwrap_or_default(),
                            length: player.and_then(player::Player::length),
                        });
                    }
                    (None, _) => {}
                }
            }
            _ => self.playing = None,
        }
    }

    // Questions for the engine

    fn order<F>(&self, question: impl FnOnce(Engine) -> F) -> Task<Message>
    where
        F: Future<Output = Result<(), crate::engine::Error>> + Send + 'static,
    {
        bridge::ask(self.engine.as_ref(), question, Message::Ordered)
    }

    pub(super) fn overview(&self) -> Task<Message> {
        bridge::ask(
            self.engine.as_ref(),
            |engine| async move {
                Ok(Overview {
                    accounts: engine.accounts().await?,
                    mailboxes: engine.mailboxes().await?,
                    counts: engine.counts().await?,
                })
            },
            Message::Overview,
        )
    }

    pub(super) fn load_faces(&self) -> Task<Message> {
        bridge::ask(
            self.engine.as_ref(),
            |engine| async move {
                let people = engine.contacts(String::new()).await?;
                let decoded = tokio::task::spawn_blocking(move || {
                    let ids = people.iter().filter_map(|p| p.id).collect::<Vec<_>>();
                    (faces::decode_all(&people), ids)
                });
                decoded.await.map_err(|_| crate::engine::Error::Stopped)
            },
            |answer| answer.map_or(Message::Ignored, |(photos, ids)| Message::Faces(photos, ids)),
        )
    }

    pub(super) fn fetch(&self, fetches: Vec<list::Fetch>) -> Task<Message> {
        Task::batch(fetches.into_iter().map(|fetch| {
            let list::Fetch { generation, page, query } = fetch;
            bridge::ask(
                self.engine.as_ref(),
                move |engine| async move { engine.list(query).await },
                move |answer| Message::List(list::Message::Page(generation, page, answer)),
            )
        }))
    }

    /// Loads the list again a moment later; many events in a row load it once.
    pub(super) fn reload_soon(&mut self) -> Task<Message> {
        if std::mem::replace(&mut self.reload_due, true) {
            return Task::none();
        }
        let pause = async { tokio::time::sleep(std::time::Duration::from_millis(80)).await };
        Task::perform(pause, |()| Message::Reload)
    }

    fn overview_came(&mut self, answer: Result<Overview, crate::engine::Error>) -> Task<Message> {
        let overview = match answer {
            Ok(overview) => overview,
            Err(error) => {
                self.say(Icon::CircleX, words::error_text(&error));
                return Task::none();
            }
        };
        let known = !self.world.sidebar.accounts.is_empty();
        self.world.sidebar.accounts = overview.accounts;
        self.world.sidebar.mailboxes = overview.mailboxes;
        self.world.sidebar.counts = overview.counts;
        let any = !self.world.sidebar.accounts.is_empty();
        match (&self.page, any) {
            (Page::Starting | Page::Welcome, true) => {
                self.page = Page::Mail;
                self.go(Place::AllInboxes)
            }
            (Page::Starting, false) => {
                self.page = Page::Welcome;
                Task::none()
            }
            (Page::Mail, false) if known => {
                self.page = Page::Welcome;
                Task::none()
            }
            _ => Task::none(),
        }
    }

    fn leave_demo(&mut self, home: Engine) -> Task<Message> {
        self.demo = false;
        let left = self.engine.take();
        let taken = self.take_engine(home);
        self.new_form();
        let stop = left.map_or_else(Task::none, |engine| {
            Task::perform(async move { engine.shutdown().await }, |()| Message::Ignored)
        });
        Task::batch([taken, stop])
    }

    fn take_engine(&mut self, engine: Engine) -> Task<Message> {
        self.world.recordings_dir = engine.recordings_dir().to_owned();
        self.engine = Some(engine);
        self.engine_number += 1;
        self.world.sidebar = sidebar::Sidebar::default();
        self.reader = None;
        self.composer = None;
        self.directory = None;
        self.outbox = None;
        self.list = list::List::default();
        self.page = Page::Starting;
        Task::batch([self.overview(), self.load_faces(), self.find_kept()])
    }

    /// Looks for recordings that were kept, or that a crash left behind.
    pub(super) fn find_kept(&self) -> Task<Message> {
        match &self.engine {
            Some(engine) => {
                let dir = engine.recordings_dir().to_owned();
                Task::perform(composer::drafts(dir, None), Message::Kept)
            }
            None => Task::none(),
        }
    }

    // Where the window is

    /// Goes to a place.
    pub(super) fn go(&mut self, place: Place) -> Task<Message> {
        self.place = place;
        self.menu = false;
        self.forward = false;
        self.page = Page::Mail;
        match place {
            Place::Outbox => {
                let (outbox, act) = Outbox::open(&self.world.context());
                self.outbox = Some(outbox);
                self.act(act, Message::Outbox)
            }
            Place::Directory => {
                let (directory, act) = Directory::open();
                self.directory = Some(directory);
                self.act(act, Message::Directory)
            }
            _ => {
                let Some(scope) = place.scope() else { return Task::none() };
                self.reader = None;
                let height = self.world.row_height();
                let fetches = self.list.show(scope, height);
                Task::batch([
                    self.fetch(fetches),
                    operation::scroll_to(
                        id::LIST,
                        iced::widget::scrollable::AbsoluteOffset { x: 0.0, y: 0.0 },
                    ),
                ])
            }
        }
    }

    pub(super) fn list_action(&mut self, action: list::Action) -> Task<Message> {
        use list::Action as A;
        match action {
            A::None => Task::none(),
            A::Fetch(fetches) => self.fetch(fetches),
            A::Select(key) => Task::batch([self.open(key), self.scroll_to_cursor()]),
            A::Deselect => {
                self.reader = None;
                self.forward = false;
                Task::none()
            }
            A::Open(key) => {
                self.forward = true;
                self.open(key)
            }
            A::ShowAll => self.go(Place::AllInboxes),
            A::NewVoice => self.verb(Verb::Compose(Compose::Voice(Vec::new()))),
            A::Bar(act) => match act {
                list::BarAct::TryAgain => self.check_now(),
                list::BarAct::SignIn(account) => self.ask_password(account),
                list::BarAct::AddAccount => self.verb(Verb::AddAccount),
                list::BarAct::Continue => match self.kept.take() {
                    Some(draft) => self.verb(Verb::Compose(Compose::Draft(draft.dir))),
                    None => Task::none(),
                },
                list::BarAct::NotNow => {
                    self.kept = None;
                    Task::none()
                }
            },
        }
    }

    pub(super) fn scroll_to_cursor(&self) -> Task<Message> {
        match self.list.scroll_target(self.world.row_height()) {
            Some(y) => operation::scroll_to(
                id::LIST,
                iced::widget::scrollable::AbsoluteOffset { x: 0.0, y },
            ),
            None => Task::none(),
        }
    }

    /// Shows a message in the reading pane.
    fn open(&mut self, key: MessageKey) -> Task<Message> {
        if self.reader.as_ref().is_some_and(|reader| reader.key() == key) {
            return Task::none();
        }
        let (reader, act) = Reader::open(key);
        self.reader = Some(reader);
        self.act(act, Message::Reader)
    }

    fn sidebar(&mut self, message: sidebar::Message) -> Task<Message> {
        use sidebar::Message as M;
        match message {
            M::Go(place) => {
                self.pane = Pane::List;
                self.go(place)
            }
            M::NewVoice => self.verb(Verb::Compose(Compose::Voice(Vec::new()))),
            M::NewText => self.verb(Verb::Compose(Compose::Text(Vec::new()))),
            M::Settings => self.open_settings(),
            M::Sync(open) => {
                self.world.sidebar.sync_open = open;
                Task::none()
            }
            M::CheckNow => {
                self.world.sidebar.sync_open = false;
                self.check_now()
            }
            M::SignIn(account) => self.ask_password(account),
            M::Menu => {
                self.menu = true;
                Task::none()
            }
        }
    }

    fn check_now(&self) -> Task<Message> {
        bridge::ask(
            self.engine.as_ref(),
            |engine| async move { engine.sync_once(None).await },
            |answer| Message::Ordered(answer.map(|_| ())),
        )
    }

    fn ask_password(&mut self, account: crate::model::AccountId) -> Task<Message> {
        self.world.sidebar.sync_open = false;
        self.dialog = Some(Dialog::Password { account, value: String::new() });
        operation::focus(dialog::PASSWORD)
    }

    pub(super) fn open_settings(&mut self) -> Task<Message> {
        self.menu = false;
        self.send(crate::audio::Command::ListDevices);
        self.page = Page::Settings(Settings::default());
        Task::none()
    }

    // Screens

    pub(super) fn reader(&mut self, message: reader::Message) -> Task<Message> {
        let Some(reader) = &mut self.reader else { return Task::none() };
        let act = reader.update(message, &self.world.context());
        self.act(act, Message::Reader)
    }

    pub(super) fn composer(&mut self, message: composer::Message) -> Task<Message> {
        let Some(composer) = &mut self.composer else { return Task::none() };
        let act = composer.update(message, &self.world.context());
        self.act(act, Message::Composer)
    }

    pub(super) fn directory(&mut self, message: screen::directory::Message) -> Task<Message> {
        let Some(directory) = &mut self.directory else { return Task::none() };
        if matches!(message, screen::directory::Message::Select(_)) {
            self.forward = true;
        }
        let act = directory.update(message, &self.world.context());
        self.act(act, Message::Directory)
    }

    /// Carries out what a screen wants.
    pub(super) fn act<M, Q>(
        &mut self,
        action: Action<M, Q>,
        wrap: fn(M) -> Message,
    ) -> Task<Message>
    where
        M: Send + 'static,
        Q: Ask<M>,
    {
        let mut tasks = Vec::new();
        for one in action.flat() {
            tasks.push(match one {
                Action::None | Action::Batch(_) => Task::none(),
                Action::Run(task) => task.map(wrap),
                Action::Ask(question) => match &self.engine {
                    Some(engine) => question.ask(engine).map(wrap),
                    None => Task::none(),
                },
                Action::Audio(command) => {
                    self.remember(&command);
                    self.send(command);
                    Task::none()
                }
                Action::Toast(toast) => {
                    self.show_toast(toast);
                    Task::none()
                }
                Action::Do(verb) => self.verb(verb),
            });
        }
        Task::batch(tasks)
    }

    /// Speed, volume and skipped silence are choices that last.
    fn remember(&mut self, command: &crate::audio::Command) {
        use crate::audio::Command as A;
        let prefs = &mut self.world.prefs;
        match command {
            A::Speed(speed) => prefs.speed = *speed,
            A::Volume(volume) => prefs.volume = *volume,
            A::SkipSilence(on) => prefs.skip_silence = *on,
            _ => return,
        }
        self.save_prefs();
    }

    pub(super) fn save_prefs(&self) {
        if let Some(file) = &self.prefs_file
            && let Err(error) = self.world.prefs.save(file)
        {
            tracing::warn!(%error, "the settings of the window could not be saved");
        }
    }

    pub(super) fn verb(&mut self, verb: Verb) -> Task<Message> {
        match verb {
            Verb::Compose(what) => self.compose(&what),
            Verb::Sent { ids, to, composer } => {
                self.composer = None;
                let seconds = self.world.prefs.undo_seconds;
                self.sending.push(Sending { ids: ids.clone(), to: to.clone() });
                if seconds > 0 {
                    let text = tf("toast-sending", &[("to", &to)]);
                    let toast = Toast::new(0, Icon::Send, text).countdown(seconds).undo();
                    self.put_toast(toast);
                    self.undo = Some(Undo::Send(ids, composer));
                }
                self.overview()
            }
            Verb::CloseComposer => {
                self.composer = None;
                Task::none()
            }
            Verb::Archive(key) => self.archive(vec![key]),
            Verb::Delete(key) => self.delete(vec![key]),
            Verb::MarkUnheard(key) => self.mark(vec![key], Mark::Unheard),
            Verb::Open(key) => {
                if self.place.scope().is_none() {
                    self.place = Place::AllInboxes;
                    let height = self.world.row_height();
                    let fetches = self.list.show(crate::engine::Scope::AllInboxes, height);
                    let fetch = self.fetch(fetches);
                    self.list.selected = Some(key);
                    self.forward = true;
                    return Task::batch([fetch, self.open(key)]);
                }
                self.list.selected = Some(key);
                self.forward = true;
                self.open(key)
            }
            Verb::OpenContact(contact) => {
                let go = self.go(Place::Directory);
                self.forward = true;
                let Some(directory) = &mut self.directory else { return go };
                let act = directory.show(contact);
                Task::batch([go, self.act(act, Message::Directory)])
            }
            Verb::AddAccount => {
                // An account is never added to the demo: that is left for the user's own mail.
                match (self.demo, self.home.take(), &self.open_home) {
                    (true, Some(home), _) => self.leave_demo(home),
                    (true, None, Some(open)) => Task::perform(open(), Message::Home),
                    (true, None, None) => Task::none(),
                    (false, home, _) => {
                        self.home = home;
                        self.new_form();
                        Task::none()
                    }
                }
            }
            Verb::OpenDemo => match &self.open_demo {
                Some(open) => {
                    self.page = Page::Starting;
                    Task::perform(open(), Message::Demo)
                }
                None => Task::none(),
            },
            Verb::AccountAdded(_) => {
                self.page = Page::Mail;
                Task::batch([self.overview(), self.go(Place::AllInboxes)])
            }
            Verb::Back => self.back(),
        }
    }

    /// One step back: to the list, or to the page before.
    pub(super) fn back(&mut self) -> Task<Message> {
        match &self.page {
            Page::Account(_) | Page::Settings(_) => {
                self.page =
                    if self.world.sidebar.accounts.is_empty() { Page::Welcome } else { Page::Mail };
            }
            _ => {
                self.forward = false;
                self.pane = Pane::List;
            }
        }
        Task::none()
    }

    fn compose(&mut self, what: &Compose) -> Task<Message> {
        if let Some(composer) = &self.composer
            && composer.holds_something()
        {
            self.say(Icon::Info, t("toast-composer-busy"));
            self.pane = Pane::Reading;
            return Task::none();
        }
        let (composer, act) = Composer::open(what, &self.world.context());
        self.composer = Some(composer);
        self.pane = Pane::Reading;
        self.page = Page::Mail;
        self.act(act, Message::Composer)
    }

    pub(super) fn reopen(&mut self, mut composer: Box<Composer>) -> Task<Message> {
        let act = composer.reopen();
        self.composer = Some(*composer);
        self.pane = Pane::Reading;
        self.page = Page::Mail;
        self.act(act, Message::Composer)
    }

    fn strip(&mut self, message: now_playing::Message) -> Task<Message> {
        use crate::audio::Command as A;
        use now_playing::Message as M;
        match message {
            M::Toggle => self.send(A::Toggle),
            M::Seek(at) => self.send(A::Seek(at)),
            M::Close => self.send(A::Stop),
            M::Show | M::Reply => {
                let Some(playing) = &self.playing else { return Task::none() };
                let key = playing.row.key;
                let verb = match message {
                    M::Show => Verb::Open(key),
                    _ => Verb::Compose(Compose::ReplyVoice(key)),
                };
                return self.verb(verb);
            }
        }
        Task::none()
    }

    fn dialog_message(&mut self, message: dialog::Message) -> Task<Message> {
        match message {
            dialog::Message::Close => {
                self.dialog = None;
                Task::none()
            }
            dialog::Message::Typed(text) => {
                if let Some(Dialog::Password { value, .. }) = &mut self.dialog {
                    *value = text;
                }
                Task::none()
            }
            dialog::Message::Accept => match self.dialog.take() {
                Some(Dialog::Password { account, value }) if !value.is_empty() => {
                    let secret = crate::model::Secret::new(value);
                    self.order(move |engine| async move {
                        engine.supply_password(account, secret).await
                    })
                }
                Some(Dialog::RemoveAccount(account)) => {
                    self.order(move |engine| async move { engine.remove_account(account).await })
                }
                _ => Task::none(),
            },
        }
    }

    pub(super) fn new_form(&mut self) {
        self.page = Page::Account(Box::<account::Account>::default());
    }
}
