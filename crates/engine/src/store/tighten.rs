//! The data folder is its user's alone, also one that an earlier version, a copy or another program
//! made otherwise: folders 0700, files 0600. Links are left as they are and not followed. And copies of
//! the database that an upgrade left go when they are old ([`remove_old_copies`]), files that a process
//! did not finish at once ([`remove_unfinished`]).

use std::{fs, path::Path, time::Duration};

use super::{copies, kept};

/// Begin of the names of the copies that a migration makes.
pub(super) const COPY: &str = "aloud.db.schema";
/// How long they are kept: long enough to go back to the version before.
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);
/// How deep folders are looked into; ours are three deep.
const DEPTH: u32 = 16;

/// Takes what others may do away: of everything where the folder itself was open, else of what lies in
/// it directly, since nobody gets further. What cannot be changed (a file system without modes, another
/// owner) is left. Blocks.
#[cfg(unix)]
pub(super) fn tighten(dir: &Path) {
    let was_open = close(dir);
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        tighten_all(&entry.path(), if was_open { DEPTH } else { 0 });
    }
}

#[cfg(not(unix))]
pub(super) fn tighten(_dir: &Path) {}

#[cfg(unix)]
fn tighten_all(path: &Path, depth: u32) {
    close(path);
    if depth == 0 || !fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir()) {
        return;
    }
    let Ok(entries) = fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        tighten_all(&entry.path(), depth - 1);
    }
}

/// Closes one file or folder; whether it was open to others.
#[cfg(unix)]
fn close(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    let Ok(meta) = fs::symlink_metadata(path) else { return false };
    let mode = meta.permissions().mode();
    let open = !meta.file_type().is_symlink() && mode & 0o077 != 0;
    if open {
        let closed = fs::Permissions::from_mode(mode & 0o700);
        if let Err(error) = fs::set_permissions(path, closed) {
            tracing::warn!(kind = ?error.kind(), "something of the data folder stays open to others");
        }
    }
    open
}

/// Removes copies that an upgrade made more than [`KEPT`] ago. Blocks.
pub(super) fn remove_old_copies(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let old = || {
            let made = entry.metadata().ok()?.modified().ok()?;
            Some(made.elapsed().ok()? > KEPT)
        };
        if entry.file_name().to_string_lossy().starts_with(COPY) && old() == Some(true) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Removes what a process that died was writing: files get their names when they are whole
/// (`store::files`). The caller is alone in the folder. Blocks.
pub(super) fn remove_unfinished(dir: &Path) {
    for folder in [dir.to_owned(), dir.join(copies::FOLDER), dir.join(kept::FOLDER)] {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for file in entries.flatten().map(|entry| entry.path()) {
            let is_file = fs::symlink_metadata(&file).is_ok_and(|meta| meta.is_file());
            if is_file && file.extension().is_some_and(|extension| extension == "new") {
                let _ = fs::remove_file(file);
            }
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::{
        os::unix::fs::{PermissionsExt, symlink},
        time::SystemTime,
    };

    use super::*;
    use crate::store::{Store, system_clock};

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn an_open_folder_is_closed_with_all_that_is_in_it() {
        let outside = tempfile::NamedTempFile::new().expect("a file");
        set(outside.path(), 0o644);
        let root = tempfile::tempdir().expect("a folder");
        let dir = root.path().join("data");
        drop(Store::open(&dir, system_clock()).expect("a store"));
        let deep = dir.join("blobs/ab");
        fs::create_dir_all(&deep).expect("made");
        let files = [dir.join("aloud.db"), deep.join("message"), dir.join("notes.txt")];
        for file in &files {
            fs::OpenOptions::new().append(true).create(true).open(file).expect("made");
            set(file, 0o664);
        }
        symlink(outside.path(), dir.join("link")).expect("linked");
        for folder in [&deep, &dir.join("blobs"), &dir] {
            set(folder, 0o755);
        }
        drop(Store::open(&dir, system_clock()).expect("a store"));
        for folder in [&deep, &dir.join("blobs"), &dir] {
            assert_eq!(mode(folder), 0o700, "{}", folder.display());
        }
        for file in &files {
            assert_eq!(mode(file), 0o600, "{}", file.display());
        }
        assert_eq!(mode(outside.path()), 0o644, "what a link leads to is not ours");
        // In a closed folder what lies in it directly is looked at.
        set(&files[0], 0o644);
        drop(Store::open(&dir, system_clock()).expect("a store"));
        assert_eq!(mode(&files[0]), 0o600);
    }

    #[test]
    fn what_nobody_finished_goes_at_the_next_start() {
        let root = tempfile::tempdir().expect("a folder");
        let dir = root.path().join("data");
        let store = Store::open(&dir, system_clock()).expect("a store");
        let unfinished = [
            "in-use.00.new",
            "unsent/1.message.00.new",
            "kept/00.new",
            "kept/operations.json.00.new",
        ];
        for name in unfinished {
            fs::write(dir.join(name), b"half").expect("written");
        }
        // Only who is alone removes them: somebody may be writing.
        drop(Store::open(&dir, system_clock()).expect("a store"));
        assert!(unfinished.iter().all(|name| dir.join(name).exists()));
        drop(store);
        drop(Store::open(&dir, system_clock()).expect("a store"));
        assert!(unfinished.iter().all(|name| !dir.join(name).exists()));
        assert!(dir.join("aloud.db").exists());
    }

    #[test]
    fn copies_of_an_upgrade_go_after_a_week() {
        let root = tempfile::tempdir().expect("a folder");
        let dir = root.path().join("data");
        drop(Store::open(&dir, system_clock()).expect("a store"));
        let (old, young) = (dir.join("aloud.db.schema4"), dir.join("aloud.db.schema5"));
        for file in [&old, &young] {
            fs::write(file, b"a copy").expect("written");
            set(file, 0o644);
        }
        let then = SystemTime::now() - KEPT - Duration::from_secs(60);
        let file = fs::OpenOptions::new().write(true).open(&old).expect("opened");
        file.set_modified(then).expect("set");
        drop(Store::open(&dir, system_clock()).expect("a store"));
        assert!(!old.exists());
        assert_eq!(mode(&young), 0o600);
    }
}
