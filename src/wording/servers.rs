//! How servers are treated (`engine::servers`), in words.

use crate::engine::servers::{By, Fault, Matched, ROWS_MAX, Reason};

/// A row and why it is of a server. Names of the user's own rows may name people and places.
#[must_use]
pub fn row(row: &Matched, details: bool) -> String {
    let name = match row.own && !details {
        true => fl!("servers-own"),
        false => row.name.clone(),
    };
    match row.by {
        By::Host => fl!("servers-by-host", name = name),
        By::Greeting => fl!("servers-by-greeting", name = name),
        By::Capability => fl!("servers-by-capability", name = name),
        By::Id => fl!("servers-by-id", name = name),
        By::Any => fl!("servers-by-any", name = name),
    }
}

/// Several rows, in one sentence.
#[must_use]
pub fn rows(rows: &[Matched], details: bool) -> String {
    let rows: Vec<String> = rows.iter().map(|matched| row(matched, details)).collect();
    fl!("servers-treated", rows = rows.join("; "))
}

/// What is wrong with a row, and where. What the reader of TOML says quotes the file.
#[must_use]
pub fn fault(fault: &Fault, details: bool) -> String {
    let reason = match &fault.reason {
        Reason::Unreadable(said) | Reason::Syntax(said) if details => said.clone(),
        Reason::Unreadable(_) => fl!("servers-unreadable"),
        Reason::Syntax(_) => fl!("servers-syntax"),
        Reason::TooLarge => fl!("fault-too-large"),
        Reason::TooManyRows => fl!("fault-too-many-rows", limit = ROWS_MAX),
        Reason::Id => fl!("fault-id"),
        Reason::Twice(id) => fl!("servers-twice", id = id),
        Reason::NoClue(id) => fl!("servers-no-clue", id = id),
        Reason::NoTreatment(id) => fl!("servers-no-treatment", id = id),
        Reason::Value { id, field } => fl!("servers-value", id = id, field = *field),
    };
    match fault.line {
        Some(line) => fl!("fault-line", line = line, reason = reason),
        None => reason,
    }
}
