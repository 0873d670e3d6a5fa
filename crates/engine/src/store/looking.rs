//! Looking into beginnings and whole messages, and writing what they tell into their rows.
//!
//! Which message is being looked into stands in a small file: should that end the process, the next
//! start knows which one it was, and never looks again (reliability G16). The file is written without
//! waiting for the disk: it has to survive the process, not the computer.

use std::{
    fs::{self, File},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::PathBuf,
};

use rusqlite::{OptionalExtension, Transaction};

use super::{
    Result, Store, blobs,
    classify::{self, Facts, Known},
    deliveries,
    messages::write_facts,
    meta,
    raw::Raw,
    sink::{REPORTS, end_beginning},
};
use aloud_model::{AccountId, MessageKey};

/// The folder of such files, one for each look that is under way.
const FOLDER: &str = "looking";
/// Longest number of a message.
const NUMBER: u64 = 32;

/// A look under way; its file goes with the value. It is locked, so that another process does not
/// take it for one that a dead one left.
pub(super) struct Looking {
    file: File,
    path: PathBuf,
}

impl Looking {
    /// This message is looked into from now on.
    pub(super) fn at(&mut self, key: MessageKey) -> Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.set_len(0)?;
        self.file.write_all(key.0.to_string().as_bytes())?;
        Ok(())
    }
}

#[cfg(test)]
impl Looking {
    /// What is left when the process ends: the file, without its lock.
    pub(super) fn abandon(self) -> Self {
        let _ = self.file.unlock();
        self
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// Octets to be looked into.
pub(super) struct Look {
    pub(super) key: MessageKey,
    pub(super) raw: Raw,
    pub(super) known: Known,
    /// They are a beginning that was asked for, of so many octets.
    pub(super) here: Option<u64>,
}

fn write_learned(t: &Transaction<'_>, look: &Look, facts: &Facts) -> Result<Vec<MessageKey>> {
    let row: Option<(i64, i64)> = t
        .prepare_cached("SELECT account, known FROM messages WHERE id = ?1")?
        .query_row([look.key.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((account, was)) = row else { return Ok(Vec::new()) };
    if was <= look.known as i64 {
        write_facts(t, look.key, facts, look.known)?;
    }
    if facts.poison {
        t.prepare_cached("UPDATE messages SET quarantined = 1 WHERE id = ?1")?
            .execute([look.key.0])?;
    }
    deliveries::apply_report(t, AccountId(account), look.key, facts)
}

impl Store {
    /// Looks at a beginning or a whole body and writes what it tells into the row. Blocks.
    ///
    /// # Errors
    /// [`super::Error::Store`].
    pub(crate) fn learn(&self, key: MessageKey, raw: Raw, known: Known) -> Result<Vec<MessageKey>> {
        self.learn_all(&[Look { key, raw, known, here: None }])
    }

    /// [`Self::learn`] for several, in one transaction. A message that is not here any more is passed
    /// over.
    pub(super) fn learn_all(&self, looks: &[Look]) -> Result<Vec<MessageKey>> {
        let mut readable: Vec<(&Look, u64)> = Vec::new();
        self.read_now(|c| {
            let mut query =
                c.prepare_cached("SELECT quarantined, size FROM messages WHERE id = ?1")?;
            for look in looks {
                let row: Option<(i64, i64)> =
                    query.query_row([look.key.0], |r| Ok((r.get(0)?, r.get(1)?))).optional()?;
                if let Some((0, size)) = row {
                    readable.push((look, u64::try_from(size).unwrap_or(0)));
                }
            }
            Ok(())
        })?;
        let mut learned: Vec<(&Look, Facts)> = Vec::new();
        let mut looking = self.begin_to_look()?;
        for (look, size) in readable {
            looking.at(look.key)?;
            learned.push((look, classify::facts_of(&look.raw, look.known, size)?));
        }
        drop(looking);
        self.write_now(|t| {
            let mut changed = Vec::new();
            for (look, facts) in &learned {
                changed.extend(write_learned(t, look, facts)?);
                if look.known == Known::Prefix && REPORTS.contains(&facts.kind) {
                    meta::reports_wait(t, look.key)?;
                }
            }
            for look in looks {
                if let Some(here) = look.here {
                    end_beginning(t, look.key, here)?;
                }
            }
            Ok(changed)
        })
    }

    /// Messages that were being looked at when the program died are quarantined. Blocks; called at
    /// start.
    ///
    /// # Errors
    /// [`super::Error::Store`].
    pub fn quarantine(&self) -> Result<()> {
        let ended = self.looks_that_ended()?;
        self.write_now(|t| {
            // 2 was so noted by earlier versions.
            t.execute("UPDATE messages SET quarantined = 1 WHERE quarantined = 2", [])?;
            for key in ended {
                t.execute("UPDATE messages SET quarantined = 1 WHERE id = ?1", [key.0])?;
            }
            Ok(())
        })
    }

    /// Begins to look into messages. Blocks.
    pub(super) fn begin_to_look(&self) -> Result<Looking> {
        let folder = self.dir().join(FOLDER);
        blobs::make_private_dir(&folder)?;
        let path = folder.join(format!("{:016x}", rand::random::<u64>()));
        let file = blobs::private_options().create_new(true).open(&path)?;
        // Where the file system knows no locks, there are no two processes either.
        let _ = file.try_lock();
        Ok(Looking { file, path })
    }

    /// The messages that were being looked into when a process ended. Their files are removed.
    pub(super) fn looks_that_ended(&self) -> Result<Vec<MessageKey>> {
        let files = match fs::read_dir(self.dir().join(FOLDER)) {
            Ok(files) => files,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let mut keys = Vec::new();
        for entry in files.flatten() {
            let Ok(file) = File::open(entry.path()) else { continue };
            if file.try_lock().is_err() {
                continue;
            }
            let mut text = String::new();
            if file.take(NUMBER).read_to_string(&mut text).is_ok() {
                keys.extend(text.parse().ok().map(MessageKey));
            }
            let _ = fs::remove_file(entry.path());
        }
        Ok(keys)
    }
}
