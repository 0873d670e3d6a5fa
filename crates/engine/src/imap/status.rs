//! Status lines (RFC 9051 section 7.1): tagged, untagged and continuation. Read by ourselves, because
//! a command must end whatever stands in its last line: the words are decoded as UTF-8, else as
//! windows-1252, and a code that cannot be read costs only itself. Bounded by the screen's line.

use std::borrow::Cow;

use async_imap::imap_proto::{Capability, Outcome, RequestId, Response, ResponseCode, Status};

/// A status line, and whether its code is a known one that cannot be read.
pub(super) struct StatusLine {
    pub(super) response: Response<'static>,
    pub(super) odd_code: bool,
}

/// Reads a line without its end; `None` when it is no status line.
pub(super) fn read(line: &[u8]) -> Option<StatusLine> {
    if let Some(text) = line.strip_prefix(b"+") {
        let text = text.strip_prefix(b" ").unwrap_or(text);
        let outcome = Outcome { code: None, information: said(text) };
        return Some(StatusLine { response: Response::Continue(outcome), odd_code: false });
    }
    let end = line.iter().position(|octet| *octet == b' ')?;
    let (tag, rest) = line.split_at(end);
    let rest = rest.trim_ascii_start();
    let letters = rest.iter().take_while(|octet| octet.is_ascii_alphabetic()).count();
    let (word, text) = rest.split_at(letters);
    if !tag.iter().all(u8::is_ascii_graphic)
        || text.first().is_some_and(|next| !b" ["[..].contains(next))
    {
        return None;
    }
    let status = [
        ("OK", Status::Ok),
        ("NO", Status::No),
        ("BAD", Status::Bad),
        ("PREAUTH", Status::PreAuth),
        ("BYE", Status::Bye),
    ]
    .into_iter()
    .find_map(|(name, status)| word.eq_ignore_ascii_case(name.as_bytes()).then_some(status))?;
    let text = text.trim_ascii_start();
    let read = code(text);
    let odd_code = matches!(read, Some(None));
    let outcome = Outcome { code: read.flatten(), information: said(text) };
    let response = match tag {
        b"*" => Response::Data { status, outcome },
        _ => match status {
            Status::Ok | Status::No | Status::Bad => {
                let tag = RequestId(String::from_utf8_lossy(tag).into_owned());
                Response::Done { tag, status, outcome }
            }
            Status::PreAuth | Status::Bye => return None,
        },
    };
    Some(StatusLine { response, odd_code })
}

/// The words of a notice, without the code in front.
pub(super) fn words(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, words)) => words.trim(),
        None => text,
    }
}

/// What a server says, decoded. Controls are blanks.
pub(super) fn decode(octets: &[u8]) -> String {
    let text = match std::str::from_utf8(octets) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(octets).0,
    };
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn said(octets: &[u8]) -> Option<Cow<'static, str>> {
    (!octets.is_empty()).then(|| decode(octets).into())
}

/// The code in front: `None` without one, `Some(None)` for one of ours that cannot be read.
fn code(text: &[u8]) -> Option<Option<ResponseCode<'static>>> {
    let inside = inside(text)?;
    let inside = inside.trim_ascii();
    let end = inside.iter().position(u8::is_ascii_whitespace).unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    let rest = rest.trim_ascii();
    let number = || std::str::from_utf8(rest).ok().and_then(|text| text.parse::<u64>().ok());
    let small = || number().and_then(|number| u32::try_from(number).ok());
    Some(match name.to_ascii_uppercase().as_slice() {
        b"ALERT" => Some(ResponseCode::Alert),
        b"READ-ONLY" => Some(ResponseCode::ReadOnly),
        b"READ-WRITE" => Some(ResponseCode::ReadWrite),
        b"TRYCREATE" => Some(ResponseCode::TryCreate),
        b"UIDVALIDITY" => small().map(ResponseCode::UidValidity),
        b"UIDNEXT" => small().map(ResponseCode::UidNext),
        b"HIGHESTMODSEQ" => number().map(ResponseCode::HighestModSeq),
        b"PERMANENTFLAGS" => flags(rest).map(ResponseCode::PermanentFlags),
        b"CAPABILITY" => Some(ResponseCode::Capabilities(capabilities(rest))),
        b"APPENDUID" | b"COPYUID" => {
            let mut line = b"* OK [".to_vec();
            line.extend(inside.iter().filter(|octet| octet.is_ascii_graphic() || **octet == b' '));
            line.extend_from_slice(b"] x\r\n");
            match Response::parse(&line) {
                Ok((_, Response::Data { outcome, .. })) => {
                    outcome.code.map(ResponseCode::into_owned)
                }
                _ => None,
            }
        }
        _ => return None,
    })
}

/// Between the brackets; flags may hold some of their own.
fn inside(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"[")?;
    let mut depth = 0u32;
    let end = text.iter().position(|octet| {
        match octet {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        *octet == b']' && depth == 0
    });
    // A list that is not closed ends with the code.
    text.get(..end.or_else(|| memchr::memrchr(b']', text))?)
}

