//! The message format itself: RFC 5322, 2045, 2046, 2047. These rows hold for every message.

use std::collections::BTreeSet;

use super::{
    lex,
    rule::{Findings, Level, Rule, Scope, Verdict, shown},
    scene::{ADDRESS_FIELDS, Profile, Scene, declared_encoding, place},
};
use crate::problem::Problem;
use crate::view::{Encoding, Part, Shape, encoding, header};

pub(super) const RULES: &[Rule] = &[
    Rule::new("MSG-5322-2.1-a", Level::Must, Scope::All, line_ends),
    Rule::new("MSG-5322-2.1.1-a", Level::Must, Scope::All, line_length),
    Rule::new("MSG-5322-2.1.1-b", Level::Should, Scope::All, header_width),
    Rule::new("MSG-5322-2.2-a", Level::Must, Scope::All, header_lines),
    Rule::new("MSG-5322-2.2-b", Level::MustNot, Scope::All, controls),
    Rule::new("MSG-5322-3.2.2-a", Level::MustNot, Scope::All, blank_lines),
    Rule::new("MSG-5322-3.3-a", Level::Must, Scope::All, one_date),
    Rule::new("MSG-5322-3.4-a", Level::Must, Scope::All, address_syntax),
    Rule::new("MSG-5322-3.4-b", Level::Must, Scope::All, address_lists),
    Rule::new("MSG-5322-3.6-a", Level::Must, Scope::All, fields_once),
    Rule::new("MSG-5322-3.6.2-a", Level::Must, Scope::All, sender_of_several),
    Rule::new("MSG-5322-3.6.2-b", Level::Must, Scope::All, sender_is_one),
    Rule::new("MSG-5322-3.6.4-a", Level::Should, Scope::All, has_message_id),
    Rule::new("MSG-5322-3.6.4-b", Level::Should, Scope::All, thread_ids),
    Rule::new("MSG-5322-3.6.4-c", Level::Must, Scope::All, message_id_syntax),
    Rule::new("MIME-2045-4-a", Level::Must, Scope::All, mime_version),
    Rule::new("MIME-2045-5-a", Level::Must, Scope::All, parameter_syntax),
    Rule::new("MIME-2045-2.7-a", Level::Must, Scope::All, seven_bit),
    Rule::new("MIME-2045-6-a", Level::Must, Scope::All, known_encoding),
    Rule::new("MIME-2045-6.4-a", Level::Must, Scope::All, composite_encoding),
    Rule::new("MIME-2045-6.7-a", Level::Must, Scope::All, quoted_printable),
    Rule::new("MIME-2045-6.8-a", Level::Must, Scope::All, base64),
    Rule::new("MIME-2045-7-a", Level::Must, Scope::All, content_ids),
    Rule::new("MIME-2046-4.1.2-a", Level::Should, Scope::All, known_charset),
    Rule::new("MIME-2046-5.1.1-a", Level::Must, Scope::All, boundaries),
    Rule::new("MIME-2047-5-a", Level::Must, Scope::All, encoded_words),
];

/// Longest line without its CRLF.
const LINE_MAX: usize = 998;
/// Longest line of base64 or quoted-printable.
const ENCODED_MAX: usize = 76;
/// Header lines should not be longer.
const WIDTH: usize = 78;

/// The lines with where they begin, without their line ends.
fn lines(octets: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    octets.split(|b| *b == b'\n').map(move |line| {
        let start = at;
        at += line.len() + 1;
        (start, line.strip_suffix(b"\r").unwrap_or(line))
    })
}

fn line_ends(s: &Scene<'_>) -> Verdict {
    if s.stored {
        return Verdict::Doubt(
            "every line ends with LF alone, as mail stores keep it; on the wire it must be CRLF"
                .into(),
        );
    }
    let mut f = Findings::default();
    f.look();
    let mut line = 1_usize;
    let mut previous = 0;
    for (at, &b) in s.raw.iter().enumerate() {
        if b == b'\n' && previous != b'\r' {
            found(s, &mut f, at, || format!("line {line} ends with LF alone"));
        }
        if previous == b'\r' && b != b'\n' {
            found(s, &mut f, at, || format!("line {line} holds a CR alone"));
        }
        line += usize::from(b == b'\n');
        previous = b;
        if f.is_full() {
            break;
        }
    }
    if s.raw.last() == Some(&b'\r') {
        f.bad("the message ends with a CR alone");
    }
    f.verdict("every line ends with CRLF", "")
}

/// A finding inside an enclosed message is a doubt: whoever encloses it must not repair it.
fn found(s: &Scene<'_>, f: &mut Findings, at: usize, what: impl FnOnce() -> String) {
    if s.enclosed(at) {
        f.doubt(format!("in the enclosed message: {}", what()));
    } else {
        f.bad(what());
    }
}

