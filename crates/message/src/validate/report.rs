//! Reports: receipts (RFC 8098), delivery reports (RFC 3464, 3463), multipart/report (RFC 6522).

use super::{
    lex,
    rule::{Findings, Level, Rule, Scope, Verdict, shown},
    scene::{Scene, declared_encoding, place, values},
};
use crate::{
    mdn::read::recipient,
    view::{Header, Shape, header},
};

pub(super) const RULES: &[Rule] = &[
    Rule::new("DSN-6522-3-a", Level::Must, Scope::Report, report_type),
    Rule::new("VPIM-4.4.3-e", Level::Must, Scope::Report, readable_first),
    Rule::new("VPIM-4.7-a", Level::Must, Scope::Mdn, mdn_at_the_top),
    Rule::new("VPIM-4.7-c", Level::Should, Scope::Mdn, error_is_explained),
    Rule::new("MDN-2.1-b", Level::MustNot, Scope::Mdn, asks_for_none),
    Rule::new("MDN-2.3-a", Level::Must, Scope::Mdn, original_recipient),
    Rule::new("MDN-3-a", Level::Must, Scope::Mdn, mdn_structure),
    Rule::new("MDN-3-b", Level::May, Scope::Mdn, returned),
    Rule::new("MDN-3-d", Level::Must, Scope::Mdn, mdn_addresses),
    Rule::new("MDN-3-e", Level::Must, Scope::Mdn, own_message_id),
    Rule::new("MDN-3.1-a", Level::Must, Scope::Mdn, mdn_is_ascii),
    Rule::new("MDN-3.2.1-a", Level::Should, Scope::Mdn, reporting_ua),
    Rule::new("MDN-3.2.2-a", Level::MustNot, Scope::Mdn, gateway),
    Rule::new("MDN-3.2.4-a", Level::Must, Scope::Mdn, final_recipient),
    Rule::new("MDN-3.2.5-a", Level::Must, Scope::Mdn, original_message_id),
    Rule::new("MDN-3.2.6-a", Level::Must, Scope::Mdn, disposition_syntax),
    Rule::new("MDN-3.2.6-b", Level::Must, Scope::Mdn, disposition_type)
        .note("RFC 2298, and with it RFC 2421, also knew denied and failed"),
    Rule::new("MDN-3.2.7-a", Level::Must, Scope::Mdn, error_fields),
    Rule::new("CRIT-8-a", Level::Should, Scope::Mdn, error_code),
    Rule::new("DSN-gen-b", Level::MustNot, Scope::Mdn, answers_no_report),
    Rule::new("IVM-3-k", Level::Must, Scope::Dsn, dsn_at_the_top),
    Rule::new("DSN-3464-2-a", Level::Must, Scope::Dsn, dsn_structure),
    Rule::new("DSN-3464-2.1-a", Level::Must, Scope::Dsn, dsn_groups),
    Rule::new("DSN-3464-2.3-a", Level::Must, Scope::Dsn, dsn_recipients),
    Rule::new("DSN-3464-2.1.2-a", Level::Must, Scope::Dsn, dsn_types),
    Rule::new("DSN-3464-2.1.2-b", Level::Must, Scope::Dsn, dsn_dates),
    Rule::new("DSN-3464-2.3-d", Level::Should, Scope::Dsn, dsn_action_and_status),
    Rule::new("DSN-3463-2-a", Level::Should, Scope::Dsn, dsn_status),
    Rule::new("DSN-3461-4.4-a", Level::Must, Scope::Dsn, envelope_id),
];

const NOTIFICATION: &str = "message/disposition-notification";
const STATUS: &str = "message/delivery-status";
/// Groups of a delivery report that are read.
const GROUPS_MAX: usize = 1_000;

fn report_type(s: &Scene<'_>) -> Verdict {
    match s.report_type() {
        Some(kind) => Verdict::Pass(shown(&format!("report-type={kind}"))),
        None => Verdict::Fail("no report-type".into()),
    }
}

/// The parts of the report itself, their media types in order.
fn outline(s: &Scene<'_>) -> Vec<(usize, String)> {
    let Some(report) = s.report else { return Vec::new() };
    s.children(report).map(|(index, part)| (index, part.content.value.clone())).collect()
}

