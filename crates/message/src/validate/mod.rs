//! Checking a message against the profiles: which rows of `docs/standards.md` it keeps, and what was
//! found where. For administrators, and for our own tests: everything Aloud builds must pass.
//!
//! [`validate`] looks at the octets, through [`super::view`] and its own strict readers (`lex`); it
//! knows nothing of how Aloud builds messages. Rows that a message alone cannot show (transport,
//! windows, what was asked of whom) are not in the table. Of an enclosed message only what the outer
//! one answers for is checked: that it is there whole, what its header must have, its Sensitivity.
//!
//! A finding is text, in English, and part of the report like the number of its rule: it quotes the
//! words of the standards about octets of the message, for administrators who compare both. Nothing
//! asks for it, and the window never shows it, so it is data here and no sentence of `wording`.
//!
//! Limits: those of `view`; enclosed messages to 16 levels; 64 recordings are measured. RFC 2421 and
//! 3801 differ in places; a rule's note says so. Tests: below, `tests/message/validate.rs` (one
//! violation a rule) and `tests/message/builders.rs` (nothing that Aloud builds fails).

mod address;
mod card;
mod format;
mod header;
mod lex;
mod parts;
mod report;
mod rule;
mod scene;
mod sound;

use serde_json::{Value, json};

pub use rule::{Level, Outcome};
use rule::{Rule, Scope, Verdict};
pub use scene::Profile;
use scene::Scene;

/// The rules, in the order of the report.
const TABLES: [&[Rule]; 7] = [
    format::RULES,
    address::RULES,
    header::RULES,
    parts::RULES,
    sound::RULES,
    card::RULES,
    report::RULES,
];

/// One row and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The row of `docs/standards.md`.
    pub id: &'static str,
    /// How binding it is.
    pub level: Level,
    /// What came of it.
    pub result: Outcome,
    /// What was found, and where.
    pub reason: String,
}

/// A message checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it was checked as.
    pub profile: Profile,
    /// All rows of the table, in its order.
    pub rows: Vec<Row>,
}

impl Report {
    /// How many rows came out so.
    #[must_use]
    pub fn count(&self, result: Outcome) -> usize {
        self.rows.iter().filter(|row| row.result == result).count()
    }

    /// The rows that came out so.
    pub fn with(&self, result: Outcome) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.result == result)
    }

    /// One object: file, profile, rows, and how many passed, failed and warned.
    #[must_use]
    pub fn to_json(&self, file: &str) -> Value {
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "id": row.id,
                    "level": row.level.as_str(),
                    "result": row.result.as_str(),
                    "reason": row.reason,
                })
            })
            .collect();
        json!({
            "file": file,
            "profile": self.profile.as_str(),
            "rows": rows,
            "passed": self.count(Outcome::Pass),
            "failed": self.count(Outcome::Fail),
            "warned": self.count(Outcome::Warn),
        })
    }
}

/// Checks a message against a profile, or where none is named, against the one that it claims by its
/// structure. Never fails; any octets are some message.
#[must_use]
pub fn validate(raw: &[u8], wanted: Option<Profile>) -> Report {
    validated(raw, wanted, true)
}

/// As [`validate`], of what is kept of a large message ([`crate::large`]): the lengths of recordings
/// are not compared with what is said of them, for they may not be there to their end.
#[must_use]
pub fn validate_beginnings(raw: &[u8], wanted: Option<Profile>) -> Report {
    validated(raw, wanted, false)
}

fn validated(raw: &[u8], wanted: Option<Profile>, measure: bool) -> Report {
    // A mail store on disk often keeps LF alone. The rule on line ends says so; all others see the
    // message as it would be on the wire.
    let stored = memchr::memchr(b'\n', raw).is_some()
        && memchr::memmem::find(raw, b"\r\n").is_none()
        && memchr::memchr(b'\r', raw).is_none();
    let wire;
    let octets = if stored {
        wire = on_the_wire(raw);
        wire.as_slice()
    } else {
        raw
    };
    let scene = Scene::read(octets, stored, wanted, measure);
    let rows = rules().map(|rule| check(rule, &scene)).collect();
    Report { profile: scene.profile, rows }
}

/// Every rule's row, how binding it is, and the note on editions.
pub fn table() -> impl Iterator<Item = (&'static str, Level, &'static str)> {
    rules().map(|rule| (rule.id, rule.level, rule.note))
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    TABLES.into_iter().flatten()
}

