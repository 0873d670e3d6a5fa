//! The user's own vendor table and words: `vendors.toml` and `voicemail-words.toml` in the folder of
//! the settings, and `--vendors FILE`.
//!
//! What is wrong with it goes to stderr with file and line; it never keeps a command from running.
//! Tests: `tests/cli/vendors.rs`.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;

use super::{Dirs, Failure};
use crate::message::{
    recognize::Words,
    vendors::{FILE_MAX, Table},
};

/// The file's name in the folder of the settings.
pub(crate) const NAME: &str = "vendors.toml";
/// The user's own words for what no row knows, beside it.
const WORDS: &str = "voicemail-words.toml";

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
    let said = |file: &Path, error: io::Error| {
        if error.kind() != io::ErrorKind::NotFound {
            eprintln!("aloud: {}: {error}", file.display());
        }
    };
    let file = dirs.config.join(NAME);
    let rows = read(&file).map_err(|error| said(&file, error)).ok();
    let file = dirs.config.join(WORDS);
    let words = words(&file).map_err(|error| said(&file, error)).ok().flatten();
    if rows.is_none() && words.is_none() {
        return;
    }
    let mut table = rows.unwrap_or_default().before(Table::builtin());
    if let Some(words) = words {
        table.general.words = Arc::new(table.general.words.with(&words));
    }
    Table::install(table);
}

/// The user's words; nothing where the file is faulty, which is said.
fn words(file: &Path) -> io::Result<Option<Words>> {
    Ok(match Words::parse(&text(file)?) {
        Ok(words) => Some(words),
        Err(fault) => {
            eprintln!("aloud: {}: {}", file.display(), crate::wording::recognition::fault(&fault));
            None
        }
    })
}

fn text(file: &Path) -> io::Result<String> {
    let mut octets = Vec::new();
    // One more than allowed, so that the file is refused and not cut.
    File::open(file)?.take(FILE_MAX as u64 + 1).read_to_end(&mut octets)?;
    Ok(String::from_utf8_lossy(&octets).into_owned())
}

fn read(file: &Path) -> io::Result<Table> {
    let (table, faults) = Table::read(&text(file)?);
    for fault in faults {
        eprintln!("aloud: {}: {}", file.display(), crate::wording::recognition::fault(&fault));
    }
    Ok(table)
}