/// A list of flags, some of them in quotes against the rules; `None` when it is no list.
pub(super) fn flags(text: &[u8]) -> Option<Vec<Cow<'static, str>>> {
    let list = text.strip_prefix(b"(")?;
    let list = list.strip_suffix(b")").unwrap_or(list);
    let list = String::from_utf8_lossy(list);
    let flags = list.split_ascii_whitespace().map(|flag| flag.replace('"', ""));
    // Quoted, a backslash stands for itself only when there are two.
    let flags = flags.map(|flag| match flag.strip_prefix("\\\\") {
        Some(rest) => format!("\\{rest}"),
        None => flag,
    });
    Some(flags.filter(|flag| !flag.is_empty()).map(Cow::Owned).collect())
}

fn capabilities(text: &[u8]) -> Vec<Capability<'static>> {
    let text = String::from_utf8_lossy(text);
    text.split_ascii_whitespace()
        .map(|name| match name.split_at_checked(5) {
            _ if name.eq_ignore_ascii_case("IMAP4rev1") => Capability::Imap4rev1,
            Some((auth, mechanism)) if auth.eq_ignore_ascii_case("AUTH=") => {
                Capability::Auth(mechanism.to_owned().into())
            }
            _ => Capability::Atom(name.to_owned().into()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &[u8]) -> Option<String> {
        let StatusLine { response, odd_code } = read(line)?;
        let odd = if odd_code { " odd" } else { "" };
        let (kind, outcome) = match response {
            Response::Continue(outcome) => ("+".to_owned(), outcome),
            Response::Data { status, outcome } => (format!("* {status:?}"), outcome),
            Response::Done { tag, status, outcome } => (format!("{} {status:?}", tag.0), outcome),
            other => (format!("{other:?}"), Outcome::default()),
        };
        let code = outcome.code.map(|code| format!(" {code:?}")).unwrap_or_default();
        let text = outcome.information.map(|text| format!(" | {text}")).unwrap_or_default();
        Some(format!("{kind}{code}{odd}{text}"))
    }

    #[test]
    fn reads_what_servers_write() {
        for (line, want) in [
            (&b"A1 OK done"[..], Some("A1 Ok | done")),
            (b"A1 OK", Some("A1 Ok")),
            (b"A1  ok  done", Some("A1 Ok | done")),
            (b"A1 OK[READ-WRITE]done", Some("A1 Ok ReadWrite | [READ-WRITE]done")),
            (b"* OK [UIDVALIDITY 7]", Some("* Ok UidValidity(7) | [UIDVALIDITY 7]")),
            (b"* OK [UIDNEXT  8 ] x", Some("* Ok UidNext(8) | [UIDNEXT  8 ] x")),
            (b"* OK [UIDNEXT -1]", Some("* Ok odd | [UIDNEXT -1]")),
            (b"* OK [UIDVALIDITY 99999999999]", Some("* Ok odd | [UIDVALIDITY 99999999999]")),
            (b"* NO [X-ODD (] a", Some("* No | [X-ODD (] a")),
            (b"* NO [ALERT] voll", Some("* No Alert | [ALERT] voll")),
            (b"* OK [ALERT] M\xc3\xbcll", Some("* Ok Alert | [ALERT] M\u{fc}ll")),
            (b"* OK [ALERT] M\xfcll \x96", Some("* Ok Alert | [ALERT] M\u{fc}ll \u{2013}")),
            (b"+ go on", Some("+ | go on")),
            (b"+", Some("+")),
            (b"+go", Some("+ | go")),
            (b"HTTP/1.1 400 Bad Request", None),
            (b"220 smtp.example.com ESMTP", None),
            (b"A1 OKAY", None),
            (b"A1 BYE now", None),
            (b"OK", None),
            (b"", None),
        ] {
            let name = String::from_utf8_lossy(line);
            assert_eq!(shown(line).as_deref(), want, "{name}");
        }
        let permanent =
            |text: &str| match read(format!("* OK [PERMANENTFLAGS {text}] x").as_bytes()) {
                Some(StatusLine { response: Response::Data { outcome, .. }, .. }) => {
                    match outcome.code {
                        Some(ResponseCode::PermanentFlags(flags)) => Some(flags.join(",")),
                        _ => None,
                    }
                }
                _ => None,
            };
        assert_eq!(permanent(r"(\Seen $X[] \*)").as_deref(), Some(r"\Seen,$X[],\*"));
        assert_eq!(permanent(r#"("\\Seen"  "\Draft" )"#).as_deref(), Some(r"\Seen,\Draft"));
        assert_eq!(permanent(r"(\Seen").as_deref(), Some(r"\Seen"));
        assert_eq!(permanent("()").as_deref(), Some(""));
        assert_eq!(permanent("NIL"), None);
    }

    proptest::proptest! {
        #[test]
        fn any_line(line: Vec<u8>) {
            let _ = read(&line);
            let _ = read(&[b"* OK [PERMANENTFLAGS (", line.as_slice()].concat());
            let _ = words(&decode(&line));
        }
    }
}
