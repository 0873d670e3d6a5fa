//! Header fields: RFC 3801 section 4.2, Message-Context (RFC 3458, 3938), the request for a receipt
//! (RFC 8098 section 2), and what Sensitivity forbids at any level.

use super::{
    card,
    format::mime_version_problem,
    lex,
    rule::{Findings, Level, Rule, Scope, Verdict, shown},
    scene::{Nested, Scene, values},
};
use crate::view::{Header, header::without_comments, mailbox};
use aloud_model::{Importance, Sensitivity};

pub(super) const RULES: &[Rule] = &[
    Rule::new("VPIM-4.2.1-a", Level::Must, Scope::Vpim, from),
    Rule::new("VPIM-4.2.1-b", Level::Should, Scope::Vpim, quoted_name),
    Rule::new("VPIM-4.2.1-e", Level::Should, Scope::Vpim, one_sender)
        .note("a line of its own since RFC 3801"),
    Rule::new("VPIM-4.2.2-a", Level::Should, Scope::Vpim, whole_list)
        .note("RFC 3801; RFC 2421 says MUST"),
    Rule::new("VPIM-4.2.2-d", Level::Must, Scope::All, one_to_and_cc)
        .note("RFC 5322; the examples of RFC 2421 have two To fields"),
    Rule::new("VPIM-4.2.3-a", Level::May, Scope::Vpim, copies)
        .note("RFC 3801; RFC 2421 says SHOULD"),
    Rule::new("VPIM-4.2.3-b", Level::MustNot, Scope::Voice, blind).note("explicit since RFC 3801"),
    Rule::new("VPIM-4.2.4-a", Level::Must, Scope::Vpim, date_with_zone)
        .note("the zone is a MUST since RFC 3801"),
    Rule::new("VPIM-4.2.6-a", Level::MustNot, Scope::Voice, return_path)
        .note("RFC 3801; RFC 2421 says MAY"),
    Rule::new("VPIM-4.2.7-a", Level::Must, Scope::Vpim, message_id),
    Rule::new("VPIM-4.2.8-a", Level::ShouldNot, Scope::Vpim, reply_to),
    Rule::new("VPIM-4.2.8-c", Level::Should, Scope::Vpim, reply_to_and_card),
    Rule::new("VPIM-4.2.10-a", Level::Must, Scope::Vpim, mime_version)
        .note("explicit since RFC 3801"),
    Rule::new("VPIM-4.2.10-b", Level::Should, Scope::Vpim, voice_comment),
    Rule::new("VPIM-4.2.11-a", Level::Must, Scope::Vpim, content_type),
    Rule::new("VPIM-4.2.13-b", Level::Must, Scope::All, private_spelling)
        .note("the spelling is of RFC 3801; RFC 2421 ignores case"),
    Rule::new("VPIM-4.2.13-c", Level::ShouldNot, Scope::All, other_sensitivities)
        .note("RFC 3801; RFC 2421 allowed Personal"),
    Rule::new("VPIM-4.2.13-d", Level::Must, Scope::All, private_forwarded),
    Rule::new("VPIM-4.2.13-e", Level::Must, Scope::All, personal_forwarded)
        .note("RFC 2421; RFC 3801 lets Personal be ignored"),
    Rule::new("VPIM-4.2.13-g", Level::Must, Scope::All, unknown_forwarded),
    Rule::new("VPIM-4.2.13-i", Level::ShouldNot, Scope::All, private_in_reply),
    Rule::new("VPIM-4.2.13-k", Level::ShouldNot, Scope::Report, private_report),
    Rule::new("VPIM-4.2.13-l", Level::Project, Scope::All, private_deeper),
    Rule::new("VPIM-4.2.14-a", Level::May, Scope::All, importance),
    Rule::new("VPIM-4.2.15-a", Level::Should, Scope::Voice, subject),
    Rule::new("CTX-6.1-a", Level::Must, Scope::All, one_context),
    Rule::new("CTX-6.2-a", Level::Must, Scope::All, registered_context),
    Rule::new("CTX-4-a", Level::Should, Scope::All, forwarded_context),
    Rule::new("MDN-2.1-a", Level::Must, Scope::All, receipt_request),
    Rule::new("MDN-2.1-j", Level::Should, Scope::All, receipt_needs_id),
    Rule::new("MDN-2.2-a", Level::Must, Scope::All, receipt_options),
];