fn line_length(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let mut longest = 0;
    for (number, (at, line)) in lines(s.raw).enumerate() {
        f.look();
        longest = longest.max(line.len());
        if line.len() > LINE_MAX {
            found(s, &mut f, at, || format!("line {} has {} octets", number + 1, line.len()));
        }
        if f.is_full() {
            break;
        }
    }
    f.verdict(format!("the longest line has {longest} octets"), "")
}

fn header_width(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let block = s.raw.get(..s.body_at).unwrap_or_default();
    for (number, (_, line)) in lines(block).enumerate() {
        f.expect(line.len() <= WIDTH, || {
            format!("line {} of the header has {} octets", number + 1, line.len())
        });
    }
    f.verdict("no header line is longer than 78 octets", "no header")
}

fn header_lines(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let mut at = 0;
    while at < s.body_at {
        let (line, next) = header::line(s.raw, at);
        let first = at == 0;
        at = next;
        if line.is_empty() {
            break;
        }
        if first && line.starts_with(b"From ") {
            f.doubt("a line of an mbox file stands before the header");
            continue;
        }
        let text = String::from_utf8_lossy(line);
        f.expect(line.is_ascii(), || format!("octets that are not ASCII: “{text}”"));
        f.expect(!line.contains(&0), || "a NUL".into());
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        let named = line.iter().position(|c| *c == b':').is_some_and(|colon| {
            colon > 0 && line.iter().take(colon).all(|c| (33..=126).contains(c))
        });
        f.expect(folded || named, || format!("neither a field nor its continuation: “{text}”"));
    }
    if s.header().clipped {
        f.bad("the header is larger than 256 KiB");
    }
    f.verdict("every line is a field, in ASCII", "no header")
}

/// The fields of the message with their names and octets.
fn fields<'s>(s: &'s Scene<'_>) -> impl Iterator<Item = (String, &'s [u8])> {
    let fields = s.header().fields().iter();
    fields.map(|field| (shown(field.name), field.value))
}

fn controls(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (name, value) in fields(s) {
        let bad =
            value.iter().find(|c| c.is_ascii_control() && !matches!(c, b'\t' | b'\r' | b'\n'));
        match bad {
            Some(octet) => f.bad(format!("{name} holds the control character {octet}")),
            None => f.look(),
        }
    }
    f.verdict("no field holds a control character", "no header")
}

fn blank_lines(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (name, value) in fields(s) {
        // What stands after the colon is the first line; a field may be empty.
        let blank = value.split(|c| *c == b'\n').skip(1).any(|line| line.trim_ascii().is_empty());
        f.expect(!blank, || format!("{name} is folded with a line of blanks alone"));
    }
    f.verdict("no line of blanks alone", "no header")
}

fn address_lists(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for name in ADDRESS_FIELDS {
        for value in s.header().all(name) {
            match lex::list_problem(value, name == "Bcc") {
                Some(problem) => f.bad(format!("{name}: {problem}")),
                None => f.look(),
            }
        }
    }
    f.verdict("every list has its addresses, and odd names their quotes", "no addresses")
}

fn sender_is_one(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    if s.header().has("sender") {
        let count = s.in_field("Sender").count();
        f.expect(count == 1, || format!("Sender names {count} addresses"));
    }
    f.verdict("Sender is one address", "no Sender")
}

fn message_id_syntax(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for value in s.header().all("message-id") {
        let ids = lex::unfolded(value).matches('<').count();
        match lex::ids_problem(value) {
            Some(problem) => f.bad(problem),
            None => f.expect(ids == 1, || format!("{ids} identifiers in one Message-ID")),
        }
    }
    f.verdict("the Message-ID is <left@right>", "no Message-ID")
}

fn known_charset(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, _) in s.leaves().filter(|(part, _)| part.main_type() == "text") {
        if let Some(name) = part.content.token("charset") {
            let known = encoding::is_known_charset(&name);
            f.expect(known, || format!("{}: “{name}” is no charset", place(part)));
        }
    }
    f.verdict("every charset is known", "no charset is named")
}

fn one_date(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let values: Vec<_> = s.header().all("date").collect();
    f.expect(values.len() == 1, || format!("{} Date fields", values.len()));
    for value in values {
        if let Some(problem) = lex::date_problem(value) {
            f.bad(problem);
        }
    }
    f.verdict("one Date, well formed", "")
}

fn address_syntax(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for listed in &s.addresses {
        match &listed.mailbox.addr {
            None => {
                let what = listed.mailbox.name.as_deref().unwrap_or_default();
                f.bad(format!("{}: “{what}” is no complete address", listed.field));
            }
            Some(addr) => match lex::addr_problem(addr.as_str()) {
                Some(problem) => f.bad(format!("{}: {problem}", listed.field)),
                None => f.look(),
            },
        }
    }
    f.verdict("every address is mailbox@domain", "no addresses")
}

