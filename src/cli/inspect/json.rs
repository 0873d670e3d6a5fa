//! The JSON of `aloud inspect`: every field always there, unknown is `null`.

use serde_json::{Value, json};

use super::codes;
use crate::message::{
    Card, Dsn, Evidence, Mail, Mdn, PartInfo, PartRole, Permission, Receipt, Report,
};
use crate::model::DateTime;
use crate::wording;

/// One message as JSON. `file` is the name given on the command line; for an enclosed message that
/// name and its path.
#[must_use]
pub fn to_json(mail: &Mail, file: &str) -> Value {
    let mut originals = mail.parts.iter().filter(|p| p.role == PartRole::Original);
    let forwarded: Vec<Value> = mail
        .forwarded
        .iter()
        .map(|inner| {
            let path = originals.next().map_or("", |p| p.path.as_str());
            to_json(inner, &format!("{file}#{path}"))
        })
        .collect();
    json!({
        "file": file,
        "kind": mail.kind.as_str(),
        "also": mail.also.iter().map(|k| k.as_str()).collect::<Vec<_>>(),
        "profile": mail.profile,
        "evidence": mail.evidence.iter().map(wording::recognition::sentence).collect::<Vec<_>>(),
        "evidence_codes": mail.evidence.iter().map(Evidence::code).collect::<Vec<_>>(),
        "subject": mail.subject,
        "date": mail.date.map(DateTime::to_rfc3339),
        "message_id": mail.message_id,
        "sender": {
            "name": mail.sender.name,
            "address": mail.sender.address.as_ref().map(|a| a.as_str()),
            "number": mail.sender.number,
            "withheld": mail.sender.withheld,
        },
        "reply_to": mail.reply_to.as_ref().map(|a| json!({
            "name": a.name,
            "address": a.addr.as_str(),
        })),
        "may_reply": permission(&mail.may_reply),
        "may_forward": permission(&mail.may_forward),
        "may_save": permission(&mail.may_save),
        "sensitivity": mail.sensitivity.as_ref().map(|s| s.as_str()),
        "importance": mail.importance.map(|i| i.as_str()),
        "duration_s": mail.duration.map(|d| number(d.as_secs_f64())),
        "duration_source": mail.duration_source.map(|s| s.as_str()),
        "pages": mail.pages,
        "parts": mail.parts.iter().map(part).collect::<Vec<_>>(),
        "transcript": mail.transcript.as_ref().map(|t| json!({
            "text": t.text,
            "origin": t.origin,
        })),
        "cards": mail.cards.iter().map(card_to_json).collect::<Vec<_>>(),
        "receipt": mail.receipt.as_ref().map(receipt),
        "report": mail.report.as_ref().map(report),
        "forwarded": forwarded,
        "problems": mail.problems.iter().map(wording::problem::problem).collect::<Vec<_>>(),
        "problem_codes": mail.problems.iter().map(codes::problem).collect::<Vec<_>>(),
    })
}

/// Whole seconds without a fraction, others to the millisecond.
fn number(seconds: f64) -> Value {
    let millis = (seconds * 1000.0).round();
    if millis % 1000.0 == 0.0 && millis.abs() < 1e15 {
        json!((millis / 1000.0) as i64)
    } else {
        json!(millis / 1000.0)
    }
}

fn permission(permission: &Permission) -> Value {
    let code = match permission {
        Permission::Allowed => None,
        Permission::Refused(reason) => Some(codes::refusal(reason)),
    };
    json!({
        "allowed": permission.is_allowed(),
        "code": code,
        "reason": wording::refusal::permission(permission),
    })
}

fn part(part: &PartInfo) -> Value {
    json!({
        "path": part.path,
        "depth": part.depth,
        "type": part.media_type,
        "disposition": part.disposition,
        "filename": part.filename,
        "octets": part.octets,
        "role": part.role.as_str(),
        "codec": part.codec,
        "decodable": part.decodable,
        "seconds": part.seconds.map(number),
        "problem": part.problem.as_ref().map(wording::problem::part),
        "problem_code": part.problem.as_ref().map(codes::part),
    })
}

/// A contact card, as in the list `cards`.
#[must_use]
pub fn card_to_json(card: &Card) -> Value {
    json!({
        "name": card.name,
        "emails": card.emails,
        "tels": card.tels,
        "has_spoken_name": card.has_spoken_name,
        "problem": card.problem.as_ref().map(wording::problem::card),
    })
}

fn receipt(receipt: &Receipt) -> Value {
    let by: Vec<_> = receipt.requested_by.iter().map(|a| a.as_str()).collect();
    let refused = receipt.reason.as_ref().map(codes::refusal);
    json!({
        "requested_by": by,
        "may_send": receipt.may_send,
        "needs_consent": receipt.needs_consent,
        "code": refused.or_else(|| receipt.doubt.as_ref().map(codes::doubt)),
        "reason": wording::refusal::receipt(receipt),
    })
}

fn report(report: &Report) -> Value {
    match report {
        Report::Mdn(mdn) => mdn_value(mdn),
        Report::Dsn(list) => Value::Array(list.iter().map(dsn_value).collect()),
    }
}

fn mdn_value(mdn: &Mdn) -> Value {
    json!({
        "disposition": Some(mdn.disposition.as_str()).filter(|d| !d.is_empty()),
        "modifiers": mdn.modifiers,
        "errors": mdn.errors,
        "recipient": mdn.recipient,
        "original_message_id": mdn.original_message_id,
        "sentence": wording::receipt::sentence(mdn),
    })
}

fn dsn_value(dsn: &Dsn) -> Value {
    json!({
        "recipient": dsn.recipient,
        "action": dsn.action.as_str(),
        "status": Some(&dsn.status).filter(|status| !status.is_empty()),
        "sentence": wording::delivery::sentence(dsn),
    })
}