/// The values of Message-Context that are registered (RFC 3458 section 6.2, RFC 3938).
const CONTEXTS: [&str; 7] = [
    "voice-message",
    "fax-message",
    "pager-message",
    "multimedia-message",
    "text-message",
    "video-message",
    "none",
];

fn from(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let count = s.in_field("From").filter(|m| m.addr.is_some()).count();
    f.expect(count == 1, || format!("{count} complete addresses in From"));
    f.verdict("From has one complete address", "")
}

fn quoted_name(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for value in s.header().all("from") {
        let text = lex::unfolded(value);
        let phrase = text.split('<').next().unwrap_or_default().trim();
        if !text.contains('<') || phrase.is_empty() {
            continue;
        }
        let quoted = phrase.starts_with('"') && phrase.ends_with('"') || phrase.contains("=?");
        f.expect(quoted, || {
            format!("the name “{phrase}” is not quoted; only the name of a position may be so")
        });
    }
    f.verdict("the name is quoted", "no name in From")
}

fn one_sender(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let Some(from) = s.in_field("From").find_map(|m| m.addr.as_ref()) else {
        return Verdict::NotApplicable("no address in From".into());
    };
    for sender in s.in_field("Sender").filter_map(|m| m.addr.as_ref()) {
        f.expect(sender.same_mailbox(from), || format!("Sender is {sender}, From is {from}"));
    }
    for value in s.header().all("return-path") {
        if let Some(path) = mailbox::parse(value).into_iter().find_map(|m| m.addr) {
            f.expect(path.same_mailbox(from), || format!("Return-Path is {path}, From is {from}"));
        }
    }
    f.verdict("all name the same address", "neither Sender nor Return-Path")
}

fn whole_list(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for value in s.header().all("to") {
        let text = lex::unfolded(value);
        let empty = mailbox::parse(value).is_empty();
        f.expect(!empty, || format!("To: “{text}” names nobody; the field is to be left out"));
    }
    f.verdict("To names recipients", "no To: the recipients are not known")
}

fn one_to_and_cc(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for name in ["To", "Cc"] {
        let count = s.header().all(name).count();
        f.expect(count <= 1, || format!("{count} {name} fields"));
    }
    f.verdict("at most one To and one Cc", "")
}

fn copies(s: &Scene<'_>) -> Verdict {
    if !s.header().has("cc") {
        return Verdict::NotApplicable("no Cc".into());
    }
    let mut f = Findings::default();
    f.expect(s.header().has("to"), || "Cc without To: not all recipients are named".into());
    f.verdict("Cc beside To", "")
}

fn blind(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    f.look();
    for addr in s.in_field("Bcc").filter_map(|m| m.addr.as_ref()) {
        f.bad(format!("Bcc names {addr}"));
    }
    f.verdict("no blind recipient is named", "")
}

fn date_with_zone(s: &Scene<'_>) -> Verdict {
    match s.header().first("date") {
        None => Verdict::Fail("no Date".into()),
        Some(value) => {
            let text = without_comments(&lex::unfolded(value));
            let zone = text.split_whitespace().next_back().unwrap_or_default();
            let offset = zone
                .strip_prefix(['+', '-'])
                .is_some_and(|z| z.len() == 4 && z.bytes().all(|c| c.is_ascii_digit()));
            if offset {
                Verdict::Pass(format!("the zone is {zone}"))
            } else {
                Verdict::Fail(shown(&format!("Date: “{text}” has no four-digit zone")))
            }
        }
    }
}

fn return_path(s: &Scene<'_>) -> Verdict {
    let count = s.header().all("return-path").count();
    match (count, s.was_transported()) {
        (0, _) => Verdict::Pass("no Return-Path".into()),
        (1, true) => Verdict::NotApplicable("added on delivery, as it should be".into()),
        (1, false) => Verdict::Fail("a Return-Path before anybody delivered the message".into()),
        (n, _) => Verdict::Fail(format!("{n} Return-Path fields")),
    }
}

fn message_id(s: &Scene<'_>) -> Verdict {
    match s.header().first("message-id") {
        None => Verdict::Fail("no Message-ID".into()),
        Some(value) => match lex::ids_problem(value) {
            Some(problem) => Verdict::Fail(shown(&problem)),
            None => Verdict::Pass(shown(&lex::unfolded(value))),
        },
    }
}

