//! Making addresses: grammar of RFC 3804 section 4 as written there, never the lenient forms that
//! are read.

use super::{Fault, Kind, LOCAL_MAX, Number, NumberError, Parsed, digits, number, parse};
use crate::write::{needs_quoting, quoted};
use aloud_model::{AddrSpec, address::AddrError};

/// Why an address cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// Nothing says where it goes.
    #[error("no domain for telephone numbers is set for this account")]
    NoDomain,
    /// The domain is not the name of a host.
    #[error("the domain is no name of a host")]
    Domain,
    /// The number.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A service needs a number.
    #[error("there is no number")]
    NoNumber,
    /// A plain mailbox with a list or qualifiers.
    #[error("a plain mailbox has a number and an extension only")]
    PlainMailbox,
    /// The name of a service holds other signs than letters, digits and hyphens.
    #[error("the name of the service cannot be used")]
    Service,
    /// An extension that is not 1 to 15 digits.
    #[error("an extension has 1 to 15 digits")]
    Extension,
    /// EXT or DL beside another service than VPIM.
    #[error("{0} belongs to VPIM only")]
    VpimOnly(&'static str),
    /// A value that the qualifier of this name cannot have.
    #[error("{0} cannot have this value")]
    Qualifier(String),
    /// More than 100 addresses would come of the subaddresses.
    #[error("there are too many subaddresses")]
    TooManySubaddresses,
    /// What was made would not be read back without a fault.
    #[error("the address would not be valid: {0:?}")]
    Fault(Fault),
    /// The whole is no mail address.
    #[error(transparent)]
    Address(#[from] AddrError),
    /// The kind is not one that is built (a person, nobody).
    #[error("this kind of address is not made of parts")]
    Kind,
    /// More than 64 octets before the `@`.
    #[error("the part before the @ would be longer than 64 octets")]
    TooLong,
}

/// Most addresses made of one number.
const RECIPIENTS_MAX: usize = 100;

/// Makes an address of its parts; `problems` are ignored. Without slashes at the ends
/// and without separators; quoted only where it must be.
///
/// # Errors
/// [`BuildError`].
pub fn build(parts: &Parsed) -> Result<AddrSpec, BuildError> {
    let domain = parts.domain.as_deref().map(str::trim).filter(|d| !d.is_empty());
    let domain = domain.ok_or(BuildError::NoDomain)?;
    if !is_domain(domain) {
        return Err(BuildError::Domain);
    }
    let mut local = String::new();
    match parts.kind {
        Kind::Mailbox => {
            if parts.dl.is_some() || !parts.qualifiers.is_empty() {
                return Err(BuildError::PlainMailbox);
            }
            let number = Number::parse(parts.number.as_deref().ok_or(BuildError::NoNumber)?)?;
            if let Some(sign) =
                number.as_str().trim_start_matches('+').chars().find(|c| !c.is_ascii_digit())
            {
                return Err(NumberError::Sign(sign).into());
            }
            local.push_str(number.as_str());
            if let Some(ext) = extension(parts)? {
                local.push_str(&format!("+{ext}"));
            }
        }
        Kind::Amis => {
            let number = parts.number.as_deref().ok_or(BuildError::NoNumber)?;
            if let Some(fault) = number::amis_fault(number) {
                return Err(BuildError::Fault(Fault::Amis(fault)));
            }
            local = format!("AMIS={number}");
        }
        Kind::Vpim | Kind::Voice | Kind::Fax | Kind::Sms | Kind::Other => {
            let selector = parts.kind.selector().or(parts.service.as_deref()).unwrap_or_default();
            let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
            if selector.is_empty() || !selector.chars().all(legal) {
                return Err(BuildError::Service);
            }
            local = format!("{}=", selector.to_ascii_uppercase());
            match parts.number.as_deref() {
                Some(number) => local.push_str(Number::parse(number)?.as_str()),
                None if parts.qualifier("POSTD").is_some() => {}
                None => return Err(BuildError::NoNumber),
            }
        }
        Kind::NonMailUser | Kind::Person | Kind::Unknown => return Err(BuildError::Kind),
    }
    if parts.kind != Kind::Mailbox {
        append(&mut local, parts)?;
    }
    finish(&local, domain)
}

/// As [`build`], but an address for each of several subaddresses (ISUB, T33S) of the number: one
/// address has one (RFC 3191 section 4.1, RFC 3192 section 4.1).
///
/// # Errors
/// [`BuildError`]; then none is made.
pub fn build_each(parts: &Parsed) -> Result<Vec<AddrSpec>, BuildError> {
    let is_sub = |name: &str| ["ISUB", "T33S"].iter().any(|sub| name.eq_ignore_ascii_case(sub));
    let mut rows: Vec<Vec<(String, String)>> = vec![Vec::new()];
    for (name, value) in &parts.qualifiers {
        let other = |row: &[(String, String)]| -> Vec<(String, String)> {
            row.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(name)).cloned().collect()
        };
        let given =
            |row: &[(String, String)]| row.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        if is_sub(name) && rows.iter().all(|row| given(row)) {
            // One more of its kind: beside each set of the others, once.
            let mut more: Vec<Vec<(String, String)>> = Vec::new();
            for mut row in rows.iter().map(|row| other(row)) {
                row.push((name.clone(), value.clone()));
                if !more.contains(&row) {
                    more.push(row);
                }
            }
            rows.extend(more);
            if rows.len() > RECIPIENTS_MAX {
                return Err(BuildError::TooManySubaddresses);
            }
        } else {
            rows.iter_mut().for_each(|row| row.push((name.clone(), value.clone())));
        }
    }
    rows.into_iter().map(|qualifiers| build(&Parsed { qualifiers, ..parts.clone() })).collect()
}

