//! Structure: what stands in which multipart, in which order and with which disposition (RFC 3801
//! sections 4.3 to 4.5, RFC 4239 section 3 and 7, RFC 3459, RFC 2183).

use super::{
    lex,
    rule::{Findings, Level, Rule, Scope, Verdict, shown},
    scene::{Scene, declared_encoding, place, role, values},
};
use crate::problem::PartProblem;
use crate::view::{Part, Shape};
use aloud_model::VoiceContent;

pub(super) const RULES: &[Rule] = &[
    Rule::new("VPIM-4.3-a", Level::Must, Scope::Vpim, base64),
    Rule::new("VPIM-4.3-b", Level::MustNot, Scope::Vpim, no_text_encoding),
    Rule::new("VPIM-4.3-d", Level::Must, Scope::Vpim, contents)
        .note("RFC 3801 makes prohibited contents a MUST NOT"),
    Rule::new("VPIM-4.3.1-a", Level::Must, Scope::Vpim, container),
    Rule::new("VPIM-4.3.1-b", Level::Must, Scope::Vpim, version),
    Rule::new("VPIM-4.3.4-e", Level::Should, Scope::Vpim, one_part_a_role)
        .note("RFC 3801; a MUST in the table of RFC 2421"),
    Rule::new("VPIM-4.3.4.2-a", Level::Must, Scope::Vpim, disposition),
    Rule::new("VPIM-4.3.4.2-c", Level::MustNot, Scope::Vpim, recipient_name)
        .note("explicit since RFC 3801"),
    Rule::new("VPIM-4.3.4.4-a", Level::May, Scope::All, language),
    Rule::new("VPIM-4.3.6-a", Level::ShouldNot, Scope::Vpim, other_encodings)
        .note("RFC 3801; RFC 2421 says MAY"),
    Rule::new("VPIM-4.4-a", Level::ShouldNot, Scope::Vpim, outside)
        .note("the text of RFC 2421 says MUST NOT"),
    Rule::new("VPIM-4.4.1-a", Level::May, Scope::Vpim, mixed),
    Rule::new("VPIM-4.4.2-a", Level::ShouldNot, Scope::Vpim, text_inside),
    Rule::new("VPIM-4.4.3-a", Level::Must, Scope::All, notices_are_reports),
    Rule::new("VPIM-4.5-a", Level::Should, Scope::Vpim, forward),
    Rule::new("VPIM-4.5-c", Level::Must, Scope::Vpim, enclosed_header),
    Rule::new("IVM-3-a", Level::Must, Scope::Ivm, is_mime),
    Rule::new("IVM-3-b", Level::Must, Scope::Ivm, context),
    Rule::new("IVM-3-f", Level::Should, Scope::Ivm, top_level),
    Rule::new("IVM-3-h", Level::Must, Scope::Ivm, primary_is_critical),
    Rule::new("IVM-3-i", Level::May, Scope::Ivm, card_is_dispensable),
    Rule::new("IVM-7-a", Level::Must, Scope::Ivm, basic),
    Rule::new("IVM-7-b", Level::Should, Scope::Ivm, au_name),
    Rule::new("IVM-7-e", Level::MustNot, Scope::Ivm, other_codecs),
    Rule::new("IVM-7-i", Level::Should, Scope::Ivm, roles_are_marked),
    Rule::new("IVM-7-j", Level::Should, Scope::Ivm, durations),
    Rule::new("IVM-7-k", Level::May, Scope::Ivm, recipient_name),
    Rule::new("IVM-8-a", Level::Should, Scope::All, fax_is_tiff),
    Rule::new("CRIT-3-a", Level::Must, Scope::All, handling),
    Rule::new("DISP-2.3-a", Level::ShouldNot, Scope::All, plain_file_names),
    Rule::new("DISP-2.8-a", Level::Should, Scope::All, known_dispositions),
];

/// Recordings and pictures.
fn media<'s, 'a>(s: &'s Scene<'a>) -> impl Iterator<Item = &'s Part<'a>> {
    s.leaves().map(|(part, _)| part).filter(|p| matches!(p.main_type(), "audio" | "image"))
}

fn base64(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for part in media(s) {
        let declared = declared_encoding(part);
        // VPIM-4.3-b names the others.
        let text = ["7bit", "8bit", "quoted-printable"].contains(&declared.as_str());
        f.expect(text || ["base64", "binary"].contains(&declared.as_str()), || {
            format!("{} is sent as “{declared}”", place(part))
        });
    }
    f.verdict("recordings and pages are base64 or binary", "neither recording nor page")
}

