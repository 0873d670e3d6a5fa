//! The octets of what waits in the outbox: beside their row while they are few, else in pieces in a
//! table of their own. A row that changes is written again with all that it holds, and a message of
//! 150 MB would be held for it. Where in the folder it lies besides: `copies`.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Error, Missing, Result};
use crate::content::{Content, SMALL};
use aloud_model::OutboxId;

/// Octets of a piece.
const PIECE: usize = 256 * 1024;

/// What stands in the row of a message.
pub(super) fn column(content: &Content) -> Result<Vec<u8>> {
    if content.len() <= SMALL { Ok(content.whole()?) } else { Ok(Vec::new()) }
}

/// Writes what does not. Blocks.
pub(super) fn put(t: &Transaction<'_>, id: OutboxId, content: &Content) -> Result<()> {
    if content.len() <= SMALL {
        return Ok(());
    }
    let mut insert =
        t.prepare_cached("INSERT INTO outbox_pieces (outbox, number, octets) VALUES (?1, ?2, ?3)")?;
    let mut number = 0i64;
    content.each(PIECE, |piece| {
        insert.execute(params![id.0, number, piece])?;
        number += 1;
        Ok(())
    })
}

/// Hands the frozen octets over, a piece at a time. Blocks.
pub(super) fn each(
    c: &Connection,
    id: OutboxId,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let here = c.query_row("SELECT octets FROM outbox WHERE id = ?1", [id.0], |row| row.get(0));
    let here: Vec<u8> = here.optional()?.ok_or(Error::NotFound(Missing::Queued(id)))?;
    if !here.is_empty() {
        return take(&here);
    }
    let mut query =
        c.prepare_cached("SELECT octets FROM outbox_pieces WHERE outbox = ?1 ORDER BY number")?;
    let mut rows = query.query([id.0])?;
    while let Some(row) = rows.next()? {
        take(row.get_ref(0)?.as_blob().map_err(|error| Error::Store(error.to_string()))?)?;
    }
    Ok(())
}

/// The frozen octets; those that are not few in a file in `folder`. Blocks.
pub(super) fn content(c: &Connection, id: OutboxId, folder: &Path) -> Result<Content> {
    let spooled =
        Content::spooled::<Error>(folder, |out| each(c, id, |piece| Ok(out.write_all(piece)?)))?;
    if spooled.len() <= SMALL { Ok(spooled.whole()?.into()) } else { Ok(spooled) }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::store::{
        Store, accounts, copies, kept,
        list::tests::settings,
        outbox::{self, Frozen, Phase},
        system_clock,
    };
    use aloud_model::AddrSpec;

    /// A large message is there twice, each place stands in for the other, and neither stays.
    #[test]
    fn a_large_message_is_in_two_places() {
        let root = tempfile::tempdir().expect("a folder");
        let dir = root.path().join("data");
        let store = Store::open(&dir, system_clock()).expect("a store");
        let to = AddrSpec::parse("ada@example.net").expect("an address");
        let octets = b"a line of the message\r\n".repeat(SMALL as usize / 10);
        let frozen = Frozen {
            account: store.write_now(|t| accounts::add_account(t, &settings())).expect("added"),
            message_id: "1@example.com".into(),
            reverse_path: Some(to.clone()),
            forward_paths: vec![to],
            shown_to: Vec::new(),
            subject: String::new(),
            duration: None,
            receipt: false,
            notify: false,
            answers: None,
            forward: false,
            octets: octets.clone().into(),
        };
        let freeze = |store: &Store| {
            let freeze = |t: &Transaction<'_>| outbox::freeze(t, &frozen, Phase::Queued, 0, 0, 0);
            store.write_now(freeze).expect("frozen")
        };
        let id = freeze(&store);
        let in_row = "SELECT length(octets) FROM outbox";
        let len: i64 =
            store.read_now(|c| Ok(c.query_row(in_row, [], |r| r.get(0))?)).expect("read");
        assert_eq!(len, 0, "the row itself stays small");
        let file = dir.join(format!("unsent/{}.message", id.0));
        let is_whole = |store: &Store| {
            let content = copies::content(store, id).expect("there");
            assert!(matches!(content, Content::InFile(_)));
            assert!(content.whole().expect("there") == octets);
        };
        is_whole(&store);
        // The file is damaged, and does not count; nor is anything left of the copy that was made.
        let mut damaged = fs::read(&file).expect("there");
        let last = damaged.len() - 1_000;
        damaged[last] ^= 1;
        fs::write(&file, damaged).expect("written");
        is_whole(&store);
        assert_eq!(fs::read_dir(dir.join("unsent")).expect("the folder").count(), 1);
        // The database lost it, and has it again from the file.
        fs::remove_file(&file).expect("removed");
        store.read_now(|c| copies::mirror(&store, c)).expect("written");
        store
            .write_now(|t| Ok(t.execute("UPDATE outbox SET message_id = 'x'", [])?))
            .expect("done");
        store.write_now(|t| Ok(t.execute("DELETE FROM outbox_pieces", [])?)).expect("done");
        store.leave();
        drop(store);
        let store = Store::open(&dir, system_clock()).expect("a store");
        is_whole(&store);
        fs::remove_file(&file).expect("removed");
        is_whole(&store);
        // A new database that is filled from this one for want of a copy has them, too.
        let other = root.path().join("other");
        let filled = Store::open(&other, system_clock()).expect("a store");
        filled.write_now(|t| kept::salvage(&dir.join("aloud.db"), t)).expect("filled");
        let salvaged = filled.read_now(|c| super::content(c, id, &other)).expect("there");
        assert!(salvaged.whole().expect("there") == octets);
        drop((salvaged, filled));
        // It is taken back, and its pieces go with the row.
        copies::take_back(&store, id).expect("taken back");
        let left = "SELECT count(*) FROM outbox_pieces";
        let left: i64 = store.read_now(|c| Ok(c.query_row(left, [], |r| r.get(0))?)).expect("read");
        assert_eq!(left, 0);
    }
}
