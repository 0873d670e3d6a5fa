//! HTML as lines, for labels and values: no layout.

use super::{LINE_MAX, LINES};

/// Octets of HTML that are looked at.
const HTML_MAX: usize = 128 * 1024;

/// The beginning of a line.
pub fn short(line: &str) -> String {
    line.chars().take(LINE_MAX).collect()
}

/// HTML as lines: what stands in one cell, item or paragraph is one line. No layout.
pub fn cells(html: &str) -> Vec<String> {
    let end = (0..=HTML_MAX.min(html.len())).rev().find(|at| html.is_char_boundary(*at));
    let mut rest = html.get(..end.unwrap_or(0)).unwrap_or_default();
    let mut out = String::new();
    while let Some((before, after)) = rest.split_once('<') {
        out.push_str(before);
        let Some((tag, after)) = after.split_once('>') else {
            rest = "";
            break;
        };
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        rest = after;
        match name.as_str() {
            "style" | "script" | "title" if !tag.starts_with('/') => {
                let named = |at: usize| {
                    let close = rest.get(at + 2..at + 2 + name.len());
                    close.is_some_and(|close| close.eq_ignore_ascii_case(&name))
                };
                let end = rest.match_indices("</").map(|(at, _)| at).find(|at| named(*at));
                rest = end.and_then(|at| rest.get(at..)).unwrap_or_default();
            }
            "a" | "b" | "strong" | "i" | "em" | "span" | "font" | "u" | "small" => {}
            _ => out.push('\n'),
        }
    }
    out.push_str(rest);
    let out = unescape(&out);
    let lines =
        out.lines().map(|line| short(&line.split_whitespace().collect::<Vec<_>>().join(" ")));
    lines.filter(|line| !line.is_empty()).take(LINES).collect()
}

fn unescape(text: &str) -> String {
    let named = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#43;", "+"),
        ("&#40;", "("),
        ("&#41;", ")"),
        ("&amp;", "&"),
    ];
    named.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
