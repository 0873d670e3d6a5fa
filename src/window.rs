//! Starts the engine and the sound thread, opens the window over them, and ends them in order.

use std::{
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aloud::{
    audio::Audio,
    cli::{Dirs, Obstacle, demo, mail},
    engine::{Engine, Error, Options, secrets::MemoryStore},
    ui::{self, Launch, OpenEngine, prefs::Prefs},
};

/// Opens the window over the user's mail, or over the demo mailbox.
pub fn open(dirs: &Dirs, in_demo: bool) -> ExitCode {
    if let Some(reason) = no_display() {
        return fail(&reason.to_string());
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.to_string()),
    };
    let engines = Engines {
        dirs: dirs.clone(),
        prefs_file: dirs.config.join("window.toml"),
        started: Arc::default(),
    };
    let first = runtime.block_on(async {
        if in_demo { engines.clone().demo().await } else { engines.clone().home().await }
    });
    let engine = match first {
        Ok(engine) => engine,
        Err(error) => return fail(&error.to_string()),
    };
    let audio = Audio::start().inspect_err(|error| tracing::warn!(%error, "no sound thread")).ok();
    let handle = runtime.handle().clone();
    let opener = |in_demo: bool| -> OpenEngine {
        let (engines, handle) = (engines.clone(), handle.clone());
        Arc::new(move || {
            let engines = engines.clone();
            let starting = handle.spawn(async move {
                if in_demo { engines.demo().await } else { engines.home().await }
            });
            Box::pin(async move { starting.await.unwrap_or(Err(Error::Stopped)) })
        })
    };
    let launch = Launch {
        engine: Some(engine),
        audio: audio.clone(),
        demo: in_demo,
        open_demo: Some(opener(true)),
        open_home: Some(opener(false)),
        prefs_file: Some(engines.prefs_file.clone()),
    };
    // iced's own tasks run on our runtime's threads where a future needs tokio.
    // iced panics where the system's window libraries are missing; whatever happens to the window,
    // the engine and the sound thread are ended in order.
    let closed = {
        let _inside = runtime.enter();
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| ui::run(launch)))
    };
    if let Some(audio) = audio {
        runtime.block_on(audio.shut_down());
    }
    runtime.block_on(engines.shutdown());
    runtime.shutdown_timeout(Duration::from_secs(2));
    match closed {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => fail(&error.to_string()),
        Err(_) => fail(&Obstacle::WindowEnded.to_string()),
    }
}

/// Why there can be no window, where that is known without trying.
fn no_display() -> Option<Obstacle> {
    let named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    let none = cfg!(all(unix, not(target_os = "macos")))
        && !["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"].into_iter().any(named);
    none.then_some(Obstacle::NoDisplay)
}

/// Starts engines and remembers them, so that all are stopped in order.
#[derive(Clone)]
struct Engines {
    dirs: Dirs,
    prefs_file: PathBuf,
    started: Arc<Mutex<Vec<Engine>>>,
}

impl Engines {
    /// The engine over the user's own mail.
    async fn home(self) -> Result<Engine, Error> {
        let mut options = mail::options(&self.dirs, Arc::new(mail::keyring(&self.dirs)));
        options.dialer = demo::lazy_dialer();
        let engine = self.start(options).await?;
        engine.go_online().await?;
        Ok(engine)
    }

    /// An engine of its own over the demo mailbox, fresh each time: nothing of it mixes with the
    /// user's mail, and no password leaves memory.
    async fn demo(self) -> Result<Engine, Error> {
        let folder = self.dirs.cache.join("demo");
        match std::fs::remove_dir_all(&folder) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::Store(error.to_string())),
        }
        let vendors = folder.join("vendors.toml");
        let mut options = Options::new(folder, Arc::new(MemoryStore::default()));
        options.vendors = Some(vendors);
        options.dialer = demo::lazy_dialer();
        let engine = self.start(options).await?;
        demo::prepare(&engine).await?;
        engine.go_online().await?;
        Ok(engine)
    }

    async fn start(&self, mut options: Options) -> Result<Engine, Error> {
        let prefs = Prefs::load(&self.prefs_file);
        options.undo_seconds = prefs.undo_seconds;
        options.receipts = prefs.receipts;
        options.own_card = prefs.own_card;
        options.prefetch = prefs.prefetch;
        options.program = prefs.ffmpeg.clone();
        options.phrases = crate::wording::phrases::phrases();
        let engine = Engine::start(options).await?;
        self.started.lock().unwrap_or_else(PoisonError::into_inner).push(engine.clone());
        Ok(engine)
    }

    async fn shutdown(&self) {
        let started =
            std::mem::take(&mut *self.started.lock().unwrap_or_else(PoisonError::into_inner));
        for engine in started {
            engine.shutdown().await;
        }
    }
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("aloud: {reason}");
    ExitCode::FAILURE
}
