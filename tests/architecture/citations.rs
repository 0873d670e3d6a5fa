//! That what code, tests and documents refer to is there: decisions, threats and goals by their
//! codes ("decision C2", "reliability T8"), sections ("docs/design.md 5.1"), records ("ADR 0003") and
//! paths. A stranger must be able to look each of them up in the repository.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::{files, root};

/// The documents that define codes: `<a id="c2"></a>` where C2 is explained.
const DEFINING: [&str; 2] = ["docs/decisions.md", "docs/reliability.md"];
/// Top-level folders that a document may name a path in.
const FOLDERS: [&str; 10] =
    ["assets", "benches", "crates", "docs", "fuzz", "i18n", "packaging", "src", "tests", ".ci"];

/// A reference and the file and line it stands in.
#[derive(Debug, Default)]
struct Found {
    codes: Vec<(String, String)>,
    sections: Vec<(String, String)>,
    records: Vec<(String, String)>,
    homeless: Vec<String>,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// `C`, `D`, `E`, `G` or `T` with one or two digits: the whole of a word.
fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix(['C', 'D', 'E', 'G', 'T']).unwrap_or_default();
    (1..=2).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !digits.starts_with('0')
}

/// Codes in a line of prose. What is part of something longer is none: `=C3=B6`, `u{E9}`, `T2-33A`.
fn codes(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = 0;
    for word in line.split(|c| !is_word(c)) {
        let before = line.get(..at).unwrap_or_default().chars().next_back();
        let after = line.get(at + word.len()..).unwrap_or_default().chars().next();
        let free = before.is_none_or(|c| " (*>,;|\t".contains(c))
            && after.is_none_or(|c| " ),;:.|*<".contains(c));
        if free && is_code(word) {
            found.push(word);
        }
        at += word.len()
            + line
                .get(at + word.len()..)
                .unwrap_or_default()
                .chars()
                .next()
                .map_or(0, char::len_utf8);
    }
    found
}

/// The part of a line that is written for people: comments in sources (and sentences in their
/// strings that name a decision), everything in documents.
fn prose(line: &str, is_document: bool) -> &str {
    if is_document {
        return line;
    }
    let comment = ["//", "-- ", "# "].iter().filter_map(|mark| line.find(mark)).min();
    comment.map_or("", |at| line.get(at..).unwrap_or_default())
}

fn look(found: &mut Found, name: &str, text: &str, is_document: bool) {
    for (number, line) in text.lines().enumerate() {
        let place = format!("{name}:{}", number + 1);
        let prose = prose(line, is_document);
        for code in codes(prose) {
            found.codes.push((code.to_owned(), place.clone()));
        }
        for (at, _) in line.match_indices("ADR ") {
            let number: String = line
                .get(at + 4..)
                .unwrap_or_default()
                .chars()
                .take_while(char::is_ascii_digit)
                .collect();
            if number.len() == 4 {
                found.records.push((number, place.clone()));
            }
        }
        for (at, _) in line.match_indices(".md") {
            if line.get(at + 3..).unwrap_or_default().starts_with(is_word) {
                continue;
            }
            let start = line.get(..at).unwrap_or_default();
            let start = start.rfind(|c| !is_word(c) && !"/.-".contains(c)).map_or(0, |i| i + 1);
            let path = line.get(start..at + 3).unwrap_or_default();
            let rest = line.get(at + 3..).unwrap_or_default();
            let rest = rest.trim_start_matches(['`', ')', ',']).trim_start();
            let rest = rest.strip_prefix("section ").unwrap_or(rest);
            let section: String =
                rest.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            found
                .sections
                .push((format!("{path} {}", section.trim_end_matches('.')), place.clone()));
        }
        // Words that once pointed at papers outside of the repository.
        if !is_document
            && ["developer notes", "(notes ", "`reliability`", "`ui.md`"]
                .iter()
                .any(|w| prose.contains(w))
        {
            found.homeless.push(place);
        }
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// Documents with their path in the repository.
fn documents() -> Vec<(String, String)> {
    let mut paths = files(&root().join("docs"), "md");
    paths.extend(files(&root().join("fuzz"), "md"));
    for entry in fs::read_dir(root()).unwrap().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|e| e == "md") {
            paths.push(path);
        }
    }
    let name = |path: &Path| path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
    paths.iter().map(|path| (name(path), read(path))).collect()
}

