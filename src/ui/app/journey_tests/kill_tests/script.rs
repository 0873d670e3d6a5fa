//! The process that is killed: the window over a copy of a data folder, and a script that types and
//! records like somebody in a hurry. It reports what it does on standard output, before and after,
//! with its own time; what it reports is what its keys meant, not what the window made of them.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use futures::stream;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::*;
use crate::ui::screen::Compose;

/// Samples that the microphone has: a minute.
const SPOKEN: usize = 60 * 8_000;
const WORDS: [&str; 8] =
    ["keys", "lamp3", "Friday", "caf\u{e9}", "5pm", "x", "Ottawa", "\u{43c}\u{438}\u{440}"];

/// What a child has to do, as its parent tells it.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct Orders {
    /// The data folder to copy.
    pub(super) template: PathBuf,
    /// Where the copy goes.
    pub(super) home: PathBuf,
    pub(super) seed: u64,
    pub(super) aim: Aim,
}

struct Script {
    j: Journey,
    random: StdRng,
    begin: Instant,
    written: Written,
    note_open: bool,
    /// A second process looks on.
    one_composer: bool,
    /// The system asked the program to end.
    asked: Arc<AtomicBool>,
}

fn report(begin: Instant, what: &Report) {
    use std::io::Write as _;
    let line = serde_json::to_string(what).expect("JSON");
    let line = format!("@{} {line}\n", begin.elapsed().as_millis());
    let mut out = std::io::stdout().lock();
    if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
        // Nobody listens any more: the parent is gone.
        std::process::exit(1);
    }
}

/// Sample `n` of the microphone says which one it is.
fn microphone() -> Vec<f32> {
    (0..SPOKEN).map(|n| f32::from(n as u16 as i16) / 32_768.0).collect()
}

