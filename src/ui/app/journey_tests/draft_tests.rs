//! Journeys of what was begun: whatever ends a composer, the window or the process, it is found
//! again whole, and nothing is claimed that is not there.

use std::time::Instant;

use super::*;
use crate::{
    engine::{DraftContent, Error, Recipient},
    ui::screen::Compose,
};

impl Journey {
    /// Lets the window run for a while.
    async fn wait(&mut self, millis: u64) {
        let until = Instant::now() + Duration::from_millis(millis);
        while Instant::now() < until {
            let state = self.audio.state().borrow().clone();
            self.take(Message::Sound(state));
            self.pump();
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// As after `kill -9`: the window is told nothing, and the system lets go of the locks.
    async fn killed(self) -> Self {
        self.audio.send(audio::Command::Shutdown);
        self.engine.shutdown().await;
        let engine = engine_on(&self.dir, &self.server).await;
        let account = engine.accounts().await.expect("accounts").remove(0).id;
        let password = Secret::new(DEMO_LOGIN.into());
        engine.supply_password(account, password).await.expect("signed in");
        Self::window(engine, self.server.clone(), Arc::clone(&self.dir)).await
    }

    fn draft(&self) -> DraftId {
        self.app.composer.as_ref().expect("a composer").draft().clone()
    }

    /// What the disk holds of a draft.
    async fn on_disk(&self, id: &DraftId) -> Option<DraftContent> {
        self.engine.draft(id.clone()).await.ok().map(|draft| draft.content)
    }

    /// The drafts that a window that starts now would offer.
    async fn kept(&self) -> Vec<Draft> {
        self.engine.drafts().await.expect("drafts")
    }

    /// Esc until the composer is closed, and what is said then.
    async fn leave(&mut self) -> Option<String> {
        self.app.toast = None;
        for _ in 0..4 {
            if self.app.composer.is_some() {
                self.named(Named::Escape);
            }
        }
        assert!(self.app.composer.is_none());
        self.wait(200).await;
        self.app.toast.as_ref().map(|toast| toast.text.clone())
    }

    fn files(&self) -> Vec<String> {
        let all = std::fs::read_dir(self.engine.recordings_dir()).into_iter().flatten().flatten();
        all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }
}

const KEPT: &str = "Kept as a draft in the Outbox";

/// A text message with a recipient, half of another, a subject and text.
async fn a_text_message(j: &mut Journey) {
    j.ctrl(US, 'n');
    j.settle().await;
    j.type_in(US, "pri");
    j.settle().await;
    j.named(Named::Enter);
    j.type_in(US, "har");
    j.settle().await;
    j.named(Named::Tab);
    assert!(j.in_field("composer-subject"), "{:?}", j.focused());
    j.type_in(US, "Friday 3 pm");
    j.named(Named::Tab);
    assert!(j.in_field("composer-text"), "{:?}", j.focused());
    j.type_in(US, "Bring the keys\nand 2 lamps");
}

#[tokio::test(flavor = "multi_thread")]
async fn typed_text_is_on_the_disk_within_a_second_and_comes_back_whole_after_a_kill() {
    let mut j = Journey::begin().await;
    a_text_message(&mut j).await;
    let begun = Instant::now();
    let id = j.draft();
    let written = loop {
        j.wait(20).await;
        let content = j.on_disk(&id).await.unwrap_or_default();
        if content.note.ends_with("lamps") {
            break content;
        }
        assert!(begun.elapsed() < Duration::from_secs(1), "{content:?}");
    };
    assert_eq!(written.note, "Bring the keys\nand 2 lamps");
    assert_eq!((written.subject.as_str(), written.to_typed.as_str()), ("Friday 3 pm", "har"));
    assert_eq!(written.to.iter().map(Recipient::label).collect::<Vec<_>>(), ["Priya Raman"]);
    // One letter more, and the end of the process a moment before it is due.
    j.type_in(US, "!");
    let mut j = j.killed().await;
    assert!(j.sees("A draft was kept"), "{:?}", j.texts());
    j.click("Continue");
    j.settle().await;
    assert!(j.sees("Priya Raman") && j.app.kept.is_none());
    let (_, parting) = j.app.composer.take().expect("a composer").part();
    assert_eq!(parting.expect("content").content, written);
    j.end().await;
}

/// Closes the window in a way, a moment after the last key.
async fn closed_by(end: impl FnOnce(&mut Journey)) {
    let mut j = Journey::begin().await;
    a_text_message(&mut j).await;
    let id = j.draft();
    end(&mut j);
    for _ in 0..300 {
        if j.ended {
            break;
        }
        j.wait(10).await;
    }
    assert!(j.ended, "the window closes");
    let content = j.on_disk(&id).await.expect("a draft");
    assert_eq!(content.note, "Bring the keys\nand 2 lamps");
    assert_eq!(content.to_typed, "har");
    assert_eq!(j.kept().await.len(), 1, "and it is free to be opened");
    let mut j = j.killed().await;
    assert!(j.sees("A draft was kept"));
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn closing_the_window_by_key_button_or_the_system_keeps_the_last_letter() {
    closed_by(|j| j.ctrl(US, 'q')).await;
    // The button of the window and signals of the system come as this.
    closed_by(|j| j.take(Message::Quit)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_whose_disk_takes_nothing_asks_once_more_before_it_closes() {
    let mut j = Journey::begin().await;
    a_text_message(&mut j).await;
    j.wait(700).await;
    let folder = j.engine.recordings_dir().join(j.draft().as_str());
    std::fs::remove_dir_all(&folder).expect("removed");
    std::fs::write(&folder, "in the way").expect("written");
    j.type_in(US, "!");
    j.wait(700).await;
    assert!(j.sees("This message can’t be kept as a draft right now."), "{:?}", j.texts());
    j.ctrl(US, 'q');
    j.wait(300).await;
    assert!(!j.ended && j.app.composer.is_some());
    let said = j.app.toast.as_ref().map(|toast| toast.text.clone()).unwrap_or_default();
    assert!(said.contains("Close the window again to leave without it."), "{said}");
    // What is typed after that is kept once the disk takes it again.
    std::fs::remove_file(&folder).expect("removed");
    j.type_in(US, "!");
    j.ctrl(US, 'q');
    j.wait(300).await;
    assert!(j.ended);
    let kept = j.kept().await;
    let notes: Vec<_> = kept.iter().map(|draft| draft.content.note.as_str()).collect();
    assert_eq!(notes, ["Bring the keys\nand 2 lamps!!"]);
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn escape_keeps_what_was_filled_in_and_one_click_brings_it_back() {
    let mut j = Journey::begin().await;
    // A recipient alone, a subject alone, a spoken subject alone.
    for filled in ["recipient", "typed", "subject", "spoken"] {
        j.type_in(US, "n");
        j.settle().await;
        match filled {
            "recipient" => {
                j.type_in(US, "ada@example.com\n");
            }
            "typed" => j.type_in(US, "+44 113"),
            "subject" => {
                let subject = j.bounds("Subject").expect("the subject").center();
                j.click_at(iced::Point::new(subject.x + 120.0, subject.y));
                j.type_in(US, "Friday");
            }
            _ => {
                j.click("Add spoken subject");
                j.wait(800).await;
            }
        }
        let id = j.draft();
        assert_eq!(j.leave().await.as_deref(), Some(KEPT), "{filled}");
        let before = j.on_disk(&id).await.expect("a draft");
        assert_eq!(before.spoken_subject.is_some(), filled == "spoken");
        j.click("Continue");
        j.wait(200).await;
        assert_eq!(j.draft(), id, "{filled}");
        let (_, parting) = j.app.composer.as_mut().expect("a composer").part();
        assert_eq!(parting.expect("content").content, before, "{filled}");
        // Deleted from the toast, it is gone.
        assert_eq!(j.leave().await.as_deref(), Some(KEPT), "{filled}");
        j.click("Delete it");
        j.wait(200).await;
        assert!(j.kept().await.is_empty() && j.files().is_empty(), "{filled}: {:?}", j.files());
    }
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_composer_never_takes_the_place_of_a_filled_one_without_a_word() {
    let mut j = Journey::begin().await;
    j.type_in(US, "j");
    j.settle().await;
    a_text_message(&mut j).await;
    let first = j.draft();
    j.ctrl(US, 'n');
    j.wait(300).await;
    let second = j.draft();
    assert!(second != first && j.sees(KEPT), "{:?}", j.texts());
    // The way back; the empty one leaves nothing.
    j.click("Continue");
    j.wait(300).await;
    assert_eq!(j.draft(), first);
    assert!(j.sees("Priya Raman"));
    assert!(j.kept().await.is_empty(), "the empty one left nothing");
    let content = j.on_disk(&first).await.expect("a draft");
    assert_eq!(content.note, "Bring the keys\nand 2 lamps", "an empty revision replaced nothing");
    // An answer and a forward do the same.
    for key in ["r", "f"] {
        let open = j.draft();
        j.app.toast = None;
        let verb = match key {
            "r" => Compose::ReplyVoice(j.app.shown().expect("a message")),
            _ => Compose::Forward(j.app.shown().expect("a message")),
        };
        let task = j.app.verb(crate::ui::screen::Verb::Compose(verb));
        j.start(task);
        j.wait(300).await;
        assert_ne!(j.draft(), open, "{key}");
        assert!(j.sees(KEPT), "{key}");
        j.click("Continue");
        j.wait(300).await;
        assert_eq!(j.draft(), open, "{key}");
    }
    assert!(j.kept().await.is_empty(), "answers that nobody touched left nothing");
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_by_voice_keeps_recipients_and_subject_and_claims_only_what_was_recorded() {
    let mut j = Journey::begin().await;
    // Untouched, it is no draft.
    j.type_in(US, "j");
    // All of it: the message that an engine is looking at when it dies is not looked at again.
    j.until("the whole message is here", |j| {
        let opened = j.app.reader.as_ref().and_then(|reader| reader.opened());
        opened.is_some_and(|opened| opened.complete)
    })
    .await;
    j.type_in(US, "r");
    j.wait(300).await;
    assert!(j.app.composer.is_some());
    assert_eq!(j.leave().await, None, "nothing is claimed");
    assert!(j.files().is_empty());
    // Recorded, it is found whole after a kill.
    j.type_in(US, "r");
    j.wait(300).await;
    let shown = j.app.shown();
    j.named(Named::Space);
    j.wait(1500).await;
    let mut j = j.killed().await;
    assert!(j.sees("A recording was kept as a draft"), "{:?}", j.texts());
    let kept = j.kept().await.remove(0);
    assert_eq!(kept.content.reply_to, shown);
    let length = kept.take.expect("a recording").length;
    assert!(length > Duration::from_millis(700), "{length:?}");
    // Its recipients and subject are there, even if the process died before the original was read.
    j.click("Continue");
    let mut found = DraftContent::default();
    for _ in 0..100 {
        j.wait(100).await;
        let parting = j.app.composer.as_mut().and_then(|composer| composer.part().1);
        found = parting.map(|parting| parting.content).unwrap_or_default();
        if !found.to.is_empty() {
            break;
        }
    }
    assert!(!found.to.is_empty() && found.subject.starts_with("Re: "), "{found:?}");
    // Its recording goes from the disk: that is said.
    let take = std::fs::read_dir(&kept.dir).expect("files").flatten();
    for file in take.filter(|file| file.path().extension().is_some_and(|e| e == "wav")) {
        std::fs::remove_file(file.path()).expect("removed");
    }
    let said = j.leave().await.unwrap_or_default();
    assert!(
        !said.contains("recording was kept") && said.contains("isn’t on this computer"),
        "{said}"
    );
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_window_neither_offers_nor_deletes_what_the_first_records() {
    let mut j = Journey::begin().await;
    j.type_in(US, "n");
    j.settle().await;
    j.named(Named::Escape);
    j.named(Named::Space);
    j.wait(600).await;
    let id = j.draft();
    let engine = engine_on(&j.dir, &j.server).await;
    let mut other = Journey::window(engine, j.server.clone(), Arc::clone(&j.dir)).await;
    assert!(other.app.kept.is_none() && !other.sees("A recording was kept as a draft"));
    assert!(other.kept().await.is_empty());
    let task = other.app.compose(&Compose::Draft(id.clone()));
    other.start(task);
    other.wait(500).await;
    assert!(other.app.composer.is_none());
    let said = other.app.toast.as_ref().map(|toast| toast.text.clone());
    assert_eq!(said.as_deref(), Some("This draft is open in another window."));
    j.wait(600).await;
    let state = j.audio.state().borrow().recorder.clone();
    assert!(matches!(state.phase, RecorderPhase::Recording), "{state:?}");
    assert!(state.file.is_some_and(|file| file.exists()));
    other.end().await;
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_is_undone_or_refused_is_a_composer_or_a_draft_again() {
    let mut j = Journey::begin().await;
    j.ctrl(US, 'n');
    j.settle().await;
    j.type_in(US, "ada@example.com\n");
    j.start(iced::widget::operation::focus::<Message>("composer-text"));
    j.settle().await;
    j.type_in(US, "Hello");
    let id = j.draft();
    j.tap(named(Named::Enter, Modifiers::CTRL));
    j.wait(400).await;
    assert!(j.app.composer.is_none() && j.files().is_empty(), "handed over");
    j.ctrl(US, 'z');
    j.wait(400).await;
    assert_eq!(j.draft(), id);
    assert_eq!(j.on_disk(&id).await.expect("a draft").note, "Hello");
    assert!(j.engine.outbox().await.expect("rows").is_empty());
    // It is handed over again (no engine takes it here), another is opened, and it is refused.
    j.wait(600).await;
    let number = j.app.composers;
    let engine = j.app.engine.take();
    j.tap(named(Named::Enter, Modifiers::CTRL));
    j.app.engine = engine;
    let task = j.app.compose(&Compose::Text(Vec::new()));
    assert_eq!(j.app.parted.len(), 1, "its answer is waited for");
    let refused = Err(Error::Store("full".into()));
    let message = Message::ToComposer(number, composer::Message::Handed(refused));
    j.take(message);
    j.start(task);
    j.wait(400).await;
    assert_ne!(j.draft(), id, "the other one is open");
    let said = j.app.toast.as_ref().map(|toast| toast.text.clone()).unwrap_or_default();
    assert!(said.ends_with("It is kept as a draft in the Outbox."), "{said}");
    assert_eq!(j.kept().await.first().map(|draft| draft.id.clone()), Some(id));
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_open_already_stays_open() {
    let mut j = Journey::begin().await;
    a_text_message(&mut j).await;
    let id = j.draft();
    let task = j.app.part_composer();
    j.start(task);
    j.until("it is kept", |j| j.sees(KEPT)).await;
    j.click("Continue");
    j.until("it is there", |j| j.app.composer.is_some() && j.sees("Priya Raman")).await;
    // Asked for again, from the Outbox or by Ctrl+Z: nothing that is typed now is lost.
    j.type_in(US, "pri");
    let number = j.app.composers;
    let task = j.app.compose(&Compose::Draft(id.clone()));
    j.start(task);
    j.settle().await;
    assert_eq!((j.draft(), j.app.composers), (id, number));
    assert!(j.app.parted.is_empty() && j.app.toast.is_none());
    j.end().await;
}

impl Journey {
    /// Writes a message and sends it; no engine answers yet. Gives the number of its composer.
    async fn being_handed_over() -> (Self, u64) {
        let mut j = Self::begin().await;
        j.ctrl(US, 'n');
        j.settle().await;
        j.type_in(US, "ada@example.com\n");
        j.start(iced::widget::operation::focus::<Message>("composer-text"));
        j.settle().await;
        j.type_in(US, "Hello");
        let engine = j.app.engine.take();
        let number = j.app.composers;
        let task = j.app.update(Message::Composer(composer::Message::Send));
        j.start(task);
        j.app.engine = engine;
        assert!(j.app.composer.as_ref().is_some_and(|composer| composer.is_sending()));
        (j, number)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_closes_once_what_is_being_sent_is_in_the_outbox() {
    // Nothing is pumped before the answer: however long that takes here, it comes in time.
    let (mut j, number) = Journey::being_handed_over().await;
    j.take(Message::Quit);
    j.take(Message::Quit);
    assert!(matches!(j.app.leaving, drafts::Leaving::Handing(_)));
    let handed = composer::Message::Handed(Ok((vec![OutboxId(1)], Vec::new())));
    j.take(Message::ToComposer(number, handed));
    j.until("it closes", |j| j.ended).await;
    j.end().await;
    // What is refused is seen.
    let (mut j, number) = Journey::being_handed_over().await;
    j.take(Message::Quit);
    let full = Error::Store("full".into());
    j.take(Message::ToComposer(number, composer::Message::Handed(Err(full))));
    j.settle().await;
    assert!(!j.ended && j.app.composer.as_ref().is_some_and(|composer| !composer.is_spent()));
    j.end().await;
    // Without an answer the window stays, and goes when it is closed again.
    let (mut j, _) = Journey::being_handed_over().await;
    j.take(Message::Quit);
    let drafts::Leaving::Handing(since) = j.app.leaving else { panic!("{:?}", j.app.leaving) };
    j.take(Message::HandingLate(since));
    assert!(j.sees(
        "The message isn’t in the Outbox yet. Close the window again to leave it as a draft."
    ));
    j.settle().await;
    assert!(!j.ended);
    j.take(Message::Quit);
    j.until("it closes", |j| j.ended).await;
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_waits_for_a_recording_that_is_closed_to_be_sent() {
    let mut j = Journey::begin().await;
    j.type_in(US, "n");
    j.settle().await;
    j.type_in(US, "ada@example.com\n");
    j.named(Named::Escape);
    j.named(Named::Space);
    j.until("it records", |j| {
        j.audio.state().borrow().recorder.phase == RecorderPhase::Recording
            && j.app.composer.as_ref().is_some_and(|composer| composer.holds_something())
    })
    .await;
    // Nothing is pumped from here on: the recording is not closed for the window.
    let task = j.app.update(Message::Composer(composer::Message::Send));
    j.start(task);
    assert!(j.app.composer.as_ref().is_some_and(|composer| !composer.is_sending()));
    j.take(Message::Quit);
    assert!(matches!(j.app.leaving, drafts::Leaving::Handing(_)));
    j.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_being_written_is_kept_when_the_demo_opens() {
    let mut j = Journey::begin().await;
    a_text_message(&mut j).await;
    let dir = tempfile::tempdir().expect("a folder");
    let demo = engine_on(&dir, &j.server).await;
    j.take(Message::Demo(Ok(demo.clone())));
    assert!(j.app.composer.is_none());
    j.until("it is closed", |j| j.app.parted.is_empty()).await;
    let notes: Vec<_> = j.kept().await.into_iter().map(|draft| draft.content.note).collect();
    assert_eq!(notes, ["Bring the keys\nand 2 lamps"], "in the mail that it belongs to");
    demo.shutdown().await;
    j.end().await;
}