/// A host name, or an address in brackets. The domain may be what somebody typed into the settings:
/// an `@` in it would make it another address.
fn is_domain(text: &str) -> bool {
    match text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        Some(literal) => literal.chars().all(|c| c.is_ascii_alphanumeric() || ".:-".contains(c)),
        None => text.chars().all(|c| c.is_alphanumeric() || ".-_".contains(c)),
    }
}

fn extension(parts: &Parsed) -> Result<Option<&str>, BuildError> {
    match parts.ext.as_deref() {
        Some(ext) if !digits(ext) || ext.len() > super::DIGITS_MAX => Err(BuildError::Extension),
        ext => Ok(ext),
    }
}

fn append(local: &mut String, parts: &Parsed) -> Result<(), BuildError> {
    let only_vpim = |given: bool, name: &'static str| {
        if given && parts.kind != Kind::Vpim {
            return Err(BuildError::VpimOnly(name));
        }
        Ok(())
    };
    only_vpim(parts.ext.is_some(), "EXT")?;
    only_vpim(parts.dl.is_some(), "DL")?;
    if let Some(ext) = extension(parts)? {
        local.push_str(&format!("/EXT={ext}"));
    }
    if let Some(dl) = parts.dl.as_deref() {
        if !digits(dl) {
            return Err(BuildError::Fault(Fault::DigitsOnly("DL")));
        }
        local.push_str(&format!("/DL={dl}"));
    }
    for (key, value) in &parts.qualifiers {
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let name_fits = !key.is_empty() && key.chars().all(legal);
        let value_fits =
            !value.is_empty() && value.chars().all(|c| matches!(c, ' '..='~') && c != '/');
        if !name_fits
            || !value_fits
            || key.eq_ignore_ascii_case("EXT")
            || key.eq_ignore_ascii_case("DL")
        {
            return Err(BuildError::Qualifier(key.clone()));
        }
        local.push_str(&format!("/{}={value}", key.to_ascii_uppercase()));
    }
    Ok(())
}

