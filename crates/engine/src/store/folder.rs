//! Who has the data folder open. Any number of processes may: the window, `sync --once` from a
//! timetable, `send` from a script. Each holds `folder.lock` shared for as long as its store is open;
//! whoever gets it for itself alone knows that nobody is in the middle of anything, and may make the
//! database and tidy up. The kernel releases the lock of a process that died.
//!
//! Narrower locks stand beside what they guard: `outbox.lock` (who sends), `operations-N.lock` and
//! `pass-N.lock` (who works on an account's server), `bodies.lock` (who writes message files), one a
//! draft. Whoever finds one taken waits, and says so when it takes too long
//! ([`Error::FolderBusy`]). Where the file system knows no locks, processes are not kept apart.

use std::{
    fs::{File, TryLockError},
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use super::{Error, Result, blobs::private_options};

/// How long a lock of another process is waited for by what somebody waits for, and how often it is
/// tried.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
const BETWEEN: Duration = Duration::from_millis(10);

/// The folder is ours, with others or alone, until this is dropped.
pub(super) struct Entered {
    file: Option<File>,
    /// Nobody else has it open.
    pub(super) alone: bool,
}

/// Opens a folder, which exists; waits while another process is alone in it. Blocks.
///
/// # Errors
/// [`Error::FolderBusy`] when it stays so, [`Error::Store`].
pub(super) fn enter(dir: &Path) -> Result<Entered> {
    let file = private_options().create(true).truncate(false).open(dir.join("folder.lock"))?;
    let until = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Entered { file: Some(file), alone: true }),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Ok(unlockable(&error)),
        }
        match file.try_lock_shared() {
            Ok(()) => return Ok(Entered { file: Some(file), alone: false }),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(BETWEEN),
            Err(TryLockError::WouldBlock) => return Err(Error::FolderBusy),
            Err(TryLockError::Error(error)) => return Ok(unlockable(&error)),
        }
    }
}

fn unlockable(error: &std::io::Error) -> Entered {
    tracing::debug!(kind = ?error.kind(), "the data folder cannot be locked");
    Entered { file: None, alone: true }
}

impl Entered {
    /// Lets others in; the lock to be held from now on.
    pub(super) fn share(self) -> Result<Option<File>> {
        let Some(file) = self.file else { return Ok(None) };
        if self.alone {
            // Elsewhere than under Unix a lock does not change its kind.
            file.unlock()?;
            wait_for(|| file.try_lock_shared())?;
        }
        Ok(Some(file))
    }
}

/// Tries a lock until it is ours. A file system without locks keeps nobody waiting. Blocks.
///
/// # Errors
/// [`Error::FolderBusy`] when another process holds it for too long.
pub(super) fn wait_for(lock: impl Fn() -> std::result::Result<(), TryLockError>) -> Result<()> {
    let until = Instant::now() + PATIENCE;
    loop {
        match lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(BETWEEN),
            Err(TryLockError::WouldBlock) => return Err(Error::FolderBusy),
            Err(TryLockError::Error(error)) => {
                tracing::debug!(kind = ?error.kind(), "a file cannot be locked here");
                return Ok(());
            }
            Ok(()) => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_alone_until_it_lets_others_in() {
        let dir = tempfile::tempdir().expect("a folder");
        let first = enter(dir.path()).expect("entered");
        assert!(first.alone);
        let waiting = std::thread::spawn({
            let dir = dir.path().to_owned();
            move || enter(&dir).map(|entered| entered.alone)
        });
        let held = first.share().expect("shared");
        assert_eq!(waiting.join().expect("a thread"), Ok(false));
        let second = enter(dir.path()).expect("entered");
        assert!(!second.alone);
        drop((held, second));
        assert!(enter(dir.path()).expect("entered").alone);
    }
}