fn is_readable(kind: &str) -> bool {
    let machine = [NOTIFICATION, STATUS, "text/rfc822-headers", "message/rfc822"];
    !machine.contains(&kind) && !kind.is_empty()
}

fn readable_first(s: &Scene<'_>) -> Verdict {
    match outline(s).first() {
        Some((_, kind)) if is_readable(kind) => Verdict::Pass(shown(&format!("{kind} is first"))),
        Some((_, kind)) => Verdict::Fail(shown(&format!("{kind} is first, nothing for people"))),
        None => Verdict::Fail("the report has no parts".into()),
    }
}

fn at_the_top(s: &Scene<'_>) -> Verdict {
    if s.report == Some(0) {
        Verdict::Pass("the message is a multipart/report".into())
    } else {
        Verdict::Fail("the multipart/report is not the message itself".into())
    }
}

fn mdn_at_the_top(s: &Scene<'_>) -> Verdict {
    at_the_top(s)
}

fn dsn_at_the_top(s: &Scene<'_>) -> Verdict {
    at_the_top(s)
}

fn structure(s: &Scene<'_>, kind: &str, media_type: &str) -> Verdict {
    let mut f = Findings::default();
    let said = s.report_type().unwrap_or_default();
    f.expect(said == kind, || format!("report-type={said}"));
    let parts = outline(s);
    f.expect((2..=3).contains(&parts.len()), || format!("{} parts", parts.len()));
    let second = parts.get(1).map(|(_, kind)| kind.as_str()).unwrap_or_default();
    f.expect(second == media_type, || format!("the second part is {second}, not {media_type}"));
    f.verdict("a part for people, then the one for programs", "")
}

fn mdn_structure(s: &Scene<'_>) -> Verdict {
    structure(s, "disposition-notification", NOTIFICATION)
}

fn dsn_structure(s: &Scene<'_>) -> Verdict {
    structure(s, "delivery-status", STATUS)
}

fn returned(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    if let Some((_, kind)) = outline(s).get(2) {
        f.expect(matches!(kind.as_str(), "text/rfc822-headers" | "message/rfc822"), || {
            format!("the third part is {kind}")
        });
    }
    f.verdict("the header or the message comes back", "nothing comes back")
}

fn asks_for_none(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let asks = s.header().has("disposition-notification-to");
    f.expect(!asks, || "the receipt asks for a receipt".into());
    f.verdict("no receipt is asked for", "")
}

/// Runs a check over the fields of the notification.
fn with_fields(s: &Scene<'_>, check: impl FnOnce(&Header<'_>) -> Verdict) -> Verdict {
    match s.report_part(NOTIFICATION) {
        Some((_, content)) => check(&header::read(&content.octets, 0, false).0),
        None => Verdict::NotApplicable(format!("no {NOTIFICATION} (MDN-3-a)")),
    }
}

/// `type; value`, both there.
fn typed(value: &str) -> Option<(&str, &str)> {
    let (kind, value) = value.split_once(';')?;
    let (kind, value) = (kind.trim(), value.trim());
    (lex::is_token(kind) && !value.is_empty()).then_some((kind, value))
}

fn original_recipient(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        let said = values(fields, "original-recipient");
        for value in &said {
            f.expect(typed(value).is_some(), || format!("“{value}” is not type; address"));
        }
        if said.len() > 1 {
            f.bad(format!("{} Original-Recipient fields", said.len()));
        }
        f.verdict("type; address", "no Original-Recipient")
    })
}

fn mdn_addresses(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    f.expect(s.in_field("To").any(|m| m.addr.is_some()), || "To names nobody".into());
    f.expect(s.in_field("From").any(|m| m.addr.is_some()), || "From names nobody".into());
    for path in values(s.header(), "return-path") {
        f.expect(path == "<>", || format!("sent from {path}, not from the null path"));
    }
    if let Some((_, content)) = s.report_part(NOTIFICATION) {
        let fields = header::read(&content.octets, 0, false).0;
        let last = fields.filled("final-recipient").and_then(|value| recipient(&value));
        let from = s.in_field("From").find_map(|m| m.addr.as_ref());
        if let (Some(last), Some(from)) = (last, from)
            && !last.eq_ignore_ascii_case(from.as_str())
        {
            f.doubt(format!("From is {from}, the recipient is {last}"));
        }
    }
    f.verdict("from the recipient to whoever asked", "")
}

