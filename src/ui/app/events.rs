//! Handles engine events and audio state, and starts background loads.

use std::time::Duration;

use iced::Task;

use super::{App, Message, Overview, Page};
use crate::{
    audio::Phase,
    engine::{Engine, Event, Progress},
    ui::{
        bridge, faces, list, now_playing,
        screen::{
            self, composer,
            player::{self, Noticed},
            reader::{self, Reader},
            settings,
        },
        sidebar::{self, Place},
        theme::Icon,
        words,
    },
    wording::failure,
};

/// How long news are waited for before the list is loaded again, and how long it is left alone
/// afterwards.
const RELOADS: (Duration, Duration) = (Duration::from_millis(80), Duration::from_millis(250));

impl App {
    // Engine events and audio state

    pub(super) fn engine_event(&mut self, event: Event) -> Task<Message> {
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
                        self.forget_sent();
                        self.say(Icon::Send, fl!("toast-sent", to = &to));
                    }
                }
                self.overview()
            }
            Event::SendFailed(id, reason) => {
                if self.sending.iter().any(|s| s.ids.contains(&id)) {
                    self.sending.retain(|s| !s.ids.contains(&id));
                    self.forget_sent();
                    self.say(
                        Icon::CircleX,
                        fl!("toast-send-failed", text = failure::sentence(&reason)),
                    );
                }
                self.overview()
            }
            Event::NotDone(id) => bridge::ask(
                self.engine.as_ref(),
                |engine| async move { engine.operations().await },
                move |all| Message::NotDone(id, all.unwrap_or_default()),
            ),
            Event::DraftsChanged => self.drafts_changed(),
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

    pub(super) fn sound(&mut self, state: crate::audio::State) -> Task<Message> {
        let noticed = self.listening.on_audio_state(&state.player);
        self.shared.sound = state;
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
                Noticed::StoppedAt(key, at) => {
                    let keep =
                        move |engine: Engine| async move { engine.stopped_at(key, at).await };
                    tasks.push(self.order(keep));
                    if self.reader.as_ref().is_some_and(|r| r.key() == key) {
                        let message = player::Message::StoppedAt(at);
                        tasks.push(self.reader(reader::Message::Player(message)));
                    }
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
        tasks.push(self.settings(settings::Message::Audio));
        Task::batch(tasks)
    }

    /// Keeps who and what sounds for the strip, whatever is on screen later.
    fn follow_playing(&mut self) {
        let player = &self.shared.sound.player;
        let key = player.clip.as_ref().and_then(player::key_of);
        let sounding = matches!(player.phase, Phase::Playing | Phase::Waiting | Phase::Paused);
        match key {
            Some(key) if sounding => {
                let reader = self.reader.as_ref().filter(|reader| reader.key() == key);
                let row = reader.and_then(Reader::opened).map(|opened| &opened.row);
                let row = row.or_else(|| self.list.find(key)).cloned();
                let player = reader.and_then(|reader| reader.player(&self.shared.sound));
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
            Some(_) | None => self.playing = None,
        }
    }

    // Questions for the engine

    pub(super) fn order<F>(&self, question: impl FnOnce(Engine) -> F) -> Task<Message>
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

    /// Loads the list again a moment later; many events in a row load it once, and while they go on,
    /// four times a second.
    pub(super) fn reload_soon(&mut self) -> Task<Message> {
        if std::mem::replace(&mut self.reload_due, true) {
            return Task::none();
        }
        let since = self.reloaded.map_or(RELOADS.1, |at| at.elapsed());
        let pause = RELOADS.1.saturating_sub(since).max(RELOADS.0);
        Task::perform(async move { tokio::time::sleep(pause).await }, |()| Message::Reload)
    }

    pub(super) fn overview_came(
        &mut self,
        answer: Result<Overview, crate::engine::Error>,
    ) -> Task<Message> {
        let overview = match answer {
            Ok(overview) => overview,
            Err(error) => {
                self.say(Icon::CircleX, words::error_text(&error));
                return Task::none();
            }
        };
        let known = !self.shared.sidebar.accounts.is_empty();
        self.shared.sidebar.accounts = overview.accounts;
        self.shared.set_mailboxes(overview.mailboxes);
        self.shared.sidebar.counts = overview.counts;
        let any = !self.shared.sidebar.accounts.is_empty();
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
            (Page::Welcome | Page::Mail | Page::Account(_) | Page::Settings(_), _) => Task::none(),
        }
    }

    pub(super) fn leave_demo(&mut self, home: Engine) -> Task<Message> {
        self.demo = false;
        let parted = self.part_composer();
        let left = self.engine.take();
        let taken = self.take_engine(home);
        let form = self.new_form();
        let stop = left.map_or_else(Task::none, |engine| {
            Task::perform(async move { engine.shutdown().await }, |()| Message::Ignored)
        });
        Task::batch([parted, taken, form, stop])
    }

    pub(super) fn take_engine(&mut self, engine: Engine) -> Task<Message> {
        let parted = self.part_composer();
        self.shared.recordings_dir = engine.recordings_dir().to_owned();
        self.shared.fixed_receipts = engine.policy().receipts;
        self.rebuilt = engine.rebuilt().cloned();
        self.engine = Some(engine);
        self.engine_number += 1;
        self.shared.sidebar = sidebar::Sidebar::default();
        self.reader = None;
        self.directory = None;
        self.outbox = None;
        self.unheard.clear();
        self.kept = None;
        self.undo = None;
        self.sent = None;
        self.sending.clear();
        self.list = list::List::default();
        self.page = Page::Starting;
        Task::batch([parted, self.overview(), self.load_faces(), self.find_kept()])
    }
}
