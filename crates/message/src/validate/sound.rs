//! What is inside recordings and pages: RFC 3802, RFC 2046 section 4.3, RFC 3803, RFC 2306, 2302.

use super::{
    rule::{Findings, Level, Rule, Scope, Verdict},
    scene::{Content, Scene, place, role, values},
};
use crate::view::Part;
use aloud_codec::{
    fax,
    g726::{self, Packing, Rate},
    sniff,
};
use aloud_model::VoiceContent;

pub(super) const RULES: &[Rule] = &[
    Rule::new("VPIM-4.3.4-a", Level::Must, Scope::Vpim, adpcm_by_default),
    Rule::new("VPIM-4.3.4-d", Level::Should, Scope::Voice, short_names)
        .note("RFC 3801: 5 s and 10 s; RFC 2421: 10 s and 20 s"),
    Rule::new("VPIM-4.3.5-a", Level::Must, Scope::Vpim, fax_profile)
        .note("RFC 3801; RFC 2421 says SHOULD"),
    Rule::new("VPIM-4.3.6-b", Level::May, Scope::All, other_codecs_decode),
    Rule::new("ADPCM-3.1-a", Level::Must, Scope::All, adpcm_bare),
    Rule::new("ADPCM-4-a", Level::Must, Scope::All, adpcm_order),
    Rule::new("ADPCM-4-c", Level::Must, Scope::All, adpcm_type),
    Rule::new("BASIC-4.3-a", Level::Must, Scope::All, basic_bare),
    Rule::new("DUR-2.1-a", Level::Must, Scope::All, duration_digits),
    Rule::new("DUR-2.2-b", Level::Should, Scope::All, duration_true),
    Rule::new("FAX-2306-a", Level::Must, Scope::All, fax_coding),
    Rule::new("FAX-2302-a", Level::Must, Scope::All, fax_application),
];

fn of_type<'s, 'a>(
    s: &'s Scene<'a>,
    media_type: &'s str,
) -> impl Iterator<Item = (&'s Part<'a>, &'s Content)> {
    s.leaves().filter(move |(part, _)| part.is(media_type))
}

fn adpcm_by_default(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    if let Some(part) = s.main_audio() {
        f.expect(part.is("audio/32kadpcm"), || {
            format!("{} is {}", place(part), part.content.value)
        });
    }
    f.verdict("the recording is audio/32KADPCM", "no recording of the message itself")
}

fn short_names(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, content) in s.audio() {
        let (most, what) = match role(part) {
            Some(VoiceContent::OriginatorSpokenName | VoiceContent::RecipientSpokenName) => {
                (5.0, "spoken name")
            }
            Some(VoiceContent::SpokenSubject) => (10.0, "spoken subject"),
            _ => continue,
        };
        if let Some(Ok(seconds)) = content.length {
            f.expect(seconds <= most, || {
                format!("{}: a {what} of {seconds:.1} s, {most} s are the limit", place(part))
            });
        }
    }
    f.verdict("names of 5 s, subjects of 10 s at most", "neither name nor subject is spoken")
}

/// Recordings in another form than their own label says.
fn container(octets: &[u8]) -> Option<&'static str> {
    sniff::by_content(octets).map(sniff::Form::name)
}

fn adpcm_bare(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, content) in of_type(s, "audio/32kadpcm") {
        let at = place(part);
        f.expect(!content.octets.is_empty(), || format!("{at} is empty"));
        if let Some(name) = container(&content.octets) {
            f.bad(format!("{at} is labelled 32KADPCM and begins like {name}"));
        } else if let Some(Err(problem)) = &content.length {
            f.bad(format!("{at}: {problem}"));
        }
    }
    f.verdict("code words and nothing else", "no audio/32KADPCM")
}

fn adpcm_order(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, content) in of_type(s, "audio/32kadpcm") {
        match g726::likely_packing(&content.octets, Rate::Kbit32) {
            Some(Packing::MsbFirst) => f.bad(format!(
                "{}: by its sound, the first code word is in the high half of each octet",
                place(part)
            )),
            Some(Packing::LsbFirst) => f.look(),
            None => {}
        }
    }
    f.verdict("by its sound, the first code word is in the low half", "no sound that would tell")
}