fn reply_to(s: &Scene<'_>) -> Verdict {
    let Some(to) = s.header().first("reply-to") else {
        return Verdict::Pass("no Reply-To".into());
    };
    Verdict::Doubt(shown(&format!(
        "Reply-To: {}; right only when the user asked for it",
        lex::unfolded(to)
    )))
}

fn reply_to_and_card(s: &Scene<'_>) -> Verdict {
    let Some(to) = s.in_field("Reply-To").find_map(|m| m.addr.as_ref()) else {
        return Verdict::NotApplicable("no Reply-To".into());
    };
    let Some(preferred) = card::preferred_email(s) else {
        return Verdict::NotApplicable("no card with an address".into());
    };
    let mut f = Findings::default();
    f.expect(preferred.eq_ignore_ascii_case(to.as_str()), || {
        format!("the card prefers {preferred}, Reply-To is {to}")
    });
    f.verdict("the card prefers the address of Reply-To", "")
}

fn mime_version(s: &Scene<'_>) -> Verdict {
    match mime_version_problem(s) {
        Some(problem) => Verdict::Fail(shown(&problem)),
        None => Verdict::Pass("MIME-Version: 1.0".into()),
    }
}

fn voice_comment(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for value in values(s.header(), "mime-version") {
        let plain: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
        f.expect(plain.to_ascii_lowercase().contains("(voice 2.0)"), || {
            format!("MIME-Version: {value}, without (Voice 2.0)")
        });
    }
    f.verdict("(Voice 2.0) is said", "no MIME-Version")
}

fn content_type(s: &Scene<'_>) -> Verdict {
    let Some(root) = s.view.root().filter(|root| root.header.has("content-type")) else {
        return Verdict::Fail("no Content-Type".into());
    };
    let kind = &root.content.value;
    match kind.as_str() {
        "multipart/voice-message" => Verdict::Pass(kind.clone()),
        "multipart/mixed" if s.container.is_some() => {
            Verdict::Doubt("multipart/mixed around multipart/voice-message; right only where voice is mixed with other content".into())
        }
        _ => Verdict::Fail(shown(&format!("the message is {kind}"))),
    }
}

fn sensitivity(header: &Header<'_>) -> Option<Sensitivity> {
    Sensitivity::parse(&header.token("sensitivity")?)
}

fn private_spelling(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for value in values(s.header(), "sensitivity") {
        match Sensitivity::parse(&without_comments(&value)) {
            Some(Sensitivity::Private) => {
                f.expect(value == "Private", || format!("“{value}” and not “Private”"));
            }
            Some(Sensitivity::Unknown(_)) | None => {
                f.bad(format!("“{value}” is no sensitivity of the standard"));
            }
            Some(_) => {}
        }
    }
    let count = s.header().all("sensitivity").count();
    if count > 1 {
        f.bad(format!("{count} Sensitivity fields"));
    }
    f.verdict("Private, spelled so", "not marked private")
}

fn other_sensitivities(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for value in values(s.header(), "sensitivity") {
        match Sensitivity::parse(&without_comments(&value)) {
            Some(
                Sensitivity::Personal | Sensitivity::CompanyConfidential | Sensitivity::Normal,
            ) => f.bad(format!("Sensitivity: {value}")),
            _ => f.look(),
        }
    }
    f.verdict("nothing but Private", "no Sensitivity")
}

/// Whether the message answers another. What it encloses is then quoted, not forwarded.
fn is_reply(s: &Scene<'_>) -> bool {
    s.header().has("in-reply-to")
}

fn over_nested(
    s: &Scene<'_>,
    depth: fn(usize) -> bool,
    blocked: fn(&Sensitivity) -> bool,
) -> Verdict {
    if s.report.is_some() {
        return Verdict::NotApplicable("a report returns what it is about".into());
    }
    let mut f = Findings::default();
    let at = |n: &&Nested<'_>| depth(n.depth);
    for nested in s.nested.iter().filter(at) {
        match sensitivity(&nested.header).filter(blocked) {
            Some(value) => {
                f.bad(format!("the message in part {} is marked {}", nested.path, value.as_str()));
            }
            None => f.look(),
        }
    }
    f.verdict("nothing that is enclosed is so marked", "no enclosed message at that level")
}

fn private_forwarded(s: &Scene<'_>) -> Verdict {
    if is_reply(s) {
        return Verdict::NotApplicable("a reply; see VPIM-4.2.13-i".into());
    }
    over_nested(s, |depth| depth == 1, |v| *v == Sensitivity::Private)
}

