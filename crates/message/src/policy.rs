//! What may be done with a message: forwarding, saving, answering, sending a receipt. Each rule has
//! its one home here; windows, commands and the engine ask, and get a value that says why not.
//!
//! Decisions C2, C5, C7, C13, E12; reliability T13; RFC 2421 and 3801 section 4; RFC 8098 section 2.1.
//! State that lives in the mailbox (`$MDNSent`, junk, heard or not) is the engine's.

use aloud_model::{AddrSpec, Address, Sensitivity};

use super::auth;
use super::mail::{Permission, Receipt, Sender};
use super::refusal::{Confidential, Doubt, Refusal};
use super::view::{AddressEntry, Header, mailbox};

/// The Sensitivity of one message in a chain of forwards, outermost first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Level {
    /// What its header says.
    pub sensitivity: Option<Sensitivity>,
    /// Who marked it, as shown to the user.
    pub who: Option<String>,
}

/// The level that blocks, outermost first, and how many messages are around it.
fn blocking(levels: &[Level]) -> Option<(usize, &Level, &Sensitivity)> {
    levels.iter().enumerate().find_map(|(depth, level)| {
        let sensitivity = level.sensitivity.as_ref()?;
        sensitivity.blocks_forwarding().then_some((depth, level, sensitivity))
    })
}

fn marked(levels: &[Level], may_reply: bool) -> Permission {
    match blocking(levels) {
        None => Permission::Allowed,
        Some((depth, level, sensitivity)) => Permission::Refused(Refusal::Marked {
            by: level.who.clone(),
            inside: depth > 0,
            value: sensitivity.clone(),
            may_reply,
        }),
    }
}

/// Whether a message may leave by any route but a reply (C2): forward, redirect, attach, rule. One
/// blocking level anywhere blocks the whole.
#[must_use]
pub fn may_forward(levels: &[Level], may_reply: bool) -> Permission {
    marked(levels, may_reply)
}

/// Whether parts may be saved, exported, dragged out or opened elsewhere (E12).
#[must_use]
pub fn may_save(levels: &[Level]) -> Permission {
    marked(levels, false)
}

/// A notice that does not block: Company-Confidential at any level.
#[must_use]
pub fn forward_notice(levels: &[Level]) -> Option<Confidential> {
    let (depth, level) = levels
        .iter()
        .enumerate()
        .find(|(_, level)| level.sensitivity == Some(Sensitivity::CompanyConfidential))?;
    Some(Confidential { by: level.who.clone(), inside: depth > 0 })
}

/// The strictest Sensitivity of a chain: blocking values, then Company-Confidential, then Normal.
#[must_use]
pub fn strictest(levels: &[Level]) -> Option<Sensitivity> {
    let rank = |s: &Sensitivity| match s {
        Sensitivity::Private => 5,
        Sensitivity::Personal => 4,
        Sensitivity::Unknown(_) => 3,
        Sensitivity::CompanyConfidential => 2,
        Sensitivity::Normal => 1,
    };
    // The first of equals, hence the reversed order.
    levels.iter().rev().filter_map(|l| l.sensitivity.as_ref()).max_by_key(|s| rank(s)).cloned()
}

/// Where a reply goes: Reply-To if it holds an address, else From (C13). A telephone-answering
/// sender cannot be answered (C7), and From does not step in for a Reply-To that says so. Nor can the
/// caller whose message a telephone system sent in its own name: that robot reads no mail.
///
/// # Errors
/// Why there is nobody to answer.
pub fn reply_target(
    reply_to: &[AddressEntry],
    from: &[AddressEntry],
    sender: &Sender,
) -> Result<Address, Refusal> {
    let target = |list: &[AddressEntry]| list.iter().find_map(AddressEntry::address);
    let asked = target(reply_to);
    let robot = sender.outside_caller
        && asked.as_ref().is_none_or(|to| Some(&to.addr) == sender.address.as_ref());
    let Some(address) = asked.or_else(|| target(from)) else {
        return Err(Refusal::NoSender);
    };
    if robot || address.addr.is_non_mail_user() {
        return Err(Refusal::OutsideCaller { number: sender.number.clone() });
    }
    Ok(address)
}

