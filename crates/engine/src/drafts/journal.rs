//! The revisions of one draft: numbered JSON files, each complete and flushed before it has its
//! name. Limits: 8 MiB a revision, 32 MiB of older revisions.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{DraftContent, REVISIONS, Revision, Saved, sound};
use crate::{
    errors::Result,
    store::{blobs, files},
    types::Error,
};

/// End of the name of a file that is being written.
pub(super) const UNFINISHED: &str = ".new";
/// The one file of a draft of an earlier version.
const EARLIER: &str = "draft.json";
/// Most octets of a revision.
const ONE_MAX: u64 = 8 * 1024 * 1024;
/// Most octets of all revisions but the newest.
const ALL_MAX: u64 = 32 * 1024 * 1024;

/// A revision as it is written.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    /// Seconds since 1970; earlier versions did not write it.
    #[serde(default)]
    pub(super) written: i64,
    #[serde(flatten)]
    pub(super) content: DraftContent,
}

/// Whether a file name is that of a revision.
pub(super) fn is_revision(name: &str) -> bool {
    number(name).is_some()
}

fn number(name: &str) -> Option<u64> {
    if name == EARLIER {
        return Some(0);
    }
    name.strip_prefix("revision-")?.strip_suffix(".json")?.parse().ok()
}

/// The files of a draft's revisions, oldest first, with their sizes.
fn files(dir: &Path) -> Vec<(u64, PathBuf, u64)> {
    let mut found: Vec<_> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let number = number(entry.file_name().to_str()?)?;
            Some((number, entry.path(), entry.metadata().ok()?.len()))
        })
        .collect();
    found.sort();
    found
}

/// A revision, if it can be read.
pub(super) fn read(file: &Path) -> Option<Stored> {
    if fs::metadata(file).ok()?.len() > ONE_MAX {
        return None;
    }
    let mut stored: Stored = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
    if stored.written == 0 {
        stored.written = sound::modified(file).unwrap_or(0);
    }
    Some(stored)
}

/// Every revision that can be read, newest first.
pub(super) fn revisions(dir: &Path) -> Vec<Revision> {
    let revision = |(number, file, _): (u64, PathBuf, u64)| {
        let Stored { written, content } = read(&file)?;
        Some(Revision { number, written, content })
    };
    files(dir).into_iter().rev().filter_map(revision).collect()
}

/// The newest revision that can be read.
pub(super) fn newest(dir: &Path) -> Option<Revision> {
    files(dir).into_iter().rev().find_map(|(number, file, _)| {
        let Stored { written, content } = read(&file)?;
        Some(Revision { number, written, content })
    })
}

/// Writes a revision after all others, unless it says nothing new.
pub(super) fn append(dir: &Path, content: &DraftContent, now: i64) -> Result<Saved> {
    if let Some(newest) = newest(dir) {
        if newest.content == *content {
            return Ok(Saved::Unchanged);
        }
        if !content.holds_something() && newest.content.holds_something() {
            return Ok(Saved::FullerKept);
        }
    }
    let octets = serde_json::to_vec(&Stored { written: now, content: content.clone() })
        .map_err(|error| Error::Store(error.to_string()))?;
    if octets.len() as u64 > ONE_MAX {
        return Err(Error::Store("draft > 8 MiB".into()));
    }
    // One that cannot be read keeps its number.
    let number = files(dir).last().map_or(0, |(number, ..)| *number).saturating_add(1);
    write(&dir.join(format!("revision-{number:06}.json")), &octets)?;
    thin(files(dir));
    Ok(Saved::Written)
}

/// Writes a file that is complete or not there, whenever the process or the power ends.
pub(super) fn write(file: &Path, octets: &[u8]) -> io::Result<()> {
    let dir = file.parent().unwrap_or(Path::new("."));
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(UNFINISHED);
    let unfinished = dir.join(name);
    let written = || {
        let mut options = blobs::private_options();
        let mut out = options.create(true).truncate(true).open(&unfinished)?;
        out.write_all(octets)?;
        out.sync_all()?;
        drop(out);
        fs::rename(&unfinished, file)
    };
    if let Err(error) = written() {
        // What a full disk took of it helps nobody.
        let _ = fs::remove_file(&unfinished);
        return Err(error);
    }
    files::sync_dir(dir)
}

/// Removes the oldest revisions beyond the limits. The largest stays as long as the octets allow: it
/// is what was there before somebody deleted too much.
fn thin(mut all: Vec<(u64, PathBuf, u64)>) {
    let largest = all.iter().max_by_key(|(number, _, size)| (*size, *number)).map(|(n, ..)| *n);
    while all.len() > REVISIONS {
        let Some(at) = all.iter().position(|(number, ..)| Some(*number) != largest) else { return };
        let _ = fs::remove_file(all.remove(at).1);
    }
    while all.len() > 1 && all.iter().rev().skip(1).map(|(.., size)| size).sum::<u64>() > ALL_MAX {
        let _ = fs::remove_file(all.remove(0).1);
    }
}
