//! The log: on standard error, only where `ALOUD_LOG` asks for it (`error`, `warn`, `info`, `debug`,
//! `trace`).
//!
//! Only what this program itself says gets through, at any level: the mail libraries underneath
//! would write whole commands, passwords included. What we say holds ids and sizes, never bodies,
//! subjects, addresses, numbers or credentials (reliability T17). Test: `tests/engine/canary.rs`.

use std::panic::PanicHookInfo;

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
        eprintln!("aloud: {}", fl!("cli-no-log"));
    }
}

/// Says where the program failed, and nothing of what it was working on: a panic's own words may
/// quote the text that was being read. Called once, by `main`.
pub fn quiet_panics() {
    std::panic::set_hook(hook(|line| eprintln!("{line}")));
}

/// What is called when something panics.
fn hook(
    say: impl Fn(&str) + Send + Sync + 'static,
) -> Box<dyn Fn(&PanicHookInfo<'_>) + Send + Sync + 'static> {
    Box::new(move |info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("unnamed").to_owned();
        say(&format!("aloud: internal error at {place} in thread {thread}"));
    })
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    #[test]
    fn a_panic_tells_its_place_and_nothing_of_what_was_read() {
        let said = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&said);
        let thread = std::thread::Builder::new().name("secrecy-test".into());
        let before = std::panic::take_hook();
        std::panic::set_hook(super::hook(move |line| {
            // Other tests may fail meanwhile.
            if line.ends_with("secrecy-test") {
                heard.lock().expect("free").push_str(line);
            }
        }));
        let failed = thread.spawn(|| panic!("the word is Rosebud")).expect("a thread").join();
        std::panic::set_hook(before);
        assert!(failed.is_err());
        let said = said.lock().expect("free").clone();
        assert!(said.contains("log.rs") && !said.contains("Rosebud"), "{said}");
    }
}
