//! Rows that the window writes into a user's own table: mail from one address is treated as one kind.

use super::Kind;
use aloud_model::AddrSpec;

/// The row by which mail from an address is of a kind, as text for `vendors.toml`. It goes to the
/// beginning of the file, where it comes before what was written earlier. `None` for an address
/// that no pattern can name exactly.
#[must_use]
pub fn row_for(address: &AddrSpec, kind: Kind) -> Option<String> {
    let address = address.as_str();
    // Signs of patterns and of TOML strings.
    if address.chars().any(|c| c.is_control() || c.is_whitespace() || "*{}\"'\\".contains(c)) {
        return None;
    }
    let (word, needs) = match kind {
        Kind::Voice => ("voice", "audio"),
        Kind::Fax => ("fax", "document"),
        Kind::Other => ("other", "nothing"),
        Kind::Mail => ("mail", "nothing"),
    };
    Some(format!(
        "[[vendor]]\nid = \"own\"\nname = \"{address}\"\nkind = \"{word}\"\nneeds = \"{needs}\"\n\
         [[vendor.mark]]\nin = \"from-address\"\nlike = \"{address}\"\n"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::ReadOptions;
    use crate::vendors::Table;
    use crate::{Mail, vendors};
    use aloud_model::MessageKind;

    const PLAIN: &str = "From: Memo <memo@example.com>\r\nTo: b@example.net\r\nSubject: Hello\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
        Content-Type: text/plain\r\n\r\nHello\r\n--x\r\nContent-Type: audio/basic\r\n\r\nAAAA\r\n--x--\r\n";

    fn kind(table: &str, mail: &str) -> MessageKind {
        let (table, problems) = Table::read(table);
        assert!(problems.is_empty(), "{problems:?}");
        let table = table.before(Table::builtin());
        Mail::read_with(mail.as_bytes(), &ReadOptions::default(), &table).kind
    }

    #[test]
    fn the_newest_row_decides_for_its_address_alone() {
        let address = AddrSpec::parse("memo@example.com").expect("an address");
        assert_eq!(kind("", PLAIN), MessageKind::Email);
        let voice = row_for(&address, vendors::Kind::Voice).expect("a row");
        assert_eq!(kind(&voice, PLAIN), MessageKind::Voice);
        let other = PLAIN.replace("memo@example.com", "ann@example.com");
        assert_eq!(kind(&voice, &other), MessageKind::Email);
        let mail = row_for(&address, vendors::Kind::Mail).expect("a row");
        assert_eq!(kind(&format!("{mail}\n{voice}"), PLAIN), MessageKind::Email);
    }

    #[test]
    fn an_address_that_would_be_a_pattern_makes_no_row() {
        for odd in ["a*@example.com", "{number}@example.com", "\"a b\"@example.com"] {
            let Ok(address) = AddrSpec::parse(odd) else { continue };
            assert_eq!(row_for(&address, vendors::Kind::Voice), None, "{odd}");
        }
    }
}
