//! The text of a message for people: which part to read, HTML turned into text, transcripts.
//!
//! Limits: 1 MiB of text, HTML of at most 1 MiB and 256 nested elements (html2text walks its tree),
//! else its tags are cut out plainly.

use crate::display;
use crate::mail::Transcript;
use crate::vendors::{self, Clue, Place, Scene, Vendor};
use crate::view::Part;

/// Octets of text that are read.
pub const TEXT_MAX: usize = 1024 * 1024;
/// Nesting of HTML elements that is rendered.
const HTML_DEPTH: usize = 256;
/// Columns for rendering; lines are wrapped again where they are shown.
const HTML_WIDTH: usize = 100;
/// Octets of a transcript that are kept.
const TRANSCRIPT_MAX: usize = 256 * 1024;

/// The decoded text of a part in its charset, cleaned for showing.
pub fn part_text(part: &Part<'_>) -> String {
    let body = part.body.get(..part.body.len().min(2 * TEXT_MAX)).unwrap_or_default();
    let octets = crate::view::encoding::decode(body, part.encoding).octets;
    let octets = octets.get(..octets.len().min(TEXT_MAX)).unwrap_or_default();
    let charset = part.content.text("charset");
    let text = crate::view::encoding::text(octets, charset.as_deref());
    display::clean_text(&text)
}

/// HTML as text. Nothing is fetched, no style is read; links keep their target.
pub fn html_text(html: &str) -> String {
    let render = || {
        html2text::config::plain_no_decorate()
            .allow_width_overflow()
            .no_table_borders()
            .raw_mode(true)
            .string_from_read(html.as_bytes(), HTML_WIDTH)
            .ok()
    };
    let rendered = (html.len() <= TEXT_MAX && depth(html) <= HTML_DEPTH)
        // A panic in there costs the layout of this text, not the message.
        .then(|| std::panic::catch_unwind(render).ok().flatten())
        .flatten();
    let text = rendered.unwrap_or_else(|| without_tags(html));
    display::clean_text(text.trim()).to_owned()
}

/// How deep elements are nested at most, without trusting the markup: an end tag counts only when
/// its element is open. Inline elements that are never closed are opened again in every paragraph
/// by an HTML parser, so they are counted apart and weigh four times.
fn depth(html: &str) -> usize {
    const VOID: [&str; 14] = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr",
    ];
    const INLINE: [&str; 14] = [
        "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
        "u",
    ];
    /// Elements that a following one of the same name ends.
    const OPTIONAL: [&str; 10] =
        ["p", "li", "dt", "dd", "tr", "td", "th", "option", "tbody", "thead"];
    let mut open: Vec<String> = Vec::new();
    let mut inline: Vec<String> = Vec::new();
    let mut most = 0;
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        rest = after;
        let end = after.find(|c: char| c.is_whitespace() || matches!(c, '>' | '<'));
        let name = after.get(..end.unwrap_or(after.len()).min(40)).unwrap_or_default();
        let (closing, name) = name.strip_prefix('/').map_or((false, name), |name| (true, name));
        let name = name.trim_end_matches('/').to_ascii_lowercase();
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || VOID.contains(&name.as_str()) {
            continue;
        }
        let stack = if INLINE.contains(&name.as_str()) { &mut inline } else { &mut open };
        let from = if closing { 0 } else { stack.len().saturating_sub(4) };
        let ends_another = closing || OPTIONAL.contains(&name.as_str());
        if ends_another && let Some(at) = stack.iter().skip(from).rposition(|n| *n == name) {
            stack.truncate(from + at);
        }
        if !closing {
            stack.push(name);
        }
        most = most.max(open.len() + 4 * inline.len());
        if most > HTML_DEPTH {
            break;
        }
    }
    most
}

/// The fallback for markup that is too deep or too long: everything between angle brackets goes.
fn without_tags(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars().take(TEXT_MAX) {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                out.push(' ');
            }
            _ if !inside => out.push(c),
            _ => {}
        }
    }
    out
}

