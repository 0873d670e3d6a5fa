//! Journeys on the real window: key presses and clicks as iced's events, through the widgets, the
//! window, and an engine over the demo mailbox, where mail could change. Tasks run beside, as in the
//! program; what the engine says comes in between.

use std::{io, sync::Arc, time::Duration};

use futures::StreamExt as _;
use iced::{
    Renderer, Settings as Iced, Theme,
    advanced::{
        clipboard,
        widget::{
            Id, Operation,
            operation::{self, Outcome},
        },
    },
    keyboard::{
        Key, Location, Modifiers,
        key::{Code, Named, NativeCode, Physical},
    },
    mouse::Cursor,
};
use iced_test::runtime::{Action, UserInterface, task, user_interface::Cache};
use tokio::sync::{broadcast, mpsc};

use super::*;

use crate::{
    audio::{NullDevices, Pace, RecorderPhase},
    engine::{
        AccountSettings, ListQuery, Options, Scope, Security, Server, Sort,
        net::{Dialer, Stream},
        secrets::MemoryStore,
    },
    loopback::{DEMO_ADDRESS, DEMO_LOGIN, DEMO_NAME, Loopback, demo_contacts},
    model::{AddrSpec, DateTime, Secret},
};

mod draft_tests;
mod focus;
#[cfg(unix)]
mod kill_tests;
mod private;

/// The fonts of a process are one: loaded again they would be looked through again.
static LOADED: std::sync::Once = std::sync::Once::new();

struct InProcess(Loopback);

#[async_trait::async_trait]
impl Dialer for InProcess {
    async fn dial(&self, _: &str, port: u16) -> io::Result<Box<dyn Stream>> {
        match port {
            143 => Ok(Box::new(self.0.imap_stream())),
            _ => Ok(Box::new(self.0.smtp_stream())),
        }
    }

    fn in_process(&self, _: &str, _: u16) -> bool {
        true
    }
}

/// A window over the demo mailbox.
struct Journey {
    app: App,
    cache: Cache,
    renderer: Renderer,
    clipboard: Paste,
    actions: mpsc::UnboundedReceiver<Action<Message>>,
    sender: mpsc::UnboundedSender<Action<Message>>,
    facts: broadcast::Receiver<Event>,
    server: Loopback,
    engine: Engine,
    audio: Audio,
    dir: Arc<tempfile::TempDir>,
    /// The window was closed.
    ended: bool,
}

async fn engine_on(dir: &tempfile::TempDir, server: &Loopback) -> Engine {
    engine_in(dir.path(), server).await
}

async fn engine_in(dir: &std::path::Path, server: &Loopback) -> Engine {
    let mut options = Options::new(dir.join("data"), Arc::new(MemoryStore::default()));
    options.dialer = Arc::new(InProcess(server.clone()));
    Engine::start(options).await.expect("an engine")
}

/// The account of the demo mailbox.
fn demo_account() -> AccountSettings {
    let host = |port| Server { host: "demo.example.com".into(), port, security: Security::None };
    AccountSettings {
        name: DEMO_NAME.into(),
        address: AddrSpec::parse(DEMO_ADDRESS).expect("an address"),
        label: "Demo".into(),
        imap: host(143),
        smtp: host(587),
        user: DEMO_LOGIN.into(),
        sign_in: Default::default(),
        ca_pem: None,
        pins: Vec::new(),
        gateway: Some("vm.calderfinch.example".into()),
        demo: true,
    }
}

/// A clipboard with a text.
#[derive(Default)]
struct Paste(String);

impl clipboard::Clipboard for Paste {
    fn read(&self, _: clipboard::Kind) -> Option<String> {
        Some(self.0.clone())
    }
    fn write(&mut self, _: clipboard::Kind, contents: String) {
        self.0 = contents;
    }
}

