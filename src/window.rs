//! Starts the engine and the sound thread, opens the window over them, and ends them in order.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use aloud::{
    audio::Audio,
    cli::{Dirs, demo, mail},
    engine::{Engine, Error, Options, secrets::MemoryStore},
    ui::{self, Launch, OpenDemo, prefs::Prefs},
};

/// Opens the window over the user's mail, or over the demo mailbox.
pub fn open(dirs: &Dirs, in_demo: bool) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    let prefs_file = dirs.config.join("window.toml");
    let undo_seconds = Prefs::load(&prefs_file).undo_seconds;
    let demo_dir = dirs.cache.join("demo");
    let started = runtime.block_on(async {
        if in_demo {
            demo_engine(demo_dir.clone(), undo_seconds).await
        } else {
            let mut options = mail::options(dirs, None);
            options.dialer = demo::lazy_dialer();
            options.undo_seconds = undo_seconds;
            let engine = Engine::start(options).await?;
            engine.go_online().await?;
            Ok(engine)
        }
    });
    let engine = match started {
        Ok(engine) => engine,
        Err(error) => return fail(&error.to_string()),
    };
    let audio = Audio::start().inspect_err(|error| tracing::warn!(%error, "no sound thread")).ok();
    let handle = runtime.handle().clone();
    let open_demo: OpenDemo = Arc::new(move || {
        let starting = handle.spawn(demo_engine(demo_dir.clone(), undo_seconds));
        Box::pin(async move { starting.await.unwrap_or(Err(Error::Stopped)) })
    });
    let launch = Launch {
        engine: Some(engine.clone()),
        audio: audio.clone(),
        demo: in_demo,
        open_demo: Some(open_demo),
        prefs_file: Some(prefs_file),
    };
    // iced's own tasks run on our runtime's threads where a future needs tokio.
    let closed = {
        let _inside = runtime.enter();
        ui::run(launch)
    };
    if let Some(audio) = audio {
        audio.send(aloud::audio::Command::Shutdown);
    }
    runtime.block_on(engine.shutdown());
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match closed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

/// An engine of its own over the demo mailbox, fresh each time: nothing of it mixes with the
/// user's mail, and no password leaves memory.
async fn demo_engine(dir: PathBuf, undo_seconds: u32) -> Result<Engine, Error> {
    match std::fs::remove_dir_all(&dir) {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(Error::Store(error.to_string())),
    }
    let mut options = Options::new(dir, Arc::new(MemoryStore::default()));
    options.dialer = demo::lazy_dialer();
    options.undo_seconds = undo_seconds;
    let engine = Engine::start(options).await?;
    demo::prepare(&engine).await?;
    engine.go_online().await?;
    Ok(engine)
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("aloud: {reason}");
    ExitCode::FAILURE
}
