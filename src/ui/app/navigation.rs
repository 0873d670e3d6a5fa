//! Where the window is: places, pages, dialogs and composers, and what screens want of it.

use iced::{Task, widget::operation};

use super::{
    App, Message, Page, Pane, Sending,
    dialog::{self, Dialog},
};
use crate::{
    engine::Mark,
    model::MessageKey,
    ui::{
        bridge, id, list, now_playing,
        prefs::Choice,
        screen::{
            self, Action, Ask, Compose, Verb, account, composer,
            directory::Directory,
            outbox::Outbox,
            player,
            reader::{self, Reader},
            settings::{self, Settings},
            signing_in::{self, GivenUp, Waits},
        },
        sidebar::{self, Place},
        theme::Icon,
        toast::{Toast, Undo},
    },
};

impl App {
    // Where the window is

    /// Goes to a place.
    pub(super) fn go(&mut self, place: Place) -> Task<Message> {
        let left = self.leave_settings();
        Task::batch([left, self.show_place(place)])
    }

    fn show_place(&mut self, place: Place) -> Task<Message> {
        self.place = place;
        self.menu = false;
        self.forward = false;
        self.page = Page::Mail;
        match place {
            Place::Outbox => {
                let (outbox, act) = Outbox::open();
                self.outbox = Some(outbox);
                self.act(act, Message::Outbox)
            }
            Place::Directory => {
                let (directory, act) = Directory::open();
                self.directory = Some(directory);
                self.act(act, Message::Directory)
            }
            Place::AllInboxes
            | Place::Unheard
            | Place::Voice
            | Place::Fax
            | Place::Text
            | Place::Mailbox(_) => {
                let Some(scope) = place.scope() else { return Task::none() };
                self.reader = None;
                let height = self.shared.row_height();
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
                    Some(draft) => self.verb(Verb::Compose(Compose::Draft(draft.id))),
                    None => Task::none(),
                },
                list::BarAct::NotNow => {
                    self.kept = None;
                    Task::none()
                }
                list::BarAct::Noted => {
                    self.rebuilt = None;
                    Task::none()
                }
                list::BarAct::Tell(send) => self.tell_deleted(send),
                list::BarAct::Noticed(account) => {
                    let accounts = &self.shared.sidebar.accounts;
                    let found = accounts.iter().find(|known| known.id == account);
                    let first = found.and_then(|account| account.notes.notices.first());
                    match first.map(|notice| notice.said.clone()) {
                        Some(said) => self.order(move |engine| async move {
                            engine.forget_notice(account, said).await
                        }),
                        None => Task::none(),
                    }
                }
                list::BarAct::LeaveUntold => {
                    if !self.unheard.is_empty() {
                        self.unheard.remove(0);
                    }
                    Task::none()
                }
            },
        }
    }

    pub(super) fn scroll_to_cursor(&self) -> Task<Message> {
        match self.list.scroll_target(self.shared.row_height()) {
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

    pub(super) fn sidebar(&mut self, message: sidebar::Message) -> Task<Message> {
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
                self.shared.sidebar.sync_open = open;
                Task::none()
            }
            M::CheckNow => {
                self.shared.sidebar.sync_open = false;
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
        self.shared.sidebar.sync_open = false;
        let accounts = &self.shared.sidebar.accounts;
        if accounts.iter().any(|a| a.id == account && a.settings.sign_in.is_token()) {
            return self.sign_in_again(account);
        }
        self.dialog = Some(Dialog::Password { account, value: String::new() });
        Task::none()
    }

    /// Begins a sign-in in the browser; one that waits still is given up.
    fn sign_in_again(&mut self, account: crate::model::AccountId) -> Task<Message> {
        let Some(engine) = self.engine.clone() else { return Task::none() };
        let attempt = self.signing_in.anew();
        self.dialog = Some(Dialog::SignIn { account, waits: None });
        let mine = attempt.clone();
        Task::sip(
            signing_in::again(engine, account, attempt.clone()),
            move |waits| Message::SigningIn(mine.clone(), waits),
            move |outcome| Message::SignedIn(attempt, outcome),
        )
    }

    /// The browser is waited for.
    pub(super) fn waits_for_browser(&mut self, attempt: &GivenUp, now: Waits) -> Task<Message> {
        if let Some(Dialog::SignIn { waits, .. }) = &mut self.dialog
            && *attempt == self.signing_in
        {
            *waits = Some(now);
        }
        Task::none()
    }

    /// A sign-in ended; one that was given up is nobody's concern.
    pub(super) fn signed_in(
        &mut self,
        attempt: &GivenUp,
        outcome: Result<(), crate::engine::Error>,
    ) -> Task<Message> {
        if *attempt != self.signing_in {
            return Task::none();
        }
        if matches!(self.dialog, Some(Dialog::SignIn { .. })) {
            self.dialog = None;
        }
        self.update(Message::Ordered(outcome))
    }

    pub(super) fn open_settings(&mut self) -> Task<Message> {
        self.open_settings_at(settings::Section::default())
    }

    fn open_settings_at(&mut self, section: settings::Section) -> Task<Message> {
        self.menu = false;
        let left = self.leave_settings();
        let (settings, act) = Settings::open_at(section);
        self.page = Page::Settings(Box::new(settings));
        Task::batch([left, self.act(act, Message::Settings)])
    }

    // Screens

    pub(super) fn reader(&mut self, message: reader::Message) -> Task<Message> {
        // A recording that is still coming goes on sounding when another message is on screen.
        if let reader::Message::Player(message) = &message
            && let Some(command) = player::follow(message)
        {
            self.send(command);
        }
        let Some(reader) = &mut self.reader else { return Task::none() };
        let act = reader.update(message, &self.shared.context());
        self.act(act, Message::Reader)
    }

    /// A key does what a button of the reader's toolbar does.
    pub(super) fn toolbar(&mut self, message: reader::toolbar::Message) -> Task<Message> {
        self.reader(reader::Message::Toolbar(message))
    }

    pub(super) fn settings(&mut self, message: settings::Message) -> Task<Message> {
        let Page::Settings(settings) = &mut self.page else { return Task::none() };
        let act = settings.update(message, &self.shared.context_of(self.shared.size.width));
        self.act(act, Message::Settings)
    }

    /// The settings, if they are shown, are left.
    fn leave_settings(&mut self) -> Task<Message> {
        let Page::Settings(settings) = &mut self.page else { return Task::none() };
        let act = settings.leave();
        self.act(act, Message::Settings)
    }

    pub(super) fn composer(&mut self, message: composer::Message) -> Task<Message> {
        let Some(composer) = &mut self.composer else { return Task::none() };
        let act = composer.update(message, &self.shared.context());
        let task = self.composer_act(act);
        self.drop_spent();
        task
    }

    pub(super) fn directory(&mut self, message: screen::directory::Message) -> Task<Message> {
        let Some(directory) = &mut self.directory else { return Task::none() };
        if matches!(message, screen::directory::Message::Select(_)) {
            self.forward = true;
        }
        let act = directory.update(message, &self.shared.context());
        self.act(act, Message::Directory)
    }

    /// Carries out what a screen wants.
    pub(super) fn act<M, Q>(
        &mut self,
        action: Action<M, Q>,
        wrap: impl Fn(M) -> Message + Clone + Send + 'static,
    ) -> Task<Message>
    where
        M: Send + 'static,
        Q: Ask<M>,
    {
        let mut tasks = Vec::new();
        for one in action.flat() {
            tasks.push(match one {
                Action::None | Action::Batch(_) => Task::none(),
                Action::Run(task) => task.map(wrap.clone()),
                Action::Ask(question) => match &self.engine {
                    Some(engine) => question.ask(engine).map(wrap.clone()),
                    None => Task::none(),
                },
                Action::Audio(command) => {
                    self.remember(&command);
                    self.send(command);
                    Task::none()
                }
                Action::Toast(toast) => {
                    self.put_toast(toast);
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
        let prefs = &mut self.shared.prefs;
        if let A::Speed(speed) = command {
            prefs.speed = *speed;
        } else if let A::Volume(volume) = command {
            prefs.volume = *volume;
        } else if let A::SkipSilence(on) = command {
            prefs.skip_silence = *on;
        } else {
            return;
        }
        self.save_prefs();
    }

    /// Keeps a choice, and tells the engine what concerns it.
    fn choose(&mut self, choice: Choice) {
        if let Some(engine) = &self.engine {
            match &choice {
                Choice::UndoSeconds(seconds) => engine.set_undo_seconds(*seconds),
                Choice::Receipts(policy) => engine.set_receipt_policy(*policy),
                Choice::OwnCard(when) => engine.set_own_card(*when),
                Choice::Program(program) => engine.set_program(program.clone()),
                Choice::Theme(_)
                | Choice::TextSize(_)
                | Choice::Compact(_)
                | Choice::ReducedMotion(_)
                | Choice::PhoneKeys(_)
                | Choice::NameFirst(_) => {}
            }
        }
        self.shared.prefs.choose(choice);
        self.save_prefs();
    }

    pub(super) fn save_prefs(&mut self) {
        if let Some(file) = &self.prefs_file
            && let Err(error) = self.shared.prefs.save(file)
        {
            tracing::warn!(%error, "the settings of the window could not be saved");
            self.say(Icon::TriangleAlert, fl!("toast-settings-unsaved"));
        }
    }

    pub(super) fn verb(&mut self, verb: Verb) -> Task<Message> {
        match verb {
            Verb::Compose(what) => self.compose(&what),
            Verb::Sent { ids, to, composer } => {
                self.drop_spent();
                let seconds = self.shared.prefs.undo_seconds;
                self.sending.push(Sending { ids: ids.clone(), to: to.clone() });
                if seconds > 0 {
                    let text = fl!("toast-sending", to = &to);
                    let toast = Toast::new(Icon::Send, text).countdown(seconds);
                    self.put_toast(toast.undo(Undo::Send(ids)));
                    self.sent = Some(composer);
                }
                self.overview()
            }
            Verb::CloseComposer => self.part_composer(),
            Verb::Archive(key) => self.archive(vec![key]),
            Verb::Delete(key) => self.delete(vec![key]),
            Verb::MoveToInbox(key) => self.move_to_inbox(vec![key]),
            Verb::MarkUnheard(key) => self.mark(vec![key], Mark::Unheard),
            Verb::Open(key) => {
                if self.place.scope().is_none() {
                    self.place = Place::AllInboxes;
                    let height = self.shared.row_height();
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
            Verb::AddAccount => {
                // An account is never added to the demo: that is left for the user's own mail.
                match (self.demo, self.home.take(), &self.open_home) {
                    (true, Some(home), _) => self.leave_demo(home),
                    (true, None, Some(open)) => Task::perform(open(), Message::Home),
                    (true, None, None) => Task::none(),
                    (false, home, _) => {
                        self.home = home;
                        self.new_form()
                    }
                }
            }
            Verb::SignIn(account) => self.ask_password(account),
            Verb::RemoveAccount(account) => {
                self.dialog = Some(Dialog::RemoveAccount(account));
                Task::none()
            }
            Verb::Choose(choice) => {
                self.choose(choice);
                Task::none()
            }
            Verb::ShowKeys => {
                self.dialog = Some(Dialog::Keys);
                Task::none()
            }
            Verb::OpenDemo => match &self.open_demo {
                Some(open) => {
                    self.page = Page::Starting;
                    Task::perform(open(), Message::Demo)
                }
                None => Task::none(),
            },
            Verb::EditAccount(id) => {
                let accounts = &self.shared.sidebar.accounts;
                let Some(account) = accounts.iter().find(|account| account.id == id) else {
                    return Task::none();
                };
                let left = Box::new(account::Account::edit(account));
                let settings = self.leave_settings();
                self.page = Page::Account(left);
                settings
            }
            Verb::AccountEdited => {
                self.say(Icon::Check, fl!("account-saved"));
                Task::batch([self.overview(), self.open_settings_at(settings::Section::Accounts)])
            }
            Verb::AccountAdded => {
                self.page = Page::Mail;
                Task::batch([self.overview(), self.go(Place::AllInboxes)])
            }
            Verb::Back => self.back(),
        }
    }

    /// One step back: to the list, or to the page before.
    pub(super) fn back(&mut self) -> Task<Message> {
        let left = self.leave_settings();
        match &self.page {
            Page::Account(form) if form.is_edit() => {
                return self.open_settings_at(settings::Section::Accounts);
            }
            Page::Account(_) | Page::Settings(_) => {
                self.page = if self.shared.sidebar.accounts.is_empty() {
                    Page::Welcome
                } else {
                    Page::Mail
                };
            }
            Page::Starting | Page::Welcome | Page::Mail => {
                self.forward = false;
                self.pane = Pane::List;
            }
        }
        left
    }

    pub(super) fn strip(&mut self, message: now_playing::Message) -> Task<Message> {
        use crate::audio::Command as A;
        use now_playing::Message as M;
        match message {
            M::Toggle => self.send(A::Toggle),
            M::Seek(at) => self.send(A::Seek(at)),
            M::Close => self.send(A::Stop),
            M::Show => return self.with_playing(Verb::Open),
            M::Reply => return self.with_playing(|key| Verb::Compose(Compose::ReplyVoice(key))),
        }
        Task::none()
    }

    fn with_playing(&mut self, verb: impl FnOnce(MessageKey) -> Verb) -> Task<Message> {
        match &self.playing {
            Some(playing) => self.verb(verb(playing.row.key)),
            None => Task::none(),
        }
    }

    pub(super) fn dialog_message(&mut self, message: dialog::Message) -> Task<Message> {
        match message {
            dialog::Message::Close => {
                if let Some(Dialog::SignIn { .. }) = self.dialog.take() {
                    self.signing_in.anew();
                }
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
                Some(Dialog::SignIn { account, waits }) => {
                    let url = waits.as_ref().map(|waits| waits.url.clone());
                    self.dialog = Some(Dialog::SignIn { account, waits });
                    url.map_or_else(Task::none, iced::clipboard::write)
                }
                Some(Dialog::Password { .. } | Dialog::Keys) | None => Task::none(),
            },
        }
    }

    pub(super) fn new_form(&mut self) -> Task<Message> {
        self.page = Page::Account(Box::<account::Account>::default());
        operation::focus(account::FIRST)
    }
}
