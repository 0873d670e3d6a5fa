//! The log: on standard error, only where `ALOUD_LOG` asks for it (`error`, `warn`, `info`, `debug`,
//! `trace`).
//!
//! Only what this program itself says gets through, at any level: the mail libraries underneath
//! would write whole commands, passwords included. What we say holds ids and sizes, never bodies,
//! subjects, addresses, numbers or credentials (reliability T17). Test: `tests/engine/canary.rs`.

use tracing::Level;
use tracing_subscriber::{Registry, filter::Targets, fmt, layer::SubscriberExt};

/// Installs the log for the whole program. Called once, by `main`.
pub fn install() {
    let Some(level) = std::env::var("ALOUD_LOG").ok().and_then(|word| word.trim().parse().ok())
    else {
        return;
    };
    // Without the bridge from the `log` crate: what speaks through that is not heard at all.
    let log = subscriber(level, std::io::stderr);
    if tracing::subscriber::set_global_default(log).is_err() {
        eprintln!("aloud: the log could not be started");
    }
}

/// What [`install`] installs, writing elsewhere.
pub fn subscriber<W>(level: Level, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'a> fmt::MakeWriter<'a> + Send + Sync + 'static,
{
    // A prefix: the libraries under `crates` begin with it too.
    let ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let lines = fmt::layer().with_writer(writer).with_ansi(false);
    Registry::default().with(ours).with(lines)
}