fn own_message_id(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        let own = values(s.header(), "message-id");
        if let (Some(own), Some(about)) =
            (own.first(), values(fields, "original-message-id").first())
        {
            f.expect(own != about, || format!("{own} is the identifier of the original"));
        }
        f.verdict("an identifier of its own", "no two identifiers to compare")
    })
}

fn mdn_is_ascii(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    if let Some((part, content)) = s.report_part(NOTIFICATION) {
        let declared = declared_encoding(part);
        f.expect(declared == "7bit", || format!("{} is sent as {declared}", place(part)));
        f.expect(content.octets.is_ascii(), || format!("{} is not ASCII", place(part)));
    }
    f.verdict("7bit ASCII", "no message/disposition-notification (MDN-3-a)")
}

/// Whether a word looks like the name of a computer: labels of letters with dots between.
fn is_host_like(word: &str) -> bool {
    let labels: Vec<&str> = word.split('.').collect();
    let last = labels.last().copied().unwrap_or_default();
    labels.len() > 1
        && last.len() > 1
        && last.chars().all(|c| c.is_ascii_alphabetic())
        && labels
            .iter()
            .all(|l| !l.is_empty() && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
}

fn reporting_ua(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        for value in values(fields, "reporting-ua") {
            let words: Vec<&str> = value.split([' ', ';', ',', '(', ')', '/']).collect();
            let host = words.iter().any(|word| is_host_like(word));
            f.expect(!host && !value.contains('@'), || format!("“{value}” names a computer"));
            f.expect(value.len() <= 80, || format!("“{value}” says more than a product"));
        }
        f.verdict("a product and no more", "no Reporting-UA")
    })
}

fn gateway(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        f.look();
        if fields.has("mdn-gateway") {
            f.doubt("MDN-Gateway; only a gateway from another mail system writes it");
        }
        f.verdict("no MDN-Gateway", "")
    })
}

fn final_recipient(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        let said = values(fields, "final-recipient");
        f.expect(said.len() == 1, || format!("{} Final-Recipient fields", said.len()));
        for value in &said {
            f.expect(typed(value).is_some(), || format!("“{value}” is not rfc822; address"));
        }
        f.verdict("rfc822; address", "")
    })
}

/// The header that came back with the report.
fn returned_header<'s>(s: &'s Scene<'_>) -> Option<Header<'s>> {
    if let Some((_, content)) = s.report_part("text/rfc822-headers") {
        return Some(header::read(&content.octets, 0, false).0);
    }
    let index = outline(s).get(2)?.0;
    let part = s.view.parts.get(index).filter(|part| part.shape == Shape::Original)?;
    Some(header::read(part.body, 0, false).0)
}

fn original_message_id(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        let said = values(fields, "original-message-id");
        if said.len() > 1 {
            f.bad(format!("{} Original-Message-ID fields", said.len()));
        }
        for value in &said {
            match lex::ids_problem(value.as_bytes()) {
                Some(problem) => f.doubt(problem),
                None => f.look(),
            }
        }
        let came = returned_header(s).map(|h| values(&h, "message-id")).unwrap_or_default();
        if let Some(came) = came.first() {
            f.expect(said.first() == Some(came), || {
                format!("the original is {came}, the receipt says {}", said.join(" "))
            });
        }
        f.verdict("the identifier of the original", "the original had none, as far as can be seen")
    })
}

/// Mode and type of a Disposition value, lower case: `manual-action/mdn-sent-manually`, `displayed`,
/// modifiers.
fn disposition(fields: &Header<'_>) -> Option<(String, String, Vec<String>)> {
    let value = fields.token("disposition")?.to_ascii_lowercase();
    let (mode, what) = value.split_once(';')?;
    let mut pieces = what.split(['/', ',']).map(|t| t.trim().to_owned());
    let kind = pieces.next().unwrap_or_default();
    let mode: String = mode.chars().filter(|c| !c.is_whitespace()).collect();
    Some((mode, kind, pieces.collect()))
}

