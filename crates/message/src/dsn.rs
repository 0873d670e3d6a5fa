//! Delivery reports: message/delivery-status (RFC 3464, RFC 3463, RFC 2421 appendix C) read into
//! values, and the parameters with which reports are asked for (RFC 3461).
//!
//! Aloud never makes a delivery report (C4). [`parse`] takes the decoded content of the
//! machine-readable part; the message returned beside it, and what was spoken, are other parts of
//! the report. Lenient: missing blank lines between recipients, comments, unknown address types,
//! a Status that is none. Limits: 1 MiB, 1 000 recipients.
//!
//! Tests: below, and `tests/message/dsn.rs`.

mod action;
mod request;
mod step;
mod why;

pub use action::Action;
pub use request::{ENVID_MAX, ORCPT_MAX, envid, orcpt, unxtext, xtext};
pub use step::{About, Medium, NextStep, next_step, reason_about};
pub use why::{Why, reason};

use super::{
    Dsn, display,
    mdn::read::recipient,
    view::{self, header},
};
use aloud_model::DateTime;

/// Octets of a report that are read.
const READ_MAX: usize = 1024 * 1024;
/// Recipients that are kept.
const RECIPIENTS_MAX: usize = 1_000;

/// One recipient's fields while they are collected.
#[derive(Default)]
struct Block {
    original: Option<String>,
    last: Option<String>,
    /// An Original-Recipient after Final-Recipient: of this recipient (Postfix writes it so), or of
    /// the next one when a blank line was lost.
    pending: Option<String>,
    action: Option<Action>,
    status: Option<String>,
    diagnostic: Option<String>,
    remote: Option<String>,
    tried: Option<DateTime>,
    until: Option<DateTime>,
}

impl Block {
    fn names_somebody(&self) -> bool {
        self.original.is_some() || self.last.is_some() || self.pending.is_some()
    }

    fn says_something(&self) -> bool {
        self.names_somebody() || self.action.is_some() || self.status.is_some()
    }

    /// Ends this recipient; the next one begins with `original`, if that was meant for it.
    fn close(&mut self, next_follows: bool) -> Self {
        let mut done = std::mem::take(self);
        let own = done.original.is_none() && (!next_follows || same(&done.pending, &done.last));
        match done.pending.take() {
            Some(pending) if own => done.original = Some(pending),
            pending => self.original = pending,
        }
        done
    }
}

fn same(a: &Option<String>, b: &Option<String>) -> bool {
    matches!((a, b), (Some(a), Some(b)) if a.eq_ignore_ascii_case(b))
}

/// Reads the decoded content of a message/delivery-status part, a block a recipient.
#[must_use]
pub fn parse(octets: &[u8]) -> Vec<Dsn> {
    let octets = octets.get(..READ_MAX).unwrap_or(octets);
    let mut blocks: Vec<Block> = Vec::new();
    let mut stray = Block::default();
    let mut current = Block::default();
    let (mut reporter, mut envelope) = (None, None);
    let mut at = 0;
    while at < octets.len() && blocks.len() < RECIPIENTS_MAX {
        let (fields, next) = header::read(octets, at, false);
        for field in fields.fields() {
            let name = field.name.to_ascii_lowercase();
            let text = display::clean(&view::encoding::unstructured(field.value));
            match name.as_str() {
                "reporting-mta" => reporter = reporter.or_else(|| after_type(&text)),
                "original-envelope-id" => envelope = envelope.or(Some(text)),
                "final-recipient" => {
                    if current.last.is_some() {
                        blocks.push(current.close(true));
                    }
                    current.last = named(&text);
                }
                "original-recipient" => {
                    let value = named(&text).map(|r| mend(&r));
                    if current.last.is_some() {
                        current.pending = value;
                    } else {
                        current.original = value;
                    }
                }
                _ => take(&mut current, &name, &text),
            }
        }
        let unfinished = blocks.last_mut().filter(|b| b.action.is_none() && b.status.is_none());
        if current.names_somebody() {
            blocks.push(current.close(false));
        } else if let Some(last) = unfinished.filter(|_| current.says_something()) {
            // A blank line between the name of a recipient and what became of the message.
            let rest = current.close(false);
            last.action = rest.action;
            last.status = rest.status;
            last.diagnostic = last.diagnostic.take().or(rest.diagnostic);
            last.remote = last.remote.take().or(rest.remote);
            last.tried = last.tried.or(rest.tried);
            last.until = last.until.or(rest.until);
        } else if current.says_something() {
            // What belongs to a recipient stands among the fields of the message.
            stray = current.close(false);
        }
        current = Block::default();
        at = if next > at { next } else { header::line(octets, at).1.max(at + 1) };
    }
    blocks.truncate(RECIPIENTS_MAX);
    if blocks.is_empty() && stray.says_something() {
        blocks.push(std::mem::take(&mut stray));
    }
    for block in &mut blocks {
        block.action = block.action.or(stray.action);
    }
    let report = |block: Block| finish(block, reporter.as_deref(), envelope.as_deref());
    blocks.into_iter().map(report).collect()
}