fn personal_forwarded(s: &Scene<'_>) -> Verdict {
    over_nested(s, |depth| depth == 1, |v| *v == Sensitivity::Personal)
}

fn unknown_forwarded(s: &Scene<'_>) -> Verdict {
    over_nested(s, |depth| depth == 1, |v| matches!(v, Sensitivity::Unknown(_)))
}

fn private_in_reply(s: &Scene<'_>) -> Verdict {
    if !is_reply(s) {
        return Verdict::NotApplicable("not a reply".into());
    }
    over_nested(s, |depth| depth == 1, |v| *v == Sensitivity::Private)
}

fn private_deeper(s: &Scene<'_>) -> Verdict {
    over_nested(s, |depth| depth > 1, Sensitivity::blocks_forwarding)
}

fn private_report(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    f.expect(!s.header().has("sensitivity"), || {
        format!("Sensitivity: {}", s.header().text("sensitivity").unwrap_or_default())
    });
    f.verdict("the report is not marked", "")
}

fn importance(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for value in values(s.header(), "importance") {
        let known = Importance::parse(&without_comments(&value)).is_some();
        f.expect(known, || format!("“{value}” is neither low, normal nor high"));
    }
    f.verdict("low, normal or high", "no Importance")
}

fn subject(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    f.expect(s.header().filled("subject").is_some(), || "no Subject".into());
    f.verdict(s.header().filled("subject").unwrap_or_default(), "")
}

fn one_context(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let count = s.header().all("message-context").count();
    if count > 0 {
        f.expect(count == 1, || format!("{count} Message-Context fields"));
    }
    f.verdict("one Message-Context", "no Message-Context")
}

fn registered(header: &Header<'_>) -> Option<String> {
    let said = header.token("message-context")?.to_ascii_lowercase();
    CONTEXTS.contains(&said.as_str()).then_some(said)
}

fn registered_context(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    if let Some(said) = s.header().text("message-context") {
        f.expect(registered(s.header()).is_some(), || format!("“{said}” is not registered"));
    }
    f.verdict("a registered value", "no Message-Context")
}

fn forwarded_context(s: &Scene<'_>) -> Verdict {
    if s.report.is_some() || is_reply(s) {
        return Verdict::NotApplicable("not a forward".into());
    }
    let mut f = Findings::default();
    let said = registered(s.header());
    for nested in s.nested.iter().filter(|n| n.depth == 1) {
        if let Some(inner) = registered(&nested.header).filter(|v| v != "none") {
            f.expect(said.as_ref() == Some(&inner), || {
                let said = said.as_deref().unwrap_or("none");
                format!("part {} is a {inner}, the message around it says {said}", nested.path)
            });
        }
    }
    f.verdict("that of the message forwarded", "no message with a context is forwarded")
}

const NOT_ASKED: &str = "no receipt is asked for";

fn receipt_request(s: &Scene<'_>) -> Verdict {
    let count = s.header().all("disposition-notification-to").count();
    let mut f = Findings::default();
    if count > 1 {
        f.bad(format!("{count} Disposition-Notification-To fields"));
    }
    if count > 0 {
        let complete = s.in_field("Disposition-Notification-To").all(|m| m.addr.is_some());
        let any = s.in_field("Disposition-Notification-To").next().is_some();
        f.expect(complete && any, || "no complete address in Disposition-Notification-To".into());
    }
    f.verdict("one field of complete addresses", NOT_ASKED)
}

fn receipt_needs_id(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    if s.header().has("disposition-notification-to") {
        let there = s.header().has("message-id");
        f.expect(there, || "a receipt is asked for, and no Message-ID to name in it".into());
    }
    f.verdict("a Message-ID to name in the receipt", NOT_ASKED)
}

fn receipt_options(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for value in values(s.header(), "disposition-notification-options") {
        for option in value.split(';').map(str::trim) {
            let legal = option.split_once('=').is_some_and(|(attribute, rest)| {
                let mut items = rest.split(',').map(str::trim);
                let importance = items.next().unwrap_or_default().to_ascii_lowercase();
                let values: Vec<_> = items.collect();
                lex::is_token(attribute.trim())
                    && matches!(importance.as_str(), "required" | "optional")
                    && !values.is_empty()
                    && values.iter().all(|v| !v.is_empty())
            });
            f.expect(legal, || format!("“{option}” is not attribute=importance,value"));
        }
    }
    f.verdict("attribute=importance,value", "no Disposition-Notification-Options")
}