fn check(rule: &Rule, scene: &Scene<'_>) -> Row {
    let verdict = match absent(rule.scope, scene) {
        Some(why) => Verdict::NotApplicable(why.to_owned()),
        None => (rule.check)(scene),
    };
    let (result, mut reason) = match verdict {
        Verdict::Pass(reason) => (Outcome::Pass, reason),
        Verdict::Fail(reason) if rule.level.is_binding() => (Outcome::Fail, reason),
        Verdict::Fail(reason) | Verdict::Doubt(reason) => (Outcome::Warn, reason),
        Verdict::NotApplicable(reason) => (Outcome::NotApplicable, reason),
    };
    if matches!(result, Outcome::Fail | Outcome::Warn) && !rule.note.is_empty() {
        reason = format!("{reason} ({})", rule.note);
    }
    Row { id: rule.id, level: rule.level, result, reason }
}

/// Why a rule says nothing about a message of this kind.
fn absent(scope: Scope, scene: &Scene<'_>) -> Option<&'static str> {
    let voice = scene.profile != Profile::Mail;
    let (applies, why) = match scope {
        Scope::All => return None,
        Scope::Vpim => (scene.profile == Profile::Vpim, "checked for VPIM messages only"),
        Scope::Ivm => (scene.profile == Profile::Ivm, "checked for Internet voice messages only"),
        Scope::Voice => (voice, "checked for voice messages only"),
        Scope::Report => return scene.report.is_none().then_some("not a report"),
        Scope::Mdn => return (!scene.is_mdn()).then_some("not a receipt"),
        Scope::Dsn => return (!scene.is_dsn()).then_some("not a delivery report"),
    };
    match (applies, scene.report) {
        (false, _) => Some(why),
        (true, Some(_)) => Some("the message is a report"),
        (true, None) => None,
    }
}

fn on_the_wire(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 32);
    for line in raw.split_inclusive(|b| *b == b'\n') {
        match line.strip_suffix(b"\n") {
            Some(text) => {
                out.extend_from_slice(text);
                out.extend_from_slice(b"\r\n");
            }
            None => out.extend_from_slice(line),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_there_once() {
        let mut seen = BTreeSet::new();
        for rule in rules() {
            assert!(seen.insert(rule.id), "{} twice", rule.id);
        }
        assert!(seen.len() >= 90, "{}", seen.len());
    }

    #[test]
    fn the_profile_is_what_the_message_claims() {
        let voice = "Content-Type: multipart/voice-message; version=2.0; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n";
        for (raw, profile) in [
            (voice.to_owned(), Profile::Vpim),
            ("MIME-Version: 1.0 (Voice 2.0)\r\n\r\nx".to_owned(), Profile::Mail),
            ("Message-Context: Voice-Message\r\n\r\nx".to_owned(), Profile::Ivm),
            (
                "Content-Type: audio/basic\r\nContent-Disposition: inline; voice=Voice-Message\r\n\r\nx"
                    .to_owned(),
                Profile::Ivm,
            ),
            (
                format!("Content-Type: message/rfc822\r\n\r\n{voice}"),
                Profile::Mail,
            ),
        ] {
            assert_eq!(validate(raw.as_bytes(), None).profile, profile, "{raw}");
        }
        assert_eq!(validate(b"", Some(Profile::Vpim)).profile, Profile::Vpim);
    }

    proptest! {
        #[test]
        fn any_octets_are_checked_without_panic(
            raw in proptest::collection::vec(any::<u8>(), 0..600),
            vpim in any::<bool>(),
        ) {
            let _ = validate(&raw, None);
            let wanted = Some(if vpim { Profile::Vpim } else { Profile::Ivm });
            let typed = [b"Content-Type: multipart/mixed; boundary=b\n\n--b\n".as_slice(), &raw].concat();
            let _ = validate(&typed, wanted);
        }

        #[test]
        fn any_fields_are_checked_without_panic(
            lines in proptest::collection::vec(
                "(From|To|Date|Message-ID|Subject|Content-Type|Content-Disposition|Caller-ID|Sensitivity|Disposition-Notification-Options|Content-Transfer-Encoding): [ -~é]{0,60}", 0..12),
            kind in "(multipart/report; report-type=delivery-status|text/directory|message/disposition-notification|audio/32KADPCM|image/tiff)",
            body in "[ -~\r\n]{0,300}",
        ) {
            let raw = format!("{}\r\nContent-Type: {kind}; boundary=b\r\n\r\n--b\r\n{body}\r\n--b--\r\n", lines.join("\r\n"));
            for wanted in [None, Some(Profile::Vpim), Some(Profile::Ivm)] {
                let report = validate(raw.as_bytes(), wanted);
                prop_assert!(report.rows.iter().all(|row| !row.reason.is_empty() && row.reason.len() < 2_000));
            }
        }
    }
}
