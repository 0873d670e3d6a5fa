//! Reading a table that somebody wrote by hand: a faulty row is left out and named with its line, the
//! others count.
//!
//! Limits: 1 MiB and 500 rows; 50 clues a row; 200 octets a text.

use super::{Clue, Row, Table, Treatment};
use aloud_message::rows;

/// Octets of a table.
pub const FILE_MAX: usize = 1024 * 1024;
/// Rows of a table.
pub const ROWS_MAX: usize = 500;
/// Clues of a row, and octets of a text.
const CLUES: usize = 50;
const TEXT: usize = 200;

/// What is wrong with a table, and where. `wording::servers` says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line of the file, from 1; `None` where the whole is meant.
    pub line: Option<usize>,
    /// What.
    pub reason: Reason,
}

/// Why a row, or the whole table, is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The file cannot be read; what the system says.
    Unreadable(String),
    /// Larger than [`FILE_MAX`]; nothing of it is used.
    TooLarge,
    /// More rows than [`ROWS_MAX`]; the first ones are used.
    TooManyRows,
    /// No TOML, or no row of a table; what the TOML reader says.
    Syntax(String),
    /// The id has something else than small letters, digits and hyphens.
    Id,
    /// The id is that of a row before.
    Twice(String),
    /// The row of this id has nothing that a server is known by, or a clue that says nothing.
    NoClue(String),
    /// The row of this id says nothing of how a server is to be treated.
    NoTreatment(String),
    /// A value of the row of this id cannot be used.
    Value {
        /// Id of the row.
        id: String,
        /// The field.
        field: &'static str,
    },
}

impl Table {
    /// Reads a table row by row. The faults name line and reason, for the person who wrote it.
    #[must_use]
    pub fn read(text: &str) -> (Self, Vec<Fault>) {
        let mut table = Self::default();
        if text.len() > FILE_MAX {
            return (table, vec![Fault { line: None, reason: Reason::TooLarge }]);
        }
        let mut faults = Vec::new();
        for (index, (line, row)) in rows::split(text, "server").into_iter().enumerate() {
            if index > ROWS_MAX {
                faults.push(Fault { line: Some(line + 1), reason: Reason::TooManyRows });
                break;
            }
            match parse(line, row) {
                Ok(read) => {
                    for row in read {
                        if table.rows.iter().any(|known| known.id == row.id) {
                            let reason = Reason::Twice(row.id);
                            faults.push(Fault { line: Some(line + 1), reason });
                        } else {
                            table.rows.push(row);
                        }
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        (table, faults)
    }
}

fn parse(above: usize, text: &str) -> Result<Vec<Row>, Fault> {
    let table: Table = rows::parse(above, text)
        .map_err(|(line, said)| Fault { line: Some(line), reason: Reason::Syntax(said) })?;
    match table.rows.iter().find_map(reason) {
        Some(reason) => Err(Fault { line: Some(above + 1), reason }),
        None => Ok(table.rows),
    }
}

/// What is wrong with a row that reads well.
fn reason(row: &Row) -> Option<Reason> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if row.id.is_empty() || row.id.len() > TEXT || !row.id.chars().all(plain) {
        return Some(Reason::Id);
    }
    let id = || row.id.clone();
    let value = |field| Some(Reason::Value { id: id(), field });
    if row.when.is_empty() || row.when.iter().any(|clue| *clue == Clue::default()) {
        return Some(Reason::NoClue(id()));
    }
    if row.when.len() > CLUES || row.when.iter().any(|clue| !clue.is_good()) {
        return value("when");
    }
    if row.name.is_empty() || row.name.len() > TEXT || row.name.chars().any(char::is_control) {
        return value("name");
    }
    if row.source.len() > TEXT || row.source.chars().any(char::is_control) {
        return value("source");
    }
    if row.treat == Treatment::default() {
        return Some(Reason::NoTreatment(id()));
    }
    row.treat.fault().and_then(value)
}

impl Clue {
    /// Whether it can fit anything: letters as they are compared, nothing empty or endless.
    fn is_good(&self) -> bool {
        let small = |text: &Option<String>| {
            text.as_ref()
                .is_none_or(|text| (1..=TEXT).contains(&text.len()) && *text == text.to_lowercase())
        };
        let host = self.host.as_ref().is_none_or(|host| {
            !host.starts_with('.')
                && !host.ends_with('.')
                && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:_".contains(&b))
        });
        let name = self
            .capability
            .as_ref()
            .is_none_or(|name| (1..=TEXT).contains(&name.len()) && *name == name.to_uppercase());
        host && name
            && [&self.host, &self.greeting, &self.id, &self.id_version].into_iter().all(small)
    }
}