fn fields_once(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let count = |name: &str| s.header().all(name).count();
    f.expect(count("from") == 1, || format!("{} From fields", count("from")));
    for name in ["Sender", "Reply-To", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject"]
    {
        f.expect(count(name) <= 1, || format!("{} {name} fields", count(name)));
    }
    f.verdict("From is there once, no other field twice", "")
}

fn sender_of_several(s: &Scene<'_>) -> Verdict {
    if s.in_field("From").count() < 2 {
        return Verdict::NotApplicable("not more than one address in From".into());
    }
    let mut f = Findings::default();
    f.expect(s.in_field("Sender").count() == 1, || {
        "several addresses in From and no Sender that says who sent it".into()
    });
    f.verdict("Sender says which of them sent it", "")
}

fn has_message_id(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    f.expect(s.header().has("message-id"), || "no Message-ID".into());
    f.verdict("there is a Message-ID", "")
}

fn thread_ids(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for name in ["In-Reply-To", "References"] {
        for value in s.header().all(name) {
            match lex::ids_problem(value) {
                Some(problem) => f.bad(format!("{name}: {problem}")),
                None => f.look(),
            }
        }
    }
    f.verdict("every identifier is <left@right>", "no In-Reply-To or References")
}

/// Whether `1.0` is said, comments aside.
pub(super) fn mime_version_problem(s: &Scene<'_>) -> Option<String> {
    let values: Vec<_> = s.header().all("mime-version").map(lex::unfolded).collect();
    match values.as_slice() {
        [one] if header::without_comments(one) == "1.0" => None,
        [one] => Some(format!("MIME-Version: {one}")),
        [] => Some("no MIME-Version".into()),
        _ => Some(format!("{} MIME-Version fields", values.len())),
    }
}

fn mime_version(s: &Scene<'_>) -> Verdict {
    if s.profile == Profile::Vpim && s.report.is_none() {
        return Verdict::NotApplicable("see VPIM-4.2.10-a".into());
    }
    let mime = s.header().fields().iter().any(|field| {
        field.name.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("content-"))
    });
    if !mime && !s.header().has("mime-version") {
        return Verdict::NotApplicable("no MIME fields".into());
    }
    match mime_version_problem(s) {
        Some(problem) => Verdict::Fail(shown(&problem)),
        None => Verdict::Pass("MIME-Version: 1.0".into()),
    }
}

fn parameter_syntax(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        for (name, typed) in [("Content-Type", true), ("Content-Disposition", false)] {
            let mut values = part.header.all(name);
            let Some(value) = values.next() else { continue };
            let at = place(part);
            if values.next().is_some() {
                f.bad(format!("{at}: {name} twice"));
            }
            match lex::parameters(value) {
                Err(problem) => f.bad(format!("{at}: {name}: {problem}")),
                Ok(field) => {
                    let legal = match field.value.split_once('/') {
                        Some((main, sub)) => typed && lex::is_token(main) && lex::is_token(sub),
                        None => !typed && lex::is_token(&field.value),
                    };
                    f.expect(legal, || format!("{at}: {name}: “{}”", field.value));
                }
            }
        }
    }
    f.verdict("types, dispositions and their parameters keep to the grammar", "no such fields")
}

fn seven_bit(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        let (declared, at) = (declared_encoding(part), place(part));
        let plain = part.body.is_ascii() && memchr::memchr(0, part.body).is_none();
        match declared.as_str() {
            "7bit" => f.expect(plain, || format!("{at} is 7bit and holds other octets")),
            "8bit" => {
                f.look();
                if memchr::memchr(0, part.body).is_some() && part.shape == Shape::Leaf {
                    f.bad(format!("{at} is 8bit and holds a NUL"));
                }
            }
            _ => {}
        }
    }
    f.verdict("parts called 7bit are", "no part is 7bit or 8bit")
}

/// The values of RFC 2045 section 6.1, and private ones.
fn is_known_encoding(name: &str) -> bool {
    ["7bit", "8bit", "binary", "quoted-printable", "base64"].contains(&name)
        || name.starts_with("x-")
}

fn known_encoding(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        let count = part.header.all("content-transfer-encoding").count();
        if count == 0 {
            continue;
        }
        let (declared, at) = (declared_encoding(part), place(part));
        f.expect(count == 1, || format!("{at}: Content-Transfer-Encoding {count} times"));
        f.expect(is_known_encoding(&declared), || format!("{at}: “{declared}” is no encoding"));
    }
    f.verdict("every transfer encoding is one of the standard", "none is named")
}

fn composite_encoding(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (_, part) in s.parts() {
        let enclosed = matches!(part.main_type(), "multipart") || part.shape == Shape::Original;
        if enclosed {
            let declared = declared_encoding(part);
            f.expect(["7bit", "8bit", "binary"].contains(&declared.as_str()), || {
                format!("{} is {} and {declared}", place(part), part.content.value)
            });
        }
    }
    f.verdict("multiparts and enclosed messages are not encoded", "neither is there")
}

