use aloud::{
    message::{
        address::{self, BuildError, Kind, LOCAL_MAX, Parsed},
        view::mailbox,
    },
    model::AddrSpec,
    wording,
};

/// An address alone (display, look-up, building it again), two compared, a typed number, and the
/// octets as an address field.
pub fn address(octets: &[u8]) {
    for mailbox in mailbox::parse(octets).iter().take(50) {
        if let Some(found) = mailbox.address() {
            one(found.addr.as_str());
        }
    }
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    one(text);
    for typed in address::split(text).into_iter().take(50) {
        if let Ok(found) = address::recipient(typed, Some("gw.example.com")) {
            assert!(AddrSpec::parse(found.address.addr.as_str()).is_ok(), "{found:?}");
        }
    }
    let mut lines = text.lines();
    if let (Some(first), Some(second)) = (lines.next(), lines.next()) {
        if let (Ok(first), Ok(second)) = (AddrSpec::parse(first), AddrSpec::parse(second)) {
            assert_eq!(address::same(&first, &second), address::same(&second, &first));
            assert!(address::same(&first, &first));
        }
        if let Ok(made) = address::for_number(first, second) {
            assert_eq!(address::parse(made.addr.as_str()).kind, Kind::Mailbox, "{made:?}");
        }
    }
}

fn one(text: &str) {
    let parsed = address::parse(text);
    assert_eq!(parsed, address::parse(text));
    assert!(parsed.kind != Kind::Unknown || parsed.domain.is_none());
    assert!(parsed.domain.is_some() || !parsed.problems.is_empty());
    let shown = wording::address::shown(text, &parsed);
    assert!(shown.chars().all(|c| !c.is_control()), "{shown:?}");
    let _ = wording::address::toll(&parsed);
    assert!(parsed.problems.iter().all(|fault| !wording::address::fault(fault).is_empty()));
    if let Ok(each) = address::build_each(&parsed) {
        assert!(!each.is_empty() && each.len() <= 200, "{}", each.len());
    }
    if parsed.problems.is_empty() && buildable(&parsed) {
        match address::build(&parsed) {
            Ok(built) => {
                assert!(built.local_part().len() <= LOCAL_MAX * 2 + 2);
                let back = address::parse(built.as_str());
                assert_eq!(plain(back), plain(parsed), "{text:?} became {built}");
            }
            // Leniently read, strictly made.
            Err(error) => assert!(!error.to_string().is_empty() && error != BuildError::NoDomain),
        }
    }
}

fn buildable(parsed: &Parsed) -> bool {
    !matches!(parsed.kind, Kind::NonMailUser | Kind::Person | Kind::Unknown)
}

/// Without what building does not look at.
fn plain(mut parsed: Parsed) -> Parsed {
    parsed.problems.clear();
    parsed
}