fn no_text_encoding(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for part in media(s) {
        let declared = declared_encoding(part);
        f.expect(!["7bit", "8bit", "quoted-printable"].contains(&declared.as_str()), || {
            format!("{} is sent as {declared}", place(part))
        });
    }
    f.verdict("no recording or page is sent as text", "neither recording nor page")
}

const NO_CONTAINER: &str = "no multipart/voice-message";

fn contents(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.voice_children() {
        let allowed = matches!(part.main_type(), "audio" | "image")
            || ["message/rfc822", "text/directory", "text/plain"].iter().any(|t| part.is(t));
        f.expect(allowed, || {
            format!("{} is {}, which has no place in it", place(part), part.content.value)
        });
    }
    f.verdict("only audio, images, enclosed messages and a card", NO_CONTAINER)
}

fn container(s: &Scene<'_>) -> Verdict {
    match s.container.and_then(|at| s.view.parts.get(at)) {
        Some(part) => Verdict::Pass(format!("{} is multipart/voice-message", place(part))),
        None => Verdict::Fail("no multipart/voice-message".into()),
    }
}

fn version(s: &Scene<'_>) -> Verdict {
    let Some(part) = s.container.and_then(|at| s.view.parts.get(at)) else {
        return Verdict::NotApplicable(NO_CONTAINER.into());
    };
    match part.content.text("version").as_deref() {
        Some("2.0") => Verdict::Pass("version=2.0".into()),
        Some(other) => Verdict::Fail(shown(&format!("version={other}"))),
        None => Verdict::Fail("no version, as in VPIM version 1".into()),
    }
}

fn one_part_a_role(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let mut seen: Vec<VoiceContent> = Vec::new();
    for (_, part) in s.voice_children() {
        let Some(role) = role(part) else { continue };
        f.expect(!seen.contains(&role), || format!("{}: {} again", place(part), role.as_str()));
        seen.push(role);
    }
    f.verdict("no role twice", "no part with a role")
}

fn disposition(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.voice_children().filter(|(_, part)| part.main_type() == "audio") {
        let at = place(part);
        let Some(disposition) = &part.disposition else {
            f.bad(format!("{at}: no Content-Disposition"));
            continue;
        };
        f.expect(disposition.value == "inline", || format!("{at}: {}", disposition.value));
        match disposition.text("voice") {
            None => f.bad(format!("{at}: no voice= that says what it is")),
            Some(said) => f.expect(VoiceContent::parse(&said).is_some(), || {
                format!("{at}: voice={said} is not known")
            }),
        }
        if disposition.text("filename").is_none() {
            f.doubt(format!("{at}: no filename"));
        }
    }
    f.verdict("every recording is inline, with its role", "no recording in the voice message")
}

fn recipient_name(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let recipients = s.recipients().count();
    for (part, _) in s.audio() {
        if role(part) == Some(VoiceContent::RecipientSpokenName) {
            f.expect(recipients <= 1, || {
                format!("{}: the recipient’s name, and {recipients} recipients", place(part))
            });
        }
    }
    f.verdict("one recipient", "the recipient’s name is not spoken")
}

fn language(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        for value in values(&part.header, "content-language") {
            for tag in value.split(',').map(str::trim) {
                f.expect(lex::is_language_tag(tag), || format!("{}: “{tag}”", place(part)));
            }
        }
    }
    f.verdict("well-formed language tags", "no Content-Language")
}

fn other_encodings(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.voice_children() {
        match part.main_type() {
            "audio" => f.expect(part.is("audio/32kadpcm"), || {
                format!("{} is {}", place(part), part.content.value)
            }),
            "image" => f.expect(part.is("image/tiff"), || {
                format!("{} is {}", place(part), part.content.value)
            }),
            _ => {}
        }
    }
    f.verdict("32KADPCM and TIFF only", "neither recording nor page")
}

fn outside(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let Some(at) = s.container else {
        return Verdict::NotApplicable(NO_CONTAINER.into());
    };
    f.look();
    for (part, _) in s.leaves() {
        let inside = part.parent == Some(at)
            || s.view.ancestors(part).any(|p| p.is("multipart/voice-message"));
        if !inside && !part.is("text/plain") && !part.is("message/rfc822") {
            f.bad(format!("{} is {}", place(part), part.content.value));
        }
    }
    f.verdict("nothing outside the profile beside the voice message", "")
}

