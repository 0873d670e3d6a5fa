//! The answer to ID (RFC 2971 section 3.2): what a server says that it is. Read by ourselves, as far as
//! it can be; it is a clue to its profile (`crate::servers`) and nothing else.

use super::namespace::{string, word};

/// Most fields.
const FIELDS: usize = 30;

/// Names and values of a response; `None` when it is none.
pub(super) fn read(octets: &[u8]) -> Option<Vec<(String, String)>> {
    let mut rest = word(octets.strip_prefix(b"* ")?, b"ID")?.trim_ascii_start();
    let mut fields = Vec::new();
    if word(rest, b"NIL").is_some() {
        return Some(fields);
    }
    rest = rest.strip_prefix(b"(")?;
    while !rest.trim_ascii_start().starts_with(b")") && fields.len() < FIELDS {
        let (name, later) = string(rest)?;
        let (value, later) = match word(later, b"NIL") {
            Some(later) => (String::new(), later),
            None => string(later)?,
        };
        fields.push((name, value));
        rest = later;
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_servers_write() {
        for (line, want) in [
            ("* ID (\"name\" \"Dovecot\")\r\n", Some("name=Dovecot")),
            ("* id (\"name\" \"a\" \"version\" NIL \"os\" \"b\")", Some("name=a,version=,os=b")),
            ("* ID NIL", Some("")),
            ("* ID ()", Some("")),
            ("* ID ( \"name\"  {3}\r\na)c \"v\" \"1\" )", Some("name=a)c,v=1")),
            ("* ID (\"name\" \"x\"", None),
            ("* ID (\"name\")", None),
            ("* ID (name x)", None),
            ("* ID", None),
            ("* IDLE", None),
        ] {
            let read = read(line.as_bytes()).map(|fields| {
                let all = fields.into_iter().map(|(name, value)| format!("{name}={value}"));
                all.collect::<Vec<_>>().join(",")
            });
            assert_eq!(read.as_deref(), want, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_octets(octets: Vec<u8>) {
            let _ = read(&octets);
            let _ = read(&[b"* ID (", octets.as_slice()].concat());
        }
    }
}
