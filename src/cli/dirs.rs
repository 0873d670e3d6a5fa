//! Where settings, data and cache live. The only place that asks the system for them.

use std::path::{Path, PathBuf};

/// The three folders. With `--data-dir` all are under one.
#[derive(Debug, Clone)]
pub struct Dirs {
    /// Settings.
    pub config: PathBuf,
    /// Database, blobs, recordings.
    pub data: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
}

impl Dirs {
    /// Under one folder.
    #[must_use]
    pub fn under(root: &Path) -> Self {
        Self { config: root.join("config"), data: root.join("data"), cache: root.join("cache") }
    }

    /// Where this system keeps such things, or under `root` when one is given. `None` when the
    /// system knows no home folder.
    #[must_use]
    pub fn find(root: Option<&Path>) -> Option<Self> {
        if let Some(root) = root {
            return Some(Self::under(root));
        }
        let project = directories::ProjectDirs::from("org", "Aloud", "aloud")?;
        Some(Self {
            config: project.config_dir().to_owned(),
            data: project.data_local_dir().to_owned(),
            cache: project.cache_dir().to_owned(),
        })
    }
}
