//! `policy.toml`: what an administrator has fixed ([`Policy`]). The first file that is there holds: that of
//! the system, then those of the folders of settings for all users, then, for trying it out, one beside
//! the data of `--data-dir`. A file that cannot be read lets nothing start: half a rule is none.

use std::{
    io,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use super::Failure;
use crate::engine::Policy;

/// The file's name.
const NAME: &str = "policy.toml";

static CURRENT: OnceLock<Policy> = OnceLock::new();

/// What is fixed in this process.
#[must_use]
pub fn current() -> Policy {
    CURRENT.get().cloned().unwrap_or_default()
}

/// Where it may be, in order.
#[must_use]
pub fn places(data_dir: Option<&Path>) -> Vec<PathBuf> {
    let mut all = vec![Path::new("/etc/aloud").join(NAME)];
    let shared = std::env::var_os("XDG_CONFIG_DIRS").unwrap_or_default();
    let shared = std::env::split_paths(&shared).filter(|dir| dir.is_absolute());
    all.extend(shared.map(|dir| dir.join("aloud").join(NAME)));
    all.extend(data_dir.map(|dir| dir.join(NAME)));
    all
}

/// Reads the first that is there, for the rest of the process.
///
/// # Errors
/// [`Failure::Failed`] when it cannot be read.
pub fn install(places: &[PathBuf]) -> Result<(), Failure> {
    for file in places {
        let wrong = |why: String| {
            let file = file.display().to_string();
            Failure::Failed(fl!("cli-policy-unreadable", file = file, why = why))
        };
        match std::fs::read_to_string(file) {
            Ok(text) => {
                let policy = Policy::parse(&text).map_err(wrong)?;
                let _ = CURRENT.set(policy);
                return Ok(());
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(wrong(error.to_string())),
        }
    }
    Ok(())
}