fn disposition_syntax(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        let said = values(fields, "disposition");
        f.expect(said.len() == 1, || format!("{} Disposition fields", said.len()));
        let legal = disposition(fields).is_some_and(|(mode, kind, modifiers)| {
            let mode = mode.split_once('/').is_some_and(|(action, sent)| {
                matches!(action, "manual-action" | "automatic-action")
                    && matches!(sent, "mdn-sent-manually" | "mdn-sent-automatically")
            });
            mode && lex::is_token(&kind) && modifiers.iter().all(|m| lex::is_token(m))
        });
        f.expect(legal, || format!("“{}” is not modes; type", said.join(" ")));
        f.verdict(said.join(" "), "")
    })
}

fn disposition_type(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        if let Some((_, kind, _)) = disposition(fields) {
            let known = ["displayed", "deleted", "dispatched", "processed"];
            f.expect(known.contains(&kind.as_str()), || format!("“{kind}” is no disposition"));
        }
        f.verdict("a disposition of RFC 8098", "no Disposition that can be read")
    })
}

fn is_error(fields: &Header<'_>) -> bool {
    disposition(fields).is_some_and(|(_, _, modifiers)| modifiers.iter().any(|m| m == "error"))
}

fn error_is_explained(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        f.look();
        let error = is_error(fields);
        f.expect(!error || fields.has("error"), || "processed/error without an Error field".into());
        if let Some((_, kind, _)) = disposition(fields) {
            f.expect(kind != "processed" || error, || "processed, which says nothing".into());
        }
        f.verdict("displayed, deleted, dispatched, or an error with its reason", "")
    })
}

fn error_fields(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        for value in fields.all("error") {
            f.expect(value.is_ascii(), || "Error is not ASCII".into());
            f.expect(is_error(fields), || "Error without the modifier error".into());
        }
        f.verdict("ASCII, with the modifier", "no Error field")
    })
}

fn error_code(s: &Scene<'_>) -> Verdict {
    with_fields(s, |fields| {
        let mut f = Findings::default();
        for value in values(fields, "error") {
            f.expect(value.contains("5.6.1"), || format!("“{value}” does not name 5.6.1"));
        }
        f.verdict("5.6.1 is named", "no Error field")
    })
}

fn answers_no_report(s: &Scene<'_>) -> Verdict {
    let Some(original) = returned_header(s) else {
        return Verdict::NotApplicable("nothing comes back that would show it".into());
    };
    let mut f = Findings::default();
    let null = values(&original, "return-path").iter().any(|path| path == "<>");
    f.expect(!null, || "the original came from the null path".into());
    let kind = original.token("content-type").unwrap_or_default().to_ascii_lowercase();
    let report = kind.starts_with("multipart/report");
    f.expect(!report, || "the original is a report itself".into());
    f.verdict("the original is no report", "")
}

/// The groups of fields of a delivery report: first those of the message, then one a recipient.
fn groups<'s>(octets: &'s [u8]) -> Vec<Header<'s>> {
    let mut groups = Vec::new();
    let mut at = 0;
    while at < octets.len() && groups.len() < GROUPS_MAX {
        let (fields, next) = header::read(octets, at, false);
        if !fields.fields().is_empty() {
            groups.push(fields);
        }
        at = if next > at { next } else { header::line(octets, at).1.max(at + 1) };
    }
    groups
}

fn with_groups(s: &Scene<'_>, check: impl FnOnce(&[Header<'_>]) -> Verdict) -> Verdict {
    match s.report_part(STATUS) {
        Some((_, content)) => check(&groups(&content.octets)),
        None => Verdict::NotApplicable(format!("no {STATUS} (DSN-3464-2-a)")),
    }
}

fn dsn_groups(s: &Scene<'_>) -> Verdict {
    with_groups(s, |groups| {
        let mut f = Findings::default();
        let first = groups.first();
        f.expect(first.is_some_and(|g| g.has("reporting-mta")), || {
            "the first group has no Reporting-MTA".into()
        });
        f.expect(groups.len() > 1, || "no group for a recipient".into());
        f.expect(first.is_some_and(|g| !g.has("final-recipient")), || {
            "no blank line before the first recipient".into()
        });
        for (number, group) in groups.iter().enumerate().skip(1) {
            let count = group.all("final-recipient").count();
            f.expect(count <= 1, || format!("group {number} has {count} recipients"));
        }
        f.verdict(format!("{} recipients", groups.len().saturating_sub(1)), "")
    })
}

