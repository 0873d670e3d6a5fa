//! The own spoken name, from the press to the store: a new data folder, an engine over it, and
//! devices in memory.

use std::{sync::Arc, time::Duration};

use futures::StreamExt as _;
use iced_test::runtime::{Action, task};

use super::*;
use crate::{
    audio::{NullDevices, Pace},
    engine::{Options, secrets::MemoryStore},
};

/// Carries a task out, and those that follow from what it says.
async fn run(app: &mut App, first: Task<Message>) {
    let mut tasks = vec![first];
    while let Some(task) = tasks.pop() {
        let Some(mut stream) = task::into_stream(task) else { continue };
        while let Some(action) = stream.next().await {
            if let Action::Output(message) = action {
                tasks.push(app.update(message));
            }
        }
    }
}

async fn press_button(app: &mut App, label: &str) {
    let mut shown = show(app);
    shown.click(label).unwrap_or_else(|_| panic!("{label} is not there"));
    let said: Vec<Message> = shown.into_messages().collect();
    for message in said {
        let task = app.update(message);
        run(app, task).await;
    }
}

/// Hands on what the audio thread says, until `done`.
async fn listen(app: &mut App, audio: &Audio, done: impl Fn(&App) -> bool) {
    for _ in 0..500 {
        let state = audio.state().borrow().clone();
        let task = app.update(Message::Sound(state));
        run(app, task).await;
        if done(app) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("nothing came of it: {:?}", app.shared.sound.recorder);
}

#[tokio::test]
async fn the_own_name_is_recorded_and_kept_in_a_new_data_folder() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    let options = Options::new(data.clone(), Arc::new(MemoryStore::default()));
    let engine = Engine::start(options).await.expect("an engine");
    let voice = (0..16_000_u16).map(|n| (f32::from(n) * 0.3).sin() * 0.4).collect();
    let devices = NullDevices::new(8_000, Pace::Real, voice);
    let audio = Audio::start_null(devices).expect("the audio thread");
    let launch =
        Launch { engine: Some(engine.clone()), audio: Some(audio.clone()), ..Launch::default() };
    let (mut app, _) = App::boot(launch);
    let opened = app.open_settings();
    run(&mut app, opened).await;
    press_button(&mut app, "Your voice card").await;
    assert!(!sees(&app, "Record again"), "there is no name yet");
    press_button(&mut app, "Record").await;
    listen(&mut app, &audio, |app| app.shared.sound.recorder.length.as_millis() > 400).await;
    assert!(!sees(&app, "Recording stopped"));
    press_button(&mut app, "Finish").await;
    listen(&mut app, &audio, |app| sees(app, "Record again")).await;

    let kept = engine.own_name().await.expect("an answer").expect("a name");
    assert!(kept.duration().as_millis() > 400, "{:?}", kept.duration());
    assert!(kept.samples.iter().any(|sample| sample.abs() > 5_000), "it is what was said");
    let folder = data.join("voice-card");
    let left: Vec<_> = std::fs::read_dir(&folder).expect("the folder").collect();
    assert!(left.is_empty(), "the take is in the store and nowhere else: {left:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&folder).expect("the folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "nobody else looks into it");
    }

    // Once more: the newer name takes the place of the older one.
    press_button(&mut app, "Record again").await;
    listen(&mut app, &audio, |app| app.shared.sound.recorder.length.as_millis() > 150).await;
    press_button(&mut app, "Finish").await;
    let finished = |app: &App| app.shared.sound.recorder.phase == audio::RecorderPhase::Finished;
    listen(&mut app, &audio, finished).await;
    let newer = engine.own_name().await.expect("an answer").expect("a name");
    assert_ne!(newer.samples, kept.samples);
    press_button(&mut app, "Remove").await;
    assert_eq!(engine.own_name().await.expect("an answer"), None);
    audio.send(audio::Command::Shutdown);
    engine.shutdown().await;
}
