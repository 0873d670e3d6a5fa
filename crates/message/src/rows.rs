//! Tables of rows that somebody wrote by hand in TOML, taken apart row by row, so that a faulty one
//! costs itself only. What a row means is its reader's matter: [`crate::vendors`], the engine's table of
//! servers.

use serde::de::DeserializeOwned;

/// The text before the first row, then each row, `[[name]]`; with the number of lines above it.
#[must_use]
pub fn split<'a>(text: &'a str, name: &str) -> Vec<(usize, &'a str)> {
    let (head, noted) = (format!("[[{name}]]"), format!("[[{name}]]#"));
    let mut rows = Vec::new();
    let (mut start, mut start_line, mut at) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let compact: String =
            line.chars().filter(|c| !c.is_whitespace()).take(noted.len()).collect();
        if compact == head || compact == noted {
            rows.push((start_line, text.get(start..at).unwrap_or_default()));
            (start, start_line) = (at, number);
        }
        at += line.len();
    }
    rows.push((start_line, text.get(start..).unwrap_or_default()));
    rows
}

/// Reads one of these.
///
/// # Errors
/// The line of the whole table, from 1, and what the TOML reader says.
pub fn parse<T: DeserializeOwned>(above: usize, text: &str) -> Result<T, (usize, String)> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or(text);
        (above + before.matches('\n').count() + 1, error.message().replace('\n', " "))
    })
}
