//! NAMESPACE (RFC 2342, RFC 9051 section 6.3.10): whose mailboxes lie under which prefix. Read by
//! ourselves, because the parser does not know it. Bounded by the screen's line and by [`MOST`].

use super::{names, screen::quoted_end};

/// Most namespaces, and octets of a prefix.
const MOST: (usize, usize) = (200, 1000);

/// Where mailboxes of one owner lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace {
    /// What their names begin with, as the server spells it; may be empty.
    pub prefix: String,
    /// What stands between the levels of a name; `None` where there are no levels.
    pub delimiter: Option<String>,
}

/// Whose a mailbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The user's own.
    Personal,
    /// Another user's.
    OtherUser,
    /// Nobody's in particular.
    Shared,
}

/// What a server tells of its namespaces; nothing where it does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Namespaces(Vec<(Owner, Namespace)>);

impl Namespaces {
    /// Reads a response; `None` when it is none.
    pub(super) fn read(octets: &[u8]) -> Option<Self> {
        let mut rest = word(octets.strip_prefix(b"* ")?, b"NAMESPACE")?;
        let mut all = Vec::new();
        for owner in [Owner::Personal, Owner::OtherUser, Owner::Shared] {
            if let Some(later) = word(rest, b"NIL") {
                rest = later;
                continue;
            }
            rest = rest.trim_ascii_start().strip_prefix(b"(")?;
            loop {
                rest = rest.trim_ascii_start();
                if let Some(later) = rest.strip_prefix(b")") {
                    rest = later;
                    break;
                }
                let (prefix, later) = string(rest.strip_prefix(b"(")?)?;
                let (delimiter, later) = match word(later, b"NIL") {
                    Some(later) => (None, later),
                    None => string(later).map(|(delimiter, later)| (Some(delimiter), later))?,
                };
                let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty());
                if prefix.len() <= MOST.1 && all.len() < MOST.0 {
                    all.push((owner, Namespace { prefix, delimiter }));
                }
                rest = behind(later)?;
            }
        }
        Some(Self(all))
    }

    /// The user's own mailboxes lie under this, whose last character stands between levels.
    pub(super) fn under(top: String) -> Self {
        let delimiter = top.chars().last().map(String::from);
        Self(vec![(Owner::Personal, Namespace { prefix: top, delimiter })])
    }

    /// Whose a mailbox is, by the longest prefix that its name begins with. INBOX is the user's own,
    /// and so is what no prefix fits.
    #[must_use]
    pub fn owner(&self, name: &str) -> Owner {
        if name.eq_ignore_ascii_case("INBOX") {
            return Owner::Personal;
        }
        let of = self.0.iter().filter(|(_, namespace)| namespace.holds(name));
        let longest = of.rev().max_by_key(|(_, namespace)| namespace.prefix.len());
        longest.map_or(Owner::Personal, |(owner, _)| *owner)
    }

    /// Where the user's own mailboxes are made.
    #[must_use]
    pub fn personal(&self) -> Option<&Namespace> {
        self.0.iter().find(|(owner, _)| *owner == Owner::Personal).map(|(_, namespace)| namespace)
    }
}

impl Namespace {
    fn holds(&self, name: &str) -> bool {
        let bare = self.delimiter.as_deref().and_then(|end| self.prefix.strip_suffix(end));
        name.starts_with(&self.prefix) || bare == Some(name)
    }

    /// What stands before the name of a mailbox at the top.
    #[must_use]
    pub fn top(&self) -> String {
        match self.delimiter.as_deref() {
            Some(end) if !self.prefix.is_empty() && !self.prefix.ends_with(end) => {
                format!("{}{end}", self.prefix)
            }
            _ => self.prefix.clone(),
        }
    }
}

/// What follows a word of ours.
pub(super) fn word<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (first, rest) = text.trim_ascii_start().split_at_checked(word.len())?;
    first.eq_ignore_ascii_case(word).then_some(rest)
}

/// A quoted string or a literal, and what follows it.
pub(super) fn string(text: &[u8]) -> Option<(String, &[u8])> {
    let text = text.trim_ascii_start();
    if let Some(counted) = text.strip_prefix(b"{") {
        let end = memchr::memchr(b'}', counted)?;
        let (digits, later) = counted.split_at(end);
        let length = std::str::from_utf8(digits.strip_suffix(b"+").unwrap_or(digits)).ok()?;
        let (octets, rest) =
            later.strip_prefix(b"}\r\n")?.split_at_checked(length.parse().ok()?)?;
        return Some((names::from_wire(octets), rest));
    }
    let (quoted, rest) = text.strip_prefix(b"\"").map(|_| text.split_at(quoted_end(text)))?;
    let inside = quoted.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    Some((names::unescape(&names::from_wire(inside)), rest))
}