fn take(block: &mut Block, name: &str, text: &str) {
    match name {
        "action" => {
            let word = header::without_comments(text);
            block.action = word.split_whitespace().next().and_then(Action::parse);
        }
        "status" => block.status = find_status(text),
        "diagnostic-code" => block.diagnostic = after_type(text),
        "remote-mta" => block.remote = after_type(text),
        "last-attempt-date" => block.tried = view::date(text),
        "will-retry-until" => block.until = view::date(text),
        _ => {}
    }
}

fn finish(block: Block, reporter: Option<&str>, envelope: Option<&str>) -> Dsn {
    let status = block
        .status
        .or_else(|| block.diagnostic.as_deref().and_then(find_status))
        .unwrap_or_default();
    // What became of it must be known, or a failure would pass for good news.
    let class = class_of(&status, block.diagnostic.as_deref());
    let action = block.action.unwrap_or(match class {
        Some(2) => Action::Delivered,
        Some(4) => Action::Delayed,
        _ => Action::Failed,
    });
    let usable = |r: &Option<String>| r.as_deref().is_some_and(|r| r.contains('@'));
    let last = block.last.clone();
    let recipient = if usable(&block.original) || !usable(&block.last) {
        block.original.or(block.last)
    } else {
        block.last
    };
    let details = [block.diagnostic, block.remote.map(|host| format!("({host})"))];
    let details: Vec<String> = details.into_iter().flatten().collect();
    Dsn {
        final_recipient: last.filter(|last| recipient.as_ref() != Some(last)),
        recipient: recipient.unwrap_or_default(),
        action,
        status,
        diagnostic: (!details.is_empty()).then(|| details.join(" ")),
        reported_by: reporter.map(str::to_owned),
        envelope_id: envelope.filter(|id| !id.is_empty()).map(str::to_owned),
        last_attempt: block.tried,
        retry_until: block.until,
        ..Dsn::default()
    }
}

/// An address of the type `utf-8` (RFC 6533 section 3): `\x{E9}` stands for a character.
fn unescape(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    let mut rest = address;
    while let Some((before, after)) = rest.split_once("\\x{") {
        let decoded = after.split_once('}').and_then(|(digits, tail)| {
            let code = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() <= 6)?;
            Some((char::from_u32(code).filter(|c| !c.is_control())?, tail))
        });
        out.push_str(before);
        match decoded {
            Some((c, tail)) => {
                out.push(c);
                rest = tail;
            }
            None => {
                out.push_str("\\x{");
                rest = after;
            }
        }
    }
    out + rest
}

/// The address of a recipient field.
fn named(text: &str) -> Option<String> {
    let kind = text.split(';').next().unwrap_or_default().trim();
    let address = recipient(text)?;
    let address = if kind.eq_ignore_ascii_case("utf-8") { unescape(&address) } else { address };
    Some(display::clean(&address)).filter(|address| !address.is_empty())
}

/// `type; value`, without the type.
fn after_type(text: &str) -> Option<String> {
    let value = match text.split_once(';') {
        Some((kind, value)) if !kind.trim().contains(' ') => value,
        _ => text,
    };
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// Some systems leave the `+` and `=` of a telephone address in xtext. Other sequences are kept,
/// because `+20` is also how a number in Egypt begins.
fn mend(recipient: &str) -> String {
    recipient.replace("+2B", "+").replace("+3D", "=")
}

/// The first `c.s.d` in a text: class 2, 4 or 5, and one to three digits each (RFC 3463 section 2).
fn find_status(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.')).find_map(|word| {
        let mut numbers = word.trim_matches('.').split('.');
        let (class, subject, detail) = (numbers.next()?, numbers.next()?, numbers.next()?);
        let short = |n: &str| (1..=3).contains(&n.len());
        let fits = matches!(class, "2" | "4" | "5") && short(subject) && short(detail);
        (fits && numbers.next().is_none()).then(|| format!("{class}.{subject}.{detail}"))
    })
}