fn longest_line(part: &Part<'_>) -> usize {
    lines(part.body).map(|(_, line)| line.len()).max().unwrap_or(0)
}

fn quoted_printable(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, content) in s.leaves().filter(|(p, _)| p.encoding == Encoding::QuotedPrintable) {
        let (at, longest) = (place(part), longest_line(part));
        f.expect(longest <= ENCODED_MAX, || format!("{at}: a line has {longest} characters"));
        f.expect(!content.damaged, || format!("{at}: what follows an equals sign is no number"));
        for (_, line) in lines(part.body) {
            f.expect(!line.ends_with(b" ") && !line.ends_with(b"\t"), || {
                format!("{at}: a line ends with a blank that is not encoded")
            });
            let small = |pair: &[u8]| {
                matches!(pair, [b'=', rest @ ..] if rest.iter().any(u8::is_ascii_lowercase)
                    && rest.iter().all(u8::is_ascii_hexdigit))
            };
            f.expect(!line.windows(3).any(small), || {
                format!("{at}: an octet is encoded in small letters")
            });
            if f.is_full() {
                break;
            }
        }
    }
    f.verdict("lines of at most 76 characters, well formed", "no quoted-printable part")
}

fn base64(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    for (part, content) in s.leaves().filter(|(p, _)| p.encoding == Encoding::Base64) {
        let (at, longest) = (place(part), longest_line(part));
        f.expect(longest <= ENCODED_MAX, || format!("{at}: a line has {longest} characters"));
        f.expect(!content.damaged, || format!("{at}: foreign characters, or its end is missing"));
        let end = part.body.trim_ascii_end();
        let padding = end.iter().rev().take_while(|c| **c == b'=').count();
        let inside = end.get(..end.len() - padding).unwrap_or_default();
        f.expect(memchr::memchr(b'=', inside).is_none(), || {
            format!("{at}: an equals sign before the end")
        });
    }
    f.verdict("lines of at most 76 characters, complete", "no base64 part")
}

fn content_ids(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let mut seen = BTreeSet::new();
    for (_, part) in s.parts() {
        for value in part.header.all("content-id") {
            let (at, id) = (place(part), lex::unfolded(value));
            match lex::ids_problem(value) {
                Some(problem) => f.bad(format!("{at}: {problem}")),
                None => f.expect(!seen.contains(&id), || format!("{at}: {id} is used twice")),
            }
            seen.insert(id);
        }
    }
    f.verdict("every Content-ID is <left@right> and used once", "no Content-ID")
}

fn boundaries(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let legal = |b: &[u8]| {
        (1..=70).contains(&b.len())
            && !b.ends_with(b" ")
            && b.iter().all(|c| c.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(c))
    };
    for (_, part) in s.parts().filter(|(_, part)| part.main_type() == "multipart") {
        let at = place(part);
        match part.content.raw("boundary") {
            None => f.bad(format!("{at}: no boundary is named")),
            Some(b) => f.expect(legal(b), || {
                format!("{at}: the boundary “{}” is not allowed", String::from_utf8_lossy(b))
            }),
        }
        f.expect(part.shape == Shape::Multipart, || format!("{at}: no part inside"));
    }
    for problem in &s.view.problems {
        f.bad(structure(problem));
    }
    if s.view.unclosed {
        f.bad("the last boundary line is missing");
    }
    f.verdict("every multipart has its boundary, its parts and its end", "no multipart")
}

/// A problem of the structure as a finding.
fn structure(problem: &Problem) -> &'static str {
    match problem {
        Problem::UnclosedMultipart => "a closing boundary line is missing",
        Problem::MisprintedDelimiter => "a boundary line is misprinted",
        Problem::HeaderTooLong => "the header is longer than is read",
        Problem::TooManyParts => "more parts than are read",
        Problem::UnclosedMessage
        | Problem::RepeatedField(_)
        | Problem::UnreadableDate
        | Problem::Part { .. }
        | Problem::Unreadable => "the structure cannot be read",
    }
}

fn encoded_words(s: &Scene<'_>) -> Verdict {
    let mut f = Findings::default();
    let own = ["Subject", "Caller-Name", "Content-Description", "Comments"];
    for name in ADDRESS_FIELDS.into_iter().chain(own) {
        for value in s.header().all(name) {
            if memchr::memmem::find(value, b"=?").is_none() {
                continue;
            }
            match lex::encoded_words_problem(value) {
                Some(problem) => f.bad(format!("{name}: {problem}")),
                None => f.look(),
            }
        }
    }
    f.verdict("encoded words are well formed and stand where they may", "no encoded words")
}
