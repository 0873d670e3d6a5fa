//! Repairs of lines on their way to the response parser: each writes a line, without its end, in which
//! nothing is left that is known to stop or crash the parser. Tests: `imap::screen`.

/// Free text: printable ASCII only. The parser cuts one octet off the text after a response code,
/// which must therefore not be a longer character; and it takes a literal inside a response code
/// (`BADCHARSET`) for one, which would put it out of step with the lines seen here.
pub(super) fn status(line: &[u8], out: &mut Vec<u8>) {
    let (text, brace) = match line.strip_suffix(b"}") {
        Some(text) => (text, &b")"[..]),
        None => (line, &b""[..]),
    };
    out.extend(text.iter().map(|octet| match octet {
        b' '..=b'~' => *octet,
        _ => b'?',
    }));
    out.extend_from_slice(brace);
    out.extend_from_slice(b"\r\n");
}

/// Capability names, one space apart; the parser wants `IMAP4rev1` among them.
pub(super) fn capability(line: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"* CAPABILITY");
    let mut rev1 = false;
    let names = line.split(|octet| *octet == b' ').skip(2);
    for name in names.filter(|name| !name.is_empty()) {
        let atom =
            name.iter().all(|octet| octet.is_ascii_graphic() && !b"(){%*\"\\]".contains(octet));
        if atom {
            rev1 |= name.eq_ignore_ascii_case(b"IMAP4rev1");
            out.push(b' ');
            out.extend_from_slice(name);
        }
    }
    if !rev1 {
        out.extend_from_slice(b" IMAP4rev1");
    }
}

/// Numbers, one space apart; what follows them (`(MODSEQ 9)`) is not used.
pub(super) fn search(line: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"* SEARCH");
    for word in found(line).filter(|word| is_number(word)) {
        out.push(b' ');
        out.extend_from_slice(word);
    }
}

/// Whether a SEARCH response names nothing but numbers.
pub(super) fn is_numbers(line: &[u8]) -> bool {
    found(line).all(is_number)
}

fn found(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = line.split(|octet| *octet == b' ').skip(2).filter(|word| !word.is_empty());
    words.take_while(|word| !word.starts_with(b"("))
}

fn is_number(word: &[u8]) -> bool {
    let text = std::str::from_utf8(word).unwrap_or_default();
    text.bytes().all(|octet| octet.is_ascii_digit()) && text.parse::<u32>().is_ok()
}

/// Names of mailboxes may be 8-bit text, quoted or not.
pub(super) fn names(line: &[u8], out: &mut Vec<u8>) {
    out.extend(line.iter().map(|octet| match octet {
        b'\t' => b' ',
        0..=31 | 127 => b'?',
        _ => *octet,
    }));
}

/// Octets that no token may hold become question marks; quoted 8-bit text stays.
pub(super) fn plain(line: &[u8], out: &mut Vec<u8>) {
    let mut quoted = false;
    let mut escaped = false;
    for octet in line {
        let bad = match octet {
            0..=31 | 127 => true,
            128.. => !quoted,
            _ => false,
        };
        match octet {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        out.push(if bad { b'?' } else { *octet });
    }
}

/// [`plain`], then the repairs of FETCH: stray spaces, sizes that are no numbers, a missing space
/// after a UID, `INTERNALDATE NIL`.
pub(super) fn fetch(line: &[u8], out: &mut Vec<u8>) {
    let mut clean = Vec::with_capacity(line.len());
    plain(line, &mut clean);
    // After a literal one space may follow; at the start of a response the shape is fixed.
    let mut rest = clean.as_slice();
    let mut before: &[u8] = b"";
    let mut written = 0usize;
    while let Some(octet) = rest.first() {
        match octet {
            b'"' => {
                let end = quoted_end(rest);
                let (text, later) = rest.split_at(end);
                out.extend_from_slice(text);
                written += 1;
                (before, rest) = (b"\"", later);
            }
            b' ' => {
                let spaces = rest.iter().take_while(|octet| **octet == b' ').count();
                rest = rest.get(spaces..).unwrap_or_default();
                let after_open = out.last() == Some(&b'(') && written > 0;
                if rest.first() != Some(&b')') && !after_open {
                    out.push(b' ');
                }
            }
            b'(' | b')' => {
                out.push(*octet);
                written += 1;
                (before, rest) = (b"", rest.get(1..).unwrap_or_default());
            }
            _ => {
                let end = rest
                    .iter()
                    .position(|octet| b" ()\"".contains(octet))
                    .unwrap_or(rest.len())
                    .max(1);
                let (token, later) = rest.split_at(end);
                before = repair(before, token, out);
                written += 1;
                rest = later;
            }
        }
    }
}

/// Writes a token, repaired where `before` asks for a number or a date; returns the token.
fn repair<'a>(before: &[u8], token: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let digits = token.iter().take_while(|octet| octet.is_ascii_digit()).count();
    let (number, tail) = token.split_at(digits);
    let fits = std::str::from_utf8(number).is_ok_and(|text| text.parse::<u32>().is_ok());
    if before.eq_ignore_ascii_case(b"RFC822.SIZE") {
        out.extend_from_slice(if fits && tail.is_empty() { token } else { b"0" });
    } else if before.eq_ignore_ascii_case(b"INTERNALDATE") {
        // The parser unwraps what it expects to be a string.
        out.extend_from_slice(b"\"\"");
    } else if before.eq_ignore_ascii_case(b"UID") && digits > 0 && !tail.is_empty() {
        out.extend_from_slice(number);
        out.push(b' ');
        out.extend_from_slice(tail);
        return tail;
    } else {
        out.extend_from_slice(token);
    }
    token
}

/// Length of the quoted string that `text` starts with, its quotes included; it ends with its line.
pub(in crate::imap) fn quoted_end(text: &[u8]) -> usize {
    let mut escaped = false;
    for (at, octet) in text.iter().enumerate().skip(1) {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            b'\r' | b'\n' => return at,
            _ => {}
        }
    }
    text.len()
}
