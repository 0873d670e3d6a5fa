//! The loop of the audio thread: receives commands, publishes state, and ticks while playing or
//! recording.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::{Command, State, backend::Devices, player::Player, recorder::Recorder};

/// Interval of ticks while playing or recording: well under the buffered audio of the pipe, and 30
/// states a second.
const TICK: Duration = Duration::from_millis(33);
/// Time of silence after which the output device is closed.
const IDLE_DEVICE: Duration = Duration::from_secs(10);

/// Everything the audio thread owns.
pub(super) struct Worker {
    devices: Box<dyn Devices>,
    player: Player,
    recorder: Recorder,
    publish: watch::Sender<State>,
    outputs: Vec<String>,
    inputs: Vec<String>,
    last_sound: Instant,
}

impl Worker {
    pub(super) fn new(devices: Box<dyn Devices>, publish: watch::Sender<State>) -> Self {
        Self {
            devices,
            player: Player::default(),
            recorder: Recorder::default(),
            publish,
            outputs: Vec::new(),
            inputs: Vec::new(),
            last_sound: Instant::now(),
        }
    }

    /// Runs until [`Command::Shutdown`], or until the last handle is dropped. Finishes a take in
    /// progress.
    pub(super) fn run(mut self, inbox: &Receiver<Command>) {
        loop {
            let order = if self.player.is_sounding() || self.recorder.is_active() {
                inbox.recv_timeout(TICK)
            } else if self.player.has_device() {
                inbox.recv_timeout(IDLE_DEVICE)
            } else {
                inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            };
            match order {
                Ok(Command::Shutdown) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(command) => self.handle(command),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.tick();
        }
        self.recorder.finish();
    }

    fn tick(&mut self) {
        self.player.tick(self.devices.as_mut());
        self.recorder.tick();
        if self.player.is_sounding() {
            self.last_sound = Instant::now();
        } else if self.player.has_device() && self.last_sound.elapsed() >= IDLE_DEVICE {
            self.player.release();
        }
        let state = State {
            player: self.player.state(),
            recorder: self.recorder.state(),
            outputs: self.outputs.clone(),
            inputs: self.inputs.clone(),
        };
        self.publish.send_if_modified(|shown| {
            let changed = *shown != state;
            if changed {
                *shown = state;
            }
            changed
        });
    }

    fn handle(&mut self, command: Command) {
        let devices = self.devices.as_mut();
        match command {
            Command::Load { clip, segments, segment, at, play } => {
                self.player.load(clip, segments, segment, at);
                if play {
                    self.recorder.pause();
                    self.player.play(devices);
                }
            }
            Command::Append { clip, segment, at, pcm } => {
                self.player.append(&clip, segment, at, pcm);
            }
            Command::Complete { clip, segments } => self.player.complete(&clip, segments),
            Command::Broken(clip) => self.player.broken(&clip),
            Command::Play => {
                self.recorder.pause();
                self.player.play(devices);
            }
            Command::Pause => self.player.pause(),
            Command::Toggle => {
                self.recorder.pause();
                self.player.toggle(devices);
            }
            Command::Stop => self.player.stop(),
            Command::Seek(at) => self.player.seek(at, devices),
            Command::Skip(seconds) => self.player.skip(seconds, devices),
            Command::Speed(speed) => self.player.set_speed(speed, devices),
            Command::Volume(volume) => self.player.set_volume(volume),
            Command::Mute(muted) => self.player.set_muted(muted),
            Command::SkipSilence(on) => self.player.set_skip_silence(on, devices),
            Command::Record { file, append, limit } => {
                self.player.pause();
                self.recorder.record(file, append, limit, devices);
            }
            Command::PauseRecording => self.recorder.pause(),
            Command::ResumeRecording => {
                self.player.pause();
                self.recorder.resume(devices);
            }
            Command::FinishRecording => self.recorder.finish(),
            Command::DiscardRecording => self.recorder.discard(),
            Command::Monitor(on) => self.recorder.monitor(on, devices),
            Command::UseOutput(name) => self.player.use_device(name, devices),
            Command::UseInput(name) => self.recorder.use_device(name, devices),
            Command::ListDevices => {
                self.outputs = devices.outputs();
                self.inputs = devices.inputs();
            }
            // Handled by the loop.
            Command::Shutdown => {}
        }
        if self.recorder.is_recording() {
            self.player.pause();
        }
    }
}
