//! Who a message is from, and how urgent it is: nothing is invented (RFC 3939, RFC 3801 section 4.1).

use std::cell::Cell;

use crate::mail::Sender;
use crate::recognize::said::{Said, Token, is_number, tokens};
use crate::recognize::{Folded, List};
use crate::vendors::{Scene, Vendor};
use crate::view::{AddressEntry, Header};
use crate::{address, display};
use aloud_model::{AddrSpec, Importance};

/// RFC 3939 section 4: longest Caller-Name shown.
const NAME_MAX: usize = 50;

/// What is known of the system that wrote the words.
pub struct Machine<'a> {
    /// Its row in the vendor table.
    pub vendor: Option<&'a Vendor>,
    /// From is the machine and not the caller.
    pub robot: bool,
    /// What its words say.
    pub said: &'a Said,
    /// Words in place of a caller who is not known.
    pub nobody: &'a List,
    /// Voice mail or fax.
    pub telephone: bool,
}

/// The sender as found.
pub fn sender(
    header: &Header<'_>,
    from: &[AddressEntry],
    reply_to: &[AddressEntry],
    scene: &Scene<'_>,
    machine: &Machine<'_>,
) -> Sender {
    let Machine { vendor, robot, said, nobody, telephone } = *machine;
    let first = from.first();
    let address = from.iter().find_map(|m| m.addr.clone());
    let shown = first.and_then(|m| match &m.addr {
        Some(addr) => m.name.as_ref().map(|name| display::shown_name(name, addr)),
        None => m.name.clone(),
    });
    let comment = first.and_then(|m| match (&m.addr, &m.comment) {
        (Some(addr), Some(comment)) => Some(display::shown_name(comment, addr)),
        (_, comment) => comment.clone(),
    });
    let withheld = Cell::new(false);
    let known = |value: String| -> Option<String> {
        let plain = value.trim();
        let nobody = nobody.is(&Folded::of(plain))
            || vendor.is_some_and(|v| v.withheld.iter().any(|w| w.eq_ignore_ascii_case(plain)));
        withheld.set(withheld.get() || nobody);
        (!nobody && !plain.is_empty()).then_some(value)
    };

    let caller_id = header.token("caller-id").and_then(|v| caller_id(&v));
    let vendor_number = vendor.and_then(|v| {
        v.number.iter().find_map(|clue| {
            let hit = scene.find(clue)?;
            known(display::clean(&hit.value)).filter(|v| v.chars().any(|c| c.is_ascii_digit()))
        })
    });
    let from_name = shown.clone().filter(|_| !robot);
    // Where the system's own field says that the caller is not known, a number in its words is another.
    let said_number = said.number.clone().filter(|_| !withheld.get());
    let number = caller_id
        .or(vendor_number)
        .or(said_number)
        // A robot may bear the caller's number as its name.
        .or_else(|| shown.clone().filter(|n| robot && telephone && is_number(n)))
        .or_else(|| address.as_ref().filter(|_| !robot).and_then(telephone_local_part))
        .or_else(|| from_name.as_deref().filter(|n| is_number(n)).map(str::to_owned))
        .or_else(|| {
            let text = from_name.as_deref().into_iter().chain(comment.as_deref());
            telephone.then(|| text.filter_map(number_inside).next()).flatten()
        });

    let caller_name = header
        .filled("caller-name")
        .map(|name| unquoted(&display::clean(&name)).chars().take(NAME_MAX).collect::<String>())
        .and_then(known);
    let vendor_name = vendor.and_then(|v| {
        let hit = v.name_of_caller.iter().find_map(|clue| scene.find(clue))?;
        known(display::clean(&hit.value))
    });
    let said_name = said.name.clone().filter(|_| robot).and_then(known);
    let name = caller_name
        .or(vendor_name)
        .or(said_name)
        .or(from_name)
        .or(comment.filter(|text| !robot && address.as_ref().is_none_or(|a| a.as_str() != text)))
        .filter(|name| !is_number(name));
    let name = name.map(|name| without_number(&name, number.as_deref())).and_then(known);

    let token = |list: &[AddressEntry]| {
        list.iter().filter_map(|m| m.addr.as_ref()).any(AddrSpec::is_non_mail_user)
    };
    let outside_caller = robot || token(from) || token(reply_to);
    // Not found is not withheld: somebody must say so.
    let withheld = (withheld.get() || said.withheld) && number.is_none();
    Sender { name, address, number, withheld, outside_caller }
}

