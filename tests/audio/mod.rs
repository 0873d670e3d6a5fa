//! The audio thread over devices in memory: what is heard, what is recorded, what survives; and the
//! main job once over the system's own devices.
#![cfg(feature = "audio")]

mod coming;
mod devices;
mod growing;
mod killed;
mod play;
mod record;

use std::time::Duration;

use aloud::audio::{Audio, State};

/// Waits until the audio thread shows what is asked for. Fails after a generous while, so that a
/// broken thread does not hang the tests; the time itself is never asserted on.
async fn until(audio: &Audio, what: &str, mut wanted: impl FnMut(&State) -> bool) -> State {
    let mut watch = audio.state();
    let found = tokio::time::timeout(Duration::from_secs(60), watch.wait_for(|s| wanted(s))).await;
    match found {
        Ok(Ok(state)) => state.clone(),
        other => {
            panic!("never came to: {what}; {:?}; now {:?}", other.is_err(), audio.state().borrow())
        }
    }
}

/// A tone that is not periodic in anything a buffer might be, with speech-like level.
fn signal(samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|n| {
            let t = n as f64 / 8_000.0;
            ((t * 1_307.0).sin() * 9_000.0 + (t * t * 811.0).sin() * 5_000.0) as i16
        })
        .collect()
}

/// What a take holds.
fn read_wav(path: &std::path::Path) -> aloud::codec::Pcm {
    use aloud::codec::{Hint, Limits, decode};
    decode(&std::fs::read(path).unwrap(), Hint::default(), Limits::default()).unwrap()
}