/// A keyboard layout: what the keys of the US letters produce.
#[derive(Clone, Copy)]
struct Layout(&'static str);

const US: Layout = Layout("abcdefghijklmnopqrstuvwxyz");
const RU: Layout = Layout("фисвуапршолдьтщзйкыегмцчня");
const GR: Layout = Layout("αβψδεφγηιξκλμνοπ;ρστθωςχυζ");

const LETTERS: [Code; 26] = {
    use Code::*;
    [
        KeyA, KeyB, KeyC, KeyD, KeyE, KeyF, KeyG, KeyH, KeyI, KeyJ, KeyK, KeyL, KeyM, KeyN, KeyO,
        KeyP, KeyQ, KeyR, KeyS, KeyT, KeyU, KeyV, KeyW, KeyX, KeyY, KeyZ,
    ]
};

impl Layout {
    /// The key that has this US letter; anything else as it is.
    fn key(self, sign: char, modifiers: Modifiers) -> iced::Event {
        let at = u32::from(sign.to_ascii_lowercase()).wrapping_sub(u32::from('a')) as usize;
        let produced = self.0.chars().nth(at).unwrap_or(sign);
        let modified = if sign.is_uppercase() {
            produced.to_uppercase().collect::<String>()
        } else {
            produced.to_string()
        };
        let physical = LETTERS
            .get(at)
            .map_or(Physical::Unidentified(NativeCode::Unidentified), |c| Physical::Code(*c));
        let shift = if sign.is_uppercase() { Modifiers::SHIFT } else { Modifiers::empty() };
        press(
            Key::Character(produced.to_string().into()),
            Key::Character(modified.as_str().into()),
            physical,
            modifiers | shift,
            Some(modified.as_str().into()),
        )
    }
}

fn press(
    key: Key,
    modified_key: Key,
    physical_key: Physical,
    modifiers: Modifiers,
    text: Option<iced::advanced::graphics::core::SmolStr>,
) -> iced::Event {
    iced::Event::Keyboard(keyboard::Event::KeyPressed {
        key,
        modified_key,
        physical_key,
        location: Location::Standard,
        modifiers,
        repeat: false,
        text,
    })
}

fn named(named: Named, modifiers: Modifiers) -> iced::Event {
    let key = Key::Named(named);
    let text = (named == Named::Space).then(|| " ".into());
    let physical = Physical::Unidentified(NativeCode::Unidentified);
    press(key.clone(), key, physical, modifiers, text)
}

impl Journey {
    async fn begin() -> Self {
        let server = Loopback::demo(DateTime::utc(1_760_434_800));
        let dir = Arc::new(tempfile::tempdir().expect("a folder"));
        let engine = engine_on(&dir, &server).await;
        let password = Some(Secret::new(DEMO_LOGIN.into()));
        engine.add_account(demo_account(), password).await.expect("an account");
        engine.import_file(demo_contacts(), "people.vcf".into()).await.expect("people");
        engine.sync_once(None).await.expect("mail");
        Self::window(engine, server, dir).await
    }

    /// A window over an engine.
    async fn window(engine: Engine, server: Loopback, dir: Arc<tempfile::TempDir>) -> Self {
        let devices = NullDevices::new(8_000, Pace::Real, vec![0.1; 80_000]);
        Self::window_with(engine, server, dir, devices).await
    }

    async fn window_with(
        engine: Engine,
        server: Loopback,
        dir: Arc<tempfile::TempDir>,
        devices: NullDevices,
    ) -> Self {
        let audio = Audio::start_null(devices).expect("the audio thread");
        let launch = Launch {
            engine: Some(engine.clone()),
            audio: Some(audio.clone()),
            ..Launch::default()
        };
        let (app, first) = App::boot(launch);
        let settings = Iced::default();
        LOADED.call_once(|| {
            let mut system = iced::advanced::graphics::text::font_system().write().expect("fonts");
            FONTS.iter().for_each(|font| system.load_font((*font).into()));
        });
        let renderer = Renderer::new(REGULAR, settings.default_text_size);
        let (sender, actions) = mpsc::unbounded_channel();
        let mut journey = Self {
            app,
            cache: Cache::default(),
            renderer,
            clipboard: Paste::default(),
            actions,
            sender,
            ended: false,
            facts: engine.events(),
            server,
            engine,
            audio,
            dir,
        };
        journey.start(first);
        journey.settle().await;
        journey
    }

    /// Starts a task beside the window.
    fn start(&self, task: Task<Message>) {
        let sender = self.sender.clone();
        if let Some(mut stream) = task::into_stream(task) {
            tokio::spawn(async move {
                while let Some(action) = stream.next().await {
                    if sender.send(action).is_err() {
                        return;
                    }
                }
            });
        }
    }

    fn take(&mut self, message: Message) {
        let task = self.app.update(message);
        self.start(task);
    }

    fn with<T>(
        &mut self,
        act: impl FnOnce(
            &mut UserInterface<'_, Message, Theme, Renderer>,
            &mut Renderer,
            &mut Paste,
        ) -> T,
    ) -> T {
        let cache = std::mem::take(&mut self.cache);
        let size = self.app.shared.size;
        let view = view::view(&self.app);
        let mut ui = UserInterface::build(view, size, cache, &mut self.renderer);
        let outcome = act(&mut ui, &mut self.renderer, &mut self.clipboard);
        self.cache = ui.into_cache();
        outcome
    }

    fn operate(&mut self, first: Box<dyn Operation>) {
        self.with(|ui, renderer, _| {
            let mut next = Some(first);
            while let Some(mut operation) = next.take() {
                ui.operate(renderer, operation.as_mut());
                if let Outcome::Chain(more) = operation.finish() {
                    next = Some(more);
                }
            }
        });
    }

    /// What came from tasks, the engine and the audio thread.
    fn pump(&mut self) -> bool {
        let mut any = false;
        while let Ok(action) = self.actions.try_recv() {
            any = true;
            match action {
                Action::Output(message) => self.take(message),
                Action::Widget(operation) => self.operate(operation),
                Action::Exit => self.ended = true,
                _ => {}
            }
        }
        while let Ok(event) = self.facts.try_recv() {
            any = true;
            self.take(Message::Engine(event));
        }
        any
    }

    async fn settle(&mut self) {
        let mut quiet = 0;
        for _ in 0..1_000 {
            quiet = if self.pump() { 0 } else { quiet + 1 };
            if quiet > 12 {
                break;
            }
            // What was asked before is answered before: a slow machine only takes longer.
            let _ = tokio::join!(self.engine.mailboxes(), self.engine.drafts());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let state = self.audio.state().borrow().clone();
        self.take(Message::Sound(state));
        self.pump();
    }

    /// Waits until something is so; a busy machine takes its time.
    async fn until(&mut self, what: &str, mut so: impl FnMut(&mut Self) -> bool) {
        for _ in 0..200 {
            if so(self) {
                return;
            }
            self.settle().await;
        }
        panic!("{what}: {:?} {:?}", self.focused(), self.texts());
    }

    /// Waits until the message on screen is open.
    async fn opened(&mut self) {
        self.until("a message is open", |j| {
            j.app.reader.as_ref().is_some_and(|reader| reader.opened().is_some())
        })
        .await;
    }

    /// Feeds events in one batch, as the window of the system does.
    fn feed(&mut self, events: &[iced::Event], cursor: Cursor) {
        let messages =
            self.with(|ui, renderer, clipboard| {
                let mut messages = Vec::new();
                let (_, statuses) = ui.update(events, cursor, renderer, clipboard, &mut messages);
                let heard = events.iter().zip(statuses);
                messages.extend(heard.filter_map(|(event, status)| {
                    listen(event.clone(), status, window::Id::unique())
                }));
                messages
            });
        for message in messages {
            self.take(message);
        }
        self.pump();
    }

    fn tap(&mut self, event: iced::Event) {
        self.feed(&[event], Cursor::Unavailable);
    }

    fn named(&mut self, key: Named) {
        self.tap(named(key, Modifiers::empty()));
    }

    fn type_in(&mut self, layout: Layout, text: &str) {
        for sign in text.chars() {
            match sign {
                ' ' => self.named(Named::Space),
                '\n' => self.named(Named::Enter),
                '\t' => self.named(Named::Tab),
                sign => self.tap(layout.key(sign, Modifiers::empty())),
            }
        }
    }

    fn ctrl(&mut self, layout: Layout, sign: char) {
        self.tap(layout.key(sign, Modifiers::CTRL));
    }

    fn bounds(&mut self, text: &str) -> Option<iced::Rectangle> {
        let mut find = iced_test::Selector::find(text);
        self.with(|ui, renderer, _| ui.operate(renderer, &mut operation::black_box(&mut find)));
        match find.finish() {
            Outcome::Some(Some(target)) => target.visible_bounds(),
            _ => None,
        }
    }

    fn sees(&mut self, text: &str) -> bool {
        self.bounds(text).is_some()
    }

    fn click(&mut self, text: &str) {
        let Some(at) = self.bounds(text) else {
            panic!("{text} is not there: {:?}", self.texts());
        };
        let at = at.center();
        self.click_at(at);
    }

    fn click_at(&mut self, at: iced::Point) {
        let button = mouse::Button::Left;
        for event in [mouse::Event::ButtonPressed(button), mouse::Event::ButtonReleased(button)] {
            self.feed(&[iced::Event::Mouse(event)], Cursor::Available(at));
        }
    }

    /// Every text on the screen.
    fn texts(&mut self) -> Vec<String> {
        struct Texts(Vec<String>);
        impl Operation for Texts {
            fn traverse(&mut self, operate: &mut dyn FnMut(&mut dyn Operation)) {
                operate(self);
            }
            fn text(&mut self, _: Option<&Id>, _: iced::Rectangle, text: &str) {
                self.0.push(text.to_owned());
            }
        }
        let mut texts = Texts(Vec::new());
        self.with(|ui, renderer, _| ui.operate(renderer, &mut texts));
        texts.0
    }

    /// The name of the field that has the focus.
    fn focused(&mut self) -> Option<Id> {
        let mut find = operation::focusable::find_focused();
        self.with(|ui, renderer, _| ui.operate(renderer, &mut operation::black_box(&mut find)));
        match find.finish() {
            Outcome::Some(id) => Some(id),
            _ => None,
        }
    }

    fn in_field(&mut self, id: &'static str) -> bool {
        self.focused() == Some(Id::new(id))
    }

    /// Everything on the server and in the store that a key could change.
    async fn mail(&self) -> String {
        let server = self.server.change(|boxes| {
            let all = boxes.all().iter().map(|mailbox| {
                let messages: Vec<_> = mailbox
                    .messages()
                    .iter()
                    .map(|m| format!("{:?} {:?}", m.uid, m.flags))
                    .collect();
                format!("{}: {messages:?}", mailbox.name)
            });
            all.collect::<Vec<_>>().join("\n")
        });
        let mut scopes = vec![Scope::AllInboxes];
        let mailboxes = self.engine.mailboxes().await.expect("mailboxes");
        scopes.extend(mailboxes.iter().map(|m| Scope::Mailbox(m.id)));
        let mut rows = String::new();
        for scope in scopes {
            let query = ListQuery {
                scope,
                sort: Sort::Newest,
                search: String::new(),
                offset: 0,
                limit: 100,
            };
            for row in self.engine.list(query).await.expect("rows").rows {
                rows += &format!(
                    "{scope:?} {:?} {:?} {:?} {:?} {:?}\n",
                    row.key, row.mailbox, row.progress, row.answered, row.forwarded
                );
            }
        }
        let outbox = self.engine.outbox().await.expect("outbox").len();
        let people = self.engine.contacts(String::new()).await.expect("people").len();
        let sent = self.server.submitted().len();
        format!("{server:?}\n{rows}\n{outbox} in the outbox, {sent} sent, {people} people")
    }

    fn assert_silent(&self) {
        let recorder = self.audio.state().borrow().recorder.clone();
        let silent = matches!(recorder.phase, RecorderPhase::Idle | RecorderPhase::Monitoring);
        assert!(silent, "something was recorded: {recorder:?}");
        assert!(self.app.composer.as_ref().is_none_or(|composer| {
            !composer.takes_space()
                || std::fs::read_dir(composer.dir())
                    .into_iter()
                    .flatten()
                    .flatten()
                    .all(|file| file.path().extension().is_none_or(|e| e != "wav"))
        }));
    }

    async fn end(mut self) {
        self.settle().await;
        self.audio.send(audio::Command::Shutdown);
        self.engine.shutdown().await;
    }
}

/// Ten recipients, text with digits and letters, undo, and ten Tabs.
async fn a_voice_message_is_written(layout: Layout) {
    let mut j = Journey::begin().await;
    j.type_in(layout, "jj");
    j.settle().await;
    assert!(j.app.shown().is_some(), "J opened a message");
    let shown = j.app.shown();
    let before = j.mail().await;
    j.type_in(layout, "n");
    j.settle().await;
    assert!(j.in_field("composer-to"));
    let names = ["pri", "mei", "har", "lee", "a"];
    let numbers = ["+16135550142", "3", "+442079460018", "5550137", "0"];
    for (name, number) in names.into_iter().zip(numbers) {
        j.type_in(US, name);
        j.settle().await;
        j.named(Named::ArrowDown);
        j.named(Named::ArrowUp);
        j.named(Named::Enter);
        assert!(j.in_field("composer-to"), "after {name}");
        // Without a pause: suggestions come when the next one is being typed.
        j.type_in(layout, number);
        j.named(Named::Enter);
        assert!(j.in_field("composer-to"), "after {number}");
    }
    j.settle().await;
    for name in ["ext. 4310", "ext. 4417"] {
        assert!(j.sees(name), "{name}: {:?}", j.texts());
    }
    let number = ["+442079460018", "+44 20 7946 0018"].iter().any(|number| j.sees(number));
    assert!(number, "a number is a recipient: {:?}", j.texts());
    for key in [Named::PageDown, Named::PageUp, Named::Home, Named::End, Named::Delete] {
        j.named(key);
    }
    j.tap(named(Named::ArrowDown, Modifiers::SHIFT));
    // What is typed is taken back, and nothing more than that.
    j.type_in(layout, "e3 r");
    for _ in 0..4 {
        j.ctrl(layout, 'z');
    }
    assert!(j.in_field("composer-to"));
    // What is typed right after Tab is the subject; no button comes between.
    j.type_in(layout, "\t");
    assert!(j.in_field("composer-subject"), "{:?}", j.focused());
    j.type_in(layout, "Call 3 of 5 e u x\n");
    j.ctrl(layout, 'z');
    j.ctrl(layout, 'z');
    j.click("Text note");
    j.settle().await;
    assert!(j.in_field("composer-text"), "{:?}", j.focused());
    j.type_in(layout, "3 deleted, 8 answered\nRecord r f a n 5 * # 0 ?");
    for sign in ['-', '+', '0'] {
        j.ctrl(layout, sign);
    }
    j.ctrl(layout, 'z');
    j.ctrl(layout, 'z');
    for _ in 0..10 {
        j.named(Named::Tab);
        // Buttons are pressed by Enter and Space only.
        j.type_in(layout, "e3r#");
    }
    j.settle().await;
    assert_eq!(j.app.shown(), shown, "the message behind is the same");
    assert!(matches!(j.app.page, Page::Mail) && j.app.dialog.is_none());
    j.assert_silent();
    assert_eq!(j.mail().await, before);
    // The same keys act once nothing is written: this test could have failed.
    j.app.composer = None;
    j.settle().await;
    j.tap(named(Named::Escape, Modifiers::empty()));
    j.type_in(layout, "e");
    j.settle().await;
    assert_ne!(j.mail().await, before, "E archives");
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_voice_message_to_ten_changes_no_mail() {
    a_voice_message_is_written(US).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_a_cyrillic_keyboard() {
    a_voice_message_is_written(RU).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn single_keys_act_on_cyrillic_and_greek_keyboards() {
    for layout in [RU, GR] {
        let mut j = Journey::begin().await;
        j.type_in(layout, "j");
        j.settle().await;
        assert!(j.app.shown().is_some(), "J");
        j.ctrl(layout, 'k');
        j.until("Ctrl+K", |j| j.in_field("search")).await;
        j.named(Named::Escape);
        j.opened().await;
        j.type_in(layout, "r");
        j.until("R", |j| j.app.composer.is_some()).await;
        j.end().await;
    }
}

/// Cases beside the plain one: a text message, a forward, pasted lists, and keys in one batch.
#[tokio::test(flavor = "multi_thread")]
async fn text_forward_paste_and_haste_change_no_mail() {
    let mut j = Journey::begin().await;
    j.type_in(US, "j");
    j.settle().await;
    let before = j.mail().await;
    // A text message, typed in Greek, with keys that arrive together.
    j.ctrl(US, 'n');
    j.settle().await;
    j.clipboard.0 = "ada@example.com, bo@example.net; ".into();
    j.ctrl(GR, 'v');
    j.settle().await;
    assert!(j.sees("ada@example.com") && j.sees("bo@example.net"), "{:?}", j.texts());
    let batch: Vec<_> = "cy@example.org".chars().map(|c| US.key(c, Modifiers::empty())).collect();
    let enter = named(Named::Enter, Modifiers::empty());
    let more = "dee@example.org".chars().map(|c| US.key(c, Modifiers::empty()));
    let all: Vec<_> = batch.into_iter().chain([enter.clone()]).chain(more).chain([enter]).collect();
    j.feed(&all, Cursor::Unavailable);
    j.settle().await;
    assert!(j.sees("cy@example.org") && j.sees("dee@example.org"), "{:?}", j.texts());
    assert!(j.in_field("composer-to"));
    for layout in [US, GR, RU] {
        j.type_in(layout, "e3 archive delete r");
        j.take(Message::Engine(Event::Resync));
        j.settle().await;
        assert!(j.in_field("composer-to"), "events of the engine take no focus");
        for _ in 0..8 {
            j.ctrl(layout, 'z');
        }
    }
    // A press beside the field, in its line, gives it the keys.
    j.named(Named::Escape);
    assert_eq!(j.focused(), None);
    j.type_in(US, "e3#r");
    j.named(Named::Delete);
    j.ctrl(US, 'z');
    let cc = j.bounds("Cc").expect("Cc");
    j.click_at(iced::Point::new(cc.x - 30.0, cc.y + cc.height / 2.0));
    assert!(j.in_field("composer-to"));
    // Backspace in the empty field takes the last recipient away, and the focus stays.
    j.named(Named::Backspace);
    assert!(!j.sees("dee@example.org") && j.in_field("composer-to"));
    // Tab comes round to where it began and has left the composer never.
    let mut round = 0;
    for _ in 0..60 {
        j.named(Named::Tab);
        round += 1;
        if j.in_field("composer-to") {
            break;
        }
    }
    assert!(j.in_field("composer-to") && round > 5, "{round} stops");
    assert_eq!(j.mail().await, before);
    // A forward: the message under it stays where it is.
    j.app.composer = None;
    j.named(Named::Escape);
    j.type_in(US, "f");
    j.settle().await;
    if j.in_field("composer-to") {
        j.type_in(US, "3\n8\ne\n");
    }
    j.settle().await;
    assert_eq!(j.mail().await, before);
    j.assert_silent();
    j.end().await;
}