/// Runs until it is killed, or asked to end.
pub(super) async fn run(orders: Orders) {
    let begin = Instant::now();
    let dir = Arc::new(tempfile::tempdir_in(&orders.home).expect("a folder"));
    copy(&orders.template, dir.path());
    let server = server();
    let engine = engine_on(&dir, &server).await;
    let devices = NullDevices::new(8_000, Pace::Real, microphone());
    let j = Journey::window_with(engine, server, Arc::clone(&dir), devices.clone()).await;
    let sound = j.audio.state();
    std::thread::spawn(move || {
        loop {
            let recording = {
                let recorder = &sound.borrow().recorder;
                let file = recorder.file.clone();
                file.filter(|_| recorder.phase == RecorderPhase::Recording)
            };
            let draft = recording.as_deref().and_then(Path::parent).and_then(Path::file_name);
            let draft = draft.map(|name| name.to_string_lossy().into_owned());
            report(begin, &Report::Sound { given: SPOKEN - devices.left(), draft });
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let asked = Arc::new(AtomicBool::new(false));
    tokio::spawn({
        // What the window itself listens to.
        let feeds = iced::advanced::subscription::into_recipes(bridge::end_of_session());
        let streams = feeds.into_iter().map(|feed| feed.stream(stream::pending().boxed()));
        let mut ends = stream::select_all(streams);
        let asked = Arc::clone(&asked);
        async move {
            if ends.next().await.is_some() {
                asked.store(true, Ordering::SeqCst);
            }
        }
    });
    let random = StdRng::seed_from_u64(orders.seed);
    let written = Written::default();
    let one_composer = is_looked_at(orders.seed);
    let mut script = Script { j, random, begin, written, note_open: false, one_composer, asked };
    report(begin, &Report::Ready(dir.path().to_owned()));
    match orders.aim {
        Aim::Kill | Aim::Terminate => loop {
            script.step().await;
        },
        Aim::Send => script.send().await,
    }
}

impl Script {
    fn chance(&mut self, percent: u32) -> bool {
        self.random.random_range(0..100) < percent
    }

    /// Lets the window run, and ends it when the system asks.
    async fn idle(&mut self, millis: u64) {
        let until = Instant::now() + Duration::from_millis(millis);
        loop {
            if self.asked.load(Ordering::SeqCst) && !self.j.ended {
                self.quit().await;
            }
            let state = self.j.audio.state().borrow().clone();
            self.j.take(Message::Sound(state));
            self.j.pump();
            if Instant::now() >= until {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// As the program ends: the window, the sound thread, the engine.
    async fn quit(&mut self) {
        self.j.take(Message::Quit);
        while !self.j.ended {
            self.j.pump();
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        self.j.audio.shut_down().await;
        self.j.engine.shutdown().await;
        report(self.begin, &Report::Ended);
        std::process::exit(0);
    }

    /// One key, and what it means.
    async fn key(&mut self, event: iced::Event, means: impl FnOnce(&mut Written)) {
        let mut next = self.written.clone();
        means(&mut next);
        report(self.begin, &Report::Will(next.clone()));
        self.j.tap(event);
        self.written = next;
        report(self.begin, &Report::Did(self.written.clone()));
        let pause = self.random.random_range(20..=150);
        self.idle(pause).await;
    }

    async fn letter(&mut self, sign: char, means: impl FnOnce(&mut Written)) {
        let event = match sign {
            ' ' => named(Named::Space, Modifiers::empty()),
            '\n' => named(Named::Enter, Modifiers::empty()),
            sign => US.key(sign, Modifiers::empty()),
        };
        self.key(event, means).await;
    }

    /// Gives a field the keys.
    async fn focus(&mut self, field: &'static str) {
        let task = iced::widget::operation::focus(field);
        self.j.start(task);
        for _ in 0..500 {
            self.idle(0).await;
            if self.j.in_field(field) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        panic!("{field} takes no focus: {:?}", self.j.texts());
    }

    /// Takes the keys out of every field, so that Space records.
    async fn leave_field(&mut self) {
        for _ in 0..4 {
            if self.j.focused().is_none() {
                return;
            }
            self.j.named(Named::Escape);
            self.idle(10).await;
        }
    }

    /// Opens another composer; one that is open stays behind as a draft.
    async fn open(&mut self, text: bool) {
        if text {
            self.j.ctrl(US, 'n');
        } else if self.j.app.composer.is_none() {
            self.j.type_in(US, "n");
        } else {
            let task = self.j.app.compose(&Compose::Voice(Vec::new()));
            self.j.start(task);
        }
        self.idle(30).await;
        let composer = self.j.app.composer.as_ref().expect("a composer");
        let draft = composer.draft().to_string();
        assert_ne!(draft, self.written.draft);
        self.written = Written { draft, ..Written::default() };
        self.note_open = text;
        report(self.begin, &Report::Did(self.written.clone()));
        self.focus("composer-to").await;
        if !text && self.chance(60) {
            self.record().await;
        }
    }

    /// Records, holds, goes on.
    async fn record(&mut self) {
        self.leave_field().await;
        self.j.named(Named::Space);
        self.idle(100).await;
    }

    async fn type_recipient(&mut self, whole: bool) {
        self.focus("composer-to").await;
        let number = self.random.random_range(0..10_000);
        let address = format!("zq{number}@example.com");
        let typed = if whole { address.as_str() } else { "zq4" };
        for sign in typed.chars() {
            self.letter(sign, |written| written.to_typed.push(sign)).await;
        }
        if whole {
            let accept = |written: &mut Written| {
                written.to.push(std::mem::take(&mut written.to_typed));
            };
            self.letter('\n', accept).await;
        }
    }

    fn word(&mut self) -> &'static str {
        WORDS.choose(&mut self.random).expect("a word")
    }

    async fn type_subject(&mut self) {
        self.focus("composer-subject").await;
        let word = self.word();
        for sign in word.chars().chain([' ']) {
            self.letter(sign, |written| written.subject.push(sign)).await;
        }
    }

    async fn type_note(&mut self) {
        if !self.note_open {
            self.j.click("Text note");
            self.note_open = true;
            self.idle(50).await;
        }
        self.focus("composer-text").await;
        for _ in 0..self.random.random_range(1..5) {
            let word = self.word();
            let end = if self.chance(20) { '\n' } else { ' ' };
            for sign in word.chars().chain([end]) {
                self.letter(sign, |written| written.note.push(sign)).await;
            }
        }
        // Second thoughts; the first letter stays.
        for _ in 0..self.random.random_range(0..4) {
            if self.written.note.chars().count() > 1 {
                let back = named(Named::Backspace, Modifiers::empty());
                self.key(back, |written| {
                    written.note.pop();
                })
                .await;
            }
        }
    }

    async fn step(&mut self) {
        if self.j.app.composer.is_none() || (!self.one_composer && self.chance(6)) {
            let text = self.chance(40);
            return self.open(text).await;
        }
        let voice = self.j.app.composer.as_ref().is_some_and(Composer::takes_space);
        match self.random.random_range(0..100) {
            0..15 => self.type_recipient(true).await,
            15..22 => self.type_recipient(false).await,
            22..42 => self.type_subject().await,
            42..70 => self.type_note().await,
            70..90 if voice => self.record().await,
            _ => {
                let pause = self.random.random_range(100..700);
                self.idle(pause).await;
            }
        }
    }

    /// Writes a message, and sends it.
    async fn send(&mut self) {
        let text = self.chance(50);
        self.open(text).await;
        self.type_recipient(true).await;
        self.type_subject().await;
        if text {
            self.type_note().await;
        } else {
            let recorder = |j: &Journey| j.audio.state().borrow().recorder.phase;
            if recorder(&self.j) != RecorderPhase::Recording {
                self.record().await;
            }
            self.idle(400).await;
        }
        let pause = self.random.random_range(0..700);
        self.idle(pause).await;
        report(self.begin, &Report::Sending);
        self.j.tap(named(Named::Enter, Modifiers::CTRL));
        loop {
            self.idle(1_000).await;
        }
    }
}