fn mixed(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    if s.container.is_some() {
        for (index, part) in s.parts().filter(|(_, part)| part.is("multipart/mixed")) {
            let others = s.children(index).count();
            f.expect(others > 1, || format!("{} mixes voice with nothing", place(part)));
        }
    }
    f.verdict("voice is mixed with other content", "no multipart/mixed")
}

fn text_inside(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.voice_children() {
        f.expect(!part.is("text/plain"), || format!("{} is text/plain", place(part)));
    }
    f.verdict("no text inside the voice message", NO_CONTAINER)
}

fn notices_are_reports(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        let notice = ["message/disposition-notification", "message/delivery-status"];
        if notice.iter().any(|t| part.is(t)) {
            let inside = s.view.ancestors(part).any(|p| p.is("multipart/report"));
            f.expect(inside, || format!("{} stands in no multipart/report", place(part)));
        }
    }
    f.verdict("the notification is a multipart/report", "no notification")
}

fn forward(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts().filter(|(_, p)| p.shape == Shape::Original) {
        let inside = s.container.is_some() && part.parent == s.container;
        f.expect(inside, || format!("{} is not a part of the voice message", place(part)));
    }
    f.verdict("the original is a part of the voice message", "nothing is forwarded")
}

fn enclosed_header(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for nested in s.nested.iter().filter(|n| n.depth == 1) {
        let (at, header) = (&nested.path, &nested.header);
        let known = ["from", "subject", "date"].iter().any(|name| header.has(name));
        f.expect(known, || format!("part {at}: neither From, Subject nor Date"));
        for name in ["MIME-Version", "Content-Type"] {
            f.expect(header.has(name), || format!("part {at}: no {name}"));
        }
    }
    f.verdict("the enclosed message says what it is", "no enclosed message")
}

fn is_mime(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    f.expect(s.header().has("mime-version"), || "no MIME-Version".into());
    f.expect(s.header().has("content-type"), || "no Content-Type".into());
    for problem in s.parts().filter_map(|(_, part)| part.problem.as_ref()) {
        f.bad(repair(problem));
    }
    f.verdict("a MIME message that needed no repair", "")
}

/// A repair as a finding.
fn repair(problem: &PartProblem) -> String {
    match problem {
        PartProblem::UnknownEncoding(name) => format!("unknown transfer encoding “{name}”"),
        PartProblem::MultipartsTooDeep | PartProblem::MessagesTooDeep => "nested too deeply".into(),
        PartProblem::NoBoundary => "no boundary is named".into(),
        PartProblem::OtherBoundary => "the boundary is not the one named".into(),
        PartProblem::NoDelimiter => "no boundary line inside".into(),
        PartProblem::DamagedEncoding => "the transfer encoding is damaged".into(),
        PartProblem::Sealed(_)
        | PartProblem::Damaged(_)
        | PartProblem::NotOpened
        | PartProblem::RichText => "a container stays closed".into(),
        PartProblem::BeginningOnly => "only its beginning was read".into(),
        PartProblem::Audio(error) | PartProblem::Fax(error) => error.to_string(),
    }
}

fn context(s: &Scene<'_>) -> Verdict {
    let said = s.header().token("message-context").map(|v| v.to_ascii_lowercase());
    let forwards = s.nested.iter().any(|n| n.depth == 1);
    match said.as_deref() {
        Some("voice-message") => Verdict::Pass("Message-Context: voice-message".into()),
        Some(other) if forwards => {
            Verdict::NotApplicable(shown(&format!("{other}, of the message forwarded (CTX-4-a)")))
        }
        Some(other) => Verdict::Fail(shown(&format!("Message-Context: {other}"))),
        None => Verdict::Fail("no Message-Context".into()),
    }
}

fn top_level(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    if let Some(root) = s.view.root() {
        let kind = &root.content.value;
        f.expect(kind == "multipart/mixed", || format!("the message is {kind}"));
    }
    f.verdict("multipart/mixed", "")
}

