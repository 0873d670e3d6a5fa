//! No sentence for people is born outside `wording`: the libraries return values, and the front ends
//! take their words from the Fluent files.
//!
//! How the test knows a sentence: it reads the string literals of the sources, without comments and
//! unit tests, and takes each for prose that has two words of small letters (two letters or more,
//! one after the other, marks around them left aside). What is no text for people is left out by
//! what stands before it: `#[error(…)]` and `tracing` write for logs, `expect(…)` and the panicking
//! macros for programmers. What remains and is right stands in [`DATA`] with the reason; what is
//! still to be moved up stands in [`OWED`], which may only shrink.

use super::sources;

/// The libraries that are held to it.
const LAYERS: [&str; 6] = ["message", "engine", "cli", "ui", "main", "window"];

/// Literals that look like prose and are data, by file or folder.
const DATA: &[(&str, &str)] = &[
    ("message/validate", "findings about octets in the words of the standards, for administrators"),
    ("message/dsn/why", "what mail servers say, to be recognised"),
    ("message/card", "calendar and telephone words of cards, and what is wrong with a card"),
    ("message/compose/fax", "the name of a limit"),
    ("cli/demo/check", "what each step of the self-test found, for whoever packages the program"),
    ("cli/codec", "the name of a limit"),
    ("cli/log", "the line of a panic, which is reported and not read"),
    ("ui/theme/tokens", "comments of the colours, which a macro writes"),
    ("engine/errors", "classes of errors in the log"),
    ("engine/external", "shell scripts of its tests"),
    ("engine/handle/answers", "the text of status 5.6.1 in RFC 3463 section 3.7"),
    ("engine/imap/names", "names that mailboxes have on servers"),
    ("engine/secrets", "the user name of an entry in the keyring"),
    ("engine/store/kept", "which rows of a table are kept, in SQL"),
    ("engine/smtp/pipe", "errors of a stream, for the log"),
];

/// Files whose sentences are still to become values.
const OWED: &[&str] = &[];

/// A string literal and the code before it, back to the start of its statement.
struct Literal<'a> {
    text: &'a str,
    before: &'a str,
}

/// The string literals of a source without comment lines.
fn literals(code: &str) -> Vec<Literal<'_>> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &code[at..];
        if rest.starts_with("//") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if let Some(after) = rest.strip_prefix('\'') {
            // A character; a lifetime has no second quote near.
            let escaped = after.starts_with('\\');
            let inner = after.char_indices().nth(usize::from(escaped) + 1);
            let end = inner.filter(|(_, c)| *c == '\'' || escaped);
            at += match end {
                Some((_, _)) if escaped => rest[2..].find('\'').map_or(1, |end| end + 3),
                Some((end, _)) => end + 2,
                None => 1,
            };
        } else if rest.starts_with("r\"") || rest.starts_with("r#") {
            let hashes = rest[1..].chars().take_while(|c| *c == '#').count();
            let start = at + 1 + hashes + 1;
            let close = format!("\"{}", "#".repeat(hashes));
            if !rest[1 + hashes..].starts_with('"') {
                at += 1;
                continue;
            }
            let end = code[start..].find(&close).map_or(code.len(), |end| start + end);
            found.push(Literal { text: &code[start..end], before: statement(&code[..at]) });
            at = end + close.len();
        } else if rest.starts_with('"') {
            let mut end = at + 1;
            while end < bytes.len() && bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            let end = end.min(bytes.len());
            found.push(Literal { text: &code[at + 1..end], before: statement(&code[..at]) });
            at = end + 1;
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// The code back to the last `;`, `{` or `}`, at most 400 octets of it.
fn statement(before: &str) -> &str {
    let mut start = before.len().saturating_sub(400);
    while !before.is_char_boundary(start) {
        start += 1;
    }
    let near = &before[start..];
    near.rfind([';', '{', '}']).map_or(near, |at| &near[at + 1..])
}

fn is_prose(literal: &Literal<'_>) -> bool {
    const NOT_FOR_PEOPLE: [&str; 8] = [
        "#[error(",
        "tracing::",
        ".expect(",
        "panic!(",
        "assert!(",
        "assert_eq!(",
        "unreachable!(",
        "#[allow(",
    ];
    let small = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '{' | '}'));
        let letters = |c: char| c.is_lowercase() || matches!(c, '’' | '\'' | '-');
        word.chars().count() >= 2 && word.chars().all(letters)
    };
    let words: Vec<&str> = literal.text.split_whitespace().collect();
    // Statements, and parts of them, that begin with a word of SQL in capitals.
    const SQL: [&str; 9] =
        ["SELECT", "INSERT", "UPDATE", "DELETE", "FROM", "WHERE", "AND", "ORDER", "JOIN"];
    if words.first().is_some_and(|word| SQL.contains(word)) {
        return false;
    }
    words.windows(2).any(|two| two.iter().all(|word| small(word)))
        && !NOT_FOR_PEOPLE.iter().any(|mark| literal.before.contains(mark))
}

