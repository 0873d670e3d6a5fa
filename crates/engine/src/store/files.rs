//! Small files that are whole or not there, whenever the process or the power ends and however many
//! processes write them: each writes under a name of its own, flushes, and renames. The last one wins.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::Path,
};

use super::blobs::private_options;

/// Writes a file, for this user only, in place of the one that is there. Blocks.
///
/// # Errors
/// What the system says; the file that was there stays as it is.
pub fn write_whole(file: &Path, octets: &[u8]) -> io::Result<()> {
    write_whole_with(file, |out| out.write_all(octets))
}

/// The same of what `write` writes.
pub(crate) fn write_whole_with<E: From<io::Error>>(
    file: &Path,
    write: impl FnOnce(&mut File) -> Result<(), E>,
) -> Result<(), E> {
    let dir = file.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:016x}.new", rand::random::<u64>()));
    let unfinished = dir.join(name);
    let written = || {
        let mut out = private_options().create_new(true).open(&unfinished)?;
        write(&mut out)?;
        out.sync_all()?;
        drop(out);
        fs::rename(&unfinished, file)?;
        Ok(sync_dir(dir)?)
    };
    let written = written();
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written
}

/// Flushes the names in a folder.
pub(crate) fn sync_dir(dir: &Path) -> io::Result<()> {
    // Elsewhere folders cannot be opened, and renaming is flushed by itself.
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writers_of_one_file_do_not_meet() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("window.toml");
        std::thread::scope(|scope| {
            for n in 0..8u8 {
                let file = &file;
                scope.spawn(move || {
                    for _ in 0..20 {
                        write_whole(file, &[n; 4000]).expect("written");
                    }
                });
            }
        });
        let octets = fs::read(&file).expect("the file");
        assert!(octets.len() == 4000 && octets.iter().all(|octet| *octet == octets[0]));
        assert_eq!(fs::read_dir(dir.path()).expect("the folder").count(), 1);
        let nowhere = dir.path().join("window.toml/x");
        assert!(write_whole(&nowhere, b"x").is_err());
    }
}
