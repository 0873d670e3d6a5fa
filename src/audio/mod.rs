//! Loudspeaker and microphone. The only module that opens sound devices; one thread owns them all.
//!
//! [`Audio`] sends [`Command`]s to that thread and publishes its [`State`]. It knows nothing of
//! mail. A missing device, a refused microphone and an unplugged headset are ordinary states with a
//! [`Problem`], not errors.
//!
//! A recording may be appended to while it plays ([`Command::Append`]): at the end of the available
//! audio the player waits ([`Phase::Waiting`]). It never counts as heard before its length is
//! known.
//!
//! `pipe` turns a recording into the device's samples (silence skipped, stretched, resampled),
//! `player` and `recorder` hold the state machines, `take` the crash-safe file of a recording,
//! `device` the real devices (rodio for output, cpal for input) and `null` devices without
//! hardware.

mod backend;
pub mod blocking;
mod device;
mod null;
mod pipe;
mod player;
mod recorder;
mod sound;
mod stretch;
mod take;
mod thread;
mod types;

use std::{sync::mpsc, time::Duration};

use tokio::sync::watch;

pub use null::{NullDevices, Pace};
pub use take::{Take, unfinished_takes};
pub use types::*;

/// How long the end of the thread is waited for: the disk may be slow.
const END_MAX: Duration = Duration::from_secs(3);

/// Whether another speed keeps the pitch in this build.
pub const KEEPS_PITCH: bool = cfg!(feature = "stretch");

/// The handle of the audio thread. Clones share it; when the last one is dropped the thread ends.
#[derive(Clone)]
pub struct Audio {
    orders: mpsc::Sender<Command>,
    state: watch::Receiver<State>,
}

impl Audio {
    /// Starts the thread over the system's devices. No device is opened before it is needed.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        Self::start_with(|| Box::new(device::SystemDevices::default()))
    }

    /// Starts the thread over devices that exist in memory only, for tests and self-tests.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start_null(devices: NullDevices) -> std::io::Result<Self> {
        Self::start_with(move || Box::new(devices))
    }

    fn start_with(
        make: impl FnOnce() -> Box<dyn backend::Devices> + Send + 'static,
    ) -> std::io::Result<Self> {
        let (orders, inbox) = mpsc::channel();
        let (publish, state) = watch::channel(State::default());
        std::thread::Builder::new()
            .name("aloud-audio".into())
            .spawn(move || thread::Worker::new(make(), publish).run(&inbox))?;
        Ok(Self { orders, state })
    }

    /// Sends a command. Commands to a thread that has ended are lost, which happens only at exit.
    pub fn send(&self, command: Command) {
        let _ = self.orders.send(command);
    }

    /// Ends the thread, which finishes the take in progress first, and waits until it has.
    pub async fn shut_down(&self) {
        self.send(Command::Shutdown);
        let mut state = self.state.clone();
        // The other end of the channel is the thread's.
        let ended = async { while state.changed().await.is_ok() {} };
        if tokio::time::timeout(END_MAX, ended).await.is_err() {
            tracing::warn!("the sound thread does not end");
        }
    }

    /// The state, updated at most 30 times a second.
    #[must_use]
    pub fn state(&self) -> watch::Receiver<State> {
        self.state.clone()
    }
}