/// Attributes of Disposition-Notification-Options that we understand: none is defined that a client
/// like ours would have to act on (RFC 8098 section 2.2).
const KNOWN_OPTIONS: [&str; 0] = [];

/// Whether a receipt asked for by the header may be sent, and whether the user must agree each time
/// (RFC 8098 section 2.1, reliability T13). `None` when none was asked for.
#[must_use]
pub fn may_send_receipt(header: &Header<'_>, is_report: bool) -> Option<Receipt> {
    let mut requested_by: Vec<AddrSpec> = Vec::new();
    for value in header.all("disposition-notification-to") {
        for addr in mailbox::parse(value).into_iter().filter_map(|m| m.addr) {
            if !requested_by.iter().any(|known| same_address(known, &addr)) {
                requested_by.push(addr);
            }
        }
    }
    if requested_by.is_empty() {
        return None;
    }
    let refusal = refusal(header, is_report, &requested_by);
    let doubt = doubt(header, &requested_by);
    Some(Receipt {
        may_send: refusal.is_none(),
        needs_consent: refusal.is_none() && doubt.is_some(),
        doubt: doubt.filter(|_| refusal.is_none()),
        reason: refusal,
        requested_by,
    })
}

/// Why no receipt is sent in any mode.
fn refusal(header: &Header<'_>, is_report: bool, to: &[AddrSpec]) -> Option<Refusal> {
    let word = |name: &str| header.token(name).unwrap_or_default().to_ascii_lowercase();
    if is_report {
        return Some(Refusal::Report);
    }
    if to.iter().any(AddrSpec::is_non_mail_user) {
        return Some(Refusal::ReceiptToOutsideLine);
    }
    if let Some(option) = unknown_required_option(header) {
        return Some(Refusal::OptionUnknown(option));
    }
    if header
        .fields()
        .iter()
        .any(|f| f.name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("list-")))
        || matches!(word("precedence").as_str(), "bulk" | "list" | "junk")
    {
        return Some(Refusal::List);
    }
    let auto = word("auto-submitted");
    if !auto.is_empty() && auto.split(';').next().is_none_or(|v| v.trim() != "no") {
        return Some(Refusal::Program);
    }
    if auth::topmost(header).is_some_and(|results| results.failed()) {
        return Some(Refusal::Unconfirmed);
    }
    let paths: Vec<_> = header.all("return-path").collect();
    if paths.iter().any(|path| is_null_path(path)) {
        return Some(Refusal::NullPath);
    }
    None
}

/// Why the user must agree each time.
fn doubt(header: &Header<'_>, to: &[AddrSpec]) -> Option<Doubt> {
    let sender = || {
        let from = header.first("from").map(mailbox::parse).unwrap_or_default();
        from.iter().find_map(|m| m.name.clone().or(Some(m.addr.as_ref()?.to_string())))
    };
    let [only] = to else {
        return Some(Doubt::SeveralAddresses);
    };
    let mut paths = header.all("return-path");
    match (paths.next(), paths.next()) {
        (None, _) => Some(Doubt::NoReturnPath),
        (Some(_), Some(_)) => Some(Doubt::SeveralReturnPaths),
        (Some(path), None) => {
            let path = mailbox::parse(path).into_iter().find_map(|m| m.addr);
            if path.is_some_and(|path| same_address(&path, only)) {
                None
            } else {
                Some(Doubt::Elsewhere { to: only.clone(), sender: sender() })
            }
        }
    }
}

fn is_null_path(value: &[u8]) -> bool {
    let text = super::view::header::without_comments(&String::from_utf8_lossy(value));
    text.split_whitespace().collect::<String>() == "<>"
}

