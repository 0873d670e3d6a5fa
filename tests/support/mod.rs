//! What several test areas share.

pub mod authority;
pub mod browser;
pub mod fake_store;
pub mod names;
pub mod provider;
pub mod scripted_server;
pub mod user;

use std::path::PathBuf;

/// The folder of specifications and vectors beside the project, if it is there. Tests over it run
/// in addition; a stranger's clone does without.
pub fn shared() -> Option<PathBuf> {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::var_os("ALOUD_SHARED").map(PathBuf::from);
    named
        .into_iter()
        .chain([manifest.join("../shared"), manifest.join("../../shared")])
        .find(|dir| dir.join("vectors/manifest.tsv").is_file())
}