/// The class of a status, else of the SMTP reply code at the start of a diagnostic.
fn class_of(status: &str, diagnostic: Option<&str>) -> Option<u16> {
    let class = |text: &str| match text.as_bytes().first()? {
        b'2' => Some(2),
        b'4' => Some(4),
        b'5' => Some(5),
        _ => None,
    };
    class(status).or_else(|| {
        let text = diagnostic?.trim_start();
        (text.bytes().take_while(u8::is_ascii_digit).count() == 3).then(|| class(text))?
    })
}

impl Dsn {
    /// 2 where the message arrived, 4 where it may yet, 5 where it will not (RFC 3463 section 3.1):
    /// from the status, else the reply code of the diagnostic, else what became of the message.
    #[must_use]
    pub fn class(&self) -> u16 {
        class_of(&self.status, self.diagnostic.as_deref()).unwrap_or(match self.action {
            Action::Delayed => 4,
            Action::Delivered | Action::Relayed | Action::Expanded => 2,
            Action::Failed | Action::Deleted => 5,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reading_never_panics(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&octets);
        }

        #[test]
        fn report_like_text_never_panics(
            lines in proptest::collection::vec("((Final|Original)-Recipient|Action|Status|Diagnostic-Code|Last-Attempt-Date|X)?:?[ -~]{0,30}|", 0..20)
        ) {
            for dsn in parse(lines.join("\n").as_bytes()) {
                let _ = (reason(&dsn), next_step(&dsn, &About::default()));
            }
        }
    }

    #[test]
    fn final_before_original_recipient_is_one_recipient() {
        let text = b"Reporting-MTA: dns; mail.example.com\r\n\r\nFinal-Recipient: rfc822; a@example.net\r\n\
            Original-Recipient: rfc822;a@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n";
        let found = parse(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!((found[0].status.as_str(), found[0].action.as_str()), ("5.1.1", "failed"));
    }

    #[test]
    fn reads_groups_and_lost_blank_lines() {
        let normal = "Reporting-MTA: dns; vm.example.com\r\nOriginal-Envelope-Id: 7f3a.1\r\n\r\n\
            Original-Recipient: rfc822;+16135550177@vm.example.com\r\n\
            Final-Recipient: rfc822;+16135550177@vm.example.com\r\nAction: failed\r\n\
            Status: 5.1.1 (no such mailbox)\r\nDiagnostic-Code: smtp; 550 mailbox not found\r\n\
            Last-Attempt-Date: Wed, 28 Jul 96 10:08:49 -0800 (PST)\r\n\r\n\
            Final-Recipient: RFC822; <b@x.example>\r\nAction: Delayed (later)\r\n Status: 4.4.1\r\n";
        let list = parse(normal.as_bytes());
        assert_eq!(list.len(), 2);
        assert_eq!(list[0].recipient, "+16135550177@vm.example.com");
        assert_eq!((list[0].action.as_str(), list[0].status.as_str()), ("failed", "5.1.1"));
        assert_eq!(list[0].diagnostic.as_deref(), Some("550 mailbox not found"));
        assert_eq!(list[0].reported_by.as_deref(), Some("vm.example.com"));
        assert_eq!(list[0].envelope_id.as_deref(), Some("7f3a.1"));
        assert!(list[0].last_attempt.is_some());
        assert_eq!(
            (list[1].recipient.as_str(), list[1].action.as_str()),
            ("b@x.example", "delayed")
        );

        let run_on = "Reporting-MTA: dns;a\nFinal-Recipient: rfc822;a@x\nAction: failed\nStatus: 5.0.0\n\
            Final-Recipient: rfc822;b@x\nAction: failed\nOriginal-Recipient: rfc822;c@x\n\
            Final-Recipient: rfc822;d@x\n";
        let names: Vec<String> =
            parse(run_on.as_bytes()).into_iter().map(|d| d.recipient).collect();
        assert_eq!(names, ["a@x", "b@x", "c@x"]);

        // As Postfix orders them, with and without blank lines; and an action in the wrong group.
        for gap in ["", "\n"] {
            let one = |a: &str| {
                format!(
                    "Final-Recipient: rfc822;{a}\nOriginal-Recipient: rfc822;{a}\nAction: failed\n{gap}"
                )
            };
            let list = parse(format!("{}{}", one("a@x"), one("b@x")).as_bytes());
            let names: Vec<String> = list.into_iter().map(|d| d.recipient).collect();
            assert_eq!(names, ["a@x", "b@x"], "{gap:?}");
        }
        let moved = parse(b"Reporting-MTA: dns;a\nAction: failure\n\nFinal-Recipient: rfc822;a@x\nStatus: 4.7.0\n");
        assert_eq!((moved.len(), moved[0].action.as_str()), (1, "failed"));
        let alias = parse(
            b"Final-Recipient: rfc822;real@y\nOriginal-Recipient: rfc822;typed@x\nAction: failed\n",
        );
        assert_eq!((alias.len(), alias[0].recipient.as_str()), (1, "typed@x"));
    }

    #[test]
    fn a_group_that_a_blank_line_tore_apart_is_one() {
        let text = b"Reporting-MTA: dns; a\n\nFinal-Recipient: rfc822;a@x\n\nAction: failed\n\
            Status: 5.1.1\n\nFinal-Recipient: rfc822;b@x\nAction: delayed\nStatus: 4.2.2\n\nX-More: 1\n";
        let found: Vec<_> = parse(text)
            .into_iter()
            .map(|d| (d.recipient, d.action.to_string(), d.status))
            .collect();
        let of = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(found, [of("a@x", "failed", "5.1.1"), of("b@x", "delayed", "4.2.2")]);
    }

    #[test]
    fn what_became_of_it_is_always_known() {
        for (action, status, expected) in [
            ("", "5.1.1", "failed"),
            ("", "4.4.1", "delayed"),
            ("", "2.1.5", "delivered"),
            ("undeliverable", "5.1.1", "failed"),
            ("Relayed (to x)", "2.1.9", "relayed"),
            ("EXPANDED", "2.1.5", "expanded"),
            ("", "", "failed"),
            ("deleted", "", "deleted"),
            ("Deleted (by a filter)", "5.7.1", "deleted"),
        ] {
            let text = format!("Final-Recipient: rfc822;a@x\nAction: {action}\nStatus: {status}\n");
            assert_eq!(parse(text.as_bytes())[0].action.as_str(), expected, "{action} {status}");
        }
    }

    #[test]
    fn a_status_is_found_somewhere_and_never_made_up() {
        for (status, diagnostic, action, expected, class) in [
            ("5.6.99", "", "failed", "5.6.99", 5),
            ("553 Exceeded", "smtp; 552 5.3.4 big", "failed", "5.3.4", 5),
            ("x", "smtp;550 Mailbox not found", "failed", "", 5),
            ("", "smtp; 421 busy", "failed", "", 4),
            ("", "", "delayed", "", 4),
            ("", "", "relayed", "", 2),
            ("", "", "deleted", "", 5),
            ("", "1.2.3.4 said no", "failed", "", 5),
            ("5.1.1234", "", "failed", "", 5),
            ("4.2.2", "smtp; 550 no", "failed", "4.2.2", 4),
        ] {
            let text = format!(
                "Final-Recipient: rfc822;a@x\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {diagnostic}\n"
            );
            let dsn = &parse(text.as_bytes())[0];
            assert_eq!((dsn.status.as_str(), dsn.class()), (expected, class), "{text}");
        }
    }

    #[test]
    fn odd_recipients_are_kept() {
        for (fields, expected) in [
            (
                "Original-Recipient: rfc822;+2B1613@vm.example.com\nFinal-Recipient: x",
                "+1613@vm.example.com",
            ),
            ("Original-Recipient: rfc822;+201234@x", "+201234@x"),
            ("Original-Recipient: unknown\nFinal-Recipient: rfc822; a@x", "a@x"),
            ("Final-Recipient: x400; /RFC-822=a/", "/RFC-822=a/"),
            ("Final-Recipient: utf-8; r\\x{E9}n\\x{e9}e@x", "rénée@x"),
            ("Final-Recipient: UTF-8; a\\x{202E}b\\x{110000}\\x{zz@x", "ab\\x{110000}\\x{zz@x"),
            ("Final-Recipient: rfc822; \\x{E9}@x", "\\x{E9}@x"),
            ("Action: failed", ""),
        ] {
            assert_eq!(parse(fields.as_bytes())[0].recipient, expected, "{fields}");
        }
        let two =
            &parse(b"Original-Recipient: rfc822;typed@x\nFinal-Recipient: rfc822;real@y\n")[0];
        assert_eq!(
            (two.recipient.as_str(), two.final_recipient.as_deref()),
            ("typed@x", Some("real@y"))
        );
        let one = &parse(b"Original-Recipient: rfc822;a@x\nFinal-Recipient: rfc822;a@x\n")[0];
        assert_eq!(one.final_recipient, None);
        assert!(parse(b"").is_empty() && parse(b"hello\n\nworld: x\n").is_empty());
    }

    #[test]
    fn floods_are_bounded() {
        let flood = "Final-Recipient: rfc822;a@x\n".repeat(60_000);
        assert_eq!(parse(flood.as_bytes()).len(), RECIPIENTS_MAX);
        assert!(parse(&[b'\n'; 200_000]).is_empty());
        assert!(parse(&b"junk\n".repeat(100_000)).is_empty());
    }
}