fn primary_is_critical(s: &Scene<'_>) -> Verdict {
    let Some(part) = s.main_audio() else {
        return Verdict::NotApplicable("no recording of the message itself".into());
    };
    let at = place(part);
    let of = |name: &str| part.disposition.as_ref().and_then(|d| d.token(name));
    let mut f = Findings::default();
    match (of("handling").as_deref(), of("criticality").as_deref()) {
        (Some("required"), _) => f.look(),
        (None, Some("critical")) => {
            f.doubt(format!("{at}: criticality=CRITICAL, which is defined nowhere"));
        }
        (Some(other), _) => f.bad(format!("{at}: handling={other}")),
        (None, _) => f.bad(format!("{at}: no handling=REQUIRED")),
    }
    f.verdict("the recording is marked REQUIRED", "")
}

fn card_is_dispensable(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, _) in s.leaves().filter(|(p, _)| p.is("text/directory") || p.is("text/vcard")) {
        let said = part.disposition.as_ref().and_then(|d| d.token("handling"));
        f.expect(said.as_deref() == Some("optional"), || {
            format!(
                "{}: a card that is not marked handling=OPTIONAL counts as required",
                place(part)
            )
        });
    }
    f.verdict("the card is marked OPTIONAL", "no card")
}

fn basic(s: &Scene<'_>) -> Verdict {
    let context = s.header().token("message-context");
    let says_other = context.is_some_and(|c| !c.eq_ignore_ascii_case("voice-message"));
    match s.main_audio() {
        Some(part) if part.is("audio/basic") => Verdict::Pass("audio/basic".into()),
        Some(part) => Verdict::NotApplicable(shown(&format!(
            "{}: right only for a recipient known to play it (IVM-7-e)",
            part.content.value
        ))),
        None if s.nested.is_empty() && !says_other => {
            Verdict::Fail("a voice message without a recording".into())
        }
        None => Verdict::NotApplicable("no recording; it forwards a message, or is a fax".into()),
    }
}

fn au_name(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, _) in s.audio().filter(|(part, _)| part.is("audio/basic")) {
        let name = part.filename().unwrap_or_default();
        f.expect(name.to_ascii_lowercase().ends_with(".au"), || {
            format!("{}: the file name is “{name}”", place(part))
        });
    }
    f.verdict("the file name ends with .au", "no audio/basic")
}

fn other_codecs(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, _) in s.audio() {
        f.look();
        if !part.is("audio/basic") && !part.is("audio/32kadpcm") {
            let kind = &part.content.value;
            f.doubt(format!("{} is {kind}; only the sender knows who plays that", place(part)));
        }
    }
    f.verdict("no codec but those of the profiles", "no recording")
}

fn roles_are_marked(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    if s.audio().count() > 1 {
        for (part, _) in s.audio() {
            f.expect(role(part).is_some(), || format!("{} has no voice=", place(part)));
        }
    }
    f.verdict("names and subjects are told from the message", "not more than one recording")
}

fn durations(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, _) in s.audio() {
        let there = part.header.has("content-duration");
        f.expect(there, || format!("{} has no Content-Duration", place(part)));
    }
    f.verdict("every recording has its length", "no recording")
}

fn fax_is_tiff(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let context = s.header().token("message-context").unwrap_or_default();
    if context.eq_ignore_ascii_case("fax-message") && s.nested.is_empty() {
        let tiff = s.leaves().any(|(part, _)| part.is("image/tiff"));
        f.expect(tiff, || "a fax without image/tiff".into());
    }
    f.verdict("the pages are image/tiff", "not a fax")
}

fn handling(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        if let Some(said) = part.disposition.as_ref().and_then(|d| d.text("handling")) {
            let known = ["REQUIRED", "OPTIONAL"].iter().any(|v| said.eq_ignore_ascii_case(v));
            f.expect(known, || format!("{}: handling={said}", place(part)));
        }
    }
    f.verdict("REQUIRED or OPTIONAL", "no handling")
}

fn plain_file_names(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        if let Some(name) = part.filename() {
            f.expect(!name.contains(['/', '\\']), || format!("{}: “{name}”", place(part)));
        }
    }
    f.verdict("no folders in file names", "no file names")
}

fn known_dispositions(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        if let Some(disposition) = &part.disposition {
            let value = &disposition.value;
            f.expect(matches!(value.as_str(), "inline" | "attachment"), || {
                format!("{}: “{value}” counts as an attachment", place(part))
            });
        }
    }
    f.verdict("inline or attachment", "no Content-Disposition")
}
