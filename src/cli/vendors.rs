//! The user's own vendor table: `vendors.toml` in the folder of the settings, and `--vendors FILE`.
//!
//! What is wrong with it goes to stderr with file and line; it never keeps a command from running.
//! Tests: `tests/cli/vendors.rs`.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{Dirs, Failure};
use crate::message::vendors::{FILE_MAX, Table};

/// The file's name in the folder of the settings.
pub(crate) const NAME: &str = "vendors.toml";

/// The option of commands that say what a message is.
#[derive(Debug, Args)]
pub struct VendorArgs {
    /// A table of further voice mail systems, read before vendors.toml of the settings and Aloud's
    /// own.
    #[arg(id = "vendors", long = "vendors", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl VendorArgs {
    /// The table to read messages with.
    ///
    /// # Errors
    /// [`Failure::Failed`] when a file was named and cannot be read.
    pub fn table(&self) -> Result<std::borrow::Cow<'static, Table>, Failure> {
        let current = Table::current();
        let Some(file) = &self.file else {
            return Ok(std::borrow::Cow::Borrowed(current));
        };
        let table =
            read(file).map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))?;
        Ok(std::borrow::Cow::Owned(table.before(current)))
    }
}

/// Sets the table of this process from the folder of the settings, if there is one in it.
pub fn install(dirs: &Dirs) {
    let file = dirs.config.join(NAME);
    match read(&file) {
        Ok(table) => {
            Table::install(table.before(Table::builtin()));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => eprintln!("aloud: {}: {error}", file.display()),
    }
}

fn read(file: &Path) -> io::Result<Table> {
    let mut octets = Vec::new();
    // One more than allowed, so that the table is refused and not cut.
    File::open(file)?.take(FILE_MAX as u64 + 1).read_to_end(&mut octets)?;
    let (table, faults) = Table::read(&String::from_utf8_lossy(&octets));
    for fault in faults {
        eprintln!("aloud: {}: {}", file.display(), crate::wording::recognition::fault(&fault));
    }
    Ok(table)
}
