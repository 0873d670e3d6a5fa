//! Subjects, recipients and threading of replies and forwards.

use crate::{Mail, Refusal};
use aloud_model::{AddrSpec, Address};

/// Prefixes that mean "in reply" in the mail of several languages.
const REPLY: [&str; 9] = ["re", "aw", "antw", "sv", "vs", "odp", "ref", "rif", "res"];
/// Prefixes that mean "forwarded".
const FORWARD: [&str; 7] = ["fwd", "fw", "wg", "vb", "tr", "rv", "enc"];

/// `Re: ` and the subject, without piling up: what already is a reply stays one.
#[must_use]
pub fn reply_subject(subject: &str) -> String {
    format!("Re: {}", strip(subject, &REPLY)).trim_end().to_owned()
}

/// `Fwd: ` and the subject, without piling up.
#[must_use]
pub fn forward_subject(subject: &str) -> String {
    format!("Fwd: {}", strip(subject, &FORWARD)).trim_end().to_owned()
}

/// Takes off leading prefixes such as `Re:`, `AW :` or `Re[2]:`.
fn strip<'a>(subject: &'a str, prefixes: &[&str]) -> &'a str {
    let mut rest = subject.trim();
    while let Some((head, tail)) = rest.split_once(':') {
        let head = head.trim_end();
        let word = head.split_once('[').map_or(head, |(word, _)| word);
        if !prefixes.iter().any(|p| p.eq_ignore_ascii_case(word)) {
            break;
        }
        rest = tail.trim_start();
    }
    rest
}

/// Where a reply stands in its conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Threading {
    /// The message answered.
    pub in_reply_to: Option<String>,
    /// The conversation up to it, oldest first.
    pub references: Vec<String>,
}

/// RFC 5322 section 3.6.4.
#[must_use]
pub fn threading(answered: &Mail) -> Threading {
    let mut references = answered.references.clone();
    if references.is_empty() {
        references.extend(answered.in_reply_to.clone());
    }
    references.extend(answered.message_id.clone());
    Threading { in_reply_to: answered.message_id.clone(), references }
}

/// To and Cc of a reply: the sender, and with `all` every other recipient except ourselves.
///
/// # Errors
/// Why it cannot be answered: nobody to answer, or for `all`, recipients that are not
/// known (RFC 3801 section 4.1.3).
pub fn reply_recipients(
    answered: &Mail,
    own: &[AddrSpec],
    all: bool,
) -> Result<(Vec<Address>, Vec<Address>), Refusal> {
    if let Some(reason) = answered.may_reply.reason() {
        return Err(reason.clone());
    }
    let Some(target) = answered.reply_to.clone() else {
        return Err(Refusal::NoSender);
    };
    let is_own = |addr: &AddrSpec| own.iter().any(|o| o.same_mailbox(addr));
    // An answer to what we sent ourselves goes to those it went to.
    let mut to: Vec<Address> = if is_own(&target.addr) && !answered.to.is_empty() {
        answered.to.clone()
    } else {
        vec![target]
    };
    let mut cc = Vec::new();
    if all {
        if answered.to.is_empty() && answered.cc.is_empty() {
            return Err(Refusal::RecipientsUnknown);
        }
        for other in answered.to.iter().chain(&answered.cc) {
            let known = to.iter().chain(&cc).any(|a: &Address| a.addr.same_mailbox(&other.addr));
            if !known && !is_own(&other.addr) && !other.addr.is_non_mail_user() {
                cc.push(other.clone());
            }
        }
    }
    to.dedup_by(|a, b| a.addr.same_mailbox(&b.addr));
    Ok((to, cc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Permission;

    fn address(text: &str) -> Address {
        Address::bare(AddrSpec::parse(text).unwrap())
    }

    #[test]
    fn prefixes_do_not_pile_up() {
        for (subject, reply, forward) in [
            ("Voice Message", "Re: Voice Message", "Fwd: Voice Message"),
            ("RE: re : AW: x", "Re: x", "Fwd: RE: re : AW: x"),
            ("Fw: x", "Re: Fw: x", "Fwd: x"),
            ("Re[3]: x", "Re: x", "Fwd: Re[3]: x"),
            ("Report: x", "Re: Report: x", "Fwd: Report: x"),
            ("", "Re:", "Fwd:"),
        ] {
            assert_eq!(
                (reply_subject(subject).as_str(), forward_subject(subject).as_str()),
                (reply, forward)
            );
        }
    }

    #[test]
    fn answers_go_to_the_sender_and_with_all_to_the_others() {
        let mail = Mail {
            reply_to: Some(address("ada@x.example")),
            to: vec![address("Me@x.example"), address("bo@x.example")],
            cc: vec![address("ADA@x.example"), address("cy@x.example")],
            ..Mail::default()
        };
        let own = [AddrSpec::parse("me@x.example").unwrap()];
        let plain = reply_recipients(&mail, &own, false).unwrap();
        assert_eq!(plain, (vec![address("ada@x.example")], vec![]));
        let (to, cc) = reply_recipients(&mail, &own, true).unwrap();
        assert_eq!(to, [address("ada@x.example")]);
        assert_eq!(cc, [address("bo@x.example"), address("cy@x.example")]);
        let unknown = Mail { to: vec![], cc: vec![], ..mail.clone() };
        assert!(reply_recipients(&unknown, &own, true).is_err());
        let refused = Mail { may_reply: Permission::Refused(Refusal::NoSender), ..mail };
        assert_eq!(reply_recipients(&refused, &own, false), Err(Refusal::NoSender));
    }

    #[test]
    fn the_conversation_is_continued() {
        let mut mail = Mail {
            message_id: Some("c@x".into()),
            in_reply_to: Some("b@x".into()),
            ..Mail::default()
        };
        assert_eq!(threading(&mail).references, ["b@x", "c@x"]);
        mail.references = vec!["a@x".into(), "b@x".into()];
        assert_eq!(threading(&mail).references, ["a@x", "b@x", "c@x"]);
        assert_eq!(threading(&mail).in_reply_to.as_deref(), Some("c@x"));
    }
}
