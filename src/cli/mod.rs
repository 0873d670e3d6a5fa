//! The command line: the same library for scripts and administrators.
//!
//! Exit codes: 0 done, 1 failed, 2 usage, 3 refused by a rule; the reason goes to stderr. Each
//! submodule owns the arguments and the run of its commands; this file only names and dispatches.

use std::{
    fmt::Display,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};

use clap::{Parser, Subcommand};

/// As the standard macro, for a reader that may have gone (`aloud list | head`): what nobody reads
/// is no failure, and no panic.
macro_rules! println {
    ($($text:tt)*) => { $crate::cli::line(&mut ::std::io::stdout().lock(), format_args!($($text)*)) };
}

/// As [`println`], for standard error.
macro_rules! eprintln {
    ($($text:tt)*) => { $crate::cli::line(&mut ::std::io::stderr().lock(), format_args!($($text)*)) };
}

pub(crate) mod account;
pub(crate) mod address;
pub(crate) mod card;
pub(crate) mod codec;
pub(crate) mod compose;
pub(crate) mod contacts;
pub mod demo;
pub(crate) mod dirs;
pub(crate) mod doctor;
pub(crate) mod drafts;
pub(crate) mod fax;
mod input;
pub mod inspect;
pub mod log;
pub mod mail;
pub mod ops;
pub mod password;
pub(crate) mod play;
pub mod policy;
pub mod providers;
pub mod servers;
pub mod sign_in;
pub mod sound;
pub(crate) mod validate;
pub mod vendors;

pub use dirs::Dirs;

/// Aloud: voice mail, fax and text mail in one place.
#[derive(Debug, Parser)]
#[command(name = "aloud", version, about, long_about = None)]
pub struct Cli {
    /// Put settings, data and cache under this folder (also: ALOUD_DATA_DIR).
    #[arg(long, global = true, env = "ALOUD_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Speak this language, such as "en", not the system's (also: ALOUD_LANG).
    #[arg(long, global = true, env = "ALOUD_LANG", value_name = "TAG")]
    pub ui_language: Option<unic_langid::LanguageIdentifier>,
    /// Run the engine without a window until interrupted.
    #[arg(long)]
    pub headless: bool,
    /// With --headless: read the password of an account without a keyring from standard input.
    #[arg(long, requires = "headless")]
    pub password_stdin: bool,
    /// With --headless: whose password that is, where there are several accounts.
    #[arg(long, requires = "headless", value_name = "ACCOUNT")]
    pub password_for: Option<String>,
    /// What to do; the window opens when nothing is named.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what Aloud makes of messages in files.
    Inspect(inspect::InspectArgs),
    /// Check a message against the standards, row by row.
    Validate(validate::ValidateArgs),
    /// Write a message's audio, fax pages and contact cards to a folder.
    Extract(inspect::ExtractArgs),
    /// Decode or encode telephone audio.
    Codec(codec::CodecArgs),
    /// Take telephone addresses apart, or build one.
    Address(address::AddressArgs),
    /// Show contact cards, take them over into the directory, or export it.
    Card(card::CardArgs),
    /// Find people by name, address, number or the keys of a telephone.
    Contacts(contacts::ContactsArgs),
    /// Turn a page of a fax into a picture.
    Fax(fax::FaxArgs),
    /// Play an audio file or a voice message.
    Play(play::PlayArgs),
    /// Record a microphone into a file.
    Record(sound::RecordArgs),
    /// Build a new voice message.
    Compose(compose::ComposeArgs),
    /// Build a voice reply to a message in a file.
    Reply(compose::ReplyArgs),
    /// Build a forward of a message in a file.
    Forward(compose::ForwardArgs),
    /// Add, list or remove accounts.
    Account(account::AccountArgs),
    /// Fetch news from the servers.
    Sync(mail::SyncArgs),
    /// List messages.
    List(mail::ListArgs),
    /// Send a message from a file.
    Send(mail::SendArgs),
    /// Show what waits to be sent.
    Outbox(mail::OutboxArgs),
    /// Show what was asked for of the servers and is not done.
    Ops(ops::OpsArgs),
    /// List, show, restore, remove or save what was begun and not sent.
    Drafts(drafts::DraftsArgs),
    /// Look whether everything that Aloud needs is in order, and say what to do.
    Doctor(doctor::DoctorArgs),
    /// Open the demo mailbox, or check the installed program with it.
    Demo(demo::DemoArgs),
    /// Serve the demo mailbox to other programs on 127.0.0.1.
    Loopback(demo::LoopbackArgs),
}