/// What follows the end of a namespace; extensions before it (RFC 2342 section 5) are passed over.
fn behind(mut text: &[u8]) -> Option<&[u8]> {
    let mut depth = 1u32;
    loop {
        match text.first()? {
            b'"' => {
                text = text.get(quoted_end(text)..)?;
                continue;
            }
            b'(' => depth = depth.checked_add(1)?,
            b')' => depth -= 1,
            _ => {}
        }
        text = text.get(1..)?;
        if depth == 0 {
            return Some(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Option<Namespaces> {
        Namespaces::read(line.as_bytes())
    }

    fn shown(namespaces: &Namespaces) -> String {
        let one = |(owner, namespace): &(Owner, Namespace)| {
            let delimiter = namespace.delimiter.as_deref().unwrap_or("NIL");
            format!("{owner:?} {:?} {delimiter}", namespace.prefix)
        };
        namespaces.0.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn reads_what_servers_write() {
        for (line, want) in [
            (r#"* NAMESPACE (("" "/")) NIL NIL"#, r#"Personal "" /"#),
            (
                r#"* namespace (("INBOX." ".")) (("user." ".")) (("" "."))"#,
                r#"Personal "INBOX." ., OtherUser "user." ., Shared "" ."#,
            ),
            (
                "* NAMESPACE ((\"\" \"/\")(\"#mh/\" \"/\" \"X-PARAM\" (\"FLAG1\" \"FL)G2\"))) NIL NIL\r\n",
                r##"Personal "" /, Personal "#mh/" /"##,
            ),
            (r#"* NAMESPACE NIL NIL (("a\\b\"" "\\"))"#, r#"Shared "a\\b\"" \"#),
            (r#"* NAMESPACE (("" NIL)) NIL NIL"#, r#"Personal "" NIL"#),
            ("* NAMESPACE (({6}\r\nINBOX. \".\")) NIL NIL\r\n", r#"Personal "INBOX." ."#),
            ("* NAMESPACE () NIL NIL", ""),
            ("* NAMESPACE NIL  NIL NIL ", ""),
        ] {
            assert_eq!(read(line).as_ref().map(shown).as_deref(), Some(want), "{line}");
        }
        for line in [
            "* NAMESPACE",
            "* NAMESPACE NIL NIL",
            r#"* NAMESPACE (("" "/") NIL NIL"#,
            r#"* NAMESPACE (("INBOX."))"#,
            "* NAMESPACE (({9}\r\nINBOX. \".\")) NIL NIL",
            "* NAMESPACES NIL NIL NIL x",
        ] {
            assert_eq!(read(line).map(|found| shown(&found)), None, "{line}");
        }
    }

    #[test]
    fn the_longest_prefix_says_whose_it_is() {
        let cyrus =
            read(r#"* NAMESPACE (("INBOX." ".")) (("user." ".")) (("" "."))"#).expect("one");
        let dovecot = read(r#"* NAMESPACE (("" "/")) (("Other Users/" "/")) (("Shared/" "/"))"#)
            .expect("one");
        for (namespaces, name, owner) in [
            (&cyrus, "inbox", Owner::Personal),
            (&cyrus, "INBOX.Sent", Owner::Personal),
            (&cyrus, "user.bo.Sent", Owner::OtherUser),
            (&cyrus, "user", Owner::OtherUser),
            (&cyrus, "Sent", Owner::Shared),
            (&dovecot, "Sent", Owner::Personal),
            (&dovecot, "Shared/Sent", Owner::Shared),
            (&dovecot, "SharedSent", Owner::Personal),
            (&dovecot, "Other Users", Owner::OtherUser),
            (&Namespaces::default(), "Sent", Owner::Personal),
        ] {
            assert_eq!(namespaces.owner(name), owner, "{name}");
        }
        let top = |line: &str| read(line).and_then(|all| all.personal().map(Namespace::top));
        assert_eq!(top(r#"* NAMESPACE (("INBOX." ".")) NIL NIL"#).as_deref(), Some("INBOX."));
        assert_eq!(top(r#"* NAMESPACE (("mail" "/")) NIL NIL"#).as_deref(), Some("mail/"));
        assert_eq!(top(r#"* NAMESPACE (("" "/")) NIL NIL"#).as_deref(), Some(""));
        assert_eq!(top("* NAMESPACE NIL NIL NIL"), None);
    }

    #[test]
    fn there_are_not_more_than_anybody_has() {
        let many = r#"("x" "/")"#.repeat(5000);
        let all = read(&format!("* NAMESPACE ({many}) NIL NIL")).expect("read");
        assert_eq!(all.0.len(), MOST.0);
        let long = "x".repeat(2000);
        let all = read(&format!("* NAMESPACE ((\"{long}\" \"/\")) NIL NIL")).expect("read");
        assert_eq!(all, Namespaces::default());
    }

    proptest::proptest! {
        #[test]
        fn any_octets(octets: Vec<u8>) {
            let _ = Namespaces::read(&[b"* NAMESPACE (", octets.as_slice()].concat());
            let _ = Namespaces::read(&octets);
        }
    }
}
