//! Reading a vendor table that somebody wrote by hand: a faulty row is left out and named with its
//! line, the others count.
//!
//! Limits: 1 MiB and 500 rows; 8 asterisks a pattern.

use super::{Table, Vendor};
use crate::rows;

/// Octets of a table.
pub const FILE_MAX: usize = 1024 * 1024;
/// Rows of a table.
pub const ROWS_MAX: usize = 500;

/// What is wrong with a table, and where. `wording::recognition` says it.
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
    /// Larger than [`FILE_MAX`]; nothing of it is used.
    TooLarge,
    /// More rows than [`ROWS_MAX`]; the first ones are used.
    TooManyRows,
    /// No TOML, or no row of a table; what the TOML reader says.
    Syntax(String),
    /// A list of words is too long.
    TooManyWords,
    /// The id has something else than small letters, digits and hyphens.
    Id,
    /// The id is that of a standard.
    StandardId(String),
    /// The row of this id has no mark.
    NoMark(String),
    /// A pattern has more than eight asterisks.
    Asterisks {
        /// Id of the row.
        id: String,
        /// The pattern.
        like: String,
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
        for (index, (line, row)) in rows::split(text, "vendor").into_iter().enumerate() {
            if index > ROWS_MAX {
                faults.push(Fault { line: Some(line + 1), reason: Reason::TooManyRows });
                break;
            }
            match parse(line, row) {
                Ok(read) => table.rows.extend(read),
                Err(fault) => faults.push(fault),
            }
        }
        (table, faults)
    }
}

fn parse(above: usize, text: &str) -> Result<Vec<Vendor>, Fault> {
    let table: Table = rows::parse(above, text)
        .map_err(|(line, said)| Fault { line: Some(line), reason: Reason::Syntax(said) })?;
    match table.rows.iter().find_map(reason) {
        Some(reason) => Err(Fault { line: Some(above + 1), reason }),
        None => Ok(table.rows),
    }
}

/// What is wrong with a row that reads well.
fn reason(row: &Vendor) -> Option<Reason> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let asterisks = |like: &str| like.chars().filter(|c| *c == '*').count();
    if row.id.is_empty() || !row.id.chars().all(plain) {
        return Some(Reason::Id);
    }
    if row.id.starts_with("vpim") || row.id == "ivm" {
        return Some(Reason::StandardId(row.id.clone()));
    }
    if row.marks.is_empty() {
        return Some(Reason::NoMark(row.id.clone()));
    }
    let like = row.clues().filter_map(|clue| clue.like).find(|like| asterisks(like) > 8)?;
    Some(Reason::Asterisks { id: row.id.clone(), like })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[vendor]]\nid = 'a'\nname = 'A'\nkind = 'voice'\n\
        [[vendor.mark]]\nin = 'header'\nname = 'X-A'\n";

    #[test]
    fn a_faulty_row_is_named_by_its_line_and_the_others_count() {
        for (fault, line, expected) in [
            ("[[vendor]]\nid = 'b'\nname = 'B'\nkind = 'smoke'\n", 11, None),
            ("[[vendor]]\nid = 'b'\nnonsense here\n", 10, None),
            ("[[vendor]]\nid = 'b'\nname = 'B'\nkind = 'voice'\ncolour = 1\n", 12, None),
            (
                "[[vendor]]\nid = 'vpim2'\nname = 'B'\nkind = 'voice'\nmark = []\n",
                8,
                Some(Reason::StandardId("vpim2".into())),
            ),
            (
                "[[vendor]]\nid = 'b'\nname = 'B'\nkind = 'voice'\nmark = []\n",
                8,
                Some(Reason::NoMark("b".into())),
            ),
            (
                "[[vendor]]\nid = 'b'\nname = 'B'\nkind = 'voice'\n\
                 mark = [{ in = 'subject', like = '*********' }]\n",
                8,
                Some(Reason::Asterisks { id: "b".into(), like: "*********".into() }),
            ),
        ] {
            let (table, faults) = Table::read(&format!("{GOOD}{fault}{GOOD}"));
            assert_eq!(table.rows.len(), 2, "{fault}: {faults:?}");
            let [found] = faults.as_slice() else { panic!("{fault}: {faults:?}") };
            assert_eq!(found.line, Some(line), "{found:?}");
            match expected {
                Some(reason) => assert_eq!(found.reason, reason),
                None => assert!(matches!(found.reason, Reason::Syntax(_)), "{found:?}"),
            }
        }
        assert_eq!(Table::read("# nothing\n").0.rows.len(), 0);
        assert!(Table::read("# nothing\n").1.is_empty());
        let (table, problems) = Table::read(&format!("id = 1\n{GOOD}"));
        assert!(table.rows.len() == 1 && problems[0].line == Some(1), "{problems:?}");
    }

    #[test]
    fn size_and_number_are_bounded() {
        let many = GOOD.repeat(ROWS_MAX + 5);
        let (table, problems) = Table::read(&many);
        assert_eq!((table.rows.len(), problems.len()), (ROWS_MAX, 1));
        let (table, problems) = Table::read(&"#".repeat(FILE_MAX + 1));
        assert!(table.rows.is_empty() && problems.len() == 1);
    }

    #[test]
    fn rows_of_the_user_come_first_or_last() {
        let first = Table::parse(GOOD).unwrap();
        let last = GOOD.replace("id = 'a'", "id = 'z'\nafter = true");
        let own = Table::parse(&format!("{last}{GOOD}")).unwrap();
        let ids = |table: &Table| table.rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&own.before(&first)), ["a", "a", "z"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_taken(text in "(\\[\\[vendor\\]\\]|id = |'a'|\n|mark|[\\PC]{0,8}){0,40}") {
            let _ = Table::read(&text);
        }
    }
}