/// Whether a file is compiled for tests only, by its name.
fn is_test(file: &str) -> bool {
    file.split('/').any(|step| step.ends_with("tests") || matches!(step, "testing" | "shown"))
}

/// Whether a file is the one named, or lies in the folder named.
fn is_in(file: &str, named: &str) -> bool {
    file == named || file.strip_prefix(named).is_some_and(|rest| rest.starts_with('/'))
}

#[test]
fn no_sentence_is_born_outside_wording() {
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    for (file, code) in sources() {
        if !LAYERS.iter().any(|layer| is_in(&file, layer)) || is_test(&file) {
            continue;
        }
        for literal in literals(&code).iter().filter(|literal| is_prose(literal)) {
            let data = DATA.iter().map(|(named, _)| *named).filter(|named| is_in(&file, named));
            let owed = OWED.iter().copied().filter(|named| *named == file);
            let known: Vec<&str> = data.chain(owed).collect();
            if known.is_empty() {
                wrong.push(format!("{file}: {:?}", literal.text));
            }
            seen.extend(known.into_iter().map(str::to_owned));
        }
    }
    assert!(wrong.is_empty(), "sentences outside wording: {wrong:#?}");
    let idle: Vec<_> = DATA
        .iter()
        .map(|(named, _)| *named)
        .chain(OWED.iter().copied())
        .filter(|named| !seen.iter().any(|file| file == named))
        .collect();
    assert!(idle.is_empty(), "nothing to allow any more: {idle:?}");
}

#[test]
fn the_test_knows_a_sentence() {
    let prose = |code: &str| literals(code).iter().filter(|l| is_prose(l)).count();
    for (code, expected) in [
        (r#"let a = "The message came through a mailing list.";"#, 1),
        (r#"format!("no part inside {x}")"#, 1),
        (r#"x.push_str(" You can still reply.");"#, 1),
        ("let a = r#\"it is \"there\" twice\"#;", 1),
        (r#"let c = '"'; let a = "is it";"#, 1),
        (r#"let c = '\''; let a = "is it"; let l: &'a str = "or not";"#, 2),
        (r#"#[error("the recording is empty ({0})")]"#, 0),
        (r#"tracing::warn!(id, "not looked at again");"#, 0),
        (r#".expect("a part that is listed")"#, 0),
        (r#"let a = "multipart/mixed; boundary={b}";"#, 0),
        (r#"format!("TIFF fax, {coding}")"#, 0),
        (r#"let a = "SELECT id FROM rows WHERE state = 1";"#, 0),
        (r#"let a = "Content-Type"; let b = "application";"#, 0),
        ("// \"not a sentence\" at all\nlet a = 1;", 0),
    ] {
        assert_eq!(prose(code), expected, "{code}");
    }
}
