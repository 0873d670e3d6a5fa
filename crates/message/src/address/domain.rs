//! Domain names as mail writes them: letters outside ASCII as A-labels (RFC 5890 section 2.3.2.1,
//! UTS 46), and what can be the name of a host (RFC 5321 section 2.3.5, 4.1.3).
//!
//! Aloud writes no header with other letters (RFC 6532), so a domain is turned here, where an address
//! is typed, and everything after it sees the name that the name servers know. What stands before
//! the `@` belongs to the other system and is never changed.

/// Octets of a label, and of a name.
const LABEL_MAX: usize = 63;
const DOMAIN_MAX: usize = 253;

/// The domain in ASCII: as it is, or with its A-labels. `None` where it is the name of no host.
#[must_use]
pub fn ascii(domain: &str) -> Option<String> {
    if domain.is_ascii() {
        return is_host(domain).then(|| domain.to_owned());
    }
    // Longer than it may become; the library is not asked about floods. It takes hyphens at the ends
    // of labels, which are none of a host (RFC 5891 section 4.2.3.1); UTS 46 knows four full stops.
    let dots = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];
    let odd = |label: &str| label.starts_with('-') || label.ends_with('-');
    if domain.len() > 4 * DOMAIN_MAX || domain.split(dots).any(odd) {
        return None;
    }
    idna::domain_to_ascii(domain).ok().filter(|domain| is_host(domain))
}

/// Whether a domain is an address in brackets, or labels of at most 63 letters, digits and hyphens,
/// hyphens inside only. The underscore is no letter of a host and met in names all the same.
fn is_host(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=LABEL_MAX).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    domain.starts_with('[') && domain.ends_with(']')
        || domain.len() <= DOMAIN_MAX && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_become_labels_and_odd_names_nothing() {
        for (domain, expected) in [
            ("example.com", Some("example.com")),
            ("exämple.org", Some("xn--exmple-cua.org")),
            ("EXÄMPLE.Org", Some("xn--exmple-cua.org")),
            ("例え.テスト", Some("xn--r8jz45g.xn--zckzah")),
            ("пример。испытание", Some("xn--e1afmkfd.xn--80akhbyknj4f")),
            ("straße.example", Some("xn--strae-oqa.example")),
            ("xn--exmple-cua.org", Some("xn--exmple-cua.org")),
            ("[192.0.2.1]", Some("[192.0.2.1]")),
            ("my_host", Some("my_host")),
            ("-x-.com", None),
            ("x-.example", None),
            ("a..b", None),
            ("", None),
            ("ex mple.org", None),
            ("-ä.example", None),
            ("a\u{202e}b.example", None),
        ] {
            assert_eq!(ascii(domain).as_deref(), expected, "{domain}");
        }
        assert_eq!(ascii(&format!("{}.example", "a".repeat(64))), None);
        assert_eq!(ascii(&format!("{}.example", "ä".repeat(63))), None);
        assert_eq!(ascii(&"ä".repeat(100_000)), None);
    }
}
