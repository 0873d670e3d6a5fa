//! Reading a vendor table that somebody wrote by hand: a faulty row is left out and named with its
//! line, the others count.
//!
//! Limits: 1 MiB and 500 rows; 8 asterisks a pattern.

use super::{Table, Vendor};

/// Octets of a table.
pub const FILE_MAX: usize = 1024 * 1024;
/// Rows of a table.
pub const ROWS_MAX: usize = 500;

impl Table {
    /// Reads a table row by row. The problems name line and reason, for the person who wrote it.
    #[must_use]
    pub fn read(text: &str) -> (Self, Vec<String>) {
        let mut table = Self::default();
        if text.len() > FILE_MAX {
            return (table, vec!["the table is larger than 1 MiB; nothing of it is used".into()]);
        }
        let mut problems = Vec::new();
        for (index, (line, row)) in rows(text).into_iter().enumerate() {
            if index > ROWS_MAX {
                problems
                    .push(format!("line {}: only the first {ROWS_MAX} rows are used", line + 1));
                break;
            }
            match parse(line, row) {
                Ok(rows) => table.rows.extend(rows),
                Err(problem) => problems.push(problem),
            }
        }
        (table, problems)
    }
}

/// The text before the first row, then each row; with the number of lines above it.
fn rows(text: &str) -> Vec<(usize, &str)> {
    let mut rows = Vec::new();
    let (mut start, mut start_line, mut at) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let compact: String = line.chars().filter(|c| !c.is_whitespace()).take(11).collect();
        let begins = compact == "[[vendor]]" || compact == "[[vendor]]#";
        if begins {
            rows.push((start_line, text.get(start..at).unwrap_or_default()));
            (start, start_line) = (at, number);
        }
        at += line.len();
    }
    rows.push((start_line, text.get(start..).unwrap_or_default()));
    rows
}

fn parse(above: usize, text: &str) -> Result<Vec<Vendor>, String> {
    let table: Table = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or(text);
        let line = above + before.matches('\n').count() + 1;
        format!("line {line}: {}", error.message().replace('\n', " "))
    })?;
    for row in &table.rows {
        if let Some(fault) = fault(row) {
            return Err(format!("line {}: {fault}", above + 1));
        }
    }
    Ok(table.rows)
}

/// What is wrong with a row that reads well.
fn fault(row: &Vendor) -> Option<String> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let asterisks = |like: &str| like.chars().filter(|c| *c == '*').count();
    if row.id.is_empty() || !row.id.chars().all(plain) {
        return Some("an id has small letters, digits and hyphens".into());
    }
    if row.id.starts_with("vpim") || row.id == "ivm" {
        return Some(format!("the id {} is that of a standard", row.id));
    }
    if row.marks.is_empty() {
        return Some(format!("{} has no mark", row.id));
    }
    let mut likes = row.clues().filter_map(|clue| clue.like);
    let long = likes.find(|like| asterisks(like) > 8)?;
    Some(format!("{}: the pattern {long} has more than eight asterisks", row.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[vendor]]\nid = 'a'\nname = 'A'\nkind = 'voice'\n\
        [[vendor.mark]]\nin = 'header'\nname = 'X-A'\n";

    #[test]
    fn a_faulty_row_is_named_by_its_line_and_the_others_count() {
        for (fault, line, words) in [
            ("[[vendor]]\nid = 'b'\nname = 'B'\nkind = 'smoke'\n", 11, "smoke"),
            ("[[vendor]]\nid = 'b'\nnonsense here\n", 10, "key"),
            ("[[vendor]]\nid = 'b'\nname = 'B'\nkind = 'voice'\ncolour = 1\n", 12, "colour"),
            ("[[vendor]]\nid = 'vpim2'\nname = 'B'\nkind = 'voice'\nmark = []\n", 8, "standard"),
            ("[[vendor]]\nid = 'b'\nname = 'B'\nkind = 'voice'\nmark = []\n", 8, "no mark"),
            (
                "[[vendor]]\nid = 'b'\nname = 'B'\nkind = 'voice'\n\
                 mark = [{ in = 'subject', like = '*********' }]\n",
                8,
                "eight",
            ),
        ] {
            let (table, problems) = Table::read(&format!("{GOOD}{fault}{GOOD}"));
            assert_eq!(table.rows.len(), 2, "{fault}: {problems:?}");
            let [problem] = problems.as_slice() else { panic!("{fault}: {problems:?}") };
            assert!(problem.starts_with(&format!("line {line}: ")), "{problem}");
            assert!(problem.contains(words), "{problem}");
        }
        assert_eq!(Table::read("# nothing\n").0.rows.len(), 0);
        assert!(Table::read("# nothing\n").1.is_empty());
        let (table, problems) = Table::read(&format!("id = 1\n{GOOD}"));
        assert!(table.rows.len() == 1 && problems[0].starts_with("line 1: "), "{problems:?}");
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