/// A transcript that the vendor's system put into the text; the second value says whether it is the
/// whole text.
pub fn transcript(scene: &Scene<'_>, vendor: Option<&Vendor>) -> Option<(Transcript, bool)> {
    let vendor = vendor?;
    let text_clues = vendor.transcript.iter().filter(|clue| clue.place == Place::Text);
    text_clues.into_iter().find_map(|clue: &Clue| {
        let whole = clue.like.as_deref() == Some("{rest}");
        let text = if whole {
            scene.text.trim().to_owned()
        } else {
            let hit = scene.find(clue)?;
            let later: Vec<_> = scene.text.lines().skip(hit.line + 1).collect();
            format!("{}\n{}", hit.value, later.join("\n")).trim().to_owned()
        };
        let text = before_end(text, vendor);
        let end =
            text.char_indices().map(|(at, _)| at).take_while(|at| *at <= TRANSCRIPT_MAX).last();
        let text = if text.len() > TRANSCRIPT_MAX {
            text.get(..end.unwrap_or(0)).unwrap_or_default().to_owned()
        } else {
            text
        };
        (!text.is_empty()).then(|| (Transcript { text, origin: vendor.name.clone() }, whole))
    })
}

/// Who made a transcript that no vendor's row describes: the name of the system that sent the mail.
pub fn origin(scene: &Scene<'_>) -> String {
    let domain = scene.from_address.rsplit('@').next().unwrap_or_default();
    let named = [scene.from.trim(), domain].into_iter().find(|name| !name.is_empty());
    named.unwrap_or_default().to_owned()
}

/// A text without the lines that are shown as its transcript, where they stand in it one after the
/// other; else the text as it is.
pub fn without(text: &str, shown: &[String]) -> String {
    let same = |a: &str, b: &str| a.trim() == b.trim();
    let lines: Vec<&str> = text.lines().collect();
    let ends_with = |line: &str, shown: &str| {
        // The first line may have its heading before it.
        !shown.trim().is_empty() && line.trim_end().ends_with(shown.trim_end())
    };
    let at = (!shown.is_empty()).then(|| {
        lines.windows(shown.len()).position(|window| {
            window.iter().zip(shown).enumerate().all(|(index, (line, shown))| {
                same(line, shown) || (index == 0 && ends_with(line, shown))
            })
        })
    });
    let Some(at) = at.flatten() else { return text.to_owned() };
    let (before, rest) = lines.split_at(at);
    let after = rest.get(shown.len()..).unwrap_or_default();
    let mut kept: Vec<&str> = before.to_vec();
    while kept.last().is_some_and(|line| line.trim().is_empty()) {
        kept.pop();
    }
    let after = after.iter().skip_while(|line| line.trim().is_empty());
    let mut rest = after.copied().peekable();
    if !kept.is_empty() && rest.peek().is_some() {
        kept.push("");
    }
    kept.extend(rest);
    kept.join("\n")
}

/// A transcript without the system's own words behind it.
fn before_end(text: String, vendor: &Vendor) -> String {
    let ends = |line: &str| {
        let likes = vendor.transcript_end.iter().filter_map(|clue| clue.like.as_deref());
        likes.into_iter().any(|like| vendors::pattern(like, line.trim()).is_some())
    };
    if vendor.transcript_end.is_empty() || !text.lines().any(ends) {
        return text;
    }
    let lines: Vec<&str> = text.lines().take_while(|line| !ends(line)).collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_becomes_text_without_its_tricks() {
        let text =
            html_text("<style>p{}</style><p>Hello <b>Ada</b><script>x()</script></p><p>Bye</p>");
        assert!(text.contains("Hello Ada") && text.contains("Bye"), "{text}");
        assert!(!text.contains("x()") && !text.contains("p{}"), "{text}");
    }

    #[test]
    fn deep_and_long_html_is_bounded() {
        let deep = format!("{}end", "<div>".repeat(100_000));
        assert!(html_text(&deep).ends_with("end"));
        assert_eq!(depth("<div><br><img src=x></div><p><b>x</b></p>"), 5);
        assert!(depth(&"<b></i>".repeat(1000)) > HTML_DEPTH);
        assert!(depth(&"<p><b x=1>".repeat(1000)) > HTML_DEPTH);
        assert!(depth(&"<tr><td>x<p>y".repeat(1000)) < 10);
        let long = format!("<p>{}</p>", "word ".repeat(300_000));
        assert!(html_text(&long).starts_with("word"));
    }
}