/// Quotes around the whole, which the field does not need and some write.
fn unquoted(name: &str) -> &str {
    let inner = name.strip_prefix('"').and_then(|n| n.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(name).trim()
}

/// `6135550142, NumberingPlan=e164` (RFC 3939 section 5.1); `+` only for e164, or where it stands
/// there.
fn caller_id(value: &str) -> Option<String> {
    let (number, rest) = value.split_once([',', ';']).unwrap_or((value, ""));
    let number = number.trim();
    let digits = number.strip_prefix('+').unwrap_or(number);
    if digits.is_empty() || digits.len() > 32 || !digits.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let plan =
        rest.split_once('=').filter(|(key, _)| key.trim().eq_ignore_ascii_case("numberingplan"));
    let e164 = plan
        .is_some_and(|(_, plan)| plan.trim_matches([' ', '\t', '"']).eq_ignore_ascii_case("e164"))
        || number.starts_with('+');
    Some(if e164 { format!("+{digits}") } else { digits.to_owned() })
}

/// The number in a telephone-style local part: `+16135550142`, `6135550142+230`, `VOICE=+1613...`.
fn telephone_local_part(addr: &AddrSpec) -> Option<String> {
    use address::Kind;
    let parsed = address::parse(addr.as_str());
    let telephone =
        matches!(parsed.kind, Kind::Mailbox | Kind::Vpim | Kind::Voice | Kind::Amis | Kind::Fax);
    parsed.number.filter(|_| telephone)
}

/// The longest telephone number inside a name, in parentheses or not.
fn number_inside(name: &str) -> Option<String> {
    let whole = tokens(name).into_iter().filter(|token| token.digits >= 5);
    let longer = |best: Token, next: Token| if next.digits > best.digits { next } else { best };
    whole.reduce(longer).map(|token| token.text)
}

/// A name without the number that stands behind it in parentheses.
fn without_number(name: &str, number: Option<&str>) -> String {
    let inside = number.and_then(|number| name.strip_suffix(&format!("({number})")));
    inside.map(str::trim_end).filter(|rest| !rest.is_empty()).unwrap_or(name).to_owned()
}

/// Importance (RFC 3801 section 4.2.14), else the vendor's own mark, else the older fields.
pub fn importance(
    header: &Header<'_>,
    scene: &Scene<'_>,
    vendor: Option<&Vendor>,
) -> Option<Importance> {
    let field = header.token("importance").and_then(|v| Importance::parse(&v));
    let vendor = || {
        let clues = &vendor?.importance;
        scene.first(clues).map(|_| Importance::High)
    };
    let x_priority = || {
        let value = header.token("x-priority")?;
        match value.chars().next()? {
            '1' | '2' => Some(Importance::High),
            '3' => Some(Importance::Normal),
            '4' | '5' => Some(Importance::Low),
            _ => None,
        }
    };
    let priority = || match header.token("priority")?.to_ascii_lowercase().as_str() {
        "urgent" => Some(Importance::High),
        "normal" => Some(Importance::Normal),
        "non-urgent" => Some(Importance::Low),
        _ => None,
    };
    field.or_else(vendor).or_else(x_priority).or_else(priority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caller_ids_get_a_plus_only_for_e164() {
        for (value, expected) in [
            ("6135550142", Some("6135550142")),
            ("16135550142, NumberingPlan=e164", Some("+16135550142")),
            ("2722, NumberingPlan=local", Some("2722")),
            ("16135550142;numberingplan = \"E164\"", Some("+16135550142")),
            ("+16135550142", Some("+16135550142")),
            ("2722, NumberingPlan=x-own", Some("2722")),
            ("+", None),
            ("613-555", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(caller_id(value).as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn numbers_are_found_in_addresses_and_names() {
        for (addr, expected) in [
            ("+16135550142@vm.example.net", Some("+16135550142")),
            ("6135550142@vm.example.net", Some("6135550142")),
            ("+17035245550+230@vm.example.net", Some("+17035245550")),
            ("VOICE=+6505550137@vm.example.com", Some("+6505550137")),
            ("user+tag@example.com", None),
            ("2fast@example.com", None),
        ] {
            let addr = AddrSpec::parse(addr).expect("complete");
            assert_eq!(telephone_local_part(&addr).as_deref(), expected, "{addr}");
        }
        assert_eq!(number_inside("Samuel (650 321 4275)").as_deref(), Some("650 321 4275"));
        assert_eq!(number_inside("Room 12"), None);
    }
}