/// `attribute=required,value; attribute=optional,value` (RFC 8098 section 2.2).
fn unknown_required_option(header: &Header<'_>) -> Option<String> {
    let value = header.token("disposition-notification-options")?;
    value.split(';').find_map(|parameter| {
        let (attribute, rest) = parameter.split_once('=')?;
        let importance = rest.split(',').next().unwrap_or_default().trim();
        let attribute = super::display::clean(attribute);
        let known = KNOWN_OPTIONS.iter().any(|k| attribute.eq_ignore_ascii_case(k));
        (importance.eq_ignore_ascii_case("required") && !known).then_some(attribute)
    })
}

/// RFC 8098 section 2.1: local parts with case after unquoting, domains without.
fn same_address(a: &AddrSpec, b: &AddrSpec) -> bool {
    unquoted(a.local_part()) == unquoted(b.local_part())
        && a.domain().eq_ignore_ascii_case(b.domain())
}

fn unquoted(local: &str) -> String {
    let Some(inner) = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')) else {
        return local.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut escaped = false;
    for c in inner.chars() {
        if c == '\\' && !escaped {
            escaped = true;
        } else {
            escaped = false;
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::view::header;
    use super::*;

    fn level(value: &str) -> Level {
        Level { sensitivity: Sensitivity::parse(value), who: Some("Dr Amara Okafor".into()) }
    }

    #[test]
    fn private_personal_and_unknown_block_at_any_level() {
        for (values, blocked) in [
            (vec![""], None),
            (vec!["Normal"], None),
            (vec!["Company-Confidential"], None),
            (vec!["PRIVATE"], Some((false, "private"))),
            (vec!["personal"], Some((false, "personal"))),
            (vec!["Secret"], Some((false, "secret"))),
            (vec!["", "", "private"], Some((true, "private"))),
        ] {
            let levels: Vec<_> = values.iter().map(|v| level(v)).collect();
            let refused = |may_reply| match blocked {
                None => Permission::Allowed,
                Some((inside, value)) => Permission::Refused(Refusal::Marked {
                    by: Some("Dr Amara Okafor".into()),
                    inside,
                    value: Sensitivity::parse(value).expect("a value"),
                    may_reply,
                }),
            };
            assert_eq!(may_forward(&levels, true), refused(true), "{values:?}");
            assert_eq!(may_save(&levels), refused(false), "{values:?}");
        }
        assert!(forward_notice(&[level(""), level("company-confidential")]).is_some());
        assert_eq!(
            strictest(&[level("normal"), level("x"), level("private")]),
            Some(Sensitivity::Private)
        );
    }

    #[test]
    fn replies_go_to_reply_to_else_from_and_never_outside() {
        let reply = |reply_to: &str, from: &str, number: Option<&str>| {
            let list = |v: &str| mailbox::parse(v.as_bytes());
            let sender = Sender { number: number.map(str::to_owned), ..Sender::default() };
            reply_target(&list(reply_to), &list(from), &sender).map(|a| a.addr.to_string())
        };
        assert_eq!(reply("", "a@x.example", None).as_deref(), Ok("a@x.example"));
        assert_eq!(reply("b@x.example", "a@x.example", None).as_deref(), Ok("b@x.example"));
        assert_eq!(reply(" <>", "a@x.example", None).as_deref(), Ok("a@x.example"));
        assert!(reply("", "", None).is_err() && reply("", "2500", None).is_err());
        let outside = reply("N <NON-mail-user@x.example>", "1@x.example", Some("+44 20 7946 0153"));
        let number = Some("+44 20 7946 0153".to_owned());
        assert_eq!(outside, Err(Refusal::OutsideCaller { number }));
        assert!(reply("", "T <non-mail-user@x.example>", None).is_err());
    }

    #[test]
    fn a_telephone_system_is_not_answered() {
        let robot = Sender {
            number: Some("12125551234".into()),
            address: AddrSpec::parse("asterisk@vm.example").ok(),
            outside_caller: true,
            ..Sender::default()
        };
        let list = |v: &str| mailbox::parse(v.as_bytes());
        let from = list("Asterisk PBX <asterisk@vm.example>");
        let refused = Refusal::OutsideCaller { number: robot.number.clone() };
        for reply_to in ["", "asterisk@vm.example", "<>"] {
            let reply = reply_target(&list(reply_to), &from, &robot);
            assert_eq!(reply, Err(refused.clone()), "{reply_to}");
        }
        // It may name the person who called.
        let named = reply_target(&list("alice@example.com"), &from, &robot);
        assert_eq!(named.map(|a| a.addr.to_string()).as_deref(), Ok("alice@example.com"));
    }

    #[test]
    fn receipts_are_guarded() {
        let base = "From: Ada <ada@x.example>\nDisposition-Notification-To: ada@x.example\n";
        let path = "Return-Path: <ada@x.example>\n";
        // (fields, may send, needs consent)
        let cases: [(&str, bool, bool); 27] = [
            ("Return-Path: <ada@x.example>\n", true, false),
            ("Return-Path: <ada@X.EXAMPLE>\n", true, false),
            ("Return-Path: <\"ada\"@x.example>\n", true, false),
            ("Return-Path: <Ada@x.example>\n", true, true),
            ("Return-Path: <other@x.example>\n", true, true),
            ("", true, true),
            ("Return-Path: <ada@x.example>\nReturn-Path: <ada@x.example>\n", true, true),
            ("Return-Path: <>\n", false, false),
            ("Return-Path: < >\n", false, false),
            ("+Disposition-Notification-To: b@x.example\n", true, true),
            ("+Disposition-Notification-To: ada@x.example\n", true, false),
            ("+Disposition-Notification-To: non-mail-user@x.example\n", false, false),
            ("+Disposition-Notification-Options: x-foo=required,1\n", false, false),
            ("+Disposition-Notification-Options: x-foo=optional,1\n", true, false),
            ("+Disposition-Notification-Options: a=optional,1; B = REQUIRED ,1\n", false, false),
            ("+List-Id: <l.example>\n", false, false),
            ("+Precedence: Bulk\n", false, false),
            ("+Auto-Submitted: auto-replied\n", false, false),
            ("+Auto-Submitted: no\n", true, false),
            ("+Authentication-Results: mx.example; dmarc=fail (p=none); spf=pass\n", false, false),
            ("+Authentication-Results: mx.example 1; spf=softfail\n x; dkim=none\n", false, false),
            ("+Authentication-Results: mx.example; DKIM/1=Fail\n", false, false),
            ("+Authentication-Results: mx.example; spf=fail; dkim=pass\n", true, false),
            ("+Authentication-Results: mx.example; dmarc=pass; spf=fail\n", true, false),
            ("+Authentication-Results: mx.example; none\n", true, false),
            (
                "+Authentication-Results: mx.example; dmarc=pass\n\
                 Authentication-Results: other.example; dmarc=fail\n",
                true,
                false,
            ),
            ("+Precedence: first-class\n", true, false),
        ];
        for (fields, send, consent) in cases {
            let raw = match fields.strip_prefix('+') {
                Some(more) => format!("{path}{base}{more}\n"),
                None => format!("{base}{fields}\n"),
            };
            let (header, _) = header::read(raw.as_bytes(), 0, false);
            let receipt = may_send_receipt(&header, false).expect("asked for");
            assert_eq!((receipt.may_send, receipt.needs_consent), (send, consent), "{fields}");
            assert_eq!(receipt.reason.is_none(), send, "{fields}");
            assert_eq!(receipt.doubt.is_some(), consent, "{fields}");
            assert!(!may_send_receipt(&header, true).expect("asked for").may_send);
        }
        let (header, _) = header::read(b"Disposition-Notification-To: <>\n\n", 0, false);
        assert!(may_send_receipt(&header, false).is_none());
    }
}