/// How a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Something did not work. Exit code 1.
    #[error("{0}")]
    Failed(String),
    /// The arguments make no sense. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// A rule forbids it. Exit code 3.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    /// The exit code.
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Refused(_) => 3,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<crate::engine::Error> for Failure {
    fn from(error: crate::engine::Error) -> Self {
        match error {
            crate::engine::Error::Refused(reason) => {
                Self::Refused(crate::wording::failure::refused(&reason))
            }
            crate::engine::Error::Invalid(reason) => {
                Self::Usage(crate::wording::failure::invalid(&reason))
            }
            other => Self::Failed(crate::wording::failure::in_full(&other)),
        }
    }
}

/// A failure about a file.
fn in_file(file: impl Display, what: impl Display) -> Failure {
    Failure::Failed(format!("{file}: {what}"))
}

/// What keeps the program, or its window, from starting or going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// The system names no home folder.
    NoHome,
    /// Built without a window.
    NoWindow,
    /// There is no display.
    NoDisplay,
    /// The window ended by a panic.
    WindowEnded,
}

impl std::fmt::Display for Obstacle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&match self {
            Self::NoHome => fl!("cli-no-home"),
            Self::NoWindow => fl!("cli-no-window"),
            Self::NoDisplay => fl!("window-no-display"),
            Self::WindowEnded => fl!("window-ended"),
        })
    }
}

/// What a command returns.
pub type Outcome = Result<(), Failure>;

/// Runs a command that needs no window and turns its outcome into an exit code.
pub fn run(command: Command, dirs: &Dirs) -> ExitCode {
    let outcome = match command {
        Command::Inspect(args) => inspect::inspect(args),
        Command::Validate(args) => validate::validate(args),
        Command::Extract(args) => inspect::extract(args),
        Command::Codec(args) => codec::codec(args),
        Command::Address(args) => address::address(args),
        Command::Card(args) => card::card(args, dirs),
        Command::Contacts(args) => contacts::contacts(args, dirs),
        Command::Fax(args) => fax::fax(args),
        Command::Play(args) => play::play(args),
        Command::Record(args) => sound::record(args),
        Command::Compose(args) => compose::compose(args, dirs),
        Command::Reply(args) => compose::reply(args, dirs),
        Command::Forward(args) => compose::forward(args, dirs),
        Command::Account(args) => account::account(args, dirs),
        Command::Sync(args) => mail::sync(args, dirs),
        Command::List(args) => mail::list(args, dirs),
        Command::Send(args) => mail::send(args, dirs),
        Command::Outbox(args) => mail::outbox(args, dirs),
        Command::Ops(args) => ops::ops(args, dirs),
        Command::Drafts(args) => drafts::drafts(args, dirs),
        Command::Doctor(args) => doctor::doctor(args, dirs),
        Command::Demo(args) => demo::demo(args, dirs),
        Command::Loopback(args) => demo::loopback(args, dirs),
    };
    finish(outcome)
}

/// Says why a command failed and turns its outcome into an exit code.
pub fn finish(outcome: Outcome) -> ExitCode {
    match outcome {
        Ok(()) if LINES_LOST.load(Ordering::Relaxed) => ExitCode::from(1),
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("aloud: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

/// Writes what a command made; `-` is standard output.
///
/// # Errors
/// [`Failure::Failed`] with the file's name.
pub fn write_output(output: &Path, octets: &[u8]) -> Outcome {
    let written = if output.as_os_str() == "-" {
        let mut out = io::stdout().lock();
        out.write_all(octets).and_then(|()| out.flush())
    } else {
        fs::write(output, octets)
    };
    match written {
        Err(error) if output.as_os_str() == "-" && error.kind() == io::ErrorKind::BrokenPipe => {
            Ok(())
        }
        written => {
            written.map_err(|error| Failure::Failed(format!("{}: {error}", output.display())))
        }
    }
}

/// Whether a line could not be written for another reason than that its reader has gone.
static LINES_LOST: AtomicBool = AtomicBool::new(false);

/// Writes a line. [`finish`] tells when lines were lost, on a full disk for instance.
fn line(out: &mut impl Write, text: std::fmt::Arguments<'_>) {
    let written = out.write_fmt(format_args!("{text}\n")).and_then(|()| out.flush());
    if written.is_err_and(|error| error.kind() != io::ErrorKind::BrokenPipe) {
        LINES_LOST.store(true, Ordering::Relaxed);
    }
}

/// Prints text for people or JSON lines.
///
/// # Errors
/// [`Failure::Failed`] when standard output takes nothing; a reader that has gone (`| head`) is no
/// failure.
pub fn print(text: &str) -> Outcome {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// A tokio runtime for one command.
///
/// # Errors
/// [`Failure::Failed`] when the system gives no threads.
pub fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(future))
}