fn dsn_recipients(s: &Scene<'_>) -> Verdict {
    with_groups(s, |groups| {
        let mut f = Findings::default();
        for (number, group) in groups.iter().enumerate().skip(1) {
            for name in ["Final-Recipient", "Action", "Status"] {
                f.expect(group.has(name), || format!("recipient {number}: no {name}"));
            }
            for value in values(group, "final-recipient") {
                f.expect(typed(&value).is_some(), || {
                    format!("recipient {number}: “{value}” is not type; address")
                });
            }
            if let Some(action) = group.token("action") {
                let action = action.to_ascii_lowercase();
                let known = ["failed", "delayed", "delivered", "relayed", "expanded"];
                f.expect(known.contains(&action.as_str()), || {
                    format!("recipient {number}: “{action}” is no action")
                });
            }
        }
        f.verdict("every recipient has address, action and status", "no recipients")
    })
}

fn dsn_types(s: &Scene<'_>) -> Verdict {
    with_groups(s, |groups| {
        let mut f = Findings::default();
        let names = [
            "Reporting-MTA",
            "DSN-Gateway",
            "Received-From-MTA",
            "Original-Recipient",
            "Remote-MTA",
            "Diagnostic-Code",
        ];
        for group in groups {
            for name in names {
                for value in values(group, name) {
                    f.expect(typed(&value).is_some(), || {
                        format!("{name}: “{value}” does not say of which type it is")
                    });
                }
            }
        }
        f.verdict("addresses, systems and diagnostics say their type", "no such fields")
    })
}

fn dsn_dates(s: &Scene<'_>) -> Verdict {
    with_groups(s, |groups| {
        let mut f = Findings::default();
        for group in groups {
            for name in ["Arrival-Date", "Last-Attempt-Date", "Will-Retry-Until"] {
                for value in group.all(name) {
                    match lex::date_problem(value) {
                        Some(problem) => f.bad(format!("{name}: {problem}")),
                        None => f.look(),
                    }
                }
            }
        }
        f.verdict("dates are dates", "no dates")
    })
}

fn dsn_action_and_status(s: &Scene<'_>) -> Verdict {
    with_groups(s, |groups| {
        let mut f = Findings::default();
        for group in groups.iter().skip(1) {
            let Some((action, status)) = group.token("action").zip(group.token("status")) else {
                continue;
            };
            let classes: &[&str] = match action.to_ascii_lowercase().as_str() {
                "failed" => &["4", "5"],
                "delayed" => &["4"],
                "delivered" | "relayed" | "expanded" => &["2"],
                _ => continue,
            };
            let class = status.split('.').next().unwrap_or_default();
            f.expect(classes.contains(&class), || format!("{action} with the status {status}"));
        }
        f.verdict("each status is of its action", "no action with a status")
    })
}

fn dsn_status(s: &Scene<'_>) -> Verdict {
    with_groups(s, |groups| {
        let mut f = Findings::default();
        for status in groups.iter().filter_map(|g| g.token("status")) {
            let pieces: Vec<&str> = status.split('.').collect();
            let digits =
                |t: &str| (1..=3).contains(&t.len()) && t.bytes().all(|c| c.is_ascii_digit());
            let legal = matches!(pieces.as_slice(), ["2" | "4" | "5", subject, detail]
                if digits(subject) && digits(detail));
            f.expect(legal, || format!("“{status}” is not class.subject.detail"));
        }
        f.verdict("class.subject.detail", "no Status")
    })
}

fn envelope_id(s: &Scene<'_>) -> Verdict {
    with_groups(s, |groups| {
        let mut f = Findings::default();
        for id in groups.iter().take(1).flat_map(|g| values(g, "original-envelope-id")) {
            f.expect(!id.is_empty() && id.len() <= 100, || {
                format!("Original-Envelope-Id has {} characters, 100 are the limit", id.len())
            });
        }
        f.verdict("at most 100 characters", "no Original-Envelope-Id")
    })
}
