//! `servers.toml` of the settings: the user's own rows about servers (docs/SERVERS.md).
//!
//! What is wrong with it goes to stderr with file and line; it never keeps a command from running.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use super::Dirs;
use crate::engine::servers::{FILE_MAX, Fault, Reason, Table};

/// The file's name in the folder of the settings.
const NAME: &str = "servers.toml";

/// Sets the rows of this process from the folder of the settings, if there are any.
pub fn install(dirs: &Dirs) {
    let file = dirs.config.join(NAME);
    let (table, faults) = match text(&file) {
        Ok(text) => Table::read(&text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return,
        Err(error) => {
            let reason = Reason::Unreadable(error.to_string());
            (Table::default(), vec![Fault { line: None, reason }])
        }
    };
    for fault in &faults {
        let said = crate::wording::servers::fault(fault, true);
        eprintln!("aloud: {}: {said}", file.display());
    }
    Table::install(table, faults);
}

fn text(file: &Path) -> io::Result<String> {
    let mut octets = Vec::new();
    // One more than allowed, so that the file is refused and not cut.
    File::open(file)?.take(FILE_MAX as u64 + 1).read_to_end(&mut octets)?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}