fn finish(local: &str, domain: &str) -> Result<AddrSpec, BuildError> {
    if local.len() > LOCAL_MAX {
        return Err(BuildError::TooLong);
    }
    let written = if needs_quoting(local) { quoted(local) } else { local.to_owned() };
    let addr = AddrSpec::parse(&format!("{written}@{domain}"))?;
    // What the reader finds fault with is not sent.
    match parse(addr.as_str()).problems.first() {
        Some(fault) => Err(BuildError::Fault(fault.clone())),
        None => Ok(addr),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn values_that_do_not_belong_are_refused() {
        let base = Parsed {
            kind: Kind::Vpim,
            number: Some("613".into()),
            domain: Some("gw.example.com".into()),
            ..Parsed::default()
        };
        assert_eq!(build(&base).unwrap().as_str(), "VPIM=613@gw.example.com");
        let with = |key: &str, value: &str| Parsed {
            qualifiers: vec![(key.into(), value.into())],
            ..base.clone()
        };
        for bad in [
            with("SYSNUM", "1"),
            with("EXT", "1"),
            with("A=B", "1"),
            with("ATTN", "a/DL=1"),
            with("ATTN", "ä"),
            with("ATTN", &"a".repeat(60)),
            Parsed { ext: Some("12a".into()), ..base.clone() },
            Parsed { dl: Some("x".into()), ..base.clone() },
            Parsed { kind: Kind::Fax, ext: Some("1".into()), ..base.clone() },
            Parsed { number: None, ..base.clone() },
            Parsed { kind: Kind::Person, ..base.clone() },
            Parsed { kind: Kind::Mailbox, dl: Some("1".into()), ..base.clone() },
            Parsed { kind: Kind::Mailbox, number: Some("12#".into()), ..base.clone() },
        ] {
            assert!(build(&bad).is_err(), "{bad:?}");
        }
        let spaced = build(&with("ATTN", "Anna Berg")).unwrap();
        assert_eq!(spaced.as_str(), "\"VPIM=613/ATTN=Anna Berg\"@gw.example.com");
        assert_eq!(
            build(&with("ATTN", "A.Berg")).unwrap().as_str(),
            "VPIM=613/ATTN=A.Berg@gw.example.com"
        );
    }

    #[test]
    fn each_subaddress_is_a_recipient_of_its_own() {
        let made = |qualifiers: &[(&str, &str)]| {
            let qualifiers =
                qualifiers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
            let parts = Parsed {
                kind: Kind::Fax,
                number: Some("+12025550133".into()),
                domain: Some("f.example".into()),
                qualifiers,
                ..Parsed::default()
            };
            let made = build_each(&parts)?;
            Ok::<_, BuildError>(
                made.iter().map(|a| a.local_part()[16..].to_owned()).collect::<Vec<_>>(),
            )
        };
        assert_eq!(made(&[]).unwrap(), [""]);
        assert_eq!(made(&[("T33S", "1"), ("ATTN", "Ada")]).unwrap(), ["/T33S=1/ATTN=Ada"]);
        assert_eq!(
            made(&[("T33S", "1"), ("T33S", "2"), ("t33s", "3")]).unwrap(),
            ["/T33S=1", "/T33S=2", "/T33S=3"]
        );
        assert_eq!(
            made(&[("ISUB", "7"), ("T33S", "1"), ("T33S", "2")]).unwrap(),
            ["/ISUB=7/T33S=1", "/ISUB=7/T33S=2"]
        );
        assert!(made(&[("T33S", "1"), ("T33S", "x")]).is_err());
        assert!(made(&[("ATTN", "a"), ("ATTN", "b")]).is_err(), "one name only");
    }

    fn any_parts() -> impl Strategy<Value = Parsed> {
        let kind = prop_oneof![
            Just(Kind::Mailbox),
            Just(Kind::Vpim),
            Just(Kind::Voice),
            Just(Kind::Fax),
            Just(Kind::Sms),
            Just(Kind::Other)
        ];
        let number = prop_oneof!["\\+[0-9]{1,15}", "[0-9]{1,15}"];
        let ext = proptest::option::of("[0-9]{1,6}");
        let dl = proptest::option::of("[0-9]{1,4}");
        let qualifier = proptest::option::of("[A-Za-z0-9 .'\"-]{1,12}");
        (kind, number, ext, dl, qualifier).prop_map(|(kind, number, ext, dl, attn)| {
            let vpim = kind == Kind::Vpim;
            Parsed {
                kind,
                service: (kind == Kind::Other).then(|| "X-1".into()),
                number: Some(number),
                ext: ext.filter(|_| vpim || kind == Kind::Mailbox),
                dl: dl.filter(|_| vpim),
                qualifiers: attn
                    .filter(|_| kind != Kind::Mailbox)
                    .map(|attn| vec![("ATTN".to_owned(), attn)])
                    .unwrap_or_default(),
                domain: Some("gw.example.com".into()),
                ..Parsed::default()
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_built_is_read_back(parts in any_parts()) {
            let addr = match build(&parts) {
                Ok(addr) => addr,
                Err(BuildError::TooLong) => return Ok(()),
                Err(error) => return Err(TestCaseError::fail(format!("{parts:?}: {error}"))),
            };
            let back = parse(addr.as_str());
            prop_assert_eq!(back, parts);
        }
    }
}
