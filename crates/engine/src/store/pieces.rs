//! The octets of what waits in the outbox: beside their row while they are few, else in pieces in a
//! table of their own. A row that changes is written again with all that it holds, and a message of
//! 150 MB would be held for it. Where in the folder it lies besides: `copies`.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::{Error, Missing, Result};
use crate::content::{Content, Digest, SMALL, Sum};
use aloud_model::OutboxId;

/// Octets of a piece.
const PIECE: usize = 256 * 1024;

/// What stands in the row of a message.
pub(super) fn column(content: &Content) -> Result<Vec<u8>> {
    if content.len() <= SMALL { Ok(content.whole()?) } else { Ok(Vec::new()) }
}

/// How many octets a row is to have, and what they come to; `None` where there is no such row, or it is
/// one of before.
pub(super) fn known(c: &Connection, id: OutboxId) -> Result<Option<(u64, Digest)>> {
    let mut query = c.prepare_cached("SELECT length, digest FROM outbox WHERE id = ?1")?;
    let row = query.query_row([id.0], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Vec<u8>>(1)?)));
    let Some((length, digest)) = row.optional()? else { return Ok(None) };
    let Ok(length) = u64::try_from(length) else { return Ok(None) };
    Ok(Some((length, digest.try_into().map_err(|_| Error::Altered)?)))
}

/// Notes in a row what its octets come to. Blocks.
pub(super) fn note(t: &Transaction<'_>, id: OutboxId, content: &Content) -> Result<()> {
    let length = i64::try_from(content.len()).unwrap_or(i64::MAX);
    t.execute(
        "UPDATE outbox SET length = ?2, digest = ?3 WHERE id = ?1",
        params![id.0, length, content.digest()?],
    )?;
    Ok(())
}

/// Writes what does not, and what all comes to. Blocks.
pub(super) fn put(t: &Transaction<'_>, id: OutboxId, content: &Content) -> Result<()> {
    note(t, id, content)?;
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

/// Hands the frozen octets over, a piece at a time, and the last one only where all are as they were.
/// Blocks.
///
/// # Errors
/// [`Error::Altered`] where they are not.
pub(super) fn each(
    c: &Connection,
    id: OutboxId,
    mut take: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let here = c.query_row("SELECT octets FROM outbox WHERE id = ?1", [id.0], |row| row.get(0));
    let here: Vec<u8> = here.optional()?.ok_or(Error::NotFound(Missing::Queued(id)))?;
    let mut sum = known(c, id)?.map(|(length, digest)| Sum::of(length, Some(digest)));
    let mut pass = |piece: &[u8]| {
        if let Some(sum) = &mut sum {
            sum.push(piece).map_err(|_| Error::Altered)?;
        }
        take(piece)
    };
    if !here.is_empty() {
        pass(&here)?;
        return all_there(sum);
    }
    let mut query = c.prepare_cached(
        "SELECT octets, number FROM outbox_pieces WHERE outbox = ?1 ORDER BY number",
    )?;
    let mut rows = query.query([id.0])?;
    let (mut next, mut last) = (0, PIECE);
    while let Some(row) = rows.next()? {
        // Also without a digest: none is missing in between.
        if row.get::<_, i64>(1)? != next || last != PIECE {
            return Err(Error::Altered);
        }
        let piece = row.get_ref(0)?.as_blob().map_err(|error| Error::Store(error.to_string()))?;
        (next, last) = (next + 1, piece.len());
        pass(piece)?;
    }
    all_there(sum)
}

fn all_there(sum: Option<Sum>) -> Result<()> {
    if sum.is_some_and(|sum| sum.lacks()) { Err(Error::Altered) } else { Ok(()) }
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
        // What is less or other than was kept is not handed out, from whichever place; of a row of
        // before the file knows.
        let sql = |text: &str| store.write_now(|t| Ok(t.execute(text, [])?)).expect("done");
        let lost = || {
            let content = copies::content(&store, id);
            assert_eq!(content.err(), Some(Error::Altered));
            // It holds up no other.
            store.read_now(|c| copies::mirror(&store, c)).expect("gone past");
        };
        sql("UPDATE outbox_pieces SET octets = zeroblob(length(octets)) WHERE number = 1");
        lost();
        sql("DELETE FROM outbox_pieces WHERE number = (SELECT max(number) FROM outbox_pieces)");
        lost();
        sql("UPDATE outbox SET length = -1");
        store.read_now(|c| copies::mirror(&store, c)).expect("of before: nobody knows");
        fs::remove_file(&file).expect("written");
        sql("DELETE FROM outbox_pieces WHERE number = 2");
        lost();
        assert_eq!(fs::read_dir(dir.join("unsent")).expect("the folder").count(), 0);
        // It is taken back, and its pieces go with the row.
        copies::take_back(&store, id).expect("taken back");
        let left = "SELECT count(*) FROM outbox_pieces";
        let left: i64 = store.read_now(|c| Ok(c.query_row(left, [], |r| r.get(0))?)).expect("read");
        assert_eq!(left, 0);
    }
}
