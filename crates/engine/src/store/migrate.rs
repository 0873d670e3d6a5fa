//! Numbered migrations. Each runs in one transaction together with its `user_version`, so that a
//! kill leaves the old schema or the new one. A copy of the database is kept before the first step
//! of an upgrade; a database newer than this program is refused and not touched.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{Error, Result, blobs::make_private_file, tighten::COPY};

/// Schema files in order; the version of a database is how many of them it has seen.
const STEPS: [&str; 15] = [
    include_str!("migrations/0001_initial.sql"),
    include_str!("migrations/0002_submission.sql"),
    include_str!("migrations/0003_estimated_lengths.sql"),
    include_str!("migrations/0004_values.sql"),
    include_str!("migrations/0005_previews_and_deliveries.sql"),
    include_str!("migrations/0006_unlisted_mailboxes.sql"),
    include_str!("migrations/0007_operations_wait.sql"),
    include_str!("migrations/0008_properties_of_cards.sql"),
    include_str!("migrations/0009_what_servers_refuse.sql"),
    include_str!("migrations/0010_copies.sql"),
    include_str!("migrations/0011_keypad.sql"),
    include_str!("migrations/0012_outbox_pieces.sql"),
    include_str!("migrations/0013_tallies.sql"),
    include_str!("migrations/0014_outbox_digest.sql"),
    include_str!("migrations/0015_positions.sql"),
];

/// Looks at the version without writing anything.
pub(super) fn refuse_newer(file: &Path) -> Result<()> {
    if !file.exists() {
        return Ok(());
    }
    let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    check(version(&connection)?)
}

fn check(version: usize) -> Result<()> {
    if version > STEPS.len() {
        return Err(Error::NewerDatabase { found: version, known: STEPS.len() });
    }
    Ok(())
}

