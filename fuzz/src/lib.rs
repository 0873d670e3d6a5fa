//! What the fuzz targets share: the checks themselves ([`targets`]), and the bounds on memory and
//! panics that hold while they run.
//!
//! Not part of Aloud; a workspace of its own. `fuzz/run` builds and starts it, `docs/ARCHITECTURE.md`
//! says how to add a target. The checks are also run by `tests/fuzzed.rs` over the seeds and
//! over every input that ever failed.

use std::{
    alloc::System,
    collections::BTreeSet,
    panic::{self, AssertUnwindSafe},
    sync::Mutex,
};

use cap::Cap;

pub mod targets;

/// What a target may have allocated at any time, in octets: libFuzzer's own memory (corpus,
/// counters) comes from the C library and does not count here.
const MEMORY: usize = 256 << 20;

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

static PANIC: Mutex<String> = Mutex::new(String::new());
static CAUGHT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Runs the checks of one target; to be called once an input.
///
/// A panic that leaves the checks ends the process. One that the code under test catches itself
/// (decoders of others do panic) is reported once a place and is no failure.
pub fn run(target: fn(&[u8]), octets: &[u8]) {
    static START: std::sync::Once = std::sync::Once::new();
    START.call_once(|| {
        // libfuzzer-sys's hook would end the process for caught panics too.
        panic::set_hook(Box::new(|info| {
            let mut last = PANIC.lock().unwrap_or_else(|poison| poison.into_inner());
            *last = info.to_string();
            // The hook runs with the limit on; nothing here is large.
        }));
        // The limit counts from what the process holds before the first input.
        let limit = HEAP.allocated().saturating_add(MEMORY);
        HEAP.set_limit(limit).unwrap_or_else(|error| panic!("{error:?}"));
    });
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| target(octets)));
    let last = std::mem::take(&mut *PANIC.lock().unwrap_or_else(|poison| poison.into_inner()));
    match outcome {
        Err(_) => {
            eprintln!("{last}");
            std::process::abort();
        }
        Ok(()) if !last.is_empty() => {
            let place = last.lines().next().unwrap_or_default().to_owned();
            let mut caught = CAUGHT.lock().unwrap_or_else(|poison| poison.into_inner());
            if caught.len() < 100 && caught.insert(place) {
                eprintln!("caught by the code under test: {}", last.replace('\n', " "));
            }
        }
        Ok(()) => {}
    }
}