fn adpcm_type(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, _) in of_type(s, "audio/32kadpcm") {
        let written = part.header.text("content-type").unwrap_or_default();
        f.expect(!written.contains(';'), || format!("{}: “{written}”", place(part)));
    }
    f.verdict("no parameters", "no audio/32KADPCM")
}

fn basic_bare(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, content) in of_type(s, "audio/basic") {
        let at = place(part);
        f.expect(!content.octets.is_empty(), || format!("{at} is empty"));
        if let Some(name) = container(&content.octets) {
            f.bad(format!("{at} is labelled audio/basic and begins like {name}"));
        }
    }
    f.verdict("µ-law octets and nothing else", "no audio/basic")
}

fn other_codecs_decode(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let own = ["audio/32kadpcm", "audio/basic"];
    for (part, content) in s.audio().filter(|(p, _)| !own.contains(&p.content.value.as_str())) {
        match &content.length {
            Some(Err(problem)) => f.bad(format!("{}: {problem}", place(part))),
            Some(Ok(_)) => f.look(),
            None => {}
        }
    }
    f.verdict("they can be decoded", "no recording in another encoding")
}

/// Digits that fit RFC 3803.
fn declared(value: &str) -> Option<u32> {
    let digits = (1..=10).contains(&value.len()) && value.bytes().all(|c| c.is_ascii_digit());
    value.parse().ok().filter(|n: &u32| digits && *n <= 2_147_483_647)
}

fn duration_digits(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        for value in values(&part.header, "content-duration") {
            let legal = declared(&value).is_some();
            f.expect(legal, || format!("{}: Content-Duration: {value}", place(part)));
        }
    }
    f.verdict("whole seconds, 1 to 10 digits", "no Content-Duration")
}

fn duration_true(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, content) in s.audio() {
        let said = values(&part.header, "content-duration");
        let said = said.first().and_then(|value| declared(value));
        if let (Some(said), Some(Ok(seconds))) = (said, &content.length) {
            let said = f64::from(said);
            let true_length = said >= seconds.floor() && said <= seconds.ceil().max(1.0);
            f.expect(true_length, || {
                format!("{}: {said} s are declared, {seconds:.1} s are there", place(part))
            });
        }
    }
    f.verdict("the lengths are true", "no length that could be compared")
}

fn fax_profile(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, content) in of_type(s, "image/tiff") {
        let at = place(part);
        let application = part.content.token("application");
        f.expect(application.as_deref() == Some("faxbw"), || format!("{at}: no application=faxbw"));
        match fax::pages(&content.octets) {
            Err(problem) => f.bad(format!("{at}: {problem}")),
            Ok(pages) => {
                for (number, page) in pages.iter().enumerate() {
                    f.expect(page.strips == 1, || {
                        format!("{at}: page {} is in {} strips", number + 1, page.strips)
                    });
                    f.expect(!page.tiled && !page.turned, || {
                        format!("{at}: page {} is in tiles or not upright", number + 1)
                    });
                }
            }
        }
    }
    f.verdict("TIFF-F, one strip a page", "no fax")
}

fn fax_coding(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, content) in of_type(s, "image/tiff") {
        let at = place(part);
        match fax::pages(&content.octets) {
            Err(problem) => f.bad(format!("{at}: {problem}")),
            Ok(pages) if pages.is_empty() => f.bad(format!("{at}: no page")),
            Ok(pages) => {
                for (number, page) in pages.iter().enumerate() {
                    f.expect(matches!(page.coding, "MH" | "MR" | "MMR"), || {
                        format!("{at}: page {} is {}", number + 1, page.coding)
                    });
                }
            }
        }
    }
    f.verdict("pages in MH, MR or MMR", "no image/tiff")
}

fn fax_application(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, _) in of_type(s, "image/tiff") {
        f.look();
        if let Some(said) = part.content.token("application") {
            let known = matches!(said.as_str(), "faxbw" | "faxcolor");
            f.expect(known, || format!("{}: application={said}", place(part)));
        }
    }
    f.verdict("the parameter is absent or known", "no image/tiff")
}