pub(super) fn version(connection: &Connection) -> Result<usize> {
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

pub(super) fn migrate(connection: &mut Connection, dir: &Path) -> Result<()> {
    let from = version(connection)?;
    check(from)?;
    if from > 0 && from < STEPS.len() {
        let copy = dir.join(format!("{COPY}{from}"));
        // Whatever else stands there: no upgrade without a copy.
        if !copy.is_file() {
            // An empty file is written into, with the mode that it has.
            make_private_file(&copy)?;
            let copy = copy.to_string_lossy().into_owned();
            connection.execute("VACUUM INTO ?1", [copy])?;
        }
    }
    for (index, step) in STEPS.iter().enumerate().skip(from) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have been here first.
        if version(&transaction)? > index {
            continue;
        }
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", index as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

/// The statements of a database by name, without those of tables that SQLite made.
pub(super) fn schema(c: &Connection) -> Result<Vec<(String, String)>> {
    let mut query = c.prepare(
        "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' \
         ORDER BY name",
    )?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<std::result::Result<_, _>>()?)
}

/// The statements of a database that all steps made.
pub(super) fn newest_schema() -> Result<Vec<(String, String)>> {
    schema_of(STEPS.len())
}

/// The statements of a database of a version.
pub(super) fn schema_of(version: usize) -> Result<Vec<(String, String)>> {
    let memory = Connection::open_in_memory()?;
    for step in STEPS.iter().take(version) {
        memory.execute_batch(step)?;
    }
    schema(&memory)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::store::{Store, tests::scratch, vocabulary::Vocabulary};

    const DOCUMENTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/schema.sql");

    /// The statements of a database by name, without comments, quotes and FTS5's own tables.
    fn statements(c: &Connection) -> BTreeMap<String, String> {
        let mut query = c
            .prepare(
                "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL \
                 AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'search_%'",
            )
            .expect("a query");
        let rows = query
            .query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))
            .expect("statements");
        rows.map(|row| {
            let (name, sql) = row.expect("a statement");
            let lines = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
            let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
            let plain = words.join(" ").replace('"', "");
            (name, plain.replace(" ,", ",").replace("( ", "(").replace(" )", ")"))
        })
        .collect()
    }

    fn documented() -> (String, Connection) {
        let text = std::fs::read_to_string(DOCUMENTED).expect("docs/schema.sql");
        let connection = Connection::open_in_memory().expect("memory");
        connection.execute_batch(&text).expect("statements");
        (text, connection)
    }

    #[test]
    fn the_documented_schema_is_the_real_one() {
        let (_dir, store) = scratch();
        let real = store.read_now(|c| Ok(statements(c))).expect("the schema");
        assert_eq!(statements(&documented().1), real);
    }

    /// The comment lines above a column, by `table.column`.
    fn comments(text: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let (mut table, mut comment) = (String::new(), String::new());
        for line in text.lines() {
            if let Some(rest) = line.trim().strip_prefix("-- ") {
                // The columns of a virtual table cannot hold comments: `name: what it is` before it.
                if let Some((column, what)) = rest.split_once(": ") {
                    found.insert(format!("search.{column}"), what.to_owned());
                }
                comment.push_str(rest);
                comment.push(' ');
                continue;
            }
            let first = line.split_whitespace().next().unwrap_or_default();
            if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
                table = rest.split(' ').next().unwrap_or_default().to_owned();
            } else if line.starts_with("  ") {
                found.insert(format!("{table}.{first}"), comment.trim().to_owned());
            }
            comment.clear();
        }
        found
    }

    #[test]
    fn every_column_is_explained() {
        let (text, connection) = documented();
        let comments = comments(&text);
        let mut query = connection
            .prepare(
                "SELECT s.name || '.' || c.name FROM sqlite_schema s, pragma_table_info(s.name) c \
                 WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%' \
                 AND s.name NOT LIKE 'search_%'",
            )
            .expect("a query");
        let columns: Vec<String> = query
            .query_map([], |row| row.get(0))
            .expect("columns")
            .collect::<std::result::Result<_, _>>()
            .expect("names");
        assert!(columns.len() > 100 && columns.iter().any(|c| c == "search.body"));
        let bare: Vec<&String> = columns
            .iter()
            .filter(|c| comments.get(*c).is_none_or(|comment| comment.len() < 3))
            .collect();
        assert!(bare.is_empty(), "columns without a comment: {bare:?}");
    }

    /// The words of a column stand in its comment.
    fn names_all<T: Vocabulary>(comments: &BTreeMap<String, String>) {
        let comment = comments.get(T::COLUMN).expect("a column with a comment");
        for value in T::ALL {
            let word = format!("'{}'", value.word());
            assert!(comment.contains(&word), "{}: {word} is missing in: {comment}", T::COLUMN);
        }
    }

    #[test]
    fn the_words_of_a_column_are_listed() {
        use crate::store::{classify, contacts, ops, outbox, receipts};
        let comments = comments(&documented().0);
        names_all::<classify::PreviewKind>(&comments);
        names_all::<ops::OpType>(&comments);
        names_all::<ops::OpState>(&comments);
        names_all::<crate::types::OpFailure>(&comments);
        names_all::<crate::types::MailboxFaultKind>(&comments);
        names_all::<outbox::Phase>(&comments);
        names_all::<outbox::RelatedAs>(&comments);
        names_all::<crate::FailureWhy>(&comments);
        names_all::<crate::types::DeliveryState>(&comments);
        names_all::<receipts::Answer>(&comments);
        names_all::<receipts::Rule>(&comments);
        names_all::<contacts::SourceKind>(&comments);
        names_all::<aloud_model::MessageKind>(&comments);
        names_all::<aloud_model::Importance>(&comments);
        names_all::<aloud_model::imap::MailboxRole>(&comments);
    }

    /// A database as a version left it.
    fn database_of(version: usize, dir: &Path) -> Connection {
        let mut connection = Connection::open(dir.join("aloud.db")).expect("a database");
        for (index, step) in STEPS.iter().enumerate().take(version) {
            let transaction = connection.transaction().expect("begun");
            transaction.execute_batch(step).expect("a step");
            transaction.pragma_update(None, "user_version", index as i64 + 1).expect("set");
            transaction.commit().expect("committed");
        }
        connection
    }

    /// The first column of a query, as text.
    fn column(store: &Store, sql: &str) -> Vec<String> {
        store
            .read_now(|c| {
                let mut query = c.prepare(sql)?;
                let rows = query.query_map([], |row| row.get(0))?;
                Ok(rows.collect::<std::result::Result<_, _>>()?)
            })
            .expect("rows")
    }

    #[test]
    fn what_version_four_wrote_survives_as_values() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let filled =
            [include_str!("migrations/version3.sql"), include_str!("migrations/version4.sql")];
        let connection = database_of(3, dir.path());
        connection.execute_batch(filled[0]).expect("filled");
        connection.execute_batch(STEPS[3]).expect("version 4");
        connection.execute_batch(filled[1]).expect("filled");
        connection.pragma_update(None, "user_version", 4).expect("set");
        drop(connection);
        let store = Store::open(dir.path(), crate::store::system_clock()).expect("migrated");
        assert!(dir.path().join("aloud.db.schema4").exists(), "a copy is kept");
        let previews =
            "SELECT preview_kind || '|' || preview FROM messages WHERE id >= 30 ORDER BY id";
        assert_eq!(
            column(&store, previews),
            [
                "|",
                "text|Left on the table: 12:30, ok?",
                "spoken-note|65",
                "spoken-note|",
                "text|Fax with a spoken note",
                "introduction|720",
                "introduction|",
                "forwarded|Zoë, Ltd: sales",
                "extension|0721",
                "outside-line|",
                "text|Left from an outside line · can’t be replied to",
                "unreadable|",
                "|",
                "text|Forwarded: a message from ",
            ]
        );
        let deliveries = "SELECT state || '|' || at || '|' || status || '|' || diagnostic \
                          || '|' || last_attempt FROM deliveries WHERE id >= 90 ORDER BY id";
        assert_eq!(
            column(&store, deliveries),
            [
                "failed|7||There is no mailbox ada at example.net.|0",
                "displayed|8|||0",
                "error|9||5.6.1 (Media not supported) audio/x-odd|0",
                "failed|10|||0",
            ]
        );
        assert_eq!(
            column(&store, "SELECT hex(value) FROM meta WHERE name = 'reread-reports'"),
            ["01"]
        );
    }

    /// The copy before an upgrade cannot be made: that says nothing of the database.
    #[test]
    fn an_error_of_the_system_puts_no_sound_database_aside() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let connection = database_of(3, dir.path());
        connection.execute_batch(include_str!("migrations/version3.sql")).expect("filled");
        drop(connection);
        let in_its_place = dir.path().join("aloud.db.schema3");
        std::fs::create_dir(&in_its_place).expect("a folder");
        let open = || Store::open(dir.path(), crate::store::system_clock());
        assert!(matches!(open().err(), Some(Error::Store(_))));
        assert!(!dir.path().join("damaged").exists());
        std::fs::remove_dir(&in_its_place).expect("removed");
        let store = open().expect("migrated");
        assert!(store.rebuilt().is_none());
        assert_eq!(store.read_now(crate::store::outbox::entries).expect("entries").len(), 15);
    }

    #[test]
    fn what_version_three_wrote_survives_as_values() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let connection = database_of(3, dir.path());
        connection.execute_batch(include_str!("migrations/version3.sql")).expect("filled");
        drop(connection);
        let store = Store::open(dir.path(), crate::store::system_clock()).expect("migrated");
        assert!(dir.path().join("aloud.db.schema3").exists(), "a copy is kept");
        let text = |sql: &str| column(&store, sql);
        let ops = "SELECT kind || '|' || flag || '|' || made || '|' || target || '|' || state \
                   || '|' || why || '|' || said FROM ops ORDER BY id";
        assert_eq!(
            text(ops),
            [
                "add|\\Seen|0|0|waiting||",
                "remove|$Junk|0|0|waiting||",
                "move||77|2|waiting||",
                "append||0|0|waiting||",
                "add|$MDNSent|0|0|failed|flag-not-kept|",
                "move||78|2|failed|renumbered|",
                "move||79|2|failed|mailbox-gone|",
                "add|\\Flagged|0|0|failed|server|[OVERQUOTA] the mailbox is gone, full",
            ]
        );
        let outbox = "SELECT related_as || '|' || related_to || '|' || state || '|' || why || '|' \
                      || reply_code || '|' || refused || '|' || said FROM outbox ORDER BY id";
        assert_eq!(
            text(outbox),
            [
                "|0|queued||0||",
                "reply|12|queued|refused|451||4.3.0 try later",
                "forward|13|failed|refused|550|ada@example.net|5.1.1 no",
                "|0|failed|refused|550|ada@example.net|no: 550 really",
                "|0|failed|refused|552||too big\nsecond line",
                "|0|failed|gave-up|0||",
                "|0|queued|credentials|0||535 no: [a] b",
                "|0|queued|no-password|0||",
                "|0|queued|no-keyring|0||locked",
                "|0|queued|certificate|0||expired",
                "|0|queued|no-encryption|0||",
                "|0|queued|wrong-encryption|0||",
                "|0|ambiguous|ended|0||",
                "|0|ambiguous|broken|0||end of stream",
                "|0|failed|other|0||the message does not end with a line end",
            ]
        );
        let entries = store.read_now(crate::store::outbox::entries).expect("entries");
        assert_eq!(entries.len(), 15, "each can be read");
        assert_eq!(
            text("SELECT name FROM meta ORDER BY name"),
            ["identity", "own-name", "vendors"]
        );
        assert_eq!(text("SELECT hex(octets) FROM headers"), ["46726F6D"]);
        assert_eq!(text("SELECT CAST(quarantined AS TEXT) FROM messages"), ["1"]);
        assert_eq!(text("SELECT source FROM contacts ORDER BY id"), ["card", "typed"]);
    }

    #[test]
    fn a_newer_database_is_refused_and_not_touched() {
        let (_dir, store) = scratch();
        let dir = store.dir().to_owned();
        store.write_now(|t| Ok(t.pragma_update(None, "user_version", 99)?)).expect("set");
        store.checkpoint();
        drop(store);
        let file = dir.join("aloud.db");
        let before = std::fs::read(&file).expect("the file");
        let refused = Store::open(&dir, crate::store::system_clock()).err();
        let newer = Error::NewerDatabase { found: 99, known: STEPS.len() };
        assert_eq!(refused, Some(newer));
        assert_eq!(std::fs::read(&file).expect("the file"), before);
    }

    #[test]
    fn a_step_that_fails_leaves_the_old_schema() {
        let mut connection = Connection::open_in_memory().expect("memory");
        let transaction = connection.transaction().expect("begun");
        assert!(transaction.execute_batch("CREATE TABLE a (x); CREATE TABLE nonsense (").is_err());
        drop(transaction);
        assert_eq!(version(&connection).ok(), Some(0));
        let tables: i64 = connection
            .query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))
            .expect("a count");
        assert_eq!(tables, 0);
    }
}