fn collect() -> Found {
    let mut found = Found::default();
    for folder in ["src", "crates", "tests", "benches", "fuzz"] {
        for extension in ["rs", "sql", "toml", "py"] {
            for path in files(&root().join(folder), extension) {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
                if !name.starts_with("fuzz/corpus") && !name.ends_with("citations.rs") {
                    look(&mut found, &name, &read(&path), false);
                }
            }
        }
    }
    for (name, text) in documents() {
        look(&mut found, &name, &text, true);
    }
    found
}

/// Each code and the documents that define it.
fn defined() -> BTreeMap<String, Vec<&'static str>> {
    let mut defined: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for document in DEFINING {
        let text = read(&root().join(document));
        for piece in text.split("<a id=\"").skip(1) {
            let code = piece.split('"').next().unwrap_or_default().to_ascii_uppercase();
            assert!(is_code(&code), "{document} has an anchor {code} that is no code");
            assert!(
                piece.contains(&format!("</a>**{code}. "))
                    || piece.contains(&format!("</a>{code} |")),
                "{document}: the anchor of {code} does not stand before {code}"
            );
            defined.entry(code).or_default().push(document);
        }
    }
    defined
}

#[test]
fn every_code_is_defined_once_and_every_citation_resolves() {
    let defined = defined();
    let twice: Vec<_> = defined.iter().filter(|(_, places)| places.len() > 1).collect();
    assert!(twice.is_empty(), "{twice:#?}");
    let found = collect();
    let lost: BTreeSet<_> =
        found.codes.iter().filter(|(code, _)| !defined.contains_key(code)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(found.homeless.is_empty(), "point into docs/ instead: {:#?}", found.homeless);
    // The scanner sees something: all of these are cited from code.
    for code in ["C2", "D11", "E13", "T11", "G6"] {
        let cited = |(c, place): &(String, String)| c == code && !place.starts_with("docs/");
        assert!(found.codes.iter().any(cited), "{code}");
    }
}

#[test]
fn every_section_and_record_that_is_named_is_there() {
    let found = collect();
    let mut lost = BTreeSet::new();
    for (reference, place) in &found.sections {
        let (path, section) = reference.split_once(' ').unwrap_or((reference, ""));
        // Names without a folder stand beside the document that names them, or at the top.
        let beside = Path::new(place).parent().unwrap_or(Path::new("")).join(path);
        let Some(text) =
            [Path::new(path), &beside].iter().find_map(|p| fs::read_to_string(root().join(p)).ok())
        else {
            lost.insert(format!("{place}: {path}"));
            continue;
        };
        let heading = |line: &str| {
            line.starts_with('#')
                && line.trim_start_matches('#').trim_start().starts_with(&format!(
                    "{section}{}",
                    if section.contains('.') { " " } else { ". " }
                ))
        };
        if !section.is_empty() && !text.lines().any(heading) {
            lost.insert(format!("{place}: {path} has no section {section}"));
        }
    }
    let records = files(&root().join("docs/adr"), "md");
    for (number, place) in &found.records {
        let named = |path: &Path| {
            path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(number.as_str()))
        };
        if !records.iter().any(|path| named(path)) {
            lost.insert(format!("{place}: ADR {number}"));
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(found.sections.len() > 20 && found.records.len() > 3);
}

#[test]
fn every_path_that_a_document_names_exists() {
    let mut lost = BTreeSet::new();
    let mut seen = 0;
    for (name, text) in documents() {
        // What was true of a release stays as it was written.
        if name == "CHANGELOG.md" {
            continue;
        }
        for path in text.split('`').skip(1).step_by(2) {
            let path = path.trim_end_matches('/');
            let top = path.split('/').next().unwrap_or_default();
            let is_path = path.contains('/')
                && FOLDERS.contains(&top)
                && path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            // These words stand for any name.
            let open = path.contains("NAME") || path.contains("TARGET");
            if is_path && !open {
                seen += 1;
                if !root().join(path).exists() {
                    lost.insert(format!("{name}: {path}"));
                }
            }
        }
    }
    assert!(lost.is_empty(), "{lost:#?}");
    assert!(seen > 20, "the scanner sees {seen} paths");
}

#[test]
fn the_scanner_tells_codes_from_other_words() {
    for (line, expected) in [
        ("/// Not twice (E13), nor (decision C2, E12); T8: no.", vec!["E13", "C2", "E12", "T8"]),
        ("// =C3=B6 \\x{E9} G726 T2-33A C100 D0 `E9` %E9 D", vec![]),
        ("| <a id=\"t1\"></a>T1 | x |", vec!["T1"]),
        ("**D11. When.**", vec!["D11"]),
        ("// ü (C2) ö", vec!["C2"]),
    ] {
        assert_eq!(codes(line), expected, "{line}");
    }
}
