//! "Treat mail like this as voice mail", or as fax, or as ordinary mail: a row for the address in From
//! in the user's own `vendors.toml`, and a new look at the messages that are here. It can be undone.
//!
//! The file is replaced as a whole, so a crash leaves the old one or the new one; what the user wrote
//! into it by hand stays as it is. Test: `tests/engine/treat.rs`.

use std::{
    fs,
    io::{ErrorKind, Read},
    path::Path,
};

use super::{
    Engine,
    errors::{Missing, Result},
    lock::lock,
    reclassify,
    store::{
        blocking,
        files::write_whole,
        ops::{self, Act},
    },
    types::{Error, Event, UndoToken},
};
use aloud_message::vendors::{self, FILE_MAX, Kind, Table};
use aloud_model::MessageKey;

impl Engine {
    /// Treats mail from the sender of a message as a kind from now on.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the message names no address that a row can name, or this engine has
    /// no such file; [`Error::Store`] when the file cannot be written.
    pub async fn treat_as(&self, key: MessageKey, kind: Kind) -> Result<UndoToken> {
        let opening = self.load(key).await?;
        let address = opening.mail.sender.address.as_ref();
        let row = address.and_then(|address| vendors::row_for(address, kind));
        let row = row.ok_or(Error::NotFound(Missing::Sender))?;
        let added = row.clone();
        self.change_table(move |text| format!("{added}\n{text}")).await?;
        self.look_again(key).await;
        let now = self.inner.store.now();
        self.inner.store.write(move |t| ops::remember(t, &Act::Treated(key, row), now)).await
    }

    /// Takes a row out again, for undo.
    pub(crate) async fn treat_as_before(&self, key: MessageKey, row: String) -> Result<()> {
        self.change_table(move |text| text.replacen(&format!("{row}\n"), "", 1)).await?;
        self.look_again(key).await;
        Ok(())
    }

    async fn change_table(
        &self,
        change: impl FnOnce(&str) -> String + Send + 'static,
    ) -> Result<()> {
        let _one = self.inner.table.lock().await;
        let file = self.inner.vendors.clone();
        let file = file.ok_or(Error::NotFound(Missing::VendorTable))?;
        let table = blocking(move || {
            let failed =
                |error: std::io::Error| Error::Store(format!("{}: {error}", file.display()));
            let text = change(&read(&file).map_err(failed)?);
            if text.len() > FILE_MAX {
                return Err(Error::Store(format!("{}: too-large", file.display())));
            }
            replace(&file, &text).map_err(failed)?;
            Ok(Table::read(&text).0)
        })
        .await?;
        let mut table = table.before(Table::builtin());
        // The user's own words stay.
        table.general = Table::current().general.clone();
        Table::install(table);
        Ok(())
    }

    /// The message first, then all others beside.
    async fn look_again(&self, key: MessageKey) {
        lock(&self.inner.opened).clear();
        let store = self.inner.store.clone();
        if let Err(error) = blocking(move || reclassify::look(&store, key)).await {
            tracing::debug!(%key, %error, "not looked at again");
        }
        self.tell(Event::MessageChanged(key));
        self.tell(Event::Resync);
        let engine = self.clone();
        self.inner.tracker.spawn(async move {
            if let Err(error) = reclassify::run(&engine).await {
                tracing::warn!(%error, "messages could not be looked at again");
            }
        });
    }
}

/// The file; nothing where there is none.
fn read(file: &Path) -> std::io::Result<String> {
    let mut octets = Vec::new();
    match fs::File::open(file) {
        Ok(open) => open.take(FILE_MAX as u64 + 1).read_to_end(&mut octets)?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    // What is not UTF-8 is not replaced by something else.
    String::from_utf8(octets).map_err(|_| ErrorKind::InvalidData.into())
}

fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    write_whole(file, text.as_bytes())
}
