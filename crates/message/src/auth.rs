//! What a receiving server found about the domain in From: Authentication-Results (RFC 8601).
//!
//! Only the topmost field is read, which is the last server's; a field further down may be the
//! sender's own invention. Whether the server that is named in it is the reader's own cannot be told
//! from one message: `engine::origin` learns that. No signature is checked here.

use super::view::Header;
use super::view::header::without_comments;

/// The topmost Authentication-Results field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Results {
    /// Who says so (authserv-id), in lower case.
    pub server: String,
    /// What DMARC said (RFC 7489), where it was looked at.
    pub dmarc: Option<Verdict>,
    spf: Vec<Verdict>,
    dkim: Vec<Verdict>,
}

/// A result, as far as it matters here (RFC 8601 section 2.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is as From says.
    Pass,
    /// It is not.
    Fail,
    /// The domain says nothing about it, or it could not be looked up.
    Unknown,
}

impl Verdict {
    fn of(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "pass" | "bestguesspass" => Self::Pass,
            "fail" | "hardfail" | "softfail" => Self::Fail,
            _ => Self::Unknown,
        }
    }
}

impl Results {
    /// Whether the sender is not who From says: DMARC decides, else SPF and DKIM where neither
    /// passed.
    #[must_use]
    pub fn failed(&self) -> bool {
        if let Some(dmarc) = self.dmarc {
            return dmarc == Verdict::Fail;
        }
        let mut both = self.spf.iter().chain(&self.dkim);
        both.clone().any(|v| *v == Verdict::Fail) && !both.any(|v| *v == Verdict::Pass)
    }

    /// Whether DMARC confirmed the domain.
    #[must_use]
    pub fn confirmed(&self) -> bool {
        self.dmarc == Some(Verdict::Pass)
    }
}

/// Reads the topmost field; `None` where there is none, or it names no server.
#[must_use]
pub fn topmost(header: &Header<'_>) -> Option<Results> {
    let value = header.all("authentication-results").next()?;
    let text = without_comments(&String::from_utf8_lossy(value));
    let mut statements = unquoted_split(&text).into_iter();
    // A version may follow the name (section 2.2).
    let first = statements.next()?;
    let server = first.split_whitespace().next()?.trim_matches('"');
    let mut results = Results { server: server.to_ascii_lowercase(), ..Results::default() };
    for statement in statements.take(100) {
        let Some((method, rest)) = statement.split_once('=') else { continue };
        let method = method.split('/').next().unwrap_or_default().trim();
        let verdict = Verdict::of(rest.split_whitespace().next().unwrap_or_default());
        if method.eq_ignore_ascii_case("dmarc") {
            results.dmarc.get_or_insert(verdict);
        } else if method.eq_ignore_ascii_case("spf") {
            results.spf.push(verdict);
        } else if method.eq_ignore_ascii_case("dkim") {
            results.dkim.push(verdict);
        }
    }
    Some(results)
}

/// The statements between semicolons; those in quoted strings part nothing.
fn unquoted_split(text: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        match c {
            ';' if !quoted => {
                all.push(String::new());
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = quoted && c == '\\' && !escaped;
        if let Some(last) = all.last_mut() {
            last.push(c);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::View;

    fn read(fields: &str) -> Option<Results> {
        let raw = format!("{}\r\n\r\n", fields.replace('\n', "\r\n"));
        topmost(View::parse(raw.as_bytes()).header())
    }

    #[test]
    fn the_topmost_field_speaks() {
        let two = "Authentication-Results: MX.example.com 1; dmarc=fail (p=reject) header.from=b.example\n\
                   Authentication-Results: mx.example.com; dmarc=pass";
        let found = read(two).expect("a field");
        assert_eq!((found.server.as_str(), found.dmarc), ("mx.example.com", Some(Verdict::Fail)));
        assert!(found.failed() && !found.confirmed());
        assert_eq!(read("Subject: x"), None);
        assert_eq!(read("Authentication-Results: ;dmarc=fail"), None);
    }

    #[test]
    fn dmarc_decides_before_spf_and_dkim() {
        for (value, failed, confirmed) in [
            ("mx.example; dmarc=pass; spf=fail", false, true),
            ("mx.example; spf=softfail; dkim=none", true, false),
            ("mx.example; spf=fail; dkim=pass", false, false),
            ("mx.example; none", false, false),
            ("mx.example; dmarc=none; spf=fail", false, false),
            ("mx.example; DMARC/1 = Fail", true, false),
            ("mx.example; spf=pass reason=\"a;dmarc=fail\"", false, false),
            ("mx.example (dmarc=fail;); dmarc=pass", false, true),
            ("mx.example; dmarc=temperror", false, false),
        ] {
            let found = read(&format!("Authentication-Results: {value}")).expect(value);
            assert_eq!((found.failed(), found.confirmed()), (failed, confirmed), "{value}");
        }
    }
}
